// SPDX-License-Identifier: GPL-2.0-only
/*
 * vm-stress SECONDS PROCESSES: each process makes VMs with an in-kernel
 * interrupt controller and two vCPUs, runs a few instructions on each, and lets
 * go of them, as fast as it can. Prints how many.
 *
 * Creation and destruction of VMs patches static keys and restores FPU state
 * all the time, which is what a faulty emulator does not survive.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NR_VCPUS	2
#define CODE_GPA	0x1000
#define PAGE		4096

/* Real mode: inc %ax; out %al, $0x10; hlt. */
static const unsigned char code[] = { 0x40, 0xe6, 0x10, 0xf4 };

static int kvm;

static void die(const char *what)
{
	fprintf(stderr, "vm-stress: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void *map(size_t bytes, int flags, int fd)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, 0);

	if (p == MAP_FAILED)
		die("mmap");
	return p;
}

static void run_vcpu(int vcpu, int run_bytes)
{
	struct kvm_run *run = map(run_bytes, MAP_SHARED, vcpu);
	struct kvm_regs regs = { .rip = CODE_GPA, .rflags = 2, .rax = 41 };
	struct kvm_sregs sregs;

	if (ioctl(vcpu, KVM_GET_SREGS, &sregs))
		die("KVM_GET_SREGS");
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (ioctl(vcpu, KVM_SET_SREGS, &sregs) || ioctl(vcpu, KVM_SET_REGS, &regs))
		die("set registers");
	if (ioctl(vcpu, KVM_RUN, 0))
		die("KVM_RUN");
	if (run->exit_reason != KVM_EXIT_IO || run->io.port != 0x10 ||
	    ((unsigned char *)run)[run->io.data_offset] != 42) {
		fprintf(stderr, "vm-stress: wrong exit, reason %u\n", run->exit_reason);
		exit(1);
	}
	munmap(run, run_bytes);
}

static void one_vm(int run_bytes)
{
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = CODE_GPA,
		.memory_size = PAGE,
	};
	int vm = ioctl(kvm, KVM_CREATE_VM, 0);
	/* Only the boot CPU runs; the other waits for its INIT. */
	int vcpus[NR_VCPUS];
	void *mem;

	if (vm < 0)
		die("KVM_CREATE_VM");
	if (ioctl(vm, KVM_SET_TSS_ADDR, 0xfffbd000) || ioctl(vm, KVM_CREATE_IRQCHIP, 0))
		die("KVM_CREATE_IRQCHIP");
	mem = map(PAGE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	memcpy(mem, code, sizeof(code));
	region.userspace_addr = (unsigned long)mem;
	if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region))
		die("KVM_SET_USER_MEMORY_REGION");
	for (int i = 0; i < NR_VCPUS; i++) {
		vcpus[i] = ioctl(vm, KVM_CREATE_VCPU, i);
		if (vcpus[i] < 0)
			die("KVM_CREATE_VCPU");
	}
	run_vcpu(vcpus[0], run_bytes);
	for (int i = 0; i < NR_VCPUS; i++)
		close(vcpus[i]);
	close(vm);
	munmap(mem, PAGE);
}

static void stress(int seconds)
{
	time_t end = time(NULL) + seconds;
	int run_bytes, n = 0;

	kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm < 0)
		die("/dev/kvm");
	run_bytes = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
	while (time(NULL) < end) {
		one_vm(run_bytes);
		n++;
	}
	printf("vm-stress: %d VMs in %d s\n", n, seconds);
	exit(n > 0 ? 0 : 1);
}

int main(int argc, char **argv)
{
	int seconds = argc > 1 ? atoi(argv[1]) : 10;
	int processes = argc > 2 ? atoi(argv[2]) : 2;
	int status, failed = 0;

	for (int i = 0; i < processes; i++)
		if (fork() == 0)
			stress(seconds);
	while (wait(&status) > 0)
		failed |= status;
	return failed ? 1 : 0;
}
