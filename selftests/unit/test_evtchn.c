// SPDX-License-Identifier: GPL-2.0-only
/* Every event channel operation's good and bad, and 2-level delivery. */
#include "suite.h"

static long op(unsigned int vcpu, u64 cmd, void *arg, size_t len)
{
	return hcall_arg(vcpu, __HYPERVISOR_event_channel_op, cmd, arg, len);
}

static u32 bind_ipi(u32 vcpu)
{
	struct evtchn_bind_ipi a = { .vcpu = vcpu };

	ck_assert_int_eq(op(0, EVTCHNOP_bind_ipi, &a, sizeof(a)), 0);
	return a.port;
}

static long bind_virq(u32 virq, u32 vcpu, u32 *port)
{
	struct evtchn_bind_virq a = { .virq = virq, .vcpu = vcpu };
	long r = op(0, EVTCHNOP_bind_virq, &a, sizeof(a));

	*port = a.port;
	return r;
}

static long close_port(u32 port)
{
	struct evtchn_close a = { .port = port };

	return op(0, EVTCHNOP_close, &a, sizeof(a));
}

static long send(u32 port)
{
	struct evtchn_send a = { .port = port };

	return op(0, EVTCHNOP_send, &a, sizeof(a));
}

static long unmask(u32 port)
{
	struct evtchn_unmask a = { .port = port };

	return op(0, EVTCHNOP_unmask, &a, sizeof(a));
}

static long bind_vcpu(u32 port, u32 vcpu)
{
	struct evtchn_bind_vcpu a = { .port = port, .vcpu = vcpu };

	return op(0, EVTCHNOP_bind_vcpu, &a, sizeof(a));
}

static void status_is(u32 port, u32 status, u32 vcpu, u32 virq)
{
	struct evtchn_status a = { .dom = DOMID_SELF, .port = port };

	ck_assert_int_eq(op(1, EVTCHNOP_status, &a, sizeof(a)), 0);
	ck_assert_uint_eq(a.status, status);
	ck_assert_uint_eq(a.vcpu, vcpu);
	if (status == EVTCHNSTAT_virq)
		ck_assert_uint_eq(a.u.virq, virq);
}

/* the guest has handled everything */
static void all_handled(void)
{
	unsigned int i;

	for (i = 0; i < D->nr_vcpus; i++) {
		clear_upcall(i);
		fake.vcpu[i].kicks = 0;
	}
	memset((u8 *)shared_info_now() + 2048, 0, 512);
}

/* vCPU @vcpu, and no other, was told of @port */
static void told(unsigned int vcpu, u32 port)
{
	unsigned int i;

	ck_assert(port_bit(port));
	for (i = 0; i < D->nr_vcpus; i++) {
		ck_assert_int_eq(upcall_pending(i), i == vcpu);
		ck_assert(selector_of(i) ==
			  (i == vcpu ? 1ULL << port / D->width : 0));
		ck_assert_uint_eq(fake.vcpu[i].kicks, i == vcpu);
	}
}

static void nobody_told(void)
{
	unsigned int i;

	for (i = 0; i < D->nr_vcpus; i++) {
		ck_assert(!upcall_pending(i));
		ck_assert(!selector_of(i));
		ck_assert_uint_eq(fake.vcpu[i].kicks, 0);
	}
}

TEST(ports_from_one)
{
	ck_assert_uint_eq(bind_ipi(0), 1);
	ck_assert_uint_eq(bind_ipi(3), 2);
	ck_assert_uint_eq(bind_ipi(1), 3);
	ck_assert_int_eq(close_port(2), 0);
	/* the lowest free one */
	ck_assert_uint_eq(bind_ipi(1), 2);
	ck_assert_uint_eq(bind_ipi(1), 4);
	status_is(2, EVTCHNSTAT_ipi, 1, 0);
	status_is(1, EVTCHNSTAT_ipi, 0, 0);
	status_is(0, EVTCHNSTAT_closed, 0, 0);
	status_is(5, EVTCHNSTAT_closed, 0, 0);
}

TEST(bind_errors)
{
	struct evtchn_bind_ipi ipi = { .vcpu = 4 };
	u32 port;

	ck_assert_int_eq(op(0, EVTCHNOP_bind_ipi, &ipi, sizeof(ipi)), -ENOENT);
	ipi.vcpu = ~0U;
	ck_assert_int_eq(op(0, EVTCHNOP_bind_ipi, &ipi, sizeof(ipi)), -ENOENT);
	ck_assert_int_eq(bind_virq(NR_VIRQS, 0, &port), -EINVAL);
	ck_assert_int_eq(bind_virq(~0U, 0, &port), -EINVAL);
	ck_assert_int_eq(bind_virq(VIRQ_TIMER, 4, &port), -ENOENT);
	ck_assert_int_eq(bind_virq(VIRQ_TIMER, 1U << 31, &port), -ENOENT);
	/* a global VIRQ belongs to vCPU 0 */
	ck_assert_int_eq(bind_virq(VIRQ_DOM_EXC, 1, &port), -EINVAL);
	ck_assert_int_eq(bind_virq(VIRQ_ARCH_0, 1, &port), -EINVAL);
	/* nothing was allocated meanwhile */
	ck_assert_uint_eq(bind_ipi(0), 1);
}

TEST(virq_per_vcpu)
{
	static const u32 virqs[] = {
		VIRQ_TIMER, VIRQ_DEBUG, VIRQ_XENOPROF, VIRQ_XENPMU,
	};
	u32 port, n = 0;
	unsigned int i, vcpu;

	for (i = 0; i < ARRAY_SIZE(virqs); i++)
		for (vcpu = 0; vcpu < 4; vcpu++) {
			ck_assert_int_eq(bind_virq(virqs[i], vcpu, &port), 0);
			ck_assert_uint_eq(port, ++n);
			status_is(port, EVTCHNSTAT_virq, vcpu, virqs[i]);
			ck_assert_int_eq(bind_virq(virqs[i], vcpu, &port),
					 -EEXIST);
			/* its vCPU is fixed */
			ck_assert_int_eq(bind_vcpu(n, 0), -EINVAL);
		}
	all_handled();
	kx_evtchn_send_virq(V[2], VIRQ_DEBUG);
	told(2, 7);
}

TEST(virq_global)
{
	u32 port, again;

	ck_assert_int_eq(bind_virq(VIRQ_CON_RING, 0, &port), 0);
	ck_assert_int_eq(bind_virq(VIRQ_CON_RING, 0, &again), -EEXIST);
	kx_evtchn_send_virq(V[0], VIRQ_CON_RING);
	told(0, port);
	/* told elsewhere, still the same VIRQ */
	ck_assert_int_eq(bind_vcpu(port, 3), 0);
	status_is(port, EVTCHNSTAT_virq, 3, VIRQ_CON_RING);
	all_handled();
	kx_evtchn_send_virq(V[0], VIRQ_CON_RING);
	told(3, port);
	ck_assert_int_eq(bind_virq(VIRQ_CON_RING, 0, &again), -EEXIST);
	ck_assert_int_eq(bind_vcpu(port, 4), -ENOENT);
	/* closed while it is told elsewhere: it can be bound again */
	ck_assert_int_eq(close_port(port), 0);
	ck_assert(!port_bit(port));
	all_handled();
	kx_evtchn_send_virq(V[0], VIRQ_CON_RING);
	nobody_told();
	ck_assert_int_eq(bind_virq(VIRQ_CON_RING, 0, &port), 0);
	status_is(port, EVTCHNSTAT_virq, 0, VIRQ_CON_RING);
}

TEST(virq_unbound)
{
	u32 port;

	kx_evtchn_send_virq(V[1], VIRQ_TIMER);
	nobody_told();
	ck_assert_int_eq(bind_virq(VIRQ_TIMER, 1, &port), 0);
	ck_assert_int_eq(close_port(port), 0);
	/* the port is something else now */
	ck_assert_uint_eq(bind_ipi(0), port);
	kx_evtchn_send_virq(V[1], VIRQ_TIMER);
	nobody_told();
	ck_assert(!port_bit(port));
}

TEST(send_delivers)
{
	u32 port = bind_ipi(2);

	ck_assert_int_eq(send(port), 0);
	told(2, port);
	/* once more before the guest looked: no second kick */
	ck_assert_int_eq(send(port), 0);
	told(2, port);
	/* only the port was handled: selector and upcall are set already */
	port_bit_clear(port);
	ck_assert_int_eq(send(port), 0);
	told(2, port);
	/* the selector was taken, the upcall not yet */
	memset((u8 *)vcpu_info_of(2) + 8, 0, 8);
	port_bit_clear(port);
	ck_assert_int_eq(send(port), 0);
	told(2, port);
	all_handled();
	ck_assert_int_eq(send(port), 0);
	told(2, port);
}

TEST(send_errors)
{
	u32 port;

	ck_assert_int_eq(send(0), -EINVAL);
	ck_assert_int_eq(send(1), -EINVAL);
	ck_assert_int_eq(send(4095), -EINVAL);
	ck_assert_int_eq(send(4096), -EINVAL);
	ck_assert_int_eq(send(~0U), -EINVAL);
	port = bind_ipi(0);
	ck_assert_int_eq(send(port + 1), -EINVAL);
	ck_assert_int_eq(close_port(port), 0);
	ck_assert_int_eq(send(port), -EINVAL);
	ck_assert_int_eq(bind_virq(VIRQ_TIMER, 0, &port), 0);
	/* a VIRQ is not the guest's to raise */
	ck_assert_int_eq(send(port), -EINVAL);
	nobody_told();
	ck_assert(!port_bit(port));
}

TEST(masked)
{
	u32 port = bind_ipi(1);

	port_mask(port, true);
	ck_assert_int_eq(send(port), 0);
	ck_assert(port_bit(port));
	nobody_told();
	ck_assert_int_eq(unmask(port), 0);
	told(1, port);
	/* unmasked twice: told once */
	all_handled();
	ck_assert_int_eq(unmask(port), 0);
	nobody_told();
	port_mask(port, true);
	ck_assert_int_eq(unmask(port), 0);
	nobody_told();
}

TEST(unmask_errors)
{
	ck_assert_int_eq(unmask(4096), -EINVAL);
	ck_assert_int_eq(unmask(~0U), -EINVAL);
	bind_ipi(0);
	/* a port that nobody bound has no vCPU to tell */
	port_mask(2, true);
	((u8 *)shared_info_now())[2048] |= 4;
	ck_assert_int_eq(unmask(2), 0);
	nobody_told();
	ck_assert_int_eq(unmask(0), 0);
}

TEST(upcall_mask_is_the_guests)
{
	u32 port = bind_ipi(1);

	/* an HVM guest's upcall mask does not hold events back */
	((u8 *)vcpu_info_of(1))[1] = 1;
	ck_assert_int_eq(send(port), 0);
	told(1, port);
	ck_assert_uint_eq(((u8 *)vcpu_info_of(1))[1], 1);
}

TEST(close_errors)
{
	u32 port = bind_ipi(0);

	ck_assert_int_eq(close_port(0), -EINVAL);
	ck_assert_int_eq(close_port(port + 1), -EINVAL);
	ck_assert_int_eq(close_port(4096), -EINVAL);
	ck_assert_int_eq(close_port(~0U), -EINVAL);
	ck_assert_int_eq(send(port), 0);
	ck_assert_int_eq(close_port(port), 0);
	ck_assert(!port_bit(port));
	ck_assert_int_eq(close_port(port), -EINVAL);
}

TEST(bind_vcpu_errors)
{
	u32 port = bind_ipi(0);

	ck_assert_int_eq(bind_vcpu(port, 1), -EINVAL);
	ck_assert_int_eq(bind_vcpu(port, 4), -ENOENT);
	ck_assert_int_eq(bind_vcpu(0, 0), -EINVAL);
	ck_assert_int_eq(bind_vcpu(port + 1, 0), -EINVAL);
	ck_assert_int_eq(bind_vcpu(4096, 0), -EINVAL);
	status_is(port, EVTCHNSTAT_ipi, 0, 0);
}

TEST(status_errors)
{
	struct evtchn_status a = { .dom = DOMID_SELF, .port = 4096 };

	bind_ipi(0);
	ck_assert_int_eq(op(0, EVTCHNOP_status, &a, sizeof(a)), -EINVAL);
	a.port = 1;
	a.dom = 0;
	ck_assert_int_eq(op(0, EVTCHNOP_status, &a, sizeof(a)), -EPERM);
	a.dom = 7;
	ck_assert_int_eq(op(0, EVTCHNOP_status, &a, sizeof(a)), -ESRCH);
	a.dom = D->domid;
	ck_assert_int_eq(op(0, EVTCHNOP_status, &a, sizeof(a)), 0);
	ck_assert_uint_eq(a.status, EVTCHNSTAT_ipi);
}

/* all ports of a width, the first and the last of them in use */
static void fill(u32 nr_ports)
{
	struct evtchn_bind_ipi a = { .vcpu = 1 };
	u32 port, virq_port;

	for (port = 1; port < nr_ports; port++) {
		ck_assert_int_eq(kx_evtchn_bind_ipi(D, 1, &a.port), 0);
		ck_assert_uint_eq(a.port, port);
	}
	ck_assert_int_eq(op(0, EVTCHNOP_bind_ipi, &a, sizeof(a)), -ENOSPC);
	ck_assert_int_eq(bind_virq(VIRQ_TIMER, 0, &virq_port), -ENOSPC);
	all_handled();
	ck_assert_int_eq(send(nr_ports - 1), 0);
	told(1, nr_ports - 1);
	all_handled();
	ck_assert_int_eq(send(nr_ports), -EINVAL);
	nobody_told();
	ck_assert_int_eq(close_port(nr_ports - 1), 0);
	ck_assert_uint_eq(bind_ipi(0), nr_ports - 1);
}

TEST(all_ports_64)
{
	fill(4096);
}

TEST(all_ports_32)
{
	set_width(32);
	fill(1024);
}

/* bound while the guest was 64 bits wide: no bitmap has a place for them */
TEST(ports_beyond_a_smaller_width)
{
	u8 before[PAGE_SIZE];
	u32 port;

	do {
		ck_assert_int_eq(kx_evtchn_bind_ipi(D, 1, &port), 0);
	} while (port < 4095);
	set_width(32);
	all_handled();
	memcpy(before, shared_info_now(), PAGE_SIZE);
	ck_assert_int_eq(send(1024), 0);
	ck_assert_int_eq(send(4095), 0);
	ck_assert_int_eq(unmask(4095), 0);
	ck_assert(!kx_evtchn_port_pending(D, 4095));
	ck_assert_int_eq(close_port(4095), 0);
	ck_assert_mem_eq(shared_info_now(), before, PAGE_SIZE);
	nobody_told();
	ck_assert_int_eq(send(1023), 0);
	told(1, 1023);
}

TEST(reset_closes_all)
{
	u32 port = bind_ipi(0), timer, ring;

	ck_assert_int_eq(bind_virq(VIRQ_TIMER, 1, &timer), 0);
	ck_assert_int_eq(bind_virq(VIRQ_CON_RING, 0, &ring), 0);
	ck_assert_int_eq(bind_vcpu(ring, 3), 0);
	ck_assert_int_eq(send(port), 0);
	fake_reset_domain();
	status_is(port, EVTCHNSTAT_closed, 0, 0);
	all_handled();
	ck_assert_int_eq(send(port), -EINVAL);
	kx_evtchn_send_virq(V[1], VIRQ_TIMER);
	kx_evtchn_send_virq(V[0], VIRQ_CON_RING);
	nobody_told();
	ck_assert_int_eq(bind_virq(VIRQ_TIMER, 1, &timer), 0);
	ck_assert_int_eq(bind_virq(VIRQ_CON_RING, 0, &ring), 0);
	ck_assert_uint_eq(timer, 1);
}

TEST(registered_vcpu_info)
{
	u32 port = bind_ipi(1);

	ck_assert_int_eq(kx_vcpu_info_register(V[1], V[1], 9, 64), 0);
	all_handled();
	ck_assert_int_eq(send(port), 0);
	told(1, port);
	ck_assert_uint_eq(get32(0x9000 + 64) & 0xff, 1);
}

/* the callback was set late: whoever has something waiting is kicked */
TEST(rescan)
{
	ck_assert_int_eq(send(bind_ipi(2)), 0);
	fake.vcpu[2].kicks = 0;
	kx_upcall_rescan(D);
	ck_assert_uint_eq(fake.vcpu[2].kicks, 1);
	ck_assert_uint_eq(fake.vcpu[1].kicks, 0);
}

/* a result that cannot be returned is undone */
TEST(bad_pointers)
{
	static const u64 cmds[] = {
		EVTCHNOP_send, EVTCHNOP_unmask, EVTCHNOP_bind_ipi,
		EVTCHNOP_bind_virq, EVTCHNOP_bind_vcpu, EVTCHNOP_close,
		EVTCHNOP_status,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		/* its page, or the second one of the two it lies in */
		ck_assert_int_eq(hcall(0, __HYPERVISOR_event_channel_op, cmds[i],
				       (u64)NO_GFN << 12, 0), -EFAULT);
		ck_assert_int_eq(hcall(0, __HYPERVISOR_event_channel_op, cmds[i],
				       (RAM_PAGES << 12) - 2, 0), -EFAULT);
	}
	ck_assert_int_eq(hcall(0, __HYPERVISOR_event_channel_op, 99, ARG_GVA, 0),
			 -ENOSYS);
	ck_assert_uint_eq(bind_ipi(0), 1);
}

/* the argument can be read, the result cannot be stored */
TEST(read_only_argument)
{
	struct evtchn_bind_ipi ipi = { .vcpu = 1 };
	struct evtchn_bind_virq virq = { .virq = VIRQ_TIMER, .vcpu = 1 };
	struct evtchn_status status = { .dom = DOMID_SELF };
	u32 port;

	put_guest(0x9000, &ipi, sizeof(ipi));
	put_guest(0x9100, &virq, sizeof(virq));
	put_guest(0x9200, &status, sizeof(status));
	bind_ipi(0);
	fake_read_only(0x9000);
	ck_assert_int_eq(hcall(0, __HYPERVISOR_event_channel_op,
			       EVTCHNOP_bind_ipi, 0x9000, 0), -EFAULT);
	ck_assert_int_eq(hcall(0, __HYPERVISOR_event_channel_op,
			       EVTCHNOP_bind_virq, 0x9100, 0), -EFAULT);
	ck_assert_int_eq(hcall(0, __HYPERVISOR_event_channel_op,
			       EVTCHNOP_status, 0x9200, 0), -EFAULT);
	/* neither port nor VIRQ is taken */
	ck_assert_uint_eq(bind_ipi(0), 2);
	ck_assert_int_eq(bind_virq(VIRQ_TIMER, 1, &port), 0);
	ck_assert_uint_eq(port, 3);
}

/* only the low half of the command counts, as in Xen */
TEST(command_is_an_int)
{
	struct evtchn_bind_ipi a = { .vcpu = 1 };

	ck_assert_int_eq(op(0, EVTCHNOP_bind_ipi | 1ULL << 32, &a, sizeof(a)), 0);
	ck_assert_uint_eq(a.port, 1);
}

TEST(bind_failures)
{
	unsigned int n, i;
	u32 port;
	int r;

	/* the first port, and the first one behind a bucket */
	for (i = 0; i < 2; i++) {
		for_each_failure(n) {
			ut_fail_nth(n);
			r = i ? kx_evtchn_bind_virq(D, VIRQ_TIMER, 1, &port) :
				kx_evtchn_bind_ipi(D, 1, &port);
			if (!ut_has_failed())
				break;
			ck_assert_int_eq(r, -ENOMEM);
		}
		ck_assert_uint_eq(n, 2);
		ck_assert_int_eq(r, 0);
		ck_assert_uint_eq(port, i ? 64 : 1);
		while (!i && port < 63)
			ck_assert_int_eq(kx_evtchn_bind_ipi(D, 1, &port), 0);
	}
}

static const struct ut_case evtchn_cases[] = {
	CASE(ports_from_one), CASE(bind_errors), CASE(virq_per_vcpu),
	CASE(virq_global), CASE(virq_unbound), CASE(send_delivers),
	CASE(send_errors), CASE(masked), CASE(unmask_errors),
	CASE(upcall_mask_is_the_guests), CASE(close_errors),
	CASE(bind_vcpu_errors), CASE(status_errors), CASE(all_ports_64),
	CASE(all_ports_32), CASE(ports_beyond_a_smaller_width),
	CASE(reset_closes_all), CASE(registered_vcpu_info), CASE(rescan),
	CASE(bad_pointers), CASE(read_only_argument), CASE(command_is_an_int), CASE(bind_failures),
};

SUITE(evtchn, 4);
