// SPDX-License-Identifier: GPL-2.0-only
/* event_channel_op: copy the argument in, call the room, copy results out. */
#include "domid.h"
#include "../evtchn/evtchn.h"

/* the argument structures are the same for both widths */

static long op_bind_virq(struct kx_hcall *h, u64 arg)
{
	struct evtchn_bind_virq op;
	long r;

	if (kx_arg_in(h, &op, arg))
		return -EFAULT;
	r = kx_evtchn_bind_virq(h->v->d, op.virq, op.vcpu, &op.port);
	if (r)
		return r;
	if (kx_arg_out(h, arg, &op)) {
		kx_evtchn_close(h->v->d, op.port);
		return -EFAULT;
	}
	return 0;
}

static long op_bind_ipi(struct kx_hcall *h, u64 arg)
{
	struct evtchn_bind_ipi op;
	long r;

	if (kx_arg_in(h, &op, arg))
		return -EFAULT;
	r = kx_evtchn_bind_ipi(h->v->d, op.vcpu, &op.port);
	if (r)
		return r;
	if (kx_arg_out(h, arg, &op)) {
		kx_evtchn_close(h->v->d, op.port);
		return -EFAULT;
	}
	return 0;
}

static long op_bind_vcpu(struct kx_hcall *h, u64 arg)
{
	struct evtchn_bind_vcpu op;

	if (kx_arg_in(h, &op, arg))
		return -EFAULT;
	return kx_evtchn_bind_vcpu(h->v->d, op.port, op.vcpu);
}

static long op_close(struct kx_hcall *h, u64 arg)
{
	struct evtchn_close op;

	if (kx_arg_in(h, &op, arg))
		return -EFAULT;
	return kx_evtchn_close(h->v->d, op.port);
}

static long op_send(struct kx_hcall *h, u64 arg)
{
	struct evtchn_send op;

	if (kx_arg_in(h, &op, arg))
		return -EFAULT;
	return kx_evtchn_send(h->v->d, op.port);
}

static long op_unmask(struct kx_hcall *h, u64 arg)
{
	struct evtchn_unmask op;

	if (kx_arg_in(h, &op, arg))
		return -EFAULT;
	return kx_evtchn_unmask(h->v->d, op.port);
}

static long op_status(struct kx_hcall *h, u64 arg)
{
	struct evtchn_status op;
	long r;

	if (kx_arg_in(h, &op, arg))
		return -EFAULT;
	r = kx_whose_errno(h, op.dom);
	if (r)
		return r;
	r = kx_evtchn_status(h->v->d, &op);
	if (r)
		return r;
	return kx_arg_out(h, arg, &op);
}

enum kx_outcome kx_hcall_event_channel_op(struct kx_hcall *h)
{
	u64 arg = h->arg[1];

	switch ((u32)h->arg[0]) {
	case EVTCHNOP_send:
		return kx_done(h, op_send(h, arg));
	case EVTCHNOP_unmask:
		return kx_done(h, op_unmask(h, arg));
	case EVTCHNOP_bind_ipi:
		return kx_done(h, op_bind_ipi(h, arg));
	case EVTCHNOP_bind_virq:
		return kx_done(h, op_bind_virq(h, arg));
	case EVTCHNOP_bind_vcpu:
		return kx_done(h, op_bind_vcpu(h, arg));
	case EVTCHNOP_close:
		return kx_done(h, op_close(h, arg));
	case EVTCHNOP_status:
		return kx_done(h, op_status(h, arg));
	default:
		return kx_done(h, -ENOSYS);
	}
}
