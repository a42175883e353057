/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between host kernels: all of them, probed by feature. Included
 * by kvm_seam.h, behind KVM's headers.
 */
#ifndef KX_COMPAT_H
#define KX_COMPAT_H

#include <linux/ftrace.h>
#include <linux/kvm.h>
#include <linux/mm.h>

struct kvm;

/*
 * Direct calls by ftrace_ops: register_ftrace_direct() took (ip, addr) before
 * and had a sister with "_multi". The newer ftrace.h has a macro of its own
 * for arguments.
 */
#ifdef ftrace_regs_get_argument
#define kx_register_direct(ops, tramp)	register_ftrace_direct(ops, tramp)
#define kx_unregister_direct(ops, tramp) \
	unregister_ftrace_direct(ops, tramp, true)
#define kx_fregs_arg0(fregs)	ftrace_regs_get_argument(fregs, 0)
#else
#define kx_register_direct(ops, tramp)	register_ftrace_direct_multi(ops, tramp)
static inline int kx_unregister_direct(struct ftrace_ops *ops,
				       unsigned long tramp)
{
	int r = unregister_ftrace_direct_multi(ops, tramp);

	ftrace_free_filter(ops);
	return r;
}

#define kx_fregs_arg0(fregs)	((fregs)->regs.di)
#endif

/* memory regions grew a second form when guest_memfd came */
#ifdef KVM_SET_USER_MEMORY_REGION2
#define kx_memory_region	kvm_userspace_memory_region2
#else
#define kx_memory_region	kvm_userspace_memory_region
#endif

/* guest_memfd */
#ifdef kvm_arch_has_private_mem
#define kx_has_private_mem(kvm)	kvm_arch_has_private_mem(kvm)
#else
static inline bool kx_has_private_mem(struct kvm *kvm)
{
	return false;
}
#endif

/* flags of a VMA are written through a function since per-VMA locks */
#ifdef CONFIG_PER_VMA_LOCK
#define kx_vma_set_flags(vma, flags)	vm_flags_set(vma, flags)
#else
#define kx_vma_set_flags(vma, flags)	((vma)->vm_flags |= (flags))
#endif

/* Hyper-V emulation became optional */
#if defined(CONFIG_KVM_HYPERV) || !defined(KVM_SET_USER_MEMORY_REGION2)
#define KX_HAVE_HYPERV	1
#else
#define KX_HAVE_HYPERV	0
#endif

/* VM types of encrypted guests */
#ifdef KVM_X86_SEV_VM
#define kx_is_encrypted(kvm)	((kvm)->arch.vm_type >= KVM_X86_SEV_VM)
#else
static inline bool kx_is_encrypted(struct kvm *kvm)
{
	return false;
}
#endif

#endif /* KX_COMPAT_H */
