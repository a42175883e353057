// SPDX-License-Identifier: GPL-2.0-only
/*
 * console_io: what the guest writes is read from the domain's descriptor. The
 * log holds 16 KiB, drops its oldest bytes, and ends with the domain.
 */
#include <poll.h>
#include <sys/syscall.h>

#include "kx_test.h"

#define LOG_BYTES 16384
#define BIG_BYTES 20000

static const char text[] = "hello, console\n";
static const char odd[] = "a\033[2Jb\r\tc\001\177\n";
static char big[BIG_BYTES];

static long console(uint32_t op, uint32_t count, const void *buffer)
{
	return kx_call3(__HYPERVISOR_console_io, op, count, buffer);
}

static void guest_writes(void)
{
	KX_GUEST_EQ(console(CONSOLEIO_write, sizeof(text) - 1, text), 0);
	KX_GUEST_EQ(console(CONSOLEIO_write, 0, text), 0);
	KX_GUEST_EQ(console(CONSOLEIO_write, 0, (void *)KX_BAD_PTR), 0);
	KX_GUEST_EQ(console(CONSOLEIO_write, 1, (void *)KX_BAD_PTR), -EFAULT);
	KX_GUEST_EQ(console(CONSOLEIO_read, 10, text), 0);
	KX_GUEST_EQ(console(CONSOLEIO_read, 1u << 31, text), -E2BIG);
	KX_GUEST_EQ(console(2, 1, text), -ENOSYS);
	GUEST_DONE();
}

/* All that can be read now. */
static size_t drain(int fd, char *to, size_t size)
{
	size_t got = 0;
	ssize_t n;

	TEST_ASSERT(!fcntl(fd, F_SETFL, O_NONBLOCK), "fcntl");
	while ((n = read(fd, to + got, size - got)) > 0)
		got += n;
	TEST_ASSERT(n < 0 && errno == EAGAIN, "read: %zd, errno %d", n, errno);
	return got;
}

static void expect(int fd, const char *what)
{
	char got[256] = "";
	size_t n = drain(fd, got, sizeof(got) - 1);

	TEST_ASSERT(n == strlen(what) && !strcmp(got, what), "read '%s'", got);
}

KX_CASE_WIDTHS(write)
{
	struct kx_dom *dom = kx_dom_create(1, guest_writes);
	struct pollfd p = { .fd = dom->fd, .events = POLLIN };

	TEST_ASSERT(!poll(&p, 1, 0), "readable before anything was written");
	kx_run_done(dom->vcpu[0]);
	TEST_ASSERT(poll(&p, 1, 0) == 1 && p.revents == POLLIN, "revents %#x",
		    p.revents);
	expect(dom->fd, text);
	TEST_ASSERT(!poll(&p, 1, 0), "still readable");
	kx_dom_free(dom);
}

KX_CASE(read_in_parts)
{
	struct kx_dom *dom = kx_dom_create(1, guest_writes);
	char got[8] = "";

	kx_run_done(dom->vcpu[0]);
	TEST_ASSERT(read(dom->fd, got, 0) == 0, "read of nothing");
	TEST_ASSERT(read(dom->fd, got, 5) == 5 && !strcmp(got, "hello"),
		    "read '%s'", got);
	KX_ASSERT_ERRNO(syscall(SYS_read, dom->fd, 1, 5), EFAULT);
	expect(dom->fd, ", console\n");
}

/* The log ends on a terminal of the host. */
static void guest_odd(void)
{
	KX_GUEST_EQ(console(CONSOLEIO_write, sizeof(odd) - 1, odd), 0);
	GUEST_DONE();
}

KX_CASE(control_characters_are_dropped)
{
	struct kx_dom *dom = kx_dom_create(1, guest_odd);

	kx_run_done(dom->vcpu[0]);
	expect(dom->fd, "a[2Jb\tc\n");
}

static void guest_big(void)
{
	uint32_t i;

	for (i = 0; i < BIG_BYTES; i++)
		big[i] = '0' + i % 61;
	KX_GUEST_EQ(console(CONSOLEIO_write, BIG_BYTES, big), 0);
	GUEST_DONE();
}

KX_CASE_WIDTHS(oldest_bytes_are_dropped)
{
	static char got[BIG_BYTES];
	struct kx_dom *dom = kx_dom_create(1, guest_big);
	size_t n, i;

	kx_run_done(dom->vcpu[0]);
	n = drain(dom->fd, got, sizeof(got));
	TEST_ASSERT(n == LOG_BYTES, "%zu bytes", n);
	for (i = 0; i < n; i++)
		TEST_ASSERT(got[i] == '0' + (char)((i + BIG_BYTES - n) % 61),
			    "byte %zu is %#x", i, got[i]);
	kx_dom_free(dom);
}

static void *read_all(void *fd)
{
	static char got[256];
	size_t n = 0;
	ssize_t r;

	while ((r = read((long)fd, got + n, sizeof(got) - 1 - n)) > 0)
		n += r;
	TEST_ASSERT(!r, "read: errno %d", errno);
	return got;
}

/* A reader waits for bytes, gets them, and comes to the end. */
KX_CASE(reader_waits)
{
	struct kx_dom *dom = kx_dom_create(1, guest_writes);
	int fd = ioctl(dom->kx_fd, KX_OPEN_DOMAIN, dom->domid);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	pthread_t reader;
	void *got;

	TEST_ASSERT(fd >= 0, "KX_OPEN_DOMAIN");
	TEST_ASSERT(!pthread_create(&reader, NULL, read_all, (void *)(long)fd),
		    "pthread_create");
	usleep(50000);
	kx_run_done(dom->vcpu[0]);
	usleep(50000);
	kx_dom_free(dom);
	TEST_ASSERT(!pthread_join(reader, &got), "pthread_join");
	TEST_ASSERT(!strcmp(got, text), "read '%s'", (char *)got);
	TEST_ASSERT(poll(&p, 1, 0) == 1 && p.revents & POLLHUP, "revents %#x",
		    p.revents);
	TEST_ASSERT(read(fd, got, 1) == 0, "no end");
}

/* What was written last can be read after the domain's end. */
KX_CASE(read_after_the_end)
{
	struct kx_dom *dom = kx_dom_create(1, guest_writes);
	int fd = ioctl(dom->kx_fd, KX_OPEN_DOMAIN, dom->domid);
	char got[64] = "";

	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
	TEST_ASSERT(read(fd, got, sizeof(got) - 1) == strlen(text) &&
		    !strcmp(got, text), "read '%s'", got);
	TEST_ASSERT(read(fd, got, 1) == 0, "no end");
}

static void on_alarm(int sig)
{
}

KX_CASE(signal_ends_a_read)
{
	struct kx_dom *dom = kx_dom_create(1, guest_writes);
	struct sigaction action = { .sa_handler = on_alarm };
	char c;

	sigaction(SIGALRM, &action, NULL);
	ualarm(50000, 0);
	KX_ASSERT_ERRNO(read(dom->fd, &c, 1), EINTR);
}
