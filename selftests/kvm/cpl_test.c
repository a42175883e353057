// SPDX-License-Identifier: GPL-2.0-only
/* Hypercalls from CPL 3: -EPERM for all of them, and nothing happens. */
#include "kx_test.h"

static const char text[] = "not to be seen";

static void user_calls(void)
{
	uint16_t cs;
	long nr;

	asm volatile("mov %%cs, %0" : "=r"(cs));
	GUEST_ASSERT_EQ(cs & 3, 3);
	for (nr = 0; nr < 64; nr++) {
		if (kx_width == 64)
			KX_GUEST_EQ(kx_hypercall(nr, 0, 0, 0, 0, 0), -EPERM);
		else
			KX_GUEST_EQ(kx_hypercall32(nr, 0, 0, 0, 0, 0), -EPERM);
	}
	if (kx_width == 64) {
		KX_GUEST_EQ(kx_hypercall3(__HYPERVISOR_console_io,
					  CONSOLEIO_write, sizeof(text), text),
			    -EPERM);
		KX_GUEST_EQ(kx_hypercall1(1ul << 40, 0), -EPERM);
	} else {
		KX_GUEST_EQ(kx_hypercall32(__HYPERVISOR_console_io,
					   CONSOLEIO_write, sizeof(text),
					   (unsigned long)text, 0, 0), -EPERM);
	}
	GUEST_DONE();
}

static void guest_to_user(void)
{
	KX_GUEST_EQ(kx_call2(__HYPERVISOR_xen_version, XENVER_version, 0),
		    4 << 16 | 17);
	kx_guest_segments();
	kx_guest_enter_user(user_calls);
}

KX_CASE_WIDTHS(cpl3)
{
	struct kx_dom *dom = kx_dom_create(1, guest_to_user);
	struct kx_domain_info info;
	char c;

	kx_vm_user_pages(dom->vm);
	kx_run_done(dom->vcpu[0]);
	kx_dom_info(dom, &info);
	TEST_ASSERT(!info.flags, "SCHEDOP_shutdown went through");
	TEST_ASSERT(!fcntl(dom->fd, F_SETFL, O_NONBLOCK), "fcntl");
	KX_ASSERT_ERRNO(read(dom->fd, &c, 1), EAGAIN);
	kx_dom_free(dom);
}

static void user_registers(void)
{
	struct kx_gprs g = {
		.rax = __HYPERVISOR_xen_version, .rbx = 1, .rcx = 2, .rdx = 3,
		.rsi = 4, .rdi = XENVER_version, .rbp = 6, .r8 = 8, .r9 = 9,
		.r10 = 10, .r11 = 11, .r12 = 12, .r13 = 13, .r14 = 14, .r15 = 15,
	};
	struct kx_gprs before = g;

	kx_hypercall_gprs(&g);
	KX_GUEST_EQ(g.rax, -EPERM);
	g.rax = before.rax;
	GUEST_ASSERT(!memcmp(&g, &before, sizeof(g)));
	GUEST_DONE();
}

static void guest_to_user_registers(void)
{
	kx_guest_segments();
	kx_guest_enter_user(user_registers);
}

KX_CASE(cpl3_keeps_registers)
{
	struct kx_dom *dom = kx_dom_create(1, guest_to_user_registers);

	kx_vm_user_pages(dom->vm);
	kx_run_done(dom->vcpu[0]);
	kx_dom_free(dom);
}
