/* SPDX-License-Identifier: GPL-2.0-only */
/* Xen's memory.h asks for it and names one lock, which nobody uses here. */
#ifndef UT_LINUX_SPINLOCK_H
#define UT_LINUX_SPINLOCK_H

struct ut_unused_lock {
	int unused;
};

#define spinlock_t	struct ut_unused_lock

#endif /* UT_LINUX_SPINLOCK_H */
