/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domain and vCPU objects, as every floor sees them. The state of a room is
 * behind a pointer that only that room looks through.
 */
#ifndef KX_DOMAIN_H
#define KX_DOMAIN_H

#include <kx/sys.h>

struct kvm;
struct kvm_vcpu;
struct kx_clock;
struct kx_conlog;
struct kx_evtchn;
struct kx_evtchn_vcpu;
struct kx_gnttab;
struct kx_hvm;
struct kx_shinfo;
struct kx_shinfo_vcpu;
struct kx_window;

/** KX_FIRST_GUEST_DOMID - domid of the first guest; domain 0 is the host */
#define KX_FIRST_GUEST_DOMID	1
/** KX_MAX_DOMID - largest domid of a guest (inclusive) */
#define KX_MAX_DOMID		(DOMID_FIRST_RESERVED - 1)

/**
 * struct kx_vcpu - a vCPU of a Xen domain
 * @d: its domain
 * @kvcpu: KVM's vCPU; valid while the domain is attached
 * @idx: KVM's index, the place in &kx_domain.vcpu
 * @id: Xen's id, by which the guest names it
 * @shinfo: vcpu_info, time area, runstate (shinfo/)
 * @evtchn: VIRQ bindings, poll state (evtchn/)
 * @clock: guest time and timers (kvm-xen/kvm_clock.c)
 * @latched: callback vector found pending on the way in; -1: none. Only
 *	touched by the vCPU's own thread
 * @just_injected: the latched vector was handed out in this very pass
 * @active: the vCPU has made a hypercall since it was reset
 * @upcalls: vectors handed out
 * @hypercalls: hypercalls answered
 */
struct kx_vcpu {
	struct kx_domain *d;
	struct kvm_vcpu *kvcpu;
	unsigned int idx;
	u32 id;
	struct kx_shinfo_vcpu *shinfo;
	struct kx_evtchn_vcpu *evtchn;
	struct kx_clock *clock;
	int latched;
	bool just_injected;
	bool active;
	u64 upcalls;
	u64 hypercalls;
};

/**
 * struct kx_domain - a VM that is a Xen domain
 * @domid: its id
 * @width: 32 or 64, latched; read it once per operation
 * @shutdown_code: SHUTDOWN_*, or -1 while the domain runs
 * @callback_via: HVM_PARAM_CALLBACK_IRQ as the guest set it
 * @callback_vector: vector of a per-VM vector callback, 0: none
 * @runstate_update_flag: VMASST_TYPE_runstate_update_flag is on
 * @lock: slow control operations: registrations, overlays, parameters, reset.
 *	Outermost of ours; taken under kvm->srcu by hypercalls, therefore never
 *	held across a memslot or VMA change
 * @max_vcpus: size of @vcpu and @vcpu_by_id
 * @nr_vcpus: vCPUs with an object
 * @vcpu: by KVM's index; set once, cleared at the end
 * @vcpu_by_id: by Xen's id
 * @overlays: pages of ours that the guest can map, under @lock
 * @nr_pinned: pinned guest pages
 * @nr_overlay: pages of ours that the guest sees or may see
 * @kvm: KVM's VM; NULL once detached, under @lock
 * @shinfo: shared_info (shinfo/)
 * @evtchn: event channels (evtchn/)
 * @gnttab: grant table (gnttab/)
 * @hvm: HVM parameters (hypercalls/)
 * @conlog: console log (kvm-xen/)
 * @window: where pages of ours are shown outside RAM (kvm-xen/)
 */
struct kx_domain {
	domid_t domid;
	u8 width;
	int shutdown_code;
	u64 callback_via;
	u8 callback_vector;
	bool runstate_update_flag;
	struct mutex lock;
	unsigned int max_vcpus;
	unsigned int nr_vcpus;
	struct kx_vcpu **vcpu;
	struct kx_vcpu **vcpu_by_id;
	struct list_head overlays;
	atomic_t nr_pinned;
	atomic_t nr_overlay;

	struct kvm *kvm;
	struct kx_shinfo *shinfo;
	struct kx_evtchn *evtchn;
	struct kx_gnttab *gnttab;
	struct kx_hvm *hvm;
	struct kx_conlog *conlog;
	struct kx_window *window;
};

/**
 * kx_vcpu_by_id() - the vCPU that the guest calls @id
 * @d: domain
 * @id: guest-controlled
 *
 * Context: any.
 * Return: the vCPU, or NULL.
 */
static inline struct kx_vcpu *kx_vcpu_by_id(struct kx_domain *d, u32 id)
{
	if (id >= d->max_vcpus)
		return NULL;
	id = array_index_nospec(id, d->max_vcpus);
	/* pairs with the release in kx_vcpu_create() */
	return smp_load_acquire(&d->vcpu_by_id[id]);
}

/* the vCPU with an object at @idx, or NULL behind the last one */
static inline struct kx_vcpu *kx_vcpu_at(struct kx_domain *d, unsigned int idx)
{
	if (idx >= READ_ONCE(d->nr_vcpus))
		return NULL;
	/* pairs with the release in kx_vcpu_create() */
	return smp_load_acquire(&d->vcpu[idx]);
}

/** kx_for_each_vcpu() - all vCPUs that have an object so far */
#define kx_for_each_vcpu(d, v, i) \
	for ((i) = 0; ((v) = kx_vcpu_at(d, i)); (i)++)

#endif /* KX_DOMAIN_H */
