// SPDX-License-Identifier: GPL-2.0-only
/* The life of a domain's shared_info, its width and its wall clock. */
#include "state.h"

/**
 * kx_shinfo_init() - give a new domain its shared_info
 * @d: domain, not yet published
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int kx_shinfo_init(struct kx_domain *d)
{
	struct kx_shinfo *s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);
	int r;

	if (!s)
		return -ENOMEM;
	r = kx_overlay_init(d, &s->ov);
	if (r) {
		kfree(s);
		return r;
	}
	s->ov.has_senders = true;
	d->width = 64;
	d->shinfo = s;
	return 0;
}

/**
 * kx_shinfo_reset() - an empty shared_info, mapped nowhere
 * @d: domain; no vCPU runs
 *
 * Context: may sleep, &kx_domain.lock held.
 */
void kx_shinfo_reset(struct kx_domain *d)
{
	struct kx_overlay *ov = &d->shinfo->ov;

	if (kx_overlay_remove(d, ov))
		pr_warn("d%u: no memory to take shared_info back\n", d->domid);
	memset(ov->live, 0, PAGE_SIZE);
	WRITE_ONCE(d->width, 64);
	d->runstate_update_flag = false;
}

/**
 * kx_shinfo_destroy() - the last step of the room
 * @d: domain that nobody can reach; never initialised is no error
 *
 * Context: may sleep.
 */
void kx_shinfo_destroy(struct kx_domain *d)
{
	if (!d->shinfo)
		return;
	kx_overlay_destroy(d, &d->shinfo->ov);
	kfree(d->shinfo);
	d->shinfo = NULL;
}

/**
 * kx_shinfo_live() - the shared_info page in use
 * @d: domain
 *
 * Context: any, inside RCU.
 * Return: kernel address of the page.
 */
void *kx_shinfo_live(struct kx_domain *d)
{
	/* pairs with the release in overlay_switch() */
	return smp_load_acquire(&d->shinfo->ov.live);
}

/**
 * kx_shinfo_place() - XENMAPSPACE_shared_info
 * @d: domain
 * @gfn: where it shall appear
 *
 * Context: vCPU thread, &kx_domain.lock held.
 * Return: what kx_overlay_place() says.
 */
int kx_shinfo_place(struct kx_domain *d, u64 gfn)
{
	int r = kx_overlay_place(d, &d->shinfo->ov, gfn);
	struct kx_vcpu *v;
	unsigned int i;

	if (r)
		return r;
	kx_for_each_vcpu(d, v, i)
		kx_time_renew(v);
	return 0;
}

/**
 * kx_shinfo_set_width() - latch the guest's width
 * @d: domain
 * @v: the vCPU that sets it
 * @width: 32 or 64
 *
 * As in Xen the content of shared_info is not converted; clock and wall clock
 * are written again, at their new places.
 *
 * Context: vCPU thread, &kx_domain.lock held.
 */
void kx_shinfo_set_width(struct kx_domain *d, struct kx_vcpu *v, u8 width)
{
	struct kx_vcpu *each;
	unsigned int i;

	lockdep_assert_held(&d->lock);
	WRITE_ONCE(d->width, width);
	kx_shinfo_wallclock(d, v);
	kx_for_each_vcpu(d, each, i)
		kx_clock_republish(each);
}

/**
 * kx_shinfo_wallclock() - write wc_version, wc_sec, wc_nsec and wc_sec_hi
 * @d: domain
 * @v: the vCPU whose clock is used
 *
 * Context: may sleep, &kx_domain.lock held (it keeps writers apart).
 */
void kx_shinfo_wallclock(struct kx_domain *d, struct kx_vcpu *v)
{
	const struct kx_layout *l = kx_layout(READ_ONCE(d->width));
	u64 sec, ns = kx_wallclock_ns(v);
	u32 nsec, version, *wc;
	void *page;

	lockdep_assert_held(&d->lock);
	sec = div_u64_rem(ns, NSEC_PER_SEC, &nsec);

	rcu_read_lock();
	page = kx_shinfo_live(d);
	wc = page + l->wc;
	version = (READ_ONCE(wc[0]) | 1) + 2;
	WRITE_ONCE(wc[0], version);
	smp_wmb();	/* odd version before the fields; pairs with the guest */
	WRITE_ONCE(wc[1], lower_32_bits(sec));
	WRITE_ONCE(wc[2], nsec);
	WRITE_ONCE(*(u32 *)(page + l->wc_sec_hi), upper_32_bits(sec));
	smp_wmb();	/* fields before the even version */
	WRITE_ONCE(wc[0], version + 1);
	rcu_read_unlock();
}
