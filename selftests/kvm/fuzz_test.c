// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls with arguments at random, by all vCPUs at once. Nothing is
 * expected of a single call: the host must stay well, the guest must come to
 * its end, and the domain must work afterwards. KX_SEED chooses the seed.
 */
#include "kx_test.h"

#define NR_VCPUS 3
#define NR_CALLS 4000
#define HIGH_GPA 0x200000000ull

static uint8_t pages[4][4096] __attribute__((aligned(4096)));
static uint64_t values[24];
static uint64_t seed;
static volatile uint32_t nr_done;

struct rng {
	uint64_t state;
};

static uint64_t next(struct rng *r)
{
	r->state ^= r->state << 13;
	r->state ^= r->state >> 7;
	r->state ^= r->state << 17;
	return r->state >> 11;
}

static uint64_t value(struct rng *r)
{
	uint64_t pick = next(r) % (ARRAY_SIZE(values) + 8);

	if (pick < ARRAY_SIZE(values))
		return values[pick];
	return pick < ARRAY_SIZE(values) + 6 ? next(r) % 16 : next(r);
}

static const uint8_t numbers[] = {
	__HYPERVISOR_memory_op, __HYPERVISOR_set_timer_op,
	__HYPERVISOR_xen_version, __HYPERVISOR_console_io,
	__HYPERVISOR_grant_table_op, __HYPERVISOR_vm_assist,
	__HYPERVISOR_vcpu_op, __HYPERVISOR_event_channel_op,
	__HYPERVISOR_hvm_op, __HYPERVISOR_sched_op,
};

/* Calls after which a guest does not go on. */
static bool ends_the_guest(uint32_t nr, uint32_t op, const uint32_t *arg)
{
	if (nr == __HYPERVISOR_sched_op)
		return op == SCHEDOP_block || op == SCHEDOP_poll ||
		       op == SCHEDOP_shutdown || op > 16;
	/* a small TSS is a crash, another vector an unknown interrupt */
	return nr == __HYPERVISOR_hvm_op && op == HVMOP_set_param;
}

static void guest_fuzz(void)
{
	uint32_t id = kx_guest_vcpu_id(), i, j;
	uint32_t *arg = (uint32_t *)pages[id];
	struct rng r = { seed + id * 77777 };

	if (!id)
		kx_guest_start();
	for (i = 0; i < NR_CALLS; i++) {
		uint32_t nr = numbers[next(&r) % ARRAY_SIZE(numbers)];
		uint32_t op = next(&r) % 26;
		uint64_t a2 = (unsigned long)arg, a3 = value(&r);

		for (j = 0; j < 10; j++)
			arg[j] = value(&r);
		/* 64-bit fields get a whole value now and then */
		if (next(&r) % 2)
			((uint64_t *)arg)[next(&r) % 4] = value(&r);
		if (next(&r) % 8 == 0)
			a2 = (uint32_t)value(&r);
		if (nr == __HYPERVISOR_vcpu_op || nr == __HYPERVISOR_console_io) {
			a2 = next(&r) % (NR_VCPUS + 1);
			a3 = (unsigned long)arg;
		}
		if (ends_the_guest(nr, op, arg))
			continue;
		kx_call3(nr, op, a2, a3);
		kx_take_upcalls();
	}
	__sync_fetch_and_add(&nr_done, 1);
	KX_WAIT(nr_done == NR_VCPUS);
	KX_GUEST_EQ(kx_version_op(XENVER_version, 0), 4 << 16 | 17);
	GUEST_DONE();
}

static void fill_values(struct kx_dom *dom)
{
	static const uint64_t some[] = {
		0, 1, 4095, 4096, 1023, 1024, ~0u, ~0ull, 1ull << 63, 0x7fffffff,
		0x80000000, DOMID_SELF, HIGH_GPA >> 12, (HIGH_GPA >> 12) + 1,
		0xf0000, 1ull << 52, KX_BAD_PTR, 0x100000, 1ull << 40, 1000000,
	};
	unsigned int i;

	memcpy(values, some, sizeof(some));
	for (i = 0; i < 4; i++)
		values[ARRAY_SIZE(some) + i] = kx_dom_gfn(dom, pages[i]);
	sync_global_to_guest(dom->vm, values);
}

static void fuzz(void)
{
	struct kx_dom *dom = kx_dom_create(NR_VCPUS, guest_fuzz);
	const char *wanted = getenv("KX_SEED");
	struct kx_domain_info info;
	pthread_t peers[NR_VCPUS];
	int i;

	seed = wanted ? strtoull(wanted, NULL, 0) : time(NULL);
	printf("KX_SEED=%lu\n", (unsigned long)seed);
	seed = seed * 2654435761u + 1;
	sync_global_to_guest(dom->vm, seed);
	fill_values(dom);
	for (i = 0; i < NR_VCPUS; i++)
		peers[i] = kx_dom_start(dom, i);
	for (i = 0; i < NR_VCPUS; i++)
		kx_dom_join(peers[i]);

	kx_dom_info(dom, &info);
	TEST_ASSERT(info.hypercalls > NR_CALLS, "%lu hypercalls",
		    (unsigned long)info.hypercalls);
	TEST_ASSERT(!ioctl(dom->fd, KX_RESET), "KX_RESET");
	kx_dom_info(dom, &info);
	TEST_ASSERT_EQ(info.pinned_pages, 0);
	kx_dom_free(dom);
}

KX_CASE_WIDTHS(at_random)
{
	fuzz();
}
