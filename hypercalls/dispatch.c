// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of hypercalls: a row for each number of Xen's list. A row without
 * a handler is not built yet, or is never offered to an HVM guest; both
 * answer -ENOSYS. Documentation/abi-status.rst says which is which.
 */
#include "hcall.h"

struct row {
	const char *name;
	kx_hcall_fn fn;
};

#define BUILT(op)	[__HYPERVISOR_##op] = { #op, kx_hcall_##op }
#define NONE(op)	[__HYPERVISOR_##op] = { #op, NULL }

/* numbers that Linux's header does not name */
#define __HYPERVISOR_argo_op	39

static const struct row table[] = {
	NONE(set_trap_table),
	NONE(mmu_update),
	NONE(set_gdt),
	NONE(stack_switch),
	NONE(set_callbacks),
	NONE(fpu_taskswitch),
	NONE(sched_op_compat),
	NONE(platform_op),
	NONE(set_debugreg),
	NONE(get_debugreg),
	NONE(update_descriptor),
	BUILT(memory_op),
	NONE(multicall),
	NONE(update_va_mapping),
	BUILT(set_timer_op),
	NONE(event_channel_op_compat),
	BUILT(xen_version),
	BUILT(console_io),
	NONE(physdev_op_compat),
	BUILT(grant_table_op),
	BUILT(vm_assist),
	NONE(update_va_mapping_otherdomain),
	NONE(iret),
	BUILT(vcpu_op),
	NONE(set_segment_base),
	NONE(mmuext_op),
	NONE(xsm_op),
	NONE(nmi_op),
	BUILT(sched_op),
	NONE(callback_op),
	NONE(xenoprof_op),
	BUILT(event_channel_op),
	NONE(physdev_op),
	BUILT(hvm_op),
	NONE(sysctl),
	NONE(domctl),
	NONE(kexec_op),
	NONE(tmem_op),
	NONE(argo_op),
	NONE(xenpmu_op),
	NONE(dm_op),
};

/**
 * kx_hcall_name() - the name of a hypercall, for traces
 * @nr: number
 *
 * Return: its name, or "unknown".
 */
const char *kx_hcall_name(u64 nr)
{
	return nr < ARRAY_SIZE(table) && table[nr].name ? table[nr].name :
							  "unknown";
}

enum kx_outcome kx_hcall_dispatch(struct kx_hcall *h)
{
	kx_hcall_fn fn;

	if (h->cpl > 0)
		return kx_done(h, -EPERM);
	if (h->nr >= ARRAY_SIZE(table))
		return kx_done(h, -ENOSYS);
	fn = table[array_index_nospec(h->nr, ARRAY_SIZE(table))].fn;
	return fn ? fn(h) : kx_done(h, -ENOSYS);
}
