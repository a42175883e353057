// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stand-in: /dev/kvm-xen used in the place of /dev/kvm. Every ioctl of
 * KVM's is forwarded, and each VM is a domain from its birth to its end.
 */
#include <sched.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "kx_test.h"

#define RESERVED_MEMSLOTS 128
#define SYSLOG_READ_ALL 3

static uint32_t domid;

/* From here on this case's /dev/kvm is ours. */
static void stand_in(void)
{
	TEST_ASSERT(!unshare(CLONE_NEWNS), "unshare");
	TEST_ASSERT(!mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL),
		    "private mounts");
	TEST_ASSERT(!mount(KX_DEVICE, "/dev/kvm", NULL, MS_BIND, NULL),
		    "bind mount");
}

/* Whether the kernel's log has @text. */
static bool logged(const char *text)
{
	static char log[1 << 20];
	int n = klogctl(SYSLOG_READ_ALL, log, sizeof(log) - 1);

	TEST_ASSERT(n > 0, "klogctl");
	log[n] = '\0';
	return strstr(log, text);
}

static void guest_is_domain(void)
{
	uint32_t eax = 0x40000004, ebx, ecx = 0, edx;

	KX_GUEST_EQ(kx_version_op(XENVER_version, 0), 4 << 16 | 17);
	kx_guest_start();
	KX_GUEST_EQ(kx_bind_ipi(0), 1);
	KX_GUEST_EQ(kx_send(1), 0);
	kx_take_upcalls();
	GUEST_ASSERT_EQ(kx_upcalls[0], 1);
	asm volatile("cpuid"
		     : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	domid = ecx;
	GUEST_DONE();
}

KX_CASE(runs_an_unaware_vmm)
{
	struct kvm_vcpu *vcpu;
	int kx_fd = kx_open(), fd;
	struct kvm_vm *vm;

	stand_in();
	vm = vm_create_with_one_vcpu(&vcpu, guest_is_domain);
	kx_guest_init(vm);
	kx_vcpu_init(vcpu);
	kx_xen_init(vm);
	kx_run_done(vcpu);
	sync_global_from_guest(vm, domid);
	TEST_ASSERT(domid >= 1, "domid %u", domid);
	KX_ASSERT_NEG(kx_attach(kx_fd, vm->fd), EEXIST);
	fd = ioctl(kx_fd, KX_OPEN_DOMAIN, domid);
	TEST_ASSERT(fd >= 0, "KX_OPEN_DOMAIN");

	/* the domain ends with its VM, whoever has it open */
	kvm_vm_free(vm);
	KX_ASSERT_ERRNO(ioctl(fd, KX_RESET), ESHUTDOWN);
	KX_ASSERT_ERRNO(ioctl(kx_fd, KX_OPEN_DOMAIN, domid), ENOENT);
}

KX_CASE(forwards)
{
	int kx_fd = kx_open(), kvm_fd = open("/dev/kvm", O_RDWR);
	int theirs, ours;

	TEST_ASSERT_EQ(ioctl(kx_fd, KVM_GET_API_VERSION, 0), 12);
	TEST_ASSERT_EQ(ioctl(kx_fd, KVM_GET_VCPU_MMAP_SIZE, 0),
		       ioctl(kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0));
	TEST_ASSERT_EQ(ioctl(kx_fd, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS),
		       ioctl(kvm_fd, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS));
	theirs = ioctl(kvm_fd, KVM_CHECK_EXTENSION, KVM_CAP_NR_MEMSLOTS);
	ours = ioctl(kx_fd, KVM_CHECK_EXTENSION, KVM_CAP_NR_MEMSLOTS);
	TEST_ASSERT(ours == theirs - RESERVED_MEMSLOTS, "%d memslots of %d",
		    ours, theirs);
}

KX_CASE(unknown_ioctls)
{
	int kx_fd = kx_open(), kvm_fd = open("/dev/kvm", O_RDWR), kvms;

	TEST_ASSERT(ioctl(kvm_fd, _IO(KVMIO, 0xff), 0) == -1, "not unknown");
	kvms = errno;
	KX_ASSERT_ERRNO(ioctl(kx_fd, _IO(KVMIO, 0xff), 0), kvms);
	KX_ASSERT_ERRNO(ioctl(kx_fd, _IO('x', 1), 0), ENOTTY);
	KX_ASSERT_ERRNO(ioctl(kx_fd, _IO(KX_IOC, 0x7f), 0), ENOTTY);
	KX_ASSERT_ERRNO(ioctl(kx_fd, KVM_CREATE_VM, 0x7777), EINVAL);
}

/* A raw VM, its vCPU's first KVM_RUN; without memory 6.1 would not try at all. */
static void must_not_run(int vm_fd)
{
	struct kvm_userspace_memory_region ram = {
		.memory_size = 4096,
		.userspace_addr = (unsigned long)mmap(NULL, 4096,
			PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0),
	};
	int vcpu_fd = ioctl(vm_fd, KVM_CREATE_VCPU, 0);

	TEST_ASSERT(!ioctl(vm_fd, KVM_SET_USER_MEMORY_REGION, &ram), "memslot");
	TEST_ASSERT(vcpu_fd >= 0, "KVM_CREATE_VCPU");
	KX_ASSERT_ERRNO(ioctl(vcpu_fd, KVM_RUN, 0), EIO);
	KX_ASSERT_ERRNO(ioctl(vcpu_fd, KVM_RUN, 0), EIO);
}

KX_CASE(without_irqchip)
{
	int vm_fd = ioctl(kx_open(), KVM_CREATE_VM, 0);

	TEST_ASSERT(vm_fd >= 0, "KVM_CREATE_VM");
	must_not_run(vm_fd);
	TEST_ASSERT(logged("cannot run as a Xen domain: it has no in-kernel local APIC"),
		    "no line in the log");
}

/* Only a kernel that has KVM_XEN can be asked for it. */
KX_CASE(with_kvms_own_xen)
{
	int vm_fd = ioctl(kx_open(), KVM_CREATE_VM, 0);
	struct kvm_xen_hvm_config config = {
		.flags = KVM_XEN_HVM_CONFIG_INTERCEPT_HCALL,
		.msr = 0x40000000,
	};

	TEST_ASSERT(!ioctl(vm_fd, KVM_CREATE_IRQCHIP, 0), "KVM_CREATE_IRQCHIP");
	if (!kvm_has_cap(KVM_CAP_XEN_HVM)) {
		KX_ASSERT_ERRNO(ioctl(vm_fd, KVM_XEN_HVM_CONFIG, &config),
				ENOTTY);
		return;
	}
	TEST_ASSERT(!ioctl(vm_fd, KVM_XEN_HVM_CONFIG, &config),
		    "KVM_XEN_HVM_CONFIG");
	must_not_run(vm_fd);
	TEST_ASSERT(logged("cannot run as a Xen domain: KVM_XEN_HVM_CONFIG is set"),
		    "no line in the log");
}

/* KVM's device is opened with the rights of the caller, not of the opener. */
KX_CASE(rights_of_the_caller)
{
	int kx_fd = kx_open(), kept = kx_open();
	struct stat st;

	TEST_ASSERT(!stat("/dev/kvm", &st), "stat");
	TEST_ASSERT(ioctl(kept, KVM_GET_API_VERSION, 0) == 12, "as root");
	TEST_ASSERT(!setresgid(65534, 65534, 65534) &&
		    !setresuid(65534, 65534, 65534), "setresuid");
	if (st.st_mode & 0006)
		TEST_ASSERT_EQ(ioctl(kx_fd, KVM_GET_API_VERSION, 0), 12);
	else
		KX_ASSERT_ERRNO(ioctl(kx_fd, KVM_GET_API_VERSION, 0), EACCES);
	/* what is open stays open */
	TEST_ASSERT_EQ(ioctl(kept, KVM_GET_API_VERSION, 0), 12);
}

KX_CASE(many_vms)
{
	int kx_fd = kx_open(), fd[8], i, round;

	for (round = 0; round < 3; round++) {
		for (i = 0; i < 8; i++) {
			fd[i] = ioctl(kx_fd, KVM_CREATE_VM, 0);
			TEST_ASSERT(fd[i] >= 0, "KVM_CREATE_VM");
			KX_ASSERT_NEG(kx_attach(kx_fd, fd[i]), EEXIST);
		}
		for (i = 0; i < 8; i++)
			close(fd[i]);
	}
}
