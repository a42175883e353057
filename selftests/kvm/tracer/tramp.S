/* SPDX-License-Identifier: GPL-2.0-only */
/* A direct call that changes nothing. */
#include <linux/linkage.h>
#include <asm/nospec-branch.h>

	.text
SYM_FUNC_START(kx_tracer_tramp)
	RET
SYM_FUNC_END(kx_tracer_tramp)
