// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the test guest does in user space: timers on every CPU at once, a token
 * that goes round all CPUs and carries the time, and checks of the clock.
 *
 * guest-work smp|rtc|idle ...
 *
 * The exit status says whether every part was right. The limits are those of a
 * lost interrupt or a broken clock, not of a slow machine.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/rtc.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S	1000000000LL
#define NS_PER_MS	1000000LL
#define MAX_CPUS	64

#define NAPS		40
#define NAP_NS		(2 * NS_PER_MS)
/*
 * A timer that never came keeps a CPU asleep until something else wakes it;
 * what a busy host adds stays well below.
 */
#define LATE_MAX_NS	(5 * NS_PER_S)

#define ROUNDS		100
#define RTC_SECONDS	5
#define RTC_ERROR_NS	(100 * NS_PER_MS)
#define IDLE_SECONDS	3
/* HZ is 250: what an idle tickless CPU takes is far below this. */
#define IDLE_PER_S_MAX	400

static int nr_cpus;

struct napper {
	pthread_t thread;
	int cpu;
	int64_t late_max_ns;
};

struct hop {
	pthread_t thread;
	int cpu;
	int in, out;
	int64_t back_max_ns;
};

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static void sleep_until(int64_t when_ns)
{
	struct timespec ts = {
		.tv_sec = when_ns / NS_PER_S,
		.tv_nsec = when_ns % NS_PER_S,
	};

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set)) {
		printf("KX-BAD cannot run on cpu %d: %s\n", cpu, strerror(errno));
		exit(1);
	}
}

static void *nap(void *arg)
{
	struct napper *n = arg;
	int64_t due, late;

	pin(n->cpu);
	due = now_ns();
	for (int i = 0; i < NAPS; i++) {
		due += NAP_NS;
		sleep_until(due);
		late = now_ns() - due;
		/* Early is as wrong as very late. */
		if (late < 0)
			late = LATE_MAX_NS + 1;
		if (late > n->late_max_ns)
			n->late_max_ns = late;
	}
	return NULL;
}

static bool timers(void)
{
	struct napper nappers[MAX_CPUS] = {};
	bool good = true;

	for (int i = 0; i < nr_cpus; i++) {
		nappers[i].cpu = i;
		pthread_create(&nappers[i].thread, NULL, nap, &nappers[i]);
	}
	for (int i = 0; i < nr_cpus; i++) {
		struct napper *n = &nappers[i];

		pthread_join(n->thread, NULL);
		printf("timers cpu%d: %d, latest by %lld us\n", i, NAPS,
		       (long long)n->late_max_ns / 1000);
		if (n->late_max_ns > LATE_MAX_NS) {
			printf("KX-BAD timers of cpu%d\n", i);
			good = false;
		}
	}
	return good;
}

static void *pass_on(void *arg)
{
	struct hop *h = arg;
	int64_t sent_ns, back;

	pin(h->cpu);
	for (int i = 0; i < ROUNDS; i++) {
		if (read(h->in, &sent_ns, sizeof(sent_ns)) != sizeof(sent_ns))
			return (void *)1;
		back = sent_ns - now_ns();
		if (back > h->back_max_ns)
			h->back_max_ns = back;
		sent_ns = now_ns();
		if (write(h->out, &sent_ns, sizeof(sent_ns)) != sizeof(sent_ns))
			return (void *)1;
	}
	return NULL;
}

/* A token goes round all CPUs; no CPU may see it come from its future. */
static bool token(void)
{
	struct hop hops[MAX_CPUS] = {};
	int pipes[MAX_CPUS][2];
	int64_t start_ns, us;
	bool good = true;

	for (int i = 0; i < nr_cpus; i++)
		if (pipe(pipes[i]))
			return false;
	start_ns = now_ns();
	for (int i = 0; i < nr_cpus; i++) {
		hops[i].cpu = i;
		hops[i].in = pipes[i][0];
		hops[i].out = pipes[(i + 1) % nr_cpus][1];
		pthread_create(&hops[i].thread, NULL, pass_on, &hops[i]);
	}
	if (write(pipes[0][1], &start_ns, sizeof(start_ns)) != sizeof(start_ns))
		return false;
	for (int i = 0; i < nr_cpus; i++) {
		void *failed;

		pthread_join(hops[i].thread, &failed);
		if (failed || hops[i].back_max_ns > 0) {
			printf("KX-BAD clock of cpu%d is behind by %lld ns\n", i,
			       (long long)hops[i].back_max_ns);
			good = false;
		}
	}
	us = (now_ns() - start_ns) / 1000;
	printf("token: %d times round %d CPUs, %lld us a hop\n", ROUNDS, nr_cpus,
	       (long long)us / (ROUNDS * nr_cpus));
	return good;
}

static bool one_second(void)
{
	int64_t start_ns = now_ns(), took_ns;

	sleep(1);
	took_ns = now_ns() - start_ns;
	printf("sleep 1: %lld ms\n", (long long)(took_ns / NS_PER_MS));
	if (took_ns >= NS_PER_S && took_ns < NS_PER_S + LATE_MAX_NS)
		return true;
	printf("KX-BAD sleep 1\n");
	return false;
}

/* Returns the clock's time at which the RTC's second changes. */
static int64_t rtc_edge(int fd)
{
	struct rtc_time first, rt;

	if (ioctl(fd, RTC_RD_TIME, &first))
		return -1;
	do {
		usleep(5000);
		if (ioctl(fd, RTC_RD_TIME, &rt))
			return -1;
	} while (rt.tm_sec == first.tm_sec);
	return now_ns();
}

/* The RTC is the VMM's and knows nothing of the guest's clock. */
static bool against_rtc(void)
{
	int fd = open("/dev/rtc0", O_RDONLY);
	int64_t start_ns, error_ns;

	if (fd < 0) {
		printf("KX-BAD no RTC: %s\n", strerror(errno));
		return false;
	}
	start_ns = rtc_edge(fd);
	/* Half a second short of the last edge, which rtc_edge() waits for. */
	sleep_until(start_ns + RTC_SECONDS * NS_PER_S - NS_PER_S / 2);
	error_ns = rtc_edge(fd) - start_ns - RTC_SECONDS * NS_PER_S;
	close(fd);
	printf("clock against RTC: %+lld ms in %d s\n",
	       (long long)(error_ns / NS_PER_MS), RTC_SECONDS);
	if (llabs(error_ns) <= RTC_ERROR_NS)
		return true;
	printf("KX-BAD clock against RTC\n");
	return false;
}

static bool is_timer_line(const char *line)
{
	return strstr(line, "LOC:") || strstr(line, "-virq") || strstr(line, "HYP:");
}

/* Adds up the timer interrupts of each CPU; HYP: and LOC: count some twice. */
static void count_timers(long counts[])
{
	FILE *f = fopen("/proc/interrupts", "r");
	char line[1024];

	memset(counts, 0, MAX_CPUS * sizeof(*counts));
	while (f && fgets(line, sizeof(line), f)) {
		char *p = strchr(line, ':');

		if (!p || !is_timer_line(line))
			continue;
		p++;
		for (int i = 0; i < nr_cpus; i++)
			counts[i] += strtol(p, &p, 10);
	}
	if (f)
		fclose(f);
}

static bool idle(void)
{
	long before[MAX_CPUS], after[MAX_CPUS];
	bool good = true;

	count_timers(before);
	sleep(IDLE_SECONDS);
	count_timers(after);
	for (int i = 0; i < nr_cpus; i++) {
		long n = after[i] - before[i];

		printf("idle cpu%d: %ld timer interrupts in %d s\n", i, n, IDLE_SECONDS);
		if (n > IDLE_SECONDS * IDLE_PER_S_MAX) {
			printf("KX-BAD timer interrupts storm on cpu%d\n", i);
			good = false;
		}
	}
	return good;
}

int main(int argc, char **argv)
{
	bool good = true;

	setvbuf(stdout, NULL, _IOLBF, 0);
	nr_cpus = sysconf(_SC_NPROCESSORS_ONLN);
	if (nr_cpus > MAX_CPUS)
		nr_cpus = MAX_CPUS;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "smp")) {
			good &= one_second();
			good &= timers();
			good &= token();
		} else if (!strcmp(argv[i], "rtc")) {
			good &= against_rtc();
		} else if (!strcmp(argv[i], "idle")) {
			good &= idle();
		} else {
			printf("KX-BAD unknown work %s\n", argv[i]);
			good = false;
		}
	}
	return good ? 0 : 1;
}
