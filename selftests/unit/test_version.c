// SPDX-License-Identifier: GPL-2.0-only
/* xen_version: every answer, with room for it and without. */
#include "suite.h"
#include <xenabi/xen.h>

#define END		(RAM_PAGES << 12)
#define CAPS		"hvm-3.0-x86_32 hvm-3.0-x86_32p hvm-3.0-x86_64 "

static long op(u64 cmd, u64 arg)
{
	return hcall(0, __HYPERVISOR_xen_version, cmd, arg, 0);
}

TEST(version)
{
	ck_assert_int_eq(op(XENVER_version, 0), 4 << 16 | 17);
	ck_assert_int_eq(op(XENVER_version, ~0ULL), 4 << 16 | 17);
	ck_assert_int_eq(op(XENVER_pagesize, 0), 4096);
	ck_assert_int_eq(op(XENVER_pagesize, ARG_GVA), -EINVAL);
	ck_assert_int_eq(op(XENVER_build_id, ARG_GVA), -EPERM);
	ck_assert_int_eq(op(KX_XENVER_commandline2, ARG_GVA), -EPERM);
	ck_assert_int_eq(op(15, ARG_GVA), -ENOSYS);
	ck_assert_int_eq(op(~0U, ARG_GVA), -ENOSYS);
	/* only the low half of the command counts */
	ck_assert_int_eq(op(1ULL << 32 | XENVER_version, 0), 4 << 16 | 17);
}

/* exactly @len bytes are written, and they begin with @want */
static void string_is(u64 cmd, size_t len, const char *want)
{
	char buf[2048], ff[2048];

	memset(ff, 0xff, sizeof(ff));
	put_guest(ARG_GVA, ff, sizeof(ff));
	ck_assert_int_eq(op(cmd, ARG_GVA), 0);
	get_guest(ARG_GVA, buf, sizeof(buf));
	ck_assert_str_eq(buf, want);
	ck_assert_mem_eq(buf + len, ff, sizeof(ff) - len);
	ck_assert_int_ne(buf[len - 1], -1);
	/* the last place with room, and the first one without */
	ck_assert_int_eq(op(cmd, END - len), 0);
	ck_assert_int_eq(op(cmd, END - len + 1), -EFAULT);
}

TEST(strings)
{
	string_is(XENVER_extraversion, 16, ".7");
	string_is(XENVER_compile_info, 64 + 16 + 32 + 32, "gcc");
	string_is(XENVER_capabilities, 1024, CAPS);
	string_is(XENVER_changeset, 64, "unavailable");
	string_is(XENVER_commandline, 9, "<denied>");
}

TEST(features)
{
	struct xen_feature_info fi = { .submap_idx = 0 };

	ck_assert_int_eq(hcall_arg(0, __HYPERVISOR_xen_version,
				   XENVER_get_features, &fi, sizeof(fi)), 0);
	ck_assert_uint_eq(fi.submap, 1 << XENFEAT_writable_page_tables |
				     1 << XENFEAT_auto_translated_physmap |
				     1 << XENFEAT_hvm_callback_vector |
				     1 << XENFEAT_hvm_safe_pvclock |
				     1 << XENFEAT_memory_op_vnode_supported |
				     1 << XENFEAT_not_direct_mapped);
	fi.submap_idx = 1;
	ck_assert_int_eq(hcall_arg(0, __HYPERVISOR_xen_version,
				   XENVER_get_features, &fi, sizeof(fi)),
			 -EINVAL);
	ck_assert_int_eq(op(XENVER_get_features, END - 4), -EFAULT);
}

TEST(platform)
{
	ck_assert_int_eq(op(XENVER_platform_parameters, END - 8), 0);
	ck_assert_uint_eq(get64(END - 8), 0xffff800000000000ULL);
	ck_assert_int_eq(op(XENVER_platform_parameters, END - 4), -EFAULT);
	fake.vcpu[0].width = 32;
	ck_assert_int_eq(op(XENVER_platform_parameters, END - 4), 0);
	ck_assert_uint_eq(get32(END - 4), ~0U);
}

TEST(guest_handle)
{
	unsigned int i;
	u8 uuid[16];

	for (i = 0; i < sizeof(uuid); i++)
		fake.uuid[i] = i * 16 + 1;
	ck_assert_int_eq(op(XENVER_guest_handle, END - 16), 0);
	get_guest(END - 16, uuid, sizeof(uuid));
	ck_assert_mem_eq(uuid, fake.uuid, sizeof(uuid));
	ck_assert_int_eq(op(XENVER_guest_handle, END - 15), -EFAULT);
}

static long varbuf(u64 cmd, u32 room)
{
	put_guest(ARG_GVA, &room, sizeof(room));
	return op(cmd, ARG_GVA);
}

static void varbuf_is(u64 cmd, const char *want)
{
	size_t len = strlen(want);
	u32 room = len;
	char buf[128];

	ck_assert_int_eq(op(cmd, 0), len);
	ck_assert_int_eq(varbuf(cmd, 0), -EINVAL);
	ck_assert_int_eq(varbuf(cmd, len - 1), -ENOBUFS);
	memset(buf, 0xff, sizeof(buf));
	put_guest(ARG_GVA + 4, buf, sizeof(buf));
	ck_assert_int_eq(varbuf(cmd, len), len);
	get_guest(ARG_GVA + 4, buf, sizeof(buf));
	ck_assert_mem_eq(buf, want, len);
	/* no terminating NUL */
	ck_assert_int_eq(buf[len], -1);
	ck_assert_int_eq(varbuf(cmd, ~0U), len);
	ck_assert_int_eq(op(cmd, END - 3), -EFAULT);
	put_guest(END - 4, &room, sizeof(room));
	ck_assert_int_eq(op(cmd, END - 4), -EFAULT);
}

TEST(of_any_length)
{
	varbuf_is(KX_XENVER_extraversion2, ".7");
	varbuf_is(KX_XENVER_capabilities2, CAPS);
	varbuf_is(KX_XENVER_changeset2, "unavailable");
}

static const struct ut_case version_cases[] = {
	CASE(version), CASE(strings), CASE(features), CASE(platform),
	CASE(guest_handle), CASE(of_any_length),
};

SUITE(version, 1);
