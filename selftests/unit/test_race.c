// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two CPUs: everything that one of them can do is tried at every point at
 * which it can come between two steps of the other.
 */
#include "suite.h"

#define NR_VCPUS	3
#define AREA_GVA	0x7ff0ULL

static u32 port;
static bool halted, handled, torn;

/* the things that a CPU does */

static void send(void *unused)
{
	kx_evtchn_send(D, port);
}

static void virq(void *unused)
{
	kx_evtchn_send_virq(V[1], VIRQ_TIMER);
}

static void close_port(void *unused)
{
	kx_evtchn_close(D, port);
}

static void unmask(void *unused)
{
	kx_evtchn_unmask(D, port);
}

static void to_32(void *unused)
{
	set_width(32);
}

static void place(u64 gfn)
{
	mutex_lock(&D->lock);
	ck_assert_int_eq(kx_shinfo_place(D, gfn), 0);
	mutex_unlock(&D->lock);
}

static void into_ram(void *unused)
{
	place(7);
}

static void to_other_ram(void *unused)
{
	place(8);
}

static void out_of_ram(void *unused)
{
	place(WINDOW_GFN);
}

static void take_away(void *unused)
{
	mutex_lock(&D->lock);
	ck_assert_int_eq(kx_overlay_remove(D, kx_overlay_find(D, 7)), 0);
	mutex_unlock(&D->lock);
}

static void register_info(void *unused)
{
	ck_assert_int_eq(kx_vcpu_info_register(V[1], V[1], 9, 64), 0);
}

/* and the guest handles everything at once */
static void register_and_handle(void *unused)
{
	register_info(NULL);
	clear_upcall(1);
	if (port_bit(port)) {
		port_bit_clear(port);
		handled = true;
	}
}

static void poll_it(void *unused)
{
	halted = kx_poll_begin(V[0], &port, 1, 1000);
}

static void poll_any(void *unused)
{
	u32 ports[2] = { port, port + 1 };

	halted = kx_poll_begin(V[0], ports, 2, 0);
}

static void block(void *unused)
{
	halted = kx_block_begin(V[1]);
}

static void timeout(void *unused)
{
	if (fake.vcpu[0].timer[KX_TIMER_POLL].armed)
		fake_time_passes(1000);
}

static const struct pvclock_vcpu_time_info times[2] = {
	{ .version = 1, .tsc_timestamp = 0x1111111111111111,
	  .system_time = 0x2222222222222222, .tsc_to_system_mul = 0x33333333 },
	{ .version = 2, .tsc_timestamp = 0x4444444444444444,
	  .system_time = 0x8888888888888888, .tsc_to_system_mul = 0xcccccccc },
};

static void publish(void *unused)
{
	kx_time_publish(V[1], &times[1]);
}

/* a guest that looks once; it would try again while the version is odd */
static void look_at_time(void *unused)
{
	struct pvclock_vcpu_time_info t;
	bool second;

	memcpy(&t, (u8 *)vcpu_info_of(1) + 32, sizeof(t));
	if (t.version & 1)
		return;
	second = t.system_time == times[1].system_time;
	torn |= t.tsc_timestamp != times[second].tsc_timestamp ||
		t.tsc_to_system_mul != times[second].tsc_to_system_mul ||
		t.system_time != times[second].system_time;
}

static void look_at_time_area(void *unused)
{
	struct pvclock_vcpu_time_info t;

	get_guest(AREA_GVA, &t, sizeof(t));
	if (t.version & 1)
		return;
	torn |= t.tsc_timestamp != times[t.version / 2 - 2].tsc_timestamp ||
		t.system_time != times[t.version / 2 - 2].system_time;
}

#define WALLCLOCK_A	(0x111111111ULL * NSEC_PER_SEC + 3)
#define WALLCLOCK_B	(0x222222222ULL * NSEC_PER_SEC + 4)

static void wallclock(void *unused)
{
	fake.wallclock_ns = WALLCLOCK_B;
	mutex_lock(&D->lock);
	kx_shinfo_wallclock(D, V[0]);
	mutex_unlock(&D->lock);
}

static void look_at_wallclock(void *unused)
{
	const u32 *wc = (u32 *)((u8 *)shared_info_now() + 3072);
	u64 ns = (wc[1] | (u64)wc[3] << 32) * NSEC_PER_SEC + wc[2];

	if (!(wc[0] & 1))
		torn |= ns != WALLCLOCK_A && ns != WALLCLOCK_B;
}

static void run_1(void *unused)
{
	kx_runstate_change(V[1], RUNSTATE_running, 500);
}

static void register_runstate(void *unused)
{
	ck_assert_int_eq(kx_runstate_register(V[0], V[1], 0x9000), 0);
}

static void reset_vcpu(void *unused)
{
	mutex_lock(&D->lock);
	kx_shinfo_vcpu_reset(V[1]);
	mutex_unlock(&D->lock);
}

static void bind_virq(void *unused)
{
	ck_assert_int_eq(kx_evtchn_bind_virq(D, VIRQ_TIMER, 1, &port), 0);
}

/* what there is before, and what must be true after */

static void one_ipi(void)
{
	ck_assert_int_eq(kx_evtchn_bind_ipi(D, 1, &port), 0);
}

static void one_virq(void)
{
	bind_virq(NULL);
}

static void in_ram(void)
{
	one_ipi();
	place(7);
}

static void window_there(void)
{
	in_ram();
	ck_assert_int_eq(kx_window_reserve(V[0], WINDOW_GFN), 0);
}

static void last_port_of_64(void)
{
	do {
		one_ipi();
	} while (port < 4095);
}

static void masked_ipi(void)
{
	one_ipi();
	port_mask(port, true);
}

static void registered(void)
{
	one_ipi();
	register_info(NULL);
	register_runstate(NULL);
	clear_upcall(1);
}

static void told_before(void)
{
	window_there();
	kx_time_publish(V[1], &times[0]);
}

static void area_told_before(void)
{
	ck_assert_int_eq(kx_time_area_register(V[0], V[1], AREA_GVA), 0);
	kx_time_publish(V[1], &times[0]);
}

static void wallclock_before(void)
{
	fake.wallclock_ns = WALLCLOCK_A;
	mutex_lock(&D->lock);
	kx_shinfo_wallclock(D, V[0]);
	mutex_unlock(&D->lock);
}

static void with_callback(void)
{
	one_ipi();
	D->callback_vector = 0xf3;
	((u8 *)vcpu_info_of(1))[1] = 1;
}

static void nothing(void)
{
}

/* the event has arrived where the guest looks now, and the vCPU was kicked */
static void delivered(void)
{
	ck_assert(port_bit(port));
	ck_assert(upcall_pending(1));
	ck_assert(selector_of(1) >> port / D->width & 1);
	ck_assert_uint_ge(fake.vcpu[1].kicks, 1);
}

static void delivered_if_registered(void)
{
	delivered();
	ck_assert_ptr_eq(vcpu_info_of(1), fake.ram + 0x9000 + 64);
}

static void delivered_or_handled(void)
{
	if (!handled)
		delivered_if_registered();
}

static void never_torn(void)
{
	ck_assert(!torn);
}

/* a port that is closed is not pending, whenever it was sent on */
static void not_pending(void)
{
	ck_assert(!port_bit(port));
	ck_assert_int_eq(kx_evtchn_send(D, port), -EINVAL);
}

/* nothing but a look: the locks and assertions on the way are the test */
static void no_matter(void)
{
	if (upcall_pending(1))
		ck_assert_uint_ge(fake.vcpu[1].kicks, 1);
}

/* no poll sleeps through its event */
static void awake(void)
{
	ck_assert(!halted || fake.vcpu[0].unhalted);
	/* and nobody is counted as polling */
	fake.vcpu[0].unhalts = 0;
	port_bit_clear(port);
	kx_evtchn_send(D, port);
	ck_assert_uint_eq(fake.vcpu[0].unhalts, 0);
}

static void awake_or_timer(void)
{
	ck_assert(!halted || fake.vcpu[0].unhalted ||
		  fake.vcpu[0].timer[KX_TIMER_POLL].armed);
}

/* either it did not halt, or there was a kick after it began */
static void block_ends(void)
{
	delivered();
	ck_assert(!halted || fake.vcpu[1].kicks);
}

/* the clock is one of those published, and its version is even */
static void whole_time(void)
{
	struct pvclock_vcpu_time_info t;
	const struct pvclock_vcpu_time_info *want;

	memcpy(&t, (u8 *)vcpu_info_of(1) + 32, sizeof(t));
	ck_assert_uint_eq(t.version & 1, 0);
	want = &times[t.system_time != times[0].system_time];
	ck_assert(t.system_time == want->system_time);
	ck_assert(t.tsc_timestamp == want->tsc_timestamp);
	ck_assert_uint_eq(t.tsc_to_system_mul, want->tsc_to_system_mul);
	ck_assert_ptr_eq(want, &times[1]);
}

/* a vCPU that registers publishes again before it runs on */
static void told_anew(void)
{
	ck_assert_uint_ge(fake.vcpu[1].republished, 1);
}

static void runstate_there(void)
{
	ck_assert_uint_eq(get32(0x9000), RUNSTATE_running);
	ck_assert_uint_eq(get64(0x9008), 500);
}

static void sent_if_bound(void)
{
	if (port_bit(port))
		delivered();
}

/* both orders, all points */
static void race(void (*before)(void), void (*a)(void *), void (*b)(void *),
		 void (*after)(void))
{
	unsigned int order, at, points = 0;

	for (order = 0; order < 2; order++) {
		bool more = true;

		for (at = 1; more; at++) {
			unsigned int i;

			fake_stop();
			fake_start(NR_VCPUS);
			halted = false;
			handled = false;
			torn = false;
			before();
			for (i = 0; i < NR_VCPUS; i++)
				fake.vcpu[i].kicks = 0;
			more = ut_race(at, order ? b : a, order ? a : b, NULL);
			if (!more)	/* the second one comes afterwards */
				(order ? a : b)(NULL);
			after();
		}
		points += at;
	}
	ck_assert_uint_gt(points, 8);
}

#define RACE(name, before, a, b, after)		\
	TEST(name)				\
	{					\
		race(before, a, b, after);	\
	}

RACE(send_or_into_ram, one_ipi, send, into_ram, delivered)
RACE(send_or_ram_to_ram, in_ram, send, to_other_ram, delivered)
RACE(send_or_out_of_ram, window_there, send, out_of_ram, delivered)
RACE(send_or_removal, in_ram, send, take_away, delivered)
RACE(send_or_register, one_ipi, send, register_info, delivered_if_registered)
RACE(send_or_handled, one_ipi, send, register_and_handle, delivered_or_handled)
RACE(send_or_close, one_ipi, send, close_port, not_pending)
RACE(virq_or_close, one_virq, virq, close_port, not_pending)
RACE(virq_or_bind, nothing, virq, bind_virq, sent_if_bound)
RACE(send_or_width, last_port_of_64, send, to_32, no_matter)
RACE(unmask_or_width, last_port_of_64, unmask, to_32, no_matter)
RACE(send_or_unmask, masked_ipi, send, unmask, delivered)
RACE(send_or_send, one_ipi, send, send, delivered)
RACE(send_or_poll, one_ipi, send, poll_it, awake)
RACE(send_or_poll_of_two, one_ipi, send, poll_any, awake)
RACE(timeout_or_poll, one_ipi, timeout, poll_it, awake_or_timer)
RACE(send_or_block, with_callback, send, block, block_ends)
RACE(time_or_into_ram, told_before, publish, into_ram, whole_time)
RACE(time_or_ram_to_ram, told_before, publish, to_other_ram, whole_time)
RACE(time_or_out_of_ram, told_before, publish, out_of_ram, whole_time)
RACE(time_or_register, told_before, publish, register_info, told_anew)
RACE(time_seen, told_before, publish, look_at_time, never_torn)
RACE(time_area_seen, area_told_before, publish, look_at_time_area, never_torn)
RACE(wallclock_seen, wallclock_before, wallclock, look_at_wallclock, never_torn)
RACE(runstate_or_register, nothing, run_1, register_runstate, runstate_there)
RACE(send_or_vcpu_reset, registered, send, reset_vcpu, no_matter)
RACE(runstate_or_vcpu_reset, registered, run_1, reset_vcpu, no_matter)

static const struct ut_case race_cases[] = {
	CASE(send_or_into_ram), CASE(send_or_ram_to_ram),
	CASE(send_or_out_of_ram), CASE(send_or_removal), CASE(send_or_register),
	CASE(send_or_close), CASE(virq_or_close), CASE(virq_or_bind),
	CASE(send_or_width), CASE(unmask_or_width), CASE(send_or_unmask),
	CASE(send_or_send), CASE(send_or_poll), CASE(send_or_poll_of_two),
	CASE(timeout_or_poll), CASE(send_or_block), CASE(time_or_into_ram),
	CASE(time_or_ram_to_ram), CASE(time_or_out_of_ram),
	CASE(time_or_register), CASE(send_or_handled), CASE(time_seen),
	CASE(time_area_seen), CASE(wallclock_seen), CASE(runstate_or_register),
	CASE(send_or_vcpu_reset), CASE(runstate_or_vcpu_reset),
};

SUITE(race, NR_VCPUS);
