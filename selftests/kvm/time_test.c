// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's clock: vcpu_time_info in vcpu_info and in a registered area, the
 * wall clock, and what both are worth against the host's.
 */
#include "kx_test.h"

#define MS 1000000ull
#define SEC 1000000000ull
#define VI_TIME 32
#define NR_READS 20000
/* KVM_GET_CLOCK and the guest compute from the same TSC at different moments */
#define ROUNDING_NS 100000ull

#define WC_AT(w) ((w) == 32 ? \
	offsetof(struct kx_compat_shared_info, wc_version) : \
	offsetof(struct shared_info, wc_version))
#define WC_HI_AT(w) ((w) == 32 ? \
	offsetof(struct kx_compat_shared_info, wc_sec_hi) : \
	offsetof(struct shared_info, wc_sec_hi))

static uint64_t kvm_clock_ns(struct kx_dom *dom)
{
	struct kvm_clock_data data = {};

	vm_ioctl(dom->vm, KVM_GET_CLOCK, &data);
	return data.clock;
}

static uint64_t realtime_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * SEC + ts.tv_nsec;
}

static void guest_monotonic(void)
{
	uint64_t last = 0, now;
	uint32_t i;

	kx_guest_start();
	for (i = 0; i < NR_READS; i++) {
		now = kx_time_ns();
		GUEST_ASSERT(now >= last);
		GUEST_ASSERT(!last || now - last < 10 * SEC);
		last = now;
		if (i % 1000 == 0)
			kx_sched_op(SCHEDOP_yield, 0);
	}
	GUEST_DONE();
}

KX_CASE_WIDTHS(monotonic)
{
	kx_dom_run(guest_monotonic);
}

/* What one vCPU read, another one that reads later does not undercut. */
static volatile uint64_t latest;
static volatile uint32_t lock, started;

static void guest_race(void)
{
	void *info = kx_shinfo + kx_guest_vcpu_id() * 64 + VI_TIME;
	uint64_t now;
	uint32_t i;

	if (!kx_guest_vcpu_id())
		kx_guest_start();
	__sync_fetch_and_add(&started, 1);
	KX_WAIT(started == 2);
	for (i = 0; i < NR_READS / 4; i++) {
		while (__sync_lock_test_and_set(&lock, 1))
			asm volatile("pause");
		now = kx_time_of(info);
		GUEST_ASSERT(now >= latest);
		latest = now;
		__sync_lock_release(&lock);
	}
	GUEST_DONE();
}

KX_CASE_WIDTHS(monotonic_across_vcpus)
{
	struct kx_dom *dom = kx_dom_create(2, guest_race);
	pthread_t peer = kx_dom_start(dom, 1);

	kx_run_done(dom->vcpu[0]);
	kx_dom_join(peer);
	kx_dom_free(dom);
}

static void guest_reports_time(void)
{
	int i;

	kx_guest_start();
	for (i = 0; i < 5; i++) {
		GUEST_SYNC1(0);
		GUEST_SYNC1(kx_time_ns());
	}
	GUEST_DONE();
}

KX_CASE_WIDTHS(follows_kvms_clock)
{
	struct kx_dom *dom = kx_dom_create(1, guest_reports_time);
	uint64_t before, guest, after;
	int i;

	for (i = 0; i < 5; i++) {
		kx_run_sync(dom->vcpu[0]);
		before = kvm_clock_ns(dom);
		guest = kx_run_sync(dom->vcpu[0]);
		after = kvm_clock_ns(dom);
		TEST_ASSERT(guest + ROUNDING_NS >= before &&
			    guest <= after + ROUNDING_NS,
			    "%lu is not between %lu and %lu",
			    (unsigned long)guest, (unsigned long)before,
			    (unsigned long)after);
		usleep(10000);
	}
	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}

/* KVM_SET_CLOCK, as after a migration: the guest sees the new time at once. */
KX_CASE(set_clock)
{
	struct kvm_clock_data data = { .clock = 1000 * SEC };
	struct kx_dom *dom = kx_dom_create(1, guest_reports_time);
	uint64_t guest;

	kx_run_sync(dom->vcpu[0]);
	vm_ioctl(dom->vm, KVM_SET_CLOCK, &data);
	guest = kx_run_sync(dom->vcpu[0]);
	TEST_ASSERT(guest >= 1000 * SEC && guest < 1020 * SEC, "time %lu",
		    (unsigned long)guest);
	kx_dom_free(dom);
}

/* The host moves the TSC (as a VMM does on reset), and the guest its own. */
KX_CASE(tsc_moves)
{
	struct kx_dom *dom = kx_dom_create(1, guest_reports_time);
	uint64_t before, guest;
	int i;

	for (i = 0; i < 3; i++) {
		kx_run_sync(dom->vcpu[0]);
		before = kvm_clock_ns(dom);
		vcpu_set_msr(dom->vcpu[0], MSR_IA32_TSC, i * (1ull << 40));
		guest = kx_run_sync(dom->vcpu[0]);
		TEST_ASSERT(guest + ROUNDING_NS >= before &&
			    guest < before + 10 * SEC, "%lu after %lu",
			    (unsigned long)guest, (unsigned long)before);
	}
	kx_dom_free(dom);
}

static void guest_moves_tsc(void)
{
	uint64_t before, after;
	uint32_t i;

	kx_guest_start();
	for (i = 0; i < 5; i++) {
		before = kx_time_ns();
		wrmsr(MSR_IA32_TSC, rdtsc() + (1ull << 38) * (i + 1));
		after = kx_time_ns();
		GUEST_ASSERT(after >= before);
		GUEST_ASSERT(after - before < 2 * SEC);
	}
	GUEST_DONE();
}

KX_CASE_WIDTHS(guest_moves_its_tsc)
{
	kx_dom_run(guest_moves_tsc);
}

static uint64_t wall_ns(void)
{
	volatile uint32_t *wc = (uint32_t *)(kx_shinfo + WC_AT(kx_width));
	uint64_t sec;

	GUEST_ASSERT(wc[0] && !(wc[0] & 1));
	GUEST_ASSERT(wc[2] < SEC);
	sec = wc[1] | (uint64_t)*(uint32_t *)(kx_shinfo + WC_HI_AT(kx_width))
			<< 32;
	return sec * SEC + wc[2];
}

static void guest_wall_clock(void)
{
	kx_guest_start();
	GUEST_SYNC1(wall_ns() + kx_time_ns());
	GUEST_DONE();
}

KX_CASE_WIDTHS(wall_clock)
{
	struct kx_dom *dom = kx_dom_create(1, guest_wall_clock);
	uint64_t before = realtime_ns(), guest, after;

	guest = kx_run_sync(dom->vcpu[0]);
	after = realtime_ns();
	TEST_ASSERT(guest + SEC >= before && guest <= after + SEC,
		    "wall clock %lu is not between %lu and %lu",
		    (unsigned long)guest, (unsigned long)before,
		    (unsigned long)after);
	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}

/* in a page of its own: an area that ends with it, and one that crosses */
static uint8_t areas[8192] __attribute__((aligned(4096)));
static uint64_t unmapped;

static long register_time(uint32_t vcpu, uint64_t gva)
{
	struct vcpu_register_time_memory_area op = {};

	op.addr.p = gva;
	return kx_vcpu_op(VCPUOP_register_vcpu_time_memory_area, vcpu, &op);
}

static void guest_area(void)
{
	uint8_t *area = areas + 4096 - 12, *vi = kx_shinfo + VI_TIME;
	uint64_t last = 0, now;
	uint32_t i;

	kx_guest_start();
	memset(areas, 0x5a, sizeof(areas));
	KX_GUEST_EQ(register_time(0, (unsigned long)area), 0);
	KX_GUEST_EQ(kx_sched_op(SCHEDOP_yield, 0), 0);
	/* all but the version is that of vcpu_info */
	GUEST_ASSERT(!(*(uint32_t *)area & 1));
	GUEST_ASSERT(!memcmp(area + 8, vi + 8, 22));
	GUEST_ASSERT_EQ(area[-1], 0x5a);
	GUEST_ASSERT_EQ(area[32], 0x5a);
	for (i = 0; i < 1000; i++) {
		now = kx_time_of(area);
		GUEST_ASSERT(now >= last);
		last = kx_time_of(vi);
		GUEST_ASSERT(last >= now);
	}

	/* another place; none at all; and what is no place */
	KX_GUEST_EQ(register_time(0, (unsigned long)areas), 0);
	KX_GUEST_EQ(kx_sched_op(SCHEDOP_yield, 0), 0);
	GUEST_ASSERT(kx_time_of(areas) >= last);
	KX_GUEST_EQ(register_time(0, 0), 0);
	KX_GUEST_EQ(register_time(0, unmapped), -EFAULT);
	KX_GUEST_EQ(register_time(1, (unsigned long)areas), -ENOENT);
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0,
			       KX_BAD_PTR), -EFAULT);
	GUEST_DONE();
}

KX_CASE_WIDTHS(registered_area)
{
	struct kx_dom *dom = kx_dom_create(1, guest_area);

	write_guest_global(dom->vm, unmapped, KX_BAD_PTR);
	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}
