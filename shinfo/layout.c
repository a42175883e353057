// SPDX-License-Identifier: GPL-2.0-only
#include "layout.h"
#include <xenabi/compat.h>

const struct kx_layout kx_layout_64 = {
	.word_bits	= 64,
	.nr_ports	= 4096,
	.evtchn_pending	= offsetof(struct shared_info, evtchn_pending),
	.evtchn_mask	= offsetof(struct shared_info, evtchn_mask),
	.wc		= offsetof(struct shared_info, wc),
	.wc_sec_hi	= offsetof(struct shared_info, wc_sec_hi),
	.vi_sel		= offsetof(struct vcpu_info, evtchn_pending_sel),
	.vi_align	= 8,
	.rs_time	= offsetof(struct vcpu_runstate_info, state_entry_time),
	.rs_bytes	= sizeof(struct vcpu_runstate_info),
};

const struct kx_layout kx_layout_32 = {
	.word_bits	= 32,
	.nr_ports	= 1024,
	.evtchn_pending	= offsetof(struct kx_compat_shared_info, evtchn_pending),
	.evtchn_mask	= offsetof(struct kx_compat_shared_info, evtchn_mask),
	.wc		= offsetof(struct kx_compat_shared_info, wc_version),
	.wc_sec_hi	= offsetof(struct kx_compat_shared_info, wc_sec_hi),
	.vi_sel		= offsetof(struct kx_compat_vcpu_info, evtchn_pending_sel),
	.vi_align	= 4,
	.rs_time	= offsetof(struct kx_compat_runstate_info, state_entry_time),
	.rs_bytes	= sizeof(struct kx_compat_runstate_info),
};

static_assert(sizeof(struct vcpu_info) == KX_VI_BYTES);
static_assert(sizeof(struct kx_compat_vcpu_info) == KX_VI_BYTES);
static_assert(offsetof(struct vcpu_info, evtchn_upcall_mask) == KX_VI_MASK);
static_assert(offsetof(struct vcpu_info, time) == KX_VI_TIME);
static_assert(offsetof(struct kx_compat_vcpu_info, time) == KX_VI_TIME);
