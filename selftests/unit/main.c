// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the suites and prints one verdict a case.
 *	unit [SUITE...]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suite.h"

/* a case may be slow on a machine that does a lot else */
#define CASE_LIMIT_S	120

extern const struct ut_suite shinfo_suite, overlay_suite, runstate_suite,
	evtchn_suite, evtchn_model_suite, poll_suite, vtimer_suite,
	gnttab_suite, hvm_suite, dispatch_suite, memory_suite, vcpu_op_suite,
	version_suite, console_suite, race_suite;

static const struct ut_suite * const suites[] = {
	&shinfo_suite, &overlay_suite, &runstate_suite, &evtchn_suite,
	&evtchn_model_suite, &poll_suite, &vtimer_suite, &gnttab_suite,
	&hvm_suite, &dispatch_suite, &memory_suite, &vcpu_op_suite,
	&version_suite, &console_suite, &race_suite,
};

static unsigned int nr_vcpus;

static void setup(void)
{
	fake_start(nr_vcpus);
}

/* libcheck knows a case by the name of its TCase */
static SRunner *runner_of(const struct ut_suite *us)
{
	Suite *s = suite_create(us->name);
	size_t i;

	for (i = 0; i < us->nr_cases; i++) {
		TCase *tc = tcase_create(us->cases[i].name);

		tcase_set_timeout(tc, CASE_LIMIT_S);
		tcase_add_checked_fixture(tc, setup, fake_stop);
		tcase_add_test(tc, *us->cases[i].test);
		suite_add_tcase(s, tc);
	}
	return srunner_create(s);
}

static int run(const struct ut_suite *us)
{
	struct TestResult **results;
	SRunner *sr = runner_of(us);
	int i, nr, failed;

	nr_vcpus = us->nr_vcpus;
	srunner_run_all(sr, CK_SILENT);
	failed = srunner_ntests_failed(sr);
	nr = srunner_ntests_run(sr);
	results = srunner_results(sr);
	for (i = 0; i < nr; i++) {
		TestResult *tr = results[i];

		if (tr_rtype(tr) == CK_PASS)
			printf("PASS unit/%s/%s\n", us->name, tr_tcname(tr));
		else
			printf("FAIL unit/%s/%s: %s:%d: %s\n", us->name,
			       tr_tcname(tr), tr_lfile(tr), tr_lno(tr),
			       tr_msg(tr));
	}
	if (nr != (int)us->nr_cases) {
		printf("FAIL unit/%s: %d cases of %zu ran\n", us->name, nr,
		       us->nr_cases);
		failed++;
	}
	free(results);
	srunner_free(sr);
	fflush(stdout);
	return failed;
}

static bool chosen(const char *name, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], name))
			return true;
	return argc == 1;
}

int main(int argc, char **argv)
{
	int failed = 0, ran = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(suites); i++) {
		if (!chosen(suites[i]->name, argc, argv))
			continue;
		failed += run(suites[i]);
		ran++;
	}
	if (!ran)
		printf("FAIL unit: no suite of that name\n");
	return failed || !ran;
}
