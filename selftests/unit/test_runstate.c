// SPDX-License-Identifier: GPL-2.0-only
/* Runstate: exact sums, both layouts, the update flag, areas across pages. */
#include "suite.h"

#define AREA_GVA	0x7ff0ULL

static void sums_are(unsigned int vcpu, u64 now, int state, u64 since,
		     u64 running, u64 runnable, u64 blocked, u64 offline)
{
	struct vcpu_runstate_info info;

	kx_runstate_read(V[vcpu], &info, now);
	ck_assert_int_eq(info.state, state);
	ck_assert_uint_eq(info.state_entry_time, since);
	ck_assert_uint_eq(info.time[RUNSTATE_running], running);
	ck_assert_uint_eq(info.time[RUNSTATE_runnable], runnable);
	ck_assert_uint_eq(info.time[RUNSTATE_blocked], blocked);
	ck_assert_uint_eq(info.time[RUNSTATE_offline], offline);
	ck_assert_uint_eq(running + runnable + blocked + offline, now);
}

TEST(sums)
{
	sums_are(0, 100, RUNSTATE_offline, 0, 0, 0, 0, 100);
	kx_runstate_change(V[0], RUNSTATE_running, 100);
	sums_are(0, 100, RUNSTATE_running, 100, 0, 0, 0, 100);
	kx_runstate_change(V[0], RUNSTATE_running, 150);
	sums_are(0, 160, RUNSTATE_running, 100, 60, 0, 0, 100);
	kx_runstate_change(V[0], RUNSTATE_blocked, 200);
	kx_runstate_change(V[0], RUNSTATE_runnable, 250);
	kx_runstate_change(V[0], RUNSTATE_running, 257);
	sums_are(0, 300, RUNSTATE_running, 257, 143, 7, 50, 100);
	/* the other vCPU has its own account */
	sums_are(1, 300, RUNSTATE_offline, 0, 0, 0, 0, 300);
}

/* a clock that went back a little, as between two CPUs: no time is lost */
TEST(time_goes_back)
{
	kx_runstate_change(V[0], RUNSTATE_running, 100);
	kx_runstate_change(V[0], RUNSTATE_blocked, 90);
	sums_are(0, 100, RUNSTATE_blocked, 100, 0, 0, 0, 100);
	kx_runstate_change(V[0], RUNSTATE_running, 110);
	sums_are(0, 110, RUNSTATE_running, 110, 0, 0, 10, 100);
}

TEST(area_64)
{
	struct vcpu_runstate_info info;

	kx_runstate_change(V[1], RUNSTATE_running, 40);
	ck_assert_int_eq(kx_runstate_register(V[0], V[1], 0x9008), 0);
	get_guest(0x9008, &info, sizeof(info));
	ck_assert_int_eq(info.state, RUNSTATE_running);
	ck_assert_uint_eq(info.state_entry_time, 40);
	ck_assert_uint_eq(info.time[RUNSTATE_offline], 40);
	kx_runstate_change(V[1], RUNSTATE_blocked, 50);
	get_guest(0x9008, &info, sizeof(info));
	ck_assert_int_eq(info.state, RUNSTATE_blocked);
	ck_assert_uint_eq(info.state_entry_time, 50);
	ck_assert_uint_eq(info.time[RUNSTATE_running], 10);
	ck_assert_uint_eq(get64(0x9008 + sizeof(info)), 0);
}

TEST(area_32)
{
	set_width(32);
	fake_map(AREA_GVA + 16, 40);
	ck_assert_int_eq(kx_runstate_register(V[0], V[0], AREA_GVA), 0);
	kx_runstate_change(V[0], RUNSTATE_running, 0x100000001ULL);
	kx_runstate_change(V[0], RUNSTATE_runnable, 0x100000003ULL);
	ck_assert_uint_eq(get32(AREA_GVA), RUNSTATE_runnable);
	ck_assert_uint_eq(get64(AREA_GVA + 4), 0x100000003ULL);
	ck_assert_uint_eq(get64(AREA_GVA + 12), 2);
	ck_assert_uint_eq(get64(AREA_GVA + 12 + 24), 0x100000001ULL);
	/* not a byte behind its 44 */
	ck_assert_uint_eq(get64(AREA_GVA + 44), 0);
	/* the layout is that of the registration */
	set_width(64);
	kx_runstate_change(V[0], RUNSTATE_running, 0x100000007ULL);
	ck_assert_uint_eq(get64(AREA_GVA + 4), 0x100000007ULL);
}

/* every place in which an area of 48 bytes crosses a page */
TEST(area_crosses)
{
	u64 gva;

	fake_map(0x8000, 40);
	for (gva = 0x8000 - 47; gva < 0x8000; gva++) {
		struct vcpu_runstate_info info;

		ck_assert_int_eq(kx_runstate_register(V[0], V[0], gva), 0);
		ck_assert_uint_eq(fake.pins, 2);
		get_guest(gva, &info, sizeof(info));
		ck_assert_int_eq(info.state, RUNSTATE_offline);
		kx_runstate_change(V[0], RUNSTATE_running, 77);
		get_guest(gva, &info, sizeof(info));
		ck_assert_int_eq(info.state, RUNSTATE_running);
		ck_assert_uint_eq(info.state_entry_time, 77);
		ck_assert_uint_eq(info.time[RUNSTATE_offline], 77);
		fake_stop();
		fake_start(2);
	}
}

TEST(area_errors)
{
	ck_assert_int_eq(kx_runstate_register(V[0], V[0], 0x9000), 0);
	ck_assert_int_eq(kx_runstate_register(V[0], V[0], (u64)NO_GFN << 12),
			 -EFAULT);
	fake_bad(0x8000);
	ck_assert_int_eq(kx_runstate_register(V[0], V[0], AREA_GVA), -EFAULT);
	ck_assert_int_eq(kx_runstate_register(V[0], V[0], ~0ULL), -EFAULT);
	/* the old area is served still */
	ck_assert_uint_eq(fake.pins, 1);
	kx_runstate_change(V[0], RUNSTATE_running, 5);
	ck_assert_uint_eq(get64(0x9008), 5);
	/* none any more */
	ck_assert_int_eq(kx_runstate_register(V[0], V[0], 0), 0);
	ck_assert_uint_eq(fake.pins, 0);
	kx_runstate_change(V[0], RUNSTATE_blocked, 9);
	ck_assert_uint_eq(get64(0x9008), 5);
}

TEST(area_failures)
{
	unsigned int n;
	int r;

	for_each_failure(n) {
		ut_fail_nth(n);
		r = kx_runstate_register(V[0], V[0], AREA_GVA);
		if (!ut_has_failed())
			break;
		ck_assert_int_eq(r, -ENOMEM);
		ck_assert_uint_eq(fake.pins, 0);
		kx_runstate_change(V[0], n & 1, n);
		ck_assert_uint_eq(get64(AREA_GVA + 8), 0);
	}
	ck_assert_int_eq(r, 0);
	ck_assert_uint_eq(n, 3);
}

static void change(void *unused)
{
	kx_runstate_change(V[0], RUNSTATE_blocked, 300);
}

/* what a guest does that has asked for the flag */
static void read_with_flag(void *arg)
{
	struct vcpu_runstate_info info;
	unsigned int *torn = arg;

	get_guest(0x9000, &info, sizeof(info));
	if (info.state_entry_time & XEN_RUNSTATE_UPDATE)
		return;
	if (info.state == RUNSTATE_blocked ?
	    info.state_entry_time != 300 || info.time[RUNSTATE_running] != 200 :
	    info.state_entry_time != 100 || info.time[RUNSTATE_running] != 0)
		++*torn;
}

TEST(update_flag)
{
	unsigned int at, torn = 0;
	bool more = true;

	for (at = 1; more; at++) {
		D->runstate_update_flag = true;
		kx_runstate_change(V[0], RUNSTATE_running, 100);
		ck_assert_int_eq(kx_runstate_register(V[0], V[0], 0x9000), 0);
		more = ut_race(at, change, read_with_flag, &torn);
		ck_assert_uint_eq(torn, 0);
		/* the flag is gone at the end */
		ck_assert_uint_eq(get64(0x9008), 300);
		fake_stop();
		fake_start(2);
	}
	ck_assert_uint_gt(at, 4);
}

static const struct ut_case runstate_cases[] = {
	CASE(sums), CASE(time_goes_back), CASE(area_64), CASE(area_32),
	CASE(area_crosses), CASE(area_errors), CASE(area_failures),
	CASE(update_flag),
};

SUITE(runstate, 2);
