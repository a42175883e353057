// SPDX-License-Identifier: GPL-2.0-only
/* The guest's side of the Xen ABI; kx_xen.h describes it. */
#include "kx_test.h"

/* Guest code that runs as an interrupt handler leaves vector registers alone. */
#define KX_HANDLER __attribute__((target("general-regs-only")))

#define SI_PENDING(w) ((w) == 32 ? \
	offsetof(struct kx_compat_shared_info, evtchn_pending) : 2048)
#define SI_MASK(w) ((w) == 32 ? \
	offsetof(struct kx_compat_shared_info, evtchn_mask) : 2560)
#define VI_BYTES 64
#define VI_TIME 32

uint32_t kx_width = 64;
uint8_t kx_shinfo[4096] __attribute__((aligned(4096)));
uint64_t kx_shinfo_gfn;
uint8_t *kx_shinfo_va = kx_shinfo;
volatile uint32_t kx_upcalls[8];
volatile uint32_t kx_events[KX_NR_PORTS];
static uint8_t *vcpu_info[8];

long kx_call(unsigned long nr, unsigned long a1, unsigned long a2,
	     unsigned long a3)
{
	if (kx_width == 64)
		return kx_hypercall(nr, a1, a2, a3, 0, 0);
	kx_guest_segments();
	return kx_hypercall32(nr, a1, a2, a3, 0, 0);
}

KX_HANDLER uint32_t kx_guest_vcpu_id(void)
{
	uint32_t eax = 0x40000004, ebx, ecx = 0, edx;

	asm volatile("cpuid"
		     : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	return ebx;
}

KX_HANDLER uint8_t *kx_vcpu_info(unsigned int id)
{
	return vcpu_info[id] ? vcpu_info[id] : kx_shinfo_va + id * VI_BYTES;
}

void kx_use_vcpu_info(unsigned int id, void *info)
{
	vcpu_info[id] = info;
}

void kx_xen_sync_info(struct kvm_vm *vm)
{
	sync_global_to_guest(vm, vcpu_info);
}

volatile uint8_t *kx_upcall_pending(void *info)
{
	return info;
}

KX_HANDLER volatile uint32_t *kx_pending_sel(void *info)
{
	return (uint32_t *)(info + (kx_width == 32 ? 4 : 8));
}

KX_HANDLER static volatile uint32_t *pending_word(uint32_t port)
{
	return (uint32_t *)(kx_shinfo_va + SI_PENDING(kx_width)) + port / 32;
}

KX_HANDLER static volatile uint32_t *mask_word(uint32_t port)
{
	return (uint32_t *)(kx_shinfo_va + SI_MASK(kx_width)) + port / 32;
}

bool kx_port_pending(uint32_t port)
{
	return *pending_word(port) >> (port % 32) & 1;
}

bool kx_port_masked(uint32_t port)
{
	return *mask_word(port) >> (port % 32) & 1;
}

void kx_port_clear(uint32_t port)
{
	__sync_fetch_and_and(pending_word(port), ~(1u << (port % 32)));
}

void kx_port_mask(uint32_t port)
{
	__sync_fetch_and_or(mask_word(port), 1u << (port % 32));
}

/* The ports of 32 bits of the selector: each stands for a word of the guest's. */
KX_HANDLER static void take_group(unsigned int group)
{
	uint32_t first = group * kx_width, port;

	for (port = first; port < first + kx_width; port += 32) {
		uint32_t mask = *mask_word(port), bits, bit;

		bits = *pending_word(port) & ~mask;
		__sync_fetch_and_and(pending_word(port), ~bits);
		for (bit = 0; bits; bit++, bits >>= 1)
			if (bits & 1)
				kx_events[port + bit]++;
	}
}

KX_HANDLER static void on_upcall(struct ex_regs *regs)
{
	uint32_t id = kx_guest_vcpu_id(), word, bits, bit;
	uint8_t *info = kx_vcpu_info(id);

	kx_upcalls[id]++;
	__sync_lock_test_and_set(info, 0);
	for (word = 0; word < kx_width / 32; word++) {
		bits = __sync_lock_test_and_set(kx_pending_sel(info) + word, 0);
		for (bit = 0; bits; bit++, bits >>= 1)
			if (bits & 1)
				take_group(word * 32 + bit);
	}
}

void kx_xen_init(struct kvm_vm *vm)
{
	sync_global_to_guest(vm, kx_width);
	kx_shinfo_gfn = addr_gva2gpa(vm, (vm_vaddr_t)kx_shinfo) >> 12;
	sync_global_to_guest(vm, kx_shinfo_gfn);
	vm_install_exception_handler(vm, KX_UPCALL_VECTOR, on_upcall);
}

long kx_place_for(uint16_t domid, uint32_t space, uint64_t idx, uint64_t gfn)
{
	struct xen_add_to_physmap op = {
		.domid = domid, .space = space, .idx = idx, .gpfn = gfn,
	};
	struct kx_compat_add_to_physmap op32 = {
		.domid = domid, .space = space, .idx = idx, .gpfn = gfn,
	};

	return kx_memory_op(XENMEM_add_to_physmap,
			    kx_width == 32 ? (void *)&op32 : &op);
}

long kx_place(uint32_t space, uint64_t idx, uint64_t gfn)
{
	return kx_place_for(DOMID_SELF, space, idx, gfn);
}

long kx_remove(uint64_t gfn)
{
	struct xen_remove_from_physmap op = { .domid = DOMID_SELF, .gpfn = gfn };
	struct kx_compat_remove_from_physmap op32 = {
		.domid = DOMID_SELF, .gpfn = gfn,
	};

	return kx_memory_op(XENMEM_remove_from_physmap,
			    kx_width == 32 ? (void *)&op32 : &op);
}

long kx_set_param(uint32_t index, uint64_t value)
{
	struct xen_hvm_param op = {
		.domid = DOMID_SELF, .index = index, .value = value,
	};

	return kx_hvm_op(HVMOP_set_param, &op);
}

long kx_get_param(uint32_t index, uint64_t *value)
{
	struct xen_hvm_param op = { .domid = DOMID_SELF, .index = index };
	long ret = kx_hvm_op(HVMOP_get_param, &op);

	*value = op.value;
	return ret;
}

void kx_guest_start(void)
{
	KX_GUEST_EQ(kx_place(XENMAPSPACE_shared_info, 0, kx_shinfo_gfn), 0);
	KX_GUEST_EQ(kx_set_param(HVM_PARAM_CALLBACK_IRQ,
				 2ull << 56 | KX_UPCALL_VECTOR), 0);
}

long kx_bind_ipi(uint32_t vcpu)
{
	struct evtchn_bind_ipi op = { .vcpu = vcpu };
	long ret = kx_evtchn_op(EVTCHNOP_bind_ipi, &op);

	return ret ? ret : op.port;
}

long kx_bind_virq(uint32_t virq, uint32_t vcpu)
{
	struct evtchn_bind_virq op = { .virq = virq, .vcpu = vcpu };
	long ret = kx_evtchn_op(EVTCHNOP_bind_virq, &op);

	return ret ? ret : op.port;
}

long kx_send(uint32_t port)
{
	struct evtchn_send op = { .port = port };

	return kx_evtchn_op(EVTCHNOP_send, &op);
}

long kx_unmask(uint32_t port)
{
	struct evtchn_unmask op = { .port = port };

	return kx_evtchn_op(EVTCHNOP_unmask, &op);
}

long kx_close(uint32_t port)
{
	struct evtchn_close op = { .port = port };

	return kx_evtchn_op(EVTCHNOP_close, &op);
}

uint64_t kx_time_of(const void *time_info)
{
	const volatile struct kx_compat_vcpu_time_info *t = time_info;
	uint64_t tsc, delta, ns;
	uint32_t version;

	do {
		do {
			version = t->version;
		} while (version & 1);
		asm volatile("lfence" : : : "memory");
		tsc = rdtsc();
		delta = tsc - t->tsc_timestamp;
		if (t->tsc_shift >= 0)
			delta <<= t->tsc_shift;
		else
			delta >>= -t->tsc_shift;
		ns = t->system_time + (uint64_t)
			((__uint128_t)delta * t->tsc_to_system_mul >> 32);
		asm volatile("lfence" : : : "memory");
	} while (t->version != version);
	return ns;
}

uint64_t kx_time_ns(void)
{
	return kx_time_of(kx_vcpu_info(kx_guest_vcpu_id()) + VI_TIME);
}

void kx_pass_ns(uint64_t ns)
{
	uint64_t end = kx_time_ns() + ns;

	while (kx_time_ns() < end)
		kx_take_upcalls();
}
