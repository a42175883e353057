/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a test of the module includes: cases, guest code, domains.
 */
#ifndef KX_TEST_H
#define KX_TEST_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/kvm-xen.h>

#include <xen/xen.h>
#include <xen/event_channel.h>
#include <xen/features.h>
#include <xen/grant_table.h>
#include <xen/memory.h>
#include <xen/physdev.h>
#include <xen/sched.h>
#include <xen/vcpu.h>
#include <xen/version.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>

#include "kx_case.h"
#include "kx_guest.h"
#include "kx_xen.h"

#define KX_DEVICE "/dev/kvm-xen"
#define KX_MAX_VCPUS 8

/*
 * struct kx_dom - a VM that is a domain
 * @vm: the framework's VM
 * @kx_fd: /dev/kvm-xen
 * @fd: the domain's file descriptor
 * @domid: what it was given
 */
struct kx_dom {
	struct kvm_vm *vm;
	int kx_fd;
	int fd;
	uint16_t domid;
	uint32_t nr_vcpus;
	struct kvm_vcpu *vcpu[KX_MAX_VCPUS];
};

/* A new descriptor of /dev/kvm-xen; fails the case when there is none. */
int kx_open(void);

/* KX_ATTACH with nothing special: a domain fd, or -errno. */
int kx_attach(int kx_fd, int vm_fd);

/*
 * A domain with @nr_vcpus vCPUs that start in @guest_code, ready to run.
 * @extra_pages: guest memory beyond what code and stacks need.
 */
struct kx_dom *kx_dom_create_pages(uint32_t nr_vcpus, void *guest_code,
				   uint64_t extra_pages);
struct kx_dom *kx_dom_create(uint32_t nr_vcpus, void *guest_code);

/* vCPU @idx starts in other code than the rest. */
void kx_dom_entry(struct kx_dom *dom, unsigned int idx, void *guest_code);

/* Go on with vCPU @idx to its GUEST_DONE() in a thread; wait for that. */
pthread_t kx_dom_start(struct kx_dom *dom, unsigned int idx);
void kx_dom_join(pthread_t thread);

/* Frame of @page, which belongs to the test program's image or to the guest. */
uint64_t kx_dom_gfn(struct kx_dom *dom, const void *page);

/* A domain with one vCPU whose guest runs to its GUEST_DONE(); then freed. */
void kx_dom_run(void *guest_code);

/* Domain fd first, then vCPUs and VM. */
void kx_dom_free(struct kx_dom *dom);

void kx_dom_info(struct kx_dom *dom, struct kx_domain_info *info);

/* @call must fail with @err. */
#define KX_ASSERT_ERRNO(call, err) do {					\
	long ret_ = (call);						\
	int errno_ = errno;						\
									\
	errno = 0;	/* TEST_ASSERT takes EACCES for a skip */	\
	TEST_ASSERT(ret_ == -1 && errno_ == (err),			\
		    #call ": wanted %s, got %ld (%s)", strerror(err),	\
		    ret_, ret_ == -1 ? strerror(errno_) : "success");	\
} while (0)

/* The same for functions that return -errno. */
#define KX_ASSERT_NEG(call, err) do {					\
	long ret_ = (call);						\
									\
	errno = 0;							\
	TEST_ASSERT(ret_ == -(err), #call ": wanted -%d, got %ld",	\
		    (err), ret_);					\
} while (0)

#endif /* KX_TEST_H */
