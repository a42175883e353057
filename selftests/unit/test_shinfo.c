// SPDX-License-Identifier: GPL-2.0-only
/* shared_info, vcpu_info, clock areas. 34 vCPUs: two are beyond shared_info. */
#include "suite.h"

#define NR_VCPUS	34
#define AREA_GVA	0x7ff0ULL	/* 16 bytes before the end of a page */

static const struct pvclock_vcpu_time_info clock_a = {
	.version = 1, .tsc_timestamp = 0x1111111111111111,
	.system_time = 0x2222222222222222, .tsc_to_system_mul = 0x33333333,
	.tsc_shift = -3, .flags = 1,
};

static const struct pvclock_vcpu_time_info clock_b = {
	.version = 2, .tsc_timestamp = 0x4444444444444444,
	.system_time = 0x5555555555555555, .tsc_to_system_mul = 0x66666666,
	.tsc_shift = 2, .flags = 0,
};

/* Offsets as the public headers of Xen have them, by hand. */
TEST(layouts)
{
	const struct kx_layout *l = kx_layout(64);

	ck_assert_uint_eq(l->word_bits, 64);
	ck_assert_uint_eq(l->nr_ports, 4096);
	ck_assert_uint_eq(l->evtchn_pending, 2048);
	ck_assert_uint_eq(l->evtchn_mask, 2560);
	ck_assert_uint_eq(l->wc, 3072);
	ck_assert_uint_eq(l->wc_sec_hi, 3084);
	ck_assert_uint_eq(l->vi_sel, 8);
	ck_assert_uint_eq(l->rs_time, 8);
	ck_assert_uint_eq(l->rs_bytes, 48);
	l = kx_layout(32);
	ck_assert_uint_eq(l->word_bits, 32);
	ck_assert_uint_eq(l->nr_ports, 1024);
	ck_assert_uint_eq(l->evtchn_pending, 2048);
	ck_assert_uint_eq(l->evtchn_mask, 2176);
	ck_assert_uint_eq(l->wc, 2304);
	ck_assert_uint_eq(l->wc_sec_hi, 2340);
	ck_assert_uint_eq(l->vi_sel, 4);
	ck_assert_uint_eq(l->rs_time, 4);
	ck_assert_uint_eq(l->rs_bytes, 44);
}

static void wallclock_is(u32 version, u64 sec, u32 nsec, u32 at, u32 at_hi)
{
	u32 *page = shared_info_now();

	ck_assert_uint_eq(page[at / 4], version);
	ck_assert_uint_eq(page[at / 4 + 1], (u32)sec);
	ck_assert_uint_eq(page[at / 4 + 2], nsec);
	ck_assert_uint_eq(page[at_hi / 4], sec >> 32);
}

static void write_wallclock(void)
{
	mutex_lock(&D->lock);
	kx_shinfo_wallclock(D, V[0]);
	mutex_unlock(&D->lock);
}

TEST(wallclock)
{
	fake.wallclock_ns = 0x123456789ULL * NSEC_PER_SEC + 7;
	write_wallclock();
	wallclock_is(4, 0x123456789, 7, 3072, 3084);
	fake.wallclock_ns += 3;
	write_wallclock();
	wallclock_is(8, 0x123456789, 10, 3072, 3084);
	/* a 32-bit guest has it elsewhere */
	set_width(32);
	wallclock_is(4, 0x123456789, 10, 2304, 2340);
}

TEST(width_publishes_all)
{
	unsigned int i;

	set_width(32);
	ck_assert_uint_eq(D->width, 32);
	for (i = 0; i < NR_VCPUS; i++)
		ck_assert_uint_eq(fake.vcpu[i].republished, 1);
}

TEST(vcpu_info_places)
{
	u8 *page = shared_info_now();
	unsigned int i;

	for (i = 0; i < 32; i++)
		ck_assert_ptr_eq(vcpu_info_of(i), page + 64 * i);
	for (; i < NR_VCPUS; i++)
		ck_assert(vcpu_info_of(i) < (void *)page ||
			  vcpu_info_of(i) >= (void *)(page + PAGE_SIZE));
	ck_assert_ptr_ne(vcpu_info_of(32), vcpu_info_of(33));
}

static int reg(unsigned int caller, unsigned int v, u64 gfn, u32 offset)
{
	return kx_vcpu_info_register(V[caller], V[v], gfn, offset);
}

TEST(register_errors)
{
	/* across the end of the page, or not aligned */
	ck_assert_int_eq(reg(0, 0, 3, 4096 - 64 + 1), -ENXIO);
	ck_assert_int_eq(reg(0, 0, 3, 4096 - 56), -ENXIO);
	ck_assert_int_eq(reg(0, 0, 3, 4096), -ENXIO);
	ck_assert_int_eq(reg(0, 0, 3, ~0U), -ENXIO);
	ck_assert_int_eq(reg(0, 0, 3, ~0U - 7), -ENXIO);
	ck_assert_int_eq(reg(0, 0, 3, 4), -ENXIO);
	ck_assert_int_eq(reg(0, 0, 3, 1), -ENXIO);
	/* no RAM there */
	ck_assert_int_eq(reg(0, 0, NO_GFN, 0), -EINVAL);
	ck_assert_int_eq(reg(0, 0, WINDOW_GFN, 0), -EINVAL);
	ck_assert_int_eq(reg(0, 0, ~0ULL, 0), -EINVAL);
	/* another vCPU that is up */
	ck_assert_int_eq(reg(0, 1, 3, 0), -EINVAL);
	fake.vcpu[1].down = true;
	ck_assert_int_eq(reg(0, 1, 3, 0), 0);
	/* the last place that fits; twice is once too often */
	ck_assert_int_eq(reg(0, 0, 3, 4096 - 64), 0);
	ck_assert_int_eq(reg(0, 0, 3, 64), -EINVAL);
	ck_assert_int_eq(reg(0, 1, 4, 0), -EINVAL);
	ck_assert_uint_eq(fake.pins, 2);
}

TEST(register_errors_32)
{
	set_width(32);
	ck_assert_int_eq(reg(0, 0, 3, 2), -ENXIO);
	ck_assert_int_eq(reg(0, 0, 3, 4096 - 60), -ENXIO);
	ck_assert_int_eq(reg(0, 0, 3, 4), 0);
	/* all locked operations still work at an odd multiple of 4 */
	clear_upcall(0);
	rcu_read_lock();
	kx_upcall_select(V[0], kx_layout(32), 31);
	rcu_read_unlock();
	ck_assert_uint_eq(get32(0x3000 + 4 + 4), 1U << 31);
	ck_assert_uint_eq(get32(0x3000 + 4) & 0xff, 1);
}

TEST(register_moves)
{
	u8 *old = vcpu_info_of(2), *new;
	unsigned int kicks;

	old[1] = 1;		/* upcall mask */
	old[16] = 0x5a;		/* arch.cr2 */
	old[0] = 1;		/* an upcall that was kicked for already */
	kicks = fake.vcpu[2].kicks;
	ck_assert_int_eq(reg(2, 2, 5, 128), 0);
	new = vcpu_info_of(2);
	ck_assert_ptr_eq(new, (u8 *)fake_guest_page(5) + 128);
	ck_assert_uint_eq(new[1], 1);
	ck_assert_uint_eq(new[16], 0x5a);
	/* everything is to be looked at again */
	ck_assert(upcall_pending(2));
	ck_assert(selector_of(2) == ~0ULL);
	ck_assert_uint_gt(fake.vcpu[2].kicks, kicks);
	ck_assert_uint_eq(fake.vcpu[2].republished, 1);
	ck_assert_uint_ge(fake.synchronized, 1);
}

/* who had no place in shared_info starts with upcalls masked */
TEST(register_beyond_32)
{
	u8 *info = vcpu_info_of(33);

	info[16] = 0x77;
	ck_assert_int_eq(reg(33, 33, 5, 0), 0);
	info = fake_guest_page(5);
	ck_assert_uint_eq(info[1], 1);
	ck_assert_uint_eq(info[16], 0x77);
}

TEST(register_failures)
{
	void *old = vcpu_info_of(1);
	unsigned int n;
	int r;

	for_each_failure(n) {
		ut_fail_nth(n);
		r = reg(1, 1, 5, 0);
		if (!ut_has_failed())
			break;
		ck_assert_int_eq(r, -ENOMEM);
		ck_assert_ptr_eq(vcpu_info_of(1), old);
		ck_assert_uint_eq(fake.pins, 0);
		ck_assert(!upcall_pending(1));
	}
	ck_assert_int_eq(r, 0);
	ck_assert_uint_gt(n, 1);
}

static void time_is(const void *at, u32 version,
		    const struct pvclock_vcpu_time_info *want)
{
	struct pvclock_vcpu_time_info t;

	memcpy(&t, at, sizeof(t));
	ck_assert_uint_eq(t.version, version);
	ck_assert_uint_eq(t.tsc_timestamp, want->tsc_timestamp);
	ck_assert_uint_eq(t.system_time, want->system_time);
	ck_assert_uint_eq(t.tsc_to_system_mul, want->tsc_to_system_mul);
	ck_assert_int_eq(t.tsc_shift, want->tsc_shift);
	ck_assert_uint_eq(t.flags, want->flags);
}

TEST(time_in_vcpu_info)
{
	u8 *info = vcpu_info_of(3);

	kx_time_publish(V[3], &clock_a);
	time_is(info + 32, 4, &clock_a);
	kx_time_publish(V[3], &clock_b);
	time_is(info + 32, 8, &clock_b);
	/* nothing else of vcpu_info is touched */
	ck_assert_uint_eq(info[0] | info[1] | info[8] | info[31], 0);
}

static void area_is(const struct pvclock_vcpu_time_info *want)
{
	u8 area[32];

	get_guest(AREA_GVA, area, sizeof(area));
	time_is(area, 2 * want->version + 2, want);
}

TEST(time_area)
{
	u8 zero[32] = {}, area[32];

	/* its two halves lie in frames far from each other */
	fake_map(AREA_GVA + 16, 20);
	ck_assert_int_eq(kx_time_area_register(V[0], V[1], AREA_GVA), 0);
	ck_assert_uint_eq(fake.pins, 2);
	ck_assert_uint_eq(fake.vcpu[1].republished, 1);
	kx_time_publish(V[1], &clock_a);
	area_is(&clock_a);
	/* another vCPU's clock is not this one's */
	kx_time_publish(V[0], &clock_b);
	area_is(&clock_a);
	/* elsewhere */
	ck_assert_int_eq(kx_time_area_register(V[0], V[1], 0x9000), 0);
	ck_assert_uint_eq(fake.pins, 1);
	kx_time_publish(V[1], &clock_b);
	area_is(&clock_a);
	ck_assert_uint_eq(get32(0x9000), 2 * clock_b.version + 2);
	/* nowhere */
	ck_assert_int_eq(kx_time_area_register(V[0], V[1], 0), 0);
	ck_assert_uint_eq(fake.pins, 0);
	put_guest(0x9000, zero, sizeof(zero));
	kx_time_publish(V[1], &clock_a);
	get_guest(0x9000, area, sizeof(area));
	ck_assert_mem_eq(area, zero, sizeof(zero));
}

TEST(time_area_errors)
{
	ck_assert_int_eq(kx_time_area_register(V[0], V[0], 0x8000), 0);
	fake_bad(AREA_GVA + 16);
	ck_assert_int_eq(kx_time_area_register(V[0], V[0], AREA_GVA), -EFAULT);
	fake_map(AREA_GVA + 16, NO_GFN);
	ck_assert_int_eq(kx_time_area_register(V[0], V[0], AREA_GVA), -EFAULT);
	fake_map(AREA_GVA + 16, 8);
	fake_bad(AREA_GVA);
	ck_assert_int_eq(kx_time_area_register(V[0], V[0], AREA_GVA), -EFAULT);
	/* the old one is still in place */
	ck_assert_uint_eq(fake.pins, 1);
	kx_time_publish(V[0], &clock_b);
	ck_assert_uint_eq(get32(0x8000), 2 * clock_b.version + 2);
}

TEST(time_area_failures)
{
	unsigned int n;
	int r;

	for_each_failure(n) {
		ut_fail_nth(n);
		r = kx_time_area_register(V[0], V[0], AREA_GVA);
		if (!ut_has_failed())
			break;
		ck_assert_int_eq(r, -ENOMEM);
		ck_assert_uint_eq(fake.pins, 0);
	}
	ck_assert_int_eq(r, 0);
	ck_assert_uint_eq(n, 3);
}

TEST(area_write_bounds)
{
	struct kx_area area;

	ck_assert_int_eq(kx_area_pin(V[0], &area, AREA_GVA, 32), 0);
	ut_warnings_expected = 1;
	kx_area_write(&area, 31, "xy", 2);
	ck_assert_int_eq(ut_warnings, 1);
	kx_area_write(&area, 15, "xy", 2);
	ck_assert_uint_eq(get32(AREA_GVA + 15) & 0xffff, 'x' | 'y' << 8);
	kx_area_unpin(D, &area);
	kx_area_unpin(D, &area);
}

TEST(reset)
{
	set_width(32);
	D->runstate_update_flag = true;
	ck_assert_int_eq(reg(1, 1, 5, 0), 0);
	ck_assert_int_eq(reg(33, 33, 6, 0), 0);
	ck_assert_int_eq(kx_time_area_register(V[0], V[1], 0x9000), 0);
	ck_assert_int_eq(kx_runstate_register(V[0], V[1], 0xa000), 0);
	memset(shared_info_now(), 0x5a, PAGE_SIZE);
	fake_reset_domain();
	ck_assert_uint_eq(fake.pins, 0);
	ck_assert_uint_eq(D->width, 64);
	ck_assert(!D->runstate_update_flag);
	vcpu_info_places_fn(0);
	ck_assert_uint_eq(*(u8 *)vcpu_info_of(1), 0);
	ck_assert_uint_eq(*(u8 *)vcpu_info_of(33), 0);
	/* and all can be registered again */
	ck_assert_int_eq(reg(1, 1, 5, 0), 0);
}

static void set_id(unsigned int vcpu, u32 id)
{
	mutex_lock(&D->lock);
	kx_shinfo_vcpu_set_id(V[vcpu], id);
	mutex_unlock(&D->lock);
	ck_assert_uint_eq(V[vcpu]->id, id);
}

TEST(id_decides_the_place)
{
	u8 *page = shared_info_now();
	void *standby;

	set_id(1, 20);
	ck_assert_ptr_eq(vcpu_info_of(1), page + 64 * 20);
	set_id(1, 50);
	standby = vcpu_info_of(1);
	ck_assert(standby < (void *)page || standby >= (void *)(page + PAGE_SIZE));
	set_id(1, 1);
	ck_assert_ptr_eq(vcpu_info_of(1), page + 64);
	/* a registered one stays */
	ck_assert_int_eq(reg(1, 1, 5, 0), 0);
	set_id(1, 60);
	ck_assert_ptr_eq(vcpu_info_of(1), fake_guest_page(5));
	fake_reset_domain();
	ck_assert_ptr_eq(vcpu_info_of(1), standby);
}

/* vcpu_info moves with shared_info, and so does the clock in it */
TEST(time_follows)
{
	u64 page;

	kx_time_publish(V[2], &clock_a);
	mutex_lock(&D->lock);
	ck_assert_int_eq(kx_shinfo_place(D, 9), 0);
	mutex_unlock(&D->lock);
	page = 0x9000 + 2 * 64 + 32;
	ck_assert_uint_eq(get32(page) & 1, 0);
	ck_assert_uint_eq(get64(page + 16), clock_a.system_time);
	ck_assert_int_eq(reg(2, 2, 11, 0), 0);
	ck_assert_uint_eq(get64(0xb000 + 32 + 16), clock_a.system_time);
	/* nobody's clock appears where none was published */
	ck_assert_uint_eq(get64(0x9000 + 64 + 32), 0);
}

/* the second half of an area of a 32-bit caller can be at 0 */
TEST(area_wraps)
{
	fake.vcpu[0].width = 32;
	fake_map(0xfffff000ULL, 9);
	fake_map(0, 10);
	ck_assert_int_eq(kx_time_area_register(V[0], V[0], 0xfffffff0), 0);
	kx_time_publish(V[0], &clock_a);
	ck_assert_uint_eq(get64(0xa000), clock_a.system_time);
}

/* a domain that cannot be made leaves nothing behind */
TEST(domain_failures)
{
	struct kx_domain *first = D;
	unsigned int n;
	int r, live;

	fake_stop();
	fake_start(NR_VCPUS);
	fake_stop();
	live = ut_live_allocs;
	for_each_failure(n) {
		ut_fail_nth(n);
		r = fake_domain_make(NR_VCPUS);
		if (!ut_has_failed())
			break;
		ck_assert_int_eq(r, -ENOMEM);
		ck_assert_int_eq(ut_live_allocs, live);
		ck_assert_uint_eq(fake.overlay_pages, 0);
		ut_assert_idle();
	}
	ck_assert_int_eq(r, 0);
	ck_assert_uint_gt(n, 2 * NR_VCPUS);
	ck_assert_ptr_eq(D, first);
}

static const struct ut_case shinfo_cases[] = {
	CASE(layouts), CASE(wallclock), CASE(width_publishes_all),
	CASE(vcpu_info_places), CASE(register_errors), CASE(register_errors_32),
	CASE(register_moves), CASE(register_beyond_32), CASE(register_failures),
	CASE(time_in_vcpu_info), CASE(time_area), CASE(time_area_errors),
	CASE(time_area_failures), CASE(area_write_bounds), CASE(reset),
	CASE(id_decides_the_place), CASE(time_follows), CASE(area_wraps),
	CASE(domain_failures),
};

SUITE(shinfo, NR_VCPUS);
