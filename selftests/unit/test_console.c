// SPDX-License-Identifier: GPL-2.0-only
/* console_io: what reaches the log, and a long write's restarts. */
#include "suite.h"

#define GONE	((u64)NO_GFN << 12)

static long op(u64 cmd, u64 count, u64 gva)
{
	return hcall(0, __HYPERVISOR_console_io, cmd, count, gva);
}

TEST(writes)
{
	put_guest(ARG_GVA, "hello\n", 6);
	ck_assert_int_eq(op(CONSOLEIO_write, 6, ARG_GVA), 0);
	ck_assert_uint_eq(fake.conlog_len, 6);
	ck_assert_mem_eq(fake.conlog, "hello\n", 6);
	ck_assert_int_eq(op(CONSOLEIO_write, 0, GONE), 0);
	ck_assert_uint_eq(fake.conlog_len, 6);
}

/* the log may end on a terminal: no escape gets there */
TEST(not_printable)
{
	static const char in[] = "a\033[2Jb\r\0c\t\n\x7f\x80\x9b\x9f\xa0\xe9.";
	static const char out[] = "a[2Jbc\t\n\xa0\xe9.";

	put_guest(ARG_GVA, in, sizeof(in) - 1);
	ck_assert_int_eq(op(CONSOLEIO_write, sizeof(in) - 1, ARG_GVA), 0);
	ck_assert_uint_eq(fake.conlog_len, sizeof(out) - 1);
	ck_assert_mem_eq(fake.conlog, out, sizeof(out) - 1);
}

static void fill(u64 gva, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		char c = 'a' + i % 23;

		put_guest(gva + i, &c, 1);
	}
}

static void log_is(size_t len)
{
	size_t i;

	ck_assert_uint_eq(fake.conlog_len, len);
	for (i = 0; i < len; i++)
		ck_assert_int_eq(fake.conlog[i], 'a' + i % 23);
}

TEST(restarts)
{
	const size_t len = 3 * 16384 + 77;
	unsigned int passes = 1;

	fill(0x10000, len);
	ck_assert_int_eq(op(CONSOLEIO_write, len, 0x10000), 0x7e57);
	for (; last_outcome == KX_RESTART; passes++) {
		ck_assert_uint_eq(last_hcall.arg[0], CONSOLEIO_write);
		ck_assert_uint_eq(last_hcall.arg[1], len - passes * 16384);
		ck_assert_uint_eq(last_hcall.arg[2], 0x10000 + passes * 16384);
		op(last_hcall.arg[0], last_hcall.arg[1], last_hcall.arg[2]);
	}
	ck_assert_int_eq(last_outcome, KX_DONE);
	ck_assert_int_eq(last_hcall.ret, 0);
	ck_assert_uint_eq(passes, 4);
	log_is(len);
}

TEST(exactly_one_pass)
{
	fill(0x10000, 16384);
	ck_assert_int_eq(op(CONSOLEIO_write, 16384, 0x10000), 0);
	ck_assert_int_eq(last_outcome, KX_DONE);
	log_is(16384);
}

TEST(errors)
{
	ck_assert_int_eq(op(CONSOLEIO_write, 1, GONE), -EFAULT);
	ck_assert_int_eq(op(CONSOLEIO_write, 4097, (RAM_PAGES << 12) - 4096),
			 -EFAULT);
	ck_assert_int_eq(op(CONSOLEIO_read, 100, ARG_GVA), 0);
	ck_assert_int_eq(op(CONSOLEIO_read, 0x7fffffff, ARG_GVA), 0);
	ck_assert_int_eq(op(CONSOLEIO_read, 0x80000000, ARG_GVA), -E2BIG);
	ck_assert_int_eq(op(2, 1, ARG_GVA), -ENOSYS);
}

/* addresses of a 32-bit caller wrap */
TEST(wraps)
{
	fake.vcpu[0].width = 32;
	fake_map(0xfffff000ULL, 9);
	fill(0x9000 + 4096 - 128, 128);
	fake_map(0, 10);
	put_guest(0xa000, "xyz", 3);
	ck_assert_int_eq(op(CONSOLEIO_write, 131, 0x100000000ULL - 128), 0);
	ck_assert_mem_eq(fake.conlog + 128, "xyz", 3);
}

static const struct ut_case console_cases[] = {
	CASE(writes), CASE(not_printable), CASE(restarts),
	CASE(exactly_one_pass), CASE(errors), CASE(wraps),
};

SUITE(console, 1);
