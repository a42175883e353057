// SPDX-License-Identifier: GPL-2.0-only
/*
 * hvm_op: each parameter with Xen's own permissions and errno, and the other
 * operations that are built.
 */
#include "kx_test.h"

#define NONE 0x7000		/* a domid that nobody has */

static uint16_t own_domid;
static uint64_t ram_gfn, hole_gfn, tss_size;
static uint8_t page[4096] __attribute__((aligned(4096)));

static struct kx_dom *create(void *guest_code)
{
	struct kx_dom *dom = kx_dom_create(1, guest_code);

	write_guest_global(dom->vm, own_domid, dom->domid);
	write_guest_global(dom->vm, ram_gfn, kx_dom_gfn(dom, page));
	write_guest_global(dom->vm, hole_gfn, 1ull << 20);
	return dom;
}

static void run(void *guest_code)
{
	struct kx_dom *dom = create(guest_code);

	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}

/* What a guest may do with a parameter: errnos of set and get. */
struct right {
	uint32_t index;
	int set, get;
};

static const struct right rights[] = {
	{ HVM_PARAM_STORE_PFN, -EPERM, 0 },
	{ HVM_PARAM_STORE_EVTCHN, 0, 0 },
	{ HVM_PARAM_CONSOLE_PFN, -EPERM, 0 },
	{ HVM_PARAM_CONSOLE_EVTCHN, 0, 0 },
	{ HVM_PARAM_VIRIDIAN, -EPERM, -EPERM },
	{ HVM_PARAM_IOREQ_SERVER_PFN, -EPERM, -EPERM },
	{ HVM_PARAM_TIMER_MODE, -EPERM, -EPERM },
	{ HVM_PARAM_HPET_ENABLED, -EPERM, -EPERM },
	{ HVM_PARAM_IDENT_PT, -EPERM, -EPERM },
	{ HVM_PARAM_ACPI_S_STATE, -EPERM, -EPERM },
	{ HVM_PARAM_VPT_ALIGN, -EPERM, -EPERM },
	{ HVM_PARAM_NR_IOREQ_SERVER_PAGES, -EPERM, -EPERM },
	{ HVM_PARAM_PAGING_RING_PFN, -EPERM, -EPERM },
	{ HVM_PARAM_MONITOR_RING_PFN, -EPERM, -EPERM },
	{ HVM_PARAM_MCA_CAP, -EPERM, -EPERM },
	{ HVM_PARAM_VM_GENERATION_ID_ADDR, 0, 0 },
	{ HVM_PARAM_ALTP2M, -EPERM, 0 },
	{ 4 /* PAE_ENABLED */, -EINVAL, -EINVAL },
	{ 13 /* DM_DOMAIN */, -EINVAL, -EINVAL },
	{ KX_PARAM_MEMORY_EVENT_CR0, -EINVAL, -EINVAL },
	{ KX_PARAM_MEMORY_EVENT_MSR, -EINVAL, -EINVAL },
	{ KX_PARAM_NESTEDHVM, -EINVAL, -EINVAL },
	{ KX_PARAM_BUFIOREQ_EVTCHN, -EINVAL, -EINVAL },
	{ HVM_NR_PARAMS, -EINVAL, -EINVAL },
	{ ~0u, -EINVAL, -EINVAL },
};

static void guest_rights(void)
{
	uint64_t value;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rights); i++) {
		const struct right *r = &rights[i];

		if (!r->get) {
			KX_GUEST_EQ(kx_get_param(r->index, &value), 0);
			GUEST_ASSERT_EQ(value, 0);
		}
		KX_GUEST_EQ(kx_set_param(r->index, i + 5), r->set);
		KX_GUEST_EQ(kx_get_param(r->index, &value), r->get);
		if (!r->get)
			GUEST_ASSERT_EQ(value, r->set ? 0 : i + 5);
	}
	GUEST_DONE();
}

KX_CASE_WIDTHS(rights)
{
	run(guest_rights);
}

static void guest_values(void)
{
	uint64_t value;

	KX_GUEST_EQ(kx_set_param(HVM_PARAM_ACPI_IOPORTS_LOCATION, 1), 0);
	KX_GUEST_EQ(kx_set_param(HVM_PARAM_ACPI_IOPORTS_LOCATION, 2), -EINVAL);
	KX_GUEST_EQ(kx_get_param(HVM_PARAM_ACPI_IOPORTS_LOCATION, &value), 0);
	GUEST_ASSERT_EQ(value, 1);

	KX_GUEST_EQ(kx_set_param(HVM_PARAM_X87_FIP_WIDTH, 4), 0);
	KX_GUEST_EQ(kx_set_param(HVM_PARAM_X87_FIP_WIDTH, 5), -EINVAL);
	KX_GUEST_EQ(kx_get_param(HVM_PARAM_X87_FIP_WIDTH, &value), 0);
	GUEST_ASSERT_EQ(value, 4);

	KX_GUEST_EQ(kx_set_param(HVM_PARAM_VM86_TSS, 0xfeffd000), 0);
	KX_GUEST_EQ(kx_get_param(HVM_PARAM_VM86_TSS, &value), 0);
	GUEST_ASSERT_EQ(value, 0xfeffd000);
	KX_GUEST_EQ(kx_set_param(HVM_PARAM_VM86_TSS_SIZED,
				 128ull << 32 | 0xfeffc000), 0);
	KX_GUEST_EQ(kx_get_param(HVM_PARAM_VM86_TSS_SIZED, &value), 0);
	GUEST_ASSERT_EQ(value, 128ull << 32 | 0xfeffc000);

	/* the callback, of whatever kind */
	KX_GUEST_EQ(kx_set_param(HVM_PARAM_CALLBACK_IRQ, 2ull << 56 | 0x40), 0);
	KX_GUEST_EQ(kx_get_param(HVM_PARAM_CALLBACK_IRQ, &value), 0);
	GUEST_ASSERT_EQ(value, 2ull << 56 | 0x40);
	GUEST_DONE();
}

KX_CASE_WIDTHS(values)
{
	struct kx_dom *dom = create(guest_values);
	struct kx_domain_info info;

	kx_run_done(dom->vcpu[0]);
	kx_dom_info(dom, &info);
	TEST_ASSERT(info.callback_via == (2ull << 56 | 0x40), "via %#lx",
		    (unsigned long)info.callback_via);
	TEST_ASSERT(info.width == kx_width, "width %u", info.width);
	kx_dom_free(dom);
}

static long param_of(uint32_t op, uint16_t domid)
{
	struct xen_hvm_param arg = {
		.domid = domid, .index = HVM_PARAM_STORE_EVTCHN,
	};

	return kx_hvm_op(op, &arg);
}

static void guest_domids(void)
{
	KX_GUEST_EQ(param_of(HVMOP_set_param, own_domid), 0);
	KX_GUEST_EQ(param_of(HVMOP_get_param, own_domid), 0);
	/* the host is no HVM guest, others are not there */
	KX_GUEST_EQ(param_of(HVMOP_set_param, 0), -EINVAL);
	KX_GUEST_EQ(param_of(HVMOP_get_param, 0), -EINVAL);
	KX_GUEST_EQ(param_of(HVMOP_set_param, NONE), -ESRCH);
	KX_GUEST_EQ(param_of(HVMOP_get_param, NONE), -ESRCH);
	KX_GUEST_EQ(kx_hvm_op(HVMOP_set_param, KX_BAD_PTR), -EFAULT);
	KX_GUEST_EQ(kx_hvm_op(HVMOP_get_param, KX_BAD_PTR), -EFAULT);
	KX_GUEST_EQ(kx_hvm_op(99, page), -ENOSYS);
	KX_GUEST_EQ(kx_hvm_op(~0u, page), -ENOSYS);
	GUEST_DONE();
}

KX_CASE_WIDTHS(domids_and_pointers)
{
	run(guest_domids);
}

/* Xen crashes a guest that gives it too small a TSS. */
static void guest_bad_tss(void)
{
	kx_set_param(HVM_PARAM_VM86_TSS_SIZED, tss_size << 32 | 0xfeffd000);
	GUEST_DONE();
}

KX_CASE_WIDTHS(small_tss_crashes)
{
	struct kx_dom *dom = create(guest_bad_tss);
	struct kx_domain_info info;

	write_guest_global(dom->vm, tss_size, 103);
	vcpu_run(dom->vcpu[0]);
	TEST_ASSERT_KVM_EXIT_REASON(dom->vcpu[0], KVM_EXIT_SYSTEM_EVENT);
	TEST_ASSERT_EQ(dom->vcpu[0]->run->system_event.type,
		       KVM_SYSTEM_EVENT_CRASH);
	kx_dom_info(dom, &info);
	TEST_ASSERT(info.flags & KX_INFO_SHUTDOWN &&
		    info.shutdown_reason == SHUTDOWN_crash, "no crash");
	kx_dom_free(dom);
}

static long mem_type(uint16_t domid, uint64_t gfn, uint16_t *type)
{
	struct xen_hvm_get_mem_type arg = { .domid = domid, .pfn = gfn };
	long ret = kx_hvm_op(HVMOP_get_mem_type, &arg);

	*type = arg.mem_type;
	return ret;
}

static void guest_mem_type(void)
{
	uint16_t type;

	KX_GUEST_EQ(mem_type(DOMID_SELF, ram_gfn, &type), 0);
	GUEST_ASSERT_EQ(type, HVMMEM_ram_rw);
	KX_GUEST_EQ(mem_type(own_domid, hole_gfn, &type), 0);
	GUEST_ASSERT_EQ(type, HVMMEM_mmio_dm);
	KX_GUEST_EQ(mem_type(0, ram_gfn, &type), -EPERM);
	KX_GUEST_EQ(mem_type(NONE, ram_gfn, &type), -ESRCH);
	KX_GUEST_EQ(kx_hvm_op(HVMOP_get_mem_type, KX_BAD_PTR), -EFAULT);
	GUEST_DONE();
}

KX_CASE_WIDTHS(get_mem_type)
{
	run(guest_mem_type);
}

static void guest_get_time(void)
{
	struct kx_hvm_get_time arg = {};
	uint64_t before, after;

	kx_guest_start();
	before = kx_time_ns();
	KX_GUEST_EQ(kx_hvm_op(KX_HVMOP_get_time, &arg), 0);
	after = kx_time_ns();
	GUEST_ASSERT(before <= arg.now && arg.now <= after);
	KX_GUEST_EQ(kx_hvm_op(KX_HVMOP_get_time, KX_BAD_PTR), -EFAULT);
	GUEST_DONE();
}

KX_CASE_WIDTHS(get_time)
{
	run(guest_get_time);
}

static void guest_rest(void)
{
	struct xen_hvm_pagetable_dying dying = { .domid = DOMID_SELF };
	struct kx_hvm_xentrace trace = { .event = 1 };

	KX_GUEST_EQ(kx_hvm_op(HVMOP_pagetable_dying, &dying), -EINVAL);
	dying.domid = 0;
	KX_GUEST_EQ(kx_hvm_op(HVMOP_pagetable_dying, &dying), -EOPNOTSUPP);
	dying.domid = NONE;
	KX_GUEST_EQ(kx_hvm_op(HVMOP_pagetable_dying, &dying), -ESRCH);
	KX_GUEST_EQ(kx_hvm_op(HVMOP_pagetable_dying, KX_BAD_PTR), -EFAULT);

	KX_GUEST_EQ(kx_hvm_op(KX_HVMOP_xentrace, &trace), 0);
	trace.extra_bytes = sizeof(trace.extra) + 1;
	KX_GUEST_EQ(kx_hvm_op(KX_HVMOP_xentrace, &trace), -EINVAL);
	trace.extra_bytes = 0;
	trace.event = 1 << KX_TRC_SUBCLS_SHIFT;
	KX_GUEST_EQ(kx_hvm_op(KX_HVMOP_xentrace, &trace), -EINVAL);
	KX_GUEST_EQ(kx_hvm_op(KX_HVMOP_xentrace, KX_BAD_PTR), -EFAULT);

	KX_GUEST_EQ(kx_hvm_op(KX_HVMOP_guest_request_vm_event, 0), 0);
	KX_GUEST_EQ(kx_hvm_op(KX_HVMOP_guest_request_vm_event, page), -EINVAL);
	KX_GUEST_EQ(kx_hvm_op(KX_HVMOP_altp2m, page), -EOPNOTSUPP);
	GUEST_DONE();
}

KX_CASE_WIDTHS(other_operations)
{
	run(guest_rest);
}
