/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Grant tables. So far: the frames of version 1, which a guest can size and
 * map; mapping, copying and version 2 come with the grant table issue.
 */
#ifndef KX_GNTTAB_H
#define KX_GNTTAB_H

#include "../shinfo/shinfo.h"

/** KX_GNTTAB_MAX_FRAMES - Xen's default limit of a domain's grant frames */
#define KX_GNTTAB_MAX_FRAMES	64

int kx_gnttab_init(struct kx_domain *d);
void kx_gnttab_reset(struct kx_domain *d);
void kx_gnttab_destroy(struct kx_domain *d);

/**
 * kx_gnttab_place() - XENMAPSPACE_grant_table
 * @d: domain
 * @idx: frame of the table, guest-controlled; the table grows up to it
 * @gfn: where it shall appear
 *
 * Context: vCPU thread, &kx_domain.lock held.
 * Return: 0, -EINVAL, -ENOMEM, or what kx_overlay_place() says.
 */
int kx_gnttab_place(struct kx_domain *d, u64 idx, u64 gfn);

/* the operations return GNTST_* in the structure and 0 or -errno */
int kx_gnttab_query_size(struct kx_domain *d, struct gnttab_query_size *op);
int kx_gnttab_set_version(struct kx_domain *d, u32 *version);
int kx_gnttab_get_version(struct kx_domain *d, u32 *version);
int kx_gnttab_grow(struct kx_domain *d, u32 nr_frames);
u64 kx_gnttab_frame_gfn(struct kx_domain *d, u32 idx);

#endif /* KX_GNTTAB_H */
