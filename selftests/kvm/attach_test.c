// SPDX-License-Identifier: GPL-2.0-only
/*
 * KX_ATTACH: what it refuses, with which errno, and the lives of the file
 * descriptors in every order of their end.
 */
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "kx_test.h"

static void guest_version(void)
{
	GUEST_ASSERT_EQ(kx_hypercall2(__HYPERVISOR_xen_version,
				      XENVER_version, 0), 4 << 16 | 17);
	GUEST_DONE();
}

static void guest_done(void)
{
	GUEST_DONE();
}

KX_CASE(version)
{
	int fd = kx_open();

	TEST_ASSERT(ioctl(fd, KX_GET_VERSION, 0) == KX_UAPI_VERSION,
		    "the module speaks another version");
}

KX_CASE(runs)
{
	kx_dom_run(guest_version);
}

KX_CASE(unknown_flag)
{
	struct kx_attach arg = { .flags = 1, .vm_fd = vm_create(1)->fd };

	KX_ASSERT_ERRNO(ioctl(kx_open(), KX_ATTACH, &arg), EINVAL);
}

KX_CASE(padding)
{
	struct kx_attach arg = { .vm_fd = vm_create(1)->fd };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(arg.pad); i++) {
		arg.pad[i] = 1;
		KX_ASSERT_ERRNO(ioctl(kx_open(), KX_ATTACH, &arg), EINVAL);
		arg.pad[i] = 0;
	}
	TEST_ASSERT(ioctl(kx_open(), KX_ATTACH, &arg) >= 0, "KX_ATTACH failed");
}

KX_CASE(unknown_ioctl)
{
	struct kx_dom *dom = kx_dom_create(1, guest_done);

	KX_ASSERT_ERRNO(ioctl(dom->kx_fd, _IO(KX_IOC, 0x7f)), ENOTTY);
	KX_ASSERT_ERRNO(ioctl(dom->fd, _IO(KX_IOC, 0x7f)), ENOTTY);
	KX_ASSERT_ERRNO(ioctl(dom->fd, KX_GET_VERSION), ENOTTY);
}

KX_CASE(closed_fd)
{
	KX_ASSERT_NEG(kx_attach(kx_open(), -1), EBADF);
	KX_ASSERT_NEG(kx_attach(kx_open(), 1000), EBADF);
}

KX_CASE(no_vm_fd)
{
	int kx_fd = kx_open();
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = vm_create_with_one_vcpu(&vcpu, guest_done);

	KX_ASSERT_NEG(kx_attach(kx_fd, kx_fd), ENOTTY);
	KX_ASSERT_NEG(kx_attach(kx_fd, vm->kvm_fd), ENOTTY);
	KX_ASSERT_NEG(kx_attach(kx_fd, vcpu->fd), ENOTTY);
	KX_ASSERT_NEG(kx_attach(kx_fd, open("/dev/null", O_RDWR)), ENOTTY);
}

KX_CASE(twice)
{
	struct kx_dom *dom = kx_dom_create(1, guest_version);

	KX_ASSERT_NEG(kx_attach(dom->kx_fd, dom->vm->fd), EEXIST);
	KX_ASSERT_NEG(kx_attach(kx_open(), dom->vm->fd), EEXIST);
	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}

KX_CASE(after_a_vcpu_was_made)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = vm_create_with_one_vcpu(&vcpu, guest_version);

	kx_guest_init(vm);
	kx_vcpu_init(vcpu);
	TEST_ASSERT(kx_attach(kx_open(), vm->fd) >= 0, "KX_ATTACH failed");
	kx_run_done(vcpu);
}

KX_CASE(after_a_vcpu_ran)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = vm_create_with_one_vcpu(&vcpu, guest_done);

	kx_run_done(vcpu);
	KX_ASSERT_NEG(kx_attach(kx_open(), vm->fd), EBUSY);
}

KX_CASE(without_lapic)
{
	int kvm_fd = open("/dev/kvm", O_RDWR);
	int vm_fd = ioctl(kvm_fd, KVM_CREATE_VM, 0);

	TEST_ASSERT(vm_fd >= 0, "KVM_CREATE_VM failed");
	KX_ASSERT_NEG(kx_attach(kx_open(), vm_fd), ENODEV);
}

KX_CASE(with_split_irqchip)
{
	int kvm_fd = open("/dev/kvm", O_RDWR);
	int vm_fd = ioctl(kvm_fd, KVM_CREATE_VM, 0);
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_SPLIT_IRQCHIP, .args[0] = 24,
	};

	TEST_ASSERT(!ioctl(vm_fd, KVM_ENABLE_CAP, &cap), "split irqchip");
	TEST_ASSERT(kx_attach(kx_open(), vm_fd) >= 0, "KX_ATTACH failed");
}

/* Only a kernel that has KVM_XEN can be asked for it. */
KX_CASE(with_kvms_own_xen)
{
	struct kvm_vm *vm = vm_create(1);
	struct kvm_xen_hvm_config config = {
		.flags = KVM_XEN_HVM_CONFIG_INTERCEPT_HCALL,
		.msr = 0x40000000,
	};

	if (!kvm_has_cap(KVM_CAP_XEN_HVM)) {
		KX_ASSERT_ERRNO(__vm_ioctl(vm, KVM_XEN_HVM_CONFIG, &config),
				ENOTTY);
		return;
	}
	vm_ioctl(vm, KVM_XEN_HVM_CONFIG, &config);
	KX_ASSERT_NEG(kx_attach(kx_open(), vm->fd), EOPNOTSUPP);
}

static int attach_with_memslot(int slot)
{
	struct kvm_vm *vm = vm_create(1);

	vm_userspace_mem_region_add(vm, VM_MEM_SRC_ANONYMOUS, 0x100000000ull,
				    slot, 1, 0);
	return kx_attach(kx_open(), vm->fd);
}

/* The last 128 memslots are for windows. */
KX_CASE(with_reserved_memslots)
{
	int slots = kvm_check_cap(KVM_CAP_NR_MEMSLOTS);

	TEST_ASSERT(attach_with_memslot(slots - 129) >= 0, "KX_ATTACH failed");
	KX_ASSERT_NEG(attach_with_memslot(slots - 128), EOPNOTSUPP);
	KX_ASSERT_NEG(attach_with_memslot(slots - 1), EOPNOTSUPP);
}

/* Where the kernel has VMs with private memory, they are refused. */
KX_CASE(with_private_memory)
{
	int kvm_fd = open("/dev/kvm", O_RDWR);
	int vm_fd = ioctl(kvm_fd, KVM_CREATE_VM, 1);

	if (vm_fd < 0) {
		TEST_ASSERT(errno == EINVAL, "KVM_CREATE_VM: errno %d", errno);
		return;
	}
	TEST_ASSERT(!ioctl(vm_fd, KVM_CREATE_IRQCHIP, 0), "KVM_CREATE_IRQCHIP");
	KX_ASSERT_NEG(kx_attach(kx_open(), vm_fd), EOPNOTSUPP);
}

KX_CASE(another_process)
{
	struct kvm_vm *vm = vm_create(1);
	pid_t pid = fork();
	int status;

	if (!pid) {
		KX_ASSERT_NEG(kx_attach(kx_open(), vm->fd), EXDEV);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	TEST_ASSERT(!status, "not refused in a child");
}

static int attach_as(struct kvm_vm *vm, uint16_t domid)
{
	struct kx_attach arg = { .vm_fd = vm->fd, .domid = domid };
	int fd = ioctl(kx_open(), KX_ATTACH, &arg);

	TEST_ASSERT(fd < 0 || arg.domid == domid, "asked for %u, got %u",
		    domid, arg.domid);
	return fd;
}

KX_CASE(chosen_domid)
{
	TEST_ASSERT(attach_as(vm_create(1), 77) >= 0, "KX_ATTACH failed");
	KX_ASSERT_ERRNO(attach_as(vm_create(1), 77), EEXIST);
	KX_ASSERT_ERRNO(attach_as(vm_create(1), DOMID_FIRST_RESERVED), EINVAL);
	KX_ASSERT_ERRNO(attach_as(vm_create(1), DOMID_SELF), EINVAL);
}

KX_CASE(chosen_domid_without_privilege)
{
	struct kvm_vm *vm = vm_create(1), *other = vm_create(1);
	int kx_fd = kx_open();
	struct kx_attach arg = { .vm_fd = vm->fd, .domid = 78 };

	TEST_ASSERT(!setresuid(65534, 65534, 65534), "setresuid");
	KX_ASSERT_ERRNO(ioctl(kx_fd, KX_ATTACH, &arg), EPERM);
	KX_ASSERT_ERRNO(ioctl(kx_fd, KX_OPEN_DOMAIN, 1), EPERM);
	TEST_ASSERT(kx_attach(kx_fd, other->fd) >= 0, "KX_ATTACH failed");
}

KX_CASE(domids_differ)
{
	struct kx_dom *a = kx_dom_create(1, guest_version);
	struct kx_dom *b = kx_dom_create(1, guest_version);

	TEST_ASSERT(a->domid >= 1 && b->domid >= 1 && a->domid != b->domid,
		    "domids %u and %u", a->domid, b->domid);
	kx_run_done(a->vcpu[0]);
	kx_run_done(b->vcpu[0]);
	kx_dom_free(a);
	kx_dom_free(b);
}

KX_CASE(info)
{
	struct kx_dom *dom = kx_dom_create(2, guest_version);
	struct kx_domain_info info;

	memset(&info, 0xa5, sizeof(info));
	kx_run_done(dom->vcpu[0]);
	kx_dom_info(dom, &info);
	TEST_ASSERT_EQ(info.domid, dom->domid);
	TEST_ASSERT_EQ(info.flags, 0);
	TEST_ASSERT_EQ(info.hypercalls, 1);
	TEST_ASSERT(info.nr_vcpus >= 1 && info.nr_vcpus <= 2, "%u vCPUs",
		    info.nr_vcpus);
	TEST_ASSERT_EQ(info.pad[7], 0);
}

KX_CASE(open_by_domid)
{
	struct kx_dom *dom = kx_dom_create(1, guest_version);
	int fd = ioctl(dom->kx_fd, KX_OPEN_DOMAIN, dom->domid);
	struct kx_domain_info info;

	TEST_ASSERT(fd >= 0, "KX_OPEN_DOMAIN failed");
	TEST_ASSERT(!ioctl(fd, KX_DOMAIN_INFO, &info), "KX_DOMAIN_INFO failed");
	TEST_ASSERT_EQ(info.domid, dom->domid);
	KX_ASSERT_ERRNO(ioctl(dom->kx_fd, KX_OPEN_DOMAIN, 0), EINVAL);
	KX_ASSERT_ERRNO(ioctl(dom->kx_fd, KX_OPEN_DOMAIN, 0x17ff0), EINVAL);
	KX_ASSERT_ERRNO(ioctl(dom->kx_fd, KX_OPEN_DOMAIN, 0x7000), ENOENT);
	kx_dom_free(dom);
	close(fd);
}

KX_CASE(vcpu_ids)
{
	struct kx_dom *dom = kx_dom_create(2, guest_version);
	struct kx_vcpu_id id = { .vcpu_idx = 1, .xen_id = 5 };

	TEST_ASSERT(!ioctl(dom->fd, KX_VCPU_SET_ID, &id), "KX_VCPU_SET_ID");
	id.vcpu_idx = 0;
	KX_ASSERT_ERRNO(ioctl(dom->fd, KX_VCPU_SET_ID, &id), EEXIST);
	id.xen_id = vm_check_cap(dom->vm, KVM_CAP_MAX_VCPUS);
	KX_ASSERT_ERRNO(ioctl(dom->fd, KX_VCPU_SET_ID, &id), EINVAL);
	id.vcpu_idx = 2;
	id.xen_id = 6;
	KX_ASSERT_ERRNO(ioctl(dom->fd, KX_VCPU_SET_ID, &id), ENOENT);
	kx_run_done(dom->vcpu[1]);
	id.vcpu_idx = 1;
	KX_ASSERT_ERRNO(ioctl(dom->fd, KX_VCPU_SET_ID, &id), EBUSY);
}

/*
 * Lives of the file descriptors. Five hold something: the device, the domain,
 * the VM, a vCPU and the vCPU's mapping; each order of letting go must do.
 */
enum { FD_KX, FD_DOM, FD_VM, FD_VCPU, FD_RUN, NR_FDS };

static void drop(struct kx_dom *dom, int which)
{
	switch (which) {
	case FD_KX:
		close(dom->kx_fd);
		break;
	case FD_DOM:
		close(dom->fd);
		break;
	case FD_VM:
		close(dom->vm->fd);
		break;
	case FD_VCPU:
		close(dom->vcpu[0]->fd);
		break;
	case FD_RUN:
		munmap(dom->vcpu[0]->run,
		       ioctl(dom->vm->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0));
		break;
	}
}

/* The @n-th permutation, by swapping what is left to the front. */
static void drop_in_order(struct kx_dom *dom, int n)
{
	int order[NR_FDS] = { FD_KX, FD_DOM, FD_VM, FD_VCPU, FD_RUN };
	int left, pick, tmp;

	for (left = NR_FDS; left; left--) {
		pick = n % left;
		n /= left;
		tmp = order[pick];
		order[pick] = order[left - 1];
		drop(dom, tmp);
	}
}

KX_CASE_LIMIT(fds_dropped_in_every_order, 120)
{
	int n;

	for (n = 0; n < 120; n++) {
		struct kx_dom *dom = kx_dom_create(1, guest_version);

		kx_run_done(dom->vcpu[0]);
		drop_in_order(dom, n);
	}
}

/* Run a guest that never ends in a child and kill that. */
static void guest_busy(void)
{
	for (;;)
		kx_hypercall2(__HYPERVISOR_sched_op, SCHEDOP_yield, 0);
}

KX_CASE_LIMIT(killed_while_it_runs, 60)
{
	int i, status;

	for (i = 0; i < 5; i++) {
		pid_t pid = fork();

		if (!pid) {
			struct kx_dom *dom = kx_dom_create(1, guest_busy);

			vcpu_run(dom->vcpu[0]);
			_exit(0);
		}
		usleep(150000 + i * 20000);
		TEST_ASSERT(!kill(pid, SIGKILL), "kill");
		waitpid(pid, &status, 0);
		TEST_ASSERT(WIFSIGNALED(status), "the guest ended by itself");
	}
}

/* A domain fd that outlives its process elsewhere keeps nothing broken. */
KX_CASE(domain_fd_outlives_the_vmm)
{
	struct kx_domain_info info;
	int report[2], status, fd;
	uint16_t domid;
	pid_t pid;

	TEST_ASSERT(!pipe(report), "pipe");
	pid = fork();
	if (!pid) {
		struct kx_dom *dom = kx_dom_create(1, guest_version);

		kx_run_done(dom->vcpu[0]);
		status = write(report[1], &dom->domid, sizeof(dom->domid));
		for (;;)
			pause();
	}
	TEST_ASSERT(read(report[0], &domid, sizeof(domid)) == sizeof(domid),
		    "no domid");
	fd = ioctl(kx_open(), KX_OPEN_DOMAIN, domid);
	TEST_ASSERT(fd >= 0, "KX_OPEN_DOMAIN failed");
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	TEST_ASSERT(!ioctl(fd, KX_DOMAIN_INFO, &info), "KX_DOMAIN_INFO failed");
	TEST_ASSERT(info.flags & KX_INFO_DYING, "flags are %#x", info.flags);
	KX_ASSERT_ERRNO(ioctl(fd, KX_RESET), ESHUTDOWN);
	KX_ASSERT_ERRNO(ioctl(kx_open(), KX_OPEN_DOMAIN, domid), ENOENT);
}

KX_CASE(rmmod_is_refused)
{
	struct kx_dom *dom = kx_dom_create(1, guest_version);

	KX_ASSERT_ERRNO(syscall(SYS_delete_module, "kvm_xen", O_NONBLOCK),
			EWOULDBLOCK);
	kx_run_done(dom->vcpu[0]);
}
