// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports and their binding. &kx_evtchn.lock orders allocation, binding and
 * closing; a sender takes the channel's own lock only.
 */
#include "state.h"

/**
 * kx_evtchn_init() - give a new domain its event channels
 * @d: domain, not yet published
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int kx_evtchn_init(struct kx_domain *d)
{
	struct kx_evtchn *e = kzalloc(sizeof(*e), GFP_KERNEL_ACCOUNT);

	if (!e)
		return -ENOMEM;
	mutex_init(&e->lock);
	d->evtchn = e;
	return 0;
}

/* the channel of a port that was allocated once, else NULL */
struct kx_chn *kx_chn_lookup(struct kx_domain *d, u32 port)
{
	struct kx_chn *bucket;

	if (port >= KX_EVTCHN_MAX_PORTS)
		return NULL;
	port = array_index_nospec(port, KX_EVTCHN_MAX_PORTS);
	/* pairs with the release in bucket_make() */
	bucket = smp_load_acquire(&d->evtchn->bucket[port / KX_EVTCHN_PER_BUCKET]);
	return bucket ? &bucket[port % KX_EVTCHN_PER_BUCKET] : NULL;
}

static int bucket_make(struct kx_evtchn *e, u32 port)
{
	struct kx_chn **slot = &e->bucket[port / KX_EVTCHN_PER_BUCKET];
	struct kx_chn *bucket;
	u32 i;

	if (*slot)
		return 0;
	bucket = kcalloc(KX_EVTCHN_PER_BUCKET, sizeof(*bucket),
			 GFP_KERNEL_ACCOUNT);
	if (!bucket)
		return -ENOMEM;
	for (i = 0; i < KX_EVTCHN_PER_BUCKET; i++) {
		raw_spin_lock_init(&bucket[i].lock);
		bucket[i].port = port - port % KX_EVTCHN_PER_BUCKET + i;
	}
	if (port < KX_EVTCHN_PER_BUCKET)
		bucket[0].state = KX_CHN_RESERVED;
	/* pairs with the acquire in kx_chn_lookup() */
	smp_store_release(slot, bucket);
	return 0;
}

/* the lowest free port; called with the room's lock held */
static struct kx_chn *chn_alloc(struct kx_domain *d)
{
	u32 port, max = kx_layout(READ_ONCE(d->width))->nr_ports;
	struct kx_chn *chn;
	int r;

	lockdep_assert_held(&d->evtchn->lock);
	for (port = 1; port < max; port++) {
		r = bucket_make(d->evtchn, port);
		if (r)
			return ERR_PTR(r);
		chn = kx_chn_lookup(d, port);
		if (chn->state == KX_CHN_FREE)
			return chn;
	}
	return ERR_PTR(-ENOSPC);
}

static void chn_set(struct kx_chn *chn, enum kx_chn_state state,
		    struct kx_vcpu *v, u32 virq)
{
	raw_spin_lock_irq(&chn->lock);
	chn->v = v;
	chn->owner = v;
	chn->virq = virq;
	chn->state = state;
	raw_spin_unlock_irq(&chn->lock);
}

/* VIRQs that a domain has once; the others exist once per vCPU */
static bool virq_is_global(u32 virq)
{
	switch (virq) {
	case VIRQ_TIMER:
	case VIRQ_DEBUG:
	case VIRQ_XENOPROF:
	case VIRQ_XENPMU:
		return false;
	default:
		return true;
	}
}

/* called with the room's lock held, for a channel that is bound */
static void chn_close(struct kx_domain *d, struct kx_chn *chn)
{
	lockdep_assert_held(&d->evtchn->lock);
	if (chn->state == KX_CHN_VIRQ)
		WRITE_ONCE(chn->owner->evtchn->virq_port[chn->virq], 0);

	raw_spin_lock_irq(&chn->lock);
	chn->state = KX_CHN_FREE;
	chn->v = NULL;
	kx_2l_clear_pending(d, chn->port);
	raw_spin_unlock_irq(&chn->lock);
}

/**
 * kx_evtchn_reset() - close every port
 * @d: domain
 *
 * Context: may sleep.
 */
void kx_evtchn_reset(struct kx_domain *d)
{
	struct kx_evtchn *e = d->evtchn;
	struct kx_chn *chn;
	u32 port;

	mutex_lock(&e->lock);
	for (port = 1; port < KX_EVTCHN_MAX_PORTS; port++) {
		chn = kx_chn_lookup(d, port);
		if (chn && chn->state != KX_CHN_FREE)
			chn_close(d, chn);
		cond_resched();
	}
	mutex_unlock(&e->lock);
}

/**
 * kx_evtchn_destroy() - the end of the room
 * @d: domain that nobody can reach; never initialised is no error
 *
 * Context: may sleep.
 */
void kx_evtchn_destroy(struct kx_domain *d)
{
	unsigned int i;

	if (!d->evtchn)
		return;
	for (i = 0; i < KX_EVTCHN_BUCKETS; i++)
		kfree(d->evtchn->bucket[i]);
	kfree(d->evtchn);
	d->evtchn = NULL;
}

/** kx_evtchn_vcpu_init() - the room's share of a new vCPU; 0 or -ENOMEM */
int kx_evtchn_vcpu_init(struct kx_vcpu *v)
{
	v->evtchn = kzalloc(sizeof(*v->evtchn), GFP_KERNEL_ACCOUNT);
	return v->evtchn ? 0 : -ENOMEM;
}

/** kx_evtchn_vcpu_reset() - no poll; the ports are kx_evtchn_reset()'s */
void kx_evtchn_vcpu_reset(struct kx_vcpu *v)
{
	kx_poll_wake(v);
}

/** kx_evtchn_vcpu_destroy() - the end of a vCPU that nobody can reach */
void kx_evtchn_vcpu_destroy(struct kx_vcpu *v)
{
	kfree(v->evtchn);
	v->evtchn = NULL;
}

/**
 * kx_evtchn_bind_ipi() - EVTCHNOP_bind_ipi
 * @d: domain
 * @vcpu: Xen id of the vCPU that gets the events, guest-controlled
 * @port: the new port
 *
 * Context: may sleep.
 * Return: 0, -ENOENT (no such vCPU), -ENOSPC, -ENOMEM.
 */
int kx_evtchn_bind_ipi(struct kx_domain *d, u32 vcpu, u32 *port)
{
	struct kx_vcpu *v = kx_vcpu_by_id(d, vcpu);
	struct kx_chn *chn;
	int r = 0;

	if (!v)
		return -ENOENT;
	mutex_lock(&d->evtchn->lock);
	chn = chn_alloc(d);
	if (IS_ERR(chn)) {
		r = PTR_ERR(chn);
	} else {
		chn_set(chn, KX_CHN_IPI, v, 0);
		*port = chn->port;
	}
	mutex_unlock(&d->evtchn->lock);
	return r;
}

/**
 * kx_evtchn_bind_virq() - EVTCHNOP_bind_virq
 * @d: domain
 * @virq: guest-controlled
 * @vcpu: Xen id, guest-controlled; 0 for a global VIRQ
 * @port: the new port
 *
 * Context: may sleep.
 * Return: 0, -EINVAL (no such VIRQ, or a global one not on vCPU 0), -ENOENT
 * (no such vCPU), -EEXIST (bound already), -ENOSPC, -ENOMEM.
 */
int kx_evtchn_bind_virq(struct kx_domain *d, u32 virq, u32 vcpu, u32 *port)
{
	struct kx_chn *chn;
	struct kx_vcpu *v;
	int r = 0;

	if (virq >= NR_VIRQS)
		return -EINVAL;
	virq = array_index_nospec(virq, NR_VIRQS);
	if (virq_is_global(virq) && vcpu)
		return -EINVAL;
	v = kx_vcpu_by_id(d, vcpu);
	if (!v)
		return -ENOENT;

	mutex_lock(&d->evtchn->lock);
	if (v->evtchn->virq_port[virq]) {
		r = -EEXIST;
		goto out;
	}
	chn = chn_alloc(d);
	if (IS_ERR(chn)) {
		r = PTR_ERR(chn);
		goto out;
	}
	chn_set(chn, KX_CHN_VIRQ, v, virq);
	*port = chn->port;
	WRITE_ONCE(v->evtchn->virq_port[virq], chn->port);
out:
	mutex_unlock(&d->evtchn->lock);
	return r;
}

/**
 * kx_evtchn_bind_vcpu() - EVTCHNOP_bind_vcpu
 * @d: domain
 * @port: guest-controlled
 * @vcpu: Xen id, guest-controlled
 *
 * Context: may sleep.
 * Return: 0, -ENOENT (no such vCPU), -EINVAL (no such port, or one whose vCPU
 * is fixed: an IPI, a per-vCPU VIRQ).
 */
int kx_evtchn_bind_vcpu(struct kx_domain *d, u32 port, u32 vcpu)
{
	struct kx_vcpu *v = kx_vcpu_by_id(d, vcpu);
	struct kx_chn *chn;
	int r = -EINVAL;

	if (!v)
		return -ENOENT;
	mutex_lock(&d->evtchn->lock);
	chn = kx_chn_lookup(d, port);
	if (chn && chn->state == KX_CHN_VIRQ && virq_is_global(chn->virq)) {
		/* the VIRQ stays registered with vCPU 0, only its target moves */
		raw_spin_lock_irq(&chn->lock);
		chn->v = v;
		raw_spin_unlock_irq(&chn->lock);
		r = 0;
	}
	mutex_unlock(&d->evtchn->lock);
	return r;
}

/**
 * kx_evtchn_close() - EVTCHNOP_close
 * @d: domain
 * @port: guest-controlled
 *
 * Context: may sleep.
 * Return: 0 or -EINVAL.
 */
int kx_evtchn_close(struct kx_domain *d, u32 port)
{
	struct kx_chn *chn;
	int r = -EINVAL;

	mutex_lock(&d->evtchn->lock);
	chn = kx_chn_lookup(d, port);
	if (chn && chn->state != KX_CHN_FREE && chn->state != KX_CHN_RESERVED) {
		chn_close(d, chn);
		r = 0;
	}
	mutex_unlock(&d->evtchn->lock);
	return r;
}

/**
 * kx_evtchn_send() - EVTCHNOP_send
 * @d: domain
 * @port: guest-controlled
 *
 * Context: any, never sleeps.
 * Return: 0, or -EINVAL (the port cannot be sent on).
 */
int kx_evtchn_send(struct kx_domain *d, u32 port)
{
	struct kx_chn *chn = kx_chn_lookup(d, port);
	unsigned long flags;
	int r = -EINVAL;

	if (!chn)
		return r;
	raw_spin_lock_irqsave(&chn->lock, flags);
	if (chn->state == KX_CHN_IPI) {
		kx_2l_set_pending(d, chn);
		r = 0;
	}
	raw_spin_unlock_irqrestore(&chn->lock, flags);
	return r;
}

/**
 * kx_evtchn_unmask() - EVTCHNOP_unmask
 * @d: domain
 * @port: guest-controlled
 *
 * Context: any, never sleeps.
 * Return: 0 or -EINVAL (no such port).
 */
int kx_evtchn_unmask(struct kx_domain *d, u32 port)
{
	struct kx_chn *chn = kx_chn_lookup(d, port);
	unsigned long flags;

	if (!chn)
		return -EINVAL;
	raw_spin_lock_irqsave(&chn->lock, flags);
	kx_2l_unmask(d, chn);
	raw_spin_unlock_irqrestore(&chn->lock, flags);
	return 0;
}

/**
 * kx_evtchn_status() - EVTCHNOP_status for a port of @d
 * @d: domain
 * @status: &evtchn_status.port is guest-controlled; the rest is filled in
 *
 * Context: may sleep.
 * Return: 0 or -EINVAL (no such port).
 */
int kx_evtchn_status(struct kx_domain *d, struct evtchn_status *status)
{
	struct kx_chn *chn;
	int r = -EINVAL;

	mutex_lock(&d->evtchn->lock);
	chn = kx_chn_lookup(d, status->port);
	if (!chn)
		goto out;
	r = 0;
	status->vcpu = chn->v ? chn->v->id : 0;
	switch (chn->state) {
	case KX_CHN_IPI:
		status->status = EVTCHNSTAT_ipi;
		break;
	case KX_CHN_VIRQ:
		status->status = EVTCHNSTAT_virq;
		status->u.virq = chn->virq;
		break;
	default:
		status->status = EVTCHNSTAT_closed;
		break;
	}
out:
	mutex_unlock(&d->evtchn->lock);
	return r;
}

/**
 * kx_evtchn_send_virq() - raise a VIRQ that the guest may have bound
 * @v: the vCPU; vCPU 0 for a global one
 * @virq: VIRQ_*, ours
 *
 * Context: any, never sleeps.
 */
void kx_evtchn_send_virq(struct kx_vcpu *v, u32 virq)
{
	u32 port = READ_ONCE(v->evtchn->virq_port[virq]);
	struct kx_chn *chn;
	unsigned long flags;

	if (!port)
		return;
	chn = kx_chn_lookup(v->d, port);
	if (!chn)
		return;
	raw_spin_lock_irqsave(&chn->lock, flags);
	/* closed, or bound to something else, since the port was read? */
	if (chn->state == KX_CHN_VIRQ && chn->virq == virq)
		kx_2l_set_pending(v->d, chn);
	raw_spin_unlock_irqrestore(&chn->lock, flags);
}

/** kx_evtchn_port_ok() - whether a guest may name @port, open or not */
bool kx_evtchn_port_ok(struct kx_domain *d, u32 port)
{
	return port < kx_layout(READ_ONCE(d->width))->nr_ports;
}

/** kx_evtchn_port_pending() - whether @port is pending; any context */
bool kx_evtchn_port_pending(struct kx_domain *d, u32 port)
{
	return kx_2l_is_pending(d, port);
}
