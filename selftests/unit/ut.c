// SPDX-License-Identifier: GPL-2.0-only
/* Contexts, locks, allocations and CPUs of the unit tests; see ut.h. */
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include "ut.h"

#define MAX_HELD	8

/*
 * Lock ranks, outermost first, by the expression that the lock is initialised
 * with. A lock of a new kind needs a row.
 */
static const struct {
	const char *name;
	int rank;
} ranks[] = {
	{ "&d->lock", 1 },		/* kx_domain.lock */
	{ "&e->lock", 2 },		/* kx_evtchn.lock */
	{ "&bucket[i].lock", 3 },	/* kx_chn.lock */
	{ "&sv->lock", 4 },		/* kx_shinfo_vcpu.lock */
	{ NULL, 0 },
};

struct cpu {
	struct ut_lock *held[MAX_HELD];
	int nr_held;
	int rcu;
	bool irq_off;
	/* in a race: what this CPU waits for */
	struct ut_lock *wants;
	bool wants_grace;
};

static struct cpu cpus[2];
static __thread struct cpu *this_cpu = &cpus[0];

int ut_warnings_expected, ut_warnings, ut_messages, ut_live_allocs;

void ut_fail(const char *fmt, ...)
{
	char msg[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	ck_abort_msg("%s", msg);
	abort();
}

void ut_check(bool ok, const char *what)
{
	if (!ok)
		ut_fail("%s: out of bounds", what);
}

void ut_printk(const char *fmt, ...)
{
	char msg[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	ut_messages++;
}

void ut_warn(const char *file, int line, const char *cond)
{
	ut_warnings++;
	if (ut_warnings > ut_warnings_expected)
		ut_fail("WARN_ON_ONCE(%s) at %s:%d", cond, file, line);
}

/* allocations */

static unsigned int fail_nth;
static bool has_failed;

bool ut_fails_here(void)
{
	if (!fail_nth || --fail_nth)
		return false;
	has_failed = true;
	return true;
}

void ut_fail_nth(unsigned int n)
{
	fail_nth = n;
	has_failed = false;
}

bool ut_has_failed(void)
{
	return has_failed;
}

void *ut_alloc(size_t n, size_t size, unsigned int gfp)
{
	void *p;

	ut_might_sleep("an allocation");
	if (gfp != 0x3u)
		ut_fail("allocation that is not GFP_KERNEL_ACCOUNT");
	if (ut_fails_here())
		return NULL;
	p = calloc(n, size);
	if (!p)
		abort();
	ut_live_allocs++;
	return p;
}

void ut_free(void *p)
{
	if (!p)
		return;
	ut_live_allocs--;
	free(p);
}

/* two CPUs: one runs at a time, hand_over() wakes the other */

enum { NOT_STARTED, RUNS, ENDED };

static struct {
	bool on;
	unsigned int at;
	unsigned int seen;
	int second;
	void (*fn)(void *arg);
	void *arg;
	pthread_t thread;
	sem_t go[2];
} race;

static int cpu_nr(void)
{
	return this_cpu - cpus;
}

bool ut_on_second_cpu(void)
{
	return cpu_nr() == 1;
}

static struct cpu *other_cpu(void)
{
	return &cpus[!cpu_nr()];
}

static void hand_over(void)
{
	int me = cpu_nr();

	sem_post(&race.go[!me]);
	sem_wait(&race.go[me]);
}

static void *second_main(void *unused)
{
	(void)unused;
	this_cpu = &cpus[1];
	sem_wait(&race.go[1]);
	race.fn(race.arg);
	race.second = ENDED;
	sem_post(&race.go[0]);
	return NULL;
}

static void second_start(void)
{
	race.second = RUNS;
	if (pthread_create(&race.thread, NULL, second_main, NULL))
		abort();
	hand_over();
}

static bool blocked(const struct cpu *cpu)
{
	const struct cpu *other = &cpus[cpu == &cpus[0]];

	return (cpu->wants && cpu->wants->owner) ||
	       (cpu->wants_grace && other->rcu);
}

void ut_point(void)
{
	if (!race.on || ut_on_second_cpu())
		return;
	race.seen++;
	if (race.second == NOT_STARTED && race.seen == race.at)
		second_start();
	else if (race.second == RUNS && !blocked(&cpus[1]))
		hand_over();
}

/* wait until blocked() says no; both CPUs waiting is a deadlock */
static void wait_unblocked(const char *what)
{
	while (blocked(this_cpu)) {
		if (!race.on || (cpu_nr() == 0 && race.second != RUNS) ||
		    blocked(other_cpu()))
			ut_fail("deadlock: %s", what);
		hand_over();
	}
	this_cpu->wants = NULL;
	this_cpu->wants_grace = false;
}

bool ut_race(unsigned int at, void (*first)(void *arg),
	     void (*second)(void *arg), void *arg)
{
	bool reached;

	memset(&race, 0, sizeof(race));
	race.at = at;
	race.fn = second;
	race.arg = arg;
	sem_init(&race.go[0], 0, 0);
	sem_init(&race.go[1], 0, 0);
	race.on = true;
	first(arg);
	reached = race.second != NOT_STARTED;
	while (race.second == RUNS) {
		if (blocked(&cpus[1]))
			ut_fail("the second CPU waits for ever");
		hand_over();
	}
	if (reached)
		pthread_join(race.thread, NULL);
	race.on = false;
	ut_assert_idle();
	return reached;
}

/* locks */

void ut_lock_init(struct ut_lock *l, const char *name)
{
	size_t i;

	for (i = 0; ranks[i].name; i++) {
		if (!strcmp(name, ranks[i].name)) {
			*l = (struct ut_lock){ .name = name,
					       .rank = ranks[i].rank };
			return;
		}
	}
	ut_fail("%s has no rank in %s", name, __FILE__);
}

void ut_lock(struct ut_lock *l, bool spins)
{
	struct cpu *cpu = this_cpu;
	int i;

	if (!l->name)
		ut_fail("a lock that was never initialised is taken");
	ut_point();
	if (l->owner == cpu)
		ut_fail("%s is taken twice", l->name);
	for (i = 0; i < cpu->nr_held; i++)
		if (cpu->held[i]->rank >= l->rank)
			ut_fail("%s is taken inside %s", l->name,
				cpu->held[i]->name);
	cpu->wants = l;
	wait_unblocked(l->name);
	l->owner = cpu;
	l->spins = spins;
	if (cpu->nr_held == MAX_HELD)
		ut_fail("too many locks are held");
	cpu->held[cpu->nr_held++] = l;
}

void ut_unlock(struct ut_lock *l)
{
	struct cpu *cpu = this_cpu;

	if (!cpu->nr_held || cpu->held[cpu->nr_held - 1] != l)
		ut_fail("%s is unlocked, but is not the last lock taken",
			l->name);
	cpu->nr_held--;
	l->owner = NULL;
	ut_point();
}

bool ut_is_held(struct ut_lock *l)
{
	return l->owner == this_cpu;
}

void ut_assert_held(struct ut_lock *l, const char *name)
{
	if (!ut_is_held(l))
		ut_fail("lockdep_assert_held(%s)", name);
}

void ut_irq_off_from_on(void)
{
	if (this_cpu->irq_off)
		ut_fail("_irq lock with interrupts off: needs _irqsave");
	this_cpu->irq_off = true;
}

unsigned long ut_irq_save(void)
{
	bool was = this_cpu->irq_off;

	this_cpu->irq_off = true;
	return was;
}

void ut_irq_restore(unsigned long flags)
{
	this_cpu->irq_off = flags;
}

void ut_rcu_lock(void)
{
	this_cpu->rcu++;
	ut_point();
}

void ut_rcu_unlock(void)
{
	if (!this_cpu->rcu)
		ut_fail("rcu_read_unlock() without rcu_read_lock()");
	this_cpu->rcu--;
	ut_point();
}

void ut_assert_rcu(const char *who)
{
	if (!this_cpu->rcu)
		ut_fail("%s() outside RCU", who);
}

void ut_might_sleep(const char *who)
{
	int i;

	if (this_cpu->rcu)
		ut_fail("%s inside RCU", who);
	if (this_cpu->irq_off)
		ut_fail("%s with interrupts off", who);
	for (i = 0; i < this_cpu->nr_held; i++)
		if (this_cpu->held[i]->spins)
			ut_fail("%s under %s", who, this_cpu->held[i]->name);
	ut_point();
}

void ut_synchronize(void)
{
	ut_might_sleep("kx_synchronize");
	this_cpu->wants_grace = true;
	wait_unblocked("kx_synchronize");
}

/* between two operations no lock is held, and interrupts are on */
void ut_assert_idle(void)
{
	const struct cpu *cpu;

	for (cpu = cpus; cpu < cpus + 2; cpu++) {
		if (cpu->nr_held)
			ut_fail("%s is still held", cpu->held[0]->name);
		if (cpu->rcu || cpu->irq_off)
			ut_fail("RCU or interrupts were left as they were");
	}
}
