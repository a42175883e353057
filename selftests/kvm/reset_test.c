// SPDX-License-Identifier: GPL-2.0-only
/*
 * KX_RESET: a guest that starts again in the same VM finds the domain as new.
 */
#include "kx_test.h"

#define MS 1000000ull

static uint8_t info_page[4096] __attribute__((aligned(4096)));
static uint8_t time_area[64], runstate[64];
static uint64_t info_gfn;
static uint32_t with_shutdown;

/* Everything that a guest can leave behind. */
static void guest_life(void)
{
	struct vcpu_register_vcpu_info op = { .mfn = info_gfn };
	struct vcpu_register_time_memory_area ta = {
		.addr.p = (unsigned long)time_area,
	};
	struct vcpu_register_runstate_memory_area ra = {
		.addr.p = (unsigned long)runstate,
	};
	struct vcpu_set_periodic_timer timer = { .period_ns = MS };
	struct sched_shutdown down = { .reason = SHUTDOWN_reboot };
	uint64_t value;
	long port;

	kx_guest_start();
	GUEST_ASSERT_EQ(*(uint32_t *)(kx_shinfo + 2048), 0);
	KX_GUEST_EQ(kx_get_param(HVM_PARAM_STORE_EVTCHN, &value), 0);
	GUEST_ASSERT_EQ(value, 0);
	KX_GUEST_EQ(kx_set_param(HVM_PARAM_STORE_EVTCHN, 7), 0);

	port = kx_bind_virq(VIRQ_TIMER, 0);
	KX_GUEST_EQ(port, 1);
	KX_GUEST_EQ(kx_bind_ipi(0), 2);
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_register_vcpu_info, 0, &op), 0);
	kx_use_vcpu_info(0, info_page);
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_register_vcpu_time_memory_area, 0, &ta), 0);
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_register_runstate_memory_area, 0, &ra), 0);
	KX_GUEST_EQ(kx_place(XENMAPSPACE_grant_table, 0, 0x200000), 0);
	KX_GUEST_EQ(kx_vcpu_op(VCPUOP_set_periodic_timer, 0, &timer), 0);
	KX_WAIT(kx_events[port] >= 2);
	kx_port_mask(2);
	KX_GUEST_EQ(kx_send(2), 0);
	if (with_shutdown)
		kx_sched_op(SCHEDOP_shutdown, &down);
	GUEST_DONE();
}

static struct kx_dom *create(uint32_t nr_vcpus, void *guest_code)
{
	struct kx_dom *dom = kx_dom_create(nr_vcpus, guest_code);

	write_guest_global(dom->vm, info_gfn, kx_dom_gfn(dom, info_page));
	return dom;
}

/* Registers and the guest's own variables as at the first start. */
static void restart(struct kx_dom *dom, const struct kvm_regs *regs)
{
	static const uint8_t zero[4096];

	vcpu_regs_set(dom->vcpu[0], (struct kvm_regs *)regs);
	memcpy(addr_gva2hva(dom->vm, (vm_vaddr_t)kx_shinfo), zero, 4096);
	memcpy(addr_gva2hva(dom->vm, (vm_vaddr_t)info_page), zero, 4096);
	memset(addr_gva2hva(dom->vm, (vm_vaddr_t)kx_events), 0, 16);
	kx_use_vcpu_info(0, NULL);
	kx_xen_sync_info(dom->vm);
}

static void check_new(struct kx_dom *dom)
{
	struct kx_domain_info info;

	kx_dom_info(dom, &info);
	TEST_ASSERT_EQ(info.domid, dom->domid);
	TEST_ASSERT_EQ(info.flags, 0);
	TEST_ASSERT_EQ(info.width, 64);
	TEST_ASSERT_EQ(info.callback_via, 0);
	TEST_ASSERT_EQ(info.pinned_pages, 0);
}

KX_CASE_WIDTHS(starts_again)
{
	struct kx_dom *dom = create(1, guest_life);
	struct kvm_regs regs;
	int i;

	vcpu_regs_get(dom->vcpu[0], &regs);
	for (i = 0; i < 4; i++) {
		kx_run_done(dom->vcpu[0]);
		TEST_ASSERT(!ioctl(dom->fd, KX_RESET), "KX_RESET");
		check_new(dom);
		restart(dom, &regs);
	}
	kx_dom_free(dom);
}

KX_CASE(after_a_shutdown)
{
	struct kx_dom *dom = create(1, guest_life);
	struct kx_domain_info info;

	write_guest_global(dom->vm, with_shutdown, 1);
	vcpu_run(dom->vcpu[0]);
	TEST_ASSERT_KVM_EXIT_REASON(dom->vcpu[0], KVM_EXIT_SYSTEM_EVENT);
	kx_dom_info(dom, &info);
	TEST_ASSERT(info.flags & KX_INFO_SHUTDOWN, "flags %#x", info.flags);
	TEST_ASSERT(info.pinned_pages >= 2, "%u pinned", info.pinned_pages);
	TEST_ASSERT(!ioctl(dom->fd, KX_RESET), "KX_RESET");
	check_new(dom);
	kx_dom_free(dom);
}

KX_CASE(before_anything_ran)
{
	struct kx_dom *dom = create(1, guest_life);
	struct kx_vcpu_id id = { .vcpu_idx = 0, .xen_id = 0 };

	TEST_ASSERT(!ioctl(dom->fd, KX_RESET), "KX_RESET");
	TEST_ASSERT(!ioctl(dom->fd, KX_VCPU_SET_ID, &id), "KX_VCPU_SET_ID");
	TEST_ASSERT(!ioctl(dom->fd, KX_RESET), "KX_RESET twice");
	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}

static volatile uint32_t running;
static uint32_t stop;

static void guest_runs(void)
{
	running = 1;
	while (!*(volatile uint32_t *)&stop)
		kx_hypercall2(__HYPERVISOR_xen_version, XENVER_version, 0);
	GUEST_DONE();
}

KX_CASE(while_a_vcpu_runs)
{
	struct kx_dom *dom = create(2, guest_runs);
	pthread_t thread = kx_dom_start(dom, 1);
	volatile uint32_t *up = addr_gva2hva(dom->vm, (vm_vaddr_t)&running);

	while (!*up)
		usleep(1000);
	KX_ASSERT_ERRNO(ioctl(dom->fd, KX_RESET), EBUSY);
	write_guest_global(dom->vm, stop, 1);
	kx_dom_join(thread);
	TEST_ASSERT(!ioctl(dom->fd, KX_RESET), "KX_RESET");
	kx_dom_free(dom);
}
