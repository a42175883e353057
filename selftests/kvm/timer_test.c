// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's timers: VCPUOP_set_singleshot_timer, _set_periodic_timer and
 * set_timer_op. Each expiry is VIRQ_TIMER; a timer never fires early, and late
 * by no more than a loaded machine explains.
 */
#include "kx_test.h"

#define MS 1000000ull
#define LATE_NS (3000 * MS)

static uint32_t port;

static void start(void)
{
	kx_guest_start();
	port = kx_bind_virq(VIRQ_TIMER, 0);
	GUEST_ASSERT_EQ(port, 1);
}

static long singleshot(uint32_t vcpu, uint64_t deadline_ns, uint32_t flags)
{
	struct vcpu_set_singleshot_timer op = {
		.timeout_abs_ns = deadline_ns, .flags = flags,
	};

	return kx_vcpu_op(VCPUOP_set_singleshot_timer, vcpu, &op);
}

static long periodic(uint32_t vcpu, uint64_t period_ns)
{
	struct vcpu_set_periodic_timer op = { .period_ns = period_ns };

	return kx_vcpu_op(VCPUOP_set_periodic_timer, vcpu, &op);
}

static long set_timer_op(int64_t deadline_ns)
{
	if (kx_width == 64)
		return kx_call2(__HYPERVISOR_set_timer_op, deadline_ns, 0);
	return kx_call2(__HYPERVISOR_set_timer_op, (uint32_t)deadline_ns,
			deadline_ns >> 32);
}

/* Wait for expiry @n, which belongs to @deadline_ns. */
static void expires(uint32_t n, uint64_t deadline_ns)
{
	uint64_t now;

	KX_WAIT(kx_events[port] == n);
	now = kx_time_ns();
	GUEST_ASSERT(now >= deadline_ns);
	GUEST_ASSERT(now < deadline_ns + LATE_NS);
}

static void guest_singleshot(void)
{
	uint64_t deadline;
	uint32_t i;

	start();
	for (i = 1; i <= 5; i++) {
		deadline = kx_time_ns() + i * MS;
		KX_GUEST_EQ(singleshot(0, deadline, 0), 0);
		expires(i, deadline);
	}
	kx_pass_ns(10 * MS);
	GUEST_ASSERT_EQ(kx_events[port], 5);

	/* what is past fires at once, with and without the flag */
	KX_GUEST_EQ(singleshot(0, kx_time_ns() - MS, 0), 0);
	kx_take_upcalls();
	GUEST_ASSERT_EQ(kx_events[port], 6);
	KX_GUEST_EQ(singleshot(0, 1, VCPU_SSHOTTMR_future), 0);
	kx_take_upcalls();
	GUEST_ASSERT_EQ(kx_events[port], 7);
	GUEST_DONE();
}

KX_CASE_WIDTHS(singleshot)
{
	kx_dom_run(guest_singleshot);
}

/* A new deadline takes the place of the old one; stop ends it. */
static void guest_replaced(void)
{
	uint64_t deadline;

	start();
	KX_GUEST_EQ(singleshot(0, kx_time_ns() + 5 * MS, 0), 0);
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_stop_singleshot_timer, 0, 0), 0);
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_stop_singleshot_timer, 0, 0), 0);
	kx_pass_ns(15 * MS);
	GUEST_ASSERT_EQ(kx_events[port], 0);

	KX_GUEST_EQ(singleshot(0, kx_time_ns() + 3600000 * MS, 0), 0);
	deadline = kx_time_ns() + 5 * MS;
	KX_GUEST_EQ(singleshot(0, deadline, 0), 0);
	expires(1, deadline);
	kx_pass_ns(15 * MS);
	GUEST_ASSERT_EQ(kx_events[port], 1);
	GUEST_DONE();
}

KX_CASE_WIDTHS(replaced_and_stopped)
{
	kx_dom_run(guest_replaced);
}

/* Deadlines at the end of time neither fire nor harm anybody. */
static void guest_far(void)
{
	static const uint64_t far[] = {
		~0ull, ~0ull >> 1, 1ull << 63, (1ull << 63) + (1ull << 62),
	};
	uint32_t i;

	start();
	for (i = 0; i < ARRAY_SIZE(far); i++) {
		KX_GUEST_EQ(singleshot(0, far[i], 0), 0);
		kx_pass_ns(5 * MS);
		GUEST_ASSERT_EQ(kx_events[port], 0);
	}
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_stop_singleshot_timer, 0, 0), 0);
	GUEST_DONE();
}

KX_CASE_WIDTHS(singleshot_far_ahead)
{
	kx_dom_run(guest_far);
}

static void guest_periodic(void)
{
	uint64_t begin;
	uint32_t seen;

	start();
	begin = kx_time_ns();
	KX_GUEST_EQ(periodic(0, 2 * MS), 0);
	KX_WAIT(kx_events[port] >= 8);
	/* ticks may be lost, never won */
	seen = kx_events[port];
	GUEST_ASSERT(kx_time_ns() - begin >= seen * 2 * MS);
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_stop_periodic_timer, 0, 0), 0);
	kx_take_upcalls();
	seen = kx_events[port];
	kx_pass_ns(15 * MS);
	GUEST_ASSERT_EQ(kx_events[port], seen);
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_stop_periodic_timer, 0, 0), 0);

	/* the shortest period */
	KX_GUEST_EQ(periodic(0, MS), 0);
	KX_WAIT(kx_events[port] >= seen + 3);
	/* a second one beside the single shot */
	KX_GUEST_EQ(periodic(0, 3600000 * MS), 0);
	kx_take_upcalls();
	seen = kx_events[port];
	KX_GUEST_EQ(singleshot(0, kx_time_ns() + MS, 0), 0);
	KX_WAIT(kx_events[port] == seen + 1);
	GUEST_DONE();
}

KX_CASE_WIDTHS(periodic)
{
	kx_dom_run(guest_periodic);
}

static void guest_set_timer_op(void)
{
	uint64_t deadline;

	start();
	deadline = kx_time_ns() + 3 * MS;
	KX_GUEST_EQ(set_timer_op(deadline), 0);
	expires(1, deadline);

	/* 0 stops it */
	KX_GUEST_EQ(set_timer_op(kx_time_ns() + 5 * MS), 0);
	KX_GUEST_EQ(set_timer_op(0), 0);
	kx_pass_ns(15 * MS);
	GUEST_ASSERT_EQ(kx_events[port], 1);

	/* past */
	KX_GUEST_EQ(set_timer_op(1), 0);
	kx_take_upcalls();
	GUEST_ASSERT_EQ(kx_events[port], 2);

	/* negative, and too far ahead: after 100 ms */
	deadline = kx_time_ns() + 100 * MS;
	KX_GUEST_EQ(set_timer_op(-5), 0);
	expires(3, deadline);
	deadline = kx_time_ns() + 100 * MS;
	KX_GUEST_EQ(set_timer_op(deadline + (1ull << 50)), 0);
	expires(4, deadline);
	GUEST_DONE();
}

KX_CASE_WIDTHS(set_timer_op)
{
	kx_dom_run(guest_set_timer_op);
}

/* A halted vCPU is woken. */
static void guest_halted(void)
{
	uint32_t i;

	start();
	for (i = 1; i <= 5; i++) {
		uint64_t deadline = kx_time_ns() + 2 * MS;

		KX_GUEST_EQ(singleshot(0, deadline, 0), 0);
		while (kx_events[port] < i)
			kx_halt();
		GUEST_ASSERT(kx_time_ns() >= deadline);
	}
	GUEST_DONE();
}

KX_CASE_WIDTHS(wakes_a_halted_vcpu)
{
	kx_dom_run(guest_halted);
}

static void guest_bad(void)
{
	start();
	KX_GUEST_EQ(periodic(0, 0), -EINVAL);
	KX_GUEST_EQ(periodic(0, MS - 1), -EINVAL);
	KX_GUEST_EQ(periodic(0, (~0ull >> 2) + 1), -EINVAL);
	KX_GUEST_EQ(periodic(0, ~0ull), -EINVAL);
	KX_GUEST_EQ(periodic(2, 2 * MS), -ENOENT);
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_set_periodic_timer, 0, KX_BAD_PTR),
		    -EFAULT);

	/* a single shot is the caller's own */
	KX_GUEST_EQ(singleshot(1, 1, 0), -EINVAL);
	KX_GUEST_EQ(singleshot(2, 1, 0), -ENOENT);
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_stop_singleshot_timer, 1, 0), -EINVAL);
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_set_singleshot_timer, 0, KX_BAD_PTR),
		    -EFAULT);
	kx_pass_ns(5 * MS);
	GUEST_ASSERT_EQ(kx_events[port], 0);
	GUEST_DONE();
}

KX_CASE_WIDTHS(bad_arguments)
{
	struct kx_dom *dom = kx_dom_create(2, guest_bad);

	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}

/* Timers that run when the domain ends end with it. */
static void guest_leaves_timers(void)
{
	start();
	KX_GUEST_EQ(periodic(0, MS), 0);
	KX_GUEST_EQ(singleshot(0, kx_time_ns() + 2 * MS, 0), 0);
	GUEST_DONE();
}

KX_CASE(left_running)
{
	int i;

	for (i = 0; i < 5; i++)
		kx_dom_run(guest_leaves_timers);
	usleep(20000);
}
