/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * HVM parameters: numbers that guest and toolstack leave for each other, and
 * the guest's event callback.
 */
#ifndef KX_HVM_PARAMS_H
#define KX_HVM_PARAMS_H

#include "../kvm-xen/host.h"
#include <xenabi/xen.h>

int kx_hvm_init(struct kx_domain *d);
void kx_hvm_reset(struct kx_domain *d);
void kx_hvm_destroy(struct kx_domain *d);

int kx_hvm_param_set(struct kx_domain *d, u32 index, u64 value);
int kx_hvm_param_get(struct kx_domain *d, u32 index, u64 *value);

/* what the guest itself may do; 0, -EINVAL or -EPERM */
int kx_hvm_param_may_set(u32 index);
int kx_hvm_param_may_get(u32 index);

#endif /* KX_HVM_PARAMS_H */
