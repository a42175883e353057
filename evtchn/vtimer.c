// SPDX-License-Identifier: GPL-2.0-only
/* The guest's timers: each expiry is VIRQ_TIMER. Times: guest system time. */
#include "state.h"

/* the bounds of Xen 4.17 */
#define PERIOD_MIN_NS		1000000ULL
#define PERIOD_MAX_NS		(~0ULL >> 2)
/* set_timer_op: a deadline farther ahead than this is a mistake of the guest */
#define FAR_AHEAD_NS		BIT_ULL(50)
#define FAR_AHEAD_FIRES_NS	100000000ULL

/**
 * kx_vtimer_set_singleshot() - VCPUOP_set_singleshot_timer
 * @v: the calling vCPU
 * @deadline_ns: absolute; in the past: fires at once
 * @flags: VCPU_SSHOTTMR_future is ignored, as Xen 4.17.7 does
 *
 * Context: thread of @v.
 * Return: 0.
 */
int kx_vtimer_set_singleshot(struct kx_vcpu *v, u64 deadline_ns, u32 flags)
{
	kx_timer_arm(v, KX_TIMER_SINGLESHOT, deadline_ns, 0);
	return 0;
}

/** kx_vtimer_stop_singleshot() - VCPUOP_stop_singleshot_timer */
void kx_vtimer_stop_singleshot(struct kx_vcpu *v)
{
	kx_timer_cancel(v, KX_TIMER_SINGLESHOT);
}

/**
 * kx_vtimer_set_periodic() - VCPUOP_set_periodic_timer
 * @v: the vCPU
 * @period_ns: guest-controlled
 *
 * Context: a vCPU thread of the domain.
 * Return: 0, -EINVAL (below 1 ms, or too long).
 */
int kx_vtimer_set_periodic(struct kx_vcpu *v, u64 period_ns)
{
	if (period_ns < PERIOD_MIN_NS || period_ns > PERIOD_MAX_NS)
		return -EINVAL;
	kx_timer_arm(v, KX_TIMER_PERIODIC, kx_guest_time_ns(v) + period_ns,
		     period_ns);
	return 0;
}

/** kx_vtimer_stop_periodic() - VCPUOP_stop_periodic_timer */
void kx_vtimer_stop_periodic(struct kx_vcpu *v)
{
	kx_timer_cancel(v, KX_TIMER_PERIODIC);
}

/**
 * kx_vtimer_set_timer_op() - set_timer_op
 * @v: the calling vCPU
 * @deadline_ns: absolute; 0 stops the timer; negative, or more than 2^50 ns
 *	ahead: fires after 100 ms, as Xen does for guests that overflow
 *
 * Context: thread of @v.
 */
void kx_vtimer_set_timer_op(struct kx_vcpu *v, s64 deadline_ns)
{
	u64 now_ns = kx_guest_time_ns(v);

	if (!deadline_ns) {
		kx_timer_cancel(v, KX_TIMER_SINGLESHOT);
		return;
	}
	if (deadline_ns < 0 || (deadline_ns > now_ns &&
				deadline_ns - now_ns >= FAR_AHEAD_NS))
		deadline_ns = now_ns + FAR_AHEAD_FIRES_NS;
	kx_timer_arm(v, KX_TIMER_SINGLESHOT, deadline_ns, 0);
}

void kx_timer_expired(struct kx_vcpu *v, enum kx_timer which)
{
	if (which == KX_TIMER_POLL)
		kx_poll_wake(v);
	else
		kx_evtchn_send_virq(v, VIRQ_TIMER);
}
