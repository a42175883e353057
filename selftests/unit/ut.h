/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ground that the shadowed kx/sys.h stands on: contexts, locks, failing
 * allocations, and two CPUs whose interleaving a test decides.
 */
#ifndef UT_H
#define UT_H

#include <stdbool.h>
#include <stddef.h>

/* end the test as failed */
void ut_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void ut_check(bool ok, const char *what);

/* messages and warnings of a room; a warning fails the test unless expected */
void ut_printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void ut_warn(const char *file, int line, const char *cond);
extern int ut_warnings_expected, ut_warnings, ut_messages;

/* allocations: counted, zeroed, and the Nth to come can fail */
void *ut_alloc(size_t n, size_t size, unsigned int gfp);
void ut_free(void *p);
bool ut_fails_here(void);
void ut_fail_nth(unsigned int n);
bool ut_has_failed(void);
extern int ut_live_allocs;

struct ut_lock {
	const char *name;
	int rank;
	bool spins;
	void *owner;
};

void ut_lock_init(struct ut_lock *l, const char *name);
void ut_lock(struct ut_lock *l, bool spins);
void ut_unlock(struct ut_lock *l);
void ut_assert_held(struct ut_lock *l, const char *name);
bool ut_is_held(struct ut_lock *l);

void ut_irq_off_from_on(void);
unsigned long ut_irq_save(void);
void ut_irq_restore(unsigned long flags);
void ut_rcu_lock(void);
void ut_rcu_unlock(void);
void ut_assert_rcu(const char *who);
void ut_might_sleep(const char *who);
void ut_synchronize(void);
void ut_assert_idle(void);

/**
 * ut_point() - another CPU can do something here
 *
 * Called before each access to memory that CPUs share.
 */
void ut_point(void);

/**
 * ut_race() - run two things on two CPUs
 * @at: the point of @first, from 1, where @second comes in between
 * @first: is interrupted once
 * @second: runs to its end, or as far as it gets: a lock of @first, or
 *	waiting for @first to leave its RCU read side, holds it up
 * @arg: for both
 *
 * Return: whether @first has as many points. Call it with 1, 2, ... until it
 * has not, and every order that one interruption can make has been seen.
 */
bool ut_race(unsigned int at, void (*first)(void *arg),
	     void (*second)(void *arg), void *arg);

/* what the sender of an event to a CPU in a race is told apart by */
bool ut_on_second_cpu(void);

#endif /* UT_H */
