/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The ioctl ABI of /dev/kvm-xen.
 *
 * A VM becomes a Xen domain in one of two ways:
 *
 *  - %KX_ATTACH on /dev/kvm-xen with a file descriptor of the VM. The caller
 *    gets a domain file descriptor; the domain lives as long as that.
 *  - /dev/kvm-xen is used in the place of /dev/kvm (the "stand-in"): each KVM
 *    system ioctl is forwarded, and the VM that KVM_CREATE_VM returns is a
 *    domain until KVM destroys it.
 *
 * Rules for every structure: unknown flags and padding that is not zero are
 * refused with EINVAL. CHANGELOG lists the changes by version.
 */
#ifndef _UAPI_LINUX_KVM_XEN_H
#define _UAPI_LINUX_KVM_XEN_H

#include <linux/ioctl.h>
#include <linux/types.h>

/** KX_UAPI_VERSION - returned by %KX_GET_VERSION; raised by each addition */
#define KX_UAPI_VERSION		1

#define KX_IOC			0xB7

/** KX_DOMID_AUTO - let the module choose a domid (1 and up) */
#define KX_DOMID_AUTO		0

/**
 * struct kx_attach - argument of %KX_ATTACH
 * @flags: must be 0
 * @vm_fd: file descriptor of a KVM VM that the caller's process created
 * @domid: %KX_DOMID_AUTO, or the wanted domid (needs CAP_SYS_ADMIN in the
 *	initial user namespace); returned: the domid that the domain got
 * @pad: must be 0
 *
 * Returns a new domain file descriptor, or:
 *
 * - EINVAL: flags or padding, domid out of range
 * - EBADF: @vm_fd is not an open file
 * - ENOTTY: @vm_fd is not a KVM VM
 * - EXDEV: the VM belongs to another address space
 * - EEXIST: the VM is a Xen domain already, or the domid is in use
 * - EBUSY: a vCPU of the VM has run, or one of KVM's functions that the
 *   module hooks is in use by another tracer
 * - ENODEV: the VM has no in-kernel local APIC
 * - EOPNOTSUPP: the VM uses KVM_XEN_HVM_CONFIG, guest_memfd or SEV
 * - EPERM: choosing a domid without CAP_SYS_ADMIN
 * - ENOSPC: no domid is free
 * - ENOSYS: ftrace is switched off (kernel.ftrace_enabled)
 * - ENXIO: a hook does not fire on this kernel
 * - EINTR: a signal came; try again
 * - ENOMEM
 */
struct kx_attach {
	__u32 flags;
	__s32 vm_fd;
	__u16 domid;
	__u16 pad[7];
};

/**
 * struct kx_domain_info - result of %KX_DOMAIN_INFO
 * @flags: KX_INFO_* bits
 * @domid: the domain's id
 * @width: the guest's latched ABI width, 32 or 64 bits
 * @pad0: 0
 * @nr_vcpus: vCPUs known so far
 * @shutdown_reason: SHUTDOWN_* of Xen's sched.h, valid with %KX_INFO_SHUTDOWN
 * @callback_via: value of HVM_PARAM_CALLBACK_IRQ
 * @hypercalls: hypercalls answered since attach
 * @upcalls: upcall vectors handed to vCPUs since attach
 * @pinned_pages: pages of the guest that are pinned for it now
 * @overlay_pages: pages of ours that belong to it now
 * @pad: 0
 */
struct kx_domain_info {
	__u32 flags;
	__u16 domid;
	__u8 width;
	__u8 pad0;
	__u32 nr_vcpus;
	__u32 shutdown_reason;
	__u64 callback_via;
	__u64 hypercalls;
	__u64 upcalls;
	__u32 pinned_pages;
	__u32 overlay_pages;
	__u64 pad[8];
};

/** KX_INFO_SHUTDOWN - the guest called SCHEDOP_shutdown */
#define KX_INFO_SHUTDOWN	(1U << 0)
/** KX_INFO_DYING - the VM is gone, only its files are still open */
#define KX_INFO_DYING		(1U << 1)

/**
 * struct kx_vcpu_id - argument of %KX_VCPU_SET_ID
 * @vcpu_idx: the vCPU, counted from 0 in the order of KVM_CREATE_VCPU
 * @xen_id: the id by which the guest names it, below KVM_CAP_MAX_VCPUS
 *
 * Default: the index. Must be set after the vCPU was created and before any
 * vCPU of the VM runs. ENOENT: no such vCPU; EEXIST: another vCPU has the id;
 * EBUSY: a vCPU has run; EINVAL: id out of range; ESHUTDOWN: the VM is gone.
 */
struct kx_vcpu_id {
	__u32 vcpu_idx;
	__u32 xen_id;
};

/** struct kx_uuid - argument of %KX_SET_UUID: XENVER_guest_handle's answer */
struct kx_uuid {
	__u8 bytes[16];
};

/* on /dev/kvm-xen */
#define KX_GET_VERSION		_IO(KX_IOC, 0x00)
#define KX_ATTACH		_IOWR(KX_IOC, 0x01, struct kx_attach)
/**
 * KX_OPEN_DOMAIN - a domain file descriptor of a living domain
 *
 * The argument is the domid itself. Needs CAP_SYS_ADMIN in the initial user
 * namespace. Such a descriptor does not keep the domain alive.
 * EPERM, EINVAL (domid out of range), ENOENT (no such domain).
 */
#define KX_OPEN_DOMAIN		_IO(KX_IOC, 0x02)

/* on a domain file descriptor */
#define KX_DOMAIN_INFO		_IOR(KX_IOC, 0x10, struct kx_domain_info)
#define KX_VCPU_SET_ID		_IOW(KX_IOC, 0x11, struct kx_vcpu_id)
/**
 * KX_RESET - forget all state of the guest, as after a reboot in the same VM
 *
 * Ports, registered areas, overlays, parameters and timers go; the domid and
 * vCPU ids stay. No vCPU may be inside KVM_RUN: EBUSY otherwise.
 * ESHUTDOWN: the VM is gone.
 */
#define KX_RESET		_IO(KX_IOC, 0x12)
/** KX_SET_UUID - the VM's UUID; zero until set. ESHUTDOWN: the VM is gone. */
#define KX_SET_UUID		_IOW(KX_IOC, 0x13, struct kx_uuid)

/*
 * read(2) on a domain file descriptor returns what the guest wrote with
 * console_io, oldest first; it blocks unless O_NONBLOCK is set, and returns 0
 * when the domain is gone and all is read. The log holds 16 KiB; older bytes
 * are dropped. poll(2) reports EPOLLIN and, at the end, EPOLLHUP.
 */

#endif /* _UAPI_LINUX_KVM_XEN_H */
