// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs the cases of a test program, each in a process group of its own.
 *
 *	PROGRAM [-l] [CASE...]
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kx_case.h"

#define SKIP_STATUS 4		/* what the kernel's selftests exit with */
#define KILL_GRACE_S 10
#define OUTPUT_MAX 65536

static struct kx_case *cases, **cases_end = &cases;

struct outcome {
	enum kx_verdict verdict;
	char why[512];
};

void kx_case_register(struct kx_case *c)
{
	*cases_end = c;
	cases_end = &c->next;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Wait for @pid until @deadline; false when it has not ended by then. */
static bool wait_until(pid_t pid, double deadline, int *status)
{
	sigset_t chld;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	for (;;) {
		double left = deadline - now();
		struct timespec ts;

		if (waitpid(pid, status, WNOHANG) == pid)
			return true;
		if (left <= 0)
			return false;
		if (left > 0.2)
			left = 0.2;
		ts.tv_sec = 0;
		ts.tv_nsec = left * 1e9;
		sigtimedwait(&chld, NULL, &ts);
	}
}

static bool starts_with(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

/*
 * The line that says what went wrong: of a failed assertion its place and its
 * message (the last line), of a skip its reason, else the last line.
 */
static void find_why(char *output, char *why, size_t size)
{
	char *line, *save, *place = NULL, *last = NULL;
	bool next_is_place = false;

	for (line = strtok_r(output, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		line += strspn(line, " \t");
		if (next_is_place && !place)
			place = line;
		next_is_place = starts_with(line, "==== Test Assertion");
		if (*line)
			last = line;
	}
	if (place && last && place != last)
		snprintf(why, size, "%.200s; %.300s", place, last);
	else
		snprintf(why, size, "%.500s", last ? last : "no message");
}

static void judge(struct outcome *o, int status, bool finished, char *output)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && finished) {
		o->verdict = KX_PASS;
		o->why[0] = '\0';
		return;
	}
	o->verdict = KX_FAIL;
	if (WIFSIGNALED(status)) {
		snprintf(o->why, sizeof(o->why), "killed by signal %d (%s)",
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
		return;
	}
	if (WEXITSTATUS(status) == 0) {
		snprintf(o->why, sizeof(o->why), "exit(0) before the end");
		return;
	}
	if (WEXITSTATUS(status) == SKIP_STATUS)
		o->verdict = KX_SKIP;
	find_why(output, o->why, sizeof(o->why));
}

static void show_output(const char *output)
{
	const char *end;

	for (; *output; output = *end ? end + 1 : end) {
		end = output + strcspn(output, "\n");
		fprintf(stderr, "  | %.*s\n", (int)(end - output), output);
	}
}

static void child(const struct kx_case *c, int out, bool *finished)
{
	sigset_t none;

	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	setvbuf(stdout, NULL, _IOLBF, 0);
	c->run();
	fflush(stdout);
	*finished = true;
	_exit(0);
}

static void run_case(const struct kx_case *c, struct outcome *o)
{
	static char output[OUTPUT_MAX], shown[OUTPUT_MAX];
	bool *finished = mmap(NULL, sizeof(*finished), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int out = memfd_create("case output", MFD_CLOEXEC), status;
	ssize_t len;
	pid_t pid;

	if (finished == MAP_FAILED || out < 0) {
		perror("kx_case");
		exit(2);
	}
	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(2);
	}
	if (!pid)
		child(c, out, finished);
	setpgid(pid, pid);

	if (wait_until(pid, now() + c->limit_s, &status)) {
		len = pread(out, output, sizeof(output) - 1, 0);
		output[len > 0 ? len : 0] = '\0';
		memcpy(shown, output, sizeof(shown));
		judge(o, status, *finished, output);
	} else {
		o->verdict = KX_FAIL;
		kill(-pid, SIGKILL);
		snprintf(o->why, sizeof(o->why), "no end within %u s%s",
			 c->limit_s,
			 wait_until(pid, now() + KILL_GRACE_S, &status) ?
			 "" : ", and cannot be killed");
		len = pread(out, shown, sizeof(shown) - 1, 0);
		shown[len > 0 ? len : 0] = '\0';
	}
	kill(-pid, SIGKILL);	/* what the case may have left behind */
	if (o->verdict != c->expected || getenv("KX_VERBOSE"))
		show_output(shown);
	close(out);
	munmap(finished, sizeof(*finished));
}

static const char *test_name(const char *program)
{
	const char *slash = strrchr(program, '/');
	static char name[128];
	char *tail;

	snprintf(name, sizeof(name), "%s", slash ? slash + 1 : program);
	tail = strstr(name, "_test");
	if (tail)
		*tail = '\0';
	return name;
}

/* Prints the verdict; true for a pass. */
static bool report(const char *test, const struct kx_case *c,
		   const struct outcome *o)
{
	static const char *const words[] = { "PASS", "FAIL", "SKIP" };
	bool as_expected = o->verdict == c->expected &&
			   strstr(o->why, c->expected_why);

	if (as_expected)
		printf("PASS kvm/%s/%s\n", test, c->name);
	else if (c->expected == KX_PASS)
		printf("%s kvm/%s/%s: %s\n", words[o->verdict], test, c->name,
		       o->why);
	else
		printf("FAIL kvm/%s/%s: wanted %s (%s), got %s (%s)\n", test,
		       c->name, words[c->expected], c->expected_why,
		       words[o->verdict], o->why);
	fflush(stdout);
	return as_expected;
}

static bool chosen(const struct kx_case *c, char **names)
{
	if (!*names)
		return true;
	for (; *names; names++)
		if (!strcmp(*names, c->name))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	const char *test = test_name(argv[0]);
	int nr_run = 0, nr_bad = 0;
	const struct kx_case *c;
	sigset_t chld;
	bool list = argc > 1 && !strcmp(argv[1], "-l");

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	for (c = cases; c; c = c->next) {
		struct outcome o;

		if (list) {
			puts(c->name);
			continue;
		}
		if (!chosen(c, argv + 1))
			continue;
		run_case(c, &o);
		nr_run++;
		if (!report(test, c, &o))
			nr_bad++;
	}
	if (!list && (!nr_run || (argc > 1 && nr_run != argc - 1))) {
		printf("FAIL kvm/%s: ran %d cases, not those named\n", test,
		       nr_run);
		nr_bad++;
	}
	return nr_bad ? 1 : 0;
}
