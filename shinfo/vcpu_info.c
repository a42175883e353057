// SPDX-License-Identifier: GPL-2.0-only
/* vcpu_info: in shared_info for the first 32 vCPUs, or where registered. */
#include "state.h"

/**
 * kx_shinfo_vcpu_init() - the room's share of a new vCPU
 * @v: vCPU, not yet published
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int kx_shinfo_vcpu_init(struct kx_vcpu *v)
{
	struct kx_shinfo_vcpu *sv = kzalloc(sizeof(*sv), GFP_KERNEL_ACCOUNT);

	if (!sv)
		return -ENOMEM;
	raw_spin_lock_init(&sv->lock);
	sv->rs.state = RUNSTATE_offline;
	if (v->id >= MAX_VIRT_CPUS)
		sv->info = sv->standby;
	v->shinfo = sv;
	return 0;
}

/**
 * kx_shinfo_vcpu_set_id() - give a vCPU another Xen id
 * @v: vCPU that has not run
 * @id: its new id
 *
 * Where vcpu_info is depends on the id. At no moment does an id beyond the
 * entries of shared_info lead there.
 *
 * Context: may sleep, &kx_domain.lock held.
 */
void kx_shinfo_vcpu_set_id(struct kx_vcpu *v, u32 id)
{
	struct kx_shinfo_vcpu *sv = v->shinfo;

	lockdep_assert_held(&v->d->lock);
	if (sv->info_page.page) {
		WRITE_ONCE(v->id, id);
		return;
	}
	/* pairs with the acquire in kx_vcpu_info() */
	smp_store_release(&sv->info, sv->standby);
	/* nobody is between the two reads of kx_vcpu_info() after this */
	kx_synchronize();
	WRITE_ONCE(v->id, id);
	if (id < MAX_VIRT_CPUS)
		/* pairs with the acquire in kx_vcpu_info() */
		smp_store_release(&sv->info, NULL);
}

/**
 * kx_shinfo_vcpu_reset() - forget what the guest registered
 * @v: vCPU that does not run
 *
 * Context: may sleep, &kx_domain.lock held.
 */
void kx_shinfo_vcpu_reset(struct kx_vcpu *v)
{
	struct kx_shinfo_vcpu *sv = v->shinfo;
	struct kx_area time_area, rs_area;

	memset(sv->standby, 0, sizeof(sv->standby));
	/* pairs with the acquire in kx_vcpu_info() */
	smp_store_release(&sv->info,
			  v->id >= MAX_VIRT_CPUS ? (void *)sv->standby : NULL);

	raw_spin_lock_irq(&sv->lock);
	sv->time.version = 0;
	time_area = sv->time_area;
	rs_area = sv->rs_area;
	sv->time_area = (struct kx_area){};
	sv->rs_area = (struct kx_area){};
	raw_spin_unlock_irq(&sv->lock);

	kx_synchronize();
	kx_page_unpin(v->d, &sv->info_page);
	kx_area_unpin(v->d, &time_area);
	kx_area_unpin(v->d, &rs_area);
}

/**
 * kx_shinfo_vcpu_destroy() - the end of a vCPU
 * @v: vCPU that nobody can reach; never initialised is no error
 *
 * Context: may sleep.
 */
void kx_shinfo_vcpu_destroy(struct kx_vcpu *v)
{
	struct kx_shinfo_vcpu *sv = v->shinfo;

	if (!sv)
		return;
	kx_page_unpin(v->d, &sv->info_page);
	kx_area_unpin(v->d, &sv->time_area);
	kx_area_unpin(v->d, &sv->rs_area);
	kfree(sv);
	v->shinfo = NULL;
}

/**
 * kx_vcpu_info() - the vcpu_info in use
 * @v: vCPU
 *
 * Context: any, inside RCU.
 * Return: kernel address, aligned to 4 bytes at least.
 */
void *kx_vcpu_info(struct kx_vcpu *v)
{
	/* pairs with the releases of who moves it */
	void *info = smp_load_acquire(&v->shinfo->info);

	if (info)
		return info;
	return kx_shinfo_live(v->d) + v->id * KX_VI_BYTES;
}

/* what Xen does too: nothing is lost if everything is looked at again */
static void mark_all_pending(struct kx_vcpu *v)
{
	const struct kx_layout *l = kx_layout(READ_ONCE(v->d->width));
	u32 *sel;

	rcu_read_lock();
	sel = kx_vcpu_info(v) + l->vi_sel;
	WRITE_ONCE(sel[0], ~0U);
	if (l->word_bits == 64)
		WRITE_ONCE(sel[1], ~0U);
	kx_upcall_raise(v);
	rcu_read_unlock();
}

/**
 * kx_vcpu_info_register() - VCPUOP_register_vcpu_info
 * @caller: the calling vCPU
 * @v: the vCPU whose vcpu_info moves
 * @gfn: frame of the new place, guest-controlled
 * @offset: in that frame, guest-controlled
 *
 * Context: vCPU thread, may sleep; takes &kx_domain.lock.
 * Return: 0; -ENXIO (crosses the page or is not aligned); -EINVAL (registered
 * already, @v is up and not the caller, or no RAM there); -ENOMEM.
 */
int kx_vcpu_info_register(struct kx_vcpu *caller, struct kx_vcpu *v, u64 gfn,
			  u32 offset)
{
	const struct kx_layout *l = kx_layout(READ_ONCE(v->d->width));
	struct kx_shinfo_vcpu *sv = v->shinfo;
	struct kx_domain *d = v->d;
	struct kx_page pg;
	int r;

	if (offset > PAGE_SIZE - KX_VI_BYTES || offset % l->vi_align)
		return -ENXIO;

	mutex_lock(&d->lock);
	r = -EINVAL;
	if (sv->info_page.page || (v != caller && kx_vcpu_is_up(v)))
		goto out;
	r = kx_page_pin(d, gfn, &pg);
	if (r) {
		if (r == -EFAULT)
			r = -EINVAL;
		goto out;
	}

	sv->info_page = pg;
	rcu_read_lock();
	memcpy(pg.va + offset, kx_vcpu_info(v), KX_VI_BYTES);
	rcu_read_unlock();
	if (sv->info == sv->standby)
		WRITE_ONCE(*((u8 *)pg.va + offset + KX_VI_MASK), 1);
	/* the copy is seen before its place; pairs with kx_vcpu_info() */
	smp_store_release(&sv->info, pg.va + offset);
	kx_synchronize();
	/* an upcall that was set before the copy must be raised once more */
	WRITE_ONCE(*(u8 *)sv->info, 0);
	mark_all_pending(v);
	kx_time_renew(v);
	kx_clock_republish(v);
out:
	mutex_unlock(&d->lock);
	return r;
}
