// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest time and the guest's timers, from one source: the parameters that KVM
 * computes for its own clock (arch.hv_clock). What is published to the guest
 * is kept here too, with the TSC offset that it belongs to, and every
 * deadline is held against that. Documentation/time.rst has the formulas.
 */
#include <linux/hrtimer.h>
#include <linux/timekeeping.h>

#include <asm/pvclock.h>

#include "kvm_seam.h"
#include "../evtchn/evtchn.h"

/* a host timer that waits longer than this stops early and looks again */
#define LONG_WAIT_NS	(NSEC_PER_SEC / 2)
/* and none waits longer than this at once */
#define MAX_WAIT_NS	(3600ULL * NSEC_PER_SEC)

/**
 * struct vtimer - one timer of a vCPU
 * @timer: the host's
 * @v: its vCPU
 * @which: kind
 * @deadline_ns: guest system time
 * @period_ns: 0 or distance of expiries
 */
struct vtimer {
	struct hrtimer timer;
	struct kx_vcpu *v;
	enum kx_timer which;
	u64 deadline_ns;
	u64 period_ns;
};

/**
 * struct kx_clock - time of a vCPU
 * @seq: readers in any context; the writer has interrupts off
 * @pub: what the guest was told; version counts
 * @pub_offset: TSC offset that @pub belongs to
 * @valid: @pub was filled in once
 * @republish: the areas changed
 * @seen_offset: TSC offset at the last way in
 * @seen_ratio: TSC scaling at the last way in
 * @seen_kvmclock_offset: the VM's clock offset at the last way in
 * @arm_lock: serialises starting and stopping of timers
 * @timers: one of each kind
 */
struct kx_clock {
	seqcount_t seq;
	struct pvclock_vcpu_time_info pub;
	u64 pub_offset;
	bool valid;
	bool republish;
	u64 seen_offset;
	u64 seen_ratio;
	s64 seen_kvmclock_offset;
	struct mutex arm_lock;
	struct vtimer timers[KX_NR_TIMERS];
};

/* the host's clock that KVM builds its own on, before a vCPU has run */
static u64 vm_time_ns(struct kvm *kvm)
{
	return ktime_get_raw_ns() +
	       ktime_to_ns(ktime_mono_to_any(0, TK_OFFS_BOOT)) +
	       kvm->arch.kvmclock_offset;
}

/* the host's TSC at the guest's rate, without the offset that it has now */
static u64 scaled_tsc(struct kvm_vcpu *kvcpu)
{
	u64 offset, tsc;

	do {
		offset = READ_ONCE(kvcpu->arch.l1_tsc_offset);
		tsc = kvm_read_l1_tsc(kvcpu, rdtsc_ordered());
	} while (offset != READ_ONCE(kvcpu->arch.l1_tsc_offset));
	return tsc - offset;
}

u64 kx_guest_time_ns(struct kx_vcpu *v)
{
	struct kvm_vcpu *kvcpu = v->kvcpu;
	struct kx_clock *c = v->clock;
	struct pvclock_vcpu_time_info pub;
	u64 offset, tsc;
	unsigned int seq;
	bool valid;

	do {
		seq = read_seqcount_begin(&c->seq);
		valid = c->valid;
		pub = c->pub;
		offset = c->pub_offset;
	} while (read_seqcount_retry(&c->seq, seq));
	if (!valid)
		return vm_time_ns(kvcpu->kvm);

	tsc = scaled_tsc(kvcpu) + offset;
	if ((s64)(tsc - pub.tsc_timestamp) < 0)
		return pub.system_time;
	return pub.system_time +
	       pvclock_scale_delta(tsc - pub.tsc_timestamp,
				   pub.tsc_to_system_mul, pub.tsc_shift);
}

u64 kx_wallclock_ns(struct kx_vcpu *v)
{
	return ktime_get_real_ns() - kx_guest_time_ns(v);
}

void kx_clock_republish(struct kx_vcpu *v)
{
	/* pairs with the acquire in kx_clock_enter() */
	smp_store_release(&v->clock->republish, true);
	kx_vcpu_kick(v);
}

static bool same_parameters(const struct pvclock_vcpu_time_info *a,
			    const struct pvclock_vcpu_time_info *b)
{
	return a->tsc_timestamp == b->tsc_timestamp &&
	       a->system_time == b->system_time &&
	       a->tsc_to_system_mul == b->tsc_to_system_mul &&
	       a->tsc_shift == b->tsc_shift && a->flags == b->flags;
}

static void publish(struct kx_vcpu *v, const struct pvclock_vcpu_time_info *hv)
{
	struct kx_clock *c = v->clock;
	struct pvclock_vcpu_time_info pub = {
		.version = c->pub.version + 1,
		.tsc_timestamp = hv->tsc_timestamp,
		.system_time = hv->system_time,
		.tsc_to_system_mul = hv->tsc_to_system_mul,
		.tsc_shift = hv->tsc_shift,
		.flags = hv->flags,
	};
	unsigned long flags;

	local_irq_save(flags);
	write_seqcount_begin(&c->seq);
	c->pub = pub;
	c->pub_offset = c->seen_offset;
	c->valid = true;
	write_seqcount_end(&c->seq);
	local_irq_restore(flags);

	kx_time_publish(v, &pub);
}

/**
 * kx_clock_enter() - on the way in: has the guest's clock changed?
 * @v: current vCPU
 *
 * No MSR hook sees every change of the TSC offset. If it differs from the last
 * way in, KVM is asked to compute its clock again, which brings us back here
 * before the guest runs.
 *
 * Context: thread of @v.
 */
void kx_clock_enter(struct kx_vcpu *v)
{
	struct kvm_vcpu *kvcpu = v->kvcpu;
	const struct pvclock_vcpu_time_info *hv = &kvcpu->arch.hv_clock;
	struct kx_clock *c = v->clock;
	u64 offset = kvcpu->arch.l1_tsc_offset;
	u64 ratio = kvcpu->arch.l1_tsc_scaling_ratio;

	c->seen_kvmclock_offset = kvcpu->kvm->arch.kvmclock_offset;
	if (!hv->tsc_to_system_mul || offset != c->seen_offset ||
	    ratio != c->seen_ratio) {
		c->seen_offset = offset;
		c->seen_ratio = ratio;
		kvm_make_request(KVM_REQ_CLOCK_UPDATE, kvcpu);
		kvm_make_request(KVM_REQ_EVENT, kvcpu);
		return;
	}
	/* pairs with the release in kx_clock_republish() */
	if (!smp_load_acquire(&c->republish) && c->valid &&
	    same_parameters(hv, &c->pub))
		return;
	WRITE_ONCE(c->republish, false);
	publish(v, hv);
}

/**
 * kx_clock_load() - a vCPU's thread got a CPU
 * @v: the vCPU
 *
 * KVM_SET_CLOCK and a new TSC offset come between two runs: look at them on
 * the way in.
 *
 * Context: preemption off; never sleeps.
 */
void kx_clock_load(struct kx_vcpu *v)
{
	struct kvm_vcpu *kvcpu = v->kvcpu;
	struct kx_clock *c = v->clock;

	if (kvcpu->arch.l1_tsc_offset != c->seen_offset ||
	    kvcpu->kvm->arch.kvmclock_offset != c->seen_kvmclock_offset)
		kvm_make_request(KVM_REQ_EVENT, kvcpu);
}

/*
 * How long the host's timer waits. Host and guest clocks tick a little
 * differently: a long wait ends early and is continued. The guest chooses the
 * deadline: the sum with the host's time must not wrap.
 */
static u64 wait_ns(u64 left_ns)
{
	left_ns = min(left_ns, MAX_WAIT_NS);
	return left_ns > LONG_WAIT_NS ? left_ns - left_ns / 256 : left_ns;
}

static enum hrtimer_restart timer_fires(struct hrtimer *timer)
{
	struct vtimer *t = container_of(timer, struct vtimer, timer);
	u64 now_ns = kx_guest_time_ns(t->v);

	if (now_ns >= t->deadline_ns) {
		kx_timer_expired(t->v, t->which);
		if (!t->period_ns)
			return HRTIMER_NORESTART;
		/* ticks that nobody had time for are one */
		t->deadline_ns += t->period_ns *
			div64_u64(now_ns - t->deadline_ns + t->period_ns,
				  t->period_ns);
	}
	hrtimer_set_expires(timer, ktime_add_ns(ktime_get(),
						wait_ns(t->deadline_ns - now_ns)));
	return HRTIMER_RESTART;
}

void kx_timer_arm(struct kx_vcpu *v, enum kx_timer which, u64 deadline_ns,
		  u64 period_ns)
{
	struct kx_clock *c = v->clock;
	struct vtimer *t = &c->timers[which];
	u64 now_ns;

	mutex_lock(&c->arm_lock);
	hrtimer_cancel(&t->timer);
	now_ns = kx_guest_time_ns(v);
	t->deadline_ns = deadline_ns;
	t->period_ns = period_ns;
	if (deadline_ns <= now_ns && !period_ns)
		kx_timer_expired(v, which);
	else
		hrtimer_start(&t->timer,
			      ktime_add_ns(ktime_get(),
					   wait_ns(deadline_ns > now_ns ?
						   deadline_ns - now_ns : 0)),
			      HRTIMER_MODE_ABS_HARD);
	mutex_unlock(&c->arm_lock);
}

void kx_timer_cancel(struct kx_vcpu *v, enum kx_timer which)
{
	struct kx_clock *c = v->clock;

	mutex_lock(&c->arm_lock);
	hrtimer_cancel(&c->timers[which].timer);
	mutex_unlock(&c->arm_lock);
}

/** kx_clock_init() - a new vCPU's clock; may sleep; 0 or -ENOMEM */
int kx_clock_init(struct kx_vcpu *v)
{
	struct kx_clock *c = kzalloc(sizeof(*c), GFP_KERNEL_ACCOUNT);
	unsigned int i;

	if (!c)
		return -ENOMEM;
	seqcount_init(&c->seq);
	mutex_init(&c->arm_lock);
	/* differs from any real one: the first way in asks KVM */
	c->seen_ratio = ~0ULL;
	for (i = 0; i < KX_NR_TIMERS; i++) {
		struct vtimer *t = &c->timers[i];

		hrtimer_init(&t->timer, CLOCK_MONOTONIC, HRTIMER_MODE_ABS_HARD);
		t->timer.function = timer_fires;
		t->v = v;
		t->which = i;
	}
	v->clock = c;
	return 0;
}

/** kx_clock_reset() - stop a vCPU's timers, write its clock again; may sleep */
void kx_clock_reset(struct kx_vcpu *v)
{
	unsigned int i;

	for (i = 0; i < KX_NR_TIMERS; i++)
		kx_timer_cancel(v, i);
	kx_clock_republish(v);
}

/** kx_clock_destroy() - the end of a vCPU; never initialised is no error */
void kx_clock_destroy(struct kx_vcpu *v)
{
	if (!v->clock)
		return;
	kfree(v->clock);
	v->clock = NULL;
}
