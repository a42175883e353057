// SPDX-License-Identifier: GPL-2.0-only
/* Areas in guest RAM that the guest registers by virtual address. */
#include "shinfo.h"

/**
 * kx_area_pin() - pin an area by guest virtual address
 * @caller: the vCPU in whose address space @gva lies
 * @area: filled in
 * @gva: first byte; wraps at 4 GiB for a 32-bit caller
 * @bytes: size, at most a page
 *
 * Context: thread of @caller; may sleep.
 * Return: 0, -EFAULT, -ENOMEM.
 */
int kx_area_pin(struct kx_vcpu *caller, struct kx_area *area, u64 gva, u32 bytes)
{
	struct kx_domain *d = caller->d;
	u64 gpa, next = PAGE_ALIGN(gva);
	int r;

	*area = (struct kx_area){};
	r = kx_gva_to_gpa(caller, gva, &gpa);
	if (r)
		return r;
	r = kx_page_pin(d, gpa >> PAGE_SHIFT, &area->pg[0]);
	if (r)
		return r;
	area->offset = offset_in_page(gpa);

	if (area->offset + bytes > PAGE_SIZE) {
		if (kx_vcpu_width(caller) == 32)
			next = (u32)next;
		r = kx_gva_to_gpa(caller, next, &gpa);
		if (!r)
			r = kx_page_pin(d, gpa >> PAGE_SHIFT, &area->pg[1]);
		if (r) {
			kx_page_unpin(d, &area->pg[0]);
			*area = (struct kx_area){};
			return r;
		}
	}
	area->bytes = bytes;
	return 0;
}

/**
 * kx_area_unpin() - release an area; none is no error
 * @d: domain
 * @area: empty afterwards
 *
 * Context: may sleep.
 */
void kx_area_unpin(struct kx_domain *d, struct kx_area *area)
{
	kx_page_unpin(d, &area->pg[0]);
	kx_page_unpin(d, &area->pg[1]);
	*area = (struct kx_area){};
}

/**
 * kx_area_write() - write a part of an area
 * @area: registered area
 * @at: offset in the area
 * @from: source
 * @bytes: how many
 *
 * Context: any; the owner of @area keeps it from going away.
 */
void kx_area_write(struct kx_area *area, u32 at, const void *from, u32 bytes)
{
	u32 pos = area->offset + at;
	u32 first;

	if (WARN_ON_ONCE(at + bytes > area->bytes))
		return;
	if (pos >= PAGE_SIZE) {
		memcpy(area->pg[1].va + pos - PAGE_SIZE, from, bytes);
		return;
	}
	first = min_t(u32, bytes, PAGE_SIZE - pos);
	memcpy(area->pg[0].va + pos, from, first);
	if (first < bytes)
		memcpy(area->pg[1].va, from + first, bytes - first);
}
