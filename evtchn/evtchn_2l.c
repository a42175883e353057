// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 2-level ABI: a bit per port in shared_info, a bit per word of those in
 * vcpu_info, and evtchn_upcall_pending on top. Set from the bottom up.
 */
#include "state.h"

static u32 *pending_word(struct kx_domain *d, const struct kx_layout *l, u32 port)
{
	return (u32 *)(kx_shinfo_live(d) + l->evtchn_pending) + port / 32;
}

static u32 *mask_word(struct kx_domain *d, const struct kx_layout *l, u32 port)
{
	return (u32 *)(kx_shinfo_live(d) + l->evtchn_mask) + port / 32;
}

/*
 * The layout for a port, or NULL where the port lies beyond its bitmaps: the
 * guest can have bound it before it latched a smaller width.
 */
static const struct kx_layout *layout_for(struct kx_domain *d, u32 port)
{
	const struct kx_layout *l = kx_layout(READ_ONCE(d->width));

	return port < l->nr_ports ? l : NULL;
}

/**
 * kx_2l_set_pending() - make a port pending
 * @d: the domain that gets the event
 * @chn: its channel, locked
 *
 * Context: any, never sleeps.
 */
void kx_2l_set_pending(struct kx_domain *d, struct kx_chn *chn)
{
	const struct kx_layout *l = layout_for(d, chn->port);
	u32 port = chn->port;

	if (!l)
		return;
	rcu_read_lock();
	if (!kx_test_and_set_bit32(pending_word(d, l, port), port)) {
		/* the locked operation orders this read after the bit */
		if (!(READ_ONCE(*mask_word(d, l, port)) & BIT(port % 32)))
			kx_upcall_select(chn->v, l, port / l->word_bits);
		kx_poll_check(d, port);
	}
	rcu_read_unlock();
}

/** kx_2l_clear_pending() - a closed port is pending no more */
void kx_2l_clear_pending(struct kx_domain *d, u32 port)
{
	const struct kx_layout *l = layout_for(d, port);

	if (!l)
		return;
	rcu_read_lock();
	kx_test_and_clear_bit32(pending_word(d, l, port), port);
	rcu_read_unlock();
}

/** kx_2l_unmask() - EVTCHNOP_unmask; deliver what came meanwhile */
void kx_2l_unmask(struct kx_domain *d, struct kx_chn *chn)
{
	const struct kx_layout *l = layout_for(d, chn->port);
	u32 port = chn->port;

	if (!l)
		return;
	rcu_read_lock();
	if (kx_test_and_clear_bit32(mask_word(d, l, port), port) &&
	    (READ_ONCE(*pending_word(d, l, port)) & BIT(port % 32)) && chn->v)
		kx_upcall_select(chn->v, l, port / l->word_bits);
	rcu_read_unlock();
}

/** kx_2l_is_pending() - whether the guest has not handled the port yet */
bool kx_2l_is_pending(struct kx_domain *d, u32 port)
{
	const struct kx_layout *l = layout_for(d, port);
	bool pending;

	if (!l)
		return false;
	port = array_index_nospec(port, l->nr_ports);
	rcu_read_lock();
	pending = READ_ONCE(*pending_word(d, l, port)) & BIT(port % 32);
	rcu_read_unlock();
	return pending;
}
