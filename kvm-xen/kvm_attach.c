// SPDX-License-Identifier: GPL-2.0-only
/* How a VM becomes a Xen domain and ceases to be one. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include "kvm_seam.h"

/*
 * Whether KVM says so anywhere that can be seen: by the VM's type, and where
 * the host has AVIC by what inhibits that. The old way to make a plain SEV VM
 * leaves no other trace.
 */
static bool uses_sev(struct kvm *kvm)
{
	return kx_is_encrypted(kvm) ||
	       READ_ONCE(kvm->arch.apicv_inhibit_reasons) &
	       BIT(APICV_INHIBIT_REASON_SEV);
}

/**
 * kx_vm_check() - can this VM be a Xen domain?
 * @kvm: VM
 * @why: what is in the way
 *
 * Return: 0, -ENODEV (no in-kernel LAPIC), -EOPNOTSUPP.
 */
int kx_vm_check(struct kvm *kvm, const char **why)
{
	struct kvm_memory_slot *slot;
	int bkt, idx, r = 0;

	*why = NULL;
	if (kvm->arch.xen_hvm_config.flags || kvm->arch.xen_hvm_config.msr) {
		*why = "KVM_XEN_HVM_CONFIG is set";
		return -EOPNOTSUPP;
	}
	if (kx_has_private_mem(kvm)) {
		*why = "it uses guest_memfd";
		return -EOPNOTSUPP;
	}
	if (uses_sev(kvm)) {
		*why = "it uses SEV";
		return -EOPNOTSUPP;
	}
	idx = srcu_read_lock(&kvm->srcu);
	kvm_for_each_memslot(slot, bkt, kvm_memslots(kvm)) {
		if (kx_window_owns_slot(slot)) {
			*why = "it uses memslots that are reserved for windows";
			r = -EOPNOTSUPP;
			break;
		}
	}
	srcu_read_unlock(&kvm->srcu, idx);
	return r;
}

/* the irqchip comes after the VM, so the stand-in can ask for it only later */
static int check_lapic(struct kvm *kvm, const char **why)
{
	if (kvm->arch.irqchip_mode != KVM_IRQCHIP_NONE)
		return 0;
	*why = "it has no in-kernel local APIC";
	return -ENODEV;
}

static bool any_vcpu_ran(struct kvm *kvm)
{
	struct kvm_vcpu *kvcpu;
	unsigned long i;

	kvm_for_each_vcpu(i, kvcpu, kvm)
		if (rcu_access_pointer(kvcpu->pid))
			return true;
	return false;
}

bool kx_vm_ran(struct kx_domain *d)
{
	return any_vcpu_ran(d->kvm);
}

bool kx_vcpu_ran(struct kx_vcpu *v)
{
	return rcu_access_pointer(v->kvcpu->pid);
}

static bool is_domain(struct kvm *kvm)
{
	bool r;

	rcu_read_lock();
	r = kx_domain_of(kvm);
	rcu_read_unlock();
	return r;
}

/**
 * kx_vm_attach() - make a VM a domain
 * @vm_file: what the caller passed, anything
 * @domid: wanted, or 0
 * @hold_vm: the domain descriptor keeps the VM alive (KX_ATTACH); otherwise the
 *	domain ends when KVM destroys the VM (stand-in)
 * @out: the domain
 *
 * Context: may sleep.
 * Return: 0, or what &struct kx_attach documents.
 */
int kx_vm_attach(struct file *vm_file, domid_t domid, bool hold_vm,
		 struct kx_dom **out)
{
	const char *why = NULL;
	struct kx_dom *dom;
	struct kvm *kvm;
	int r;

	if (!file_is_kvm(vm_file))
		return -ENOTTY;
	kvm = vm_file->private_data;
	if (kvm->mm != current->mm)
		return -EXDEV;
	if (is_domain(kvm))
		return -EEXIST;
	r = kx_vm_check(kvm, &why);
	if (!r && hold_vm)
		r = check_lapic(kvm, &why);
	if (r) {
		pr_info_ratelimited("VM of %s[%d] cannot be a domain: %s\n",
				    current->comm, task_tgid_nr(current), why);
		return r;
	}
	if (any_vcpu_ran(kvm))
		return -EBUSY;

	r = kx_hooks_get();
	if (r)
		return r;
	dom = kx_dom_create(kvm, kvm->mm, kvm->max_vcpus, domid);
	if (IS_ERR(dom)) {
		r = PTR_ERR(dom);
		goto put_hooks;
	}
	dom->holds_vm = hold_vm;
	r = kx_dom_publish(dom);
	if (r) {
		kx_dom_destroy(dom);
		goto put_hooks;
	}
	if (hold_vm)
		kvm_get_kvm(kvm);
	__module_get(THIS_MODULE);
	*out = dom;
	return 0;

put_hooks:
	kx_hooks_put();
	return r;
}

/**
 * kx_vm_detach() - end the domain of a descriptor
 * @dom: attached with @hold_vm; the creator's reference is consumed
 *
 * Context: may sleep.
 */
void kx_vm_detach(struct kx_dom *dom)
{
	struct kvm *kvm = dom->d.kvm;

	kx_dom_detach(dom);
	kx_hooks_put();
	kvm_put_kvm(kvm);
	module_put(THIS_MODULE);
}

/* KVM is about to take the VM apart; nobody else has it any more */
struct kx_verdict kx_on_pre_destroy(struct kvm *kvm)
{
	struct kx_domain *d;

	rcu_read_lock();
	d = kx_domain_of(kvm);
	rcu_read_unlock();
	if (d) {
		kx_dom_detach(to_kx_dom(d));
		kx_hooks_put();
		/* the way back to KVM does not sleep: kx_hooks_exit() waits */
		module_put(THIS_MODULE);
	}
	return KX_PASS;
}

/* KVM_RUN fails from now on: half a Xen domain is worse than none */
static void refuse(struct kx_dom *dom, const char *why)
{
	if (dom->refused)
		return;
	dom->refused = true;
	pr_err("d%u: the VM cannot run as a Xen domain: %s\n", dom->d.domid, why);
	kvm_vm_dead(dom->d.kvm);
}

/* as kx_vm_check(), but our own windows are no offence now */
static int check_again(struct kvm *kvm, struct kvm_vcpu *kvcpu, const char **why)
{
	int r = check_lapic(kvm, why);

	if (r)
		return r;
	if (kvm->arch.xen_hvm_config.flags || kvm->arch.xen_hvm_config.msr) {
		*why = "KVM_XEN_HVM_CONFIG is set";
		return -EOPNOTSUPP;
	}
	if (kx_has_private_mem(kvm) || kvcpu->arch.guest_state_protected ||
	    uses_sev(kvm)) {
		*why = "its memory or state is encrypted";
		return -EOPNOTSUPP;
	}
	return 0;
}

/**
 * kx_vcpus_sync() - make the objects of vCPUs that KVM has and we have not
 * @d: domain
 *
 * Context: may sleep; takes &kx_domain.lock.
 * Return: 0, -ESHUTDOWN (no VM any more), -ENOMEM, -ENOSPC, or why the VM
 * cannot be a domain after all.
 */
int kx_vcpus_sync(struct kx_domain *d)
{
	struct kx_dom *dom = to_kx_dom(d);
	struct kvm_vcpu *kvcpu;
	const char *why;
	unsigned int i;
	int r = 0;

	mutex_lock(&d->lock);
	if (!d->kvm) {
		r = -ESHUTDOWN;
		goto out;
	}
	for (i = d->nr_vcpus; i < atomic_read(&d->kvm->online_vcpus); i++) {
		kvcpu = kvm_get_vcpu(d->kvm, i);
		if (!kvcpu)
			break;
		r = check_again(d->kvm, kvcpu, &why);
		if (r) {
			refuse(dom, why);
			break;
		}
		r = kx_vcpu_create(dom, kvcpu, i);
		if (r)
			break;
	}
out:
	mutex_unlock(&d->lock);
	return r;
}

/**
 * kx_vcpus_trylock() - keep every vCPU out of its ioctls, KVM_RUN above all
 * @d: attached domain
 *
 * Context: &kx_domain.lock held.
 * Return: false if one of them is in an ioctl; nothing is held then.
 */
bool kx_vcpus_trylock(struct kx_domain *d)
{
	unsigned int i;

	lockdep_assert_held(&d->lock);
	for (i = 0; i < d->nr_vcpus; i++)
		if (!mutex_trylock(&d->vcpu[i]->kvcpu->mutex))
			break;
	if (i == d->nr_vcpus)
		return true;
	while (i-- > 0)
		mutex_unlock(&d->vcpu[i]->kvcpu->mutex);
	return false;
}

/** kx_vcpus_unlock() - let the vCPUs go on; the same lock is still held */
void kx_vcpus_unlock(struct kx_domain *d)
{
	unsigned int i;

	for (i = 0; i < d->nr_vcpus; i++)
		mutex_unlock(&d->vcpu[i]->kvcpu->mutex);
}
