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
	return dom;
}

struct kx_dom *kx_dom_create(uint32_t nr_vcpus, void *guest_code)
{
	return kx_dom_create_pages(nr_vcpus, guest_code, 0);
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
