/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers and structures of Xen's guest ABI, the same in both widths, that the
 * kernel's <xen/interface/...> headers lack. Names and values are those of
 * Xen's public headers; selftests/unit/check_xenabi.c compares them.
 */
#ifndef KX_XENABI_XEN_H
#define KX_XENABI_XEN_H

#include "cc.h"

/* xen_version: additions of Xen 4.18 (public/version.h) */
#define KX_XENVER_extraversion2		11
#define KX_XENVER_capabilities2		12
#define KX_XENVER_changeset2		13
#define KX_XENVER_commandline2		14

/**
 * struct kx_varbuf - argument of the additions of 4.18 and of build_id
 * @len: in: size of the buffer that follows, in bytes
 * @buf: out: as many bytes as the operation returns, no terminating NUL
 */
struct kx_varbuf {
	__u32 len;
	__u8 buf[];
};

/* hvm_op (public/hvm/hvm_op.h) */
#define KX_HVMOP_flush_tlbs		5
#define KX_HVMOP_get_time		10
#define KX_HVMOP_xentrace		11
#define KX_HVMOP_guest_request_vm_event	24
#define KX_HVMOP_altp2m			25

/** struct kx_hvm_get_time - argument of HVMOP_get_time */
struct kx_hvm_get_time {
	__u64 now;
};

#define KX_TRACE_EXTRA_MAX		7
#define KX_TRC_SUBCLS_SHIFT		12

/** struct kx_hvm_xentrace - argument of HVMOP_xentrace */
struct kx_hvm_xentrace {
	__u16 event;
	__u16 extra_bytes;
	__u8 extra[KX_TRACE_EXTRA_MAX * sizeof(__u32)];
};

/* HVM parameters (public/hvm/params.h) */
#define KX_PARAM_MEMORY_EVENT_CR0		20
#define KX_PARAM_MEMORY_EVENT_CR3		21
#define KX_PARAM_MEMORY_EVENT_CR4		22
#define KX_PARAM_MEMORY_EVENT_INT3		23
#define KX_PARAM_NESTEDHVM			24
#define KX_PARAM_MEMORY_EVENT_SINGLE_STEP	25
#define KX_PARAM_BUFIOREQ_EVTCHN		26
#define KX_PARAM_MEMORY_EVENT_MSR		30
#define KX_PARAM_ACPI_IOPORTS_LOCATION		19
#define KX_PARAM_VM_GENERATION_ID_ADDR		34
#define KX_PARAM_ALTP2M				35
#define KX_PARAM_X87_FIP_WIDTH			36
#define KX_PARAM_VM86_TSS_SIZED			37
/* number of parameters in Xen 4.17 */
#define KX_NR_PARAMS				39

/* upper byte of HVM_PARAM_CALLBACK_IRQ: HVM_PARAM_CALLBACK_TYPE_* */
#define KX_CALLBACK_TYPE_SHIFT			56

/**
 * struct kx_e820_entry - what XENMEM_memory_map stores
 * @addr: first byte
 * @size: length in bytes
 * @type: as the BIOS reports it; 1: RAM
 */
struct kx_e820_entry {
	__u64 addr;
	__u64 size;
	__u32 type;
} __packed;

static_assert(sizeof(struct kx_varbuf) == 4);
static_assert(sizeof(struct kx_hvm_get_time) == 8);
static_assert(sizeof(struct kx_hvm_xentrace) == 32);
static_assert(sizeof(struct kx_e820_entry) == 20);

#endif /* KX_XENABI_XEN_H */
