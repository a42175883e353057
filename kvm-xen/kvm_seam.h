/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kvm_*.c files share: functions that KVM exports but declares in a
 * private header (their CRCs are checked at load), functions found by name,
 * and the handlers that the trampolines call.
 */
#ifndef KX_KVM_SEAM_H
#define KX_KVM_SEAM_H

#include <linux/kvm_host.h>

#include "compat.h"
#include "core.h"

/* exported by kvm.ko, declared in arch/x86/kvm/{x86,cpuid,lapic,mmu}.h */
struct x86_exception;
bool kvm_cpuid(struct kvm_vcpu *vcpu, u32 *eax, u32 *ebx, u32 *ecx, u32 *edx,
	       bool exact_only);
int kvm_read_guest_virt(struct kvm_vcpu *vcpu, gva_t addr, void *val,
			unsigned int bytes, struct x86_exception *exception);
int kvm_write_guest_virt_system(struct kvm_vcpu *vcpu, gva_t addr, void *val,
				unsigned int bytes,
				struct x86_exception *exception);

/**
 * struct kx_kvm_syms - functions of kvm.ko that are found by name
 * @get_cpl: the privilege level of a vCPU; it is in a table of KVM's emulator,
 *	so it can be called through a pointer
 */
struct kx_kvm_syms {
	int (*get_cpl)(struct x86_emulate_ctxt *ctxt);
};

extern struct kx_kvm_syms kx_kvm_syms;

/**
 * struct kx_verdict - what a filter decided
 * @handled: not 0: the original is skipped and its caller gets @ret
 * @ret: result
 *
 * Returned in RAX and RDX; kvm_tramp.S knows that.
 */
struct kx_verdict {
	unsigned long handled;
	unsigned long ret;
};

#define KX_PASS		((struct kx_verdict){ 0, 0 })
#define KX_TAKE(r)	((struct kx_verdict){ 1, (unsigned long)(r) })

/* kvm_tramp.S; never called, only registered */
void kx_tramp_hypercall(void);
void kx_tramp_set_msr(void);
void kx_tramp_get_msr(void);
void kx_tramp_cpuid(void);
void kx_tramp_has_injectable(void);
void kx_tramp_has_interrupt(void);
void kx_tramp_get_interrupt(void);
void kx_tramp_get_extint(void);
void kx_tramp_pre_destroy(void);

/* the handlers behind them */
struct kx_verdict kx_on_hypercall(struct kvm_vcpu *kvcpu);
struct kx_verdict kx_on_set_msr(struct kvm_vcpu *kvcpu, struct msr_data *msr);
struct kx_verdict kx_on_get_msr(struct kvm_vcpu *kvcpu, struct msr_data *msr);
struct kx_verdict kx_on_cpuid(struct kvm_vcpu *kvcpu, u32 *eax, u32 *ebx,
			      u32 *ecx, u32 *edx);
struct kx_verdict kx_on_has_injectable(struct kvm_vcpu *kvcpu);
struct kx_verdict kx_on_has_interrupt(struct kvm_vcpu *kvcpu);
struct kx_verdict kx_on_get_interrupt(struct kvm_vcpu *kvcpu);
struct kx_verdict kx_on_pre_destroy(struct kvm *kvm);

/* behind the plain hooks; preemption is off */
void kx_on_vcpu_load(struct kvm_vcpu *kvcpu);
void kx_on_vcpu_put(struct kvm_vcpu *kvcpu);
void kx_on_apic_map(struct kvm *kvm);

/* the object of a vCPU that has one; inside RCU */
struct kx_vcpu *kx_vcpu_find(struct kvm_vcpu *kvcpu);
/* the same, made if needed; inside kx_dom_enter(), may sleep */
struct kx_vcpu *kx_vcpu_of(struct kx_dom *dom, struct kvm_vcpu *kvcpu);

/* kvm_attach.c: why a VM cannot be a domain, or 0 */
int kx_vm_check(struct kvm *kvm, const char **why);

/* kvm_clock.c */
void kx_clock_enter(struct kx_vcpu *v);
void kx_clock_load(struct kx_vcpu *v);

/* kvm_window.c */
bool kx_window_owns_slot(const struct kvm_memory_slot *slot);

/* kvm_selftest.c */
enum kx_hook {
	KX_HOOK_VCPU_LOAD,
	KX_HOOK_VCPU_PUT,
	KX_HOOK_APIC_MAP,
	KX_HOOK_HYPERCALL,
	KX_HOOK_SET_MSR,
	KX_HOOK_GET_MSR,
	KX_HOOK_CPUID,
	KX_HOOK_HAS_INJECTABLE,
	KX_HOOK_HAS_INTERRUPT,
	KX_HOOK_GET_INTERRUPT,
	KX_NR_HOOKS,
};

void kx_hook_fired(enum kx_hook hook);
int kx_hooks_selftest(void);

#endif /* KX_KVM_SEAM_H */
