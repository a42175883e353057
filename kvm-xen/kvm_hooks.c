// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hooks on KVM: found when the module is loaded, installed with the first
 * domain, removed a second after the last one.
 *
 * Plain hooks come first, as permanent users of ftrace: that fails while
 * ftrace is switched off, when a direct registration would succeed and patch
 * nothing, and it keeps anybody from switching ftrace off afterwards.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/module.h>

#include "kvm_seam.h"

static char *pretend_missing = "";
module_param(pretend_missing, charp, 0400);
MODULE_PARM_DESC(pretend_missing,
		 "for tests: behave as if KVM had no function of this name");

struct kx_kvm_syms kx_kvm_syms;

static void plain_load(unsigned long ip, unsigned long parent,
		       struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	kx_hook_fired(KX_HOOK_VCPU_LOAD);
	kx_on_vcpu_load((struct kvm_vcpu *)kx_fregs_arg0(fregs));
}

static void plain_put(unsigned long ip, unsigned long parent,
		      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	kx_hook_fired(KX_HOOK_VCPU_PUT);
	kx_on_vcpu_put((struct kvm_vcpu *)kx_fregs_arg0(fregs));
}

static void plain_apic_map(unsigned long ip, unsigned long parent,
			   struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	kx_hook_fired(KX_HOOK_APIC_MAP);
	kx_on_apic_map((struct kvm *)kx_fregs_arg0(fregs));
}

/**
 * struct hook - a function of KVM's that we stand in front of
 * @name: its name
 * @tramp: trampoline of a direct hook
 * @func: callback of a plain hook
 * @optional: a kernel may lack it, or have inlined it where nothing is lost
 * @addr: where it is, 0: an optional one is missing
 * @installed: registered with ftrace
 * @ops: ftrace's handle
 */
struct hook {
	const char *name;
	void (*tramp)(void);
	ftrace_func_t func;
	bool optional;
	unsigned long addr;
	bool installed;
	struct ftrace_ops ops;
};

#define PLAIN(n, f)	{ .name = #n, .func = f }
#define DIRECT(n, t)	{ .name = #n, .tramp = t }

/* in the order of installation */
static struct hook hooks[] = {
	PLAIN(kvm_arch_vcpu_load, plain_load),
	PLAIN(kvm_arch_vcpu_put, plain_put),
	PLAIN(kvm_recalculate_apic_map, plain_apic_map),
	DIRECT(kvm_emulate_hypercall, kx_tramp_hypercall),
	DIRECT(kvm_set_msr_common, kx_tramp_set_msr),
	DIRECT(kvm_get_msr_common, kx_tramp_get_msr),
	DIRECT(kvm_cpuid, kx_tramp_cpuid),
	DIRECT(kvm_cpu_has_injectable_intr, kx_tramp_has_injectable),
	DIRECT(kvm_cpu_has_interrupt, kx_tramp_has_interrupt),
	DIRECT(kvm_cpu_get_interrupt, kx_tramp_get_interrupt),
	/*
	 * Called from outside of kvm_cpu_get_interrupt() by nested VMX, on
	 * kernels where it is a function of its own.
	 */
	{ .name = "kvm_cpu_get_extint", .tramp = kx_tramp_get_extint,
	  .optional = true },
	DIRECT(kvm_arch_pre_destroy_vm, kx_tramp_pre_destroy),
};

/*
 * Address of a function of kvm.ko. A kprobe knows it by name; it may stand
 * behind an ENDBR, therefore the offset is asked for.
 */
static unsigned long find_symbol(const char *name)
{
	char full[KSYM_NAME_LEN + 8], where[KSYM_SYMBOL_LEN];
	struct kprobe kp = { .symbol_name = full,
			     .flags = KPROBE_FLAG_DISABLED };
	unsigned long addr, offset = 0;
	char *plus;

	if (!strcmp(name, pretend_missing))
		return 0;
	snprintf(full, sizeof(full), "kvm:%s", name);
	if (register_kprobe(&kp))
		return 0;
	addr = (unsigned long)kp.addr;
	unregister_kprobe(&kp);

	sprint_symbol(where, addr);
	plus = strstr(where, "+0x");
	if (plus && sscanf(plus, "+0x%lx", &offset) != 1)
		return 0;
	return addr - offset;
}

/**
 * kx_hooks_find() - look up everything that is found by name
 *
 * Context: module load.
 * Return: 0, or -ENOENT after a message that names what is missing.
 */
int kx_hooks_find(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		hooks[i].addr = find_symbol(hooks[i].name);
		if (!hooks[i].addr && !hooks[i].optional) {
			pr_err("this kernel's KVM has no function %s: not a kernel that is known\n",
			       hooks[i].name);
			return -ENOENT;
		}
	}
	kx_kvm_syms.get_cpl = (void *)find_symbol("emulator_get_cpl");
	if (!kx_kvm_syms.get_cpl) {
		pr_err("this kernel's KVM has no function emulator_get_cpl: not a kernel that is known\n");
		return -ENOENT;
	}
	return 0;
}

static int hook_install(struct hook *h)
{
	int r;

	if (!h->addr)
		return 0;
	/* ftrace_free_filter() leaves pointers to what it freed */
	memset(&h->ops, 0, sizeof(h->ops));
	r = ftrace_set_filter_ip(&h->ops, h->addr, 0, 0);
	if (r) {
		pr_err("%s cannot be traced (%d)\n", h->name, r);
		return -ENXIO;
	}
	if (h->func) {
		h->ops.func = h->func;
		h->ops.flags |= FTRACE_OPS_FL_PERMANENT;
		r = register_ftrace_function(&h->ops);
		if (r == -EBUSY) {
			pr_err("ftrace is switched off (kernel.ftrace_enabled)\n");
			r = -ENOSYS;
		}
	} else {
		r = kx_register_direct(&h->ops, (unsigned long)h->tramp);
		if (r == -EBUSY)
			pr_err("%s is in use by another tracer\n", h->name);
	}
	if (r) {
		ftrace_free_filter(&h->ops);
		return r;
	}
	h->installed = true;
	return 0;
}

static void hook_remove(struct hook *h)
{
	if (!h->installed)
		return;
	if (h->func) {
		unregister_ftrace_function(&h->ops);
		ftrace_free_filter(&h->ops);
	} else {
		kx_unregister_direct(&h->ops, (unsigned long)h->tramp);
	}
	h->installed = false;
}

static void remove_all(void)
{
	int i;

	for (i = ARRAY_SIZE(hooks) - 1; i >= 0; i--)
		hook_remove(&hooks[i]);
}

/* users: domains that are attached or about to be */
static DEFINE_MUTEX(hooks_lock);
static unsigned int users;
static bool installed;

static void remove_work(struct work_struct *work)
{
	mutex_lock(&hooks_lock);
	if (!users && installed) {
		remove_all();
		installed = false;
	}
	mutex_unlock(&hooks_lock);
}

static DECLARE_DELAYED_WORK(hooks_work, remove_work);

/*
 * Patching takes a while on a busy host: a VMM that follows another finds the
 * hooks in place.
 */
#define LINGER_JIFFIES	HZ

/**
 * kx_hooks_get() - one more domain; the first one installs the hooks
 *
 * Context: may sleep.
 * Return: 0, -EBUSY (another tracer), -ENOSYS (ftrace off), -ENXIO (a hook does
 * not fire), after a message that says which function it is; -EINTR (a signal
 * came during the self-test), -ENOMEM.
 */
int kx_hooks_get(void)
{
	int i, r = 0;

	mutex_lock(&hooks_lock);
	if (!installed) {
		for (i = 0; !r && i < ARRAY_SIZE(hooks); i++)
			r = hook_install(&hooks[i]);
		if (!r)
			r = kx_hooks_selftest();
		if (r)
			remove_all();
		else
			installed = true;
	}
	if (!r)
		users++;
	mutex_unlock(&hooks_lock);
	return r;
}

/**
 * kx_hooks_put() - one domain less
 *
 * The removal itself is left to a work item: this can be called from inside a
 * trampoline.
 *
 * Context: may sleep.
 */
void kx_hooks_put(void)
{
	mutex_lock(&hooks_lock);
	if (!--users)
		mod_delayed_work(system_wq, &hooks_work, LINGER_JIFFIES);
	mutex_unlock(&hooks_lock);
}

/**
 * kx_hooks_exit() - see that no thread is in our text any more
 *
 * Handlers that sleep have left when their domain is detached; what follows in
 * handlers and trampolines does not sleep, so the tasks flavour of RCU covers
 * it. The same holds for the end of a file of ours that kxfs.c made.
 *
 * Context: module exit; no domain is left.
 */
void kx_hooks_exit(void)
{
	cancel_delayed_work_sync(&hooks_work);
	remove_work(&hooks_work.work);
	synchronize_rcu_tasks();
}
