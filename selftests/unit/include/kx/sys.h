/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shadows include/kx/sys.h: what the pure rooms take from the kernel, for
 * userspace. It checks more than the kernel does: locks have owners, ranks and
 * an interrupt state, everything that may sleep says so, every allocation can
 * fail and is counted, and each access to shared memory is a point where
 * another CPU can come in between (ut_race()).
 */
#ifndef KX_SYS_H
#define KX_SYS_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <linux/types.h>

#include "../../ut.h"

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;
#define aligned_u64	__aligned_u64

/* compiler.h, build_bug.h */
#define __aligned(x)		__attribute__((__aligned__(x)))
#ifndef __packed
#define __packed		__attribute__((__packed__))
#endif
#define __maybe_unused		__attribute__((__unused__))
#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define typeof			__typeof__
#ifndef static_assert
#define static_assert(cond)	_Static_assert(cond, #cond)
#endif
#define BUILD_BUG_ON(cond)	_Static_assert(!(cond), #cond)
#define barrier()		asm volatile("" ::: "memory")

#define ut_once(x)		(*(volatile typeof(x) *)&(x))
#define READ_ONCE(x)		({ ut_point(); ut_once(x); })
#define WRITE_ONCE(x, val)	do { ut_point(); ut_once(x) = (val); } while (0)
#define smp_load_acquire(p)	READ_ONCE(*(p))		/* one CPU runs at a time */
#define smp_store_release(p, v)	WRITE_ONCE(*(p), v)	/* one CPU runs at a time */
#define smp_mb()		ut_point()		/* one CPU runs at a time */
#define smp_wmb()		ut_point()		/* one CPU runs at a time */
#define smp_rmb()		ut_point()		/* one CPU runs at a time */

/* bits.h, kernel.h, minmax.h, math64.h, mm.h */
#define BIT(nr)			(1UL << (nr))
#define BIT_ULL(nr)		(1ULL << (nr))
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define lower_32_bits(n)	((u32)(n))
#define upper_32_bits(n)	((u32)((n) >> 32))
#define min_t(type, a, b) \
	({ type ut_a = (a); type ut_b = (b); ut_a < ut_b ? ut_a : ut_b; })
#define max_t(type, a, b) \
	({ type ut_a = (a); type ut_b = (b); ut_a > ut_b ? ut_a : ut_b; })
/* as in the kernel: operands of one type */
#define min(a, b) \
	({ typeof(a) ut_m = (a); typeof(b) ut_n = (b); \
	   (void)(&ut_m == &ut_n); ut_m < ut_n ? ut_m : ut_n; })
#define max(a, b) \
	({ typeof(a) ut_m = (a); typeof(b) ut_n = (b); \
	   (void)(&ut_m == &ut_n); ut_m > ut_n ? ut_m : ut_n; })
#define min3(a, b, c) \
	({ typeof(a) ut_x = (a); typeof(b) ut_y = (b); typeof(c) ut_z = (c); \
	   (void)(&ut_x == &ut_y); (void)(&ut_x == &ut_z); \
	   ut_x = ut_x < ut_y ? ut_x : ut_y; ut_x < ut_z ? ut_x : ut_z; })
#define PAGE_SHIFT		12
#define PAGE_SIZE		BIT(PAGE_SHIFT)
#define PAGE_MASK		(~(PAGE_SIZE - 1))
#define PAGE_ALIGN(addr)	(((addr) + PAGE_SIZE - 1) & PAGE_MASK)
#define offset_in_page(p)	((unsigned long)(p) & ~PAGE_MASK)
#define NSEC_PER_SEC		1000000000L

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

/* nospec.h: the value in bounds must be in bounds */
#define array_index_nospec(index, size) \
	({ typeof(index) ut_i = (index); \
	   ut_check(ut_i < (size), "array_index_nospec(" #index ")"); ut_i; })

/* err.h */
#define IS_ERR(p)		((unsigned long)(p) >= (unsigned long)-4095)
#define PTR_ERR(p)		((long)(p))
#define ERR_PTR(e)		((void *)(long)(e))

/* printk.h, bug.h */
#define pr_warn(...)		ut_printk(__VA_ARGS__)
#define pr_info(...)		ut_printk(__VA_ARGS__)
#define pr_err(...)		ut_printk(__VA_ARGS__)
#define pr_warn_ratelimited(...) ut_printk(__VA_ARGS__)
#define WARN_ON_ONCE(cond) \
	({ bool ut_c = !!(cond); \
	   ut_c ? ut_warn(__FILE__, __LINE__, #cond) : (void)0; ut_c; })
#define WARN_ON(cond)		WARN_ON_ONCE(cond)

/* sched.h */
#define cond_resched()		ut_might_sleep("cond_resched")

/* gfp.h, slab.h: what a guest makes us allocate is charged */
#define GFP_KERNEL		0x1u
#define GFP_KERNEL_ACCOUNT	0x3u
#define kzalloc(size, gfp)	ut_alloc(1, (size), (gfp))
#define kcalloc(n, size, gfp)	ut_alloc((n), (size), (gfp))
#define kfree(p)		ut_free(p)

static inline void *kmemdup(const void *src, size_t len, unsigned int gfp)
{
	void *p = ut_alloc(1, len, gfp);

	return p ? memcpy(p, src, len) : NULL;
}

/* atomic.h */
struct ut_atomic {
	int counter;
};

#define atomic_t		struct ut_atomic
#define atomic_read(a)		READ_ONCE((a)->counter)
#define atomic_set(a, i)	WRITE_ONCE((a)->counter, (i))
#define atomic_inc(a) \
	do { ut_point(); __sync_fetch_and_add(&(a)->counter, 1); } while (0)
#define atomic_dec(a) \
	do { ut_point(); __sync_fetch_and_sub(&(a)->counter, 1); } while (0)
#define atomic_xchg(a, new) \
	({ ut_point(); __atomic_exchange_n(&(a)->counter, (int)(new), __ATOMIC_SEQ_CST); })
#define cmpxchg(p, old, new) \
	({ ut_point(); __sync_val_compare_and_swap((p), (old), (new)); })

static inline bool kx_test_and_set_bit32(u32 *word, unsigned int nr)
{
	u32 bit = BIT(nr & 31);

	ut_point();
	return __sync_fetch_and_or(word, bit) & bit;
}

static inline bool kx_test_and_clear_bit32(u32 *word, unsigned int nr)
{
	u32 bit = BIT(nr & 31);

	ut_point();
	return __sync_fetch_and_and(word, ~bit) & bit;
}

/* list.h */
struct list_head {
	struct list_head *next, *prev;
};

static inline void INIT_LIST_HEAD(struct list_head *l)
{
	l->next = l;
	l->prev = l;
}

static inline void list_add_tail(struct list_head *new, struct list_head *head)
{
	new->next = head;
	new->prev = head->prev;
	head->prev->next = new;
	head->prev = new;
}

static inline void list_del(struct list_head *l)
{
	l->next->prev = l->prev;
	l->prev->next = l->next;
	l->next = NULL;
	l->prev = NULL;
}

#define list_empty(head)	((head)->next == (head))
#define container_of(p, type, member) \
	((type *)((char *)(p) - offsetof(type, member)))
#define list_for_each_entry(pos, head, member) \
	for (pos = container_of((head)->next, typeof(*pos), member); \
	     &pos->member != (head); \
	     pos = container_of(pos->member.next, typeof(*pos), member))

/* mutex.h, spinlock.h, lockdep.h; the rank comes from the name, see ut.c */
struct mutex {
	struct ut_lock ut;
};

struct ut_spinlock {
	struct ut_lock ut;
};

#define raw_spinlock_t		struct ut_spinlock
#define mutex_init(m)		ut_lock_init(&(m)->ut, #m)
#define raw_spin_lock_init(l)	ut_lock_init(&(l)->ut, #l)
#define mutex_lock(m) \
	do { ut_might_sleep("mutex_lock"); ut_lock(&(m)->ut, false); } while (0)
#define mutex_unlock(m)		ut_unlock(&(m)->ut)
#define raw_spin_lock_irq(l) \
	do { ut_irq_off_from_on(); ut_lock(&(l)->ut, true); } while (0)
#define raw_spin_unlock_irq(l) \
	do { ut_unlock(&(l)->ut); ut_irq_restore(0); } while (0)
#define raw_spin_lock_irqsave(l, flags) \
	do { (flags) = ut_irq_save(); ut_lock(&(l)->ut, true); } while (0)
#define raw_spin_unlock_irqrestore(l, flags) \
	do { ut_unlock(&(l)->ut); ut_irq_restore(flags); } while (0)
#define lockdep_assert_held(l)	ut_assert_held(&(l)->ut, #l)

/* rcupdate.h */
#define rcu_read_lock()		ut_rcu_lock()
#define rcu_read_unlock()	ut_rcu_unlock()

/* the kernel's own copies; build.sh makes them reachable */
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

#endif /* KX_SYS_H */
