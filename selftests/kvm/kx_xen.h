/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's side of the Xen ABI in either width: hypercalls, shared_info,
 * ports, the upcall, the clock. All that is here runs in the guest, but for
 * the few that say "Host". The test program's image is the guest's memory, so
 * its static variables are what guest code works with.
 */
#ifndef KX_XEN_H
#define KX_XEN_H

#include "kx_guest.h"

#include <xenabi/compat.h>
#include <xenabi/xen.h>

#define KX_UPCALL_VECTOR 0xf3
#define KX_NR_PORTS 4096

/* An address that is mapped in no test, for both widths. */
#define KX_BAD_PTR 0xdeadb000ul

/* Host: the width of the guest's hypercalls; before the VM is created. */
extern uint32_t kx_width;

/* A page of the image where shared_info is put, and its frame. */
extern uint8_t kx_shinfo[4096];
extern uint64_t kx_shinfo_gfn;

/* What the upcall's handler saw: calls by vCPU, events by port. */
extern volatile uint32_t kx_upcalls[8];
extern volatile uint32_t kx_events[KX_NR_PORTS];

/* Host: copy kx_width and what follows from it; install the upcall's handler. */
void kx_xen_init(struct kvm_vm *vm);

/* Host: the same case once for 64-bit and once for 32-bit hypercalls. */
#define KX_CASE_WIDTHS(id)						\
	static void kx_both_##id(void);					\
	KX_CASE(id##_64)						\
	{								\
		kx_width = 64;						\
		kx_both_##id();						\
	}								\
	KX_CASE(id##_32)						\
	{								\
		kx_width = 32;						\
		kx_both_##id();						\
	}								\
	static void kx_both_##id(void)

/* A hypercall of kx_width; pointers must lie below 4 GiB. */
long kx_call(unsigned long nr, unsigned long a1, unsigned long a2,
	     unsigned long a3);

#define kx_call2(nr, a, b) \
	kx_call(nr, (unsigned long)(a), (unsigned long)(b), 0)
#define kx_call3(nr, a, b, c) \
	kx_call(nr, (unsigned long)(a), (unsigned long)(b), (unsigned long)(c))

#define kx_evtchn_op(op, arg) kx_call2(__HYPERVISOR_event_channel_op, op, arg)
#define kx_memory_op(op, arg) kx_call2(__HYPERVISOR_memory_op, op, arg)
#define kx_sched_op(op, arg) kx_call2(__HYPERVISOR_sched_op, op, arg)
#define kx_hvm_op(op, arg) kx_call2(__HYPERVISOR_hvm_op, op, arg)
#define kx_vcpu_op(op, vcpu, arg) kx_call3(__HYPERVISOR_vcpu_op, op, vcpu, arg)
#define kx_version_op(op, arg) kx_call2(__HYPERVISOR_xen_version, op, arg)

/* XENMEM_add_to_physmap and _remove_from_physmap of the caller's own. */
long kx_place(uint32_t space, uint64_t idx, uint64_t gfn);
long kx_place_for(uint16_t domid, uint32_t space, uint64_t idx, uint64_t gfn);
long kx_remove(uint64_t gfn);

/* HVM parameters of the caller; the value of get is 0 or -errno in *err. */
long kx_set_param(uint32_t index, uint64_t value);
long kx_get_param(uint32_t index, uint64_t *value);

/* shared_info at kx_shinfo, upcalls at KX_UPCALL_VECTOR; once per domain. */
void kx_guest_start(void);

/* This vCPU's Xen id, by CPUID. */
uint32_t kx_guest_vcpu_id(void);

/* vcpu_info in shared_info, or in a structure that was registered. */
uint8_t *kx_vcpu_info(unsigned int id);
volatile uint8_t *kx_upcall_pending(void *vcpu_info);
volatile uint32_t *kx_pending_sel(void *vcpu_info);
void kx_use_vcpu_info(unsigned int id, void *vcpu_info);

/* Host: let the guest know of a kx_use_vcpu_info(). */
void kx_xen_sync_info(struct kvm_vm *vm);

/* Bits of a port; in the page that kx_shinfo_va names (kx_shinfo at first). */
extern uint8_t *kx_shinfo_va;
bool kx_port_pending(uint32_t port);
bool kx_port_masked(uint32_t port);
void kx_port_clear(uint32_t port);
void kx_port_mask(uint32_t port);

/* The operations on ports: 0 or the port, or -errno. */
long kx_bind_ipi(uint32_t vcpu);
long kx_bind_virq(uint32_t virq, uint32_t vcpu);
long kx_send(uint32_t port);
long kx_unmask(uint32_t port);
long kx_close(uint32_t port);

/* Guest system time from a vcpu_time_info, and of this vCPU. */
uint64_t kx_time_of(const void *time_info);
uint64_t kx_time_ns(void);

/* Take what is pending, and go on with interrupts off. */
static inline void kx_take_upcalls(void)
{
	asm volatile("sti; nop; nop; cli" : : : "memory");
}

/* Halt until an interrupt was taken. */
static inline void kx_halt(void)
{
	asm volatile("sti; hlt; cli" : : : "memory");
}

/* Wait for a condition, with interrupts taken; some seconds at most. */
#define KX_WAIT(cond) do {						\
	uint64_t end_ = rdtsc() + (1ull << 34);				\
									\
	while (!(cond)) {						\
		kx_take_upcalls();					\
		asm volatile("pause");					\
		if (rdtsc() > end_)					\
			GUEST_FAIL("waited in vain: " #cond);		\
	}								\
} while (0)

/* Let so much guest time pass, with interrupts taken. */
void kx_pass_ns(uint64_t ns);

/* The same on both frameworks, negative numbers too. */
#define KX_GUEST_EQ(a, b) \
	GUEST_ASSERT_EQ((unsigned long)(long)(a), (unsigned long)(long)(b))

#endif /* KX_XEN_H */
