// SPDX-License-Identifier: GPL-2.0-only
/*
 * Windows: memslots in which single pages of ours appear and go without any
 * change of a memslot. A window is backed by a mapping of a file of ours in
 * the VMM; the file's offset is the guest frame. Where nothing is shown, the
 * guest finds a page of its domain that stands for the open bus: it reads as
 * ones until the guest writes to it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/file.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/pagemap.h>
#include <linux/xarray.h>

#include "kvm_seam.h"

#define MAX_WINDOWS		64
/* ids from the top of KVM's range of user memslots */
#define FIRST_SLOT_ID		(KVM_USER_MEM_SLOTS - KX_RESERVED_MEMSLOTS)
#define FOUR_GIB_GFN		(1ULL << (32 - PAGE_SHIFT))
/*
 * Below 4 GiB a window lies between device registers: it holds a grant table's
 * frames and no more. Above there is room.
 */
#define SMALL_PAGES		64ULL
#define LARGE_PAGES		(1ULL << (30 - PAGE_SHIFT))

/**
 * struct slot_range - a memslot of ours
 * @first: gfn
 * @end: gfn behind the last
 * @hva: where the VMM has it mapped
 */
struct slot_range {
	u64 first;
	u64 end;
	unsigned long hva;
};

/**
 * struct kx_window - the windows of a domain
 * @ref: the domain, and each open file (mappings hold the file)
 * @lock: making windows; held across memslot and VMA changes, so it is never
 *	taken under kvm->srcu or &kx_domain.lock
 * @file: backs all windows
 * @pages: pages of ours by gfn
 * @open_bus: what is seen elsewhere
 * @nr: windows made
 * @range: their places; an entry is complete before @nr says so
 */
struct kx_window {
	struct kref ref;
	struct mutex lock;
	struct file *file;
	struct xarray pages;
	struct page *open_bus;
	unsigned int nr;
	struct slot_range range[MAX_WINDOWS];
};

static void window_free(struct kref *ref)
{
	struct kx_window *w = container_of(ref, struct kx_window, ref);

	xa_destroy(&w->pages);
	put_page(w->open_bus);
	kfree(w);
}

/* the page at a frame, referenced */
static struct page *page_at(struct kx_window *w, u64 gfn)
{
	struct page *page;

	xa_lock(&w->pages);
	page = xa_load(&w->pages, gfn);
	if (!page)
		page = w->open_bus;
	get_page(page);
	xa_unlock(&w->pages);
	return page;
}

/*
 * The page is returned locked, and is what the frame shows while the lock is
 * held: show_page() takes the old page's lock before it unmaps, so no old page
 * can be mapped afterwards.
 */
static vm_fault_t window_fault(struct vm_fault *vmf)
{
	struct kx_window *w = vmf->vma->vm_file->private_data;
	struct page *page, *again;

	for (;;) {
		page = page_at(w, vmf->pgoff);
		lock_page(page);
		again = page_at(w, vmf->pgoff);
		put_page(again);
		if (again == page)
			break;
		unlock_page(page);
		put_page(page);
	}
	vmf->page = page;
	return VM_FAULT_LOCKED;
}

static const struct vm_operations_struct window_vm_ops = {
	.fault	= window_fault,
};

static int window_mmap(struct file *file, struct vm_area_struct *vma)
{
	kx_vma_set_flags(vma, VM_DONTEXPAND | VM_DONTDUMP | VM_DONTCOPY);
	vma->vm_ops = &window_vm_ops;
	return 0;
}

static int window_release(struct inode *inode, struct file *file)
{
	struct kx_window *w = file->private_data;

	kref_put(&w->ref, window_free);
	return 0;
}

static const struct file_operations window_fops = {
	.owner		= THIS_MODULE,
	.mmap		= window_mmap,
	.release	= window_release,
};

/** kx_window_init() - no window yet; may sleep; 0, -ENOMEM, -ENFILE */
int kx_window_init(struct kx_domain *d)
{
	struct kx_window *w = kzalloc(sizeof(*w), GFP_KERNEL_ACCOUNT);
	struct file *file;

	if (!w)
		return -ENOMEM;
	w->open_bus = alloc_page(GFP_KERNEL_ACCOUNT);
	if (!w->open_bus) {
		kfree(w);
		return -ENOMEM;
	}
	memset(page_address(w->open_bus), 0xff, PAGE_SIZE);
	kref_init(&w->ref);
	mutex_init(&w->lock);
	xa_init(&w->pages);

	file = kx_fs_file("kvm-xen-window", &window_fops, w);
	if (IS_ERR(file)) {
		kref_put(&w->ref, window_free);
		return PTR_ERR(file);
	}
	kref_get(&w->ref);
	w->file = file;
	d->window = w;
	return 0;
}

/**
 * kx_window_destroy() - nothing of ours is seen any more
 * @d: domain, not reachable by hooks; never initialised is no error
 *
 * A mapping that is left in the VMM shows the open bus.
 *
 * Context: may sleep.
 */
void kx_window_destroy(struct kx_domain *d)
{
	struct kx_window *w = d->window;

	if (!w)
		return;
	xa_destroy(&w->pages);
	unmap_mapping_range(w->file->f_mapping, 0, 0, 1);
	d->window = NULL;
	fput(w->file);
	kref_put(&w->ref, window_free);
}

/* whether a memslot is a window */
bool kx_window_owns_slot(const struct kvm_memory_slot *slot)
{
	return slot->id >= FIRST_SLOT_ID && slot->id < KVM_USER_MEM_SLOTS;
}

static bool covered(struct kx_window *w, u64 gfn)
{
	/* pairs with the release in make_window() */
	unsigned int i, nr = smp_load_acquire(&w->nr);

	for (i = 0; i < nr; i++)
		if (gfn >= w->range[i].first && gfn < w->range[i].end)
			return true;
	return false;
}

/* the free space around a frame, between the memslots there are */
static void free_space(struct kvm *kvm, u64 gfn, u64 *first, u64 *end)
{
	struct kvm_memory_slot *slot;
	int bkt;

	kvm_for_each_memslot(slot, bkt, kvm_memslots(kvm)) {
		u64 slot_end = slot->base_gfn + slot->npages;

		if (slot_end <= gfn)
			*first = max(*first, slot_end);
		else
			*end = min(*end, slot->base_gfn);
	}
}

/* where a window for @gfn would be; -EINVAL if there is no room */
static int choose(struct kvm_vcpu *kvcpu, u64 gfn, struct slot_range *range)
{
	/* the VMM sets the width of addresses, to whatever it likes */
	u64 max_gfn = 1ULL << (clamp(kvcpu->arch.maxphyaddr, 32, 52) -
			       PAGE_SHIFT);
	u64 first, end;

	if (gfn >= max_gfn)
		return -EINVAL;
	if (gfn < FOUR_GIB_GFN) {
		first = round_down(gfn, SMALL_PAGES);
		end = min(first + SMALL_PAGES, FOUR_GIB_GFN);
	} else {
		first = round_down(gfn, LARGE_PAGES);
		end = first + LARGE_PAGES;
	}
	end = min(end, max_gfn);
	free_space(kvcpu->kvm, gfn, &first, &end);
	if (gfn < first || gfn >= end)
		return -EINVAL;
	range->first = first;
	range->end = end;
	return 0;
}

/* called without kvm->srcu */
static int make_window(struct kx_domain *d, struct kx_window *w,
		       struct slot_range *range)
{
	struct kx_memory_region region = {};
	unsigned long bytes = (range->end - range->first) << PAGE_SHIFT;
	int r;

	lockdep_assert_held(&w->lock);
	if (w->nr == MAX_WINDOWS)
		return -ENOMEM;
	range->hva = vm_mmap(w->file, 0, bytes, PROT_READ | PROT_WRITE,
			     MAP_SHARED, range->first << PAGE_SHIFT);
	if (IS_ERR_VALUE(range->hva))
		return -ENOMEM;

	region.slot = FIRST_SLOT_ID + w->nr;
	region.guest_phys_addr = range->first << PAGE_SHIFT;
	region.memory_size = bytes;
	region.userspace_addr = range->hva;
	r = kvm_set_memory_region(d->kvm, &region);
	if (r) {
		vm_munmap(range->hva, bytes);
		return r == -ENOMEM ? r : -EINVAL;
	}
	w->range[w->nr] = *range;
	/* pairs with the acquire in covered() */
	smp_store_release(&w->nr, w->nr + 1);
	return 0;
}

/* called without kvm->srcu: a memslot change waits for whoever holds it */
static int reserve(struct kx_vcpu *v, u64 gfn)
{
	struct kvm_vcpu *kvcpu = v->kvcpu;
	struct kx_window *w = v->d->window;
	struct slot_range range;
	int idx, r = 0;

	mutex_lock(&w->lock);
	if (!covered(w, gfn)) {
		idx = srcu_read_lock(&kvcpu->kvm->srcu);
		r = choose(kvcpu, gfn, &range);
		srcu_read_unlock(&kvcpu->kvm->srcu, idx);
		if (!r)
			r = make_window(v->d, w, &range);
	}
	mutex_unlock(&w->lock);
	return r;
}

int kx_window_reserve(struct kx_vcpu *v, u64 gfn)
	__releases(&v->kvcpu->kvm->srcu)
	__acquires(&v->kvcpu->kvm->srcu)
{
	int r;

	if (covered(v->d->window, gfn))
		return 0;
	kvm_vcpu_srcu_read_unlock(v->kvcpu);
	r = reserve(v, gfn);
	kvm_vcpu_srcu_read_lock(v->kvcpu);
	return r;
}

/* exchange what a frame shows; @page NULL: the open bus */
static int show_page(struct kx_window *w, u64 gfn, struct page *page)
{
	struct page *old;
	void *was;

	was = page ? xa_store(&w->pages, gfn, page, GFP_KERNEL_ACCOUNT) :
		     xa_erase(&w->pages, gfn);
	if (xa_is_err(was))
		return xa_err(was);
	old = was ? was : w->open_bus;
	if (old == page)
		return 0;
	lock_page(old);
	unmap_mapping_range(w->file->f_mapping, (loff_t)gfn << PAGE_SHIFT,
			    PAGE_SIZE, 1);
	unlock_page(old);
	return 0;
}

int kx_window_map(struct kx_domain *d, u64 gfn, void *va)
{
	struct kx_window *w = d->window;

	lockdep_assert_held(&d->lock);
	if (!covered(w, gfn))
		return -EINVAL;
	return show_page(w, gfn, va ? virt_to_page(va) : NULL);
}
