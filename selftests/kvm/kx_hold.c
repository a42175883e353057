// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps a domain alive until it is killed, so that the module stays hooked
 * while something else runs. Prints "ready" when the domain is there.
 */
#include "kx_test.h"

static void guest_idle(void)
{
	GUEST_DONE();
}

int main(void)
{
	struct kx_dom *dom = kx_dom_create(1, guest_idle);

	kx_run_done(dom->vcpu[0]);
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
