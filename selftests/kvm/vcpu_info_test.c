// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcpu_info: in shared_info, and where VCPUOP_register_vcpu_info puts it. After
 * a registration everything is pending, so that no event is lost.
 */
#include "kx_test.h"

#define VI_BYTES 64
#define VI_TIME 32

static uint8_t page[4096] __attribute__((aligned(4096)));
static uint64_t page_gfn, hole_gfn;

static struct kx_dom *create(uint32_t nr_vcpus, void *guest_code)
{
	struct kx_dom *dom = kx_dom_create(nr_vcpus, guest_code);

	write_guest_global(dom->vm, page_gfn, kx_dom_gfn(dom, page));
	write_guest_global(dom->vm, hole_gfn, 0x100000000ull >> 12);
	return dom;
}

static void run(void *guest_code)
{
	struct kx_dom *dom = create(1, guest_code);

	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}

static long enroll(uint32_t vcpu, uint64_t gfn, uint32_t offset)
{
	struct vcpu_register_vcpu_info op = { .mfn = gfn, .offset = offset };

	return kx_vcpu_op(VCPUOP_register_vcpu_info, vcpu, &op);
}

static bool all_selected(void *info)
{
	return kx_pending_sel(info)[0] == ~0u &&
	       (kx_width == 32 || kx_pending_sel(info)[1] == ~0u);
}

static void guest_in_shared_info(void)
{
	long port;

	kx_guest_start();
	port = kx_bind_ipi(0);
	KX_GUEST_EQ(kx_send(port), 0);
	GUEST_ASSERT_EQ(kx_shinfo[0], 1);
	GUEST_ASSERT_EQ(*kx_pending_sel(kx_shinfo), 1);
	kx_take_upcalls();
	GUEST_ASSERT_EQ(kx_upcalls[0], 1);
	GUEST_DONE();
}

KX_CASE_WIDTHS(in_shared_info)
{
	run(guest_in_shared_info);
}

static void guest_registers(void)
{
	uint32_t offset = 0x340;
	uint8_t *info = page + offset;
	long port;

	kx_guest_start();
	port = kx_bind_ipi(0);
	memset(page, 0x5a, sizeof(page));
	KX_GUEST_EQ(enroll(0, page_gfn, offset), 0);
	kx_use_vcpu_info(0, info);
	GUEST_ASSERT_EQ(info[-1], 0x5a);
	GUEST_ASSERT_EQ(info[VI_BYTES], 0x5a);

	/* all is pending now, and the upcall comes */
	GUEST_ASSERT_EQ(*kx_upcall_pending(info), 1);
	GUEST_ASSERT(all_selected(info));
	kx_take_upcalls();
	GUEST_ASSERT_EQ(kx_upcalls[0], 1);
	GUEST_ASSERT_EQ(kx_events[port], 0);

	/* events go to the new place, and not to the old one */
	kx_shinfo[0] = 0;
	*kx_pending_sel(kx_shinfo) = 0;
	KX_GUEST_EQ(kx_send(port), 0);
	GUEST_ASSERT_EQ(*kx_upcall_pending(info), 1);
	GUEST_ASSERT_EQ(*kx_pending_sel(info), 1);
	GUEST_ASSERT_EQ(kx_shinfo[0], 0);
	GUEST_ASSERT_EQ(*kx_pending_sel(kx_shinfo), 0);
	kx_take_upcalls();
	GUEST_ASSERT_EQ(kx_upcalls[0], 2);
	GUEST_ASSERT_EQ(kx_events[port], 1);

	/* the clock runs there */
	GUEST_ASSERT(*(uint32_t *)(info + VI_TIME) >= 2);
	GUEST_ASSERT(kx_time_of(info + VI_TIME) > 0);

	/* once only */
	KX_GUEST_EQ(enroll(0, page_gfn, offset), -EINVAL);
	KX_GUEST_EQ(enroll(0, page_gfn, offset + VI_BYTES), -EINVAL);
	GUEST_DONE();
}

KX_CASE_WIDTHS(registered)
{
	run(guest_registers);
}

/* What was there before moves along: upcall mask, cr2, a pending event. */
static void guest_keeps(void)
{
	long port;

	kx_guest_start();
	port = kx_bind_ipi(0);
	KX_GUEST_EQ(kx_send(port), 0);
	kx_shinfo[1] = 1;
	kx_shinfo[16] = 0x77;
	KX_GUEST_EQ(enroll(0, page_gfn, 0), 0);
	kx_use_vcpu_info(0, page);
	GUEST_ASSERT_EQ(page[1], 1);
	GUEST_ASSERT_EQ(page[16], 0x77);
	kx_take_upcalls();
	GUEST_ASSERT_EQ(kx_events[port], 1);
	GUEST_DONE();
}

KX_CASE_WIDTHS(content_moves_along)
{
	run(guest_keeps);
}

static void guest_bad(void)
{
	uint32_t align = kx_width == 32 ? 4 : 8, offset;

	kx_guest_start();
	for (offset = 1; offset < align; offset++)
		KX_GUEST_EQ(enroll(0, page_gfn, offset), -ENXIO);
	for (offset = 4096 - VI_BYTES + align; offset < 4096; offset += align)
		KX_GUEST_EQ(enroll(0, page_gfn, offset), -ENXIO);
	KX_GUEST_EQ(enroll(0, page_gfn, 4096), -ENXIO);
	KX_GUEST_EQ(enroll(0, page_gfn, ~0u & -align), -ENXIO);
	KX_GUEST_EQ(enroll(0, hole_gfn, 0), -EINVAL);
	KX_GUEST_EQ(enroll(0, ~0ull, 0), -EINVAL);
	KX_GUEST_EQ(enroll(1, page_gfn, 0), -ENOENT);
	KX_GUEST_EQ(enroll(~0u, page_gfn, 0), -ENOENT);
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_register_vcpu_info, 0, KX_BAD_PTR),
		    -EFAULT);
	KX_GUEST_EQ(kx_vcpu_op(99, 0, page), -ENOSYS);
	KX_GUEST_EQ(kx_vcpu_op(99, 1, page), -ENOENT);

	/* none of them did anything; the last place that fits is good */
	KX_GUEST_EQ(enroll(0, page_gfn, 4096 - VI_BYTES), 0);
	kx_use_vcpu_info(0, page + 4096 - VI_BYTES);
	kx_take_upcalls();
	GUEST_ASSERT_EQ(kx_upcalls[0], 1);
	GUEST_DONE();
}

KX_CASE_WIDTHS(bad_arguments)
{
	run(guest_bad);
}

/* Four bytes are enough for a 32-bit guest. */
static void guest_aligned_to_4(void)
{
	long port;

	kx_guest_start();
	port = kx_bind_ipi(0);
	KX_GUEST_EQ(enroll(0, page_gfn, 0x104), 0);
	kx_use_vcpu_info(0, page + 0x104);
	kx_take_upcalls();
	KX_GUEST_EQ(kx_send(port), 0);
	kx_take_upcalls();
	GUEST_ASSERT_EQ(kx_upcalls[0], 2);
	GUEST_ASSERT_EQ(kx_events[port], 1);
	GUEST_ASSERT(kx_time_of(page + 0x104 + VI_TIME) > 0);
	GUEST_DONE();
}

KX_CASE(aligned_to_4_bytes_32)
{
	kx_width = 32;
	run(guest_aligned_to_4);
}

static volatile uint32_t stop, peer_up;

static void guest_peer(void)
{
	/* the width of this call is what makes it a Xen vCPU that is up */
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_is_up, 1, 0), 1);
	peer_up = 1;
	KX_WAIT(stop);
	GUEST_ASSERT(kx_upcalls[1] >= 1);
	GUEST_DONE();
}

/* vCPU 0 registers for one that has not run, as Linux does; not for a running. */
static void guest_for_others(void)
{
	kx_guest_start();
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_is_up, 0, 0), 1);
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_is_up, 1, 0), 0);
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_is_up, 3, 0), -ENOENT);
	KX_GUEST_EQ(enroll(1, page_gfn, 0x40), 0);
	kx_use_vcpu_info(1, page + 0x40);
	GUEST_ASSERT_EQ(page[0x40], 1);
	GUEST_ASSERT(all_selected(page + 0x40));
	KX_GUEST_EQ(enroll(1, page_gfn, 0x80), -EINVAL);
	GUEST_SYNC1(1);
	KX_WAIT(peer_up);
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_is_up, 1, 0), 1);
	stop = 1;
	GUEST_DONE();
}

KX_CASE_WIDTHS(of_a_vcpu_that_is_down)
{
	struct kx_dom *dom = create(3, guest_for_others);
	pthread_t peer;

	kx_dom_entry(dom, 1, guest_peer);
	TEST_ASSERT_EQ(kx_run_sync(dom->vcpu[0]), 1);
	peer = kx_dom_start(dom, 1);
	kx_run_done(dom->vcpu[0]);
	kx_dom_join(peer);
	kx_dom_free(dom);
}

static void guest_busy_peer(void)
{
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_is_up, 1, 0), 1);
	peer_up = 1;
	KX_WAIT(stop);
	/* itself it can */
	KX_GUEST_EQ(enroll(1, page_gfn, 0x40), 0);
	GUEST_ASSERT_EQ(page[0x40], 1);
	GUEST_DONE();
}

static void guest_of_running(void)
{
	kx_guest_start();
	GUEST_SYNC1(1);
	KX_WAIT(peer_up);
	KX_GUEST_EQ(enroll(1, page_gfn, 0x40), -EINVAL);
	stop = 1;
	GUEST_DONE();
}

KX_CASE_WIDTHS(of_a_vcpu_that_is_up)
{
	struct kx_dom *dom = create(2, guest_of_running);
	pthread_t peer;

	kx_dom_entry(dom, 1, guest_busy_peer);
	TEST_ASSERT_EQ(kx_run_sync(dom->vcpu[0]), 1);
	peer = kx_dom_start(dom, 1);
	kx_run_done(dom->vcpu[0]);
	kx_dom_join(peer);
	kx_dom_free(dom);
}
