// SPDX-License-Identifier: GPL-2.0-only
/*
 * The domain of a test: made, reset and destroyed in the order of
 * kvm-xen/domain.c; and what tests ask of it.
 */
#include <stdlib.h>

#include "fake_host.h"

struct kx_domain *D;
struct kx_vcpu *V[FAKE_MAX_VCPUS];
enum kx_outcome last_outcome;
struct kx_hcall last_hcall;

static const struct {
	int (*init)(struct kx_domain *d);
	void (*reset)(struct kx_domain *d);
	void (*destroy)(struct kx_domain *d);
} rooms[] = {
	{ kx_shinfo_init, kx_shinfo_reset, kx_shinfo_destroy },
	{ kx_evtchn_init, kx_evtchn_reset, kx_evtchn_destroy },
	{ kx_gnttab_init, kx_gnttab_reset, kx_gnttab_destroy },
	{ kx_hvm_init, kx_hvm_reset, kx_hvm_destroy },
};

static struct kx_domain domain;
static struct kx_vcpu vcpus[FAKE_MAX_VCPUS];
static struct kx_vcpu *by_idx[FAKE_MAX_VCPUS], *by_id[FAKE_MAX_VCPUS];

static int vcpu_make(unsigned int i)
{
	struct kx_vcpu *v = &vcpus[i];
	int r;

	*v = (struct kx_vcpu){ .d = D, .idx = i, .id = i, .latched = -1 };
	r = kx_shinfo_vcpu_init(v);
	if (r)
		return r;
	r = kx_evtchn_vcpu_init(v);
	if (r) {
		kx_shinfo_vcpu_destroy(v);
		return r;
	}
	V[i] = v;
	by_idx[i] = v;
	by_id[i] = v;
	D->nr_vcpus = i + 1;
	return 0;
}

static void rooms_destroy(unsigned int nr)
{
	unsigned int i;

	mutex_lock(&D->lock);
	for (i = 0; i < D->nr_vcpus; i++) {
		kx_evtchn_vcpu_destroy(V[i]);
		kx_shinfo_vcpu_destroy(V[i]);
	}
	D->nr_vcpus = 0;
	while (nr-- > 0)
		rooms[nr].destroy(D);
	mutex_unlock(&D->lock);
	D = NULL;
}

/* a room whose init fails has cleaned up itself: it is not destroyed */
int fake_domain_make(unsigned int nr_vcpus)
{
	struct kx_domain *d = &domain;
	unsigned int i, done = 0;
	int r = 0;

	memset(&domain, 0, sizeof(domain));
	memset(by_idx, 0, sizeof(by_idx));
	memset(by_id, 0, sizeof(by_id));
	D = d;
	d->domid = KX_FIRST_GUEST_DOMID;
	mutex_init(&d->lock);
	INIT_LIST_HEAD(&D->overlays);
	D->shutdown_code = -1;
	D->max_vcpus = FAKE_MAX_VCPUS;
	D->vcpu = by_idx;
	D->vcpu_by_id = by_id;

	while (!r && done < ARRAY_SIZE(rooms)) {
		r = rooms[done].init(D);
		done += !r;
	}
	for (i = 0; !r && i < nr_vcpus; i++)
		r = vcpu_make(i);
	if (r)
		rooms_destroy(done);
	return r;
}

void fake_start(unsigned int nr_vcpus)
{
	memset(&fake, 0, sizeof(fake));
	fake.ram = calloc(FAKE_GFNS, PAGE_SIZE);
	if (!fake.ram || fake_domain_make(nr_vcpus))
		abort();
}

/* every test ends here: nothing may be left */
void fake_stop(void)
{
	unsigned int i;

	ut_fail_nth(0);
	ut_assert_idle();
	rooms_destroy(ARRAY_SIZE(rooms));
	ut_assert_idle();
	if (fake.pins)
		ut_fail("%u pages are still pinned", fake.pins);
	if (fake.overlay_pages)
		ut_fail("%u overlay pages are left", fake.overlay_pages);
	if (ut_live_allocs)
		ut_fail("%d allocations are left", ut_live_allocs);
	for (i = 0; i < FAKE_GFNS; i++)
		if (fake.shown[i])
			ut_fail("the guest still sees a page at gfn %x", i);
	free(fake.ram);
	fake.ram = NULL;
}

/* kx_dom_reset() */
void fake_reset_domain(void)
{
	unsigned int i;

	mutex_lock(&D->lock);
	for (i = 0; i < D->nr_vcpus; i++) {
		kx_evtchn_vcpu_reset(V[i]);
		kx_shinfo_vcpu_reset(V[i]);
	}
	for (i = ARRAY_SIZE(rooms); i-- > 0;)
		rooms[i].reset(D);
	D->shutdown_code = -1;
	mutex_unlock(&D->lock);
}

void put_guest(u64 gva, const void *from, size_t len)
{
	struct kx_vcpu host = { .d = D, .idx = FAKE_MAX_VCPUS - 1 };

	if (kx_copy_to_guest(&host, gva, from, len))
		ut_fail("the test cannot write at %llx", gva);
}

void get_guest(u64 gva, void *to, size_t len)
{
	struct kx_vcpu host = { .d = D, .idx = FAKE_MAX_VCPUS - 1 };

	if (kx_copy_from_guest(&host, to, gva, len))
		ut_fail("the test cannot read at %llx", gva);
}

u64 get64(u64 gva)
{
	u64 val;

	get_guest(gva, &val, sizeof(val));
	return val;
}

u32 get32(u64 gva)
{
	u32 val;

	get_guest(gva, &val, sizeof(val));
	return val;
}

void *vcpu_info_of(unsigned int vcpu)
{
	void *info;

	rcu_read_lock();
	info = kx_vcpu_info(V[vcpu]);
	rcu_read_unlock();
	return info;
}

void *shared_info_now(void)
{
	void *page;

	rcu_read_lock();
	page = kx_shinfo_live(D);
	rcu_read_unlock();
	return page;
}

/* offsets by hand, not by the table under test */
static u8 *pending_byte(u32 port)
{
	return (u8 *)shared_info_now() + 2048 + port / 8;
}

bool port_bit(u32 port)
{
	return *pending_byte(port) >> port % 8 & 1;
}

void port_bit_clear(u32 port)
{
	*pending_byte(port) &= ~(1 << port % 8);
}

void port_mask(u32 port, bool masked)
{
	u8 *byte = pending_byte(port) + (D->width == 32 ? 128 : 512);

	if (masked)
		*byte |= 1 << port % 8;
	else
		*byte &= ~(1 << port % 8);
}

bool upcall_pending(unsigned int vcpu)
{
	return *(u8 *)vcpu_info_of(vcpu);
}

u64 selector_of(unsigned int vcpu)
{
	u8 *info = vcpu_info_of(vcpu);
	u64 sel = 0;

	if (D->width == 32)
		memcpy(&sel, info + 4, 4);
	else
		memcpy(&sel, info + 8, 8);
	return sel;
}

/* what a guest's handler does first */
void clear_upcall(unsigned int vcpu)
{
	u8 *info = vcpu_info_of(vcpu);

	info[0] = 0;
	memset(info + (D->width == 32 ? 4 : 8), 0, D->width / 8);
}

void set_width(u8 width)
{
	mutex_lock(&D->lock);
	kx_shinfo_set_width(D, V[0], width);
	mutex_unlock(&D->lock);
}

long hcall(unsigned int vcpu, u64 nr, u64 a0, u64 a1, u64 a2)
{
	u8 width = kx_vcpu_width(V[vcpu]);
	u64 mask = width == 32 ? ~0U : ~0ULL;

	last_hcall = (struct kx_hcall){
		.v = V[vcpu], .nr = nr & mask, .width = width,
		.arg = { a0 & mask, a1 & mask, a2 & mask },
		.ret = 0x7e57,
	};
	last_outcome = kx_hcall_dispatch(&last_hcall);
	ut_assert_idle();
	return last_hcall.ret;
}

long hcall_arg(unsigned int vcpu, u64 nr, u64 op, void *arg, size_t len)
{
	long r;

	put_guest(ARG_GVA, arg, len);
	r = hcall(vcpu, nr, op, ARG_GVA, 0);
	get_guest(ARG_GVA, arg, len);
	return r;
}
