/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * "Is this VM ours": an array of lists, indexed by the page number of the
 * struct kvm (KVM allocates each in pages of its own). The trampolines look
 * only whether the list is empty. Read by assembler too.
 */
#ifndef KX_VM_TABLE_H
#define KX_VM_TABLE_H

#define KX_VM_TABLE_SHIFT	12
#define KX_VM_TABLE_BITS	12
#define KX_VM_TABLE_MASK	((1 << KX_VM_TABLE_BITS) - 1)

#ifndef __ASSEMBLY__
#include <linux/list.h>

extern struct hlist_head kx_vm_table[1 << KX_VM_TABLE_BITS];

static inline struct hlist_head *kx_vm_bucket(const void *kvm)
{
	return &kx_vm_table[((unsigned long)kvm >> KX_VM_TABLE_SHIFT) &
			    KX_VM_TABLE_MASK];
}
#endif

#endif /* KX_VM_TABLE_H */
