// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps a domain alive until it is killed, so that the module stays hooked
 * while something else runs. Prints "ready" when the domain is there, or the
 * errno of KX_ATTACH, and exits 1. With -1: exits 0 where it would wait.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/kvm.h>
#include <linux/kvm-xen.h>

int main(int argc, char **argv)
{
	struct kx_attach arg = { .domid = KX_DOMID_AUTO };
	int kvm = open("/dev/kvm", O_RDWR), kx = open("/dev/kvm-xen", O_RDWR);

	if (kvm < 0 || kx < 0) {
		printf("open: %s\n", strerrorname_np(errno));
		return 2;
	}
	arg.vm_fd = ioctl(kvm, KVM_CREATE_VM, 0);
	if (arg.vm_fd < 0 || ioctl(arg.vm_fd, KVM_CREATE_IRQCHIP)) {
		printf("VM: %s\n", strerrorname_np(errno));
		return 2;
	}
	if (ioctl(kx, KX_ATTACH, &arg) < 0) {
		puts(strerrorname_np(errno));
		return 1;
	}
	puts("ready");
	fflush(stdout);
	if (argc > 1 && !strcmp(argv[1], "-1"))
		return 0;
	for (;;)
		pause();
}
