// SPDX-License-Identifier: GPL-2.0-only
/*
 * include/xenabi/ against Xen's own public headers (package libxen-dev).
 *
 * Everything is decided at compile time. The file is compiled twice:
 *
 *   cc -Iinclude -m32 -ffreestanding -fsyntax-only	the 32-bit layouts, with
 *		Xen's headers in the form that an i386 guest sees; needs no
 *		32-bit C library, but -idirafter /usr/include/<multiarch>
 *		for <asm/types.h>
 *   cc -Iinclude					the numbers, and the shared
 *		pages against <xen/foreign/x86_32.h>; linked, and run for its
 *		line of output
 */
#include <stddef.h>
#include <stdint.h>

#define __XEN_INTERFACE_VERSION__ 0x00040e00
#include <xen/xen.h>
#include <xen/version.h>
#include <xen/features.h>
#include <xen/memory.h>
#include <xen/sched.h>
#include <xen/vcpu.h>
#include <xen/event_channel.h>
#include <xen/grant_table.h>
#include <xen/hvm/hvm_op.h>
#define __XEN_TOOLS__	/* the numbers of deprecated parameters */
#include <xen/hvm/params.h>
#undef __XEN_TOOLS__
#include <xen/trace.h>

#include <xenabi/compat.h>
#include <xenabi/xen.h>

#define SAME_SIZE(a, b) static_assert(sizeof(a) == sizeof(b))
#define SAME_FIELD2(a, fa, b, fb)				\
	static_assert(offsetof(a, fa) == offsetof(b, fb) &&	\
		      sizeof(((a *)0)->fa) == sizeof(((b *)0)->fb))
#define SAME_FIELD(a, b, f) SAME_FIELD2(a, f, b, f)
#define SAME_NUMBER(a, b) static_assert((a) == (b))

SAME_NUMBER(KX_HVMOP_flush_tlbs, HVMOP_flush_tlbs);
SAME_NUMBER(KX_HVMOP_get_time, HVMOP_get_time);
SAME_NUMBER(KX_HVMOP_xentrace, HVMOP_xentrace);
SAME_NUMBER(KX_HVMOP_guest_request_vm_event, HVMOP_guest_request_vm_event);
SAME_NUMBER(KX_HVMOP_altp2m, HVMOP_altp2m);
SAME_NUMBER(KX_TRACE_EXTRA_MAX, TRACE_EXTRA_MAX);
SAME_NUMBER(KX_TRC_SUBCLS_SHIFT, TRC_SUBCLS_SHIFT);
SAME_NUMBER(KX_PARAM_MEMORY_EVENT_CR0, HVM_PARAM_MEMORY_EVENT_CR0);
SAME_NUMBER(KX_PARAM_MEMORY_EVENT_CR3, HVM_PARAM_MEMORY_EVENT_CR3);
SAME_NUMBER(KX_PARAM_MEMORY_EVENT_CR4, HVM_PARAM_MEMORY_EVENT_CR4);
SAME_NUMBER(KX_PARAM_MEMORY_EVENT_INT3, HVM_PARAM_MEMORY_EVENT_INT3);
SAME_NUMBER(KX_PARAM_NESTEDHVM, HVM_PARAM_NESTEDHVM);
SAME_NUMBER(KX_PARAM_MEMORY_EVENT_SINGLE_STEP,
	    HVM_PARAM_MEMORY_EVENT_SINGLE_STEP);
SAME_NUMBER(KX_PARAM_BUFIOREQ_EVTCHN, HVM_PARAM_BUFIOREQ_EVTCHN);
SAME_NUMBER(KX_PARAM_MEMORY_EVENT_MSR, HVM_PARAM_MEMORY_EVENT_MSR);
SAME_NUMBER(KX_PARAM_ACPI_IOPORTS_LOCATION, HVM_PARAM_ACPI_IOPORTS_LOCATION);
SAME_NUMBER(KX_PARAM_VM_GENERATION_ID_ADDR, HVM_PARAM_VM_GENERATION_ID_ADDR);
SAME_NUMBER(KX_PARAM_ALTP2M, HVM_PARAM_ALTP2M);
SAME_NUMBER(KX_PARAM_X87_FIP_WIDTH, HVM_PARAM_X87_FIP_WIDTH);
SAME_NUMBER(KX_PARAM_VM86_TSS_SIZED, HVM_PARAM_VM86_TSS_SIZED);
SAME_NUMBER(KX_NR_PARAMS, HVM_NR_PARAMS);
SAME_NUMBER(0xffULL << KX_CALLBACK_TYPE_SHIFT,
	    HVM_PARAM_CALLBACK_IRQ_TYPE_MASK);
SAME_SIZE(struct kx_hvm_get_time, struct xen_hvm_get_time);
SAME_SIZE(struct kx_hvm_xentrace, struct xen_hvm_xentrace);
SAME_FIELD(struct kx_hvm_xentrace, struct xen_hvm_xentrace, extra_bytes);
SAME_FIELD(struct kx_hvm_xentrace, struct xen_hvm_xentrace, extra);
SAME_SIZE(struct kx_varbuf, struct xen_build_id);
_Static_assert(offsetof(struct kx_varbuf, buf) ==
	       offsetof(struct xen_build_id, buf));

/* both widths share these layouts, so no compat form exists */
static_assert(sizeof(struct xen_hvm_param) == 16);
static_assert(sizeof(struct xen_hvm_get_mem_type) == 16);
static_assert(sizeof(struct xen_hvm_pagetable_dying) == 16);
static_assert(sizeof(struct gnttab_query_size) == 16);
static_assert(sizeof(struct gnttab_set_version) == 4);
static_assert(sizeof(struct gnttab_get_version) == 8);
static_assert(sizeof(struct xen_feature_info) == 8);
static_assert(sizeof(struct evtchn_alloc_unbound) == 8);
static_assert(sizeof(struct evtchn_bind_interdomain) == 12);
static_assert(sizeof(struct evtchn_bind_virq) == 12);
static_assert(sizeof(struct evtchn_bind_pirq) == 12);
static_assert(sizeof(struct evtchn_bind_ipi) == 8);
static_assert(sizeof(struct evtchn_bind_vcpu) == 8);
static_assert(sizeof(struct evtchn_close) == 4);
static_assert(sizeof(struct evtchn_send) == 4);
static_assert(sizeof(struct evtchn_unmask) == 4);
static_assert(sizeof(struct evtchn_reset) == 2);
static_assert(sizeof(struct evtchn_status) == 24);

#if UINTPTR_MAX == 0xffffffff

#define TIME struct kx_compat_vcpu_time_info
SAME_SIZE(TIME, struct vcpu_time_info);
SAME_FIELD(TIME, struct vcpu_time_info, tsc_timestamp);
SAME_FIELD(TIME, struct vcpu_time_info, system_time);
SAME_FIELD(TIME, struct vcpu_time_info, tsc_to_system_mul);
SAME_FIELD(TIME, struct vcpu_time_info, tsc_shift);
SAME_FIELD(TIME, struct vcpu_time_info, flags);

#define RUNSTATE struct kx_compat_runstate_info
SAME_SIZE(RUNSTATE, struct vcpu_runstate_info);
SAME_FIELD(RUNSTATE, struct vcpu_runstate_info, state);
SAME_FIELD(RUNSTATE, struct vcpu_runstate_info, state_entry_time);
SAME_FIELD(RUNSTATE, struct vcpu_runstate_info, time);

#define RESERVATION struct kx_compat_memory_reservation
SAME_SIZE(RESERVATION, struct xen_memory_reservation);
SAME_FIELD(RESERVATION, struct xen_memory_reservation, extent_start);
SAME_FIELD(RESERVATION, struct xen_memory_reservation, nr_extents);
SAME_FIELD(RESERVATION, struct xen_memory_reservation, extent_order);
SAME_FIELD(RESERVATION, struct xen_memory_reservation, mem_flags);
SAME_FIELD(RESERVATION, struct xen_memory_reservation, domid);

#define ADD struct kx_compat_add_to_physmap
SAME_SIZE(ADD, struct xen_add_to_physmap);
SAME_FIELD(ADD, struct xen_add_to_physmap, domid);
SAME_FIELD(ADD, struct xen_add_to_physmap, size);
SAME_FIELD(ADD, struct xen_add_to_physmap, space);
SAME_FIELD(ADD, struct xen_add_to_physmap, idx);
SAME_FIELD(ADD, struct xen_add_to_physmap, gpfn);

#define BATCH struct kx_compat_add_to_physmap_batch
SAME_SIZE(BATCH, struct xen_add_to_physmap_batch);
SAME_FIELD(BATCH, struct xen_add_to_physmap_batch, space);
SAME_FIELD(BATCH, struct xen_add_to_physmap_batch, size);
SAME_FIELD2(BATCH, extra, struct xen_add_to_physmap_batch, u);
SAME_FIELD(BATCH, struct xen_add_to_physmap_batch, idxs);
SAME_FIELD(BATCH, struct xen_add_to_physmap_batch, gpfns);
SAME_FIELD(BATCH, struct xen_add_to_physmap_batch, errs);

#define REMOVE struct kx_compat_remove_from_physmap
SAME_SIZE(REMOVE, struct xen_remove_from_physmap);
SAME_FIELD(REMOVE, struct xen_remove_from_physmap, domid);
SAME_FIELD(REMOVE, struct xen_remove_from_physmap, gpfn);

SAME_SIZE(struct kx_compat_memory_map, struct xen_memory_map);
SAME_FIELD(struct kx_compat_memory_map, struct xen_memory_map, nr_entries);
SAME_FIELD(struct kx_compat_memory_map, struct xen_memory_map, buffer);

#define POLL struct kx_compat_sched_poll
SAME_SIZE(POLL, struct sched_poll);
SAME_FIELD(POLL, struct sched_poll, ports);
SAME_FIELD(POLL, struct sched_poll, nr_ports);
SAME_FIELD(POLL, struct sched_poll, timeout);
SAME_SIZE(struct kx_compat_sched_shutdown, struct sched_shutdown);

#define SINGLESHOT struct kx_compat_set_singleshot_timer
SAME_SIZE(SINGLESHOT, struct vcpu_set_singleshot_timer);
SAME_FIELD(SINGLESHOT, struct vcpu_set_singleshot_timer, timeout_abs_ns);
SAME_FIELD(SINGLESHOT, struct vcpu_set_singleshot_timer, flags);
SAME_SIZE(struct kx_compat_set_periodic_timer,
	  struct vcpu_set_periodic_timer);

#define REGISTER struct kx_compat_register_vcpu_info
SAME_SIZE(REGISTER, struct vcpu_register_vcpu_info);
SAME_FIELD(REGISTER, struct vcpu_register_vcpu_info, mfn);
SAME_FIELD(REGISTER, struct vcpu_register_vcpu_info, offset);

#define AREA struct kx_compat_register_area
SAME_SIZE(AREA, struct vcpu_register_runstate_memory_area);
SAME_FIELD2(AREA, v, struct vcpu_register_runstate_memory_area, addr.v);
SAME_SIZE(AREA, struct vcpu_register_time_memory_area);
SAME_FIELD2(AREA, v, struct vcpu_register_time_memory_area, addr.v);

#define SETUP struct kx_compat_gnttab_setup_table
SAME_SIZE(SETUP, struct gnttab_setup_table);
SAME_FIELD(SETUP, struct gnttab_setup_table, dom);
SAME_FIELD(SETUP, struct gnttab_setup_table, nr_frames);
SAME_FIELD(SETUP, struct gnttab_setup_table, status);
SAME_FIELD(SETUP, struct gnttab_setup_table, frame_list);

SAME_SIZE(struct kx_compat_platform_parameters, struct xen_platform_parameters);

#else /* 64 bit */

#include <stdio.h>
#include <xen/foreign/x86_32.h>

#define VINFO struct kx_compat_vcpu_info
SAME_SIZE(VINFO, struct vcpu_info_x86_32);
SAME_FIELD(VINFO, struct vcpu_info_x86_32, evtchn_upcall_pending);
SAME_FIELD(VINFO, struct vcpu_info_x86_32, evtchn_pending_sel);
SAME_FIELD2(VINFO, arch_cr2, struct vcpu_info_x86_32, arch.cr2);
SAME_FIELD(VINFO, struct vcpu_info_x86_32, time);

#define SHARED struct kx_compat_shared_info
#define X86_32 struct shared_info_x86_32
SAME_SIZE(SHARED, X86_32);
SAME_NUMBER(KX_COMPAT_LEGACY_VCPUS, XEN_LEGACY_MAX_VCPUS_X86_32);
SAME_FIELD(SHARED, X86_32, vcpu_info);
SAME_FIELD(SHARED, X86_32, evtchn_pending);
SAME_FIELD(SHARED, X86_32, evtchn_mask);
SAME_FIELD(SHARED, X86_32, wc_version);
SAME_FIELD(SHARED, X86_32, wc_sec);
SAME_FIELD(SHARED, X86_32, wc_nsec);
SAME_FIELD2(SHARED, max_pfn, X86_32, arch.max_pfn);
SAME_FIELD2(SHARED, nmi_reason, X86_32, arch.nmi_reason);
SAME_FIELD2(SHARED, p2m_generation, X86_32, arch.p2m_generation);
SAME_FIELD2(SHARED, wc_sec_hi, X86_32, arch.wc_sec_hi);

int main(void)
{
	puts("PASS xenabi_layouts");
	return 0;
}

#endif /* 64 bit */
