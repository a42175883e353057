// SPDX-License-Identifier: GPL-2.0-only
/* Every hypercall number, and every privilege level. */
#include "suite.h"

/* the rows that answer themselves, so that -ENOSYS would be a lost row */
static const struct {
	u32 nr;
	u64 arg[3];
	long ret;
} built[] = {
	{ __HYPERVISOR_memory_op, { XENMEM_memory_map, ~0ULL }, -EFAULT },
	{ __HYPERVISOR_set_timer_op, { 0 }, 0 },
	{ __HYPERVISOR_xen_version, { XENVER_version }, 4 << 16 | 17 },
	{ __HYPERVISOR_console_io, { CONSOLEIO_write, 0 }, 0 },
	{ __HYPERVISOR_grant_table_op, { GNTTABOP_query_size, 0, 0 }, -EINVAL },
	{ __HYPERVISOR_vm_assist, { VMASST_CMD_enable,
				    VMASST_TYPE_runstate_update_flag }, 0 },
	{ __HYPERVISOR_vcpu_op, { VCPUOP_is_up, 0 }, 1 },
	{ __HYPERVISOR_sched_op, { SCHEDOP_yield }, 0 },
	{ __HYPERVISOR_event_channel_op, { EVTCHNOP_send, ~0ULL }, -EFAULT },
	{ __HYPERVISOR_hvm_op, { HVMOP_get_param, ~0ULL }, -EFAULT },
};

static const struct {
	u32 nr;
	const char *name;
} not_built[] = {
	{ 0, "set_trap_table" }, { 1, "mmu_update" }, { 2, "set_gdt" },
	{ 3, "stack_switch" }, { 4, "set_callbacks" }, { 5, "fpu_taskswitch" },
	{ 6, "sched_op_compat" }, { 7, "platform_op" }, { 8, "set_debugreg" },
	{ 9, "get_debugreg" }, { 10, "update_descriptor" }, { 13, "multicall" },
	{ 14, "update_va_mapping" }, { 16, "event_channel_op_compat" },
	{ 19, "physdev_op_compat" }, { 22, "update_va_mapping_otherdomain" },
	{ 23, "iret" }, { 25, "set_segment_base" }, { 26, "mmuext_op" },
	{ 27, "xsm_op" }, { 28, "nmi_op" }, { 30, "callback_op" },
	{ 31, "xenoprof_op" }, { 33, "physdev_op" }, { 35, "sysctl" },
	{ 36, "domctl" }, { 37, "kexec_op" }, { 38, "tmem_op" },
	{ 39, "argo_op" }, { 40, "xenpmu_op" }, { 41, "dm_op" },
};

TEST(rows)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(built); i++) {
		ck_assert_msg(hcall(0, built[i].nr, built[i].arg[0],
				    built[i].arg[1], built[i].arg[2]) ==
			      built[i].ret, "hypercall %u: %ld, not %ld",
			      built[i].nr, last_hcall.ret, built[i].ret);
		ck_assert_str_ne(kx_hcall_name(built[i].nr), "unknown");
	}
	for (i = 0; i < ARRAY_SIZE(not_built); i++) {
		ck_assert_int_eq(hcall(0, not_built[i].nr, 0, 0, 0), -ENOSYS);
		ck_assert_int_eq(last_outcome, KX_DONE);
		ck_assert_str_eq(kx_hcall_name(not_built[i].nr),
				 not_built[i].name);
	}
}

/* each number has a row in exactly one of the lists above, or none at all */
TEST(every_number)
{
	u64 nr;

	for (nr = 0; nr < 64; nr++) {
		unsigned int i, rows = 0;

		for (i = 0; i < ARRAY_SIZE(built); i++)
			rows += built[i].nr == nr;
		for (i = 0; i < ARRAY_SIZE(not_built); i++)
			rows += not_built[i].nr == nr;
		ck_assert_uint_le(rows, 1);
		ck_assert_int_eq(!rows, !strcmp(kx_hcall_name(nr), "unknown"));
		if (!rows)
			ck_assert_int_eq(hcall(0, nr, 0, 0, 0), -ENOSYS);
	}
}

TEST(beyond)
{
	static const u64 nrs[] = {
		64, 255, 1024, 1ULL << 31, 1ULL << 32, (1ULL << 32) + 17,
		1ULL << 63, ~0ULL,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(nrs); i++) {
		ck_assert_int_eq(hcall(0, nrs[i], 0, 0, 0), -ENOSYS);
		ck_assert_str_eq(kx_hcall_name(nrs[i]), "unknown");
	}
}

TEST(privilege)
{
	struct kx_hcall h;
	u64 nr;
	u8 cpl;

	for (cpl = 1; cpl < 4; cpl++) {
		for (nr = 0; nr < 70; nr++) {
			h = (struct kx_hcall){
				.v = V[0], .nr = nr, .cpl = cpl, .width = 64,
				.arg = { SCHEDOP_shutdown, ARG_GVA },
			};
			ck_assert_int_eq(kx_hcall_dispatch(&h), KX_DONE);
			ck_assert_int_eq(h.ret, -EPERM);
		}
	}
	ck_assert_uint_eq(fake.exits, 0);
}

static long assist(u64 cmd, u64 type)
{
	return hcall(0, __HYPERVISOR_vm_assist, cmd, type, 0);
}

TEST(vm_assist)
{
	ck_assert_int_eq(assist(VMASST_CMD_enable,
				VMASST_TYPE_runstate_update_flag), 0);
	ck_assert(D->runstate_update_flag);
	ck_assert_int_eq(assist(2, VMASST_TYPE_runstate_update_flag), -ENOSYS);
	ck_assert_int_eq(assist(VMASST_CMD_enable, VMASST_TYPE_4gb_segments),
			 -EINVAL);
	ck_assert_int_eq(assist(VMASST_CMD_enable, ~0ULL), -EINVAL);
	ck_assert(D->runstate_update_flag);
	ck_assert_int_eq(assist(VMASST_CMD_disable,
				VMASST_TYPE_runstate_update_flag), 0);
	ck_assert(!D->runstate_update_flag);
}

static const struct ut_case dispatch_cases[] = {
	CASE(rows), CASE(every_number), CASE(beyond), CASE(privilege),
	CASE(vm_assist),
};

SUITE(dispatch, 1);
