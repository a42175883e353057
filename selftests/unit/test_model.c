// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random operations on event channels, each compared with a small model that
 * was written from Xen's event_channel.h. KX_SEED and KX_STEPS choose a run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "suite.h"

#define NR_VCPUS	4
#define USED_PORTS	200	/* small, so that ports are used again */
#define DEFAULT_STEPS	100000

/* libcheck's own assertions cost a write each */
#define EXPECT(cond) \
	do { \
		if (!(cond)) \
			ut_fail("step %llu: %s", step, #cond); \
	} while (0)

enum kind { FREE, IPI, VIRQ };

static struct {
	enum kind kind;
	u32 vcpu;
	u32 virq;
	bool pending;
	bool masked;
} port_of[4096];

static u32 bound[NR_VCPUS][NR_VIRQS];
static u64 sel[NR_VCPUS];
static bool upcall[NR_VCPUS];
static unsigned int kicks[NR_VCPUS];
static u32 nr_bound;
static u64 random_state, step;

static u32 rnd(u32 below)
{
	/* xorshift64* */
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (random_state * 0x2545f4914f6cdd1dULL >> 32) % below;
}

static u32 some_port(void)
{
	switch (rnd(40)) {
	case 0:
		return 0;
	case 1:
		return 4095 + rnd(3);
	case 2:
		return ~0U - rnd(2);
	default:
		return rnd(USED_PORTS + 10);
	}
}

static bool global(u32 virq)
{
	return virq != VIRQ_TIMER && virq != VIRQ_DEBUG &&
	       virq != VIRQ_XENOPROF && virq != VIRQ_XENPMU;
}

/* buckets of 64 exist once a port at or above their start was handed out */
static u32 highest;

static bool known(u32 port)
{
	return highest && port < (highest / 64 + 1) * 64;
}

static u32 model_alloc(enum kind kind, u32 vcpu, u32 virq)
{
	u32 port = 1;

	while (port_of[port].kind != FREE)
		port++;
	port_of[port].kind = kind;
	port_of[port].vcpu = vcpu;
	port_of[port].virq = virq;
	if (port > highest)
		highest = port;
	nr_bound++;
	return port;
}

static void model_tell(u32 port)
{
	u32 v = port_of[port].vcpu;
	u64 bit = 1ULL << port / D->width;

	if (sel[v] & bit)
		return;
	sel[v] |= bit;
	if (!upcall[v])
		kicks[v]++;
	upcall[v] = true;
}

static void model_send(u32 port)
{
	if (port_of[port].pending)
		return;
	port_of[port].pending = true;
	if (!port_of[port].masked)
		model_tell(port);
}

static void do_bind_ipi(void)
{
	u32 vcpu = rnd(NR_VCPUS + 1), port = 0;
	int r = kx_evtchn_bind_ipi(D, vcpu, &port);

	if (vcpu >= NR_VCPUS)
		EXPECT(r == -ENOENT);
	else
		EXPECT(port == model_alloc(IPI, vcpu, 0));
}

static void do_bind_virq(void)
{
	u32 virq = rnd(NR_VIRQS + 1), vcpu = rnd(NR_VCPUS + 1), port = 0;
	int r = kx_evtchn_bind_virq(D, virq, vcpu, &port), want = 0;

	if (virq >= NR_VIRQS || (global(virq) && vcpu))
		want = -EINVAL;
	else if (vcpu >= NR_VCPUS)
		want = -ENOENT;
	else if (bound[vcpu][virq])
		want = -EEXIST;
	EXPECT(r == want);
	if (want)
		return;
	EXPECT(port == model_alloc(VIRQ, vcpu, virq));
	bound[vcpu][virq] = port;
}

static void do_bind_vcpu(void)
{
	u32 port = some_port(), vcpu = rnd(NR_VCPUS + 1);
	int r = kx_evtchn_bind_vcpu(D, port, vcpu);

	if (vcpu >= NR_VCPUS) {
		EXPECT(r == -ENOENT);
	} else if (port < 4096 && port_of[port].kind == VIRQ &&
		   global(port_of[port].virq)) {
		EXPECT(r == 0);
		port_of[port].vcpu = vcpu;
	} else {
		EXPECT(r == -EINVAL);
	}
}

static void do_close(void)
{
	u32 port = some_port(), v;
	int r = kx_evtchn_close(D, port);

	if (port >= 4096 || port_of[port].kind == FREE) {
		EXPECT(r == -EINVAL);
		return;
	}
	EXPECT(r == 0);
	for (v = 0; v < NR_VCPUS; v++)
		if (port_of[port].kind == VIRQ &&
		    bound[v][port_of[port].virq] == port)
			bound[v][port_of[port].virq] = 0;
	port_of[port].kind = FREE;
	port_of[port].pending = false;
	nr_bound--;
}

static void do_send(void)
{
	u32 port = some_port();
	int r = kx_evtchn_send(D, port);

	if (port < 4096 && port_of[port].kind == IPI) {
		EXPECT(r == 0);
		model_send(port);
	} else {
		EXPECT(r == -EINVAL);
	}
}

static void do_virq(void)
{
	u32 virq = rnd(NR_VIRQS), v = global(virq) ? 0 : rnd(NR_VCPUS);

	kx_evtchn_send_virq(V[v], virq);
	if (bound[v][virq])
		model_send(bound[v][virq]);
}

static void do_mask(void)
{
	u32 port = rnd(USED_PORTS);

	port_mask(port, true);
	port_of[port].masked = true;
}

static void do_unmask(void)
{
	u32 port = some_port();
	int r = kx_evtchn_unmask(D, port);

	if (!known(port)) {
		EXPECT(r == -EINVAL);
		return;
	}
	EXPECT(r == 0);
	if (port_of[port].masked && port_of[port].pending)
		model_tell(port);
	port_of[port].masked = false;
}

static void do_status(void)
{
	u32 port = some_port();
	struct evtchn_status s = { .port = port };
	int r = kx_evtchn_status(D, &s);

	if (!known(port)) {
		EXPECT(r == -EINVAL);
		return;
	}
	EXPECT(r == 0);
	switch (port_of[port].kind) {
	case FREE:
		EXPECT(s.status == EVTCHNSTAT_closed);
		return;
	case IPI:
		EXPECT(s.status == EVTCHNSTAT_ipi);
		break;
	case VIRQ:
		EXPECT(s.status == EVTCHNSTAT_virq);
		EXPECT(s.u.virq == port_of[port].virq);
		break;
	}
	EXPECT(s.vcpu == port_of[port].vcpu);
}

/* a guest's handler, or half of one */
static void do_handle(void)
{
	u32 v = rnd(NR_VCPUS), port;

	upcall[v] = false;
	*(u8 *)vcpu_info_of(v) = 0;
	if (rnd(4))
		return;
	clear_upcall(v);
	for (port = 0; port < D->width * D->width; port++)
		if (sel[v] >> port / D->width & 1 && rnd(4)) {
			port_of[port].pending = false;
			port_bit_clear(port);
		}
	sel[v] = 0;
}

static void (* const ops[])(void) = {
	do_bind_ipi, do_bind_virq, do_bind_virq, do_bind_vcpu, do_close, do_send,
	do_send, do_virq, do_virq, do_mask, do_unmask, do_status, do_handle,
};

static void compare(u32 from, u32 to)
{
	u32 v, port;

	for (v = 0; v < NR_VCPUS; v++) {
		EXPECT(upcall_pending(v) == upcall[v]);
		EXPECT(selector_of(v) == sel[v]);
		EXPECT(fake.vcpu[v].kicks == kicks[v]);
	}
	for (port = from; port < to; port++)
		EXPECT(port_bit(port) == port_of[port].pending);
}

static u64 number(const char *name, u64 otherwise)
{
	const char *s = getenv(name);

	return s && *s ? strtoull(s, NULL, 0) : otherwise;
}

static void run_model(u8 width)
{
	u64 seed = number("KX_SEED", time(NULL)), nr;
	u64 steps = number("KX_STEPS", DEFAULT_STEPS);

	printf("event channel model, %u bits: KX_SEED=%llu KX_STEPS=%llu\n",
	       width, seed, steps);
	fflush(stdout);
	random_state = seed * 2 + 1;
	set_width(width);
	for (nr = 0; nr < NR_VCPUS; nr++)
		fake.vcpu[nr].kicks = 0;
	for (step = 0; step < steps; step++) {
		u32 op = rnd(ARRAY_SIZE(ops));

		if (op < 3 && nr_bound >= USED_PORTS)
			op = 4;
		ops[op]();
		compare(0, step % 64 ? 8 : width * width);
	}
	ut_assert_idle();
}

TEST(random_64)
{
	run_model(64);
}

TEST(random_32)
{
	run_model(32);
}

static const struct ut_case evtchn_model_cases[] = {
	CASE(random_64), CASE(random_32),
};

SUITE(evtchn_model, NR_VCPUS);
