/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom a domid in a hypercall's argument names, as an unprivileged caller may
 * learn it.
 */
#ifndef KX_DOMID_H
#define KX_DOMID_H

#include "hcall.h"

/**
 * enum kx_whose - whom a domid names
 * @KX_WHOSE_SELF: the caller
 * @KX_WHOSE_HOST: domain 0, which is no HVM guest
 * @KX_WHOSE_NONE: nobody the caller can name
 */
enum kx_whose {
	KX_WHOSE_SELF,
	KX_WHOSE_HOST,
	KX_WHOSE_NONE,
};

/**
 * kx_whose() - whom @domid names
 * @h: the hypercall
 * @domid: guest-controlled
 *
 * No operation that is built so far lets one guest act on another: where Xen
 * answers -EPERM for a guest that lives and -ESRCH for one that does not,
 * every other guest counts as %KX_WHOSE_NONE.
 *
 * Context: any.
 */
static inline enum kx_whose kx_whose(const struct kx_hcall *h, domid_t domid)
{
	if (domid == DOMID_SELF || domid == h->v->d->domid)
		return KX_WHOSE_SELF;
	return domid ? KX_WHOSE_NONE : KX_WHOSE_HOST;
}

/**
 * kx_whose_errno() - the answer where only the caller itself is allowed
 * @h: the hypercall
 * @domid: guest-controlled
 *
 * Context: any.
 * Return: 0 for the caller, -EPERM for another domain, -ESRCH for none.
 */
static inline int kx_whose_errno(const struct kx_hcall *h, domid_t domid)
{
	switch (kx_whose(h, domid)) {
	case KX_WHOSE_SELF:
		return 0;
	case KX_WHOSE_HOST:
		return -EPERM;
	default:
		return -ESRCH;
	}
}

#endif /* KX_DOMID_H */
