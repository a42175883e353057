/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One hypercall on its way through the dispatch table.
 */
#ifndef KX_HCALL_H
#define KX_HCALL_H

#include "../kvm-xen/host.h"

/**
 * enum kx_outcome - what becomes of the vCPU after a hypercall
 * @KX_DONE: the result goes to RAX, the guest goes on
 * @KX_TO_USER: the same, but KVM_RUN returns first (vcpu->run is filled in)
 * @KX_RESTART: progress is saved in the argument, RIP stays where it is
 * @KX_BLOCK: the result goes to RAX, the vCPU halts until an event
 */
enum kx_outcome {
	KX_DONE,
	KX_TO_USER,
	KX_RESTART,
	KX_BLOCK,
};

/**
 * struct kx_hcall - a hypercall
 * @v: the caller
 * @nr: number
 * @cpl: privilege level of the caller
 * @width: 32 or 64: the caller's mode, read once
 * @arg: arguments, truncated to 32 bits for a 32-bit caller
 * @ret: result
 */
struct kx_hcall {
	struct kx_vcpu *v;
	u64 nr;
	u8 cpl;
	u8 width;
	u64 arg[6];
	long ret;
};

typedef enum kx_outcome (*kx_hcall_fn)(struct kx_hcall *h);

/**
 * kx_hcall_dispatch() - answer a hypercall
 * @h: filled in but for @ret
 *
 * Context: vCPU thread, may sleep, kvm->srcu held.
 * Return: outcome; @h->ret is set unless it is %KX_RESTART.
 */
enum kx_outcome kx_hcall_dispatch(struct kx_hcall *h);

const char *kx_hcall_name(u64 nr);

/* end a handler with a result */
static inline enum kx_outcome kx_done(struct kx_hcall *h, long ret)
{
	h->ret = ret;
	return KX_DONE;
}

/* copy a whole argument structure of the caller's */
#define kx_arg_in(h, to, gva) \
	kx_copy_from_guest((h)->v, (to), (gva), sizeof(*(to)))
#define kx_arg_out(h, gva, from) \
	kx_copy_to_guest((h)->v, (gva), (from), sizeof(*(from)))

/* an address behind another one; a 32-bit caller's wrap at 4 GiB */
static inline u64 kx_gva_add(const struct kx_hcall *h, u64 gva, u64 bytes)
{
	gva += bytes;
	return h->width == 32 ? (u32)gva : gva;
}

/* the rows of the table that are built */
enum kx_outcome kx_hcall_set_timer_op(struct kx_hcall *h);
enum kx_outcome kx_hcall_xen_version(struct kx_hcall *h);
enum kx_outcome kx_hcall_console_io(struct kx_hcall *h);
enum kx_outcome kx_hcall_memory_op(struct kx_hcall *h);
enum kx_outcome kx_hcall_grant_table_op(struct kx_hcall *h);
enum kx_outcome kx_hcall_vm_assist(struct kx_hcall *h);
enum kx_outcome kx_hcall_vcpu_op(struct kx_hcall *h);
enum kx_outcome kx_hcall_sched_op(struct kx_hcall *h);
enum kx_outcome kx_hcall_event_channel_op(struct kx_hcall *h);
enum kx_outcome kx_hcall_hvm_op(struct kx_hcall *h);

#endif /* KX_HCALL_H */
