// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of domains and their vCPUs. A domain is created, published in the
 * table that the hooks look into, detached when its VM or its descriptor
 * goes, and freed with its last file.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/idr.h>
#include <linux/module.h>
#include <linux/sched/mm.h>

#include "core.h"
#include "vm_table.h"
#include "../evtchn/evtchn.h"
#include "../gnttab/gnttab.h"
#include "../hypercalls/hvm_params.h"

/* domids, the table of VMs: changed under this lock */
static DEFINE_MUTEX(domains_lock);
static DEFINE_IDR(domids);

struct hlist_head kx_vm_table[1 << KX_VM_TABLE_BITS];

/* what a domain is made of, bottom up; taken down in the other direction */
static const struct room {
	const char *name;
	int (*init)(struct kx_domain *d);
	void (*reset)(struct kx_domain *d);
	void (*destroy)(struct kx_domain *d);
} rooms[] = {
	{ "conlog", kx_conlog_init, NULL, kx_conlog_destroy },
	{ "window", kx_window_init, NULL, kx_window_destroy },
	{ "shinfo", kx_shinfo_init, kx_shinfo_reset, kx_shinfo_destroy },
	{ "evtchn", kx_evtchn_init, kx_evtchn_reset, kx_evtchn_destroy },
	{ "gnttab", kx_gnttab_init, kx_gnttab_reset, kx_gnttab_destroy },
	{ "hvm", kx_hvm_init, kx_hvm_reset, kx_hvm_destroy },
};

static const struct vcpu_room {
	int (*init)(struct kx_vcpu *v);
	void (*reset)(struct kx_vcpu *v);
	void (*destroy)(struct kx_vcpu *v);
} vcpu_rooms[] = {
	{ kx_shinfo_vcpu_init, kx_shinfo_vcpu_reset, kx_shinfo_vcpu_destroy },
	{ kx_evtchn_vcpu_init, kx_evtchn_vcpu_reset, kx_evtchn_vcpu_destroy },
	{ kx_clock_init, kx_clock_reset, kx_clock_destroy },
};

static int domid_take(struct kx_dom *dom, domid_t want)
{
	int id;

	mutex_lock(&domains_lock);
	if (want)
		id = idr_alloc(&domids, dom, want, want + 1, GFP_KERNEL);
	else
		id = idr_alloc_cyclic(&domids, dom, KX_FIRST_GUEST_DOMID,
				      KX_MAX_DOMID + 1, GFP_KERNEL);
	mutex_unlock(&domains_lock);
	if (id == -ENOSPC && want)
		return -EEXIST;
	if (id < 0)
		return id;
	dom->d.domid = id;
	return 0;
}

static void domid_release(struct kx_dom *dom)
{
	mutex_lock(&domains_lock);
	idr_remove(&domids, dom->d.domid);
	mutex_unlock(&domains_lock);
}

static void dom_free(struct kref *ref)
{
	struct kx_dom *dom = container_of(ref, struct kx_dom, ref);

	kx_conlog_destroy(&dom->d);
	cleanup_srcu_struct(&dom->srcu);
	mmdrop(dom->mm);
	kvfree(dom->d.vcpu);
	kvfree(dom->d.vcpu_by_id);
	kfree(dom);
}

/**
 * kx_dom_put() - drop a reference
 * @dom: domain
 *
 * Context: may sleep.
 */
void kx_dom_put(struct kx_dom *dom)
{
	kref_put(&dom->ref, dom_free);
}

/**
 * kx_dom_create() - make a domain that nobody sees yet
 * @kvm: its VM
 * @mm: the VMM's address space
 * @max_vcpus: as many vCPUs as the VM can have
 * @domid: wanted domid, or 0
 *
 * Context: may sleep.
 * Return: the domain; -EEXIST (domid taken), -ENOSPC, -ENOMEM.
 */
struct kx_dom *kx_dom_create(struct kvm *kvm, struct mm_struct *mm,
			     unsigned int max_vcpus, domid_t domid)
{
	struct kx_dom *dom = kzalloc(sizeof(*dom), GFP_KERNEL_ACCOUNT);
	struct kx_domain *d;
	int i, r;

	if (!dom)
		return ERR_PTR(-ENOMEM);
	if (init_srcu_struct(&dom->srcu)) {
		kfree(dom);
		return ERR_PTR(-ENOMEM);
	}
	d = &dom->d;
	kref_init(&dom->ref);
	mmgrab(mm);
	dom->mm = mm;
	mutex_init(&d->lock);
	INIT_LIST_HEAD(&d->overlays);
	d->kvm = kvm;
	d->shutdown_code = -1;
	d->max_vcpus = max_vcpus;
	d->vcpu = kvcalloc(max_vcpus, sizeof(*d->vcpu), GFP_KERNEL_ACCOUNT);
	d->vcpu_by_id = kvcalloc(max_vcpus, sizeof(*d->vcpu_by_id),
				 GFP_KERNEL_ACCOUNT);
	r = -ENOMEM;
	if (!d->vcpu || !d->vcpu_by_id)
		goto free;
	r = domid_take(dom, domid);
	if (r)
		goto free;

	for (i = 0; i < ARRAY_SIZE(rooms); i++) {
		r = rooms[i].init(d);
		if (r)
			goto unwind;
	}
	return dom;

unwind:
	/* from the room that failed: each can be destroyed half made */
	for (; i >= 0; i--)
		rooms[i].destroy(d);
	domid_release(dom);
free:
	kx_dom_put(dom);
	return ERR_PTR(r);
}

/**
 * kx_dom_publish() - let the hooks find the domain
 * @dom: domain
 *
 * From here on a hypercall of the VM is ours.
 *
 * Context: may sleep.
 * Return: 0, or -EEXIST (the VM is a domain already).
 */
int kx_dom_publish(struct kx_dom *dom)
{
	int r = 0;

	mutex_lock(&domains_lock);
	if (kx_domain_of(dom->d.kvm))
		r = -EEXIST;
	else
		hlist_add_head_rcu(&dom->vm_node, kx_vm_bucket(dom->d.kvm));
	mutex_unlock(&domains_lock);
	return r;
}

/**
 * kx_domain_of() - the domain that a VM is
 * @kvm: VM
 *
 * Context: any, inside RCU, which keeps the domain until it ends.
 * Return: domain or NULL.
 */
struct kx_domain *kx_domain_of(struct kvm *kvm)
{
	struct kx_dom *dom;

	hlist_for_each_entry_rcu(dom, kx_vm_bucket(kvm), vm_node,
				 lockdep_is_held(&domains_lock))
		if (dom->d.kvm == kvm)
			return &dom->d;
	return NULL;
}

/**
 * kx_dom_enter() - find the domain of a VM, for a handler that may sleep
 * @kvm: VM
 * @idx: for kx_dom_leave()
 *
 * The domain stays as it is until kx_dom_leave(). Each domain has an SRCU of
 * its own: one VMM that keeps its vCPU waiting for memory holds up nobody else.
 *
 * Return: domain or NULL.
 */
struct kx_dom *kx_dom_enter(struct kvm *kvm, int *idx)
{
	struct kx_dom *dom = NULL;
	struct kx_domain *d;

	rcu_read_lock();
	d = kx_domain_of(kvm);
	if (d) {
		dom = to_kx_dom(d);
		*idx = srcu_read_lock(&dom->srcu);
		/* for sparse, which knows no lock that is taken sometimes */
		__release(&dom->srcu);
	}
	rcu_read_unlock();
	return dom;
}

/** kx_dom_leave() - the end of what kx_dom_enter() began */
void kx_dom_leave(struct kx_dom *dom, int idx)
{
	__acquire(&dom->srcu);
	srcu_read_unlock(&dom->srcu, idx);
}

/**
 * kx_dom_by_domid() - look a living domain up
 * @domid: caller-controlled
 *
 * Return: the domain with a reference for the caller, or NULL.
 */
struct kx_dom *kx_dom_by_domid(u32 domid)
{
	struct kx_dom *dom;

	mutex_lock(&domains_lock);
	dom = idr_find(&domids, domid);
	if (dom)
		kref_get(&dom->ref);
	mutex_unlock(&domains_lock);
	return dom;
}

static void vcpu_free(struct kx_vcpu *v)
{
	int i;

	for (i = ARRAY_SIZE(vcpu_rooms) - 1; i >= 0; i--)
		vcpu_rooms[i].destroy(v);
	kfree(v);
}

/**
 * kx_dom_destroy() - free what a domain is made of
 * @dom: domain that no hook finds; the creator's reference is consumed
 *
 * Context: may sleep.
 */
void kx_dom_destroy(struct kx_dom *dom)
{
	struct kx_domain *d = &dom->d;
	struct kx_vcpu *v;
	unsigned int i;
	int r;

	kx_conlog_end(d);
	/* timers of one vCPU reach others by polls: stop all, then free all */
	for (i = 0; i < d->nr_vcpus; i++)
		kx_clock_reset(d->vcpu[i]);

	mutex_lock(&d->lock);
	for (i = 0; i < d->nr_vcpus; i++) {
		v = d->vcpu[i];
		WRITE_ONCE(d->vcpu[i], NULL);
		vcpu_free(v);
	}
	d->nr_vcpus = 0;
	/* all but the log, which outlives the VM: readers hold a reference */
	for (r = ARRAY_SIZE(rooms) - 1; r > 0; r--)
		rooms[r].destroy(d);
	d->kvm = NULL;
	mutex_unlock(&d->lock);

	domid_release(dom);
	kx_dom_put(dom);
}

/**
 * kx_dom_detach() - the VM is no Xen domain any more
 * @dom: published domain; the creator's reference is consumed
 *
 * Context: may sleep; not inside kx_dom_enter() or RCU.
 */
void kx_dom_detach(struct kx_dom *dom)
{
	mutex_lock(&domains_lock);
	hlist_del_rcu(&dom->vm_node);
	mutex_unlock(&domains_lock);
	/* nobody finds the domain after this; who has found it leaves */
	synchronize_rcu();
	synchronize_srcu(&dom->srcu);
	kx_dom_destroy(dom);
}

/* the default id of vCPU @idx; the lowest free one if that was given away */
static int vcpu_take_id(struct kx_domain *d, unsigned int idx, u32 *id)
{
	u32 i;

	*id = idx;
	if (!d->vcpu_by_id[idx])
		return 0;
	for (i = 0; i < d->max_vcpus; i++) {
		if (!d->vcpu_by_id[i]) {
			*id = i;
			return 0;
		}
	}
	return -ENOSPC;
}

/**
 * kx_vcpu_create() - make the object of a vCPU that KVM has
 * @dom: domain
 * @kvcpu: KVM's vCPU
 * @idx: its index
 *
 * Context: may sleep; &kx_domain.lock held.
 * Return: 0, -ENOMEM, -ENOSPC.
 */
int kx_vcpu_create(struct kx_dom *dom, struct kvm_vcpu *kvcpu, unsigned int idx)
{
	struct kx_domain *d = &dom->d;
	struct kx_vcpu *v;
	int i, r;

	lockdep_assert_held(&d->lock);
	v = kzalloc(sizeof(*v), GFP_KERNEL_ACCOUNT);
	if (!v)
		return -ENOMEM;
	v->d = d;
	v->kvcpu = kvcpu;
	v->idx = idx;
	v->latched = -1;
	r = vcpu_take_id(d, idx, &v->id);
	for (i = 0; !r && i < ARRAY_SIZE(vcpu_rooms); i++)
		r = vcpu_rooms[i].init(v);
	if (r) {
		vcpu_free(v);
		return r;
	}
	/* pairs with the acquire in kx_vcpu_by_id() */
	smp_store_release(&d->vcpu_by_id[v->id], v);
	/* pairs with the acquire in kx_vcpu_at() */
	smp_store_release(&d->vcpu[idx], v);
	WRITE_ONCE(d->nr_vcpus, idx + 1);
	return 0;
}

/**
 * kx_vcpu_set_id() - KX_VCPU_SET_ID
 * @dom: attached domain, none of whose vCPUs has run or runs
 * @idx: vCPU
 * @id: its new Xen id
 *
 * Context: may sleep; &kx_domain.lock held.
 * Return: 0, -EINVAL, -ENOENT, -EEXIST.
 */
int kx_vcpu_set_id(struct kx_dom *dom, u32 idx, u32 id)
{
	struct kx_domain *d = &dom->d;
	struct kx_vcpu *v;

	lockdep_assert_held(&d->lock);
	if (id >= d->max_vcpus)
		return -EINVAL;
	if (idx >= d->nr_vcpus)
		return -ENOENT;
	idx = array_index_nospec(idx, d->nr_vcpus);
	id = array_index_nospec(id, d->max_vcpus);
	v = d->vcpu[idx];
	if (v->id == id)
		return 0;
	if (d->vcpu_by_id[id])
		return -EEXIST;

	WRITE_ONCE(d->vcpu_by_id[v->id], NULL);
	kx_shinfo_vcpu_set_id(v, id);
	/* pairs with the acquire in kx_vcpu_by_id() */
	smp_store_release(&d->vcpu_by_id[id], v);
	return 0;
}

/**
 * kx_dom_reset() - KX_RESET
 * @dom: attached domain, none of whose vCPUs runs
 *
 * Context: may sleep; &kx_domain.lock held.
 */
void kx_dom_reset(struct kx_dom *dom)
{
	struct kx_domain *d = &dom->d;
	unsigned int i;
	int r;

	lockdep_assert_held(&d->lock);
	for (i = 0; i < d->nr_vcpus; i++) {
		d->vcpu[i]->latched = -1;
		d->vcpu[i]->just_injected = false;
		d->vcpu[i]->active = false;
		for (r = ARRAY_SIZE(vcpu_rooms) - 1; r >= 0; r--)
			vcpu_rooms[r].reset(d->vcpu[i]);
	}
	for (r = ARRAY_SIZE(rooms) - 1; r >= 0; r--)
		if (rooms[r].reset)
			rooms[r].reset(d);
	WRITE_ONCE(d->shutdown_code, -1);
}

void kx_vm_uuid(struct kx_domain *d, u8 uuid[16])
{
	mutex_lock(&d->lock);
	memcpy(uuid, to_kx_dom(d)->uuid, 16);
	mutex_unlock(&d->lock);
}
