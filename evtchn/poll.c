// SPDX-License-Identifier: GPL-2.0-only
/*
 * SCHEDOP_poll and SCHEDOP_block. The handler never sleeps: it announces what
 * the vCPU waits for, looks once more whether that is there already, and lets
 * the vCPU halt. Whoever takes the announcement away wakes the vCPU.
 */
#include "state.h"

/* true if this call ended a poll */
static bool poll_end(struct kx_vcpu *v)
{
	if (atomic_xchg(&v->evtchn->poll, KX_POLL_NONE) == KX_POLL_NONE)
		return false;
	atomic_dec(&v->d->evtchn->nr_pollers);
	return true;
}

static bool upcall_deliverable(struct kx_vcpu *v)
{
	bool pending;

	rcu_read_lock();
	pending = kx_upcall_pending(v);
	rcu_read_unlock();
	return pending && READ_ONCE(v->d->callback_vector) &&
	       kx_vcpu_interrupts_on(v);
}

/**
 * kx_poll_begin() - SCHEDOP_poll
 * @v: the calling vCPU
 * @ports: copied in, each in range
 * @nr_ports: how many; 0: only the timeout or an upcall ends the poll
 * @timeout_ns: absolute guest system time, 0: none
 *
 * Context: thread of @v; may sleep.
 * Return: true if the vCPU has to halt.
 */
bool kx_poll_begin(struct kx_vcpu *v, const u32 *ports, unsigned int nr_ports,
		   u64 timeout_ns)
{
	struct kx_evtchn *e = v->d->evtchn;
	u32 wanted = KX_POLL_ANY;
	unsigned int i;

	if (nr_ports == 1)
		wanted = KX_POLL_PORT(ports[0]);

	poll_end(v);
	kx_timer_cancel(v, KX_TIMER_POLL);
	kx_vcpu_forget_unhalt(v);

	atomic_inc(&e->nr_pollers);
	atomic_set(&v->evtchn->poll, wanted);
	/* announce before looking; pairs with the bit set before kx_poll_check() */
	smp_mb();

	if (upcall_deliverable(v))
		goto awake;
	for (i = 0; i < nr_ports; i++)
		if (kx_evtchn_port_pending(v->d, ports[i]))
			goto awake;
	if (timeout_ns)
		kx_timer_arm(v, KX_TIMER_POLL, timeout_ns, 0);
	return true;
awake:
	poll_end(v);
	return false;
}

/**
 * kx_block_begin() - SCHEDOP_block
 * @v: the calling vCPU
 *
 * Enables upcalls first, as Xen does.
 *
 * Context: thread of @v.
 * Return: true if the vCPU has to halt; an upcall ends that.
 */
bool kx_block_begin(struct kx_vcpu *v)
{
	kx_vcpu_forget_unhalt(v);
	rcu_read_lock();
	kx_upcall_unmask(v);
	rcu_read_unlock();
	return !upcall_deliverable(v);
}

/**
 * kx_poll_check() - a port became pending: wake who polls for it
 * @d: domain
 * @port: the port, its bit set by a locked operation just before
 *
 * Context: any, inside RCU.
 */
void kx_poll_check(struct kx_domain *d, u32 port)
{
	struct kx_vcpu *v;
	unsigned int i;

	if (likely(!atomic_read(&d->evtchn->nr_pollers)))
		return;
	kx_for_each_vcpu(d, v, i) {
		u32 poll = atomic_read(&v->evtchn->poll);

		if (poll == KX_POLL_PORT(port) || poll == KX_POLL_ANY)
			kx_poll_wake(v);
	}
}

/**
 * kx_poll_wake() - end a vCPU's poll, if there is one
 * @v: vCPU
 *
 * Context: any, never sleeps.
 */
void kx_poll_wake(struct kx_vcpu *v)
{
	if (poll_end(v))
		kx_vcpu_unhalt(v);
}
