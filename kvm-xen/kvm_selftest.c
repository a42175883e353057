// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hooks are shown to fire before the first domain relies on them: a
 * compiler may have inlined a call, and then a patched function is never
 * reached. A VM of one vCPU and one page is made in the caller's process and
 * runs a few instructions that lead KVM through every hooked function.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/kvm.h>
#include <linux/mman.h>
#include <linux/syscalls.h>
#include <linux/uaccess.h>

#include "kvm_seam.h"
#include "../shinfo/shinfo.h"

/* the guest's page is seen at 0, for the vectors, and at the reset vector */
#define GUEST_TOP	0xfffff000
#define CODE_AT		0x400
#define HANDLER_AT	0x600
#define RESET_AT	0xff0
#define VECTOR		0x20
#define PORT_READY	0x80
#define PORT_UPCALL	0x81
#define LIMIT_JIFFIES	(30 * HZ)

static const u8 guest_reset[] = {
	0xe9, 0x0d, 0xf4,			/* jmp to CODE_AT */
};

static const u8 guest_code[] = {
	0x0f, 0x01, 0xc1,			/* vmcall, patched for AMD */
	0x66, 0xb8, 0x00, 0x00, 0x00, 0x40,	/* mov $0x40000000, %eax */
	0x0f, 0xa2,				/* cpuid */
	0x66, 0xb9, 0x00, 0x00, 0x00, 0x40,	/* mov $0x40000000, %ecx */
	0x0f, 0x32,				/* rdmsr */
	0x66, 0xb9, 0x10, 0x00, 0x00, 0x00,	/* mov $MSR_IA32_TSC, %ecx */
	0x0f, 0x30,				/* wrmsr */
	0x31, 0xc0,				/* xor %ax, %ax: flat, low segments */
	0x8e, 0xd8,				/* mov %ax, %ds */
	0x8e, 0xd0,				/* mov %ax, %ss */
	0xbc, 0x00, 0x0c,			/* mov $0xc00, %sp */
	0xfb,					/* sti */
	0xe6, PORT_READY,			/* out %al, $PORT_READY */
	0xf4,					/* hlt */
	0xeb, 0xfd,				/* jmp to the hlt */
};

static const u8 guest_handler[] = {
	0xe6, PORT_UPCALL,			/* out %al, $PORT_UPCALL */
	0xf4,					/* hlt */
};

/**
 * struct tiny - the VM
 * @kvm: KVM's device
 * @vm: the VM's file
 * @vcpu: the vCPU's file
 * @vm_fd: descriptor of @vm in the caller's table, -1: none
 * @vcpu_fd: descriptor of @vcpu, -1: none
 * @kvcpu: the vCPU
 * @mem: the guest's page in the caller's memory, behind it one for arguments
 * @dom: the domain
 * @limit: ends a guest that does not
 */
struct tiny {
	struct file *kvm;
	struct file *vm;
	struct file *vcpu;
	int vm_fd;
	int vcpu_fd;
	struct kvm_vcpu *kvcpu;
	unsigned long mem;
	struct kx_dom *dom;
	struct delayed_work limit;
};

static unsigned long seen;

/* called by every handler; one test of a bit once all were seen */
void kx_hook_fired(enum kx_hook hook)
{
	if (unlikely(!test_bit(hook, &seen)))
		set_bit(hook, &seen);
}

static long call(struct file *file, unsigned int cmd, unsigned long arg)
{
	return file->f_op->unlocked_ioctl(file, cmd, arg);
}

/* an ioctl whose argument lies in memory */
static long call_with(struct tiny *t, struct file *file, unsigned int cmd,
		      const void *arg, size_t bytes)
{
	unsigned long at = t->mem + PAGE_SIZE;

	if (copy_to_user((void __user *)at, arg, bytes))
		return -EFAULT;
	return call(file, cmd, at);
}

static int put_code(struct tiny *t, unsigned int at, const void *code,
		    size_t bytes)
{
	return copy_to_user((void __user *)t->mem + at, code, bytes) ? -EFAULT :
								       0;
}

static int fill_page(struct tiny *t)
{
	const u16 vector[2] = { HANDLER_AT, 0 };
	u8 code[sizeof(guest_code)];
	int r;

	memcpy(code, guest_code, sizeof(code));
	if (!boot_cpu_has(X86_FEATURE_VMX))
		code[2] = 0xd9;		/* vmmcall */
	r = put_code(t, CODE_AT, code, sizeof(code));
	r = r ?: put_code(t, HANDLER_AT, guest_handler, sizeof(guest_handler));
	r = r ?: put_code(t, RESET_AT, guest_reset, sizeof(guest_reset));
	return r ?: put_code(t, VECTOR * sizeof(vector), vector, sizeof(vector));
}

static int add_slot(struct tiny *t, u32 slot, u64 gpa)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = gpa,
		.memory_size = PAGE_SIZE,
		.userspace_addr = t->mem,
	};

	return call_with(t, t->vm, KVM_SET_USER_MEMORY_REGION, &region,
			 sizeof(region));
}

/* a descriptor that KVM made, and its file */
static int keep_fd(long fd, int *fdp, struct file **file)
{
	if (fd < 0)
		return fd;
	*fdp = fd;
	*file = fget(fd);
	return *file ? 0 : -EBADF;
}

static int make_vm(struct tiny *t)
{
	struct kvm *kvm;
	int r;

	t->mem = vm_mmap(NULL, 0, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE,
			 MAP_ANONYMOUS | MAP_PRIVATE, 0);
	if (IS_ERR_VALUE(t->mem)) {
		r = t->mem;
		t->mem = 0;
		return r;
	}
	r = fill_page(t);
	r = r ?: keep_fd(call(t->kvm, KVM_CREATE_VM, 0), &t->vm_fd, &t->vm);
	if (r)
		return r;
	if (!file_is_kvm(t->vm))
		return -EBADF;
	kvm = t->vm->private_data;

	t->dom = kx_dom_create(kvm, kvm->mm, kvm->max_vcpus, KX_MAX_DOMID);
	if (IS_ERR(t->dom)) {
		r = PTR_ERR(t->dom);
		t->dom = NULL;
		return r;
	}
	r = kx_dom_publish(t->dom);
	if (r) {
		kx_dom_destroy(t->dom);
		t->dom = NULL;
		return r;
	}
	r = call(t->vm, KVM_CREATE_IRQCHIP, 0);
	r = r ?: add_slot(t, 0, 0);
	r = r ?: add_slot(t, 1, GUEST_TOP);
	r = r ?: keep_fd(call(t->vm, KVM_CREATE_VCPU, 0), &t->vcpu_fd,
			 &t->vcpu);
	if (r)
		return r;
	/* another thread of the caller's can have put its own file there */
	t->kvcpu = kvm_get_vcpu(kvm, 0);
	return t->kvcpu && t->vcpu->private_data == t->kvcpu &&
	       t->vcpu->f_op->unlocked_ioctl ? 0 : -EBADF;
}

/* run until the guest writes to a port; -ENXIO if it does anything else */
static int run_to(struct tiny *t, u16 port)
{
	long r = call(t->vcpu, KVM_RUN, 0);

	/* a fatal signal can make any access of the guest's memory fail */
	if (r)
		return signal_pending(current) ? -EINTR : -ENXIO;
	return t->kvcpu->run->exit_reason == KVM_EXIT_IO &&
	       t->kvcpu->run->io.port == port ? 0 : -ENXIO;
}

static int run_guest(struct tiny *t)
{
	const struct kvm_mp_state halted = { .mp_state = KVM_MP_STATE_HALTED };
	struct kx_domain *d = &t->dom->d;
	int r;

	r = run_to(t, PORT_READY);
	if (r)
		return r;
	r = call_with(t, t->vcpu, KVM_SET_MP_STATE, &halted, sizeof(halted));
	if (r)
		return r;
	if (!d->vcpu[0])
		return -ENXIO;
	WRITE_ONCE(d->callback_vector, VECTOR);
	rcu_read_lock();
	kx_upcall_raise(d->vcpu[0]);
	rcu_read_unlock();
	return run_to(t, PORT_UPCALL);
}

/* the caller can write to the guest's page: it must not run for ever */
static void time_is_up(struct work_struct *work)
{
	struct tiny *t = container_of(work, struct tiny, limit.work);

	kvm_vm_dead(t->vm->private_data);
}

static int run_limited(struct tiny *t)
{
	int r;

	INIT_DELAYED_WORK_ONSTACK(&t->limit, time_is_up);
	schedule_delayed_work(&t->limit, LIMIT_JIFFIES);
	r = run_guest(t);
	cancel_delayed_work_sync(&t->limit);
	destroy_delayed_work_on_stack(&t->limit);
	return r;
}

static void take_down(struct tiny *t)
{
	/* first, so that the end of the VM finds no domain */
	if (t->dom)
		kx_dom_detach(t->dom);
	if (t->vcpu)
		fput(t->vcpu);
	if (t->vcpu_fd >= 0)
		close_fd(t->vcpu_fd);
	if (t->vm)
		fput(t->vm);
	if (t->vm_fd >= 0)
		close_fd(t->vm_fd);
	if (t->mem)
		vm_munmap(t->mem, 2 * PAGE_SIZE);
	fput(t->kvm);
}

static const char *const hook_names[KX_NR_HOOKS] = {
	[KX_HOOK_VCPU_LOAD] = "kvm_arch_vcpu_load",
	[KX_HOOK_VCPU_PUT] = "kvm_arch_vcpu_put",
	[KX_HOOK_APIC_MAP] = "kvm_recalculate_apic_map",
	[KX_HOOK_HYPERCALL] = "kvm_emulate_hypercall",
	[KX_HOOK_SET_MSR] = "kvm_set_msr_common",
	[KX_HOOK_GET_MSR] = "kvm_get_msr_common",
	[KX_HOOK_CPUID] = "kvm_cpuid",
	[KX_HOOK_HAS_INJECTABLE] = "kvm_cpu_has_injectable_intr",
	[KX_HOOK_HAS_INTERRUPT] = "kvm_cpu_has_interrupt",
	[KX_HOOK_GET_INTERRUPT] = "kvm_cpu_get_interrupt",
};

/**
 * kx_hooks_selftest() - lead KVM through the hooked functions
 *
 * kvm_arch_pre_destroy_vm() is not waited for: it comes when the files are
 * closed, after the caller's ioctl. It is called from another object file, so
 * no compiler inlines it.
 *
 * Context: may sleep; the hooks are installed; the caller's process gets two
 * descriptors and a mapping for the time of the call.
 * Return: 0; -ENXIO (a hook did not fire, or the guest did not get through);
 * -EINTR (a signal came); -EMFILE, -ENOMEM and what KVM says.
 */
int kx_hooks_selftest(void)
{
	struct tiny t = { .vm_fd = -1, .vcpu_fd = -1 };
	unsigned int i;
	int r;

	t.kvm = kx_fs_open_kvm(false);
	if (IS_ERR(t.kvm))
		return PTR_ERR(t.kvm);
	seen = 0;
	r = make_vm(&t);
	r = r ?: run_limited(&t);
	take_down(&t);

	/* whatever stopped the guest, a hook that is missing is the reason */
	for (i = 0; (!r || r == -ENXIO) && i < KX_NR_HOOKS; i++) {
		if (!test_bit(i, &seen)) {
			pr_err("the hook on %s does not fire on this kernel\n",
			       hook_names[i]);
			return -ENXIO;
		}
	}
	if (r && r != -EINTR)
		pr_err("the self-test of the hooks failed (%d)\n", r);
	return r;
}
