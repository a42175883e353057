/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cases of a test program. Each runs in a process of its own with a time
 * limit, so one failure is one FAIL line and the others go on; main() is in
 * kx_case.c.
 *
 *	KX_CASE(attach_twice)
 *	{
 *		... TEST_ASSERT(...) ...
 *	}
 *
 * A case passes when its function returns: exit(0) on the way is a failure,
 * and so is a skip that the case did not announce.
 */
#ifndef KX_CASE_H
#define KX_CASE_H

#define KX_LIMIT_S 20

enum kx_verdict {
	KX_PASS,
	KX_FAIL,
	KX_SKIP,
};

struct kx_case {
	const char *name;
	void (*run)(void);
	unsigned int limit_s;
	/* For tests of the frame itself: how the case must end, and why. */
	enum kx_verdict expected;
	const char *expected_why;
	struct kx_case *next;
};

void kx_case_register(struct kx_case *c);

#define KX_CASE_FULL(id, limit, end, why)				\
	static void kx_run_##id(void);					\
	static struct kx_case kx_case_##id = {				\
		.name = #id,						\
		.run = kx_run_##id,					\
		.limit_s = (limit),					\
		.expected = (end),					\
		.expected_why = (why),					\
	};								\
	static void __attribute__((constructor)) kx_add_##id(void)	\
	{								\
		kx_case_register(&kx_case_##id);			\
	}								\
	static void kx_run_##id(void)

#define KX_CASE_LIMIT(id, limit) KX_CASE_FULL(id, limit, KX_PASS, "")
#define KX_CASE(id) KX_CASE_LIMIT(id, KX_LIMIT_S)

#endif /* KX_CASE_H */
