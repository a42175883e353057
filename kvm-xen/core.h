/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the front and back door share among themselves: life of
 * domains, the hooks, and the pieces of KVM that are declared by hand.
 */
#ifndef KX_CORE_H
#define KX_CORE_H

#include <linux/fs.h>
#include <linux/hashtable.h>
#include <linux/kref.h>
#include <linux/srcu.h>
#include <linux/wait.h>

#include "host.h"

/**
 * struct kx_dom - a domain as the front door keeps it
 * @d: what the rooms see
 * @ref: files and the attachment hold one each
 * @vm_node: in &kx_vm_table, while attached
 * @srcu: held by hook handlers of this domain that may sleep
 * @mm: the VMM's address space, for charging pinned pages
 * @uuid: as the VMM gave it, under &kx_domain.lock
 * @holds_vm: the domain file descriptor holds a reference on the VM
 * @refused: a vCPU showed that the VM cannot be a domain
 */
struct kx_dom {
	struct kx_domain d;
	struct kref ref;
	struct hlist_node vm_node;
	struct srcu_struct srcu;
	struct mm_struct *mm;
	u8 uuid[16];
	bool holds_vm;
	bool refused;
};

static inline struct kx_dom *to_kx_dom(struct kx_domain *d)
{
	return container_of(d, struct kx_dom, d);
}

/* domain.c: life of domains */
struct kx_dom *kx_dom_create(struct kvm *kvm, struct mm_struct *mm,
			     unsigned int max_vcpus, domid_t domid);
int kx_dom_publish(struct kx_dom *dom);
void kx_dom_destroy(struct kx_dom *dom);
void kx_dom_detach(struct kx_dom *dom);
void kx_dom_put(struct kx_dom *dom);
struct kx_dom *kx_dom_by_domid(u32 domid);
int kx_vcpu_create(struct kx_dom *dom, struct kvm_vcpu *kvcpu, unsigned int idx);
int kx_vcpu_set_id(struct kx_dom *dom, u32 idx, u32 id);
void kx_dom_reset(struct kx_dom *dom);

/* the domain of a VM; inside RCU */
struct kx_domain *kx_domain_of(struct kvm *kvm);
struct kx_dom *kx_dom_enter(struct kvm *kvm, int *idx);
void kx_dom_leave(struct kx_dom *dom, int idx);

/* memslots that the windows may take, from the top of KVM's range */
#define KX_RESERVED_MEMSLOTS	128

/* conlog.c */
int kx_conlog_init(struct kx_domain *d);
void kx_conlog_end(struct kx_domain *d);
void kx_conlog_destroy(struct kx_domain *d);
ssize_t kx_conlog_read(struct kx_domain *d, char __user *buf, size_t len,
		       bool nonblock);
__poll_t kx_conlog_poll(struct kx_domain *d, struct file *file,
			struct poll_table_struct *wait);

/* domain_fd.c, device.c */
int kx_domain_fd(struct kx_dom *dom, bool owner);
int kx_device_init(void);
void kx_device_exit(void);

/* kxfs.c: files and nodes that stand in no directory */
int kx_fs_init(void);
void kx_fs_exit(void);
struct file *kx_fs_file(const char *name, const struct file_operations *fops,
			void *priv);
struct file *kx_fs_open_kvm(bool for_caller);

/* kvm_attach.c */
int kx_vm_attach(struct file *vm_file, domid_t domid, bool hold_vm,
		 struct kx_dom **out);
void kx_vm_detach(struct kx_dom *dom);
int kx_vcpus_sync(struct kx_domain *d);
bool kx_vcpus_trylock(struct kx_domain *d);
void kx_vcpus_unlock(struct kx_domain *d);
bool kx_vm_ran(struct kx_domain *d);
bool kx_vcpu_ran(struct kx_vcpu *v);

/* kvm_hooks.c */
int kx_hooks_find(void);
int kx_hooks_get(void);
void kx_hooks_put(void);
void kx_hooks_exit(void);

/* kvm_window.c */
int kx_window_init(struct kx_domain *d);
void kx_window_destroy(struct kx_domain *d);

/* kvm_clock.c */
int kx_clock_init(struct kx_vcpu *v);
void kx_clock_reset(struct kx_vcpu *v);
void kx_clock_destroy(struct kx_vcpu *v);

#endif /* KX_CORE_H */
