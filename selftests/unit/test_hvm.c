// SPDX-License-Identifier: GPL-2.0-only
/* hvm_op: the rights of every parameter, their values, and the rest. */
#include "suite.h"

#define GONE		((u64)NO_GFN << 12)
#define VECTOR(v)	((2ULL << 56) | (v))

static long op(u64 cmd, void *arg, size_t len)
{
	return hcall_arg(0, __HYPERVISOR_hvm_op, cmd, arg, len);
}

static long set_of(domid_t dom, u32 index, u64 value)
{
	struct xen_hvm_param a = {
		.domid = dom, .index = index, .value = value,
	};

	return op(HVMOP_set_param, &a, sizeof(a));
}

static long get_of(domid_t dom, u32 index, u64 *value)
{
	struct xen_hvm_param a = {
		.domid = dom, .index = index, .value = 0xdead,
	};
	long r = op(HVMOP_get_param, &a, sizeof(a));

	*value = a.value;
	return r;
}

static long set(u32 index, u64 value)
{
	return set_of(DOMID_SELF, index, value);
}

static u64 get(u32 index)
{
	u64 value;

	ck_assert_int_eq(get_of(D->domid, index, &value), 0);
	return value;
}

/*
 * A guest's rights as Xen 4.17 has them, by number: s set, g get, b both,
 * x deprecated (-EINVAL), . the toolstack's alone (-EPERM).
 */
static const char table[] =
	"bgb.x"		/* 0 callback, store pfn, store port, -, pae */
	"....."		/* 5 */
	"...xp"		/* 10; 13 device model's domain, 14 acpi s-state */
	"b.gbb"		/* 15 vm86 tss, -, console pfn, console port, ioports */
	"xxxxx"		/* 20 memory events, nested hvm */
	"xx..."		/* 25 */
	"x...b"		/* 30; 34 generation id */
	"gbb."		/* 35 altp2m, fip width, tss sized, mca cap */;

TEST(rights)
{
	u64 value;
	u32 i;

	ck_assert_uint_eq(sizeof(table) - 1, KX_NR_PARAMS);
	for (i = 0; i < KX_NR_PARAMS; i++) {
		long setting = -EPERM, getting = -EPERM;

		switch (table[i]) {
		case 'b':
			setting = 0;
			getting = 0;
			break;
		case 'g':
			getting = 0;
			break;
		case 'x':
			setting = -EINVAL;
			getting = -EINVAL;
			break;
		}
		/* a value that suits all of them but the sized TSS */
		ck_assert_msg(set(i, i == KX_PARAM_VM86_TSS_SIZED ?
				     104ULL << 32 : 0) == setting,
			      "set of parameter %u is not %ld", i, setting);
		ck_assert_msg(get_of(DOMID_SELF, i, &value) == getting,
			      "get of parameter %u is not %ld", i, getting);
	}
	ck_assert_int_eq(set(KX_NR_PARAMS, 0), -EINVAL);
	ck_assert_int_eq(set(~0U, 0), -EINVAL);
	ck_assert_int_eq(get_of(DOMID_SELF, KX_NR_PARAMS, &value), -EINVAL);
	ck_assert_int_eq(get_of(DOMID_SELF, ~0U, &value), -EINVAL);
}

TEST(whose)
{
	u64 value;

	ck_assert_int_eq(set_of(0, HVM_PARAM_STORE_EVTCHN, 1), -EINVAL);
	ck_assert_int_eq(set_of(7, HVM_PARAM_STORE_EVTCHN, 1), -ESRCH);
	ck_assert_int_eq(set_of(DOMID_INVALID, HVM_PARAM_STORE_EVTCHN, 1), -ESRCH);
	ck_assert_int_eq(get_of(0, HVM_PARAM_STORE_EVTCHN, &value), -EINVAL);
	ck_assert_int_eq(get_of(7, HVM_PARAM_STORE_EVTCHN, &value), -ESRCH);
	ck_assert_int_eq(set_of(D->domid, HVM_PARAM_STORE_EVTCHN, 9), 0);
	ck_assert_uint_eq(get(HVM_PARAM_STORE_EVTCHN), 9);
	ck_assert_int_eq(hcall(0, __HYPERVISOR_hvm_op, HVMOP_set_param, GONE, 0),
			 -EFAULT);
	ck_assert_int_eq(hcall(0, __HYPERVISOR_hvm_op, HVMOP_get_param, GONE, 0),
			 -EFAULT);
}

TEST(values)
{
	/* whole 64 bits are kept */
	ck_assert_int_eq(set(KX_PARAM_VM_GENERATION_ID_ADDR, ~1ULL), 0);
	ck_assert(get(KX_PARAM_VM_GENERATION_ID_ADDR) == ~1ULL);
	ck_assert_int_eq(set(KX_PARAM_ACPI_IOPORTS_LOCATION, 1), 0);
	ck_assert_int_eq(set(KX_PARAM_ACPI_IOPORTS_LOCATION, 2), -EINVAL);
	ck_assert_uint_eq(get(KX_PARAM_ACPI_IOPORTS_LOCATION), 1);
	ck_assert_int_eq(set(KX_PARAM_X87_FIP_WIDTH, 4), 0);
	ck_assert_int_eq(set(KX_PARAM_X87_FIP_WIDTH, 8), 0);
	ck_assert_int_eq(set(KX_PARAM_X87_FIP_WIDTH, 2), -EINVAL);
	ck_assert_int_eq(set(KX_PARAM_X87_FIP_WIDTH, 0), 0);
	fake_reset_domain();
	ck_assert_uint_eq(get(KX_PARAM_ACPI_IOPORTS_LOCATION), 0);
}

TEST(toolstack_values)
{
	u64 value;

	mutex_lock(&D->lock);
	ck_assert_int_eq(kx_hvm_param_set(D, HVM_PARAM_TIMER_MODE, 3), 0);
	ck_assert_int_eq(kx_hvm_param_set(D, HVM_PARAM_TIMER_MODE, 4), -EINVAL);
	ck_assert_int_eq(kx_hvm_param_set(D, HVM_PARAM_STORE_PFN, 0xfeff8), 0);
	ck_assert_int_eq(kx_hvm_param_set(D, KX_NR_PARAMS, 0), -EINVAL);
	ck_assert_int_eq(kx_hvm_param_get(D, HVM_PARAM_TIMER_MODE, &value), 0);
	ck_assert_uint_eq(value, 3);
	ck_assert_int_eq(kx_hvm_param_get(D, KX_NR_PARAMS, &value), -EINVAL);
	mutex_unlock(&D->lock);
	ck_assert_uint_eq(get(HVM_PARAM_STORE_PFN), 0xfeff8);
}

/* Xen crashes a guest that sets these; the VMM is told, and nothing changes */
static void crashes(u32 index, u64 value)
{
	unsigned int exits = fake.exits;

	D->shutdown_code = -1;
	ck_assert_int_eq(set(index, value), -EINVAL);
	ck_assert_int_eq(last_outcome, KX_TO_USER);
	ck_assert_uint_eq(fake.exits, exits + 1);
	ck_assert_uint_eq(fake.exit_reason, SHUTDOWN_crash);
	ck_assert_int_eq(D->shutdown_code, SHUTDOWN_crash);
}

TEST(tss)
{
	ck_assert_int_eq(set(HVM_PARAM_VM86_TSS, 0xfed00000), 0);
	ck_assert_uint_eq(get(HVM_PARAM_VM86_TSS), 0xfed00000);
	ck_assert(get(KX_PARAM_VM86_TSS_SIZED) == (128ULL << 32 | 0xfed00000));
	crashes(HVM_PARAM_VM86_TSS, 1ULL << 32);
	ck_assert_uint_eq(get(HVM_PARAM_VM86_TSS), 0xfed00000);
	crashes(KX_PARAM_VM86_TSS_SIZED, 103ULL << 32 | 0x1000);
	ck_assert_int_eq(set(KX_PARAM_VM86_TSS_SIZED, 104ULL << 32 | 0x1000), 0);
	ck_assert(get(KX_PARAM_VM86_TSS_SIZED) == (104ULL << 32 | 0x1000));
	/* too big is cut to TSS, redirection and I/O bitmaps */
	ck_assert_int_eq(set(KX_PARAM_VM86_TSS_SIZED, 0xffffffffULL << 32 | 2), 0);
	ck_assert(get(KX_PARAM_VM86_TSS_SIZED) == (8329ULL << 32 | 2));
	ck_assert_int_eq(set(HVM_PARAM_VM86_TSS, 0), 0);
	ck_assert_uint_eq(get(KX_PARAM_VM86_TSS_SIZED), 0);
}

TEST(callback)
{
	unsigned int i;

	ck_assert_int_eq(set(HVM_PARAM_CALLBACK_IRQ, VECTOR(0xf3)), 0);
	ck_assert_uint_eq(D->callback_vector, 0xf3);
	ck_assert(D->callback_via == VECTOR(0xf3));
	ck_assert_uint_eq(D->width, 64);
	/* GSI and INTx are no vectors */
	ck_assert_int_eq(set(HVM_PARAM_CALLBACK_IRQ, 9), 0);
	ck_assert_uint_eq(D->callback_vector, 0);
	ck_assert_int_eq(set(HVM_PARAM_CALLBACK_IRQ, 1ULL << 56 | 0x1800), 0);
	ck_assert_uint_eq(D->callback_vector, 0);
	ck_assert_int_eq(set(HVM_PARAM_CALLBACK_IRQ, 0), 0);
	/* whoever has an upcall waiting is kicked, the clock is told anew */
	rcu_read_lock();
	kx_upcall_raise(V[1]);
	rcu_read_unlock();
	for (i = 0; i < 2; i++)
		fake.vcpu[i] = (struct fake_vcpu){ .width = 32 };
	ck_assert_int_eq(set(HVM_PARAM_CALLBACK_IRQ, VECTOR(0x21)), 0);
	ck_assert_uint_eq(fake.vcpu[0].kicks, 0);
	ck_assert_uint_eq(fake.vcpu[1].kicks, 1);
	ck_assert_uint_eq(fake.vcpu[1].republished, 1);
	/* and the caller's width is latched */
	ck_assert_uint_eq(D->width, 32);
	ck_assert_uint_eq(get(HVM_PARAM_CALLBACK_IRQ), VECTOR(0x21));
	fake_reset_domain();
	ck_assert_uint_eq(D->callback_vector, 0);
	ck_assert_uint_eq(D->callback_via, 0);
}

TEST(pagetable_dying)
{
	struct xen_hvm_pagetable_dying a = { .domid = DOMID_SELF };

	ck_assert_int_eq(op(HVMOP_pagetable_dying, &a, sizeof(a)), -EINVAL);
	a.domid = 0;
	ck_assert_int_eq(op(HVMOP_pagetable_dying, &a, sizeof(a)), -EOPNOTSUPP);
	a.domid = 7;
	ck_assert_int_eq(op(HVMOP_pagetable_dying, &a, sizeof(a)), -ESRCH);
	ck_assert_int_eq(hcall(0, __HYPERVISOR_hvm_op, HVMOP_pagetable_dying,
			       GONE, 0), -EFAULT);
}

TEST(time)
{
	struct kx_hvm_get_time a = {};

	fake.now_ns = 0x123456789abcULL;
	ck_assert_int_eq(op(KX_HVMOP_get_time, &a, sizeof(a)), 0);
	ck_assert_uint_eq(a.now, fake.now_ns);
	ck_assert_int_eq(hcall(0, __HYPERVISOR_hvm_op, KX_HVMOP_get_time, GONE,
			       0), -EFAULT);
}

TEST(xentrace)
{
	struct kx_hvm_xentrace a = { .event = 0xfff, .extra_bytes = 28 };

	ck_assert_int_eq(op(KX_HVMOP_xentrace, &a, sizeof(a)), 0);
	a.extra_bytes = 29;
	ck_assert_int_eq(op(KX_HVMOP_xentrace, &a, sizeof(a)), -EINVAL);
	a.extra_bytes = 0;
	a.event = 0x1000;
	ck_assert_int_eq(op(KX_HVMOP_xentrace, &a, sizeof(a)), -EINVAL);
	ck_assert_int_eq(hcall(0, __HYPERVISOR_hvm_op, KX_HVMOP_xentrace, GONE,
			       0), -EFAULT);
}

static void mem_type_is(u64 pfn, u16 type)
{
	struct xen_hvm_get_mem_type a = { .domid = DOMID_SELF, .pfn = pfn };

	ck_assert_int_eq(op(HVMOP_get_mem_type, &a, sizeof(a)), 0);
	ck_assert_uint_eq(a.mem_type, type);
}

TEST(mem_type)
{
	struct xen_hvm_get_mem_type a = { .domid = 0 };

	mem_type_is(3, HVMMEM_ram_rw);
	mem_type_is(NO_GFN, HVMMEM_mmio_dm);
	mem_type_is(~0ULL, HVMMEM_mmio_dm);
	mem_type_is(WINDOW_GFN, HVMMEM_mmio_dm);
	ck_assert_int_eq(kx_window_reserve(V[0], WINDOW_GFN), 0);
	mutex_lock(&D->lock);
	ck_assert_int_eq(kx_shinfo_place(D, WINDOW_GFN), 0);
	mutex_unlock(&D->lock);
	mem_type_is(WINDOW_GFN, HVMMEM_ram_rw);
	ck_assert_int_eq(op(HVMOP_get_mem_type, &a, sizeof(a)), -EPERM);
	a.domid = 7;
	ck_assert_int_eq(op(HVMOP_get_mem_type, &a, sizeof(a)), -ESRCH);
	ck_assert_int_eq(hcall(0, __HYPERVISOR_hvm_op, HVMOP_get_mem_type, GONE,
			       0), -EFAULT);
}

TEST(others)
{
	ck_assert_int_eq(hcall(0, __HYPERVISOR_hvm_op,
			       KX_HVMOP_guest_request_vm_event, 0, 0), 0);
	ck_assert_int_eq(hcall(0, __HYPERVISOR_hvm_op,
			       KX_HVMOP_guest_request_vm_event, 1, 0), -EINVAL);
	ck_assert_int_eq(hcall(0, __HYPERVISOR_hvm_op, KX_HVMOP_altp2m, 0, 0),
			 -EOPNOTSUPP);
	ck_assert_int_eq(hcall(0, __HYPERVISOR_hvm_op, 99, 0, 0), -ENOSYS);
}

static const struct ut_case hvm_cases[] = {
	CASE(rights), CASE(whose), CASE(values), CASE(toolstack_values),
	CASE(tss), CASE(callback), CASE(pagetable_dying), CASE(time),
	CASE(xentrace), CASE(mem_type), CASE(others),
};

SUITE(hvm, 2);
