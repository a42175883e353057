// SPDX-License-Identifier: GPL-2.0-only
/* The functions of kvm-xen/host.h over an array of pages. */
#include <stdlib.h>

#include "fake_host.h"

#define MAX_MAPPED	16

struct fake_host fake;

static struct {
	u64 page;
	u64 gfn;
	bool read_only;
} mapped[MAX_MAPPED];
static unsigned int nr_mapped;

void fake_map(u64 gva, u64 gfn)
{
	unsigned int i;

	for (i = 0; i < nr_mapped; i++)
		if (mapped[i].page == gva >> PAGE_SHIFT)
			break;
	if (i == MAX_MAPPED)
		ut_fail("too many translations");
	mapped[i].page = gva >> PAGE_SHIFT;
	mapped[i].gfn = gfn;
	mapped[i].read_only = false;
	if (i == nr_mapped)
		nr_mapped++;
}

/* the guest's own page tables let the hypercall read there, but not write */
void fake_read_only(u64 gva)
{
	fake_map(gva, gva >> PAGE_SHIFT);
	mapped[nr_mapped - 1].read_only = true;
}

static bool is_read_only(u64 gva)
{
	unsigned int i;

	for (i = 0; i < nr_mapped; i++)
		if (mapped[i].page == gva >> PAGE_SHIFT)
			return mapped[i].read_only;
	return false;
}

void fake_bad(u64 gva)
{
	fake_map(gva, KX_NO_GFN);
}

static bool is_ram(u64 gfn)
{
	return gfn < RAM_PAGES ||
	       (gfn >= RAM2_GFN && gfn < RAM2_GFN + RAM2_PAGES);
}

static bool can_be_window(u64 gfn)
{
	return gfn >= WINDOW_GFN && gfn < WINDOW_GFN + WINDOW_PAGES;
}

/* what the guest sees at a frame, NULL: nothing */
void *fake_guest_page(u64 gfn)
{
	if (is_ram(gfn))
		return fake.ram + (gfn << PAGE_SHIFT);
	return can_be_window(gfn) ? fake.shown[gfn] : NULL;
}

static u64 translate(u64 gva)
{
	unsigned int i;

	for (i = 0; i < nr_mapped; i++)
		if (mapped[i].page == gva >> PAGE_SHIFT)
			return mapped[i].gfn;
	return gva >> PAGE_SHIFT;
}

/* the part of [gva, gva + len) in its first page; NULL: faults */
static u8 *chunk(u64 gva, size_t len, size_t *part)
{
	u8 *page = fake_guest_page(translate(gva));

	*part = min_t(size_t, len, PAGE_SIZE - offset_in_page(gva));
	return page ? page + offset_in_page(gva) : NULL;
}

static void check_caller(struct kx_vcpu *v, u64 gva)
{
	ut_might_sleep("a copy of guest memory");
	if (kx_vcpu_width(v) == 32 && gva >> 32)
		ut_fail("address %llx of a 32-bit caller is not truncated", gva);
}

int kx_copy_from_guest(struct kx_vcpu *v, void *to, u64 gva, size_t len)
{
	size_t part;
	u8 *from;

	check_caller(v, gva);
	for (; len; len -= part, gva += part, to += part) {
		from = chunk(gva, len, &part);
		if (!from)
			return -EFAULT;
		memcpy(to, from, part);
	}
	return 0;
}

int kx_copy_to_guest(struct kx_vcpu *v, u64 gva, const void *from, size_t len)
{
	size_t part;
	u8 *to;

	check_caller(v, gva);
	for (; len; len -= part, gva += part, from += part) {
		to = chunk(gva, len, &part);
		if (!to || is_read_only(gva))
			return -EFAULT;
		memcpy(to, from, part);
	}
	return 0;
}

int kx_gva_to_gpa(struct kx_vcpu *v, u64 gva, u64 *gpa)
{
	u64 gfn = translate(gva);

	check_caller(v, gva);
	if (gfn == KX_NO_GFN || is_read_only(gva))
		return -EFAULT;
	*gpa = (gfn << PAGE_SHIFT) + offset_in_page(gva);
	return 0;
}

int kx_page_pin(struct kx_domain *d, u64 gfn, struct kx_page *pg)
{
	ut_might_sleep("kx_page_pin");
	*pg = (struct kx_page){};
	if (!is_ram(gfn))
		return -EFAULT;
	if (ut_fails_here())
		return -ENOMEM;
	pg->page = &fake.page[gfn];
	pg->page->gfn = gfn;
	pg->page->pins++;
	pg->va = fake.ram + (gfn << PAGE_SHIFT);
	pg->gfn = gfn;
	fake.pins++;
	return 0;
}

void kx_page_unpin(struct kx_domain *d, struct kx_page *pg)
{
	ut_might_sleep("kx_page_unpin");
	if (!pg->page)
		return;
	if (pg->page->pins-- <= 0)
		ut_fail("gfn %llx is unpinned too often", pg->gfn);
	fake.pins--;
	*pg = (struct kx_page){};
}

bool kx_gfn_is_ram(struct kx_domain *d, u64 gfn)
{
	return is_ram(gfn);
}

unsigned int kx_ram_ranges(struct kx_domain *d, u64 *start, u64 *size,
			   unsigned int max)
{
	const u64 range[][2] = {
		{ 0, RAM_PAGES }, { RAM2_GFN, RAM2_PAGES },
	};
	unsigned int i;

	ut_might_sleep("kx_ram_ranges");
	for (i = 0; i < 2 + fake.extra_ranges && i < max; i++) {
		u64 first = i < 2 ? range[i][0] : 0x1000 * i;

		start[i] = first << PAGE_SHIFT;
		size[i] = (i < 2 ? range[i][1] : 1) << PAGE_SHIFT;
	}
	return 2 + fake.extra_ranges;
}

void *kx_overlay_page_alloc(struct kx_domain *d)
{
	void *va;

	ut_might_sleep("kx_overlay_page_alloc");
	if (ut_fails_here())
		return NULL;
	va = aligned_alloc(PAGE_SIZE, PAGE_SIZE);
	if (!va)
		abort();
	memset(va, 0, PAGE_SIZE);
	fake.overlay_pages++;
	return va;
}

void kx_overlay_page_free(struct kx_domain *d, void *va)
{
	unsigned int i;

	if (!va)
		return;
	for (i = 0; i < FAKE_GFNS; i++)
		if (fake.shown[i] == va)
			ut_fail("the guest still sees a freed page at %x", i);
	fake.overlay_pages--;
	free(va);
}

int kx_window_reserve(struct kx_vcpu *v, u64 gfn)
{
	ut_might_sleep("kx_window_reserve");
	if (ut_is_held(&v->d->lock.ut))
		ut_fail("kx_window_reserve() under the domain's lock");
	if (!can_be_window(gfn))
		return -EINVAL;
	if (ut_fails_here())
		return -ENOMEM;
	fake.window[gfn] = true;
	return 0;
}

int kx_window_map(struct kx_domain *d, u64 gfn, void *va)
{
	ut_might_sleep("kx_window_map");
	lockdep_assert_held(&d->lock);
	if (gfn >= FAKE_GFNS || !fake.window[gfn])
		return -EINVAL;
	if (va && ut_fails_here())
		return -ENOMEM;
	fake.shown[gfn] = va;
	return 0;
}

void kx_vcpu_kick(struct kx_vcpu *v)
{
	ut_point();
	fake.vcpu[v->idx].kicks++;
}

void kx_vcpu_unhalt(struct kx_vcpu *v)
{
	ut_point();
	fake.vcpu[v->idx].unhalts++;
	fake.vcpu[v->idx].unhalted = true;
}

void kx_vcpu_forget_unhalt(struct kx_vcpu *v)
{
	ut_point();
	fake.vcpu[v->idx].forgets++;
	fake.vcpu[v->idx].unhalted = false;
}

bool kx_vcpu_is_current(struct kx_vcpu *v)
{
	return v == last_hcall.v;
}

bool kx_vcpu_is_up(struct kx_vcpu *v)
{
	return !fake.vcpu[v->idx].down;
}

void kx_vcpu_yield(struct kx_vcpu *v)
{
	ut_might_sleep("kx_vcpu_yield");
	fake.vcpu[v->idx].yields++;
}

bool kx_vcpu_interrupts_on(struct kx_vcpu *v)
{
	ut_point();
	return !fake.vcpu[v->idx].interrupts_off;
}

u8 kx_vcpu_width(struct kx_vcpu *v)
{
	return fake.vcpu[v->idx].width ? fake.vcpu[v->idx].width : 64;
}

void kx_synchronize(void)
{
	ut_synchronize();
	fake.synchronized++;
	if (fake.on_synchronize)
		fake.on_synchronize();
}

u64 kx_guest_time_ns(struct kx_vcpu *v)
{
	return fake.now_ns;
}

u64 kx_wallclock_ns(struct kx_vcpu *v)
{
	return fake.wallclock_ns;
}

void kx_clock_republish(struct kx_vcpu *v)
{
	ut_point();
	fake.vcpu[v->idx].republished++;
}

/* as in kvm-xen/kvm_clock.c: what is over already goes off at once */
void kx_timer_arm(struct kx_vcpu *v, enum kx_timer which, u64 deadline_ns,
		  u64 period_ns)
{
	struct fake_timer *t = &fake.vcpu[v->idx].timer[which];

	ut_might_sleep("kx_timer_arm");
	*t = (struct fake_timer){ true, deadline_ns, period_ns };
	if (deadline_ns <= fake.now_ns && !period_ns) {
		t->armed = false;
		kx_timer_expired(v, which);
	}
}

void kx_timer_cancel(struct kx_vcpu *v, enum kx_timer which)
{
	ut_might_sleep("kx_timer_cancel");
	fake.vcpu[v->idx].timer[which].armed = false;
}

/* expiries come in hard interrupt context: interrupts off */
static void expire(unsigned int idx, enum kx_timer which)
{
	struct fake_timer *t = &fake.vcpu[idx].timer[which];
	unsigned long flags;

	if (!t->armed || t->deadline_ns > fake.now_ns)
		return;
	if (t->period_ns)
		t->deadline_ns += t->period_ns;
	else
		t->armed = false;
	flags = ut_irq_save();
	kx_timer_expired(V[idx], which);
	ut_irq_restore(flags);
}

void fake_time_passes(u64 ns)
{
	unsigned int i, which;

	fake.now_ns += ns;
	for (i = 0; i < D->nr_vcpus; i++)
		for (which = 0; which < KX_NR_TIMERS; which++)
			expire(i, which);
}

void kx_exit_shutdown(struct kx_vcpu *v, unsigned int reason)
{
	fake.exits++;
	fake.exit_reason = reason;
}

void kx_vm_uuid(struct kx_domain *d, u8 uuid[16])
{
	mutex_lock(&d->lock);
	memcpy(uuid, fake.uuid, 16);
	mutex_unlock(&d->lock);
}

void kx_conlog_write(struct kx_domain *d, const char *s, size_t len)
{
	ut_might_sleep("kx_conlog_write");
	if (len > CONLOG_BYTES - fake.conlog_len)
		ut_fail("the fake console log is full");
	memcpy(fake.conlog + fake.conlog_len, s, len);
	fake.conlog_len += len;
}
