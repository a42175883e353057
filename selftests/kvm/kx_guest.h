/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's side of a test: hypercalls of both widths, CPL 3; and the
 * host's side of running such a guest.
 */
#ifndef KX_GUEST_H
#define KX_GUEST_H

#include "kx_compat.h"

/* Registers around a hypercall; RSP is left alone. */
struct kx_gprs {
	uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
};

/* The same for a 32-bit caller. @entry: 32-bit code that is called instead. */
struct kx_gprs32 {
	uint32_t eax, ebx, ecx, edx, esi, edi;
	uint32_t entry;
};

/* 32-bit code: WRMSR. */
extern const char kx_wrmsr32[];

/* Guest: VMMCALL (else VMCALL); kx_guest_init() sets the guest's copy. */
extern bool kx_use_vmmcall;

/* Guest: a hypercall from 64-bit code, by the instruction of the vendor. */
static inline long kx_hypercall(unsigned long nr, unsigned long a1,
				unsigned long a2, unsigned long a3,
				unsigned long a4, unsigned long a5)
{
	register unsigned long r10 asm("r10") = a4;
	register unsigned long r8 asm("r8") = a5;
	long ret;

	if (kx_use_vmmcall)
		asm volatile("vmmcall"
			     : "=a"(ret), "+D"(a1), "+S"(a2), "+d"(a3),
			       "+r"(r10), "+r"(r8)
			     : "a"(nr) : "memory", "cc");
	else
		asm volatile("vmcall"
			     : "=a"(ret), "+D"(a1), "+S"(a2), "+d"(a3),
			       "+r"(r10), "+r"(r8)
			     : "a"(nr) : "memory", "cc");
	return ret;
}

#define kx_hypercall1(nr, a) kx_hypercall(nr, (unsigned long)(a), 0, 0, 0, 0)
#define kx_hypercall2(nr, a, b) \
	kx_hypercall(nr, (unsigned long)(a), (unsigned long)(b), 0, 0, 0)
#define kx_hypercall3(nr, a, b, c)					\
	kx_hypercall(nr, (unsigned long)(a), (unsigned long)(b),	\
		     (unsigned long)(c), 0, 0)

/* Guest: the same with every register chosen and read back. */
void kx_hypercall_gprs(struct kx_gprs *gprs);

/* Guest: call entry @nr of the hypercall page at @page. */
long kx_hypercall_page(void *page, unsigned long nr, unsigned long a1,
		       unsigned long a2);

/*
 * Guest: a hypercall from a code segment with CS.L = 0 at the current CPL. @gprs and
 * whatever it points to must lie below 4 GiB (image and stacks do). Needs
 * kx_guest_segments().
 */
void kx_hypercall_gprs32(struct kx_gprs32 *gprs);
int32_t kx_hypercall32(uint32_t nr, uint32_t a1, uint32_t a2, uint32_t a3,
		       uint32_t a4, uint32_t a5);

/* Guest: put the segments of the two below into the vCPU's GDT; once each. */
void kx_guest_segments(void);

/*
 * Guest: go on at CPL 3 in @fn, for good. I/O is allowed there, so ucalls
 * work. Needs kx_guest_segments() and, on the host, kx_vm_user_pages().
 */
void kx_guest_enter_user(void (*fn)(void)) __noreturn;

/* Host: once per VM, after its creation and before a vCPU runs. */
void kx_guest_init(struct kvm_vm *vm);

/* Host: let CPL 3 at everything that is mapped now. */
void kx_vm_user_pages(struct kvm_vm *vm);

/*
 * Host: run @vcpu until a ucall and return its number. An assertion that fails
 * in the guest, and an exit that is no ucall, fail the case. Guest messages
 * are printed on the way.
 */
uint64_t kx_run(struct kvm_vcpu *vcpu, struct ucall *uc);

/* Host: run until GUEST_DONE(), or until GUEST_SYNC1(value), the value. */
void kx_run_done(struct kvm_vcpu *vcpu);
uint64_t kx_run_sync(struct kvm_vcpu *vcpu);

#endif /* KX_GUEST_H */
