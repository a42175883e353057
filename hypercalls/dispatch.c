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

/* numbers that Linux's header does not name */
#define __HYPERVISOR_argo_op	39

static const struct row table[] = {
	[__HYPERVISOR_set_trap_table] = { "set_trap_table", NULL },
	[__HYPERVISOR_mmu_update] = { "mmu_update", NULL },
	[__HYPERVISOR_set_gdt] = { "set_gdt", NULL },
	[__HYPERVISOR_stack_switch] = { "stack_switch", NULL },
	[__HYPERVISOR_set_callbacks] = { "set_callbacks", NULL },
	[__HYPERVISOR_fpu_taskswitch] = { "fpu_taskswitch", NULL },
	[__HYPERVISOR_sched_op_compat] = { "sched_op_compat", NULL },
	[__HYPERVISOR_platform_op] = { "platform_op", NULL },
	[__HYPERVISOR_set_debugreg] = { "set_debugreg", NULL },
	[__HYPERVISOR_get_debugreg] = { "get_debugreg", NULL },
	[__HYPERVISOR_update_descriptor] = { "update_descriptor", NULL },
	[__HYPERVISOR_memory_op] = { "memory_op", kx_hcall_memory_op },
	[__HYPERVISOR_multicall] = { "multicall", NULL },
	[__HYPERVISOR_update_va_mapping] = { "update_va_mapping", NULL },
	[__HYPERVISOR_set_timer_op] = { "set_timer_op", kx_hcall_set_timer_op },
	[__HYPERVISOR_event_channel_op_compat] = { "event_channel_op_compat", NULL },
	[__HYPERVISOR_xen_version] = { "xen_version", kx_hcall_xen_version },
	[__HYPERVISOR_console_io] = { "console_io", kx_hcall_console_io },
	[__HYPERVISOR_physdev_op_compat] = { "physdev_op_compat", NULL },
	[__HYPERVISOR_grant_table_op] = { "grant_table_op", kx_hcall_grant_table_op },
	[__HYPERVISOR_vm_assist] = { "vm_assist", kx_hcall_vm_assist },
	[__HYPERVISOR_update_va_mapping_otherdomain] = { "update_va_mapping_otherdomain", NULL },
	[__HYPERVISOR_iret] = { "iret", NULL },
	[__HYPERVISOR_vcpu_op] = { "vcpu_op", kx_hcall_vcpu_op },
	[__HYPERVISOR_set_segment_base] = { "set_segment_base", NULL },
	[__HYPERVISOR_mmuext_op] = { "mmuext_op", NULL },
	[__HYPERVISOR_xsm_op] = { "xsm_op", NULL },
	[__HYPERVISOR_nmi_op] = { "nmi_op", NULL },
	[__HYPERVISOR_sched_op] = { "sched_op", kx_hcall_sched_op },
	[__HYPERVISOR_callback_op] = { "callback_op", NULL },
	[__HYPERVISOR_xenoprof_op] = { "xenoprof_op", NULL },
	[__HYPERVISOR_event_channel_op] = { "event_channel_op", kx_hcall_event_channel_op },
	[__HYPERVISOR_physdev_op] = { "physdev_op", NULL },
	[__HYPERVISOR_hvm_op] = { "hvm_op", kx_hcall_hvm_op },
	[__HYPERVISOR_sysctl] = { "sysctl", NULL },
	[__HYPERVISOR_domctl] = { "domctl", NULL },
	[__HYPERVISOR_kexec_op] = { "kexec_op", NULL },
	[__HYPERVISOR_tmem_op] = { "tmem_op", NULL },
	[__HYPERVISOR_argo_op] = { "argo_op", NULL },
	[__HYPERVISOR_xenpmu_op] = { "xenpmu_op", NULL },
	[__HYPERVISOR_dm_op] = { "dm_op", NULL },
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
