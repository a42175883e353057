// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way in: registers to struct kx_hcall and back, CPUID leaves, and the
 * hypercall page's MSR.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <asm/xen/cpuid.h>

#include "kvm_seam.h"
#include "../hypercalls/hcall.h"
#include "../shinfo/shinfo.h"

/* kvm_tramp.S reads vcpu->kvm without asking where it is */
static_assert(offsetof(struct kvm_vcpu, kvm) == 0);

#define CPUID_BASE		0x40000000
#define CPUID_NEXT_BASE		0x40000100
#define CPUID_MAX_LEAF		5
#define MSR_HYPERCALL		0x40000000
#define MSR_HYPERCALL_HYPERV	0x40000200

#define XEN_VERSION_WORD	((4 << 16) | 17)

struct kx_vcpu *kx_vcpu_find(struct kvm_vcpu *kvcpu)
{
	struct kx_domain *d = kx_domain_of(kvcpu->kvm);
	struct kx_vcpu *v;

	if (!d)
		return NULL;
	v = kx_vcpu_at(d, kvcpu->vcpu_idx);
	/* a vCPU that KVM is about to make has no index yet, that is, 0 */
	return v && v->kvcpu == kvcpu ? v : NULL;
}

struct kx_vcpu *kx_vcpu_of(struct kx_dom *dom, struct kvm_vcpu *kvcpu)
{
	struct kx_vcpu *v = kx_vcpu_at(&dom->d, kvcpu->vcpu_idx);

	if (unlikely(!v) && !kx_vcpus_sync(&dom->d))
		v = kx_vcpu_at(&dom->d, kvcpu->vcpu_idx);
	return v && v->kvcpu == kvcpu ? v : NULL;
}

/* whether the VMM offers Hyper-V's interface beside ours */
static bool has_hyperv(struct kvm_vcpu *kvcpu)
{
#if KX_HAVE_HYPERV
	return kvcpu->arch.hyperv_enabled;
#else
	return false;
#endif
}

/* the MSR of Hyper-V's hypercall page, 0 unless the guest uses it */
static u64 hyperv_page(struct kvm_vcpu *kvcpu)
{
#if KX_HAVE_HYPERV
	const struct kvm_hv *hv = &kvcpu->kvm->arch.hyperv;

	if (has_hyperv(kvcpu) && hv->hv_guest_os_id)
		return hv->hv_hypercall;
#endif
	return 0;
}

/* two interfaces: whose page did the call come from? */
static bool is_hyperv_call(struct kvm_vcpu *kvcpu)
{
	u64 page = hyperv_page(kvcpu);
	u64 exception[8];
	gpa_t gpa;

	if (!(page & HV_X64_MSR_HYPERCALL_ENABLE))
		return false;
	gpa = kvm_mmu_gva_to_gpa_read(kvcpu, kvm_get_linear_rip(kvcpu),
				      (struct x86_exception *)exception);
	return gpa != INVALID_GPA &&
	       (gpa >> PAGE_SHIFT) == (page >> PAGE_SHIFT);
}

u8 kx_vcpu_width(struct kx_vcpu *v)
{
	int db, l;

	if (!(v->kvcpu->arch.efer & EFER_LMA))
		return 32;
	static_call(kvm_x86_get_cs_db_l_bits)(v->kvcpu, &db, &l);
	return l ? 64 : 32;
}

static const u8 arg_regs64[] = {
	VCPU_REGS_RDI, VCPU_REGS_RSI, VCPU_REGS_RDX,
	VCPU_REGS_R10, VCPU_REGS_R8, VCPU_REGS_R9,
};

static const u8 arg_regs32[] = {
	VCPU_REGS_RBX, VCPU_REGS_RCX, VCPU_REGS_RDX,
	VCPU_REGS_RSI, VCPU_REGS_RDI, VCPU_REGS_RBP,
};

static void read_registers(struct kx_hcall *h, const unsigned long *regs)
{
	unsigned int i;

	if (h->width == 32) {
		h->nr = (u32)regs[VCPU_REGS_RAX];
		for (i = 0; i < ARRAY_SIZE(h->arg); i++)
			h->arg[i] = (u32)regs[arg_regs32[i]];
	} else {
		h->nr = regs[VCPU_REGS_RAX];
		for (i = 0; i < ARRAY_SIZE(h->arg); i++)
			h->arg[i] = regs[arg_regs64[i]];
	}
}

/* a restarted call finds its progress in its arguments, as under Xen */
static void write_args(const struct kx_hcall *h, unsigned long *regs)
{
	const u8 *order = h->width == 32 ? arg_regs32 : arg_regs64;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(h->arg); i++)
		regs[order[i]] = h->arg[i];
}

/* carry out what the handler decided; the result of kvm_emulate_hypercall() */
static int finish(struct kvm_vcpu *kvcpu, const struct kx_hcall *h,
		  enum kx_outcome outcome)
{
	int r;

	if (outcome == KX_RESTART) {
		/* RIP stays; KVM looks at signals before it enters again */
		write_args(h, kvcpu->arch.regs);
		return 1;
	}
	kvcpu->arch.regs[VCPU_REGS_RAX] = h->width == 32 ? (u32)h->ret : h->ret;
	r = kvm_skip_emulated_instruction(kvcpu);
	if (outcome == KX_TO_USER) {
		kvcpu->run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
		return 0;
	}
	/* halts, unless an event came meanwhile */
	if (outcome == KX_BLOCK && r)
		return kvm_emulate_halt_noskip(kvcpu);
	return r;
}

static struct kx_verdict answer(struct kx_dom *dom, struct kvm_vcpu *kvcpu)
{
	struct kx_hcall h = { .v = kx_vcpu_of(dom, kvcpu) };

	if (!h.v) {
		/* no memory for the vCPU's object */
		kvcpu->arch.regs[VCPU_REGS_RAX] = -ENOMEM;
		return KX_TAKE(kvm_skip_emulated_instruction(kvcpu));
	}
	if (is_hyperv_call(kvcpu))
		return KX_PASS;

	h.cpl = kx_kvm_syms.get_cpl(kvcpu->arch.emulate_ctxt);
	h.width = kx_vcpu_width(h.v);
	read_registers(&h, kvcpu->arch.regs);
	kvcpu->stat.hypercalls++;
	WRITE_ONCE(h.v->active, true);
	WRITE_ONCE(h.v->hypercalls, h.v->hypercalls + 1);
	return KX_TAKE(finish(kvcpu, &h, kx_hcall_dispatch(&h)));
}

struct kx_verdict kx_on_hypercall(struct kvm_vcpu *kvcpu)
{
	struct kx_verdict verdict;
	struct kx_dom *dom;
	int idx;

	kx_hook_fired(KX_HOOK_HYPERCALL);
	/* a nested guest's calls belong to its own hypervisor */
	if (kvcpu->arch.hflags & HF_GUEST_MASK)
		return KX_PASS;

	dom = kx_dom_enter(kvcpu->kvm, &idx);
	if (!dom)
		return KX_PASS;
	verdict = answer(dom, kvcpu);
	kx_dom_leave(dom, idx);
	return verdict;
}

void kx_exit_shutdown(struct kx_vcpu *v, unsigned int reason)
{
	struct kvm_run *run = v->kvcpu->run;
	u32 type;

	switch (reason) {
	case SHUTDOWN_poweroff:
		type = KVM_SYSTEM_EVENT_SHUTDOWN;
		break;
	case SHUTDOWN_reboot:
	case SHUTDOWN_soft_reset:
		type = KVM_SYSTEM_EVENT_RESET;
		break;
	case SHUTDOWN_suspend:
		type = KVM_SYSTEM_EVENT_SUSPEND;
		break;
	default:
		type = KVM_SYSTEM_EVENT_CRASH;
		break;
	}
	memset(&run->system_event, 0, sizeof(run->system_event));
	run->system_event.type = type;
	run->system_event.ndata = 1;
	run->system_event.data[0] = reason;
}

/* the leaves of Xen's cpuid.h; false: not one of them */
static bool fill_leaf(struct kx_vcpu *v, u32 leaf, u32 subleaf, u32 reg[4])
{
	struct kvm_vcpu *kvcpu = v->kvcpu;
	u32 base = has_hyperv(kvcpu) ? CPUID_NEXT_BASE : CPUID_BASE;

	if (leaf < base || leaf > base + CPUID_MAX_LEAF)
		return false;

	memset(reg, 0, 4 * sizeof(*reg));
	switch (leaf - base) {
	case 0:
		reg[0] = base + CPUID_MAX_LEAF;
		reg[1] = XEN_CPUID_SIGNATURE_EBX;
		reg[2] = XEN_CPUID_SIGNATURE_ECX;
		reg[3] = XEN_CPUID_SIGNATURE_EDX;
		break;
	case 1:
		reg[0] = XEN_VERSION_WORD;
		break;
	case 2:
		reg[0] = 1;	/* hypercall pages */
		reg[1] = has_hyperv(kvcpu) ? MSR_HYPERCALL_HYPERV :
						MSR_HYPERCALL;
		break;
	case 3:
		if (subleaf == 0) {
			/* TSC mode 0, and not emulated */
			reg[2] = kvcpu->arch.virtual_tsc_khz;
		} else if (subleaf == 1) {
			reg[2] = kvcpu->arch.hv_clock.tsc_to_system_mul;
			reg[3] = (u8)kvcpu->arch.hv_clock.tsc_shift;
		} else if (subleaf == 2) {
			reg[0] = tsc_khz;
		}
		break;
	case 4:
		if (subleaf == 0) {
			reg[0] = XEN_HVM_CPUID_VCPU_ID_PRESENT |
				 XEN_HVM_CPUID_DOMID_PRESENT;
			reg[1] = v->id;
			reg[2] = v->d->domid;
		}
		break;
	}
	return true;
}

struct kx_verdict kx_on_cpuid(struct kvm_vcpu *kvcpu, u32 *eax, u32 *ebx,
			      u32 *ecx, u32 *edx)
{
	struct kx_verdict verdict = KX_PASS;
	struct kx_dom *dom;
	struct kx_vcpu *v;
	u32 reg[4];
	int idx;

	kx_hook_fired(KX_HOOK_CPUID);
	if ((*eax & 0xffff0000) != CPUID_BASE)
		return verdict;

	dom = kx_dom_enter(kvcpu->kvm, &idx);
	if (!dom)
		return verdict;
	v = kx_vcpu_of(dom, kvcpu);
	if (v && fill_leaf(v, *eax, *ecx, reg)) {
		*eax = reg[0];
		*ebx = reg[1];
		*ecx = reg[2];
		*edx = reg[3];
		verdict = KX_TAKE(true);
	}
	kx_dom_leave(dom, idx);
	return verdict;
}

static bool is_hypercall_msr(struct kvm_vcpu *kvcpu, struct msr_data *msr)
{
	return !msr->host_initiated &&
	       msr->index == (has_hyperv(kvcpu) ? MSR_HYPERCALL_HYPERV :
						     MSR_HYPERCALL);
}

/*
 * Each entry of the page is 32 bytes: the number to EAX, the vendor's
 * instruction, return. The slot of iret, which HVM guests lack, traps.
 */
static int write_hypercall_page(struct kvm_vcpu *kvcpu, u64 data)
{
	/* EAX = number; VMCALL or VMMCALL; RET; padded with INT3 */
	static const u8 template[] = { 0xb8, 0, 0, 0, 0, 0x0f, 0x01, 0, 0xc3 };
	static const u8 ud2[] = { 0x0f, 0x0b };
	const unsigned int entry_bytes = 32;
	const u8 modrm = boot_cpu_data.x86_vendor == X86_VENDOR_AMD ||
			 boot_cpu_data.x86_vendor == X86_VENDOR_HYGON ?
			 0xd9 : 0xc1;
	unsigned int nr;
	u8 *page;
	int r;

	/* the low bits would choose one of several pages; there is one */
	if (data & ~PAGE_MASK)
		return 1;
	page = kmalloc(PAGE_SIZE, GFP_KERNEL_ACCOUNT);
	if (!page)
		return 1;
	memset(page, 0xcc, PAGE_SIZE);
	for (nr = 0; nr < PAGE_SIZE / entry_bytes; nr++) {
		u8 *entry = page + nr * entry_bytes;

		memcpy(entry, template, sizeof(template));
		entry[1] = nr;
		entry[7] = modrm;
		if (nr == __HYPERVISOR_iret)
			memcpy(entry, ud2, sizeof(ud2));
	}
	r = kvm_vcpu_write_guest(kvcpu, data, page, PAGE_SIZE) ? 1 : 0;
	kfree(page);
	return r;
}

struct kx_verdict kx_on_set_msr(struct kvm_vcpu *kvcpu, struct msr_data *msr)
{
	struct kx_verdict verdict = KX_PASS;
	struct kx_dom *dom;
	struct kx_vcpu *v;
	int idx, r;

	kx_hook_fired(KX_HOOK_SET_MSR);
	/* the change itself is seen on the way in, after the original ran */
	if (msr->index == MSR_IA32_TSC || msr->index == MSR_IA32_TSC_ADJUST) {
		kvm_make_request(KVM_REQ_EVENT, kvcpu);
		return verdict;
	}
	if (!is_hypercall_msr(kvcpu, msr))
		return verdict;

	dom = kx_dom_enter(kvcpu->kvm, &idx);
	if (!dom)
		return verdict;
	v = kx_vcpu_of(dom, kvcpu);
	if (v) {
		r = write_hypercall_page(kvcpu, msr->data);
		if (!r) {
			mutex_lock(&v->d->lock);
			kx_shinfo_set_width(v->d, v, kx_vcpu_width(v));
			mutex_unlock(&v->d->lock);
		}
		verdict = KX_TAKE(r);
	}
	kx_dom_leave(dom, idx);
	return verdict;
}

struct kx_verdict kx_on_get_msr(struct kvm_vcpu *kvcpu, struct msr_data *msr)
{
	struct kx_verdict verdict = KX_PASS;

	kx_hook_fired(KX_HOOK_GET_MSR);
	if (!is_hypercall_msr(kvcpu, msr))
		return verdict;
	rcu_read_lock();
	if (kx_domain_of(kvcpu->kvm)) {
		/* write-only, and reading it is no error */
		msr->data = 0;
		verdict = KX_TAKE(0);
	}
	rcu_read_unlock();
	return verdict;
}
