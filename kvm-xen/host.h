/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the rooms need from above: defined once in kvm-xen/kvm_*.c, and once
 * in the fake host of the unit tests.
 */
#ifndef KX_HOST_H
#define KX_HOST_H

#include "domain.h"

/**
 * kx_copy_from_guest() - read guest memory
 * @v: the calling vCPU
 * @to: destination
 * @gva: guest virtual address (truncated to 32 bits by the caller for a
 *	32-bit caller)
 * @len: bytes
 *
 * Context: thread of @v, may sleep.
 * Return: 0, or -EFAULT.
 */
int kx_copy_from_guest(struct kx_vcpu *v, void *to, u64 gva, size_t len);

/** kx_copy_to_guest() - write guest memory; as kx_copy_from_guest() */
int kx_copy_to_guest(struct kx_vcpu *v, u64 gva, const void *from, size_t len);

/**
 * kx_gva_to_gpa() - translate for a write
 * @v: the calling vCPU
 * @gva: guest virtual address
 * @gpa: result
 *
 * Context: thread of @v, may sleep.
 * Return: 0, or -EFAULT.
 */
int kx_gva_to_gpa(struct kx_vcpu *v, u64 gva, u64 *gpa);

/**
 * struct kx_page - a page of guest RAM, pinned and mapped
 * @page: the page, NULL: none
 * @va: kernel address of its first byte
 * @gfn: where the guest sees it
 */
struct kx_page {
	struct page *page;
	void *va;
	u64 gfn;
};

/**
 * kx_page_pin() - pin a page of guest RAM for writing
 * @d: domain
 * @gfn: frame
 * @pg: filled in
 *
 * The page is charged to the VMM (RLIMIT_MEMLOCK).
 *
 * Context: a vCPU thread of @d; may sleep.
 * Return: 0, -EFAULT (no RAM there), -ENOMEM.
 */
int kx_page_pin(struct kx_domain *d, u64 gfn, struct kx_page *pg);

/**
 * kx_page_unpin() - release a pinned page, marked dirty; none is no error
 * @d: domain
 * @pg: the page; empty afterwards
 *
 * Context: may sleep; nobody may use the mapping any more.
 */
void kx_page_unpin(struct kx_domain *d, struct kx_page *pg);

/**
 * kx_gfn_is_ram() - whether the VMM backs @gfn with memory of its own
 * @d: domain
 * @gfn: frame
 *
 * Context: a vCPU thread of @d.
 */
bool kx_gfn_is_ram(struct kx_domain *d, u64 gfn);

/**
 * kx_ram_ranges() - the guest's RAM, ascending
 * @d: domain
 * @start: first byte of each range
 * @size: its length in bytes
 * @max: room in both arrays
 *
 * Context: a vCPU thread of @d; may sleep.
 * Return: number of ranges, which can exceed @max.
 */
unsigned int kx_ram_ranges(struct kx_domain *d, u64 *start, u64 *size,
			   unsigned int max);

/**
 * kx_overlay_page_alloc() - a zeroed page of ours that a guest can see
 * @d: domain, charged
 *
 * Context: may sleep.
 * Return: kernel address or NULL.
 */
void *kx_overlay_page_alloc(struct kx_domain *d);

/** kx_overlay_page_free() - drop our reference; NULL is no error */
void kx_overlay_page_free(struct kx_domain *d, void *va);

/**
 * kx_window_reserve() - see that @gfn lies in a window
 * @v: current vCPU
 * @gfn: frame outside RAM
 *
 * Makes the window's memslot if none covers @gfn yet.
 *
 * Context: thread of @v, kvm->srcu held by it (dropped and retaken);
 * &kx_domain.lock must not be held.
 * Return: 0, -EINVAL (no window can be made there), -ENOMEM.
 */
int kx_window_reserve(struct kx_vcpu *v, u64 gfn);

/**
 * kx_window_map() - show a page of ours at @gfn, which lies in a window
 * @d: domain
 * @gfn: frame
 * @va: from kx_overlay_page_alloc(), or NULL: nothing is there any more
 *
 * Context: may sleep; &kx_domain.lock held.
 * Return: 0, -EINVAL (no window), -ENOMEM.
 */
int kx_window_map(struct kx_domain *d, u64 gfn, void *va);

/**
 * kx_vcpu_kick() - make a vCPU look at its pending upcall
 * @v: the vCPU
 *
 * Context: any, never sleeps.
 */
void kx_vcpu_kick(struct kx_vcpu *v);

/**
 * kx_vcpu_unhalt() - end the halt of a vCPU that blocks or polls
 * @v: the vCPU
 *
 * Context: any, never sleeps.
 */
void kx_vcpu_unhalt(struct kx_vcpu *v);

/** kx_vcpu_is_current() - whether this thread runs @v */
bool kx_vcpu_is_current(struct kx_vcpu *v);

/**
 * kx_vcpu_is_up() - whether @v runs the guest's system
 * @v: vCPU
 *
 * KVM has no word for a vCPU that is down in Xen's sense. One that waits for
 * SIPI is; so is one that the firmware started and left halted: it has made no
 * hypercall.
 */
bool kx_vcpu_is_up(struct kx_vcpu *v);

/** kx_vcpu_forget_unhalt() - drop an old kx_vcpu_unhalt(); thread of @v */
void kx_vcpu_forget_unhalt(struct kx_vcpu *v);

/** kx_vcpu_yield() - let another thread run; thread of @v, may sleep */
void kx_vcpu_yield(struct kx_vcpu *v);

/** kx_vcpu_interrupts_on() - whether @v (current) would take an interrupt */
bool kx_vcpu_interrupts_on(struct kx_vcpu *v);

/** kx_vcpu_width() - 32 or 64, the mode that @v (current) executes in */
u8 kx_vcpu_width(struct kx_vcpu *v);

/**
 * kx_synchronize() - wait until no context uses what was just unpublished
 *
 * Context: may sleep; not inside an RCU read side.
 */
void kx_synchronize(void);

/**
 * kx_guest_time_ns() - system time of a vCPU as its guest computes it
 * @v: the vCPU
 *
 * Context: any.
 * Return: ns since the domain's start.
 */
u64 kx_guest_time_ns(struct kx_vcpu *v);

/**
 * kx_wallclock_ns() - what wc_sec and wc_nsec express
 * @v: the vCPU whose clock is used
 *
 * Return: UTC in ns at system time 0.
 */
u64 kx_wallclock_ns(struct kx_vcpu *v);

/** kx_clock_republish() - write the time areas of @v on its next way in */
void kx_clock_republish(struct kx_vcpu *v);

/**
 * enum kx_timer - the timers of a vCPU
 * @KX_TIMER_SINGLESHOT: VCPUOP_set_singleshot_timer and set_timer_op
 * @KX_TIMER_PERIODIC: VCPUOP_set_periodic_timer
 * @KX_TIMER_POLL: timeout of SCHEDOP_poll
 * @KX_NR_TIMERS: number of timers
 */
enum kx_timer {
	KX_TIMER_SINGLESHOT,
	KX_TIMER_PERIODIC,
	KX_TIMER_POLL,
	KX_NR_TIMERS,
};

/**
 * kx_timer_arm() - (re)start a timer
 * @v: the vCPU
 * @which: timer
 * @deadline_ns: absolute guest system time; in the past: fires at once
 * @period_ns: 0, or the distance of the following expiries
 *
 * Cancels first. kx_timer_expired() is called at expiry.
 *
 * Context: vCPU thread; not from kx_timer_expired().
 */
void kx_timer_arm(struct kx_vcpu *v, enum kx_timer which, u64 deadline_ns,
		  u64 period_ns);

/** kx_timer_cancel() - stop a timer and wait for its handler */
void kx_timer_cancel(struct kx_vcpu *v, enum kx_timer which);

/**
 * kx_exit_shutdown() - tell the VMM that the guest is going down
 * @v: the calling vCPU
 * @reason: SHUTDOWN_*
 */
void kx_exit_shutdown(struct kx_vcpu *v, unsigned int reason);

/** kx_vm_uuid() - the VM's UUID as the VMM gave it, zero by default */
void kx_vm_uuid(struct kx_domain *d, u8 uuid[16]);

/** kx_conlog_write() - append to the domain's console log; may sleep */
void kx_conlog_write(struct kx_domain *d, const char *s, size_t len);

#endif /* KX_HOST_H */
