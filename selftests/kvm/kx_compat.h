/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One face for the KVM selftests frameworks of Linux 6.1 and 6.12. Tests are
 * written against 6.12's names; what 6.1 lacks is added here and nowhere else.
 */
#ifndef KX_COMPAT_H
#define KX_COMPAT_H

#include "test_util.h"
#include "kvm_util.h"
#include "processor.h"
#ifndef UCALL_MAX_ARGS
#include "ucall_common.h"
#endif

/* 6.12's ucall carries a formatted message, 6.1's only numbers. */
#ifdef UCALL_BUFFER_LEN

#define KX_UCALL_PRINTF UCALL_PRINTF

static inline void kx_vcpu_init(struct kvm_vcpu *vcpu)
{
	/* Stack and exception handlers are in order. */
}

static inline struct kvm_vm *kx_vm_create_pages(uint32_t nr_vcpus,
						uint64_t extra_pages)
{
	return __vm_create(VM_SHAPE_DEFAULT, nr_vcpus, extra_pages);
}

static inline void kx_report_guest_assert(struct ucall *uc)
{
	REPORT_GUEST_ASSERT(*uc);
}

static inline void kx_guest_printf_show(struct ucall *uc)
{
	printf("guest: %s", uc->buffer);
}

#else /* 6.1 */

#define KX_UCALL_PRINTF (UCALL_UNHANDLED + 1)

#define TEST_ASSERT_EQ(a, b) ASSERT_EQ(a, b)

#define TEST_ASSERT_KVM_EXIT_REASON(vcpu, expected) do {		\
	uint32_t exit_reason_ = (vcpu)->run->exit_reason;		\
									\
	TEST_ASSERT(exit_reason_ == (expected),				\
		    "Wanted KVM exit reason %u (%s), got %u (%s)",	\
		    (expected), exit_reason_str((expected)),		\
		    exit_reason_, exit_reason_str(exit_reason_));	\
} while (0)

#define GUEST_SYNC1(a) ucall(UCALL_SYNC, 1, a)
#define GUEST_SYNC2(a, b) ucall(UCALL_SYNC, 2, a, b)
#define GUEST_SYNC3(a, b, c) ucall(UCALL_SYNC, 3, a, b, c)
#define GUEST_SYNC4(a, b, c, d) ucall(UCALL_SYNC, 4, a, b, c, d)
#define GUEST_SYNC5(a, b, c, d, e) ucall(UCALL_SYNC, 5, a, b, c, d, e)
#define GUEST_SYNC6(a, b, c, d, e, f) ucall(UCALL_SYNC, 6, a, b, c, d, e, f)

/* The format string reaches the host unformatted; the numbers stay behind. */
#define GUEST_PRINTF(fmt, ...) ucall(KX_UCALL_PRINTF, 1, fmt)
#define GUEST_FAIL(fmt, ...) ucall(UCALL_ABORT, 3, fmt, __FILE__, __LINE__)

#undef GUEST_ASSERT_EQ
#define KX_GUEST_COMPARE(a, op, b) do {					\
	unsigned long a_ = (unsigned long)(a);				\
	unsigned long b_ = (unsigned long)(b);				\
									\
	__GUEST_ASSERT(a_ op b_, #a " " #op " " #b, 2, a_, b_);	\
} while (0)
#define GUEST_ASSERT_EQ(a, b) KX_GUEST_COMPARE(a, ==, b)
#define GUEST_ASSERT_NE(a, b) KX_GUEST_COMPARE(a, !=, b)

#define write_guest_global(vm, g, val) do {				\
	typeof(g) val_ = (val);						\
									\
	memcpy(addr_gva2hva(vm, (vm_vaddr_t)&(g)), &val_, sizeof(g));	\
} while (0)

static inline void kx_vcpu_init(struct kvm_vcpu *vcpu)
{
	struct kvm_regs regs;

	/* RSP as after a call, or aligned accesses to the stack fault. */
	vcpu_regs_get(vcpu, &regs);
	regs.rsp -= 8;
	vcpu_regs_set(vcpu, &regs);
	if (!vcpu->vm->handlers)
		vm_init_descriptor_tables(vcpu->vm);
	vcpu_init_descriptor_tables(vcpu);
}

static inline struct kvm_vm *kx_vm_create_pages(uint32_t nr_vcpus,
						uint64_t extra_pages)
{
	return __vm_create(VM_MODE_DEFAULT, nr_vcpus, extra_pages);
}

static inline void kx_report_guest_assert(struct ucall *uc)
{
	/* The image is mapped at the same address on both sides. */
	TEST_FAIL("%s at %s:%lu (%#lx, %#lx)",
		  (const char *)uc->args[GUEST_ERROR_STRING],
		  (const char *)uc->args[GUEST_FILE],
		  (unsigned long)uc->args[GUEST_LINE],
		  (unsigned long)uc->args[GUEST_ASSERT_BUILTIN_NARGS],
		  (unsigned long)uc->args[GUEST_ASSERT_BUILTIN_NARGS + 1]);
}

static inline void kx_guest_printf_show(struct ucall *uc)
{
	printf("guest: %s", (const char *)uc->args[0]);
}

#endif /* UCALL_BUFFER_LEN */

#endif /* KX_COMPAT_H */
