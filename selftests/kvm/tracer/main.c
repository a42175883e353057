// SPDX-License-Identifier: GPL-2.0-only
/*
 * For tests: a tracer that owns kvm_cpuid by a direct call, as a BPF program
 * would. While it is loaded no VM can become a Xen domain.
 */
#include <linux/ftrace.h>
#include <linux/module.h>

/* kvm.ko exports it; only its address matters here */
extern void kvm_cpuid(void);
void kx_tracer_tramp(void);

static struct ftrace_ops ops;

/* the same difference of kernels as in the module's compat.h */
#ifdef ftrace_regs_get_argument
#define do_register(tramp)	register_ftrace_direct(&ops, tramp)
#define do_unregister(tramp)	unregister_ftrace_direct(&ops, tramp, true)
#else
#define do_register(tramp)	register_ftrace_direct_multi(&ops, tramp)
#define do_unregister(tramp)	unregister_ftrace_direct_multi(&ops, tramp)
#endif

static int __init kx_tracer_init(void)
{
	int r = ftrace_set_filter_ip(&ops, (unsigned long)kvm_cpuid, 0, 0);

	return r ? r : do_register((unsigned long)kx_tracer_tramp);
}

static void __exit kx_tracer_exit(void)
{
	do_unregister((unsigned long)kx_tracer_tramp);
}

module_init(kx_tracer_init);
module_exit(kx_tracer_exit);

MODULE_LICENSE("GPL");
MODULE_AUTHOR("The kvm-xen developers");
MODULE_DESCRIPTION("Owns kvm_cpuid, for tests of kvm-xen");
