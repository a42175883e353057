// SPDX-License-Identifier: GPL-2.0-only
/* Module life cycle. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include "core.h"

static int __init kx_init(void)
{
	int r;

	r = kx_hooks_find();
	if (r)
		return r;
	r = kx_fs_init();
	if (r)
		return r;
	r = kx_device_init();
	if (r) {
		kx_fs_exit();
		return r;
	}
	pr_info("Xen guest ABI on KVM, /dev/kvm-xen ready\n");
	return 0;
}

static void __exit kx_exit(void)
{
	kx_device_exit();
	kx_hooks_exit();
	kx_fs_exit();
}

module_init(kx_init);
module_exit(kx_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The kvm-xen developers");
MODULE_DESCRIPTION("Xen guests on a stock KVM");
MODULE_VERSION("0.1");
MODULE_SOFTDEP("pre: kvm");
