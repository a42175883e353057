// SPDX-License-Identifier: GPL-2.0-only
/* Making domains. */
#include "kx_test.h"

int kx_open(void)
{
	int fd = open(KX_DEVICE, O_RDWR | O_CLOEXEC);

	TEST_ASSERT(fd >= 0, "cannot open " KX_DEVICE);
	return fd;
}

int kx_attach(int kx_fd, int vm_fd)
{
	struct kx_attach arg = { .vm_fd = vm_fd, .domid = KX_DOMID_AUTO };
	int fd = ioctl(kx_fd, KX_ATTACH, &arg);

	return fd >= 0 ? fd : -errno;
}

struct kx_dom *kx_dom_create_pages(uint32_t nr_vcpus, void *guest_code,
				   uint64_t extra_pages)
{
	struct kx_attach arg = { .domid = KX_DOMID_AUTO };
	struct kx_dom *dom = calloc(1, sizeof(*dom));
	uint32_t i;

	TEST_ASSERT(dom && nr_vcpus <= KX_MAX_VCPUS, "%u vCPUs", nr_vcpus);
	dom->nr_vcpus = nr_vcpus;
	dom->vm = kx_vm_create_pages(nr_vcpus, extra_pages);
	kx_guest_init(dom->vm);

	dom->kx_fd = kx_open();
	arg.vm_fd = dom->vm->fd;
	dom->fd = ioctl(dom->kx_fd, KX_ATTACH, &arg);
	TEST_ASSERT(dom->fd >= 0, "KX_ATTACH failed");
	dom->domid = arg.domid;

	for (i = 0; i < nr_vcpus; i++) {
		dom->vcpu[i] = vm_vcpu_add(dom->vm, i, guest_code);
		kx_vcpu_init(dom->vcpu[i]);
	}
	kx_xen_init(dom->vm);
	return dom;
}

struct kx_dom *kx_dom_create(uint32_t nr_vcpus, void *guest_code)
{
	return kx_dom_create_pages(nr_vcpus, guest_code, 0);
}

void kx_dom_entry(struct kx_dom *dom, unsigned int idx, void *guest_code)
{
	struct kvm_regs regs;

	vcpu_regs_get(dom->vcpu[idx], &regs);
	regs.rip = (unsigned long)guest_code;
	vcpu_regs_set(dom->vcpu[idx], &regs);
}

static void *run_vcpu(void *vcpu)
{
	kx_run_done(vcpu);
	return NULL;
}

pthread_t kx_dom_start(struct kx_dom *dom, unsigned int idx)
{
	pthread_t thread;
	int ret = pthread_create(&thread, NULL, run_vcpu, dom->vcpu[idx]);

	TEST_ASSERT(!ret, "pthread_create");
	return thread;
}

void kx_dom_join(pthread_t thread)
{
	TEST_ASSERT(!pthread_join(thread, NULL), "pthread_join");
}

uint64_t kx_dom_gfn(struct kx_dom *dom, const void *page)
{
	return addr_gva2gpa(dom->vm, (vm_vaddr_t)page) >> 12;
}

void kx_dom_run(void *guest_code)
{
	struct kx_dom *dom = kx_dom_create(1, guest_code);

	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}

void kx_dom_free(struct kx_dom *dom)
{
	close(dom->fd);
	close(dom->kx_fd);
	kvm_vm_free(dom->vm);
	free(dom);
}

void kx_dom_info(struct kx_dom *dom, struct kx_domain_info *info)
{
	int ret = ioctl(dom->fd, KX_DOMAIN_INFO, info);

	TEST_ASSERT(!ret, "KX_DOMAIN_INFO failed");
}
