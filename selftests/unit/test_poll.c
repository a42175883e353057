// SPDX-License-Identifier: GPL-2.0-only
/* SCHEDOP_poll, block, yield and shutdown. */
#include "suite.h"

#define PORTS_GVA	0x6000ULL

static u32 ipi(u32 vcpu)
{
	u32 port;

	ck_assert_int_eq(kx_evtchn_bind_ipi(D, vcpu, &port), 0);
	return port;
}

static long poll_at(unsigned int vcpu, u64 ports, u32 nr, u64 timeout_ns)
{
	struct {
		u32 ports, nr_ports;
		u64 timeout;
	} narrow = { ports, nr, timeout_ns };
	struct {
		u64 ports;
		u32 nr_ports, pad;
		u64 timeout;
	} wide = { ports, nr, 0, timeout_ns };

	_Static_assert(sizeof(wide) == sizeof(struct sched_poll), "");
	if (kx_vcpu_width(V[vcpu]) == 32)
		return hcall_arg(vcpu, __HYPERVISOR_sched_op, SCHEDOP_poll,
				 &narrow, sizeof(narrow));
	return hcall_arg(vcpu, __HYPERVISOR_sched_op, SCHEDOP_poll, &wide,
			 sizeof(wide));
}

static long poll(unsigned int vcpu, const u32 *ports, u32 nr, u64 timeout_ns)
{
	put_guest(PORTS_GVA, ports, nr * sizeof(*ports));
	return poll_at(vcpu, PORTS_GVA, nr, timeout_ns);
}

/* the poll made the vCPU halt, and it still does */
static void halts(unsigned int vcpu)
{
	ck_assert_int_eq(last_outcome, KX_BLOCK);
	ck_assert(!fake.vcpu[vcpu].unhalted);
}

TEST(ends_by_its_port)
{
	u32 ports[2] = { ipi(0), ipi(0) };

	port_mask(ports[0], true);
	ck_assert_int_eq(poll(0, ports, 1, 0), 0);
	halts(0);
	/* another port does not end it */
	ck_assert_int_eq(kx_evtchn_send(D, ports[1]), 0);
	halts(0);
	ck_assert_int_eq(kx_evtchn_send(D, ports[0]), 0);
	ck_assert_uint_eq(fake.vcpu[0].unhalts, 1);
	/* and no event does so twice */
	port_bit_clear(ports[0]);
	ck_assert_int_eq(kx_evtchn_send(D, ports[0]), 0);
	ck_assert_uint_eq(fake.vcpu[0].unhalts, 1);
}

TEST(pending_already)
{
	u32 ports[2] = { ipi(1), ipi(1) };

	ck_assert_int_eq(kx_evtchn_send(D, ports[1]), 0);
	ck_assert_int_eq(poll(0, ports, 2, 1000), 0);
	ck_assert_int_eq(last_outcome, KX_DONE);
	ck_assert(!fake.vcpu[0].timer[KX_TIMER_POLL].armed);
	/* it is over: nothing wakes anybody */
	ck_assert_int_eq(kx_evtchn_send(D, ports[0]), 0);
	ck_assert_uint_eq(fake.vcpu[0].unhalts, 0);
}

TEST(several_ports)
{
	u32 ports[128], i;

	for (i = 0; i < 128; i++)
		ports[i] = ipi(1);
	ck_assert_int_eq(poll(0, ports, 128, 0), 0);
	halts(0);
	ck_assert_int_eq(kx_evtchn_send(D, ports[127]), 0);
	ck_assert_uint_eq(fake.vcpu[0].unhalts, 1);
}

TEST(two_vcpus)
{
	u32 ports[2] = { ipi(2), ipi(2) };

	ck_assert_int_eq(poll(0, ports, 1, 0), 0);
	ck_assert_int_eq(poll(1, ports, 1, 0), 0);
	ck_assert_int_eq(poll(3, ports + 1, 1, 0), 0);
	ck_assert_int_eq(kx_evtchn_send(D, ports[0]), 0);
	ck_assert_uint_eq(fake.vcpu[0].unhalts, 1);
	ck_assert_uint_eq(fake.vcpu[1].unhalts, 1);
	ck_assert_uint_eq(fake.vcpu[3].unhalts, 0);
}

/* absolute ns of system time */
TEST(timeout)
{
	u32 port = ipi(0);

	fake.now_ns = 5000;
	ck_assert_int_eq(poll(0, &port, 1, 6000), 0);
	halts(0);
	ck_assert(fake.vcpu[0].timer[KX_TIMER_POLL].armed);
	ck_assert_uint_eq(fake.vcpu[0].timer[KX_TIMER_POLL].deadline_ns, 6000);
	fake_time_passes(999);
	halts(0);
	fake_time_passes(1);
	ck_assert_uint_eq(fake.vcpu[0].unhalts, 1);
	/* one that is over already */
	ck_assert_int_eq(poll(0, &port, 1, 1), 0);
	ck_assert(fake.vcpu[0].unhalted || last_outcome == KX_DONE);
	/* an old timeout does not end the next poll */
	ck_assert_int_eq(poll(0, &port, 1, 9000), 0);
	ck_assert_int_eq(kx_evtchn_send(D, port), 0);
	port_bit_clear(port);
	ck_assert_int_eq(poll(0, &port, 1, 0), 0);
	halts(0);
	fake_time_passes(100000);
	halts(0);
}

TEST(no_ports)
{
	u32 port = ipi(1);

	ck_assert_int_eq(poll_at(0, ~0ULL, 0, 100), 0);
	halts(0);
	fake_time_passes(100);
	ck_assert(fake.vcpu[0].unhalted);
	/* any event of the domain ends it */
	ck_assert_int_eq(poll_at(0, ~0ULL, 0, 0), 0);
	halts(0);
	ck_assert_int_eq(kx_evtchn_send(D, port), 0);
	ck_assert(fake.vcpu[0].unhalted);
}

/* port 0 can be named, though nothing ever happens there */
TEST(port_zero)
{
	u32 zero = 0, port = ipi(1);

	ck_assert_int_eq(poll(0, &zero, 1, 100), 0);
	halts(0);
	fake_time_passes(100);
	ck_assert(fake.vcpu[0].unhalted);
	/* who polls is counted right: this one is not looked at any more */
	ck_assert_int_eq(poll(0, &port, 1, 0), 0);
	ck_assert_int_eq(kx_evtchn_send(D, port), 0);
	ck_assert(fake.vcpu[0].unhalted);
}

TEST(errors)
{
	u32 ports[3] = { 1, 4095, 4096 };

	ck_assert_int_eq(poll(0, ports, 2, 0), 0);
	ck_assert_int_eq(poll(0, ports, 3, 0), -EINVAL);
	ports[0] = ~0U;
	ck_assert_int_eq(poll(0, ports, 1, 0), -EINVAL);
	ck_assert_int_eq(poll_at(0, PORTS_GVA, 129, 0), -EINVAL);
	ck_assert_int_eq(poll_at(0, PORTS_GVA, ~0U, 0), -EINVAL);
	ck_assert_int_eq(poll_at(0, (u64)NO_GFN << 12, 1, 0), -EFAULT);
	ck_assert_int_eq(poll_at(0, (RAM_PAGES << 12) - 4, 2, 0), -EFAULT);
	ck_assert_int_eq(hcall(0, __HYPERVISOR_sched_op, SCHEDOP_poll,
			       (RAM_PAGES << 12) - 4, 0), -EFAULT);
	ck_assert_int_eq(hcall(0, __HYPERVISOR_sched_op, 9, ARG_GVA, 0), -ENOSYS);
}

TEST(narrow)
{
	u32 ports[2];

	set_width(32);
	fake.vcpu[0].width = 32;
	ports[0] = ipi(1);
	ports[1] = 1024;
	ck_assert_int_eq(poll(0, ports, 2, 0), -EINVAL);
	ports[1] = 1023;
	ck_assert_int_eq(poll(0, ports, 2, 0x100000000ULL), 0);
	halts(0);
	ck_assert_uint_eq(fake.vcpu[0].timer[KX_TIMER_POLL].deadline_ns,
			  0x100000000ULL);
	ck_assert_int_eq(kx_evtchn_send(D, ports[0]), 0);
	ck_assert(fake.vcpu[0].unhalted);
}

/* an upcall that the vCPU would take ends poll and block */
TEST(upcall_waits)
{
	u32 port = ipi(0), other = ipi(1);

	ck_assert_int_eq(kx_evtchn_send(D, port), 0);
	D->callback_vector = 0xf3;
	ck_assert_int_eq(poll(0, &other, 1, 0), 0);
	ck_assert_int_eq(last_outcome, KX_DONE);
	/* not with interrupts off: Linux polls so */
	fake.vcpu[0].interrupts_off = true;
	ck_assert_int_eq(poll(0, &other, 1, 0), 0);
	halts(0);
	/* nor before there is a callback */
	fake.vcpu[0].interrupts_off = false;
	D->callback_vector = 0;
	ck_assert_int_eq(poll(0, &other, 1, 0), 0);
	halts(0);
}

TEST(block)
{
	u8 *info = vcpu_info_of(0);

	D->callback_vector = 0xf3;
	info[1] = 1;
	fake.vcpu[0].unhalted = true;
	ck_assert_int_eq(hcall(0, __HYPERVISOR_sched_op, SCHEDOP_block, 0, 0), 0);
	halts(0);
	/* upcalls are on now */
	ck_assert_uint_eq(info[1], 0);
	ck_assert_int_eq(kx_evtchn_send(D, ipi(0)), 0);
	ck_assert_int_eq(hcall(0, __HYPERVISOR_sched_op, SCHEDOP_block, 0, 0), 0);
	ck_assert_int_eq(last_outcome, KX_DONE);
}

TEST(yield_returns)
{
	ck_assert_int_eq(hcall(2, __HYPERVISOR_sched_op, SCHEDOP_yield, 0, 0), 0);
	ck_assert_int_eq(last_outcome, KX_DONE);
	ck_assert_uint_eq(fake.vcpu[2].yields, 1);
}

TEST(shutdown)
{
	struct sched_shutdown a;
	unsigned int reason;

	for (reason = 0; reason <= SHUTDOWN_soft_reset; reason++) {
		D->shutdown_code = -1;
		a.reason = reason;
		ck_assert_int_eq(hcall_arg(0, __HYPERVISOR_sched_op,
					   SCHEDOP_shutdown, &a, sizeof(a)), 0);
		ck_assert_int_eq(last_outcome, KX_TO_USER);
		ck_assert_uint_eq(fake.exit_reason, reason);
		ck_assert_int_eq(D->shutdown_code, reason);
	}
	ck_assert_uint_eq(fake.exits, reason);
	/* the first reason stays, of any number of bits eight count */
	a.reason = 0x1ff;
	ck_assert_int_eq(hcall_arg(0, __HYPERVISOR_sched_op, SCHEDOP_shutdown,
				   &a, sizeof(a)), 0);
	ck_assert_uint_eq(fake.exit_reason, 0xff);
	ck_assert_int_eq(D->shutdown_code, SHUTDOWN_soft_reset);
	ck_assert_int_eq(hcall(0, __HYPERVISOR_sched_op, SCHEDOP_shutdown,
			       (u64)NO_GFN << 12, 0), -EFAULT);
	ck_assert_uint_eq(fake.exits, reason + 1);
}

TEST(reset_ends_it)
{
	u32 port = ipi(0);

	ck_assert_int_eq(poll(0, &port, 1, 0), 0);
	fake_reset_domain();
	ck_assert(fake.vcpu[0].unhalted);
	fake.vcpu[0].unhalted = false;
	ck_assert_uint_eq(ipi(0), port);
	ck_assert_int_eq(kx_evtchn_send(D, port), 0);
	ck_assert(!fake.vcpu[0].unhalted);
}

static const struct ut_case poll_cases[] = {
	CASE(ends_by_its_port), CASE(pending_already), CASE(several_ports),
	CASE(two_vcpus), CASE(timeout), CASE(no_ports), CASE(port_zero),
	CASE(errors), CASE(narrow), CASE(upcall_waits), CASE(block),
	CASE(yield_returns), CASE(shutdown), CASE(reset_ends_it),
};

SUITE(poll, 4);
