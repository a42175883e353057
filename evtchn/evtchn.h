/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event channels: ports, their binding, delivery through the 2-level ABI,
 * virtual IRQs, polls, and the guest's timers, which are virtual IRQs.
 */
#ifndef KX_EVTCHN_H
#define KX_EVTCHN_H

#include "../shinfo/shinfo.h"

int kx_evtchn_init(struct kx_domain *d);
void kx_evtchn_reset(struct kx_domain *d);
void kx_evtchn_destroy(struct kx_domain *d);
int kx_evtchn_vcpu_init(struct kx_vcpu *v);
void kx_evtchn_vcpu_reset(struct kx_vcpu *v);
void kx_evtchn_vcpu_destroy(struct kx_vcpu *v);

/* operations of a guest; Context: vCPU thread, may sleep; 0 or -errno */
int kx_evtchn_bind_ipi(struct kx_domain *d, u32 vcpu, u32 *port);
int kx_evtchn_bind_virq(struct kx_domain *d, u32 virq, u32 vcpu, u32 *port);
int kx_evtchn_bind_vcpu(struct kx_domain *d, u32 port, u32 vcpu);
int kx_evtchn_close(struct kx_domain *d, u32 port);
int kx_evtchn_send(struct kx_domain *d, u32 port);
int kx_evtchn_unmask(struct kx_domain *d, u32 port);
int kx_evtchn_status(struct kx_domain *d, struct evtchn_status *status);

/* any context, never sleeps */
void kx_evtchn_send_virq(struct kx_vcpu *v, u32 virq);
bool kx_evtchn_port_ok(struct kx_domain *d, u32 port);
bool kx_evtchn_port_pending(struct kx_domain *d, u32 port);

/* poll.c */
bool kx_poll_begin(struct kx_vcpu *v, const u32 *ports, unsigned int nr_ports,
		   u64 timeout_ns);
bool kx_block_begin(struct kx_vcpu *v);
void kx_poll_check(struct kx_domain *d, u32 port);
void kx_poll_wake(struct kx_vcpu *v);

/* vtimer.c; Context: vCPU thread */
int kx_vtimer_set_singleshot(struct kx_vcpu *v, u64 deadline_ns, u32 flags);
void kx_vtimer_stop_singleshot(struct kx_vcpu *v);
int kx_vtimer_set_periodic(struct kx_vcpu *v, u64 period_ns);
void kx_vtimer_stop_periodic(struct kx_vcpu *v);
void kx_vtimer_set_timer_op(struct kx_vcpu *v, s64 deadline_ns);

/**
 * kx_timer_expired() - a timer of kx_timer_arm() went off
 * @v: its vCPU
 * @which: the timer
 *
 * Context: any, hard interrupt too; never sleeps.
 */
void kx_timer_expired(struct kx_vcpu *v, enum kx_timer which);

#endif /* KX_EVTCHN_H */
