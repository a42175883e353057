/* SPDX-License-Identifier: GPL-2.0-only */
/* What only the files of this room see. */
#ifndef KX_EVTCHN_STATE_H
#define KX_EVTCHN_STATE_H

#include "evtchn.h"

#define KX_EVTCHN_MAX_PORTS	4096
#define KX_EVTCHN_PER_BUCKET	64
#define KX_EVTCHN_BUCKETS	(KX_EVTCHN_MAX_PORTS / KX_EVTCHN_PER_BUCKET)

/**
 * enum kx_chn_state - what a port is
 * @KX_CHN_FREE: nothing; it can be allocated
 * @KX_CHN_RESERVED: port 0
 * @KX_CHN_IPI: sends to a vCPU of its own domain
 * @KX_CHN_VIRQ: raised by us
 */
enum kx_chn_state {
	KX_CHN_FREE,
	KX_CHN_RESERVED,
	KX_CHN_IPI,
	KX_CHN_VIRQ,
};

/**
 * struct kx_chn - a port
 * @lock: protects the channel against a change of @state while it is sent on;
 *	innermost of the room, above the shared pages' own locks; any context
 * @state: enum kx_chn_state, changed under &kx_evtchn.lock and @lock
 * @port: its number
 * @v: the vCPU that is told
 * @owner: the vCPU it was bound on; a global VIRQ stays registered there
 * @virq: state %KX_CHN_VIRQ: which one
 */
struct kx_chn {
	raw_spinlock_t lock;
	u8 state;
	u32 port;
	struct kx_vcpu *v;
	struct kx_vcpu *owner;
	u32 virq;
};

/**
 * struct kx_evtchn - a domain's event channels
 * @lock: allocation, binding, closing; inside &kx_domain.lock, outside
 *	&kx_chn.lock
 * @bucket: channels, made on demand, kept until the domain goes
 * @nr_pollers: vCPUs in SCHEDOP_poll
 */
struct kx_evtchn {
	struct mutex lock;
	struct kx_chn *bucket[KX_EVTCHN_BUCKETS];
	atomic_t nr_pollers;
};

/* values of &kx_evtchn_vcpu.poll; a single port counts from 1 */
#define KX_POLL_NONE		0U
#define KX_POLL_ANY		(~0U)
#define KX_POLL_PORT(port)	((port) + 1)

/**
 * struct kx_evtchn_vcpu - a vCPU's share of the room
 * @virq_port: port of each bound VIRQ, 0: none; read in any context
 * @poll: what the vCPU polls for, KX_POLL_*; who exchanges it for
 *	%KX_POLL_NONE ends the poll
 */
struct kx_evtchn_vcpu {
	u32 virq_port[NR_VIRQS];
	atomic_t poll;
};

struct kx_chn *kx_chn_lookup(struct kx_domain *d, u32 port);

/* evtchn_2l.c; called with the channel's lock held */
void kx_2l_set_pending(struct kx_domain *d, struct kx_chn *chn);
void kx_2l_clear_pending(struct kx_domain *d, u32 port);
void kx_2l_unmask(struct kx_domain *d, struct kx_chn *chn);
bool kx_2l_is_pending(struct kx_domain *d, u32 port);

#endif /* KX_EVTCHN_STATE_H */
