// SPDX-License-Identifier: GPL-2.0-only
/* XENMEM_memory_map: the VM's RAM, sorted, adjoining memslots as one. */
#include "kx_test.h"

#define MAX_RANGES 16
#define GIB (1024 * 1024 * 1024ull)
#define PAGES 16

static struct kx_e820_entry map[MAX_RANGES + 1], want[MAX_RANGES];
static uint32_t nr_want;

static long memory_map(const void *buffer, uint32_t *nr)
{
	struct xen_memory_map op = { .nr_entries = *nr };
	struct kx_compat_memory_map op32 = {
		.nr_entries = *nr, .buffer = (unsigned long)buffer,
	};
	long ret;

	op.buffer.p = (void *)buffer;
	ret = kx_memory_op(XENMEM_memory_map,
			   kx_width == 32 ? (void *)&op32 : &op);
	*nr = kx_width == 32 ? op32.nr_entries : op.nr_entries;
	return ret;
}

static void check(uint32_t nr)
{
	uint32_t i;

	for (i = 0; i < nr; i++) {
		GUEST_ASSERT_EQ(map[i].addr, want[i].addr);
		GUEST_ASSERT_EQ(map[i].size, want[i].size);
		GUEST_ASSERT_EQ(map[i].type, 1);
	}
}

static void guest_map(void)
{
	uint32_t nr = MAX_RANGES;

	memset(map, 0x5a, sizeof(map));
	KX_GUEST_EQ(memory_map(map, &nr), 0);
	GUEST_ASSERT_EQ(nr, nr_want);
	check(nr);
	GUEST_ASSERT_EQ(map[nr].type, 0x5a5a5a5a);

	/* a window is no RAM */
	KX_GUEST_EQ(kx_place(XENMAPSPACE_shared_info, 0, 32 * GIB >> 12), 0);
	nr = MAX_RANGES;
	KX_GUEST_EQ(memory_map(map, &nr), 0);
	GUEST_ASSERT_EQ(nr, nr_want);
	check(nr);

	/* too little room: what fits */
	memset(map, 0x5a, sizeof(map));
	nr = 1;
	KX_GUEST_EQ(memory_map(map, &nr), 0);
	GUEST_ASSERT_EQ(nr, 1);
	check(1);
	GUEST_ASSERT_EQ(map[1].type, 0x5a5a5a5a);
	nr = 0;
	KX_GUEST_EQ(memory_map(map, &nr), 0);
	GUEST_ASSERT_EQ(nr, 0);

	nr = MAX_RANGES;
	KX_GUEST_EQ(memory_map((void *)KX_BAD_PTR, &nr), -EFAULT);
	KX_GUEST_EQ(kx_memory_op(XENMEM_memory_map, KX_BAD_PTR), -EFAULT);
	GUEST_DONE();
}

static void expect(uint64_t addr, uint64_t size)
{
	want[nr_want++] = (struct kx_e820_entry){ .addr = addr, .size = size };
}

static void add(struct kx_dom *dom, uint32_t slot, uint64_t gpa, uint32_t flags)
{
	vm_userspace_mem_region_add(dom->vm, VM_MEM_SRC_ANONYMOUS, gpa, slot,
				    PAGES, flags);
}

KX_CASE_WIDTHS(ram)
{
	struct kx_dom *dom = kx_dom_create(1, guest_map);
	struct userspace_mem_region *r = memslot2region(dom->vm, 0);

	expect(r->region.guest_phys_addr, r->region.memory_size);
	/* three in the wrong order, two of them adjoin; one is no RAM */
	add(dom, 10, 3 * GIB, 0);
	add(dom, 11, 5 * GIB, 0);
	add(dom, 12, 3 * GIB - PAGES * 4096, 0);
	add(dom, 13, 6 * GIB, KVM_MEM_READONLY);
	expect(3 * GIB - PAGES * 4096, 2 * PAGES * 4096);
	expect(5 * GIB, PAGES * 4096);
	sync_global_to_guest(dom->vm, want);
	sync_global_to_guest(dom->vm, nr_want);
	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}
