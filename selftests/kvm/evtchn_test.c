// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event channels, 2-level: every operation that is built, each good use and
 * each errno, and the way of an event to the guest.
 *
 * Expected of a port that becomes pending: its bit, the selector's bit and
 * evtchn_upcall_pending are set, and the vector arrives when interrupts are on.
 */
#include "kx_test.h"

#define VECTOR2 0x81

static long status(uint16_t dom, uint32_t port, struct evtchn_status *st)
{
	*st = (struct evtchn_status){ .dom = dom, .port = port };
	return kx_evtchn_op(EVTCHNOP_status, st);
}

static void guest_ipi(void)
{
	struct evtchn_status st;
	long port;

	kx_guest_start();
	port = kx_bind_ipi(0);
	KX_GUEST_EQ(port, 1);
	KX_GUEST_EQ(kx_bind_ipi(0), 2);
	KX_GUEST_EQ(status(DOMID_SELF, port, &st), 0);
	GUEST_ASSERT_EQ(st.status, EVTCHNSTAT_ipi);
	GUEST_ASSERT_EQ(st.vcpu, 0);

	KX_GUEST_EQ(kx_send(port), 0);
	GUEST_ASSERT(kx_port_pending(port));
	GUEST_ASSERT_EQ(*kx_pending_sel(kx_vcpu_info(0)), 1);
	GUEST_ASSERT_EQ(*kx_upcall_pending(kx_vcpu_info(0)), 1);
	GUEST_ASSERT_EQ(kx_upcalls[0], 0);
	kx_take_upcalls();
	GUEST_ASSERT_EQ(kx_upcalls[0], 1);
	GUEST_ASSERT_EQ(kx_events[port], 1);
	GUEST_ASSERT_EQ(kx_events[2], 0);

	/* no EOI is needed; two sends before the upcall are one event */
	KX_GUEST_EQ(kx_send(port), 0);
	KX_GUEST_EQ(kx_send(port), 0);
	kx_take_upcalls();
	GUEST_ASSERT_EQ(kx_upcalls[0], 2);
	GUEST_ASSERT_EQ(kx_events[port], 2);
	kx_take_upcalls();
	GUEST_ASSERT_EQ(kx_upcalls[0], 2);
	GUEST_DONE();
}

KX_CASE_WIDTHS(ipi_to_self)
{
	kx_dom_run(guest_ipi);
}

static volatile uint32_t peer_ready, peer_port;

static void guest_halts(void)
{
	peer_ready = 1;
	while (kx_events[peer_port] < 3)
		kx_halt();
	GUEST_ASSERT_EQ(kx_upcalls[1], 3);
	GUEST_DONE();
}

static void guest_sends(void)
{
	uint32_t i;

	kx_guest_start();
	peer_port = kx_bind_ipi(1);
	GUEST_ASSERT(peer_port);
	GUEST_SYNC1(1);
	KX_WAIT(peer_ready);
	for (i = 1; i <= 3; i++) {
		KX_GUEST_EQ(kx_send(peer_port), 0);
		KX_WAIT(kx_events[peer_port] == i);
		kx_pass_ns(2000000);	/* the other one is in HLT by now */
	}
	GUEST_ASSERT_EQ(kx_upcalls[0], 0);
	GUEST_DONE();
}

KX_CASE_WIDTHS(ipi_to_a_halted_vcpu)
{
	struct kx_dom *dom = kx_dom_create(2, guest_sends);
	pthread_t peer;

	kx_dom_entry(dom, 1, guest_halts);
	TEST_ASSERT_EQ(kx_run_sync(dom->vcpu[0]), 1);
	peer = kx_dom_start(dom, 1);
	kx_run_done(dom->vcpu[0]);
	kx_dom_join(peer);
	kx_dom_free(dom);
}

static void guest_masked(void)
{
	long port;

	kx_guest_start();
	port = kx_bind_ipi(0);
	kx_port_mask(port);
	KX_GUEST_EQ(kx_send(port), 0);
	GUEST_ASSERT(kx_port_pending(port));
	GUEST_ASSERT_EQ(*kx_upcall_pending(kx_vcpu_info(0)), 0);
	kx_take_upcalls();
	GUEST_ASSERT_EQ(kx_upcalls[0], 0);

	KX_GUEST_EQ(kx_unmask(port), 0);
	GUEST_ASSERT(!kx_port_masked(port));
	kx_take_upcalls();
	GUEST_ASSERT_EQ(kx_upcalls[0], 1);
	GUEST_ASSERT_EQ(kx_events[port], 1);

	/* nothing came meanwhile: no upcall */
	kx_port_mask(port);
	KX_GUEST_EQ(kx_unmask(port), 0);
	kx_take_upcalls();
	GUEST_ASSERT_EQ(kx_upcalls[0], 1);

	/* not masked, and pending by the guest's own doing */
	KX_GUEST_EQ(kx_unmask(port), 0);
	GUEST_ASSERT_EQ(*kx_upcall_pending(kx_vcpu_info(0)), 0);
	GUEST_DONE();
}

KX_CASE_WIDTHS(masked_port)
{
	kx_dom_run(guest_masked);
}

static void guest_virq(void)
{
	struct evtchn_status st;
	long timer, debug;

	kx_guest_start();
	timer = kx_bind_virq(VIRQ_TIMER, 0);
	debug = kx_bind_virq(VIRQ_DEBUG, 1);
	KX_GUEST_EQ(timer, 1);
	KX_GUEST_EQ(debug, 2);
	KX_GUEST_EQ(status(DOMID_SELF, timer, &st), 0);
	GUEST_ASSERT_EQ(st.status, EVTCHNSTAT_virq);
	GUEST_ASSERT_EQ(st.u.virq, VIRQ_TIMER);
	GUEST_ASSERT_EQ(st.vcpu, 0);
	KX_GUEST_EQ(status(DOMID_SELF, debug, &st), 0);
	GUEST_ASSERT_EQ(st.u.virq, VIRQ_DEBUG);
	GUEST_ASSERT_EQ(st.vcpu, 1);

	/* once per vCPU */
	KX_GUEST_EQ(kx_bind_virq(VIRQ_TIMER, 0), -EEXIST);
	KX_GUEST_EQ(kx_bind_virq(VIRQ_DEBUG, 1), -EEXIST);
	KX_GUEST_EQ(kx_bind_virq(VIRQ_TIMER, 1), 3);
	KX_GUEST_EQ(kx_bind_virq(NR_VIRQS, 0), -EINVAL);
	KX_GUEST_EQ(kx_bind_virq(~0u, 0), -EINVAL);
	KX_GUEST_EQ(kx_bind_virq(VIRQ_TIMER, 2), -ENOENT);
	KX_GUEST_EQ(kx_bind_virq(VIRQ_TIMER, ~0u), -ENOENT);
	/* a global one is bound on vCPU 0 */
	KX_GUEST_EQ(kx_bind_virq(VIRQ_DOM_EXC, 1), -EINVAL);

	/* a VIRQ's port is not for the guest to send on; closed, it is free */
	KX_GUEST_EQ(kx_send(timer), -EINVAL);
	KX_GUEST_EQ(kx_close(timer), 0);
	KX_GUEST_EQ(kx_bind_virq(VIRQ_TIMER, 0), timer);
	GUEST_DONE();
}

KX_CASE_WIDTHS(virq)
{
	struct kx_dom *dom = kx_dom_create(2, guest_virq);

	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}

static void guest_close(void)
{
	struct evtchn_status st;
	long a, b;

	kx_guest_start();
	a = kx_bind_ipi(0);
	b = kx_bind_ipi(0);
	kx_port_mask(a);
	KX_GUEST_EQ(kx_send(a), 0);
	GUEST_ASSERT(kx_port_pending(a));
	KX_GUEST_EQ(kx_close(a), 0);
	GUEST_ASSERT(!kx_port_pending(a));
	KX_GUEST_EQ(kx_send(a), -EINVAL);
	KX_GUEST_EQ(kx_close(a), -EINVAL);
	KX_GUEST_EQ(status(DOMID_SELF, a, &st), 0);
	GUEST_ASSERT_EQ(st.status, EVTCHNSTAT_closed);
	/* the lowest free port is the next */
	KX_GUEST_EQ(kx_bind_ipi(0), a);
	KX_GUEST_EQ(kx_bind_ipi(0), b + 1);
	GUEST_DONE();
}

KX_CASE_WIDTHS(close)
{
	kx_dom_run(guest_close);
}

static void guest_bad_ports(void)
{
	uint32_t bad[] = { 0, 9, kx_width == 32 ? 1024 : 4096, ~0u };
	struct evtchn_bind_vcpu bind = {};
	struct evtchn_status st;
	unsigned int i;
	long ipi, virq;

	kx_guest_start();
	ipi = kx_bind_ipi(0);
	virq = kx_bind_virq(VIRQ_TIMER, 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		KX_GUEST_EQ(kx_send(bad[i]), -EINVAL);
		KX_GUEST_EQ(kx_close(bad[i]), -EINVAL);
		bind.port = bad[i];
		KX_GUEST_EQ(kx_evtchn_op(EVTCHNOP_bind_vcpu, &bind), -EINVAL);
	}
	for (i = 2; i < ARRAY_SIZE(bad); i++) {
		KX_GUEST_EQ(kx_unmask(bad[i]), -EINVAL);
		KX_GUEST_EQ(status(DOMID_SELF, bad[i], &st), -EINVAL);
	}
	/* IPIs and VIRQs of a vCPU stay where they are */
	bind.port = ipi;
	KX_GUEST_EQ(kx_evtchn_op(EVTCHNOP_bind_vcpu, &bind), -EINVAL);
	bind.port = virq;
	KX_GUEST_EQ(kx_evtchn_op(EVTCHNOP_bind_vcpu, &bind), -EINVAL);
	bind.vcpu = 1;
	KX_GUEST_EQ(kx_evtchn_op(EVTCHNOP_bind_vcpu, &bind), -ENOENT);
	KX_GUEST_EQ(kx_bind_ipi(1), -ENOENT);
	KX_GUEST_EQ(kx_bind_ipi(~0u), -ENOENT);
	GUEST_DONE();
}

KX_CASE_WIDTHS(bad_ports)
{
	kx_dom_run(guest_bad_ports);
}

/* A global VIRQ moves to the vCPU that bind_vcpu names. */
static void guest_bind_vcpu(void)
{
	struct evtchn_bind_vcpu bind = { .vcpu = 1 };
	struct evtchn_status st;

	kx_guest_start();
	bind.port = kx_bind_virq(VIRQ_CON_RING, 0);
	GUEST_ASSERT_EQ(bind.port, 1);
	KX_GUEST_EQ(kx_evtchn_op(EVTCHNOP_bind_vcpu, &bind), 0);
	KX_GUEST_EQ(status(DOMID_SELF, bind.port, &st), 0);
	GUEST_ASSERT_EQ(st.vcpu, 1);
	KX_GUEST_EQ(kx_bind_virq(VIRQ_CON_RING, 0), -EEXIST);
	KX_GUEST_EQ(kx_close(bind.port), 0);
	KX_GUEST_EQ(kx_bind_virq(VIRQ_CON_RING, 0), bind.port);
	KX_GUEST_EQ(status(DOMID_SELF, bind.port, &st), 0);
	GUEST_ASSERT_EQ(st.vcpu, 0);
	GUEST_DONE();
}

KX_CASE_WIDTHS(bind_vcpu)
{
	struct kx_dom *dom = kx_dom_create(2, guest_bind_vcpu);

	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}

static uint16_t own_domid;

static void guest_status(void)
{
	struct evtchn_status st;
	long port;

	kx_guest_start();
	port = kx_bind_ipi(0);
	KX_GUEST_EQ(status(own_domid, port, &st), 0);
	GUEST_ASSERT_EQ(st.status, EVTCHNSTAT_ipi);
	KX_GUEST_EQ(status(0, port, &st), -EPERM);
	KX_GUEST_EQ(status(0x7000, port, &st), -ESRCH);
	KX_GUEST_EQ(status(DOMID_SELF, port + 1, &st), 0);
	GUEST_ASSERT_EQ(st.status, EVTCHNSTAT_closed);
	GUEST_DONE();
}

KX_CASE_WIDTHS(status)
{
	struct kx_dom *dom = kx_dom_create(1, guest_status);

	write_guest_global(dom->vm, own_domid, dom->domid);
	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}

static void guest_bad_pointers(void)
{
	static const uint32_t ops[] = {
		EVTCHNOP_bind_ipi, EVTCHNOP_bind_virq, EVTCHNOP_bind_vcpu,
		EVTCHNOP_close, EVTCHNOP_send, EVTCHNOP_unmask, EVTCHNOP_status,
	};
	unsigned int i;

	kx_guest_start();
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		KX_GUEST_EQ(kx_evtchn_op(ops[i], KX_BAD_PTR), -EFAULT);
		KX_GUEST_EQ(kx_evtchn_op(ops[i], 0xfffffffful), -EFAULT);
	}
	if (kx_width == 64)
		KX_GUEST_EQ(kx_evtchn_op(EVTCHNOP_send, 1ul << 63), -EFAULT);
	KX_GUEST_EQ(kx_evtchn_op(99, &ops), -ENOSYS);
	/* nothing was bound by the way */
	KX_GUEST_EQ(kx_bind_ipi(0), 1);
	GUEST_DONE();
}

KX_CASE_WIDTHS(bad_pointers)
{
	kx_dom_run(guest_bad_pointers);
}

/* All ports of the width, the last one works as the first. */
static void guest_all_ports(void)
{
	uint32_t max = kx_width == 32 ? 1024 : 4096, port;

	kx_guest_start();
	for (port = 1; port < max; port++)
		KX_GUEST_EQ(kx_bind_ipi(0), port);
	KX_GUEST_EQ(kx_bind_ipi(0), -ENOSPC);
	KX_GUEST_EQ(kx_bind_virq(VIRQ_TIMER, 0), -ENOSPC);
	for (port = 31; port < max; port += 32) {
		KX_GUEST_EQ(kx_send(port), 0);
		GUEST_ASSERT(kx_port_pending(port));
	}
	kx_take_upcalls();
	for (port = 1; port < max; port++)
		GUEST_ASSERT_EQ(kx_events[port], port % 32 == 31);
	KX_GUEST_EQ(kx_close(max - 1), 0);
	KX_GUEST_EQ(kx_bind_virq(VIRQ_TIMER, 0), max - 1);
	GUEST_DONE();
}

KX_CASE_WIDTHS(all_ports)
{
	kx_dom_run(guest_all_ports);
}

static volatile uint32_t seen2;

static void on_vector2(struct ex_regs *regs)
{
	seen2++;
	*kx_upcall_pending(kx_vcpu_info(0)) = 0;
	*kx_pending_sel(kx_vcpu_info(0)) = 0;
}

/* Events wait for a callback; another vector takes over from the first. */
static void guest_callback(void)
{
	long port;

	KX_GUEST_EQ(kx_place(XENMAPSPACE_shared_info, 0, kx_shinfo_gfn), 0);
	port = kx_bind_ipi(0);
	if (kx_width == 64) {	/* the width is not latched yet */
		KX_GUEST_EQ(kx_send(port), 0);
		kx_take_upcalls();
		GUEST_ASSERT_EQ(kx_upcalls[0], 0);
	}
	KX_GUEST_EQ(kx_set_param(HVM_PARAM_CALLBACK_IRQ,
				 2ull << 56 | KX_UPCALL_VECTOR), 0);
	if (kx_width == 32)
		KX_GUEST_EQ(kx_send(port), 0);
	kx_take_upcalls();
	GUEST_ASSERT_EQ(kx_upcalls[0], 1);
	GUEST_ASSERT_EQ(kx_events[port], 1);

	KX_GUEST_EQ(kx_set_param(HVM_PARAM_CALLBACK_IRQ,
				 2ull << 56 | VECTOR2), 0);
	KX_GUEST_EQ(kx_send(port), 0);
	kx_take_upcalls();
	GUEST_ASSERT_EQ(seen2, 1);
	GUEST_ASSERT_EQ(kx_upcalls[0], 1);

	/* and without one they wait again */
	kx_port_clear(port);
	KX_GUEST_EQ(kx_set_param(HVM_PARAM_CALLBACK_IRQ, 0), 0);
	KX_GUEST_EQ(kx_send(port), 0);
	kx_take_upcalls();
	GUEST_ASSERT_EQ(seen2, 1);
	GUEST_ASSERT_EQ(kx_upcalls[0], 1);
	GUEST_DONE();
}

KX_CASE_WIDTHS(callback)
{
	struct kx_dom *dom = kx_dom_create(1, guest_callback);

	vm_install_exception_handler(dom->vm, VECTOR2, on_vector2);
	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}
