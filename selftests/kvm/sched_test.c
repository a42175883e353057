// SPDX-License-Identifier: GPL-2.0-only
/*
 * sched_op: yield, block and poll give the CPU away and come back for the right
 * reasons; shutdown leaves for the VMM with its reason.
 */
#include "kx_test.h"

#define MS 1000000ull
#define MAX_POLL 128

static evtchn_port_t ports[MAX_POLL + 1];

static long poll_ports(const void *list, uint32_t nr, uint64_t timeout_ns)
{
	struct sched_poll op = { .nr_ports = nr, .timeout = timeout_ns };
	struct kx_compat_sched_poll op32 = {
		.ports = (unsigned long)list, .nr_ports = nr,
		.timeout = timeout_ns,
	};

	op.ports.p = (void *)list;
	return kx_sched_op(SCHEDOP_poll, kx_width == 32 ? (void *)&op32 : &op);
}

static long poll_port(uint32_t port, uint64_t timeout_ns)
{
	ports[0] = port;
	return poll_ports(ports, 1, timeout_ns);
}

static void guest_yields(void)
{
	int i;

	for (i = 0; i < 100; i++)
		KX_GUEST_EQ(kx_sched_op(SCHEDOP_yield, 0), 0);
	KX_GUEST_EQ(kx_sched_op(SCHEDOP_yield, KX_BAD_PTR), 0);
	KX_GUEST_EQ(kx_sched_op(99, ports), -ENOSYS);
	KX_GUEST_EQ(kx_sched_op(~0u, ports), -ENOSYS);
	GUEST_DONE();
}

KX_CASE_WIDTHS(yield)
{
	kx_dom_run(guest_yields);
}

/*
 * Interrupts come on with the call itself, so that nothing is taken before;
 * 32-bit code cannot say so that shortly.
 */
static void block(void)
{
	long ret = __HYPERVISOR_sched_op, op = SCHEDOP_block;

	if (kx_width == 32) {
		asm volatile("sti" : : : "memory");
		ret = kx_sched_op(SCHEDOP_block, 0);
	} else if (kx_use_vmmcall) {
		asm volatile("sti; vmmcall" : "+a"(ret), "+D"(op) : : "memory");
	} else {
		asm volatile("sti; vmcall" : "+a"(ret), "+D"(op) : : "memory");
	}
	asm volatile("cli" : : : "memory");
	KX_GUEST_EQ(ret, 0);
}

static void guest_blocks(void)
{
	struct vcpu_set_periodic_timer op = { .period_ns = 10 * MS };
	uint64_t begin;
	long port, ipi;
	uint32_t i;

	kx_guest_start();
	port = kx_bind_virq(VIRQ_TIMER, 0);
	ipi = kx_bind_ipi(0);
	begin = kx_time_ns();
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_set_periodic_timer, 0, &op), 0);
	for (i = 1; i <= 3; i++) {
		kx_vcpu_info(0)[1] = 1;
		block();
		GUEST_ASSERT(kx_events[port] >= i);
		GUEST_ASSERT(kx_time_ns() - begin >= i * 10 * MS);
		/* a block lets upcalls in */
		GUEST_ASSERT_EQ(kx_vcpu_info(0)[1], 0);
	}
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_stop_periodic_timer, 0, 0), 0);
	kx_take_upcalls();

	/* what is pending already does not block */
	if (kx_width == 64) {
		KX_GUEST_EQ(kx_send(ipi), 0);
		block();
		GUEST_ASSERT_EQ(kx_events[ipi], 1);
	}
	GUEST_DONE();
}

KX_CASE_WIDTHS(block)
{
	kx_dom_run(guest_blocks);
}

static void guest_polls(void)
{
	uint64_t deadline;
	long ipi, other;

	kx_guest_start();
	ipi = kx_bind_ipi(0);
	other = kx_bind_ipi(0);
	kx_port_mask(ipi);
	kx_port_mask(other);

	/* pending already: at once, and it stays pending */
	KX_GUEST_EQ(kx_send(ipi), 0);
	KX_GUEST_EQ(poll_port(ipi, 0), 0);
	GUEST_ASSERT(kx_port_pending(ipi));
	ports[0] = other;
	ports[1] = ipi;
	KX_GUEST_EQ(poll_ports(ports, 2, 0), 0);
	kx_port_clear(ipi);

	/* timeouts are absolute */
	deadline = kx_time_ns() + 10 * MS;
	KX_GUEST_EQ(poll_port(ipi, deadline), 0);
	GUEST_ASSERT(kx_time_ns() >= deadline);
	deadline = kx_time_ns() + 10 * MS;
	KX_GUEST_EQ(poll_ports(ports, 2, deadline), 0);
	GUEST_ASSERT(kx_time_ns() >= deadline);
	deadline = kx_time_ns() + 5 * MS;
	KX_GUEST_EQ(poll_ports(ports, 0, deadline), 0);
	GUEST_ASSERT(kx_time_ns() >= deadline);
	KX_GUEST_EQ(poll_port(ipi, 1), 0);
	KX_GUEST_EQ(poll_port(ipi, kx_time_ns() - 1), 0);
	GUEST_ASSERT_EQ(kx_upcalls[0], 0);
	GUEST_DONE();
}

KX_CASE_WIDTHS(poll)
{
	kx_dom_run(guest_polls);
}

static void guest_poll_upcall(void)
{
	/* a tick that comes before the poll is followed by another */
	struct vcpu_set_periodic_timer op = { .period_ns = 5 * MS };
	long timer, ipi;
	uint64_t begin;

	kx_guest_start();
	timer = kx_bind_virq(VIRQ_TIMER, 0);
	ipi = kx_bind_ipi(0);
	kx_port_mask(ipi);
	begin = kx_time_ns();
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_set_periodic_timer, 0, &op), 0);
	/* an upcall that can be taken ends the poll of another port */
	asm volatile("sti" : : : "memory");
	KX_GUEST_EQ(poll_port(ipi, 0), 0);
	asm volatile("cli" : : : "memory");
	GUEST_ASSERT(kx_events[timer] >= 1);
	GUEST_ASSERT(kx_time_ns() - begin >= 5 * MS);
	GUEST_DONE();
}

KX_CASE_WIDTHS(poll_ended_by_upcall)
{
	kx_dom_run(guest_poll_upcall);
}

static volatile uint32_t polled_port, rounds, answered;

#define NR_ROUNDS 50

/* Polls with interrupts off, as Linux's locks do. */
static void guest_poller(void)
{
	uint32_t i;

	KX_WAIT(polled_port);
	for (i = 0; i < NR_ROUNDS; i++) {
		while (!kx_port_pending(polled_port))
			KX_GUEST_EQ(poll_ports((void *)&polled_port, 1, 0), 0);
		kx_port_clear(polled_port);
		answered = i + 1;
	}
	GUEST_ASSERT_EQ(kx_upcalls[1], 0);
	GUEST_DONE();
}

static void guest_poll_sender(void)
{
	long port;

	kx_guest_start();
	port = kx_bind_ipi(1);
	kx_port_mask(port);
	GUEST_SYNC1(1);
	polled_port = port;
	for (rounds = 1; rounds <= NR_ROUNDS; rounds++) {
		if (rounds % 2)
			kx_pass_ns(MS / 2);	/* it sleeps by now */
		KX_GUEST_EQ(kx_send(port), 0);
		KX_WAIT(answered == rounds);
	}
	GUEST_DONE();
}

KX_CASE_WIDTHS(poll_woken_by_another_vcpu)
{
	struct kx_dom *dom = kx_dom_create(2, guest_poll_sender);
	pthread_t peer;

	kx_dom_entry(dom, 1, guest_poller);
	TEST_ASSERT_EQ(kx_run_sync(dom->vcpu[0]), 1);
	peer = kx_dom_start(dom, 1);
	kx_run_done(dom->vcpu[0]);
	kx_dom_join(peer);
	kx_dom_free(dom);
}

static void guest_poll_bad(void)
{
	uint32_t max = kx_width == 32 ? 1024 : 4096, i;
	uint64_t past = 1;
	long ipi;

	kx_guest_start();
	ipi = kx_bind_ipi(0);
	for (i = 0; i < ARRAY_SIZE(ports); i++)
		ports[i] = ipi;
	KX_GUEST_EQ(poll_ports(ports, MAX_POLL, past), 0);
	KX_GUEST_EQ(poll_ports(ports, MAX_POLL + 1, past), -EINVAL);
	KX_GUEST_EQ(poll_ports(ports, ~0u, past), -EINVAL);
	KX_GUEST_EQ(poll_ports((void *)KX_BAD_PTR, 1, past), -EFAULT);
	KX_GUEST_EQ(poll_ports((void *)KX_BAD_PTR, 0, past), 0);
	KX_GUEST_EQ(kx_sched_op(SCHEDOP_poll, KX_BAD_PTR), -EFAULT);
	KX_GUEST_EQ(poll_port(max - 1, past), 0);
	KX_GUEST_EQ(poll_port(max, past), -EINVAL);
	KX_GUEST_EQ(poll_port(~0u, past), -EINVAL);
	ports[0] = ipi;
	ports[MAX_POLL - 1] = max;
	KX_GUEST_EQ(poll_ports(ports, MAX_POLL, past), -EINVAL);
	/* a timeout at the end of time is none; here an event is pending */
	kx_port_mask(ipi);
	KX_GUEST_EQ(kx_send(ipi), 0);
	KX_GUEST_EQ(poll_port(ipi, ~0ull), 0);
	GUEST_DONE();
}

KX_CASE_WIDTHS(poll_bad_arguments)
{
	kx_dom_run(guest_poll_bad);
}

static uint32_t reason;

static void guest_shuts_down(void)
{
	struct sched_shutdown op = { .reason = reason };

	KX_GUEST_EQ(kx_sched_op(SCHEDOP_shutdown, KX_BAD_PTR), -EFAULT);
	GUEST_SYNC1(1);
	KX_GUEST_EQ(kx_sched_op(SCHEDOP_shutdown, &op), 0);
	GUEST_DONE();
}

static void shut_down(uint32_t why, uint32_t type)
{
	struct kx_dom *dom = kx_dom_create(1, guest_shuts_down);
	struct kvm_run *run = dom->vcpu[0]->run;
	struct kx_domain_info info;

	write_guest_global(dom->vm, reason, why);
	TEST_ASSERT_EQ(kx_run_sync(dom->vcpu[0]), 1);
	kx_dom_info(dom, &info);
	TEST_ASSERT(!(info.flags & KX_INFO_SHUTDOWN), "down already");

	vcpu_run(dom->vcpu[0]);
	TEST_ASSERT_KVM_EXIT_REASON(dom->vcpu[0], KVM_EXIT_SYSTEM_EVENT);
	TEST_ASSERT(run->system_event.type == type, "reason %u: type %u", why,
		    run->system_event.type);
	TEST_ASSERT(run->system_event.ndata == 1 &&
		    run->system_event.data[0] == why, "reason %u: data %lu of %u",
		    why, (unsigned long)run->system_event.data[0],
		    run->system_event.ndata);
	kx_dom_info(dom, &info);
	TEST_ASSERT(info.flags & KX_INFO_SHUTDOWN, "flags %#x", info.flags);
	TEST_ASSERT_EQ(info.shutdown_reason, why);

	/* a VMM that runs it again, after a suspend, sees the call succeed */
	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}

KX_CASE_WIDTHS(shutdown)
{
	shut_down(SHUTDOWN_poweroff, KVM_SYSTEM_EVENT_SHUTDOWN);
	shut_down(SHUTDOWN_reboot, KVM_SYSTEM_EVENT_RESET);
	shut_down(SHUTDOWN_suspend, KVM_SYSTEM_EVENT_SUSPEND);
	shut_down(SHUTDOWN_crash, KVM_SYSTEM_EVENT_CRASH);
	shut_down(SHUTDOWN_watchdog, KVM_SYSTEM_EVENT_CRASH);
	shut_down(SHUTDOWN_soft_reset, KVM_SYSTEM_EVENT_RESET);
	shut_down(77, KVM_SYSTEM_EVENT_CRASH);
}
