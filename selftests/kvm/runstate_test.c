// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runstate: the four times add up to the time since the domain's start, in
 * VCPUOP_get_runstate_info and in a registered area, with and without the flag
 * that tells an update.
 */
#include "kx_test.h"

#define MS 1000000ull
#define UPDATE_FLAG 0x8000000000000000ull

/* of either width, read into the 64-bit form */
struct account {
	uint32_t state;
	uint64_t since;
	uint64_t time[4];
};

static uint8_t areas[8192] __attribute__((aligned(4096)));

static void decode(struct account *a, const void *from)
{
	const uint8_t *p = from;

	memcpy(&a->state, p, 4);
	p += kx_width == 32 ? 4 : 8;
	memcpy(&a->since, p, 8);
	memcpy(a->time, p + 8, 32);
}

static long read_account(uint32_t vcpu, struct account *a)
{
	uint8_t raw[48];
	long ret = kx_vcpu_op(VCPUOP_get_runstate_info, vcpu, raw);

	decode(a, raw);
	return ret;
}

static uint64_t sum(const struct account *a)
{
	return a->time[0] + a->time[1] + a->time[2] + a->time[3];
}

static void block_ns(uint64_t ns)
{
	struct sched_poll op = { .timeout = kx_time_ns() + ns };
	struct kx_compat_sched_poll op32 = { .timeout = kx_time_ns() + ns };

	KX_GUEST_EQ(kx_sched_op(SCHEDOP_poll,
				kx_width == 32 ? (void *)&op32 : &op), 0);
}

static void guest_sums(void)
{
	uint64_t before, after, blocked;
	struct account a;
	uint32_t i;

	kx_guest_start();
	for (i = 0; i < 50; i++) {
		before = kx_time_ns();
		KX_GUEST_EQ(read_account(0, &a), 0);
		after = kx_time_ns();
		GUEST_ASSERT_EQ(a.state, RUNSTATE_running);
		GUEST_ASSERT(a.since <= after);
		GUEST_ASSERT(sum(&a) >= before && sum(&a) <= after);
	}
	GUEST_ASSERT(a.time[RUNSTATE_running] > 0);

	blocked = a.time[RUNSTATE_blocked];
	block_ns(20 * MS);
	KX_GUEST_EQ(read_account(0, &a), 0);
	GUEST_ASSERT_EQ(a.state, RUNSTATE_running);
	GUEST_ASSERT(a.time[RUNSTATE_blocked] - blocked > 10 * MS);
	after = kx_time_ns();
	GUEST_ASSERT(sum(&a) <= after);

	/* one that never ran was offline all the time */
	before = kx_time_ns();
	KX_GUEST_EQ(read_account(1, &a), 0);
	after = kx_time_ns();
	GUEST_ASSERT_EQ(a.state, RUNSTATE_offline);
	GUEST_ASSERT_EQ(a.time[RUNSTATE_offline], sum(&a));

	KX_GUEST_EQ(read_account(2, &a), -ENOENT);
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_get_runstate_info, 0, KX_BAD_PTR),
		    -EFAULT);
	GUEST_DONE();
}

KX_CASE_WIDTHS(sums)
{
	struct kx_dom *dom = kx_dom_create(2, guest_sums);

	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}

static long register_area(uint32_t vcpu, unsigned long gva)
{
	struct vcpu_register_runstate_memory_area op = {};

	op.addr.p = gva;
	return kx_vcpu_op(VCPUOP_register_runstate_memory_area, vcpu, &op);
}

/* The area says what the call says, up to the time since the last change. */
static void check_area(const uint8_t *area)
{
	struct account a, b;
	uint32_t i;

	KX_GUEST_EQ(read_account(0, &b), 0);
	decode(&a, area);
	GUEST_ASSERT(!(a.since & UPDATE_FLAG));
	GUEST_ASSERT_EQ(a.state, RUNSTATE_running);
	GUEST_ASSERT_EQ(sum(&a), a.since);
	for (i = 0; i < 4; i++)
		GUEST_ASSERT(a.time[i] <= b.time[i]);
	GUEST_ASSERT(b.since >= a.since);
}

static void guest_area(void)
{
	uint32_t bytes = kx_width == 32 ? 44 : 48;
	uint8_t *crossing = areas + 4096 - 20;
	struct account a, b;

	kx_guest_start();
	memset(areas, 0x5a, sizeof(areas));
	KX_GUEST_EQ(register_area(0, (unsigned long)areas), 0);
	decode(&a, areas);
	GUEST_ASSERT_EQ(a.state, RUNSTATE_running);
	GUEST_ASSERT_EQ(areas[bytes], 0x5a);
	block_ns(5 * MS);
	check_area(areas);
	decode(&b, areas);
	GUEST_ASSERT(b.time[RUNSTATE_blocked] > a.time[RUNSTATE_blocked]);

	/* across a page, and with the flag */
	KX_GUEST_EQ(kx_call2(__HYPERVISOR_vm_assist, VMASST_CMD_enable,
			     VMASST_TYPE_runstate_update_flag), 0);
	KX_GUEST_EQ(register_area(0, (unsigned long)crossing), 0);
	block_ns(5 * MS);
	check_area(crossing);
	GUEST_ASSERT_EQ(crossing[-1], 0x5a);
	GUEST_ASSERT_EQ(crossing[bytes], 0x5a);
	/* the old one is left alone */
	decode(&a, areas);
	GUEST_ASSERT_EQ(a.since, b.since);

	KX_GUEST_EQ(register_area(0, 0), 0);
	decode(&a, crossing);
	block_ns(5 * MS);
	decode(&b, crossing);
	GUEST_ASSERT_EQ(a.since, b.since);
	KX_GUEST_EQ(register_area(0, KX_BAD_PTR), -EFAULT);
	KX_GUEST_EQ(register_area(2, (unsigned long)areas), -ENOENT);
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_register_runstate_memory_area, 0,
			       KX_BAD_PTR), -EFAULT);
	GUEST_DONE();
}

KX_CASE_WIDTHS(registered_area)
{
	struct kx_dom *dom = kx_dom_create(2, guest_area);

	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}

/* Another vCPU watches: with the flag no half account is seen. */
static volatile uint32_t stop, watching;

static void guest_watches(void)
{
	volatile uint64_t *since = (uint64_t *)(areas + (kx_width == 32 ? 4 : 8));
	uint64_t before, last = 0;
	struct account a;

	watching = 1;
	while (!stop) {
		do {
			before = *since;
			asm volatile("lfence" : : : "memory");
			decode(&a, areas);
			asm volatile("lfence" : : : "memory");
		} while (before & UPDATE_FLAG || *since != before);
		GUEST_ASSERT_EQ(sum(&a), a.since);
		GUEST_ASSERT(a.since >= last);
		last = a.since;
	}
	GUEST_DONE();
}

static void guest_changes(void)
{
	uint32_t i;

	kx_guest_start();
	KX_GUEST_EQ(kx_call2(__HYPERVISOR_vm_assist, VMASST_CMD_enable,
			     VMASST_TYPE_runstate_update_flag), 0);
	KX_GUEST_EQ(register_area(0, (unsigned long)areas), 0);
	GUEST_SYNC1(1);
	KX_WAIT(watching);
	for (i = 0; i < 100; i++)
		block_ns(MS / 5);
	stop = 1;
	GUEST_DONE();
}

KX_CASE_WIDTHS(consistent_under_watch)
{
	struct kx_dom *dom = kx_dom_create(2, guest_changes);
	pthread_t peer;

	kx_dom_entry(dom, 1, guest_watches);
	TEST_ASSERT_EQ(kx_run_sync(dom->vcpu[0]), 1);
	peer = kx_dom_start(dom, 1);
	kx_run_done(dom->vcpu[0]);
	kx_dom_join(peer);
	kx_dom_free(dom);
}
