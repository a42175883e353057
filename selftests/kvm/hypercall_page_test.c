// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hypercall page: MSR 0x40000000 fills a page of the guest with an entry
 * of 32 bytes for each hypercall, and latches the guest's width.
 */
#include "kx_test.h"

#define MSR_PAGE 0x40000000
#define ENTRY_BYTES 32
#define FILL 0x5a
#define NR_ENTRIES (4096 / ENTRY_BYTES)
#define XEN_4_17 (4 << 16 | 17)

static uint8_t page[4096] __attribute__((aligned(4096)));
static uint64_t page_gpa, hole_gpa;
static struct kx_gprs32 regs32;

static struct kx_dom *create(void *guest_code)
{
	struct kx_dom *dom = kx_dom_create(1, guest_code);

	write_guest_global(dom->vm, page_gpa, kx_dom_gfn(dom, page) << 12);
	write_guest_global(dom->vm, hole_gpa,
			   dom->vm->max_gfn << 12 & ~0xffffffull);
	return dom;
}

static void run(void *guest_code, uint8_t width)
{
	struct kx_dom *dom = create(guest_code);
	struct kx_domain_info info;

	kx_run_done(dom->vcpu[0]);
	kx_dom_info(dom, &info);
	TEST_ASSERT(info.width == width, "width %u latched, wanted %u",
		    info.width, width);
	kx_dom_free(dom);
}

static void guest_runs_64(void)
{
	unsigned int nr;

	GUEST_ASSERT_EQ(wrmsr_safe(MSR_PAGE, page_gpa), 0);
	KX_GUEST_EQ(kx_hypercall_page(page, __HYPERVISOR_xen_version,
				      XENVER_version, 0), XEN_4_17);
	KX_GUEST_EQ(kx_hypercall_page(page, __HYPERVISOR_xen_version,
				      XENVER_pagesize, 0), 4096);
	/* each entry makes its own call: none of these exists */
	for (nr = 50; nr < NR_ENTRIES; nr++)
		KX_GUEST_EQ(kx_hypercall_page(page, nr, 0, 0), -ENOSYS);
	GUEST_DONE();
}

KX_CASE(runs_64)
{
	run(guest_runs_64, 64);
}

static void wrmsr32(uint32_t msr, uint64_t val)
{
	regs32 = (struct kx_gprs32){
		.eax = val, .edx = val >> 32, .ecx = msr,
		.entry = (uint64_t)kx_wrmsr32,
	};
	kx_hypercall_gprs32(&regs32);
}

static uint32_t page_call32(uint32_t nr, uint32_t a1, uint32_t a2)
{
	regs32 = (struct kx_gprs32){
		.ebx = a1, .ecx = a2, .entry = (uint64_t)page + nr * ENTRY_BYTES,
	};
	kx_hypercall_gprs32(&regs32);
	return regs32.eax;
}

static void guest_runs_32(void)
{
	kx_guest_segments();
	wrmsr32(MSR_PAGE, page_gpa);
	GUEST_ASSERT_EQ(page_call32(__HYPERVISOR_xen_version, XENVER_version,
				    0), XEN_4_17);
	GUEST_ASSERT_EQ(page_call32(__HYPERVISOR_xen_version, XENVER_pagesize,
				    0), 4096);
	GUEST_ASSERT_EQ(page_call32(60, 0, 0), (uint32_t)-ENOSYS);
	GUEST_DONE();
}

KX_CASE(runs_32)
{
	run(guest_runs_32, 32);
}

static void guest_fills(void)
{
	unsigned int nr;

	memset(page, FILL, sizeof(page));
	GUEST_ASSERT_EQ(wrmsr_safe(MSR_PAGE, page_gpa), 0);
	for (nr = 0; nr < NR_ENTRIES; nr++) {
		uint8_t *entry = page + nr * ENTRY_BYTES;

		if (nr == __HYPERVISOR_iret)
			continue;
		GUEST_ASSERT_EQ(entry[0], 0xb8);	/* MOV to EAX */
		GUEST_ASSERT_EQ(entry[1], nr);
		GUEST_ASSERT_EQ(entry[5], 0x0f);
		GUEST_ASSERT_EQ(entry[6], 0x01);
		GUEST_ASSERT_EQ(entry[7], kx_use_vmmcall ? 0xd9 : 0xc1);
		GUEST_ASSERT_EQ(entry[8], 0xc3);	/* RET */
		GUEST_ASSERT_NE(entry[ENTRY_BYTES - 1], FILL);
	}
	GUEST_DONE();
}

KX_CASE(fills_the_whole_page)
{
	run(guest_fills, 64);
}

static volatile uint32_t nr_traps;

static void on_ud(struct ex_regs *regs)
{
	nr_traps++;
	regs->rip = (uint64_t)page + 8;		/* a RET */
}

static void guest_iret(void)
{
	GUEST_ASSERT_EQ(wrmsr_safe(MSR_PAGE, page_gpa), 0);
	kx_hypercall_page(page, __HYPERVISOR_iret, 0, 0);
	GUEST_ASSERT_EQ(nr_traps, 1);
	GUEST_DONE();
}

KX_CASE(iret_traps)
{
	struct kx_dom *dom = create(guest_iret);

	vm_install_exception_handler(dom->vm, UD_VECTOR, on_ud);
	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}

static void guest_bad_values(void)
{
	unsigned int bit;

	memset(page, FILL, sizeof(page));
	for (bit = 0; bit < 12; bit++)
		GUEST_ASSERT_EQ(wrmsr_safe(MSR_PAGE, page_gpa | 1ul << bit),
				GP_VECTOR);
	GUEST_ASSERT_EQ(wrmsr_safe(MSR_PAGE, hole_gpa), GP_VECTOR);
	GUEST_ASSERT_EQ(wrmsr_safe(MSR_PAGE, 1ul << 62), GP_VECTOR);
	GUEST_ASSERT_EQ(page[0], FILL);
	GUEST_ASSERT_EQ(page[4095], FILL);
	GUEST_DONE();
}

KX_CASE(bad_values_get_gp)
{
	run(guest_bad_values, 64);
}

static void guest_rdmsr(void)
{
	uint64_t val = ~0ul;

	GUEST_ASSERT_EQ(wrmsr_safe(MSR_PAGE, page_gpa), 0);
	GUEST_ASSERT_EQ(rdmsr_safe(MSR_PAGE, &val), 0);
	GUEST_ASSERT_EQ(val, 0);
	GUEST_DONE();
}

KX_CASE(reads_as_zero)
{
	run(guest_rdmsr, 64);
}

/* A VM that is no domain is left alone beside one that is. */
static void guest_no_domain(void)
{
	GUEST_ASSERT_EQ(wrmsr_safe(MSR_PAGE, page_gpa), GP_VECTOR);
	GUEST_ASSERT_NE(kx_hypercall1(__HYPERVISOR_xen_version,
				      XENVER_version), XEN_4_17);
	GUEST_DONE();
}

KX_CASE(not_for_other_vms)
{
	struct kx_dom *dom = create(guest_rdmsr);
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = vm_create_with_one_vcpu(&vcpu, guest_no_domain);

	kx_guest_init(vm);
	kx_vcpu_init(vcpu);
	write_guest_global(vm, page_gpa, addr_gva2gpa(vm, (vm_vaddr_t)page));
	kx_run_done(vcpu);
	kx_run_done(dom->vcpu[0]);
}
