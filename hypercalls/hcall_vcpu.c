// SPDX-License-Identifier: GPL-2.0-only
/* vcpu_op and set_timer_op. */
#include "hcall.h"
#include "../evtchn/evtchn.h"
#include <xenabi/compat.h>

static long op_register_vcpu_info(struct kx_hcall *h, struct kx_vcpu *v, u64 arg)
{
	/* the same for both widths */
	struct vcpu_register_vcpu_info op;

	if (kx_arg_in(h, &op, arg))
		return -EFAULT;
	return kx_vcpu_info_register(h->v, v, op.mfn, op.offset);
}

/* both area registrations pass a guest virtual address, of the guest's width */
static long area_address(struct kx_hcall *h, u64 arg, u64 *gva)
{
	if (h->width == 32) {
		u32 gva32;

		if (kx_arg_in(h, &gva32, arg))
			return -EFAULT;
		*gva = gva32;
		return 0;
	}
	return kx_arg_in(h, gva, arg);
}

static long op_get_runstate(struct kx_hcall *h, struct kx_vcpu *v, u64 arg)
{
	struct kx_compat_runstate_info info32;
	struct vcpu_runstate_info info = {};

	kx_runstate_read(v, &info, kx_guest_time_ns(v));
	if (h->width != 32)
		return kx_arg_out(h, arg, &info);

	info32.state = info.state;
	info32.state_entry_time = info.state_entry_time;
	memcpy(info32.time, info.time, sizeof(info32.time));
	return kx_arg_out(h, arg, &info32);
}

static long op_set_periodic(struct kx_hcall *h, struct kx_vcpu *v, u64 arg)
{
	struct vcpu_set_periodic_timer op;

	if (kx_arg_in(h, &op, arg))
		return -EFAULT;
	return kx_vtimer_set_periodic(v, op.period_ns);
}

static long op_set_singleshot(struct kx_hcall *h, struct kx_vcpu *v, u64 arg)
{
	struct vcpu_set_singleshot_timer op = {};
	/* the 64-bit structure has four bytes of padding at its end */
	size_t bytes = h->width == 32 ?
		sizeof(struct kx_compat_set_singleshot_timer) : sizeof(op);

	if (v != h->v)
		return -EINVAL;
	if (kx_copy_from_guest(h->v, &op, arg, bytes))
		return -EFAULT;
	return kx_vtimer_set_singleshot(v, op.timeout_abs_ns, op.flags);
}

static long vcpu_op(struct kx_hcall *h, u32 cmd, struct kx_vcpu *v, u64 arg)
{
	u64 gva;
	long r;

	switch (cmd) {
	case VCPUOP_is_up:
		return kx_vcpu_is_up(v);
	case VCPUOP_get_runstate_info:
		return op_get_runstate(h, v, arg);
	case VCPUOP_register_runstate_memory_area:
		r = area_address(h, arg, &gva);
		return r ? r : kx_runstate_register(h->v, v, gva);
	case VCPUOP_register_vcpu_time_memory_area:
		r = area_address(h, arg, &gva);
		return r ? r : kx_time_area_register(h->v, v, gva);
	case VCPUOP_register_vcpu_info:
		return op_register_vcpu_info(h, v, arg);
	case VCPUOP_set_periodic_timer:
		return op_set_periodic(h, v, arg);
	case VCPUOP_stop_periodic_timer:
		kx_vtimer_stop_periodic(v);
		return 0;
	case VCPUOP_set_singleshot_timer:
		return op_set_singleshot(h, v, arg);
	case VCPUOP_stop_singleshot_timer:
		if (v != h->v)
			return -EINVAL;
		kx_vtimer_stop_singleshot(v);
		return 0;
	default:
		return -ENOSYS;
	}
}

enum kx_outcome kx_hcall_vcpu_op(struct kx_hcall *h)
{
	struct kx_vcpu *v = kx_vcpu_by_id(h->v->d, (u32)h->arg[1]);

	if (!v)
		return kx_done(h, -ENOENT);
	return kx_done(h, vcpu_op(h, (u32)h->arg[0], v, h->arg[2]));
}

enum kx_outcome kx_hcall_set_timer_op(struct kx_hcall *h)
{
	/* a 32-bit caller passes the deadline in two registers */
	u64 deadline_ns = h->width == 32 ?
		(h->arg[1] << 32) | (u32)h->arg[0] : h->arg[0];

	kx_vtimer_set_timer_op(h->v, deadline_ns);
	return kx_done(h, 0);
}
