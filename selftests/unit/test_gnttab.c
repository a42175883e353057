// SPDX-License-Identifier: GPL-2.0-only
/* The frames of the grant table: size, version, places, both widths. */
#include "suite.h"

#define LIST_GVA	0x7ff8ULL	/* a list that crosses a page */
#define MAX		KX_GNTTAB_MAX_FRAMES
#define GONE		((u64)NO_GFN << 12)

static long op(u64 cmd, u64 arg, u64 count)
{
	return hcall(0, __HYPERVISOR_grant_table_op, cmd, arg, count);
}

static int grow(u32 nr)
{
	int r;

	mutex_lock(&D->lock);
	r = kx_gnttab_grow(D, nr);
	mutex_unlock(&D->lock);
	return r;
}

static int place(u64 idx, u64 gfn)
{
	int r;

	if (gfn >= WINDOW_GFN && kx_window_reserve(V[0], gfn))
		return -ENOMEM;
	mutex_lock(&D->lock);
	r = kx_gnttab_place(D, idx, gfn);
	mutex_unlock(&D->lock);
	return r;
}

static u64 gfn_of(u32 idx)
{
	u64 gfn;

	mutex_lock(&D->lock);
	gfn = kx_gnttab_frame_gfn(D, idx);
	mutex_unlock(&D->lock);
	return gfn;
}

static void size_is(u32 nr)
{
	struct gnttab_query_size a = { .dom = DOMID_SELF };

	put_guest(ARG_GVA, &a, sizeof(a));
	ck_assert_int_eq(op(GNTTABOP_query_size, ARG_GVA, 1), 0);
	get_guest(ARG_GVA, &a, sizeof(a));
	ck_assert_int_eq(a.status, GNTST_okay);
	ck_assert_uint_eq(a.nr_frames, nr);
	ck_assert_uint_eq(a.max_nr_frames, MAX);
}

TEST(size)
{
	size_is(1);
	ck_assert_int_eq(grow(5), 0);
	size_is(5);
	/* it never shrinks but in a reset */
	ck_assert_int_eq(grow(2), 0);
	size_is(5);
	ck_assert_int_eq(grow(MAX), 0);
	size_is(MAX);
	ck_assert_int_eq(grow(MAX + 1), -EINVAL);
	ck_assert_int_eq(grow(~0U), -EINVAL);
	fake_reset_domain();
	size_is(1);
}

static void query_status(domid_t dom, int status)
{
	struct gnttab_query_size a = { .dom = dom };

	put_guest(ARG_GVA, &a, sizeof(a));
	ck_assert_int_eq(op(GNTTABOP_query_size, ARG_GVA, 1), 0);
	get_guest(ARG_GVA, &a, sizeof(a));
	ck_assert_int_eq(a.status, status);
}

TEST(query_size_errors)
{
	query_status(D->domid, GNTST_okay);
	query_status(0, GNTST_permission_denied);
	query_status(7, GNTST_bad_domain);
	query_status(DOMID_INVALID, GNTST_bad_domain);
	ck_assert_int_eq(op(GNTTABOP_query_size, ARG_GVA, 0), -EINVAL);
	ck_assert_int_eq(op(GNTTABOP_query_size, ARG_GVA, 2), -EINVAL);
	ck_assert_int_eq(op(GNTTABOP_query_size, GONE, 1), -EFAULT);
}

static long version(u64 cmd, u32 *v)
{
	long r;

	put_guest(ARG_GVA, v, sizeof(*v));
	r = op(cmd, ARG_GVA, 1);
	get_guest(ARG_GVA, v, sizeof(*v));
	return r;
}

TEST(versions)
{
	struct gnttab_get_version a = { .dom = DOMID_SELF };
	u32 v = 1;

	ck_assert_int_eq(version(GNTTABOP_set_version, &v), 0);
	ck_assert_uint_eq(v, 1);
	v = 2;
	ck_assert_int_eq(version(GNTTABOP_set_version, &v), -ENOSYS);
	/* the one in force is told in any case */
	ck_assert_uint_eq(v, 1);
	v = 3;
	ck_assert_int_eq(version(GNTTABOP_set_version, &v), -EINVAL);
	ck_assert_uint_eq(v, 1);
	v = 0;
	ck_assert_int_eq(version(GNTTABOP_set_version, &v), -EINVAL);
	ck_assert_int_eq(op(GNTTABOP_set_version, GONE, 1), -EFAULT);

	put_guest(ARG_GVA, &a, sizeof(a));
	ck_assert_int_eq(op(GNTTABOP_get_version, ARG_GVA, 1), 0);
	get_guest(ARG_GVA, &a, sizeof(a));
	ck_assert_uint_eq(a.version, 1);
	a.dom = 0;
	put_guest(ARG_GVA, &a, sizeof(a));
	ck_assert_int_eq(op(GNTTABOP_get_version, ARG_GVA, 1), -EPERM);
	a.dom = 7;
	put_guest(ARG_GVA, &a, sizeof(a));
	ck_assert_int_eq(op(GNTTABOP_get_version, ARG_GVA, 1), -ESRCH);
	ck_assert_int_eq(op(GNTTABOP_get_version, GONE, 1), -EFAULT);
}

static int setup_status(domid_t dom, u32 nr, u64 list)
{
	struct {
		u16 dom, pad;
		u32 nr_frames;
		s16 status;
		u16 pad1;
		u32 list;
	} narrow = { dom, 0, nr, 0x77, 0, list };
	struct {
		u16 dom, pad;
		u32 nr_frames;
		s16 status;
		u16 pad1[3];
		u64 list;
	} wide = { dom, 0, nr, 0x77, {}, list };

	_Static_assert(sizeof(wide) == sizeof(struct gnttab_setup_table), "");
	if (fake.vcpu[0].width == 32)
		put_guest(ARG_GVA, &narrow, sizeof(narrow));
	else
		put_guest(ARG_GVA, &wide, sizeof(wide));
	ck_assert_int_eq(op(GNTTABOP_setup_table, ARG_GVA, 1), 0);
	return (s16)get32(ARG_GVA + 8);
}

TEST(setup_wide)
{
	ck_assert_int_eq(place(0, WINDOW_GFN), 0);
	ck_assert_int_eq(place(2, 33), 0);
	ck_assert_int_eq(setup_status(DOMID_SELF, 4, LIST_GVA), GNTST_okay);
	ck_assert_uint_eq(get64(LIST_GVA), WINDOW_GFN);
	ck_assert_uint_eq(get64(LIST_GVA + 8), ~0ULL);
	ck_assert_uint_eq(get64(LIST_GVA + 16), 33);
	ck_assert_uint_eq(get64(LIST_GVA + 24), ~0ULL);
	ck_assert_uint_eq(get64(LIST_GVA + 32), 0);
	size_is(4);
}

TEST(setup_narrow)
{
	fake.vcpu[0].width = 32;
	ck_assert_int_eq(place(1, WINDOW_GFN), 0);
	ck_assert_int_eq(setup_status(D->domid, 3, LIST_GVA), GNTST_okay);
	ck_assert_uint_eq(get32(LIST_GVA), ~0U);
	ck_assert_uint_eq(get32(LIST_GVA + 4), WINDOW_GFN);
	ck_assert_uint_eq(get32(LIST_GVA + 8), ~0U);
	ck_assert_uint_eq(get32(LIST_GVA + 12), 0);
	/* an empty batch passes here alone */
	ck_assert_int_eq(op(GNTTABOP_setup_table, GONE, 0), 0);
}

TEST(setup_errors)
{
	ck_assert_int_eq(setup_status(0, 1, LIST_GVA), GNTST_permission_denied);
	ck_assert_int_eq(setup_status(9, 1, LIST_GVA), GNTST_bad_domain);
	ck_assert_int_eq(setup_status(DOMID_SELF, MAX + 1, LIST_GVA),
			 GNTST_general_error);
	ck_assert_int_eq(setup_status(DOMID_SELF, ~0U, LIST_GVA),
			 GNTST_general_error);
	size_is(1);
	ck_assert_int_eq(setup_status(DOMID_SELF, 2, GONE), GNTST_bad_virt_addr);
	ck_assert_int_eq(setup_status(DOMID_SELF, 0, GONE), GNTST_okay);
	ck_assert_int_eq(setup_status(DOMID_SELF, MAX, LIST_GVA), GNTST_okay);
	ck_assert_int_eq(op(GNTTABOP_setup_table, ARG_GVA, 0), -EINVAL);
	ck_assert_int_eq(op(GNTTABOP_setup_table, ARG_GVA, 2), -EINVAL);
	ck_assert_int_eq(op(GNTTABOP_setup_table, GONE, 1), -EFAULT);
	/* what is not built, and what does not exist */
	ck_assert_int_eq(op(GNTTABOP_copy, ARG_GVA, 1), -ENOSYS);
	ck_assert_int_eq(op(99, ARG_GVA, 1), -ENOSYS);
	ck_assert_int_eq(op(0x1000, ARG_GVA, 1), -EINVAL);
	ck_assert_int_eq(op(GNTTABOP_query_size, ARG_GVA, 1U << 31), -EINVAL);
}

TEST(places)
{
	u8 *frame;

	ck_assert_int_eq(place(MAX, WINDOW_GFN), -EINVAL);
	ck_assert_int_eq(place(~0ULL, WINDOW_GFN), -EINVAL);
	size_is(1);
	/* the table grows up to the frame that is mapped */
	ck_assert_int_eq(place(3, WINDOW_GFN), 0);
	size_is(4);
	ck_assert_uint_eq(gfn_of(3), WINDOW_GFN);
	ck_assert(gfn_of(0) == KX_NO_GFN);
	ck_assert(gfn_of(4) == KX_NO_GFN);
	ck_assert(gfn_of(~0U) == KX_NO_GFN);
	frame = fake_guest_page(WINDOW_GFN);
	frame[8] = 0x12;
	ck_assert_int_eq(place(3, 40), 0);
	frame = fake_guest_page(40);
	ck_assert_uint_eq(frame[8], 0x12);
	ck_assert_ptr_null(fake_guest_page(WINDOW_GFN));
	ck_assert_int_eq(place(MAX - 1, WINDOW_GFN), 0);
	/* a reset forgets what was in the frames */
	fake_reset_domain();
	ck_assert_int_eq(place(3, WINDOW_GFN), 0);
	frame = fake_guest_page(WINDOW_GFN);
	ck_assert_uint_eq(frame[8], 0);
}

/* what could be had stays, all else is as it was */
TEST(grow_failures)
{
	unsigned int n;
	int r;

	for_each_failure(n) {
		fake_stop();
		fake_start(1);
		ut_fail_nth(n);
		r = grow(8);
		if (!ut_has_failed())
			break;
		ck_assert_int_eq(r, -ENOMEM);
		ut_fail_nth(0);
		size_is(n);
		ck_assert_int_eq(grow(8), 0);
		size_is(8);
	}
	ck_assert_int_eq(r, 0);
	ck_assert_uint_eq(n, 8);
}

TEST(place_failures)
{
	unsigned int n;
	int r;

	for_each_failure(n) {
		fake_stop();
		fake_start(1);
		ut_fail_nth(n);
		r = place(2, 50);
		if (!ut_has_failed())
			break;
		ck_assert_int_eq(r, -ENOMEM);
		ck_assert(gfn_of(2) == KX_NO_GFN);
		ck_assert_uint_eq(fake.pins, 0);
	}
	ck_assert_int_eq(r, 0);
	ck_assert_uint_gt(n, 3);
}

static const struct ut_case gnttab_cases[] = {
	CASE(size), CASE(query_size_errors), CASE(versions), CASE(setup_wide),
	CASE(setup_narrow), CASE(setup_errors), CASE(places),
	CASE(grow_failures), CASE(place_failures),
};

SUITE(gnttab, 1);
