// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frame tests itself; no module is needed. A guest answers CPUID and
 * ucalls, its failures are seen as failures, CPL 3 and 32-bit code run.
 */
#include <signal.h>
#include <unistd.h>

#include "kx_case.h"
#include "kx_guest.h"

#define KVM_ENOSYS 1000		/* KVM's own answer to an unknown hypercall */
#define UNKNOWN_NR 0x4b58

static struct kvm_vcpu *start(void *guest_code)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = vm_create_with_one_vcpu(&vcpu, guest_code);

	kx_guest_init(vm);
	kx_vcpu_init(vcpu);
	return vcpu;
}

static void guest_cpuid(void)
{
	uint32_t eax = 1, ebx, ecx = 0, edx;

	asm volatile("cpuid"
		     : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	GUEST_ASSERT(edx & 1);		/* has an FPU */
	GUEST_SYNC1(eax);
	GUEST_DONE();
}

KX_CASE(cpuid)
{
	struct kvm_vcpu *vcpu = start(guest_cpuid);

	TEST_ASSERT(kx_run_sync(vcpu), "CPUID 1 says family 0");
	kx_run_done(vcpu);
}

static void guest_hypercall(void)
{
	struct kx_gprs g = {
		.rax = UNKNOWN_NR, .rbx = 1, .rcx = 2, .rdx = 3, .rsi = 4,
		.rdi = 5, .rbp = 6, .r8 = 8, .r9 = 9, .r10 = 10, .r11 = 11,
		.r12 = 12, .r13 = 13, .r14 = 14, .r15 = 15,
	};

	GUEST_ASSERT_EQ(kx_hypercall1(UNKNOWN_NR, 0), -KVM_ENOSYS);
	kx_hypercall_gprs(&g);
	GUEST_ASSERT_EQ(g.rax, -KVM_ENOSYS);
	GUEST_ASSERT_EQ(g.rbx, 1);
	GUEST_ASSERT_EQ(g.rdi, 5);
	GUEST_ASSERT_EQ(g.rbp, 6);
	GUEST_ASSERT_EQ(g.r8, 8);
	GUEST_ASSERT_EQ(g.r15, 15);
	GUEST_DONE();
}

KX_CASE(hypercall)
{
	kx_run_done(start(guest_hypercall));
}

static void guest_hypercall32(void)
{
	struct kx_gprs32 g = {
		.eax = UNKNOWN_NR, .ebx = 1, .ecx = 2, .edx = 3, .esi = 4,
		.edi = 5,
	};

	kx_guest_segments();
	kx_hypercall_gprs32(&g);
	GUEST_ASSERT_EQ(g.eax, (uint32_t)-KVM_ENOSYS);
	GUEST_ASSERT_EQ(g.ebx, 1);
	GUEST_ASSERT_EQ(g.edi, 5);
	GUEST_ASSERT_EQ(kx_hypercall32(UNKNOWN_NR, 0, 0, 0, 0, 0),
			-KVM_ENOSYS);
	GUEST_DONE();
}

KX_CASE(hypercall32)
{
	kx_run_done(start(guest_hypercall32));
}

static void guest_user(void)
{
	uint16_t cs;

	asm volatile("mov %%cs, %0" : "=r"(cs));
	GUEST_ASSERT_EQ(cs & 3, 3);
	/* KVM's own -KVM_EPERM for CPL 3. */
	GUEST_ASSERT_EQ(kx_hypercall1(UNKNOWN_NR, 0), -1);
	GUEST_DONE();
}

static void guest_to_user(void)
{
	kx_guest_segments();
	kx_guest_enter_user(guest_user);
}

KX_CASE(cpl3)
{
	struct kvm_vcpu *vcpu = start(guest_to_user);

	kx_vm_user_pages(vcpu->vm);
	kx_run_done(vcpu);
}

static volatile int nr_breakpoints;

static void guest_on_breakpoint(struct ex_regs *regs)
{
	nr_breakpoints++;
}

static void guest_breakpoint(void)
{
	asm volatile("int3");
	GUEST_ASSERT_EQ(nr_breakpoints, 1);
	GUEST_DONE();
}

KX_CASE(exception)
{
	struct kvm_vcpu *vcpu = start(guest_breakpoint);

	vm_install_exception_handler(vcpu->vm, 3, guest_on_breakpoint);
	kx_run_done(vcpu);
}

/* What a case that fails looks like, each in its way. */

static void guest_fails(void)
{
	GUEST_ASSERT_EQ(3, 4);
	GUEST_DONE();
}

KX_CASE_FULL(guest_assert_is_seen, KX_LIMIT_S, KX_FAIL, "3 == 4")
{
	kx_run_done(start(guest_fails));
}

KX_CASE_FULL(host_assert_is_seen, KX_LIMIT_S, KX_FAIL, "two is not one")
{
	TEST_ASSERT(2 == 1, "two is not one");
}

static void guest_hangs(void)
{
	for (;;)
		;
}

KX_CASE_FULL(hang_is_ended, 1, KX_FAIL, "no end within 1 s")
{
	kx_run_done(start(guest_hangs));
}

static void guest_triple_fault(void)
{
	struct { uint16_t limit; uint64_t base; } __packed none = { 0, 0 };

	asm volatile("lidt %0; int3" : : "m"(none));
}

KX_CASE_FULL(guest_shutdown_is_seen, KX_LIMIT_S, KX_FAIL, "SHUTDOWN")
{
	kx_run_done(start(guest_triple_fault));
}

KX_CASE_FULL(early_exit_is_no_pass, KX_LIMIT_S, KX_FAIL, "before the end")
{
	exit(0);
}

KX_CASE_FULL(crash_is_seen, KX_LIMIT_S, KX_FAIL, "signal 11")
{
	raise(SIGSEGV);
}

KX_CASE_FULL(skip_is_no_pass, KX_LIMIT_S, KX_SKIP, "Requirement not met")
{
	TEST_REQUIRE(getpid() < 0);
}
