// SPDX-License-Identifier: GPL-2.0-only
/* memory_op: where Xen's pages appear, and what memory there is. */
#include "domid.h"
#include "../gnttab/gnttab.h"
#include <xenabi/compat.h>
#include <xenabi/xen.h>

/* the command's high bits hold the position of a restarted operation */
#define MEMOP_CMD_MASK	0x3f

#define MAX_RANGES	16

#define E820_RAM	1

/* 0 for a space that is built; beyond the last one Xen finds no page */
static long check_space(u32 space)
{
	if (space == XENMAPSPACE_shared_info ||
	    space == XENMAPSPACE_grant_table)
		return 0;
	return space <= XENMAPSPACE_dev_mmio ? -ENOSYS : -EINVAL;
}

static long place(struct kx_domain *d, u32 space, u64 idx, u64 gfn)
{
	if (space == XENMAPSPACE_grant_table)
		return kx_gnttab_place(d, idx, gfn);
	return idx ? -EINVAL : kx_shinfo_place(d, gfn);
}

static long op_add_to_physmap(struct kx_hcall *h, u64 arg)
{
	struct kx_domain *d = h->v->d;
	struct xen_add_to_physmap op;
	long r;

	if (h->width == 32) {
		struct kx_compat_add_to_physmap op32;

		if (kx_arg_in(h, &op32, arg))
			return -EFAULT;
		op = (struct xen_add_to_physmap){
			.domid = op32.domid, .size = op32.size,
			.space = op32.space, .idx = op32.idx,
			.gpfn = op32.gpfn,
		};
	} else if (kx_arg_in(h, &op, arg)) {
		return -EFAULT;
	}

	r = kx_whose_errno(h, op.domid);
	r = r ?: check_space(op.space);
	if (r)
		return r;
	if (!kx_gfn_is_ram(d, op.gpfn)) {
		r = kx_window_reserve(h->v, op.gpfn);
		if (r)
			return r;
	}
	mutex_lock(&d->lock);
	r = place(d, op.space, op.idx, op.gpfn);
	if (!r && op.space == XENMAPSPACE_shared_info)
		kx_shinfo_wallclock(d, h->v);
	mutex_unlock(&d->lock);
	return r;
}

static long op_remove_from_physmap(struct kx_hcall *h, u64 arg)
{
	struct xen_remove_from_physmap op;
	struct kx_domain *d = h->v->d;
	struct kx_overlay *ov;
	long r;

	if (h->width == 32) {
		struct kx_compat_remove_from_physmap op32;

		if (kx_arg_in(h, &op32, arg))
			return -EFAULT;
		op.domid = op32.domid;
		op.gpfn = op32.gpfn;
	} else if (kx_arg_in(h, &op, arg)) {
		return -EFAULT;
	}

	r = kx_whose_errno(h, op.domid);
	if (r)
		return r;
	mutex_lock(&d->lock);
	ov = kx_overlay_find(d, op.gpfn);
	if (ov)
		r = kx_overlay_remove(d, ov);
	else
		/* giving RAM back is ballooning, which is not built yet */
		r = kx_gfn_is_ram(d, op.gpfn) ? -ENOSYS : -ENOENT;
	mutex_unlock(&d->lock);
	return r;
}

static long op_memory_map(struct kx_hcall *h, u64 arg)
{
	u64 start[MAX_RANGES], size[MAX_RANGES], gva;
	unsigned int nr, i;
	u32 nr_entries;

	if (h->width == 32) {
		struct kx_compat_memory_map op32;

		if (kx_arg_in(h, &op32, arg))
			return -EFAULT;
		nr_entries = op32.nr_entries;
		gva = op32.buffer;
	} else {
		struct xen_memory_map op;

		if (kx_arg_in(h, &op, arg))
			return -EFAULT;
		nr_entries = op.nr_entries;
		gva = (u64)(uintptr_t)op.buffer;
	}

	nr = kx_ram_ranges(h->v->d, start, size, ARRAY_SIZE(start));
	nr = min3(nr, (unsigned int)ARRAY_SIZE(start), nr_entries);
	for (i = 0; i < nr; i++) {
		struct kx_e820_entry e = {
			.addr = start[i], .size = size[i], .type = E820_RAM,
		};

		if (kx_arg_out(h, kx_gva_add(h, gva, i * sizeof(e)), &e))
			return -EFAULT;
	}
	nr_entries = nr;
	return kx_arg_out(h, arg, &nr_entries);
}

enum kx_outcome kx_hcall_memory_op(struct kx_hcall *h)
{
	u64 arg = h->arg[1];

	switch (h->arg[0] & MEMOP_CMD_MASK) {
	case XENMEM_add_to_physmap:
		return kx_done(h, op_add_to_physmap(h, arg));
	case XENMEM_remove_from_physmap:
		return kx_done(h, op_remove_from_physmap(h, arg));
	case XENMEM_memory_map:
		return kx_done(h, op_memory_map(h, arg));
	default:
		return kx_done(h, -ENOSYS);
	}
}
