// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions of shinfo/ and evtchn/ whose kernel-doc says "inside RCU". The
 * linker leads every call from another file here first (--wrap, Makefile).
 */
#include "fake_host.h"

void *__real_kx_shinfo_live(struct kx_domain *d);
void *__wrap_kx_shinfo_live(struct kx_domain *d);

void *__wrap_kx_shinfo_live(struct kx_domain *d)
{
	ut_assert_rcu("kx_shinfo_live");
	return __real_kx_shinfo_live(d);
}

void *__real_kx_vcpu_info(struct kx_vcpu *v);
void *__wrap_kx_vcpu_info(struct kx_vcpu *v);

void *__wrap_kx_vcpu_info(struct kx_vcpu *v)
{
	ut_assert_rcu("kx_vcpu_info");
	return __real_kx_vcpu_info(v);
}

void __real_kx_upcall_select(struct kx_vcpu *v, const struct kx_layout *l,
			     unsigned int sel);
void __wrap_kx_upcall_select(struct kx_vcpu *v, const struct kx_layout *l,
			     unsigned int sel);

void __wrap_kx_upcall_select(struct kx_vcpu *v, const struct kx_layout *l,
			     unsigned int sel)
{
	ut_assert_rcu("kx_upcall_select");
	__real_kx_upcall_select(v, l, sel);
}

void __real_kx_upcall_raise(struct kx_vcpu *v);
void __wrap_kx_upcall_raise(struct kx_vcpu *v);

void __wrap_kx_upcall_raise(struct kx_vcpu *v)
{
	ut_assert_rcu("kx_upcall_raise");
	__real_kx_upcall_raise(v);
}

bool __real_kx_upcall_pending(struct kx_vcpu *v);
bool __wrap_kx_upcall_pending(struct kx_vcpu *v);

bool __wrap_kx_upcall_pending(struct kx_vcpu *v)
{
	ut_assert_rcu("kx_upcall_pending");
	return __real_kx_upcall_pending(v);
}

bool __real_kx_upcall_masked(struct kx_vcpu *v);
bool __wrap_kx_upcall_masked(struct kx_vcpu *v);

bool __wrap_kx_upcall_masked(struct kx_vcpu *v)
{
	ut_assert_rcu("kx_upcall_masked");
	return __real_kx_upcall_masked(v);
}

void __real_kx_upcall_unmask(struct kx_vcpu *v);
void __wrap_kx_upcall_unmask(struct kx_vcpu *v);

void __wrap_kx_upcall_unmask(struct kx_vcpu *v)
{
	ut_assert_rcu("kx_upcall_unmask");
	__real_kx_upcall_unmask(v);
}

void __real_kx_poll_check(struct kx_domain *d, u32 port);
void __wrap_kx_poll_check(struct kx_domain *d, u32 port);

void __wrap_kx_poll_check(struct kx_domain *d, u32 port)
{
	ut_assert_rcu("kx_poll_check");
	__real_kx_poll_check(d, port);
}
