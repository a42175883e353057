/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one list of kernel headers that the pure rooms (hypercalls/, shinfo/,
 * evtchn/, gnttab/) may use. Unit tests put a userspace copy of this file
 * before it in the include path and compile the rooms unchanged.
 */
#ifndef KX_SYS_H
#define KX_SYS_H

#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/nospec.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/types.h>

#include <xen/interface/xen.h>
#include <xen/interface/event_channel.h>
#include <xen/interface/features.h>
#include <xen/interface/grant_table.h>
#include <xen/interface/hvm/hvm_op.h>
#include <xen/interface/hvm/params.h>
#include <xen/interface/memory.h>
#include <xen/interface/physdev.h>
#include <xen/interface/sched.h>
#include <xen/interface/vcpu.h>
#include <xen/interface/version.h>

/*
 * Guest-visible words are touched with locked operations of 32 bits, since a
 * 32-bit guest may align its vcpu_info to 4 bytes only.
 */
static inline bool kx_test_and_set_bit32(u32 *word, unsigned int nr)
{
	bool was;

	asm volatile("lock btsl %2, %0"
		     : "+m" (*word), "=@ccc" (was)
		     : "Ir" (nr & 31) : "memory");
	return was;
}

static inline bool kx_test_and_clear_bit32(u32 *word, unsigned int nr)
{
	bool was;

	asm volatile("lock btrl %2, %0"
		     : "+m" (*word), "=@ccc" (was)
		     : "Ir" (nr & 31) : "memory");
	return was;
}

#endif /* KX_SYS_H */
