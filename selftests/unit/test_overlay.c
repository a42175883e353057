// SPDX-License-Identifier: GPL-2.0-only
/* Overlays: content survives each move, and so do bits of late senders. */
#include "suite.h"

static int place(u64 gfn)
{
	int r;

	if (gfn >= WINDOW_GFN && kx_window_reserve(V[0], gfn))
		return -ENOMEM;
	mutex_lock(&D->lock);
	r = kx_shinfo_place(D, gfn);
	mutex_unlock(&D->lock);
	return r;
}

static int place_grant(u32 idx, u64 gfn)
{
	int r;

	if (gfn >= WINDOW_GFN && kx_window_reserve(V[0], gfn))
		return -ENOMEM;
	mutex_lock(&D->lock);
	r = kx_gnttab_place(D, idx, gfn);
	mutex_unlock(&D->lock);
	return r;
}

static struct kx_overlay *overlay_at(u64 gfn)
{
	struct kx_overlay *ov;

	mutex_lock(&D->lock);
	ov = kx_overlay_find(D, gfn);
	mutex_unlock(&D->lock);
	return ov;
}

static int take_away(u64 gfn)
{
	int r = -ENOENT;
	struct kx_overlay *ov;

	mutex_lock(&D->lock);
	ov = kx_overlay_find(D, gfn);
	if (ov)
		r = kx_overlay_remove(D, ov);
	mutex_unlock(&D->lock);
	return r;
}

static void pattern(u8 *page, u8 salt)
{
	unsigned int i;

	for (i = 0; i < PAGE_SIZE; i++)
		page[i] = i * 7 + i / 256 + salt;
}

static void pattern_is(const u8 *page, u8 salt)
{
	u8 want[PAGE_SIZE];

	ck_assert_ptr_nonnull(page);
	pattern(want, salt);
	ck_assert_mem_eq(page, want, PAGE_SIZE);
}

/* the room and the guest see the same page, with the content */
static void is_at(u64 gfn, u8 salt)
{
	ck_assert_ptr_eq(shared_info_now(), fake_guest_page(gfn));
	pattern_is(fake_guest_page(gfn), salt);
	ck_assert_ptr_nonnull(overlay_at(gfn));
}

TEST(moves_keep_content)
{
	static const u64 path[] = {
		WINDOW_GFN, WINDOW_GFN + 1, 7, 9, WINDOW_GFN, RAM2_GFN, 7,
		WINDOW_GFN + 255,
	};
	unsigned int i;
	u64 last = 0;

	pattern(shared_info_now(), 0);
	for (i = 0; i < ARRAY_SIZE(path); i++) {
		ck_assert_int_eq(place(path[i]), 0);
		is_at(path[i], i);
		if (last)
			ck_assert_ptr_null(overlay_at(last));
		if (last >= WINDOW_GFN)
			ck_assert_ptr_null(fake_guest_page(last));
		last = path[i];
		ck_assert_uint_eq(fake.pins, path[i] < WINDOW_GFN);
		/* as if the guest changed all of it */
		pattern(fake_guest_page(path[i]), i + 1);
	}
	ck_assert_int_eq(take_away(last), 0);
	pattern_is(shared_info_now(), i);
	ck_assert_ptr_null(fake_guest_page(last));
	ck_assert_int_eq(place(8), 0);
	is_at(8, i);
}

TEST(same_place_again)
{
	unsigned int waited;

	ck_assert_int_eq(place(7), 0);
	waited = fake.synchronized;
	ck_assert_int_eq(place(7), 0);
	ck_assert_uint_eq(fake.pins, 1);
	ck_assert_uint_eq(fake.synchronized, waited);
}

TEST(removed_twice)
{
	ck_assert_int_eq(place(7), 0);
	ck_assert_int_eq(take_away(7), 0);
	ck_assert_int_eq(take_away(7), -ENOENT);
	ck_assert_uint_eq(fake.pins, 0);
}

/* an overlay that is mapped nowhere is not found "nowhere" */
TEST(nowhere_is_no_frame)
{
	ck_assert_ptr_null(overlay_at(KX_NO_GFN));
	ck_assert_ptr_null(overlay_at(NO_GFN));
}

TEST(no_frame_there)
{
	pattern(shared_info_now(), 1);
	ck_assert_int_eq(place(NO_GFN), -EINVAL);
	pattern_is(shared_info_now(), 1);
	ck_assert_int_eq(place(9), 0);
	ck_assert_int_eq(place(NO_GFN), -EINVAL);
	is_at(9, 1);
	ck_assert_int_eq(place(WINDOW_GFN), 0);
	ck_assert_int_eq(place(NO_GFN), -EINVAL);
	is_at(WINDOW_GFN, 1);
}

/* one overlay pushes another out of its place; both keep their content */
static void one_over_another(u64 gfn)
{
	pattern(shared_info_now(), 3);
	ck_assert_int_eq(place_grant(1, gfn), 0);
	pattern(fake_guest_page(gfn), 4);
	ck_assert_int_eq(place(gfn), 0);
	is_at(gfn, 3);
	mutex_lock(&D->lock);
	ck_assert(kx_gnttab_frame_gfn(D, 1) == KX_NO_GFN);
	mutex_unlock(&D->lock);
	ck_assert_int_eq(place_grant(1, WINDOW_GFN + 9), 0);
	pattern_is(fake_guest_page(WINDOW_GFN + 9), 4);
}

TEST(over_another_in_window)
{
	one_over_another(WINDOW_GFN + 3);
}

TEST(over_another_in_ram)
{
	one_over_another(30);
	ck_assert_uint_eq(fake.pins, 1);
}

static u8 *late_page;

/* a sender that still holds the old page, after the copy */
static void late_sender(void)
{
	if (!late_page)
		return;
	late_page[0] |= 1;		/* vCPU 0: upcall pending */
	late_page[8 + 7] |= 0x80;	/* its selector */
	late_page[2048 + 300] |= 0x12;	/* two ports */
	late_page[2048 + 511] |= 0x80;	/* the last port */
	late_page[2048 + 301] &= ~4;	/* a port that was closed meanwhile */
	late_page[32 + 8] = 0x33;	/* vCPU 0's clock is no set of bits */
	late_page = NULL;
}

static void late_bits_from(u64 from, u64 to)
{
	u8 *page;

	if (from)
		ck_assert_int_eq(place(from), 0);
	page = shared_info_now();
	page[2048 + 300] = 0x40;
	page[2048 + 301] = 0x0c;
	page[32 + 8] = 0x44;
	late_page = page;
	fake.on_synchronize = late_sender;
	ck_assert_int_eq(place(to), 0);
	ck_assert_ptr_null(late_page);
	page = shared_info_now();
	ck_assert_uint_eq(page[0], 1);
	ck_assert_uint_eq(page[8 + 7], 0x80);
	ck_assert_uint_eq(page[2048 + 300], 0x52);
	ck_assert_uint_eq(page[2048 + 511], 0x80);
	ck_assert_uint_eq(page[2048 + 301], 0x08);
	ck_assert_uint_eq(page[32 + 8], 0x44);
}

TEST(late_bits_into_ram)
{
	late_bits_from(0, 7);
}

TEST(late_bits_ram_to_ram)
{
	late_bits_from(7, 8);
}

TEST(late_bits_out_of_ram)
{
	late_bits_from(7, WINDOW_GFN);
}

/* every failure leaves the overlay, its content and the pins as they were */
static void failures(u64 from, u64 to)
{
	unsigned int n, pins;
	int r;

	pattern(shared_info_now(), 9);
	if (from)
		ck_assert_int_eq(place(from), 0);
	pins = fake.pins;
	for_each_failure(n) {
		ut_fail_nth(n);
		r = place(to);
		if (!ut_has_failed())
			break;
		ck_assert_int_eq(r, -ENOMEM);
		if (from)
			is_at(from, 9);
		else
			pattern_is(shared_info_now(), 9);
		ck_assert_uint_eq(fake.pins, pins);
		ck_assert_ptr_null(overlay_at(to));
		if (to >= WINDOW_GFN)
			ck_assert_ptr_null(fake_guest_page(to));
	}
	ck_assert_int_eq(r, 0);
	ck_assert_uint_gt(n, 1);
	is_at(to, 9);
}

TEST(failures_into_window)
{
	failures(0, WINDOW_GFN);
}

TEST(failures_into_ram)
{
	failures(0, 7);
}

TEST(failures_window_to_window)
{
	failures(WINDOW_GFN, WINDOW_GFN + 1);
}

TEST(failures_ram_to_window)
{
	failures(7, WINDOW_GFN);
}

TEST(failures_window_to_ram)
{
	failures(WINDOW_GFN, 7);
}

TEST(failures_ram_to_ram)
{
	failures(7, 8);
}

TEST(failures_of_removal)
{
	unsigned int n;
	int r;

	pattern(shared_info_now(), 9);
	ck_assert_int_eq(place(7), 0);
	for_each_failure(n) {
		ut_fail_nth(n);
		r = take_away(7);
		if (!ut_has_failed())
			break;
		ck_assert_int_eq(r, -ENOMEM);
		is_at(7, 9);
	}
	ck_assert_int_eq(r, 0);
	ck_assert_uint_eq(n, 2);
	pattern_is(shared_info_now(), 9);
}

TEST(reset_empties)
{
	u8 zero[PAGE_SIZE] = {};

	pattern(shared_info_now(), 1);
	ck_assert_int_eq(place(7), 0);
	ck_assert_int_eq(place_grant(0, WINDOW_GFN), 0);
	fake_reset_domain();
	ck_assert_uint_eq(fake.pins, 0);
	ck_assert_ptr_null(overlay_at(7));
	ck_assert_ptr_null(fake_guest_page(WINDOW_GFN));
	ck_assert_mem_eq(shared_info_now(), zero, PAGE_SIZE);
	ck_assert_int_eq(place(WINDOW_GFN), 0);
	ck_assert_mem_eq(fake_guest_page(WINDOW_GFN), zero, PAGE_SIZE);
}

/* without memory a reset says so and goes on */
TEST(reset_without_memory)
{
	ck_assert_int_eq(place(7), 0);
	ut_fail_nth(1);
	fake_reset_domain();
	ck_assert(ut_has_failed());
	ck_assert_int_eq(ut_messages, 1);
}

static const struct ut_case overlay_cases[] = {
	CASE(moves_keep_content), CASE(same_place_again), CASE(removed_twice),
	CASE(nowhere_is_no_frame), CASE(no_frame_there),
	CASE(over_another_in_window), CASE(over_another_in_ram),
	CASE(late_bits_into_ram), CASE(late_bits_ram_to_ram),
	CASE(late_bits_out_of_ram), CASE(failures_into_window),
	CASE(failures_into_ram), CASE(failures_window_to_window),
	CASE(failures_ram_to_window), CASE(failures_window_to_ram),
	CASE(failures_ram_to_ram), CASE(failures_of_removal),
	CASE(reset_empties), CASE(reset_without_memory),
};

SUITE(overlay, 4);
