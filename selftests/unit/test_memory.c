// SPDX-License-Identifier: GPL-2.0-only
/* memory_op: add_to_physmap, remove_from_physmap, memory_map. */
#include "suite.h"

#define GONE		((u64)NO_GFN << 12)
#define BUFFER_GVA	0x6fe0ULL	/* entries cross a page */

static bool narrow;

static void caller_is(u8 width)
{
	fake.vcpu[0].width = width;
	narrow = width == 32;
}

static long op(u64 cmd, u64 arg)
{
	return hcall(0, __HYPERVISOR_memory_op, cmd, arg, 0);
}

static long add_of(domid_t dom, u32 space, u64 idx, u64 gpfn)
{
	struct {
		u16 domid, size;
		u32 space, idx, gpfn;
	} a32 = { dom, 0, space, idx, gpfn };
	struct xen_add_to_physmap a = {
		.domid = dom, .space = space, .idx = idx, .gpfn = gpfn,
	};

	if (narrow)
		put_guest(ARG_GVA, &a32, sizeof(a32));
	else
		put_guest(ARG_GVA, &a, sizeof(a));
	return op(XENMEM_add_to_physmap, ARG_GVA);
}

static long add(u32 space, u64 idx, u64 gpfn)
{
	return add_of(DOMID_SELF, space, idx, gpfn);
}

static long remove_of(domid_t dom, u64 gpfn)
{
	struct {
		u16 domid, pad;
		u32 gpfn;
	} a32 = { dom, 0, gpfn };
	struct xen_remove_from_physmap a = { .domid = dom, .gpfn = gpfn };

	if (narrow)
		put_guest(ARG_GVA, &a32, sizeof(a32));
	else
		put_guest(ARG_GVA, &a, sizeof(a));
	return op(XENMEM_remove_from_physmap, ARG_GVA);
}

static void add_and_remove(void)
{
	u8 *page;

	fake.wallclock_ns = 5 * NSEC_PER_SEC;
	ck_assert_int_eq(add(XENMAPSPACE_shared_info, 0, 0x10), 0);
	page = fake_guest_page(0x10);
	/* the wall clock is there at once */
	ck_assert_uint_eq(*(u32 *)(page + 3072 + 4), 5);
	page[2048 + 400] = 0x42;
	ck_assert_int_eq(add(XENMAPSPACE_shared_info, 0, WINDOW_GFN), 0);
	page = fake_guest_page(WINDOW_GFN);
	ck_assert_uint_eq(page[2048 + 400], 0x42);
	ck_assert_int_eq(remove_of(DOMID_SELF, WINDOW_GFN), 0);
	ck_assert_ptr_null(fake_guest_page(WINDOW_GFN));
	ck_assert_int_eq(remove_of(D->domid, WINDOW_GFN), -ENOENT);
	ck_assert_int_eq(add_of(D->domid, XENMAPSPACE_shared_info, 0, 0x11), 0);
	page = fake_guest_page(0x11);
	ck_assert_uint_eq(page[2048 + 400], 0x42);
	ck_assert_int_eq(add(XENMAPSPACE_grant_table, 0, WINDOW_GFN + 1), 0);
	ck_assert_int_eq(add(XENMAPSPACE_grant_table, 31, WINDOW_GFN + 2), 0);
	ck_assert_int_eq(remove_of(DOMID_SELF, WINDOW_GFN + 2), 0);
}

TEST(wide)
{
	add_and_remove();
}

TEST(narrow_caller)
{
	caller_is(32);
	add_and_remove();
}

static void errors(void)
{
	u64 nowhere = narrow ? ~0U : ~0ULL;

	ck_assert_int_eq(add(XENMAPSPACE_shared_info, 1, 0x10), -EINVAL);
	ck_assert_int_eq(add(XENMAPSPACE_shared_info, nowhere, 0x10), -EINVAL);
	ck_assert_int_eq(add(XENMAPSPACE_grant_table, KX_GNTTAB_MAX_FRAMES,
			     0x10), -EINVAL);
	ck_assert_int_eq(add(XENMAPSPACE_grant_table, nowhere, 0x10), -EINVAL);
	ck_assert_int_eq(add(XENMAPSPACE_shared_info, 0, NO_GFN), -EINVAL);
	ck_assert_int_eq(add(XENMAPSPACE_shared_info, 0, nowhere), -EINVAL);
	ck_assert_int_eq(add(XENMAPSPACE_dev_mmio, 0, 0x10), -ENOSYS);
	ck_assert_int_eq(add(6, 0, 0x10), -EINVAL);
	ck_assert_int_eq(add(77, 0, 0x10), -EINVAL);
	ck_assert_int_eq(add_of(0, XENMAPSPACE_shared_info, 0, 0x10), -EPERM);
	ck_assert_int_eq(add_of(7, XENMAPSPACE_shared_info, 0, 0x10), -ESRCH);
	ck_assert_int_eq(op(XENMEM_add_to_physmap, GONE), -EFAULT);

	ck_assert_int_eq(remove_of(0, 0x10), -EPERM);
	ck_assert_int_eq(remove_of(7, 0x10), -ESRCH);
	ck_assert_int_eq(remove_of(DOMID_SELF, NO_GFN), -ENOENT);
	ck_assert_int_eq(remove_of(DOMID_SELF, nowhere), -ENOENT);
	/* RAM that shows no page of ours: not built */
	ck_assert_int_eq(remove_of(DOMID_SELF, 0x10), -ENOSYS);
	ck_assert_int_eq(op(XENMEM_remove_from_physmap, GONE), -EFAULT);
	ck_assert_int_eq(op(63, ARG_GVA), -ENOSYS);
	ck_assert_uint_eq(fake.pins, 0);
}

TEST(errors_wide)
{
	errors();
}

TEST(errors_narrow)
{
	caller_is(32);
	errors();
}

TEST(add_failures)
{
	unsigned int n, where;
	long r;

	for (where = 0; where < 2; where++) {
		u64 gfn = where ? WINDOW_GFN : 0x10;

		for_each_failure(n) {
			ut_fail_nth(n);
			r = add(XENMAPSPACE_shared_info, 0, gfn);
			if (!ut_has_failed())
				break;
			ck_assert_int_eq(r, -ENOMEM);
			ck_assert_uint_eq(fake.pins, 0);
		}
		ut_fail_nth(0);
		ck_assert_int_eq(r, 0);
		ck_assert_int_eq(remove_of(DOMID_SELF, gfn), 0);
	}
}

struct entry {
	u64 addr, size;
	u32 type;
} __packed;

static long memory_map(u32 nr, u64 buffer)
{
	struct {
		u32 nr, buffer;
	} a32 = { nr, buffer };
	struct {
		u32 nr, pad;
		u64 buffer;
	} a = { nr, 0, buffer };

	_Static_assert(sizeof(a) == sizeof(struct xen_memory_map), "");
	if (narrow)
		put_guest(ARG_GVA, &a32, sizeof(a32));
	else
		put_guest(ARG_GVA, &a, sizeof(a));
	return op(XENMEM_memory_map, ARG_GVA);
}

static void map(void)
{
	struct entry e[3];

	ck_assert_int_eq(memory_map(128, BUFFER_GVA), 0);
	ck_assert_uint_eq(get32(ARG_GVA), 2);
	get_guest(BUFFER_GVA, e, sizeof(e));
	ck_assert_uint_eq(e[0].addr, 0);
	ck_assert_uint_eq(e[0].size, RAM_PAGES << 12);
	ck_assert_uint_eq(e[0].type, 1);
	ck_assert_uint_eq(e[1].addr, RAM2_GFN << 12);
	ck_assert_uint_eq(e[1].size, RAM2_PAGES << 12);
	ck_assert_uint_eq(e[1].type, 1);
	ck_assert_uint_eq(e[2].size, 0);
	/* room for fewer */
	ck_assert_int_eq(memory_map(1, BUFFER_GVA + 40), 0);
	ck_assert_uint_eq(get32(ARG_GVA), 1);
	get_guest(BUFFER_GVA, e, sizeof(e));
	ck_assert_uint_eq(e[2].size, RAM_PAGES << 12);
	ck_assert_int_eq(memory_map(0, GONE), 0);
	ck_assert_uint_eq(get32(ARG_GVA), 0);
	/* errors */
	ck_assert_int_eq(memory_map(2, GONE), -EFAULT);
	ck_assert_int_eq(memory_map(2, (RAM_PAGES << 12) - 30), -EFAULT);
	ck_assert_int_eq(op(XENMEM_memory_map, GONE), -EFAULT);
}

TEST(map_wide)
{
	map();
}

TEST(map_narrow)
{
	caller_is(32);
	map();
}

/* more ranges than anybody has room for */
TEST(map_of_many)
{
	fake.extra_ranges = 50;
	ck_assert_int_eq(memory_map(128, BUFFER_GVA), 0);
	ck_assert_uint_eq(get32(ARG_GVA), 16);
}

/* addresses of a 32-bit caller wrap */
TEST(map_at_the_end)
{
	caller_is(32);
	fake_map(0xfffff000ULL, 9);
	fake_map(0, 10);
	ck_assert_int_eq(memory_map(2, 0x100000000ULL - 20), 0);
	ck_assert_uint_eq(get64(0x9000 + 4096 - 20), 0);
	ck_assert_uint_eq(get64(0xa000), RAM2_GFN << 12);
}

static const struct ut_case memory_cases[] = {
	CASE(wide), CASE(narrow_caller), CASE(errors_wide), CASE(errors_narrow),
	CASE(add_failures), CASE(map_wide), CASE(map_narrow), CASE(map_of_many),
	CASE(map_at_the_end),
};

SUITE(memory, 1);
