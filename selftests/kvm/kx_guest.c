// SPDX-License-Identifier: GPL-2.0-only
/* Guest code that needs assembly or descriptors, and running a guest. */
#include "kx_guest.h"
#include "kx_segments.h"

#define KX_VENDOR_AMD_ECX 0x444d4163	/* "cAMD" */
#define KX_EFLAGS_IOPL3 0x3002

bool kx_use_vmmcall;

struct kx_descriptor_table {
	uint16_t limit;
	uint64_t base;
} __packed;

int32_t kx_hypercall32(uint32_t nr, uint32_t a1, uint32_t a2, uint32_t a3,
		       uint32_t a4, uint32_t a5)
{
	struct kx_gprs32 gprs = {
		.eax = nr, .ebx = a1, .ecx = a2, .edx = a3, .esi = a4,
		.edi = a5,
	};

	kx_hypercall_gprs32(&gprs);
	return gprs.eax;
}

long kx_hypercall_page(void *page, unsigned long nr, unsigned long a1,
		       unsigned long a2)
{
	long ret;

	asm volatile("call *%[entry]"
		     : "=a"(ret), "+D"(a1), "+S"(a2)
		     : [entry] "r"((char *)page + nr * 32)
		     : "rcx", "rdx", "r8", "r9", "r10", "r11", "memory", "cc");
	return ret;
}

void kx_guest_segments(void)
{
	struct kx_descriptor_table gdtr;
	uint64_t *gdt, tss;
	uint16_t tr;

	asm volatile("sgdt %0" : "=m"(gdtr));
	gdt = (uint64_t *)gdtr.base + KX_GDT_FIRST;
	gdt[0] = 0x00cf9b000000ffffull;
	gdt[1] = 0x00cf93000000ffffull;
	gdt[2] = 0x00affb000000ffffull;
	gdt[3] = 0x00cff3000000ffffull;
	gdt[4] = 0x00cffb000000ffffull;

	/* The stack on which an exception at CPL 3 arrives. */
	asm volatile("str %0" : "=r"(tr));
	gdt = (uint64_t *)(gdtr.base + tr);
	tss = (gdt[0] >> 16 & 0xffffff) | (gdt[0] >> 32 & 0xff000000) |
	      gdt[1] << 32;
	*(uint64_t *)(tss + 4) = (uint64_t)__builtin_frame_address(0);
}

void kx_guest_enter_user(void (*fn)(void))
{
	uint64_t sp = (uint64_t)__builtin_frame_address(0) - PAGE_SIZE;

	/* As after a call: RSP is 8 below a multiple of 16. */
	sp = (sp & ~15ul) - 8;
	asm volatile("push %[ss]\n\t"
		     "push %[sp]\n\t"
		     "push %[flags]\n\t"
		     "push %[cs]\n\t"
		     "push %[ip]\n\t"
		     "iretq"
		     : : [ss] "i"(KX_UDS), [sp] "r"(sp),
		       [flags] "i"(KX_EFLAGS_IOPL3), [cs] "i"(KX_UCS64),
		       [ip] "r"(fn) : "memory");
	__builtin_unreachable();
}

void kx_guest_init(struct kvm_vm *vm)
{
	uint32_t eax, ebx, ecx, edx;

	/* "AuthenticAMD" ends in this; "GenuineIntel" does not. */
	cpuid(0, &eax, &ebx, &ecx, &edx);
	kx_use_vmmcall = ecx == KX_VENDOR_AMD_ECX;
	sync_global_to_guest(vm, kx_use_vmmcall);
}

static void user_table(struct kvm_vm *vm, uint64_t gpa, int level)
{
	uint64_t *table = addr_gpa2hva(vm, gpa);
	int i;

	for (i = 0; i < 512; i++) {
		if (!(table[i] & 1))
			continue;
		table[i] |= 4;
		if (level > 1 && !(table[i] & 0x80))
			user_table(vm, table[i] & 0x000ffffffffff000ull,
				   level - 1);
	}
}

void kx_vm_user_pages(struct kvm_vm *vm)
{
	user_table(vm, vm->pgd, 4);
}

uint64_t kx_run(struct kvm_vcpu *vcpu, struct ucall *uc)
{
	uint64_t cmd;

	for (;;) {
		vcpu_run(vcpu);
		TEST_ASSERT_KVM_EXIT_REASON(vcpu, KVM_EXIT_IO);
		cmd = get_ucall(vcpu, uc);
		switch (cmd) {
		case UCALL_ABORT:
			kx_report_guest_assert(uc);
			break;
		case KX_UCALL_PRINTF:
			kx_guest_printf_show(uc);
			break;
		default:
			return cmd;
		}
	}
}

void kx_run_done(struct kvm_vcpu *vcpu)
{
	struct ucall uc;
	uint64_t cmd = kx_run(vcpu, &uc);

	TEST_ASSERT(cmd == UCALL_DONE, "Wanted the guest's end, got ucall %lu (%#lx)",
		    (unsigned long)cmd, (unsigned long)uc.args[0]);
}

uint64_t kx_run_sync(struct kvm_vcpu *vcpu)
{
	struct ucall uc;
	uint64_t cmd = kx_run(vcpu, &uc);

	TEST_ASSERT(cmd == UCALL_SYNC, "Wanted a sync, got ucall %lu",
		    (unsigned long)cmd);
	return uc.args[0];
}
