// SPDX-License-Identifier: GPL-2.0-only
/* hvm_op: parameters, and what else Xen 4.17 answers an HVM guest. */
#include "domid.h"
#include "hvm_params.h"
#include "../shinfo/shinfo.h"

static enum kx_outcome set_param(struct kx_hcall *h)
{
	struct kx_domain *d = h->v->d;
	struct xen_hvm_param a;
	int r;

	if (kx_arg_in(h, &a, h->arg[1]))
		return kx_done(h, -EFAULT);
	if (a.index >= KX_NR_PARAMS)
		return kx_done(h, -EINVAL);
	if (kx_whose(h, a.domid) == KX_WHOSE_HOST)
		return kx_done(h, -EINVAL);
	if (kx_whose(h, a.domid) == KX_WHOSE_NONE)
		return kx_done(h, -ESRCH);
	r = kx_hvm_param_may_set(a.index);
	if (r)
		return kx_done(h, r);

	mutex_lock(&d->lock);
	r = kx_hvm_param_set(d, a.index, a.value);
	if (!r && a.index == HVM_PARAM_CALLBACK_IRQ) {
		/* latch the width, deliver what is pending already */
		kx_shinfo_set_width(d, h->v, h->width);
		kx_upcall_rescan(d);
	}
	mutex_unlock(&d->lock);

	if (r == -ERANGE) {
		cmpxchg(&d->shutdown_code, -1, SHUTDOWN_crash);
		kx_exit_shutdown(h->v, SHUTDOWN_crash);
		h->ret = -EINVAL;
		return KX_TO_USER;
	}
	return kx_done(h, r);
}

static int get_param(struct kx_hcall *h)
{
	struct kx_domain *d = h->v->d;
	struct xen_hvm_param a;
	u64 value;
	int r;

	if (kx_arg_in(h, &a, h->arg[1]))
		return -EFAULT;
	if (a.index >= KX_NR_PARAMS)
		return -EINVAL;
	if (kx_whose(h, a.domid) == KX_WHOSE_HOST)
		return -EINVAL;
	if (kx_whose(h, a.domid) == KX_WHOSE_NONE)
		return -ESRCH;
	r = kx_hvm_param_may_get(a.index);
	if (r)
		return r;

	mutex_lock(&d->lock);
	r = kx_hvm_param_get(d, a.index, &value);
	mutex_unlock(&d->lock);
	if (r)
		return r;
	a.value = value;
	return kx_arg_out(h, h->arg[1], &a);
}

/* what Xen says where page tables are nested, not shadowed: never accepted */
static int pagetable_dying(struct kx_hcall *h)
{
	struct xen_hvm_pagetable_dying a;

	if (kx_arg_in(h, &a, h->arg[1]))
		return -EFAULT;
	switch (kx_whose(h, a.domid)) {
	case KX_WHOSE_SELF:
		return -EINVAL;
	case KX_WHOSE_HOST:
		return -EOPNOTSUPP;
	default:
		return -ESRCH;
	}
}

static int get_time(struct kx_hcall *h)
{
	struct kx_hvm_get_time a = { .now = kx_guest_time_ns(h->v) };

	return kx_arg_out(h, h->arg[1], &a);
}

/* Xen's trace buffers do not exist; the argument is checked all the same */
static int xentrace(struct kx_hcall *h)
{
	struct kx_hvm_xentrace a;

	if (kx_arg_in(h, &a, h->arg[1]))
		return -EFAULT;
	if (a.extra_bytes > sizeof(a.extra) || a.event >> KX_TRC_SUBCLS_SHIFT)
		return -EINVAL;
	return 0;
}

static int get_mem_type(struct kx_hcall *h)
{
	struct kx_domain *d = h->v->d;
	struct xen_hvm_get_mem_type a;
	bool ram;
	int r;

	if (kx_arg_in(h, &a, h->arg[1]))
		return -EFAULT;
	r = kx_whose_errno(h, a.domid);
	if (r)
		return r;

	mutex_lock(&d->lock);
	ram = kx_gfn_is_ram(d, a.pfn) ||
	      (a.pfn != KX_NO_GFN && kx_overlay_find(d, a.pfn));
	mutex_unlock(&d->lock);
	a.mem_type = ram ? HVMMEM_ram_rw : HVMMEM_mmio_dm;
	return kx_arg_out(h, h->arg[1], &a);
}

/**
 * kx_hcall_hvm_op() - hypercall 34
 * @h: arg[0] HVMOP_*, arg[1] that operation's structure
 *
 * Context: vCPU thread, may sleep; takes &kx_domain.lock.
 * Return: %KX_DONE, or %KX_TO_USER where Xen crashes the caller, with 0,
 * -EFAULT, -EINVAL, -EPERM, -ESRCH, -EOPNOTSUPP or -ENOSYS as Xen has it.
 */
enum kx_outcome kx_hcall_hvm_op(struct kx_hcall *h)
{
	switch (h->arg[0]) {
	case HVMOP_set_param:
		return set_param(h);
	case HVMOP_get_param:
		return kx_done(h, get_param(h));
	case HVMOP_pagetable_dying:
		return kx_done(h, pagetable_dying(h));
	case KX_HVMOP_get_time:
		return kx_done(h, get_time(h));
	case KX_HVMOP_xentrace:
		return kx_done(h, xentrace(h));
	case HVMOP_get_mem_type:
		return kx_done(h, get_mem_type(h));
	case KX_HVMOP_guest_request_vm_event:
		/* nobody monitors the guest: accepted, without effect */
		return kx_done(h, h->arg[1] ? -EINVAL : 0);
	case KX_HVMOP_altp2m:
		return kx_done(h, -EOPNOTSUPP);
	case HVMOP_set_evtchn_upcall_vector:
	case KX_HVMOP_flush_tlbs:
	default:
		return kx_done(h, -ENOSYS);
	}
}
