/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trampolines of the direct ftrace calls: filters in front of KVM's functions.
 *
 * On entry the stack holds the address in the original (behind its fentry
 * call) and, above it, the original's caller. A VM that is not ours goes on
 * into the original at once; only RAX and flags are touched, which no function
 * expects to be kept here.
 */
#include <linux/linkage.h>
#include <asm/nospec-branch.h>
#include <asm/unwind_hints.h>

#include "vm_table.h"

/* \vm: 1 if the first argument is a struct kvm, 0 for a struct kvm_vcpu */
.macro KX_FILTER name:req handler:req vm=0
SYM_FUNC_START(\name)
	.if \vm
	movq	%rdi, %rax
	.else
	movq	(%rdi), %rax		/* vcpu->kvm */
	.endif
	shrq	$KX_VM_TABLE_SHIFT, %rax
	andl	$KX_VM_TABLE_MASK, %eax
	cmpq	$0, kx_vm_table(, %rax, 8)
	jne	.Lours_\@
	RET
.Lours_\@:
	pushq	%rdi
	pushq	%rsi
	pushq	%rdx
	pushq	%rcx
	pushq	%r8
	pushq	%r9
	call	\handler
	movq	%rdx, %r10
	popq	%r9
	popq	%r8
	popq	%rcx
	popq	%rdx
	popq	%rsi
	popq	%rdi
	testq	%rax, %rax
	jnz	.Ltaken_\@
	RET
.Ltaken_\@:
	movq	%r10, %rax
	addq	$8, %rsp		/* not into the original: to its caller */
	UNWIND_HINT_FUNC
	RET
SYM_FUNC_END(\name)
.endm

	.text
KX_FILTER kx_tramp_hypercall kx_on_hypercall
KX_FILTER kx_tramp_set_msr kx_on_set_msr
KX_FILTER kx_tramp_get_msr kx_on_get_msr
KX_FILTER kx_tramp_cpuid kx_on_cpuid
KX_FILTER kx_tramp_has_injectable kx_on_has_injectable
KX_FILTER kx_tramp_has_interrupt kx_on_has_interrupt
KX_FILTER kx_tramp_get_interrupt kx_on_get_interrupt
KX_FILTER kx_tramp_get_extint kx_on_get_interrupt
KX_FILTER kx_tramp_pre_destroy kx_on_pre_destroy vm=1
