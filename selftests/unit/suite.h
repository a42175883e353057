/* SPDX-License-Identifier: GPL-2.0-only */
/* Every test file offers one list of cases; main.c makes libcheck's suites. */
#ifndef UT_SUITE_H
#define UT_SUITE_H

#include <check.h>

#include "fake_host.h"

/* a case; libcheck's END_TEST is empty */
#define TEST(name)	START_TEST(name)
#define CASE(name)	{ &(name), #name }

struct ut_case {
	const struct TTest * const *test;
	const char *name;
};

/* with so many vCPUs in its domain */
#define SUITE(suite, vcpus)						\
	const struct ut_suite suite##_suite = {				\
		#suite, vcpus, suite##_cases, ARRAY_SIZE(suite##_cases) }

struct ut_suite {
	const char *name;
	unsigned int nr_vcpus;
	const struct ut_case *cases;
	size_t nr_cases;
};

/*
 * Do something again and again, failing one allocation more each time, until
 * it passes: { make a fresh state; ut_fail_nth(n); act; check; }. The body ends
 * the loop with break once !ut_has_failed().
 */
#define for_each_failure(n) \
	for ((n) = 1; ck_assert_msg((n) < 1000, "it never passes"), true; (n)++)

#endif /* UT_SUITE_H */
