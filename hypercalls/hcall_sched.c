// SPDX-License-Identifier: GPL-2.0-only
/* sched_op: yield, block, poll, shutdown. */
#include "hcall.h"
#include "../evtchn/evtchn.h"
#include <xenabi/compat.h>

#define POLL_MAX_PORTS	128

static enum kx_outcome op_poll(struct kx_hcall *h, u64 arg)
{
	evtchn_port_t ports[POLL_MAX_PORTS];
	u32 nr_ports, i;
	u64 gva, timeout_ns;

	if (h->width == 32) {
		struct kx_compat_sched_poll op;

		if (kx_arg_in(h, &op, arg))
			return kx_done(h, -EFAULT);
		gva = op.ports;
		nr_ports = op.nr_ports;
		timeout_ns = op.timeout;
	} else {
		struct sched_poll op;

		if (kx_arg_in(h, &op, arg))
			return kx_done(h, -EFAULT);
		gva = (u64)(uintptr_t)op.ports;
		nr_ports = op.nr_ports;
		timeout_ns = op.timeout;
	}

	if (nr_ports > POLL_MAX_PORTS)
		return kx_done(h, -EINVAL);
	if (nr_ports &&
	    kx_copy_from_guest(h->v, ports, gva, nr_ports * sizeof(*ports)))
		return kx_done(h, -EFAULT);
	for (i = 0; i < nr_ports; i++)
		if (!kx_evtchn_port_ok(h->v->d, ports[i]))
			return kx_done(h, -EINVAL);

	h->ret = 0;
	return kx_poll_begin(h->v, ports, nr_ports, timeout_ns) ? KX_BLOCK :
								  KX_DONE;
}

static enum kx_outcome op_shutdown(struct kx_hcall *h, u64 arg)
{
	struct kx_domain *d = h->v->d;
	struct sched_shutdown op;
	u8 reason;

	if (kx_arg_in(h, &op, arg))
		return kx_done(h, -EFAULT);
	/* Xen keeps eight bits of it, whatever they say */
	reason = op.reason;
	/* the first reason stays */
	cmpxchg(&d->shutdown_code, -1, reason);
	kx_exit_shutdown(h->v, reason);
	h->ret = 0;
	return KX_TO_USER;
}

enum kx_outcome kx_hcall_sched_op(struct kx_hcall *h)
{
	h->ret = 0;
	switch ((u32)h->arg[0]) {
	case SCHEDOP_yield:
		kx_vcpu_yield(h->v);
		return KX_DONE;
	case SCHEDOP_block:
		return kx_block_begin(h->v) ? KX_BLOCK : KX_DONE;
	case SCHEDOP_poll:
		return op_poll(h, h->arg[1]);
	case SCHEDOP_shutdown:
		return op_shutdown(h, h->arg[1]);
	default:
		return kx_done(h, -ENOSYS);
	}
}
