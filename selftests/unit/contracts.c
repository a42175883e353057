// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions of shinfo/ and evtchn/ whose kernel-doc says "inside RCU". The
 * linker leads every call from another file here first (--wrap, Makefile).
 */
#include "fake_host.h"

#define WRAP(ret, name, args, ...)			\
	ret __real_##name args;				\
	ret __wrap_##name args;				\
	ret __wrap_##name args				\
	{						\
		ut_assert_rcu(#name);			\
		return __real_##name(__VA_ARGS__);	\
	}

WRAP(void *, kx_shinfo_live, (struct kx_domain *d), d)
WRAP(void *, kx_vcpu_info, (struct kx_vcpu *v), v)
WRAP(void, kx_upcall_select,
     (struct kx_vcpu *v, const struct kx_layout *l, unsigned int sel), v, l, sel)
WRAP(void, kx_upcall_raise, (struct kx_vcpu *v), v)
WRAP(bool, kx_upcall_pending, (struct kx_vcpu *v), v)
WRAP(bool, kx_upcall_masked, (struct kx_vcpu *v), v)
WRAP(void, kx_upcall_unmask, (struct kx_vcpu *v), v)
WRAP(void, kx_poll_check, (struct kx_domain *d, u32 port), d, port)
