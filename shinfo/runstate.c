// SPDX-License-Identifier: GPL-2.0-only
/* Runstate: how long a vCPU ran, waited for a CPU, blocked, or was down. */
#include "state.h"

static u64 sum_up_to(const struct kx_runstate *rs, u64 now_ns)
{
	return now_ns > rs->since_ns ? now_ns - rs->since_ns : 0;
}

static void area_put(struct kx_area *area, u32 at, u64 val)
{
	kx_area_write(area, at, &val, sizeof(val));
}

/* with the update flag on, the guest sees XEN_RUNSTATE_UPDATE meanwhile */
static void area_update(struct kx_vcpu *v)
{
	struct kx_shinfo_vcpu *sv = v->shinfo;
	const struct kx_layout *l = sv->rs_layout;
	const struct kx_runstate *rs = &sv->rs;
	bool flag = READ_ONCE(v->d->runstate_update_flag);
	u32 state = rs->state;

	if (!sv->rs_area.bytes)
		return;
	if (flag) {
		area_put(&sv->rs_area, l->rs_time,
			 rs->since_ns | XEN_RUNSTATE_UPDATE);
		smp_wmb();	/* flag before the fields; pairs with the guest */
	}
	kx_area_write(&sv->rs_area, 0, &state, sizeof(state));
	kx_area_write(&sv->rs_area, l->rs_time + sizeof(u64), rs->sum_ns,
		      sizeof(rs->sum_ns));
	smp_wmb();	/* fields before the flag goes */
	area_put(&sv->rs_area, l->rs_time, rs->since_ns);
}

/**
 * kx_runstate_register() - VCPUOP_register_runstate_memory_area
 * @caller: the calling vCPU
 * @v: the vCPU whose runstate is wanted
 * @gva: where, in the caller's address space; 0: nowhere any more
 *
 * Context: vCPU thread, may sleep; takes &kx_domain.lock.
 * Return: 0, -EFAULT, -ENOMEM.
 */
int kx_runstate_register(struct kx_vcpu *caller, struct kx_vcpu *v, u64 gva)
{
	const struct kx_layout *l = kx_layout(READ_ONCE(v->d->width));
	struct kx_shinfo_vcpu *sv = v->shinfo;
	struct kx_area area = {}, old;
	int r = 0;

	mutex_lock(&v->d->lock);
	if (gva)
		r = kx_area_pin(caller, &area, gva, l->rs_bytes);
	if (!r) {
		raw_spin_lock_irq(&sv->lock);
		old = sv->rs_area;
		sv->rs_area = area;
		sv->rs_layout = l;
		area_update(v);
		raw_spin_unlock_irq(&sv->lock);
		kx_area_unpin(v->d, &old);
	}
	mutex_unlock(&v->d->lock);
	return r;
}

/**
 * kx_runstate_change() - a vCPU enters another state
 * @v: vCPU
 * @state: RUNSTATE_*
 * @now_ns: guest system time
 *
 * Context: any, the run-queue lock may be held; never sleeps or wakes anybody.
 */
void kx_runstate_change(struct kx_vcpu *v, int state, u64 now_ns)
{
	struct kx_shinfo_vcpu *sv = v->shinfo;
	struct kx_runstate *rs = &sv->rs;
	unsigned long flags;

	raw_spin_lock_irqsave(&sv->lock, flags);
	if (rs->state != state) {
		u64 passed = sum_up_to(rs, now_ns);

		rs->sum_ns[rs->state] += passed;
		rs->since_ns += passed;
		rs->state = state;
		area_update(v);
	}
	raw_spin_unlock_irqrestore(&sv->lock, flags);
}

/**
 * kx_runstate_read() - VCPUOP_get_runstate_info
 * @v: vCPU
 * @info: result; the four times add up to @now_ns
 * @now_ns: guest system time
 *
 * Context: any.
 */
void kx_runstate_read(struct kx_vcpu *v, struct vcpu_runstate_info *info,
		      u64 now_ns)
{
	struct kx_shinfo_vcpu *sv = v->shinfo;
	unsigned long flags;
	unsigned int i;

	raw_spin_lock_irqsave(&sv->lock, flags);
	info->state = sv->rs.state;
	info->state_entry_time = sv->rs.since_ns;
	for (i = 0; i < ARRAY_SIZE(sv->rs.sum_ns); i++)
		info->time[i] = sv->rs.sum_ns[i];
	info->time[info->state] += sum_up_to(&sv->rs, now_ns);
	raw_spin_unlock_irqrestore(&sv->lock, flags);
}
