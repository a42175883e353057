/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Xen's guest ABI as a 32-bit guest lays it out, for those structures that
 * differ from the 64-bit form. On i386 a 64-bit integer is aligned to 4 bytes
 * and long, pointers, guest handles and frame numbers have 32 bits.
 *
 * The names are those of Xen's public headers behind a kx_compat_ prefix.
 * selftests/unit/check_xenabi.c holds them against libxen-dev's headers.
 * The event channel operations have the same layout in both widths.
 */
#ifndef KX_XENABI_COMPAT_H
#define KX_XENABI_COMPAT_H

#include "cc.h"

#define KX_COMPAT_LEGACY_VCPUS	32
#define KX_COMPAT_EVTCHN_WORDS	32

/* shared pages */

struct kx_compat_vcpu_time_info {
	__u32 version;
	__u32 pad0;
	__u64 tsc_timestamp;
	__u64 system_time;
	__u32 tsc_to_system_mul;
	__s8 tsc_shift;
	__u8 flags;
	__u8 pad1[2];
} __packed __aligned(4);

struct kx_compat_vcpu_info {
	__u8 evtchn_upcall_pending;
	__u8 evtchn_upcall_mask;
	__u8 pad[2];
	__u32 evtchn_pending_sel;
	__u32 arch_cr2;
	__u32 arch_pad[5];
	struct kx_compat_vcpu_time_info time;
};

struct kx_compat_shared_info {
	struct kx_compat_vcpu_info vcpu_info[KX_COMPAT_LEGACY_VCPUS];
	__u32 evtchn_pending[KX_COMPAT_EVTCHN_WORDS];
	__u32 evtchn_mask[KX_COMPAT_EVTCHN_WORDS];
	__u32 wc_version;
	__u32 wc_sec;
	__u32 wc_nsec;
	/* from here on: arch_shared_info */
	__u32 max_pfn;
	__u32 pfn_to_mfn_frame_list_list;
	__u32 nmi_reason;
	__u32 p2m_cr3;
	__u32 p2m_vaddr;
	__u32 p2m_generation;
	__u32 wc_sec_hi;
};

struct kx_compat_runstate_info {
	__s32 state;
	__u64 state_entry_time;
	__u64 time[4];
} __packed __aligned(4);

static_assert(sizeof(struct kx_compat_vcpu_time_info) == 32);
static_assert(offsetof(struct kx_compat_vcpu_time_info, system_time) == 16);
static_assert(offsetof(struct kx_compat_vcpu_time_info, flags) == 29);
static_assert(sizeof(struct kx_compat_vcpu_info) == 64);
static_assert(offsetof(struct kx_compat_vcpu_info, evtchn_upcall_mask) == 1);
static_assert(offsetof(struct kx_compat_vcpu_info, evtchn_pending_sel) == 4);
static_assert(offsetof(struct kx_compat_vcpu_info, time) == 32);
static_assert(sizeof(struct kx_compat_shared_info) == 2344);
static_assert(offsetof(struct kx_compat_shared_info, evtchn_pending) == 2048);
static_assert(offsetof(struct kx_compat_shared_info, evtchn_mask) == 2176);
static_assert(offsetof(struct kx_compat_shared_info, wc_version) == 2304);
static_assert(offsetof(struct kx_compat_shared_info, wc_sec_hi) == 2340);
static_assert(sizeof(struct kx_compat_runstate_info) == 44);
static_assert(offsetof(struct kx_compat_runstate_info, state_entry_time) == 4);
static_assert(offsetof(struct kx_compat_runstate_info, time) == 12);

/* memory_op */

struct kx_compat_memory_reservation {
	__u32 extent_start;	/* handle of __u32 */
	__u32 nr_extents;
	__u32 extent_order;
	__u32 mem_flags;	/* address_bits in older headers */
	__u16 domid;
	__u16 pad;
};

struct kx_compat_add_to_physmap {
	__u16 domid;
	__u16 size;
	__u32 space;
	__u32 idx;
	__u32 gpfn;
};

struct kx_compat_add_to_physmap_batch {
	__u16 domid;
	__u16 space;
	__u16 size;
	__u16 extra;		/* foreign_domid or res0 */
	__u32 idxs;		/* handle of __u32 */
	__u32 gpfns;		/* handle of __u32 */
	__u32 errs;		/* handle of __s32 */
};

struct kx_compat_remove_from_physmap {
	__u16 domid;
	__u16 pad;
	__u32 gpfn;
};

struct kx_compat_memory_map {
	__u32 nr_entries;
	__u32 buffer;		/* handle of struct kx_e820_entry */
};

static_assert(sizeof(struct kx_compat_memory_reservation) == 20);
static_assert(offsetof(struct kx_compat_memory_reservation, domid) == 16);
static_assert(sizeof(struct kx_compat_add_to_physmap) == 16);
static_assert(offsetof(struct kx_compat_add_to_physmap, space) == 4);
static_assert(offsetof(struct kx_compat_add_to_physmap, gpfn) == 12);
static_assert(sizeof(struct kx_compat_add_to_physmap_batch) == 20);
static_assert(offsetof(struct kx_compat_add_to_physmap_batch, errs) == 16);
static_assert(sizeof(struct kx_compat_remove_from_physmap) == 8);
static_assert(offsetof(struct kx_compat_remove_from_physmap, gpfn) == 4);
static_assert(sizeof(struct kx_compat_memory_map) == 8);
static_assert(offsetof(struct kx_compat_memory_map, buffer) == 4);

/* sched_op */

struct kx_compat_sched_poll {
	__u32 ports;		/* handle of __u32 */
	__u32 nr_ports;
	__u64 timeout;
} __packed __aligned(4);

struct kx_compat_sched_shutdown {
	__u32 reason;
};

static_assert(sizeof(struct kx_compat_sched_poll) == 16);
static_assert(offsetof(struct kx_compat_sched_poll, timeout) == 8);
static_assert(sizeof(struct kx_compat_sched_shutdown) == 4);

/* vcpu_op */

struct kx_compat_set_singleshot_timer {
	__u64 timeout_abs_ns;
	__u32 flags;
} __packed __aligned(4);

struct kx_compat_set_periodic_timer {
	__u64 period_ns;
} __packed __aligned(4);

struct kx_compat_register_vcpu_info {
	__u64 mfn;
	__u32 offset;
	__u32 rsvd;
} __packed __aligned(4);

/*
 * Register_runstate_memory_area and register_vcpu_time_memory_area: a union
 * of a handle and a 64-bit physical address. A 32-bit caller may leave the
 * upper half of the union uninitialised: only the handle counts.
 */
struct kx_compat_register_area {
	__u32 v;
	__u32 unused;
};

static_assert(sizeof(struct kx_compat_set_singleshot_timer) == 12);
static_assert(offsetof(struct kx_compat_set_singleshot_timer, flags) == 8);
static_assert(sizeof(struct kx_compat_set_periodic_timer) == 8);
static_assert(sizeof(struct kx_compat_register_vcpu_info) == 16);
static_assert(offsetof(struct kx_compat_register_vcpu_info, offset) == 8);
static_assert(sizeof(struct kx_compat_register_area) == 8);

/* grant_table_op */

struct kx_compat_gnttab_setup_table {
	__u16 dom;
	__u16 pad0;
	__u32 nr_frames;
	__s16 status;
	__u16 pad1;
	__u32 frame_list;	/* handle of __u32 */
};

static_assert(sizeof(struct kx_compat_gnttab_setup_table) == 16);
static_assert(offsetof(struct kx_compat_gnttab_setup_table, nr_frames) == 4);
static_assert(offsetof(struct kx_compat_gnttab_setup_table, status) == 8);
static_assert(offsetof(struct kx_compat_gnttab_setup_table, frame_list) == 12);

/* xen_version */

struct kx_compat_platform_parameters {
	__u32 virt_start;
};

static_assert(sizeof(struct kx_compat_platform_parameters) == 4);

#endif /* KX_XENABI_COMPAT_H */
