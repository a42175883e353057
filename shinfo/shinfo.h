/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages that guest and hypervisor share: shared_info, vcpu_info, time areas,
 * runstate areas, and the overlays by which our own pages appear to a guest.
 * Documentation/shared-pages.rst has states, locks and lifetimes.
 */
#ifndef KX_SHINFO_H
#define KX_SHINFO_H

#include "../kvm-xen/host.h"
#include "layout.h"

/**
 * struct kx_overlay - a page of Xen's that the guest can map, move and remove
 * @list: in the domain's list of overlays
 * @master: page of ours; keeps the content while the page is mapped nowhere
 * @live: the page that is in use now: @master, or the guest's own page
 * @ram: the guest's page while the overlay lies inside RAM
 * @gfn: where the guest sees it, %KX_NO_GFN: nowhere
 * @has_senders: it is shared_info, in which other contexts set bits
 *
 * &kx_domain.lock protects all but @live, which any context reads under RCU.
 */
struct kx_overlay {
	struct list_head list;
	void *master;
	void *live;
	struct kx_page ram;
	u64 gfn;
	bool has_senders;
};

/** KX_NO_GFN - an overlay is mapped nowhere */
#define KX_NO_GFN	(~0ULL)

int kx_overlay_init(struct kx_domain *d, struct kx_overlay *ov);
void kx_overlay_destroy(struct kx_domain *d, struct kx_overlay *ov);
int kx_overlay_place(struct kx_domain *d, struct kx_overlay *ov, u64 gfn);
int kx_overlay_remove(struct kx_domain *d, struct kx_overlay *ov);
struct kx_overlay *kx_overlay_find(struct kx_domain *d, u64 gfn);

int kx_shinfo_init(struct kx_domain *d);
void kx_shinfo_reset(struct kx_domain *d);
void kx_shinfo_destroy(struct kx_domain *d);
int kx_shinfo_vcpu_init(struct kx_vcpu *v);
void kx_shinfo_vcpu_set_id(struct kx_vcpu *v, u32 id);
void kx_shinfo_vcpu_reset(struct kx_vcpu *v);
void kx_shinfo_vcpu_destroy(struct kx_vcpu *v);

int kx_shinfo_place(struct kx_domain *d, u64 gfn);
void *kx_shinfo_live(struct kx_domain *d);
void kx_shinfo_set_width(struct kx_domain *d, struct kx_vcpu *v, u8 width);
void kx_shinfo_wallclock(struct kx_domain *d, struct kx_vcpu *v);

int kx_vcpu_info_register(struct kx_vcpu *caller, struct kx_vcpu *v, u64 gfn,
			  u32 offset);
void *kx_vcpu_info(struct kx_vcpu *v);

/**
 * struct kx_area - an area in guest RAM that may cross a page
 * @pg: its pages, pinned; the second one only if it crosses
 * @offset: of its first byte in the first page
 * @bytes: its size, 0: none is registered
 */
struct kx_area {
	struct kx_page pg[2];
	u32 offset;
	u32 bytes;
};

int kx_area_pin(struct kx_vcpu *caller, struct kx_area *area, u64 gva, u32 bytes);
void kx_area_unpin(struct kx_domain *d, struct kx_area *area);
void kx_area_write(struct kx_area *area, u32 at, const void *from, u32 bytes);

int kx_time_area_register(struct kx_vcpu *caller, struct kx_vcpu *v, u64 gva);
void kx_time_publish(struct kx_vcpu *v,
		     const struct pvclock_vcpu_time_info *src);
void kx_time_renew(struct kx_vcpu *v);

int kx_runstate_register(struct kx_vcpu *caller, struct kx_vcpu *v, u64 gva);
void kx_runstate_change(struct kx_vcpu *v, int state, u64 now_ns);
void kx_runstate_read(struct kx_vcpu *v, struct vcpu_runstate_info *info,
		      u64 now_ns);

/* upcall.c: the end of the delivery path; any context, inside RCU */
void kx_upcall_select(struct kx_vcpu *v, const struct kx_layout *l,
		      unsigned int sel);
void kx_upcall_raise(struct kx_vcpu *v);
bool kx_upcall_pending(struct kx_vcpu *v);
bool kx_upcall_masked(struct kx_vcpu *v);
void kx_upcall_unmask(struct kx_vcpu *v);
void kx_upcall_rescan(struct kx_domain *d);

#endif /* KX_SHINFO_H */
