// SPDX-License-Identifier: GPL-2.0-only
/* vcpu_op: the registrations and questions of both widths. */
#include "suite.h"

#define GONE	((u64)NO_GFN << 12)

static long op(u64 cmd, u64 vcpu, u64 arg)
{
	return hcall(0, __HYPERVISOR_vcpu_op, cmd, vcpu, arg);
}

TEST(is_up)
{
	ck_assert_int_eq(op(VCPUOP_is_up, 1, 0), 1);
	fake.vcpu[1].down = true;
	ck_assert_int_eq(op(VCPUOP_is_up, 1, 0), 0);
	ck_assert_int_eq(op(VCPUOP_is_up, 2, 0), -ENOENT);
	ck_assert_int_eq(op(VCPUOP_is_up, FAKE_MAX_VCPUS, 0), -ENOENT);
	ck_assert_int_eq(op(VCPUOP_is_up, ~0U, 0), -ENOENT);
	/* the low half of command and vCPU counts */
	ck_assert_int_eq(op(VCPUOP_is_up | 1ULL << 32, 1ULL << 32, 0), 1);
	ck_assert_int_eq(op(99, 0, ARG_GVA), -ENOSYS);
	ck_assert_int_eq(op(99, 2, ARG_GVA), -ENOENT);
}

TEST(vcpu_info)
{
	struct {
		u64 mfn;
		u32 offset, rsvd;
	} a = { 9, 64, 0 };

	put_guest(ARG_GVA, &a, sizeof(a));
	ck_assert_int_eq(op(VCPUOP_register_vcpu_info, 0, ARG_GVA), 0);
	ck_assert_int_eq(op(VCPUOP_register_vcpu_info, 0, ARG_GVA), -EINVAL);
	ck_assert_ptr_eq(vcpu_info_of(0), fake.ram + 0x9000 + 64);
	ck_assert_int_eq(op(VCPUOP_register_vcpu_info, 0, GONE), -EFAULT);
	/* another one, from 32-bit code: the structure is the same */
	fake.vcpu[0].width = 32;
	fake.vcpu[1].down = true;
	a.offset = 128;
	put_guest(ARG_GVA, &a, sizeof(a));
	ck_assert_int_eq(op(VCPUOP_register_vcpu_info, 1, ARG_GVA), 0);
	ck_assert_ptr_eq(vcpu_info_of(1), fake.ram + 0x9000 + 128);
}

static void areas(void)
{
	u64 gva = 0x9010;

	if (fake.vcpu[0].width == 32)
		gva |= 0xabcdULL << 32;	/* what a 32-bit caller leaves there */
	put_guest(ARG_GVA, &gva, sizeof(gva));
	ck_assert_int_eq(op(VCPUOP_register_runstate_memory_area, 1, ARG_GVA), 0);
	kx_runstate_change(V[1], RUNSTATE_running, 9);
	ck_assert_uint_eq(get32(0x9010), RUNSTATE_running);
	kx_runstate_change(V[1], RUNSTATE_blocked, 9);
	ck_assert_uint_eq(get32(0x9010), RUNSTATE_blocked);
	gva += 0x100;
	put_guest(ARG_GVA, &gva, sizeof(gva));
	ck_assert_int_eq(op(VCPUOP_register_vcpu_time_memory_area, 1, ARG_GVA), 0);
	ck_assert_uint_eq(fake.pins, 2);
	ck_assert_int_eq(op(VCPUOP_register_runstate_memory_area, 1, GONE),
			 -EFAULT);
	ck_assert_int_eq(op(VCPUOP_register_vcpu_time_memory_area, 1, GONE),
			 -EFAULT);
	gva = GONE;
	put_guest(ARG_GVA, &gva, sizeof(gva));
	ck_assert_int_eq(op(VCPUOP_register_runstate_memory_area, 1, ARG_GVA),
			 -EFAULT);
	ck_assert_int_eq(op(VCPUOP_register_vcpu_time_memory_area, 1, ARG_GVA),
			 -EFAULT);
	ck_assert_int_eq(op(VCPUOP_register_runstate_memory_area, 7, ARG_GVA),
			 -ENOENT);
	ck_assert_uint_eq(fake.pins, 2);
}

TEST(areas_wide)
{
	areas();
}

TEST(areas_narrow)
{
	fake.vcpu[0].width = 32;
	set_width(32);
	areas();
}

TEST(runstate_wide)
{
	struct vcpu_runstate_info info;

	kx_runstate_change(V[1], RUNSTATE_running, 100);
	fake.now_ns = 130;
	ck_assert_int_eq(op(VCPUOP_get_runstate_info, 1, ARG_GVA), 0);
	get_guest(ARG_GVA, &info, sizeof(info));
	ck_assert_int_eq(info.state, RUNSTATE_running);
	ck_assert_uint_eq(info.state_entry_time, 100);
	ck_assert_uint_eq(info.time[RUNSTATE_running], 30);
	ck_assert_uint_eq(info.time[RUNSTATE_offline], 100);
	ck_assert_int_eq(op(VCPUOP_get_runstate_info, 1, GONE), -EFAULT);
}

TEST(runstate_narrow)
{
	u64 end = RAM_PAGES << 12;

	fake.vcpu[0].width = 32;
	kx_runstate_change(V[0], RUNSTATE_running, 100);
	fake.now_ns = 130;
	/* 44 bytes, not one more */
	ck_assert_int_eq(op(VCPUOP_get_runstate_info, 0, end - 44), 0);
	ck_assert_uint_eq(get32(end - 44), RUNSTATE_running);
	ck_assert_uint_eq(get64(end - 40), 100);
	ck_assert_uint_eq(get64(end - 32), 30);
	ck_assert_uint_eq(get64(end - 8), 100);
	ck_assert_int_eq(op(VCPUOP_get_runstate_info, 0, end - 43), -EFAULT);
}

static const struct ut_case vcpu_op_cases[] = {
	CASE(is_up), CASE(vcpu_info), CASE(areas_wide), CASE(areas_narrow),
	CASE(runstate_wide), CASE(runstate_narrow),
};

SUITE(vcpu_op, 2);
