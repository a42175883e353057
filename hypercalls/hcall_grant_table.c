// SPDX-License-Identifier: GPL-2.0-only
/*
 * grant_table_op: the size, the version and the frames of the caller's table.
 * Mapping, copying and version 2 are not built: -ENOSYS.
 */
#include "domid.h"
#include "../gnttab/gnttab.h"
#include <xenabi/compat.h>

/* the command shares its word with Xen's place for continuations */
#define GNTTABOP_CMD_MASK	0xfffU

/* a 64-bit caller's setup_table, and a 32-bit one's in the same form */
static int setup_in(struct kx_hcall *h, struct gnttab_setup_table *op, u64 *list)
{
	struct kx_compat_gnttab_setup_table c;

	if (h->width == 64) {
		if (kx_arg_in(h, op, h->arg[1]))
			return -EFAULT;
		*list = (uintptr_t)op->frame_list;
		return 0;
	}
	if (kx_arg_in(h, &c, h->arg[1]))
		return -EFAULT;
	op->dom = c.dom;
	op->nr_frames = c.nr_frames;
	*list = c.frame_list;
	return 0;
}

/* store where the guest sees the first @nr frames; a GNTST_* */
static int setup_list(struct kx_hcall *h, u64 list, u32 nr)
{
	union {
		u64 wide[KX_GNTTAB_MAX_FRAMES];
		u32 narrow[KX_GNTTAB_MAX_FRAMES];
	} gfn;
	struct kx_domain *d = h->v->d;
	size_t each = h->width == 64 ? sizeof(u64) : sizeof(u32);
	u32 i;
	int r;

	mutex_lock(&d->lock);
	r = kx_gnttab_grow(d, nr);
	for (i = 0; !r && i < nr; i++) {
		if (h->width == 64)
			gfn.wide[i] = kx_gnttab_frame_gfn(d, i);
		else
			gfn.narrow[i] = kx_gnttab_frame_gfn(d, i);
	}
	mutex_unlock(&d->lock);
	if (r)
		return GNTST_general_error;

	if (nr && kx_copy_to_guest(h->v, list, &gfn, nr * each))
		return GNTST_bad_virt_addr;
	return GNTST_okay;
}

static int setup_table(struct kx_hcall *h, u32 count)
{
	struct gnttab_setup_table op;
	u64 status_at = kx_gva_add(h, h->arg[1], offsetof(typeof(op), status));
	u64 list;

	/* the status is at the same place in both widths */
	BUILD_BUG_ON(offsetof(typeof(op), status) !=
		     offsetof(struct kx_compat_gnttab_setup_table, status));

	/* as Xen: an empty batch passes its translation of 32-bit calls */
	if (!count && h->width == 32)
		return 0;
	if (count != 1)
		return -EINVAL;
	if (setup_in(h, &op, &list))
		return -EFAULT;

	switch (kx_whose(h, op.dom)) {
	case KX_WHOSE_SELF:
		op.status = setup_list(h, list, op.nr_frames);
		break;
	case KX_WHOSE_HOST:
		op.status = GNTST_permission_denied;
		break;
	default:
		op.status = GNTST_bad_domain;
	}
	return kx_arg_out(h, status_at, &op.status);
}

static int query_size(struct kx_hcall *h, u32 count)
{
	struct kx_domain *d = h->v->d;
	struct gnttab_query_size op;

	if (count != 1)
		return -EINVAL;
	if (kx_arg_in(h, &op, h->arg[1]))
		return -EFAULT;

	switch (kx_whose(h, op.dom)) {
	case KX_WHOSE_SELF:
		mutex_lock(&d->lock);
		kx_gnttab_query_size(d, &op);
		mutex_unlock(&d->lock);
		break;
	case KX_WHOSE_HOST:
		op.status = GNTST_permission_denied;
		break;
	default:
		op.status = GNTST_bad_domain;
	}
	return kx_arg_out(h, h->arg[1], &op);
}

static int set_version(struct kx_hcall *h)
{
	struct kx_domain *d = h->v->d;
	struct gnttab_set_version op;
	int r;

	if (kx_arg_in(h, &op, h->arg[1]))
		return -EFAULT;

	mutex_lock(&d->lock);
	r = kx_gnttab_set_version(d, &op.version);
	mutex_unlock(&d->lock);

	/* the version in force is reported with an error as well */
	if (kx_arg_out(h, h->arg[1], &op))
		return -EFAULT;
	return r;
}

static int get_version(struct kx_hcall *h)
{
	struct kx_domain *d = h->v->d;
	struct gnttab_get_version op;
	int r;

	if (kx_arg_in(h, &op, h->arg[1]))
		return -EFAULT;
	r = kx_whose_errno(h, op.dom);
	if (r)
		return r;

	mutex_lock(&d->lock);
	r = kx_gnttab_get_version(d, &op.version);
	mutex_unlock(&d->lock);
	if (r)
		return r;
	return kx_arg_out(h, kx_gva_add(h, h->arg[1],
					offsetof(typeof(op), version)),
			  &op.version);
}

/**
 * kx_hcall_grant_table_op() - hypercall 20
 * @h: arg[0] GNTTABOP_*, arg[1] array of that operation's structures, arg[2]
 *	number of them
 *
 * Xen takes one structure per call for the operations that are built; the
 * outcome of setup_table and query_size is in their status field.
 *
 * Context: vCPU thread, may sleep; takes &kx_domain.lock.
 * Return: %KX_DONE with 0, -EINVAL, -EFAULT, -ESRCH, -EPERM or -ENOSYS.
 */
enum kx_outcome kx_hcall_grant_table_op(struct kx_hcall *h)
{
	u32 cmd = h->arg[0], count = h->arg[2];

	if ((s32)count < 0 || cmd & ~GNTTABOP_CMD_MASK)
		return kx_done(h, -EINVAL);

	switch (cmd) {
	case GNTTABOP_setup_table:
		return kx_done(h, setup_table(h, count));
	case GNTTABOP_query_size:
		return kx_done(h, query_size(h, count));
	case GNTTABOP_set_version:
		return kx_done(h, set_version(h));
	case GNTTABOP_get_version:
		return kx_done(h, get_version(h));
	default:
		return kx_done(h, -ENOSYS);
	}
}
