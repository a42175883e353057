// SPDX-License-Identifier: GPL-2.0-only
/*
 * xen_version: each operation with a good and with a bad argument. And what
 * all hypercalls share: unknown numbers, registers that are kept.
 */
#include "kx_test.h"

/* the answer, with room behind it that must not be touched */
static union {
	char bytes[2048];
	uint32_t u32[2];
	uint64_t u64[2];
	struct xen_feature_info fi;
	struct kx_varbuf var;
} out;

#define FILL 0x5a

static uint8_t uuid[16];

/* The last two bytes of a page that is mapped, with none behind it. */
static uint64_t edge;

static void clear_out(void)
{
	memset(&out, FILL, sizeof(out));
}

/* @op stores @bytes at its argument, and refuses every place that has no room. */
static void stores(uint32_t op, size_t bytes)
{
	size_t i;

	clear_out();
	KX_GUEST_EQ(kx_version_op(op, &out), 0);
	for (i = bytes; i < sizeof(out); i++)
		GUEST_ASSERT_EQ(out.bytes[i], FILL);
	KX_GUEST_EQ(kx_version_op(op, 0), -EFAULT);
	KX_GUEST_EQ(kx_version_op(op, KX_BAD_PTR), -EFAULT);
	KX_GUEST_EQ(kx_version_op(op, edge), -EFAULT);
	KX_GUEST_EQ(kx_version_op(op, 0xffffffffu), -EFAULT);
	if (kx_width == 64)
		KX_GUEST_EQ(kx_version_op(op, 1ul << 63), -EFAULT);
}

static bool ends_within(size_t bytes)
{
	size_t i;

	for (i = 0; i < bytes; i++)
		if (!out.bytes[i])
			return true;
	return false;
}

static bool holds(const char *what, size_t bytes)
{
	size_t len = 0, i;

	while (what[len])
		len++;
	for (i = 0; i + len <= bytes; i++)
		if (!memcmp(out.bytes + i, what, len))
			return true;
	return false;
}

static void guest_numbers(void)
{
	KX_GUEST_EQ(kx_version_op(XENVER_version, 0), 4 << 16 | 17);
	KX_GUEST_EQ(kx_version_op(XENVER_version, KX_BAD_PTR), 4 << 16 | 17);
	KX_GUEST_EQ(kx_version_op(XENVER_pagesize, 0), 4096);
	KX_GUEST_EQ(kx_version_op(XENVER_pagesize, &out), -EINVAL);

	if (kx_width == 64) {
		stores(XENVER_platform_parameters, 8);
		GUEST_ASSERT_EQ(out.u64[0], 0xffff800000000000ul);
	} else {
		stores(XENVER_platform_parameters, 4);
	}
	KX_GUEST_EQ(kx_version_op(XENVER_build_id, 0), -EPERM);
	KX_GUEST_EQ(kx_version_op(XENVER_build_id, &out), -EPERM);
	KX_GUEST_EQ(kx_version_op(99, &out), -ENOSYS);
	KX_GUEST_EQ(kx_version_op(~0u, &out), -ENOSYS);
	GUEST_DONE();
}

static void guest_strings(void)
{
	stores(XENVER_extraversion, sizeof(xen_extraversion_t));
	GUEST_ASSERT_EQ(out.bytes[0], '.');
	GUEST_ASSERT(ends_within(sizeof(xen_extraversion_t)));

	stores(XENVER_compile_info, sizeof(xen_compile_info_t));
	GUEST_ASSERT(ends_within(sizeof(xen_compile_info_t)));

	stores(XENVER_capabilities, sizeof(xen_capabilities_info_t));
	GUEST_ASSERT(ends_within(sizeof(xen_capabilities_info_t)));
	GUEST_ASSERT(holds("hvm-3.0-x86_64", 128));
	GUEST_ASSERT(holds("hvm-3.0-x86_32", 128));

	stores(XENVER_changeset, sizeof(xen_changeset_info_t));
	GUEST_ASSERT(ends_within(sizeof(xen_changeset_info_t)));

	clear_out();
	KX_GUEST_EQ(kx_version_op(XENVER_commandline, &out), 0);
	GUEST_ASSERT(holds("<denied>", 9));
	GUEST_ASSERT_EQ(out.bytes[8], 0);
	KX_GUEST_EQ(kx_version_op(XENVER_commandline, KX_BAD_PTR), -EFAULT);
	GUEST_DONE();
}

static void guest_features(void)
{
	out.fi = (struct xen_feature_info){ .submap_idx = 0 };
	KX_GUEST_EQ(kx_version_op(XENVER_get_features, &out), 0);
	GUEST_ASSERT(out.fi.submap & 1u << XENFEAT_auto_translated_physmap);
	GUEST_ASSERT(out.fi.submap & 1u << XENFEAT_hvm_callback_vector);
	GUEST_ASSERT(out.fi.submap & 1u << XENFEAT_hvm_safe_pvclock);
	GUEST_ASSERT(!(out.fi.submap & 1u << XENFEAT_hvm_pirqs));
	GUEST_ASSERT(!(out.fi.submap & 1u << XENFEAT_dom0));
	out.fi = (struct xen_feature_info){ .submap_idx = XENFEAT_NR_SUBMAPS };
	KX_GUEST_EQ(kx_version_op(XENVER_get_features, &out), -EINVAL);
	out.fi = (struct xen_feature_info){ .submap_idx = ~0u };
	KX_GUEST_EQ(kx_version_op(XENVER_get_features, &out), -EINVAL);
	KX_GUEST_EQ(kx_version_op(XENVER_get_features, KX_BAD_PTR), -EFAULT);
	KX_GUEST_EQ(kx_version_op(XENVER_get_features, edge), -EFAULT);
	GUEST_DONE();
}

static void guest_uuid(void)
{
	stores(XENVER_guest_handle, sizeof(uuid));
	GUEST_ASSERT(!memcmp(out.bytes, uuid, sizeof(uuid)));
	GUEST_DONE();
}

/* The strings of any length: their length alone, too little room, enough. */
static void guest_varbufs(void)
{
	static const uint32_t ops[] = {
		KX_XENVER_extraversion2, KX_XENVER_capabilities2,
		KX_XENVER_changeset2,
	};
	unsigned int i;
	long len;

	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		len = kx_version_op(ops[i], 0);
		GUEST_ASSERT(len > 0 && len < 1024);
		clear_out();
		out.var.len = 0;
		KX_GUEST_EQ(kx_version_op(ops[i], &out), -EINVAL);
		out.var.len = len - 1;
		KX_GUEST_EQ(kx_version_op(ops[i], &out), -ENOBUFS);
		GUEST_ASSERT_EQ(out.var.buf[0], FILL);
		out.var.len = len;
		KX_GUEST_EQ(kx_version_op(ops[i], &out), len);
		GUEST_ASSERT_NE(out.var.buf[len - 1], 0);
		GUEST_ASSERT_EQ(out.var.buf[len], FILL);
		KX_GUEST_EQ(kx_version_op(ops[i], KX_BAD_PTR), -EFAULT);
	}
	KX_GUEST_EQ(kx_version_op(KX_XENVER_commandline2, &out), -EPERM);
	GUEST_DONE();
}

static void run(void *guest_code)
{
	struct kx_dom *dom = kx_dom_create(1, guest_code);
	vm_vaddr_t page = vm_vaddr_alloc_page(dom->vm);

	write_guest_global(dom->vm, edge, page + 4096 - 2);
	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}

KX_CASE_WIDTHS(numbers)
{
	run(guest_numbers);
}

KX_CASE_WIDTHS(strings)
{
	run(guest_strings);
}

KX_CASE_WIDTHS(features)
{
	run(guest_features);
}

KX_CASE_WIDTHS(no_uuid)
{
	run(guest_uuid);
}

KX_CASE_WIDTHS(uuid)
{
	struct kx_dom *dom = kx_dom_create(1, guest_uuid);
	struct kx_uuid arg = { .bytes = "0123456789abcde" };
	vm_vaddr_t page = vm_vaddr_alloc_page(dom->vm);

	TEST_ASSERT(!ioctl(dom->fd, KX_SET_UUID, &arg), "KX_SET_UUID");
	memcpy(addr_gva2hva(dom->vm, (vm_vaddr_t)uuid), arg.bytes, 16);
	write_guest_global(dom->vm, edge, page + 4096 - 2);
	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}

KX_CASE_WIDTHS(strings_of_any_length)
{
	run(guest_varbufs);
}

static void guest_unknown(void)
{
	static const uint16_t none[] = {
		0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 14, 16, 22, 23, 25, 26, 27, 28,
		30, 31, 37, 38, 42, 48, 49, 55, 56, 63, 64, 1000,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(none); i++)
		KX_GUEST_EQ(kx_call2(none[i], 0, 0), -ENOSYS);
	KX_GUEST_EQ(kx_call2(0xffffffffu, 0, 0), -ENOSYS);
	if (kx_width == 64) {
		/* all 64 bits count */
		KX_GUEST_EQ(kx_call2(1ul << 32 | __HYPERVISOR_xen_version,
				     XENVER_version, 0), -ENOSYS);
		KX_GUEST_EQ(kx_call2(~0ul, 0, 0), -ENOSYS);
	}
	GUEST_DONE();
}

KX_CASE_WIDTHS(unknown_hypercalls)
{
	run(guest_unknown);
}

static void guest_registers_64(void)
{
	struct kx_gprs g = {
		.rax = __HYPERVISOR_xen_version, .rbx = ~1ul, .rcx = ~2ul,
		.rdx = ~3ul, .rsi = 0, .rdi = XENVER_version, .rbp = ~6ul,
		.r8 = ~8ul, .r9 = ~9ul, .r10 = ~10ul, .r11 = ~11ul,
		.r12 = ~12ul, .r13 = ~13ul, .r14 = ~14ul, .r15 = ~15ul,
	};
	struct kx_gprs before = g;

	kx_hypercall_gprs(&g);
	GUEST_ASSERT_EQ(g.rax, 4 << 16 | 17);
	g.rax = before.rax;
	GUEST_ASSERT(!memcmp(&g, &before, sizeof(g)));
	GUEST_DONE();
}

KX_CASE(registers_64)
{
	run(guest_registers_64);
}

static struct kx_gprs32 regs32, before32;

static void guest_registers_32(void)
{
	kx_guest_segments();
	regs32 = (struct kx_gprs32){
		.eax = __HYPERVISOR_xen_version, .ebx = XENVER_version,
		.ecx = 0, .edx = ~3u, .esi = ~4u, .edi = ~5u,
	};
	before32 = regs32;
	kx_hypercall_gprs32(&regs32);
	GUEST_ASSERT_EQ(regs32.eax, 4 << 16 | 17);
	regs32.eax = before32.eax;
	GUEST_ASSERT(!memcmp(&regs32, &before32, sizeof(regs32)));
	GUEST_DONE();
}

KX_CASE(registers_32)
{
	run(guest_registers_32);
}

/* vm_assist: the runstate update flag alone. */
static void guest_vm_assist(void)
{
	uint32_t type;

	for (type = 0; type < 10; type++) {
		long want = type == VMASST_TYPE_runstate_update_flag ? 0 : -EINVAL;

		KX_GUEST_EQ(kx_call2(__HYPERVISOR_vm_assist,
				     VMASST_CMD_enable, type), want);
		KX_GUEST_EQ(kx_call2(__HYPERVISOR_vm_assist,
				     VMASST_CMD_disable, type), want);
	}
	KX_GUEST_EQ(kx_call2(__HYPERVISOR_vm_assist, 7,
			     VMASST_TYPE_runstate_update_flag), -ENOSYS);
	KX_GUEST_EQ(kx_call2(__HYPERVISOR_vm_assist, VMASST_CMD_enable, ~0u),
		    -EINVAL);
	GUEST_DONE();
}

KX_CASE_WIDTHS(vm_assist)
{
	run(guest_vm_assist);
}
