// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPUID leaves 0x40000000 to 5, and 0x100 above where Hyper-V has the
 * first ones. See arch-x86/cpuid.h of Xen's public headers.
 */
#include "kx_test.h"
#ifdef UCALL_BUFFER_LEN
#include "hyperv.h"
#endif

#include <xen/arch-x86/cpuid.h>

#define BASE 0x40000000
#define HYPERV_BASE 0x40000100
#define HYPERV_MSR 0x40000200
#define MSR_PAGE 0x40000000

struct leaf {
	uint32_t eax, ebx, ecx, edx;
};

static struct leaf leaf(uint32_t nr, uint32_t sub)
{
	struct leaf l = { .eax = nr, .ecx = sub };

	asm volatile("cpuid"
		     : "+a"(l.eax), "=b"(l.ebx), "+c"(l.ecx), "=d"(l.edx));
	return l;
}

static bool signed_by_xen(uint32_t base)
{
	struct leaf l = leaf(base, 0);

	return l.ebx == XEN_CPUID_SIGNATURE_EBX &&
	       l.ecx == XEN_CPUID_SIGNATURE_ECX &&
	       l.edx == XEN_CPUID_SIGNATURE_EDX;
}

static uint32_t want_base, want_msr, want_id, want_domid, want_khz;

static void guest_leaves(void)
{
	struct leaf l;

	GUEST_ASSERT(signed_by_xen(want_base));
	GUEST_ASSERT(leaf(want_base, 0).eax >= want_base + 4);
	GUEST_ASSERT_EQ(leaf(want_base + 1, 0).eax, 4 << 16 | 17);

	l = leaf(want_base + 2, 0);
	GUEST_ASSERT_EQ(l.eax, 1);		/* one hypercall page */
	GUEST_ASSERT_EQ(l.ebx, want_msr);

	l = leaf(want_base + 3, 0);
	GUEST_ASSERT_EQ(l.ecx, want_khz);
	l = leaf(want_base + 3, 2);
	GUEST_ASSERT_NE(l.eax, 0);		/* the host's kHz */

	l = leaf(want_base + 4, 0);
	GUEST_ASSERT(l.eax & XEN_HVM_CPUID_VCPU_ID_PRESENT);
	GUEST_ASSERT_EQ(l.ebx, want_id);
	GUEST_ASSERT(l.eax & XEN_HVM_CPUID_DOMID_PRESENT);
	GUEST_ASSERT_EQ(l.ecx, want_domid);
	GUEST_DONE();
}

static void expect(struct kx_dom *dom, uint32_t base, uint32_t msr, uint32_t id)
{
	write_guest_global(dom->vm, want_base, base);
	write_guest_global(dom->vm, want_msr, msr);
	write_guest_global(dom->vm, want_id, id);
	write_guest_global(dom->vm, want_domid, dom->domid);
	write_guest_global(dom->vm, want_khz,
			   (uint32_t)__vcpu_ioctl(dom->vcpu[0], KVM_GET_TSC_KHZ,
						  NULL));
}

KX_CASE(leaves)
{
	struct kx_dom *dom = kx_dom_create(2, guest_leaves);

	expect(dom, BASE, MSR_PAGE, 0);
	kx_run_done(dom->vcpu[0]);
	write_guest_global(dom->vm, want_id, 1);
	kx_run_done(dom->vcpu[1]);
	kx_dom_free(dom);
}

KX_CASE(chosen_vcpu_id)
{
	struct kx_dom *dom = kx_dom_create(2, guest_leaves);
	struct kx_vcpu_id id = { .vcpu_idx = 1, .xen_id = 7 };

	TEST_ASSERT(!ioctl(dom->fd, KX_VCPU_SET_ID, &id), "KX_VCPU_SET_ID");
	expect(dom, BASE, MSR_PAGE, 7);
	kx_run_done(dom->vcpu[1]);
	kx_dom_free(dom);
}

/* The multiplier and the shift are those of vcpu_info. */
static void guest_time_leaf(void)
{
	struct kx_compat_vcpu_time_info *t;
	struct leaf l;

	kx_guest_start();
	t = (void *)kx_vcpu_info(0) + 32;
	KX_WAIT(t->version && !(t->version & 1));
	l = leaf(BASE + 3, 1);
	GUEST_ASSERT_EQ(l.ecx, t->tsc_to_system_mul);
	GUEST_ASSERT_EQ((int8_t)l.edx, t->tsc_shift);
	GUEST_DONE();
}

KX_CASE(time_leaf)
{
	kx_dom_run(guest_time_leaf);
}

/* Beyond the leaves there is nothing of ours. */
static void guest_beyond(void)
{
	uint32_t max = leaf(BASE, 0).eax, i;

	GUEST_ASSERT(max >= BASE + 4 && max < BASE + 0x100);
	for (i = 1; i < 4; i++)
		GUEST_ASSERT(!signed_by_xen(BASE + i * 0x100));
	GUEST_ASSERT_NE(leaf(0, 0).ebx, XEN_CPUID_SIGNATURE_EBX);
	GUEST_ASSERT_NE(leaf(max + 1, 0).eax, 4 << 16 | 17);
	GUEST_DONE();
}

KX_CASE(nothing_beyond)
{
	kx_dom_run(guest_beyond);
}

static uint8_t page[4096] __attribute__((aligned(4096)));
static uint64_t page_gpa;

static void guest_hyperv(void)
{
	GUEST_ASSERT(!signed_by_xen(BASE));
	GUEST_ASSERT(signed_by_xen(HYPERV_BASE));
	/* the page's MSR has moved with the leaves */
	GUEST_ASSERT_EQ(wrmsr_safe(HYPERV_MSR, page_gpa), 0);
	KX_GUEST_EQ(kx_hypercall_page(page, __HYPERVISOR_xen_version,
				      XENVER_version, 0), 4 << 16 | 17);
	guest_leaves();
}

KX_CASE(above_hyperv)
{
	struct kx_dom *dom = kx_dom_create(1, guest_hyperv);

	vcpu_set_hv_cpuid(dom->vcpu[0]);
	expect(dom, HYPERV_BASE, HYPERV_MSR, 0);
	write_guest_global(dom->vm, page_gpa, kx_dom_gfn(dom, page) << 12);
	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}

static void guest_no_domain(void)
{
	GUEST_ASSERT(!signed_by_xen(BASE));
	GUEST_ASSERT(!signed_by_xen(HYPERV_BASE));
	GUEST_DONE();
}

KX_CASE(not_for_other_vms)
{
	struct kx_dom *dom = kx_dom_create(1, guest_beyond);
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = vm_create_with_one_vcpu(&vcpu, guest_no_domain);

	kx_guest_init(vm);
	kx_vcpu_init(vcpu);
	kx_run_done(vcpu);
	kx_run_done(dom->vcpu[0]);
}
