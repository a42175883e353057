/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A host for the rooms: kvm-xen/host.h in userspace, and what a test can see
 * and set of it.
 *
 * Guest frames: 0..RAM_PAGES-1 are RAM, so are RAM2_GFN..RAM2_GFN+RAM2_PAGES-1;
 * windows can be made in WINDOW_GFN..WINDOW_GFN+WINDOW_PAGES-1; elsewhere is
 * nothing. Virtual and physical addresses are the same but for fake_map().
 */
#ifndef FAKE_HOST_H
#define FAKE_HOST_H

#include "../../evtchn/evtchn.h"
#include "../../gnttab/gnttab.h"
#include "../../hypercalls/hcall.h"
#include "../../hypercalls/hvm_params.h"
#include "../../shinfo/shinfo.h"

#define FAKE_MAX_VCPUS	64
#define RAM_PAGES	64
#define RAM2_GFN	128
#define RAM2_PAGES	32
#define WINDOW_GFN	256
#define WINDOW_PAGES	256
#define NO_GFN		100	/* neither RAM nor a place for a window */
#define FAKE_GFNS	(WINDOW_GFN + WINDOW_PAGES)
#define CONLOG_BYTES	65536
/* where tests keep arguments of hypercalls */
#define ARG_GVA		0x5000ULL

struct page {
	u64 gfn;
	int pins;
};

struct fake_timer {
	bool armed;
	u64 deadline_ns;
	u64 period_ns;
};

struct fake_vcpu {
	unsigned int kicks;
	unsigned int unhalts;
	unsigned int forgets;
	unsigned int yields;
	unsigned int republished;
	bool unhalted;
	bool interrupts_off;
	bool down;
	u8 width;		/* 0: 64 */
	struct fake_timer timer[KX_NR_TIMERS];
};

struct fake_host {
	u8 *ram;		/* FAKE_GFNS pages; RAM alone is used */
	struct page page[FAKE_GFNS];
	void *shown[FAKE_GFNS];	/* windows: what the guest sees */
	bool window[FAKE_GFNS];
	unsigned int pins;
	unsigned int overlay_pages;
	unsigned int synchronized;
	u64 now_ns;
	u64 wallclock_ns;
	unsigned int extra_ranges;
	u8 uuid[16];
	unsigned int exits;
	unsigned int exit_reason;
	size_t conlog_len;
	char conlog[CONLOG_BYTES];
	struct fake_vcpu vcpu[FAKE_MAX_VCPUS];
	void (*on_synchronize)(void);
};

extern struct fake_host fake;

/* the domain of the test: vCPU n has the Xen id n */
extern struct kx_domain *D;
extern struct kx_vcpu *V[FAKE_MAX_VCPUS];

void fake_start(unsigned int nr_vcpus);
void fake_stop(void);
int fake_domain_make(unsigned int nr_vcpus);
void fake_reset_domain(void);

/* address translation of one page: another frame, or KX_NO_GFN for a fault */
void fake_map(u64 gva, u64 gfn);
void fake_bad(u64 gva);
void fake_read_only(u64 gva);
void *fake_guest_page(u64 gfn);
void fake_time_passes(u64 ns);

void put_guest(u64 gva, const void *from, size_t len);
void get_guest(u64 gva, void *to, size_t len);
u64 get64(u64 gva);
u32 get32(u64 gva);

/* what a vCPU's guest finds, whatever the layout */
void *vcpu_info_of(unsigned int vcpu);
void *shared_info_now(void);
bool upcall_pending(unsigned int vcpu);
u64 selector_of(unsigned int vcpu);
void clear_upcall(unsigned int vcpu);
bool port_bit(u32 port);
void port_bit_clear(u32 port);
void port_mask(u32 port, bool masked);
void set_width(u8 width);

extern enum kx_outcome last_outcome;
extern struct kx_hcall last_hcall;
long hcall(unsigned int vcpu, u64 nr, u64 a0, u64 a1, u64 a2);
/* the argument is put at ARG_GVA and read back */
long hcall_arg(unsigned int vcpu, u64 nr, u64 op, void *arg, size_t len);

#endif /* FAKE_HOST_H */
