// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last step of delivery that the guest can see: the selector word and
 * evtchn_upcall_pending. Any context; never sleeps, never allocates.
 */
#include "state.h"

/* pending and mask bytes are bits 0 and 8 of the first word */
#define PENDING_BIT	0

/**
 * kx_upcall_select() - a port of selector group @sel became pending
 * @v: the vCPU to tell
 * @l: the guest's layout as the caller read it, once for all of its steps
 * @sel: group, below the guest's word size
 *
 * Context: any, inside RCU.
 */
void kx_upcall_select(struct kx_vcpu *v, const struct kx_layout *l,
		      unsigned int sel)
{
	u32 *word;

	if (WARN_ON_ONCE(sel >= l->word_bits))
		return;
	word = kx_vcpu_info(v) + l->vi_sel;
	if (!kx_test_and_set_bit32(word + sel / 32, sel))
		kx_upcall_raise(v);
}

/**
 * kx_upcall_raise() - set evtchn_upcall_pending; kick if it was clear
 * @v: the vCPU
 *
 * Context: any, inside RCU.
 */
void kx_upcall_raise(struct kx_vcpu *v)
{
	if (!kx_test_and_set_bit32(kx_vcpu_info(v), PENDING_BIT))
		kx_vcpu_kick(v);
}

/** kx_upcall_pending() - evtchn_upcall_pending; any context, inside RCU */
bool kx_upcall_pending(struct kx_vcpu *v)
{
	return READ_ONCE(*(u8 *)kx_vcpu_info(v));
}

/** kx_upcall_masked() - evtchn_upcall_mask; any context, inside RCU */
bool kx_upcall_masked(struct kx_vcpu *v)
{
	return READ_ONCE(*((u8 *)kx_vcpu_info(v) + KX_VI_MASK));
}

/** kx_upcall_unmask() - clear evtchn_upcall_mask; any context, inside RCU */
void kx_upcall_unmask(struct kx_vcpu *v)
{
	WRITE_ONCE(*((u8 *)kx_vcpu_info(v) + KX_VI_MASK), 0);
}

/**
 * kx_upcall_rescan() - the callback changed: kick whoever waits for it
 * @d: domain
 *
 * Context: any.
 */
void kx_upcall_rescan(struct kx_domain *d)
{
	struct kx_vcpu *v;
	unsigned int i;

	rcu_read_lock();
	kx_for_each_vcpu(d, v, i)
		if (kx_upcall_pending(v))
			kx_vcpu_kick(v);
	rcu_read_unlock();
}
