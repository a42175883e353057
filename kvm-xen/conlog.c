// SPDX-License-Identifier: GPL-2.0-only
/*
 * A domain's console log: what the guest wrote with console_io. A ring that
 * drops its oldest bytes, read through the domain's file descriptor.
 */
#include <linux/poll.h>
#include <linux/uaccess.h>

#include "core.h"

#define LOG_BYTES	16384

/**
 * struct kx_conlog - the ring
 * @readers: one reader at a time; outside @lock, held while user memory is
 *	written
 * @lock: protects the ring; taken in vCPU threads and by readers, not for long
 * @wait: readers
 * @head: bytes ever written
 * @tail: bytes ever read or dropped
 * @ended: the domain is gone
 * @buf: the bytes
 */
struct kx_conlog {
	struct mutex readers;
	struct mutex lock;
	wait_queue_head_t wait;
	u64 head;
	u64 tail;
	bool ended;
	char buf[LOG_BYTES];
};

/** kx_conlog_init() - an empty log; may sleep; 0 or -ENOMEM */
int kx_conlog_init(struct kx_domain *d)
{
	struct kx_conlog *c = kvzalloc(sizeof(*c), GFP_KERNEL_ACCOUNT);

	if (!c)
		return -ENOMEM;
	mutex_init(&c->readers);
	mutex_init(&c->lock);
	init_waitqueue_head(&c->wait);
	d->conlog = c;
	return 0;
}

/** kx_conlog_end() - nothing will be written any more; readers get to the end */
void kx_conlog_end(struct kx_domain *d)
{
	WRITE_ONCE(d->conlog->ended, true);
	wake_up_all(&d->conlog->wait);
}

/** kx_conlog_destroy() - free the log; none is no error */
void kx_conlog_destroy(struct kx_domain *d)
{
	kvfree(d->conlog);
	d->conlog = NULL;
}

void kx_conlog_write(struct kx_domain *d, const char *s, size_t len)
{
	struct kx_conlog *c = d->conlog;
	size_t i;

	mutex_lock(&c->lock);
	for (i = 0; i < len; i++)
		c->buf[c->head++ % LOG_BYTES] = s[i];
	if (c->head - c->tail > LOG_BYTES)
		c->tail = c->head - LOG_BYTES;
	mutex_unlock(&c->lock);
	wake_up_all(&c->wait);
}

static bool readable(struct kx_conlog *c)
{
	return READ_ONCE(c->head) != READ_ONCE(c->tail) || READ_ONCE(c->ended);
}

/* the oldest bytes, which stay in the ring */
static size_t peek(struct kx_conlog *c, char *to, size_t len, u64 *from)
{
	size_t i;

	mutex_lock(&c->lock);
	len = min_t(u64, len, c->head - c->tail);
	*from = c->tail;
	for (i = 0; i < len; i++)
		to[i] = c->buf[(c->tail + i) % LOG_BYTES];
	mutex_unlock(&c->lock);
	return len;
}

/* bytes up to @end were read; a writer can have dropped them already */
static void consume(struct kx_conlog *c, u64 end)
{
	mutex_lock(&c->lock);
	c->tail = max(c->tail, end);
	mutex_unlock(&c->lock);
}

/**
 * kx_conlog_read() - read(2) on a domain's file descriptor
 * @d: domain
 * @buf: to where
 * @len: bytes at most
 * @nonblock: do not wait
 *
 * Return: bytes, up to 256 at a time; 0 at the end; -EAGAIN, -ERESTARTSYS,
 * -EFAULT.
 */
ssize_t kx_conlog_read(struct kx_domain *d, char __user *buf, size_t len,
		       bool nonblock)
{
	struct kx_conlog *c = d->conlog;
	char chunk[256];
	ssize_t r;
	u64 from;
	size_t n;

	if (!len)
		return 0;
	for (;;) {
		if (mutex_lock_interruptible(&c->readers))
			return -ERESTARTSYS;
		n = peek(c, chunk, min(len, sizeof(chunk)), &from);
		if (n)
			break;
		mutex_unlock(&c->readers);
		if (READ_ONCE(c->ended))
			return 0;
		if (nonblock)
			return -EAGAIN;
		r = wait_event_interruptible(c->wait, readable(c));
		if (r)
			return r;
	}
	r = copy_to_user(buf, chunk, n) ? -EFAULT : n;
	if (r > 0)
		consume(c, from + n);
	mutex_unlock(&c->readers);
	return r;
}

/** kx_conlog_poll() - poll(2) on a domain's file descriptor */
__poll_t kx_conlog_poll(struct kx_domain *d, struct file *file,
			struct poll_table_struct *wait)
{
	struct kx_conlog *c = d->conlog;
	__poll_t events = 0;

	poll_wait(file, &c->wait, wait);
	if (READ_ONCE(c->head) != READ_ONCE(c->tail))
		events |= EPOLLIN | EPOLLRDNORM;
	if (READ_ONCE(c->ended))
		events |= EPOLLHUP;
	return events;
}
