// SPDX-License-Identifier: GPL-2.0-only
/*
 * Overlays: pages of Xen's that a guest maps, moves and removes. The content
 * is never lost: outside RAM the guest sees the master itself through a
 * window; inside RAM the guest's own page serves, and the content moves in
 * and out.
 */
#include "shinfo.h"

/**
 * kx_overlay_init() - make an overlay that is mapped nowhere
 * @d: domain
 * @ov: the overlay
 *
 * Context: may sleep; &kx_domain.lock held, or @d not yet published.
 * Return: 0 or -ENOMEM.
 */
int kx_overlay_init(struct kx_domain *d, struct kx_overlay *ov)
{
	ov->master = kx_overlay_page_alloc(d);
	if (!ov->master)
		return -ENOMEM;
	ov->live = ov->master;
	ov->ram = (struct kx_page){};
	ov->gfn = KX_NO_GFN;
	list_add_tail(&ov->list, &d->overlays);
	return 0;
}

/*
 * Which words of shared_info senders set bits in, in either layout: the first
 * 16 bytes of each vcpu_info, and the bitmaps. The wall clock of the 32-bit
 * layout lies among them, but its writer holds the same lock as we.
 */
static bool is_bit_word(unsigned int i)
{
	const unsigned int infos = MAX_VIRT_CPUS * KX_VI_BYTES / sizeof(u32);
	const unsigned int bitmaps = 2 * 4096 / 32;

	if (i < infos)
		return i % (KX_VI_BYTES / sizeof(u32)) < 4;
	return i < infos + bitmaps;
}

/* repeat in @to what changed in @from since @copy was made of it */
static void carry_over(u32 *to, const u32 *from, const u32 *copy)
{
	unsigned int i, bit;

	for (i = 0; i < PAGE_SIZE / sizeof(u32); i++) {
		u32 now = READ_ONCE(from[i]);
		u32 changed = now ^ copy[i];

		if (!changed || !is_bit_word(i))
			continue;
		for (bit = 0; bit < 32; bit++) {
			if (!(changed & BIT(bit)))
				continue;
			if (now & BIT(bit))
				kx_test_and_set_bit32(&to[i], bit);
			else
				kx_test_and_clear_bit32(&to[i], bit);
		}
	}
}

/*
 * Change the live page while senders set bits in the old one: publish the new
 * one, wait for the senders that still hold the old one, then repeat what they
 * did after the copy.
 */
static int overlay_switch(struct kx_overlay *ov, void *to)
{
	void *from = ov->live, *copy;

	if (from == to)
		return 0;

	copy = kmemdup(from, PAGE_SIZE, GFP_KERNEL_ACCOUNT);
	if (!copy)
		return -ENOMEM;
	memcpy(to, copy, PAGE_SIZE);
	/* pairs with the acquire in kx_shinfo_live() */
	smp_store_release(&ov->live, to);
	kx_synchronize();
	if (ov->has_senders)
		carry_over(to, from, copy);
	kfree(copy);
	return 0;
}

/* leave the place at @gfn and @ram, which the overlay had before */
static void overlay_vacate(struct kx_domain *d, u64 gfn, struct kx_page *ram)
{
	if (ram->page)
		kx_page_unpin(d, ram);
	else if (gfn != KX_NO_GFN)
		kx_window_map(d, gfn, NULL);
}

/**
 * kx_overlay_place() - show an overlay at a guest frame
 * @d: domain
 * @ov: overlay
 * @gfn: frame; whatever overlay is there is removed first
 *
 * Context: vCPU thread, &kx_domain.lock held; outside RAM the frame lies in a
 * window already (kx_window_reserve()).
 * Return: 0, -EINVAL, -EFAULT, -ENOMEM; on error the overlay stays where it is.
 */
int kx_overlay_place(struct kx_domain *d, struct kx_overlay *ov, u64 gfn)
{
	struct kx_overlay *other;
	struct kx_page ram = {}, old_ram = ov->ram;
	u64 old_gfn = ov->gfn;
	int r;

	lockdep_assert_held(&d->lock);
	other = kx_overlay_find(d, gfn);
	if (other == ov)
		return 0;
	if (other) {
		r = kx_overlay_remove(d, other);
		if (r)
			return r;
	}

	if (kx_gfn_is_ram(d, gfn)) {
		r = kx_page_pin(d, gfn, &ram);
		if (r)
			return r;
		r = overlay_switch(ov, ram.va);
		if (r) {
			kx_page_unpin(d, &ram);
			return r;
		}
	} else {
		/* shown first, since this can be undone */
		r = kx_window_map(d, gfn, ov->master);
		if (r)
			return r;
		r = overlay_switch(ov, ov->master);
		if (r) {
			kx_window_map(d, gfn, NULL);
			return r;
		}
	}
	ov->ram = ram;
	ov->gfn = gfn;
	overlay_vacate(d, old_gfn, &old_ram);
	return 0;
}

/**
 * kx_overlay_remove() - take an overlay away from where the guest sees it
 * @d: domain
 * @ov: overlay; its content goes back to the master
 *
 * Context: may sleep, &kx_domain.lock held.
 * Return: 0 or -ENOMEM.
 */
int kx_overlay_remove(struct kx_domain *d, struct kx_overlay *ov)
{
	struct kx_page old_ram = ov->ram;
	u64 old_gfn = ov->gfn;
	int r;

	lockdep_assert_held(&d->lock);
	r = overlay_switch(ov, ov->master);
	if (r)
		return r;
	ov->ram = (struct kx_page){};
	ov->gfn = KX_NO_GFN;
	overlay_vacate(d, old_gfn, &old_ram);
	return 0;
}

/**
 * kx_overlay_destroy() - free an overlay, mapped or not
 * @d: domain
 * @ov: overlay; one that was never initialised is no error
 *
 * Context: may sleep; no sender can reach the overlay any more.
 */
void kx_overlay_destroy(struct kx_domain *d, struct kx_overlay *ov)
{
	if (!ov->master)
		return;
	overlay_vacate(d, ov->gfn, &ov->ram);
	list_del(&ov->list);
	kx_overlay_page_free(d, ov->master);
	*ov = (struct kx_overlay){ .gfn = KX_NO_GFN };
}

/**
 * kx_overlay_find() - which overlay the guest sees at a frame
 * @d: domain
 * @gfn: frame; %KX_NO_GFN is none
 *
 * Context: &kx_domain.lock held.
 * Return: the overlay or NULL.
 */
struct kx_overlay *kx_overlay_find(struct kx_domain *d, u64 gfn)
{
	struct kx_overlay *ov;

	lockdep_assert_held(&d->lock);
	if (gfn == KX_NO_GFN)
		return NULL;
	list_for_each_entry(ov, &d->overlays, list)
		if (ov->gfn == gfn)
			return ov;
	return NULL;
}
