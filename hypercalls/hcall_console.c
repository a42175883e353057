// SPDX-License-Identifier: GPL-2.0-only
/*
 * console_io: the guest writes to its domain's log. A release build of Xen
 * refuses unprivileged guests; a debug build, like this, takes their output.
 */
#include "hcall.h"

#define CHUNK_BYTES	128
/* what one pass copies; the log holds no more anyway */
#define PASS_BYTES	16384

/*
 * The log ends on a terminal of the host: like Xen, drop what is not printable
 * (in Latin-1) but line ends and tabs.
 */
static size_t printable(char *s, size_t len)
{
	size_t i, kept = 0;

	for (i = 0; i < len; i++) {
		u8 c = s[i];

		if (c == '\n' || c == '\t' || (c >= 0x20 && c < 0x7f) ||
		    c >= 0xa0)
			s[kept++] = c;
	}
	return kept;
}

static enum kx_outcome console_write(struct kx_hcall *h, u32 count)
{
	u64 gva = h->arg[2];
	u32 pass = min_t(u32, count, PASS_BYTES);
	char buf[CHUNK_BYTES];

	while (pass) {
		u32 len = min_t(u32, pass, sizeof(buf));

		if (kx_copy_from_guest(h->v, buf, gva, len))
			return kx_done(h, -EFAULT);
		kx_conlog_write(h->v->d, buf, printable(buf, len));
		gva = kx_gva_add(h, gva, len);
		pass -= len;
		count -= len;
	}
	if (!count)
		return kx_done(h, 0);

	h->arg[1] = count;
	h->arg[2] = gva;
	return KX_RESTART;
}

/**
 * kx_hcall_console_io() - hypercall 18
 * @h: arg[0] CONSOLEIO_*, arg[1] bytes, arg[2] buffer; a long write advances
 *	the last two and restarts
 *
 * There is no input: a read returns 0 bytes.
 *
 * Context: vCPU thread, may sleep.
 * Return: %KX_RESTART, or %KX_DONE with 0, -EFAULT, -E2BIG (read of 2 GiB and
 * more) or -ENOSYS.
 */
enum kx_outcome kx_hcall_console_io(struct kx_hcall *h)
{
	u32 count = h->arg[1];

	switch ((u32)h->arg[0]) {
	case CONSOLEIO_write:
		return console_write(h, count);
	case CONSOLEIO_read:
		return kx_done(h, (s32)count < 0 ? -E2BIG : 0);
	default:
		return kx_done(h, -ENOSYS);
	}
}
