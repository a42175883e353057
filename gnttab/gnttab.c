// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frames of a domain's grant table, version 1.
 *
 * A frame is a page of ours that the guest can map (an overlay). The table has
 * one frame from the start, since the toolstack fills in the first grants
 * before the guest runs; it grows when the guest asks for more, and shrinks
 * only in a reset. See grant_table.h of Xen's public headers.
 *
 * All state is under &kx_domain.lock.
 */
#include "gnttab.h"

/* Xen's number of frames of a new table */
#define INITIAL_FRAMES	1

/**
 * struct kx_gnttab - a domain's grant table
 * @version: layout of the entries; 1 so far
 * @nr_frames: frames that exist
 * @frame: their pages, in order
 */
struct kx_gnttab {
	u32 version;
	u32 nr_frames;
	struct kx_overlay frame[KX_GNTTAB_MAX_FRAMES];
};

/* also used before the domain is published, when nobody holds the lock */
static int gnttab_grow(struct kx_domain *d, u32 nr_frames)
{
	struct kx_gnttab *gt = d->gnttab;

	if (nr_frames > KX_GNTTAB_MAX_FRAMES)
		return -EINVAL;

	while (gt->nr_frames < nr_frames) {
		int r = kx_overlay_init(d, &gt->frame[gt->nr_frames]);

		if (r)
			return r;
		gt->nr_frames++;
	}
	return 0;
}

/**
 * kx_gnttab_init() - give a new domain its grant table
 * @d: domain, not yet published
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int kx_gnttab_init(struct kx_domain *d)
{
	int r;

	d->gnttab = kzalloc(sizeof(*d->gnttab), GFP_KERNEL_ACCOUNT);
	if (!d->gnttab)
		return -ENOMEM;
	d->gnttab->version = 1;
	r = gnttab_grow(d, INITIAL_FRAMES);
	if (r)
		kx_gnttab_destroy(d);
	return r;
}

/**
 * kx_gnttab_reset() - an empty table of the initial size, mapped nowhere
 * @d: domain; no vCPU runs
 *
 * Context: may sleep, &kx_domain.lock held.
 */
void kx_gnttab_reset(struct kx_domain *d)
{
	struct kx_gnttab *gt = d->gnttab;
	u32 i;

	lockdep_assert_held(&d->lock);
	while (gt->nr_frames > INITIAL_FRAMES)
		kx_overlay_destroy(d, &gt->frame[--gt->nr_frames]);
	for (i = 0; i < gt->nr_frames; i++) {
		if (kx_overlay_remove(d, &gt->frame[i]))
			pr_warn("d%u: no memory to take a grant frame back\n",
				d->domid);
		memset(gt->frame[i].live, 0, PAGE_SIZE);
	}
	gt->version = 1;
}

/**
 * kx_gnttab_destroy() - the last step of the room
 * @d: domain that nobody can reach; never initialised is no error
 *
 * Context: may sleep.
 */
void kx_gnttab_destroy(struct kx_domain *d)
{
	struct kx_gnttab *gt = d->gnttab;

	if (!gt)
		return;
	while (gt->nr_frames)
		kx_overlay_destroy(d, &gt->frame[--gt->nr_frames]);
	kfree(gt);
	d->gnttab = NULL;
}

/**
 * kx_gnttab_place() - XENMAPSPACE_grant_table
 * @d: domain
 * @idx: frame of the table, guest-controlled; the table grows up to it
 * @gfn: where it shall appear
 *
 * Context: vCPU thread, &kx_domain.lock held.
 * Return: 0, -EINVAL (no such frame), -ENOMEM, or what kx_overlay_place() says.
 */
int kx_gnttab_place(struct kx_domain *d, u64 idx, u64 gfn)
{
	int r;

	lockdep_assert_held(&d->lock);
	if (idx >= KX_GNTTAB_MAX_FRAMES)
		return -EINVAL;
	idx = array_index_nospec(idx, KX_GNTTAB_MAX_FRAMES);

	r = gnttab_grow(d, idx + 1);
	if (r)
		return r;
	return kx_overlay_place(d, &d->gnttab->frame[idx], gfn);
}

/**
 * kx_gnttab_query_size() - GNTTABOP_query_size of a domain's own table
 * @d: domain
 * @op: all but @op->dom is filled in
 *
 * Context: &kx_domain.lock held.
 * Return: 0; the result is in @op->status.
 */
int kx_gnttab_query_size(struct kx_domain *d, struct gnttab_query_size *op)
{
	lockdep_assert_held(&d->lock);
	op->nr_frames = d->gnttab->nr_frames;
	op->max_nr_frames = KX_GNTTAB_MAX_FRAMES;
	op->status = GNTST_okay;
	return 0;
}

/**
 * kx_gnttab_set_version() - GNTTABOP_set_version
 * @d: domain
 * @version: wanted version; on return, whatever the result, the one in force
 *
 * Version 2 is refused as by a Xen that was booted with gnttab=max-ver:1.
 *
 * Context: &kx_domain.lock held.
 * Return: 0, -EINVAL (unknown version), -ENOSYS (version 2).
 */
int kx_gnttab_set_version(struct kx_domain *d, u32 *version)
{
	u32 wanted = *version;

	lockdep_assert_held(&d->lock);
	*version = d->gnttab->version;
	switch (wanted) {
	case 1:
		return 0;
	case 2:
		return -ENOSYS;
	default:
		return -EINVAL;
	}
}

/**
 * kx_gnttab_get_version() - GNTTABOP_get_version of a domain's own table
 * @d: domain
 * @version: result
 *
 * Context: &kx_domain.lock held.
 * Return: 0.
 */
int kx_gnttab_get_version(struct kx_domain *d, u32 *version)
{
	lockdep_assert_held(&d->lock);
	*version = d->gnttab->version;
	return 0;
}

/**
 * kx_gnttab_grow() - see that the table has at least so many frames
 * @d: domain
 * @nr_frames: wanted size, guest-controlled
 *
 * Context: may sleep, &kx_domain.lock held.
 * Return: 0, -EINVAL (more than %KX_GNTTAB_MAX_FRAMES), -ENOMEM (what could be
 * had stays).
 */
int kx_gnttab_grow(struct kx_domain *d, u32 nr_frames)
{
	lockdep_assert_held(&d->lock);
	return gnttab_grow(d, nr_frames);
}

/**
 * kx_gnttab_frame_gfn() - where the guest sees a frame of its table
 * @d: domain
 * @idx: frame
 *
 * Context: &kx_domain.lock held.
 * Return: the frame number, or %KX_NO_GFN: no such frame, or mapped nowhere.
 */
u64 kx_gnttab_frame_gfn(struct kx_domain *d, u32 idx)
{
	struct kx_gnttab *gt = d->gnttab;

	lockdep_assert_held(&d->lock);
	if (idx >= gt->nr_frames)
		return KX_NO_GFN;
	idx = array_index_nospec(idx, gt->nr_frames);
	return gt->frame[idx].gfn;
}
