// SPDX-License-Identifier: GPL-2.0-only
/*
 * xen_version: who we say we are. The reference is Xen 4.17.7 for an
 * unprivileged HVM guest, with Xen 4.18's strings of any length on top.
 */
#include "hcall.h"
#include <xenabi/compat.h>
#include <xenabi/xen.h>

#define XEN_MAJOR	4
#define XEN_MINOR	17
#define XEN_EXTRA	".7"
#define XEN_CAPS	"hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 "
#define XEN_CHANGESET	"unavailable"

/* where Xen's own part of the address space begins for a 64-bit guest */
#define VIRT_START_64	0xffff800000000000ULL
#define VIRT_START_32	0xffffffffU

/* what Xen shows instead of what an unprivileged guest may not read */
static const char denied[] = "<denied>";

static const struct xen_extraversion extraversion = { XEN_EXTRA };
static const struct xen_capabilities_info capabilities = { XEN_CAPS };
static const struct xen_changeset_info changeset = { XEN_CHANGESET };
static const struct xen_compile_info compile_info = {
	.compiler	= "gcc",
	.compile_by	= "kvm-xen",
	.compile_domain	= "kvm-xen",
	.compile_date	= "unavailable",
};

static int platform_parameters(struct kx_hcall *h)
{
	const struct xen_platform_parameters wide = { VIRT_START_64 };
	const struct kx_compat_platform_parameters narrow = { VIRT_START_32 };

	if (h->width == 64)
		return kx_arg_out(h, h->arg[1], &wide);
	return kx_arg_out(h, h->arg[1], &narrow);
}

static int get_features(struct kx_hcall *h)
{
	struct xen_feature_info fi;

	if (kx_arg_in(h, &fi, h->arg[1]))
		return -EFAULT;
	/* Xen has this word alone, and refuses others */
	if (fi.submap_idx)
		return -EINVAL;

	fi.submap = BIT(XENFEAT_writable_page_tables) |
		    BIT(XENFEAT_auto_translated_physmap) |
		    BIT(XENFEAT_hvm_callback_vector) |
		    BIT(XENFEAT_hvm_safe_pvclock) |
		    BIT(XENFEAT_memory_op_vnode_supported) |
		    BIT(XENFEAT_not_direct_mapped);
	return kx_arg_out(h, h->arg[1], &fi);
}

static int guest_handle(struct kx_hcall *h)
{
	u8 uuid[16];

	kx_vm_uuid(h->v->d, uuid);
	return kx_copy_to_guest(h->v, h->arg[1], uuid, sizeof(uuid));
}

/* a string of any length; without an argument, its length alone */
static int varbuf(struct kx_hcall *h, const char *s)
{
	size_t len = strlen(s);
	struct kx_varbuf buf;

	if (!h->arg[1])
		return len;
	if (kx_arg_in(h, &buf, h->arg[1]))
		return -EFAULT;
	if (!buf.len)
		return -EINVAL;
	if (len > buf.len)
		return -ENOBUFS;
	if (kx_copy_to_guest(h->v, kx_gva_add(h, h->arg[1], sizeof(buf)), s, len))
		return -EFAULT;
	return len;
}

/* the operations that answer with a string */
static int strings(struct kx_hcall *h, u32 cmd)
{
	switch (cmd) {
	case XENVER_extraversion:
		return kx_arg_out(h, h->arg[1], &extraversion);
	case XENVER_compile_info:
		return kx_arg_out(h, h->arg[1], &compile_info);
	case XENVER_capabilities:
		return kx_arg_out(h, h->arg[1], &capabilities);
	case XENVER_changeset:
		return kx_arg_out(h, h->arg[1], &changeset);
	case XENVER_commandline:
		return kx_arg_out(h, h->arg[1], &denied);
	case KX_XENVER_extraversion2:
		return varbuf(h, XEN_EXTRA);
	case KX_XENVER_capabilities2:
		return varbuf(h, XEN_CAPS);
	case KX_XENVER_changeset2:
		return varbuf(h, XEN_CHANGESET);
	default:
		return -ENOSYS;
	}
}

/**
 * kx_hcall_xen_version() - hypercall 17
 * @h: arg[0] XENVER_*, arg[1] where the answer goes
 *
 * Context: vCPU thread, may sleep.
 * Return: %KX_DONE with the result of version.h, -EFAULT, -EINVAL (unknown word
 * of features, argument of pagesize, empty buffer), -ENOBUFS, -EPERM (build_id,
 * commandline2) or -ENOSYS.
 */
enum kx_outcome kx_hcall_xen_version(struct kx_hcall *h)
{
	u32 cmd = h->arg[0];

	switch (cmd) {
	case XENVER_version:
		return kx_done(h, XEN_MAJOR << 16 | XEN_MINOR);
	case XENVER_platform_parameters:
		return kx_done(h, platform_parameters(h));
	case XENVER_get_features:
		return kx_done(h, get_features(h));
	case XENVER_pagesize:
		return kx_done(h, h->arg[1] ? -EINVAL : PAGE_SIZE);
	case XENVER_guest_handle:
		return kx_done(h, guest_handle(h));
	case XENVER_build_id:
	case KX_XENVER_commandline2:
		return kx_done(h, -EPERM);
	default:
		return kx_done(h, strings(h, cmd));
	}
}
