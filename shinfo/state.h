/* SPDX-License-Identifier: GPL-2.0-only */
/* What only the files of this room see. */
#ifndef KX_SHINFO_STATE_H
#define KX_SHINFO_STATE_H

#include "shinfo.h"

/**
 * struct kx_shinfo - a domain's shared_info
 * @ov: the page
 */
struct kx_shinfo {
	struct kx_overlay ov;
};

/**
 * struct kx_runstate - the account of a vCPU's time
 * @state: RUNSTATE_*
 * @since_ns: when it entered @state, guest system time
 * @sum_ns: time in each state up to @since_ns
 */
struct kx_runstate {
	int state;
	u64 since_ns;
	u64 sum_ns[4];
};

/**
 * struct kx_shinfo_vcpu - a vCPU's share of the room
 * @info: registered vcpu_info, or the stand-by one; NULL: in shared_info.
 *	Read under RCU by senders, written under &kx_domain.lock
 * @info_page: page of a registered vcpu_info
 * @standby: serves a vCPU beyond the 32 of shared_info until it registers one
 * @lock: protects what follows; innermost, taken in any context
 * @time: what was published last; version 0: nothing yet
 * @time_area: copy of the time fields that the guest asked for
 * @rs_area: where the guest reads its runstate
 * @rs_layout: layout of @rs_area, as latched when it was registered
 * @rs: the account
 */
struct kx_shinfo_vcpu {
	void *info;
	struct kx_page info_page;
	u8 standby[KX_VI_BYTES] __aligned(8);

	raw_spinlock_t lock;
	struct pvclock_vcpu_time_info time;
	struct kx_area time_area;
	struct kx_area rs_area;
	const struct kx_layout *rs_layout;
	struct kx_runstate rs;
};

#endif /* KX_SHINFO_STATE_H */
