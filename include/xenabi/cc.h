/* SPDX-License-Identifier: GPL-2.0-only */
/* What the layouts of this folder need from the compiler, kernel or not. */
#ifndef KX_XENABI_CC_H
#define KX_XENABI_CC_H

#include <linux/types.h>
#include <linux/stddef.h>

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/compiler.h>
#else
#include <stddef.h>
#ifndef __packed
#define __packed	__attribute__((__packed__))
#endif
#ifndef __aligned
#define __aligned(x)	__attribute__((__aligned__(x)))
#endif
#ifndef static_assert
#define static_assert(cond)	_Static_assert(cond, #cond)
#endif
#endif

#endif /* KX_XENABI_CC_H */
