// SPDX-License-Identifier: GPL-2.0-only
/* vm_assist: of all of them an HVM guest has the runstate update flag alone. */
#include "hcall.h"

/**
 * kx_hcall_vm_assist() - hypercall 21
 * @h: arg[0] VMASST_CMD_*, arg[1] VMASST_TYPE_*
 *
 * Context: vCPU thread.
 * Return: %KX_DONE with 0, -EINVAL (a type that HVM guests lack) or -ENOSYS
 * (unknown command).
 */
enum kx_outcome kx_hcall_vm_assist(struct kx_hcall *h)
{
	struct kx_domain *d = h->v->d;

	if ((u32)h->arg[1] != VMASST_TYPE_runstate_update_flag)
		return kx_done(h, -EINVAL);

	switch ((u32)h->arg[0]) {
	case VMASST_CMD_enable:
		WRITE_ONCE(d->runstate_update_flag, true);
		return kx_done(h, 0);
	case VMASST_CMD_disable:
		WRITE_ONCE(d->runstate_update_flag, false);
		return kx_done(h, 0);
	default:
		return kx_done(h, -ENOSYS);
	}
}
