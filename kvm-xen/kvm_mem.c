// SPDX-License-Identifier: GPL-2.0-only
/* Guest memory: copies by virtual address, pinned pages, pages of ours. */
#include <linux/mm.h>
#include <linux/sort.h>

#include "kvm_seam.h"

/* room for KVM's struct x86_exception, which we do not look at */
struct exception_room {
	u64 words[8];
};

int kx_copy_from_guest(struct kx_vcpu *v, void *to, u64 gva, size_t len)
{
	struct exception_room e;

	return kvm_read_guest_virt(v->kvcpu, gva, to, len, (void *)&e) ?
		-EFAULT : 0;
}

int kx_copy_to_guest(struct kx_vcpu *v, u64 gva, const void *from, size_t len)
{
	struct exception_room e;

	return kvm_write_guest_virt_system(v->kvcpu, gva, (void *)from, len,
					   (void *)&e) ? -EFAULT : 0;
}

int kx_gva_to_gpa(struct kx_vcpu *v, u64 gva, u64 *gpa)
{
	struct exception_room e;

	*gpa = kvm_mmu_gva_to_gpa_write(v->kvcpu, gva, (void *)&e);
	return *gpa == INVALID_GPA ? -EFAULT : 0;
}

static bool slot_is_ram(const struct kvm_memory_slot *slot)
{
	return slot->id < KVM_USER_MEM_SLOTS &&
	       !(slot->flags & KVM_MEM_READONLY) && !kx_window_owns_slot(slot);
}

bool kx_gfn_is_ram(struct kx_domain *d, u64 gfn)
{
	struct kvm_memory_slot *slot = gfn_to_memslot(d->kvm, gfn);

	return slot && slot_is_ram(slot);
}

int kx_page_pin(struct kx_domain *d, u64 gfn, struct kx_page *pg)
{
	struct mm_struct *mm = to_kx_dom(d)->mm;
	unsigned long hva;
	struct page *page;
	int r;

	*pg = (struct kx_page){};
	if (WARN_ON_ONCE(current->mm != mm))
		return -EFAULT;
	if (!kx_gfn_is_ram(d, gfn))
		return -EFAULT;
	hva = gfn_to_hva(d->kvm, gfn);
	if (kvm_is_error_hva(hva))
		return -EFAULT;

	r = account_locked_vm(mm, 1, true);
	if (r)
		return r;
	if (pin_user_pages_fast(hva, 1, FOLL_WRITE | FOLL_LONGTERM, &page) != 1) {
		account_locked_vm(mm, 1, false);
		return -EFAULT;
	}
	pg->page = page;
	pg->va = page_address(page);
	pg->gfn = gfn;
	atomic_inc(&d->nr_pinned);
	return 0;
}

void kx_page_unpin(struct kx_domain *d, struct kx_page *pg)
{
	if (!pg->page)
		return;
	unpin_user_pages_dirty_lock(&pg->page, 1, true);
	account_locked_vm(to_kx_dom(d)->mm, 1, false);
	atomic_dec(&d->nr_pinned);
	*pg = (struct kx_page){};
}

struct ram_range {
	u64 start;
	u64 size;
};

static int range_cmp(const void *a, const void *b)
{
	const struct ram_range *ra = a, *rb = b;

	return ra->start < rb->start ? -1 : ra->start > rb->start;
}

unsigned int kx_ram_ranges(struct kx_domain *d, u64 *start, u64 *size,
			   unsigned int max)
{
	struct kvm_memslots *slots = kvm_memslots(d->kvm);
	unsigned int nr = 0, n = 0, out = 0, i;
	struct kvm_memory_slot *slot;
	struct ram_range *range;
	int bkt;

	/* kvm->srcu is held: the list does not change between the two passes */
	kvm_for_each_memslot(slot, bkt, slots)
		nr += slot_is_ram(slot);
	range = kvcalloc(nr, sizeof(*range), GFP_KERNEL_ACCOUNT);
	if (!range)
		return 0;
	kvm_for_each_memslot(slot, bkt, slots) {
		if (!slot_is_ram(slot) || n == nr)
			continue;
		range[n].start = slot->base_gfn << PAGE_SHIFT;
		range[n].size = (u64)slot->npages << PAGE_SHIFT;
		n++;
	}
	sort(range, n, sizeof(*range), range_cmp, NULL);

	for (i = 0; i < n; i++) {
		if (out && out <= max &&
		    start[out - 1] + size[out - 1] == range[i].start) {
			size[out - 1] += range[i].size;
			continue;
		}
		if (out < max) {
			start[out] = range[i].start;
			size[out] = range[i].size;
		}
		out++;
	}
	kvfree(range);
	return out;
}

void *kx_overlay_page_alloc(struct kx_domain *d)
{
	void *va = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);

	if (va)
		atomic_inc(&d->nr_overlay);
	return va;
}

void kx_overlay_page_free(struct kx_domain *d, void *va)
{
	if (!va)
		return;
	/* a VMA of the VMM's may hold the page still */
	put_page(virt_to_page(va));
	atomic_dec(&d->nr_overlay);
}
