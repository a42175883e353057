/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The two layouts of what guest and hypervisor share, by the guest's latched
 * width. No other place knows that there are two.
 */
#ifndef KX_LAYOUT_H
#define KX_LAYOUT_H

#include <kx/sys.h>

/**
 * struct kx_layout - offsets in bytes
 * @word_bits: bits of a guest word: ports per bit of the selector
 * @nr_ports: 2-level event channel ports
 * @evtchn_pending: in shared_info
 * @evtchn_mask: in shared_info
 * @wc: wc_version, wc_sec, wc_nsec in shared_info
 * @wc_sec_hi: in shared_info
 * @vi_sel: evtchn_pending_sel in vcpu_info
 * @vi_align: alignment of a registered vcpu_info
 * @rs_time: state_entry_time in vcpu_runstate_info
 * @rs_bytes: size of vcpu_runstate_info
 */
struct kx_layout {
	u16 word_bits;
	u16 nr_ports;
	u16 evtchn_pending;
	u16 evtchn_mask;
	u16 wc;
	u16 wc_sec_hi;
	u16 vi_sel;
	u16 vi_align;
	u16 rs_time;
	u16 rs_bytes;
};

extern const struct kx_layout kx_layout_32;
extern const struct kx_layout kx_layout_64;

/* the same in both layouts */
#define KX_VI_BYTES	64
#define KX_VI_MASK	1
#define KX_VI_TIME	32

/** kx_layout() - the layout of a width that was read once */
static inline const struct kx_layout *kx_layout(u8 width)
{
	return width == 32 ? &kx_layout_32 : &kx_layout_64;
}

#endif /* KX_LAYOUT_H */
