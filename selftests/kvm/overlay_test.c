// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of Xen's that the guest maps where it likes: shared_info and grant
 * frames, inside RAM and outside of it. Their content survives each move.
 */
#include "kx_test.h"

/* places outside RAM: above all of it, and in the hole below 4 GiB */
#define HIGH_GPA 0x200000000ull
#define LOW_GPA 0xf0000000ull
#define HIGH_GVA 0xc0000000ull
#define LOW_GVA 0xc0100000ull
#define WINDOW_PAGES 4

/* a field of shared_info that nobody but the guest writes: arch.max_pfn */
#define MARK_AT(w) ((w) == 32 ? \
	offsetof(struct kx_compat_shared_info, max_pfn) : \
	offsetof(struct shared_info, arch.max_pfn))

static uint8_t ram_a[4096] __attribute__((aligned(4096)));
static uint8_t ram_b[4096] __attribute__((aligned(4096)));

struct place {
	uint8_t *va;
	uint64_t gfn;
};

static struct place places[] = {
	{ ram_a }, { (void *)HIGH_GVA, HIGH_GPA >> 12 }, { ram_b },
	{ (void *)LOW_GVA, LOW_GPA >> 12 },
	{ (void *)(HIGH_GVA + 4096), (HIGH_GPA >> 12) + 1 },
};

static uint16_t own_domid;
static uint64_t past_end_gfn;

static unsigned int physical_bits(void)
{
	uint32_t eax, ebx, ecx, edx;

	cpuid(0x80000008, &eax, &ebx, &ecx, &edx);
	return eax & 0xff;
}

static struct kx_dom *create(uint32_t nr_vcpus, void *guest_code)
{
	struct kx_dom *dom = kx_dom_create_pages(nr_vcpus, guest_code, 64);

	places[0].gfn = kx_dom_gfn(dom, ram_a);
	places[2].gfn = kx_dom_gfn(dom, ram_b);
	sync_global_to_guest(dom->vm, places);
	write_guest_global(dom->vm, own_domid, dom->domid);
	write_guest_global(dom->vm, past_end_gfn,
			   1ull << (physical_bits() - 12));
	virt_map(dom->vm, HIGH_GVA, HIGH_GPA, WINDOW_PAGES);
	virt_map(dom->vm, LOW_GVA, LOW_GPA, WINDOW_PAGES);
	return dom;
}

static void run(void *guest_code)
{
	struct kx_dom *dom = create(1, guest_code);

	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}

static volatile uint32_t *mark(uint8_t *va)
{
	return (uint32_t *)(va + MARK_AT(kx_width));
}

static void guest_moves(void)
{
	uint32_t port, i, j, before;

	kx_guest_start();
	port = kx_bind_ipi(0);
	kx_port_mask(port);
	*mark(kx_shinfo) = 1000;
	for (i = 0; i < 2 * ARRAY_SIZE(places); i++) {
		struct place *to = &places[i % ARRAY_SIZE(places)];

		KX_GUEST_EQ(kx_place(XENMAPSPACE_shared_info, 0, to->gfn), 0);
		kx_shinfo_va = to->va;
		GUEST_ASSERT_EQ(*mark(to->va), 1000 + i);
		GUEST_ASSERT(kx_port_masked(port));

		/* this page is alive: an event, the wall clock, the time */
		kx_port_clear(port);
		KX_GUEST_EQ(kx_send(port), 0);
		GUEST_ASSERT(kx_port_pending(port));
		GUEST_ASSERT(kx_time_ns() > 0);

		/* where it was before it is no more */
		j = (i ? i - 1 : 0) % ARRAY_SIZE(places);
		before = *mark(places[j].va);
		*mark(to->va) = 1001 + i;
		GUEST_ASSERT_EQ(*mark(places[j].va), i ? before : 1001);
	}

	/* taken away and put elsewhere, it is still the same */
	i = (i - 1) % ARRAY_SIZE(places);
	KX_GUEST_EQ(kx_remove(places[i].gfn), 0);
	KX_GUEST_EQ(kx_send(port), 0);
	kx_port_clear(port);
	KX_GUEST_EQ(kx_place(XENMAPSPACE_shared_info, 0, places[0].gfn), 0);
	kx_shinfo_va = ram_a;
	GUEST_ASSERT_EQ(*mark(ram_a), 1000 + 2 * ARRAY_SIZE(places));
	GUEST_ASSERT(kx_port_pending(port));

	/* to where it is already: no change */
	KX_GUEST_EQ(kx_place(XENMAPSPACE_shared_info, 0, places[0].gfn), 0);
	GUEST_ASSERT_EQ(*mark(ram_a), 1000 + 2 * ARRAY_SIZE(places));
	GUEST_DONE();
}

KX_CASE_WIDTHS(shared_info_moves)
{
	run(guest_moves);
}

/* An upcall reaches the guest wherever shared_info lies. */
static void guest_upcalls(void)
{
	uint32_t port, i;

	kx_guest_start();
	port = kx_bind_ipi(0);
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		KX_GUEST_EQ(kx_place(XENMAPSPACE_shared_info, 0, places[i].gfn),
			    0);
		kx_shinfo_va = places[i].va;
		KX_GUEST_EQ(kx_send(port), 0);
		kx_take_upcalls();
		GUEST_ASSERT_EQ(kx_upcalls[0], i + 1);
		GUEST_ASSERT_EQ(kx_events[port], i + 1);
	}
	GUEST_DONE();
}

KX_CASE_WIDTHS(upcalls_follow)
{
	run(guest_upcalls);
}

/* The rest of a window reads as ones, also what an overlay has left. */
static void guest_open_bus(void)
{
	uint64_t *high = (uint64_t *)HIGH_GVA;

	kx_guest_start();
	KX_GUEST_EQ(kx_place(XENMAPSPACE_shared_info, 0, HIGH_GPA >> 12), 0);
	GUEST_ASSERT_NE(high[0], ~0ul);
	GUEST_ASSERT_EQ(high[512], ~0ul);
	GUEST_ASSERT_EQ(high[4 * 512 - 1], ~0ul);
	KX_GUEST_EQ(kx_place(XENMAPSPACE_shared_info, 0, (HIGH_GPA >> 12) + 2),
		    0);
	GUEST_ASSERT_EQ(high[0], ~0ul);
	GUEST_ASSERT_NE(high[1024], ~0ul);
	KX_GUEST_EQ(kx_remove((HIGH_GPA >> 12) + 2), 0);
	GUEST_ASSERT_EQ(high[1024], ~0ul);
	GUEST_DONE();
}

KX_CASE_WIDTHS(open_bus)
{
	run(guest_open_bus);
}

static void guest_grants(void)
{
	uint32_t frame, i;

	for (frame = 0; frame < 2; frame++) {
		for (i = 0; i < ARRAY_SIZE(places); i++) {
			volatile uint32_t *va = (uint32_t *)places[i].va;
			uint32_t want = i ? frame * 100 + i : 0;

			KX_GUEST_EQ(kx_place(XENMAPSPACE_grant_table, frame,
					     places[i].gfn), 0);
			GUEST_ASSERT_EQ(va[100], want);
			GUEST_ASSERT_EQ(va[1023], want);
			va[100] = frame * 100 + i + 1;
			va[1023] = frame * 100 + i + 1;
		}
		KX_GUEST_EQ(kx_remove(places[i - 1].gfn), 0);
	}
	/* both kept theirs apart */
	KX_GUEST_EQ(kx_place(XENMAPSPACE_grant_table, 0, places[0].gfn), 0);
	KX_GUEST_EQ(kx_place(XENMAPSPACE_grant_table, 1, places[1].gfn), 0);
	GUEST_ASSERT_EQ(((uint32_t *)places[0].va)[100], ARRAY_SIZE(places));
	GUEST_ASSERT_EQ(((uint32_t *)places[1].va)[100],
			100 + ARRAY_SIZE(places));
	GUEST_DONE();
}

KX_CASE_WIDTHS(grant_frames_move)
{
	run(guest_grants);
}

/* The last one that comes to a place drives away who was there. */
static void guest_one_place(void)
{
	kx_guest_start();
	*mark(kx_shinfo) = 4711;
	KX_GUEST_EQ(kx_place(XENMAPSPACE_shared_info, 0, places[1].gfn), 0);
	GUEST_ASSERT_EQ(*mark(places[1].va), 4711);
	KX_GUEST_EQ(kx_place(XENMAPSPACE_grant_table, 0, places[1].gfn), 0);
	GUEST_ASSERT_EQ(*mark(places[1].va), 0);
	KX_GUEST_EQ(kx_remove(places[1].gfn), 0);
	KX_GUEST_EQ(kx_remove(places[1].gfn), -ENOENT);
	KX_GUEST_EQ(kx_place(XENMAPSPACE_shared_info, 0, places[0].gfn), 0);
	GUEST_ASSERT_EQ(*mark(ram_a), 4711);

	/* the same inside RAM */
	KX_GUEST_EQ(kx_place(XENMAPSPACE_grant_table, 0, places[0].gfn), 0);
	GUEST_ASSERT_EQ(*mark(ram_a), 0);
	KX_GUEST_EQ(kx_place(XENMAPSPACE_shared_info, 0, places[2].gfn), 0);
	GUEST_ASSERT_EQ(*mark(ram_b), 4711);
	GUEST_DONE();
}

KX_CASE_WIDTHS(one_page_at_a_place)
{
	run(guest_one_place);
}

static void guest_bad(void)
{
	kx_guest_start();
	KX_GUEST_EQ(kx_place(XENMAPSPACE_shared_info, 1, places[0].gfn), -EINVAL);
	KX_GUEST_EQ(kx_place(XENMAPSPACE_grant_table, 1 << 20, places[0].gfn),
		    -EINVAL);
	KX_GUEST_EQ(kx_place(77, 0, places[0].gfn), -EINVAL);
	if (kx_width == 64) {
		KX_GUEST_EQ(kx_place(XENMAPSPACE_shared_info, 0, past_end_gfn),
			    -EINVAL);
		KX_GUEST_EQ(kx_place(XENMAPSPACE_shared_info, 0, 1ull << 52),
			    -EINVAL);
		KX_GUEST_EQ(kx_place(XENMAPSPACE_shared_info, 0, ~0ull),
			    -EINVAL);
	}

	/* nobody else's */
	KX_GUEST_EQ(kx_place_for(0, XENMAPSPACE_shared_info, 0, places[0].gfn),
		    -EPERM);
	KX_GUEST_EQ(kx_place_for(0x7000, XENMAPSPACE_shared_info, 0,
				 places[0].gfn), -ESRCH);
	KX_GUEST_EQ(kx_place_for(own_domid, XENMAPSPACE_shared_info, 0,
				 places[0].gfn), 0);

	KX_GUEST_EQ(kx_memory_op(XENMEM_add_to_physmap, KX_BAD_PTR), -EFAULT);
	KX_GUEST_EQ(kx_memory_op(XENMEM_remove_from_physmap, KX_BAD_PTR),
		    -EFAULT);
	KX_GUEST_EQ(kx_memory_op(63, ram_a), -ENOSYS);

	/* nothing is there */
	KX_GUEST_EQ(kx_remove(HIGH_GPA >> 12), -ENOENT);
	KX_GUEST_EQ(kx_place(XENMAPSPACE_shared_info, 0, HIGH_GPA >> 12), 0);
	KX_GUEST_EQ(kx_remove((HIGH_GPA >> 12) + 1), -ENOENT);
	KX_GUEST_EQ(kx_remove(HIGH_GPA >> 12), 0);
	KX_GUEST_EQ(kx_remove(HIGH_GPA >> 12), -ENOENT);
	GUEST_DONE();
}

KX_CASE_WIDTHS(bad_arguments)
{
	run(guest_bad);
}

static volatile uint32_t peer_port, peer_sent, stop;

static void guest_fires(void)
{
	KX_WAIT(peer_port);
	while (!stop) {
		KX_GUEST_EQ(kx_send(peer_port), 0);
		peer_sent++;
	}
	GUEST_DONE();
}

/* While another vCPU sends, every move keeps an event that was there. */
static void guest_moves_under_fire(void)
{
	uint32_t i, own, sent;

	kx_guest_start();
	own = kx_bind_ipi(0);
	peer_port = kx_bind_ipi(1);
	kx_port_mask(own);
	kx_port_mask(peer_port);
	KX_WAIT(peer_sent);
	for (i = 0; i < 30; i++) {
		struct place *to = &places[i % ARRAY_SIZE(places)];

		KX_GUEST_EQ(kx_send(own), 0);
		KX_GUEST_EQ(kx_place(XENMAPSPACE_shared_info, 0, to->gfn), 0);
		kx_shinfo_va = to->va;
		GUEST_ASSERT(kx_port_pending(own));
		kx_port_clear(own);
		/* two sends that began after this find the new page */
		kx_port_clear(peer_port);
		sent = peer_sent;
		KX_WAIT(peer_sent >= sent + 2);
		GUEST_ASSERT(kx_port_pending(peer_port));
	}
	stop = 1;
	GUEST_DONE();
}

KX_CASE_WIDTHS(moves_under_fire)
{
	struct kx_dom *dom = create(2, guest_moves_under_fire);
	pthread_t peer;

	kx_dom_entry(dom, 1, guest_fires);
	peer = kx_dom_start(dom, 1);
	kx_run_done(dom->vcpu[0]);
	kx_dom_join(peer);
	kx_dom_free(dom);
}

/* The account: no page stays pinned when the overlay has left RAM. */
static void guest_pins(void)
{
	KX_GUEST_EQ(kx_place(XENMAPSPACE_shared_info, 0, places[0].gfn), 0);
	GUEST_SYNC1(1);
	KX_GUEST_EQ(kx_place(XENMAPSPACE_shared_info, 0, places[1].gfn), 0);
	GUEST_SYNC1(0);
	KX_GUEST_EQ(kx_place(XENMAPSPACE_shared_info, 0, places[2].gfn), 0);
	KX_GUEST_EQ(kx_place(XENMAPSPACE_grant_table, 0, places[0].gfn), 0);
	GUEST_SYNC1(2);
	KX_GUEST_EQ(kx_remove(places[2].gfn), 0);
	KX_GUEST_EQ(kx_remove(places[0].gfn), 0);
	GUEST_SYNC1(0);
	GUEST_DONE();
}

KX_CASE(pinned_pages)
{
	struct kx_dom *dom = create(1, guest_pins);
	struct kx_domain_info info;
	uint64_t want;
	int i;

	for (i = 0; i < 4; i++) {
		want = kx_run_sync(dom->vcpu[0]);
		kx_dom_info(dom, &info);
		TEST_ASSERT(info.pinned_pages == want, "%u pinned, wanted %lu",
			    info.pinned_pages, (unsigned long)want);
	}
	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}
