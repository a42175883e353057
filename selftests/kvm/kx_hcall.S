/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest code: hypercalls with every register chosen, from 64-bit and from
 * 32-bit code. kx_guest.h describes both.
 */
#include "kx_segments.h"

	.section .note.GNU-stack, "", @progbits
	.text

	.macro save_callee_saved
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	.endm

	.macro restore_callee_saved
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	.endm

/* void kx_hypercall_gprs(struct kx_gprs *gprs) */
	.globl	kx_hypercall_gprs
	.type	kx_hypercall_gprs, @function
kx_hypercall_gprs:
	save_callee_saved
	push	%rdi
	cmpb	$0, kx_use_vmmcall(%rip)
	mov	0x00(%rdi), %rax
	mov	0x08(%rdi), %rbx
	mov	0x10(%rdi), %rcx
	mov	0x18(%rdi), %rdx
	mov	0x20(%rdi), %rsi
	mov	0x30(%rdi), %rbp
	mov	0x38(%rdi), %r8
	mov	0x40(%rdi), %r9
	mov	0x48(%rdi), %r10
	mov	0x50(%rdi), %r11
	mov	0x58(%rdi), %r12
	mov	0x60(%rdi), %r13
	mov	0x68(%rdi), %r14
	mov	0x70(%rdi), %r15
	mov	0x28(%rdi), %rdi
	je	1f
	vmmcall
	jmp	2f
1:
	vmcall
2:
	xchg	%rdi, (%rsp)
	mov	%rax, 0x00(%rdi)
	mov	%rbx, 0x08(%rdi)
	mov	%rcx, 0x10(%rdi)
	mov	%rdx, 0x18(%rdi)
	mov	%rsi, 0x20(%rdi)
	mov	%rbp, 0x30(%rdi)
	mov	%r8, 0x38(%rdi)
	mov	%r9, 0x40(%rdi)
	mov	%r10, 0x48(%rdi)
	mov	%r11, 0x50(%rdi)
	mov	%r12, 0x58(%rdi)
	mov	%r13, 0x60(%rdi)
	mov	%r14, 0x68(%rdi)
	mov	%r15, 0x70(%rdi)
	pop	%rax
	mov	%rax, 0x28(%rdi)
	restore_callee_saved
	ret

/*
 * void kx_hypercall_gprs32(struct kx_gprs32 *gprs)
 *
 * A far call into a segment with CS.L = 0. The stack pointer is 32 bits wide
 * there only with a stack segment that says so, and the upper halves of
 * registers do not survive.
 */
	.globl	kx_hypercall_gprs32
	.type	kx_hypercall_gprs32, @function
kx_hypercall_gprs32:
	save_callee_saved
	mov	%cs, %ax
	test	$3, %al
	jz	1f
	lcall	*far32_user(%rip)	/* SS is KX_UDS already */
	mov	%esp, %esp
	restore_callee_saved
	ret
1:
	mov	%ss, %ax
	push	%rax
	mov	$KX_DS32, %ax
	mov	%ax, %ss
	lcall	*far32(%rip)
	mov	%esp, %esp
	pop	%rax
	mov	%ax, %ss
	restore_callee_saved
	ret

	.code32
code32:
	mov	%edi, %ebp
	mov	0x00(%ebp), %eax
	mov	0x04(%ebp), %ebx
	mov	0x08(%ebp), %ecx
	mov	0x0c(%ebp), %edx
	mov	0x10(%ebp), %esi
	mov	0x14(%ebp), %edi
	cmpl	$0, 0x18(%ebp)
	jne	3f
	cmpb	$0, kx_use_vmmcall
	je	1f
	vmmcall
	jmp	2f
3:
	call	*0x18(%ebp)
	jmp	2f
1:
	vmcall
2:
	mov	%eax, 0x00(%ebp)
	mov	%ebx, 0x04(%ebp)
	mov	%ecx, 0x08(%ebp)
	mov	%edx, 0x0c(%ebp)
	mov	%esi, 0x10(%ebp)
	mov	%edi, 0x14(%ebp)
	lret

/* for kx_gprs32.entry */
	.globl	kx_wrmsr32
	.type	kx_wrmsr32, @function
kx_wrmsr32:
	wrmsr
	ret

	.section .rodata
far32:
	.long	code32
	.word	KX_CS32
far32_user:
	.long	code32
	.word	KX_UCS32
