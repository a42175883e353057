// SPDX-License-Identifier: GPL-2.0-only
/* The bounds of the guest's timers; each expiry is VIRQ_TIMER. */
#include "suite.h"

#define MS		1000000ULL
#define LONGEST_PERIOD	(~0ULL >> 2)

static u32 timer_port(u32 vcpu)
{
	u32 port;

	ck_assert_int_eq(kx_evtchn_bind_virq(D, VIRQ_TIMER, vcpu, &port), 0);
	return port;
}

static struct fake_timer *timer(unsigned int vcpu, enum kx_timer which)
{
	return &fake.vcpu[vcpu].timer[which];
}

static void armed_for(unsigned int vcpu, enum kx_timer which, u64 deadline_ns)
{
	ck_assert(timer(vcpu, which)->armed);
	ck_assert_uint_eq(timer(vcpu, which)->deadline_ns, deadline_ns);
}

static long vcpu_op(unsigned int caller, u64 cmd, u64 vcpu, void *arg, size_t len)
{
	put_guest(ARG_GVA, arg, len);
	return hcall(caller, __HYPERVISOR_vcpu_op, cmd, vcpu, ARG_GVA);
}

static long singleshot(unsigned int caller, u32 vcpu, u64 deadline_ns, u32 flags)
{
	struct vcpu_set_singleshot_timer a = {
		.timeout_abs_ns = deadline_ns, .flags = flags,
	};

	return vcpu_op(caller, VCPUOP_set_singleshot_timer, vcpu, &a, sizeof(a));
}

static long periodic(unsigned int caller, u32 vcpu, u64 period_ns)
{
	struct vcpu_set_periodic_timer a = { .period_ns = period_ns };

	return vcpu_op(caller, VCPUOP_set_periodic_timer, vcpu, &a, sizeof(a));
}

TEST(singleshot_fires)
{
	u32 port = timer_port(1);

	fake.now_ns = 100;
	ck_assert_int_eq(singleshot(1, 1, 1100, 0), 0);
	armed_for(1, KX_TIMER_SINGLESHOT, 1100);
	fake_time_passes(999);
	ck_assert(!port_bit(port));
	fake_time_passes(1);
	ck_assert(port_bit(port));
	ck_assert(upcall_pending(1));
	ck_assert(!timer(1, KX_TIMER_SINGLESHOT)->armed);
}

TEST(singleshot_in_the_past)
{
	u32 port = timer_port(0);

	fake.now_ns = 1000;
	ck_assert_int_eq(singleshot(0, 0, 999, 0), 0);
	ck_assert(port_bit(port));
	/* with the flag for that too: as Xen 4.17.7 */
	port_bit_clear(port);
	ck_assert_int_eq(singleshot(0, 0, 999, VCPU_SSHOTTMR_future), 0);
	ck_assert(port_bit(port));
	port_bit_clear(port);
	ck_assert_int_eq(singleshot(0, 0, 0, 0), 0);
	ck_assert(port_bit(port));
}

TEST(singleshot_errors)
{
	/* only for oneself */
	ck_assert_int_eq(singleshot(0, 1, 10, 0), -EINVAL);
	ck_assert_int_eq(hcall(0, __HYPERVISOR_vcpu_op,
			       VCPUOP_stop_singleshot_timer, 1, 0), -EINVAL);
	ck_assert_int_eq(singleshot(0, 9, 10, 0), -ENOENT);
	ck_assert_int_eq(hcall(0, __HYPERVISOR_vcpu_op,
			       VCPUOP_set_singleshot_timer, 0,
			       (RAM_PAGES << 12) - 8), -EFAULT);
	ck_assert(!timer(0, KX_TIMER_SINGLESHOT)->armed);
	ck_assert(!timer(1, KX_TIMER_SINGLESHOT)->armed);
}

/* a 32-bit caller's structure is four bytes shorter */
TEST(singleshot_narrow)
{
	u64 end = RAM_PAGES << 12, deadline = 0x123456789ULL;
	u32 flags = 0;

	fake.vcpu[0].width = 32;
	put_guest(end - 12, &deadline, 8);
	put_guest(end - 4, &flags, 4);
	ck_assert_int_eq(hcall(0, __HYPERVISOR_vcpu_op,
			       VCPUOP_set_singleshot_timer, 0, end - 12), 0);
	armed_for(0, KX_TIMER_SINGLESHOT, deadline);
	ck_assert_int_eq(hcall(0, __HYPERVISOR_vcpu_op,
			       VCPUOP_stop_singleshot_timer, 0, 0), 0);
	ck_assert(!timer(0, KX_TIMER_SINGLESHOT)->armed);
}

TEST(periodic_ticks)
{
	u32 port = timer_port(1);
	unsigned int i;

	fake.now_ns = 5;
	/* for another vCPU too */
	ck_assert_int_eq(periodic(0, 1, 10 * MS), 0);
	armed_for(1, KX_TIMER_PERIODIC, 10 * MS + 5);
	ck_assert_uint_eq(timer(1, KX_TIMER_PERIODIC)->period_ns, 10 * MS);
	for (i = 0; i < 3; i++) {
		fake_time_passes(10 * MS);
		ck_assert(port_bit(port));
		port_bit_clear(port);
	}
	ck_assert_int_eq(hcall(0, __HYPERVISOR_vcpu_op,
			       VCPUOP_stop_periodic_timer, 1, 0), 0);
	fake_time_passes(100 * MS);
	ck_assert(!port_bit(port));
}

TEST(periodic_bounds)
{
	ck_assert_int_eq(periodic(0, 0, 0), -EINVAL);
	ck_assert_int_eq(periodic(0, 0, MS - 1), -EINVAL);
	ck_assert_int_eq(periodic(0, 0, LONGEST_PERIOD + 1), -EINVAL);
	ck_assert_int_eq(periodic(0, 0, ~0ULL), -EINVAL);
	ck_assert(!timer(0, KX_TIMER_PERIODIC)->armed);
	ck_assert_int_eq(periodic(0, 0, LONGEST_PERIOD), 0);
	ck_assert_int_eq(periodic(0, 0, MS), 0);
	armed_for(0, KX_TIMER_PERIODIC, MS);
	/* a bad one leaves the good one */
	ck_assert_int_eq(periodic(0, 0, 1), -EINVAL);
	armed_for(0, KX_TIMER_PERIODIC, MS);
	ck_assert_int_eq(periodic(0, 77, MS), -ENOENT);
}

static long set_timer(unsigned int vcpu, u64 lo, u64 hi)
{
	return hcall(vcpu, __HYPERVISOR_set_timer_op, lo, hi, 0);
}

TEST(timer_op_bounds)
{
	u32 port = timer_port(0);
	const u64 far = 1ULL << 50;

	fake.now_ns = 1000;
	ck_assert_int_eq(set_timer(0, 1001, 0), 0);
	armed_for(0, KX_TIMER_SINGLESHOT, 1001);
	ck_assert_int_eq(set_timer(0, 0, 0), 0);
	ck_assert(!timer(0, KX_TIMER_SINGLESHOT)->armed);
	/* the farthest that is believed */
	ck_assert_int_eq(set_timer(0, 1000 + far - 1, 0), 0);
	armed_for(0, KX_TIMER_SINGLESHOT, 1000 + far - 1);
	ck_assert_int_eq(set_timer(0, 1000 + far, 0), 0);
	armed_for(0, KX_TIMER_SINGLESHOT, 1000 + 100 * MS);
	ck_assert_int_eq(set_timer(0, ~0ULL >> 1, 0), 0);
	armed_for(0, KX_TIMER_SINGLESHOT, 1000 + 100 * MS);
	ck_assert_int_eq(set_timer(0, ~0ULL, 0), 0);
	armed_for(0, KX_TIMER_SINGLESHOT, 1000 + 100 * MS);
	ck_assert_int_eq(set_timer(0, 1ULL << 63, 0), 0);
	armed_for(0, KX_TIMER_SINGLESHOT, 1000 + 100 * MS);
	ck_assert(!port_bit(port));
	/* in the past: at once */
	ck_assert_int_eq(set_timer(0, 1, 0), 0);
	ck_assert(port_bit(port));
	ck_assert(!timer(0, KX_TIMER_SINGLESHOT)->armed);
}

TEST(timer_op_narrow)
{
	fake.vcpu[0].width = 32;
	ck_assert_int_eq(set_timer(0, 0x80000001, 0x12), 0);
	armed_for(0, KX_TIMER_SINGLESHOT, 0x1280000001ULL);
	ck_assert_int_eq(set_timer(0, 0, 0), 0);
	ck_assert(!timer(0, KX_TIMER_SINGLESHOT)->armed);
}

/* nobody bound VIRQ_TIMER: time just passes */
TEST(nobody_listens)
{
	ck_assert_int_eq(singleshot(0, 0, 10, 0), 0);
	ck_assert_int_eq(periodic(0, 0, MS), 0);
	fake_time_passes(MS);
	ck_assert(!upcall_pending(0));
}

static const struct ut_case vtimer_cases[] = {
	CASE(singleshot_fires), CASE(singleshot_in_the_past),
	CASE(singleshot_errors), CASE(singleshot_narrow), CASE(periodic_ticks),
	CASE(periodic_bounds), CASE(timer_op_bounds), CASE(timer_op_narrow),
	CASE(nobody_listens),
};

SUITE(vtimer, 2);
