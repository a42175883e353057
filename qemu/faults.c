// SPDX-License-Identifier: GPL-2.0-only
/*
 * faults TEST SECONDS: provokes one of the emulator's faults that qemu/patches
 * mend, and judges by what it sees. To be run inside the sandbox, with two
 * virtual CPUs. Exit status: 0 when nothing was seen, 1 when the fault was,
 * 2 when the test could not be made. Faults may also take the host with them.
 *
 *   flags   (patch 1) VMs on CPU 0 while CPU 1 loads FPU environments
 *   code    (patch 2) CPU 1 runs code that CPU 0 rewrites all the time
 *   virq    (patch 3) VM entries with a pending virtual interrupt on CPU 0,
 *           while CPU 1 sends it IPIs
 *   cr8     (patch 4) a guest writes CR8 with a virtual interrupt pending
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGE		4096
#define CODE_GPA	0x1000
#define PORT		0x10
#define VECTOR		0x30

static atomic_bool over;

static void cannot(const char *what)
{
	fprintf(stderr, "faults: %s: %s\n", what, strerror(errno));
	exit(2);
}

static void seen(const char *what, uint64_t got, uint64_t wanted)
{
	printf("seen: %s (%llu, not %llu)\n", what, (unsigned long long)got,
	       (unsigned long long)wanted);
	exit(1);
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		cannot("pin to a CPU");
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static pthread_t start(void *(*fn)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, fn, NULL))
		cannot("pthread_create");
	return thread;
}

static void *map(size_t bytes, int prot, int flags, int fd)
{
	void *p = mmap(NULL, bytes, prot, flags, fd, 0);

	if (p == MAP_FAILED)
		cannot("mmap");
	return p;
}

/* --- a VM with one page of real-mode code --- */

struct vm {
	int fd, vcpu;
	struct kvm_run *run;
	unsigned char *mem;
};

static void make_vm(struct vm *vm, const void *code, size_t bytes)
{
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = CODE_GPA,
		.memory_size = PAGE,
	};
	struct kvm_regs regs = { .rip = CODE_GPA, .rflags = 2 };
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	struct kvm_sregs sregs;

	if (kvm < 0)
		cannot("/dev/kvm");
	vm->fd = ioctl(kvm, KVM_CREATE_VM, 0);
	if (vm->fd < 0 || ioctl(vm->fd, KVM_SET_TSS_ADDR, 0xfffbd000) ||
	    ioctl(vm->fd, KVM_CREATE_IRQCHIP, 0))
		cannot("make a VM");
	vm->mem = map(PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	memcpy(vm->mem, code, bytes);
	region.userspace_addr = (uintptr_t)vm->mem;
	if (ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region))
		cannot("KVM_SET_USER_MEMORY_REGION");
	vm->vcpu = ioctl(vm->fd, KVM_CREATE_VCPU, 0);
	if (vm->vcpu < 0)
		cannot("KVM_CREATE_VCPU");
	vm->run = map(ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0),
		      PROT_READ | PROT_WRITE, MAP_SHARED, vm->vcpu);
	close(kvm);
	if (ioctl(vm->vcpu, KVM_GET_SREGS, &sregs))
		cannot("KVM_GET_SREGS");
	sregs.cs.base = 0;
	sregs.cs.selector = 0;
	if (ioctl(vm->vcpu, KVM_SET_SREGS, &sregs) || ioctl(vm->vcpu, KVM_SET_REGS, &regs))
		cannot("set registers");
}

/* An interrupt that stays pending, since the guest's IF is clear. */
static void pend_interrupt(struct vm *vm)
{
	struct kvm_msi msi = { .address_lo = 0xfee00000, .data = VECTOR };
	struct kvm_lapic_state lapic;
	uint32_t spurious = 0x1ff;

	if (ioctl(vm->vcpu, KVM_GET_LAPIC, &lapic))
		cannot("KVM_GET_LAPIC");
	memcpy(lapic.regs + 0xf0, &spurious, sizeof(spurious));
	if (ioctl(vm->vcpu, KVM_SET_LAPIC, &lapic))
		cannot("KVM_SET_LAPIC");
	if (ioctl(vm->fd, KVM_SIGNAL_MSI, &msi) != 1)
		cannot("KVM_SIGNAL_MSI");
}

/* Run to the next "out %ax, $PORT"; what AX was. */
static uint16_t run_to_out(struct vm *vm)
{
	struct kvm_run *run = vm->run;
	uint16_t value;

	while (ioctl(vm->vcpu, KVM_RUN, 0))
		if (errno != EINTR)
			seen("KVM_RUN fails", errno, 0);
	if (run->exit_reason != KVM_EXIT_IO)
		seen("exit reason", run->exit_reason, KVM_EXIT_IO);
	if (run->io.port != PORT || run->io.size != 2)
		seen("port", run->io.port, PORT);
	memcpy(&value, (char *)run + run->io.data_offset, sizeof(value));
	return value;
}

/* --- patch 1 --- */

static void *load_environments(void *unused)
{
	char env[28];

	(void)unused;
	pin(1);
	while (!over)
		asm volatile("fnstenv %0; fldenv %0" : "+m"(env));
	return NULL;
}

static void test_flags(uint64_t end)
{
	/* 1: inc %ax; out %ax, $PORT; jmp 1b */
	static const unsigned char code[] = { 0x40, 0xe7, PORT, 0xeb, 0xfb };
	pthread_t loader = start(load_environments);
	uint64_t runs = 0;
	uint16_t count = 0;
	struct vm vm;

	pin(0);
	make_vm(&vm, code, sizeof(code));
	while (now_ns() < end) {
		uint16_t got = run_to_out(&vm);

		runs++;
		if (got != ++count)
			seen("the guest's counter", got, count);
	}
	over = 1;
	pthread_join(loader, NULL);
	printf("flags: %llu exits\n", (unsigned long long)runs);
}

/* --- patch 2 --- */

/*
 * The protocol of the processor manuals for code that another processor
 * changes: new code, then a flag; the other sees the flag, serialises, and runs
 * the code. It must not see anything older than what the flag announced.
 */
#define NR_SITES	4

static struct site {
	const char *what;
	size_t offset;		/* of "mov $imm32, %eax; ...; ret" */
	unsigned int nops;	/* behind the mov */
	bool resident;		/* other code in the page is never written */
	bool locked;		/* the write is an atomic operation */
	unsigned char *page;
	_Atomic uint32_t announced;
	_Atomic uint64_t calls;
} sites[NR_SITES] = {
	{ .what = "alone in its page", .offset = 64 - 1 },
	{ .what = "long block", .offset = 128 - 1, .nops = 200 },
	{ .what = "page with other code, atomic write", .offset = 64 - 1,
	  .resident = true, .locked = true },
	{ .what = "across two pages", .offset = PAGE - 4 - 1 - 16, .nops = 40,
	  .resident = true },
};

static void serialise(void)
{
	unsigned int a = 0, b, c = 0, d;

	asm volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d) : : "memory");
}

static void *run_code(void *unused)
{
	unsigned int n = 0;

	(void)unused;
	pin(1);
	while (!over) {
		struct site *s = &sites[n++ / 64 % NR_SITES];
		uint32_t (*fn)(void) = (void *)(s->page + s->offset);
		uint32_t announced = atomic_load(&s->announced), got;

		serialise();
		got = fn();
		if ((int32_t)(got - announced) < 0)
			seen(s->what, got, announced);
		if (s->resident)
			((void (*)(void))(s->page + 2048))();
		s->calls++;
	}
	return NULL;
}

static void make_site(struct site *s)
{
	unsigned char *at;

	s->page = map(2 * PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1);
	memset(s->page, 0xcc, 2 * PAGE);
	s->page[2048] = 0xc3;
	at = s->page + s->offset;
	*at++ = 0xb8;
	memset(at, 0, 4);
	at += 4;
	memset(at, 0x90, s->nops);
	at[s->nops] = 0xc3;
}

static void test_code(uint64_t end)
{
	uint64_t writes = 0;
	uint32_t value = 0;
	unsigned int n = 0;
	pthread_t runner;

	for (n = 0; n < NR_SITES; n++)
		make_site(&sites[n]);
	runner = start(run_code);
	pin(0);
	while (now_ns() < end) {
		for (n = 0; n < 64 * NR_SITES; n++, writes++) {
			struct site *s = &sites[n / 64];
			_Atomic uint32_t *imm = (void *)(s->page + s->offset + 1);

			value++;
			if (s->locked)
				atomic_exchange(imm, value);
			else
				atomic_store_explicit(imm, value, memory_order_release);
			atomic_store(&s->announced, value);
			/* Now and then, time for the other to look closely. */
			if (n % 16 == 0)
				for (int i = 0; i < 2000; i++)
					asm volatile("pause");
		}
	}
	over = 1;
	pthread_join(runner, NULL);
	printf("code: %llu writes", (unsigned long long)writes);
	for (n = 0; n < NR_SITES; n++)
		printf(", %llu calls", (unsigned long long)sites[n].calls);
	printf("\n");
}

/* --- patch 3 --- */

/*
 * CPU 1 sends IPIs to CPU 0 and waits for each. One that is lost is made up for
 * by the next timer interrupt of CPU 0, some ms later; until then the guest goes
 * on counting, while one that arrives stops it at once. The guest's own count
 * is the measure, so a loaded machine does not matter.
 */
#define COUNT_AT	0x800
#define LOST_ENTRIES	12

static _Atomic uint64_t ipis;
static _Atomic uint16_t *entries;
static uint16_t most_entries;

static void *send_ipis(void *unused)
{
	(void)unused;
	pin(1);
	while (!over) {
		uint16_t before = *entries;

		if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0))
			cannot("membarrier");
		before = *entries - before;
		if (before > most_entries)
			most_entries = before;
		if (before >= LOST_ENTRIES)
			seen("VM entries before an IPI arrived", before, 0);
		ipis++;
	}
	return NULL;
}

static void test_virq(uint64_t end)
{
	/*
	 * cli
	 * 1: mov $200, %si
	 * 2: cpuid; incw CODE_GPA + COUNT_AT; dec %si; jnz 2b
	 * out %ax, $PORT; jmp 1b
	 */
	static const unsigned char code[] = {
		0xfa, 0xbe, 200, 0,
		0x0f, 0xa2, 0xff, 0x06, 0x00, 0x18, 0x4e, 0x75, 0xf7,
		0xe7, PORT, 0xeb, 0xf0
	};
	uint64_t rounds = 0;
	pthread_t sender;
	struct vm vm;

	if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0))
		cannot("membarrier");
	pin(0);
	make_vm(&vm, code, sizeof(code));
	pend_interrupt(&vm);
	entries = (void *)(vm.mem + COUNT_AT);
	sender = start(send_ipis);
	while (now_ns() < end) {
		run_to_out(&vm);
		rounds++;
	}
	over = 1;
	pthread_join(sender, NULL);
	printf("virq: %llu entries, %llu IPIs, at most %u entries in one\n",
	       (unsigned long long)rounds * 200, (unsigned long long)ipis, most_entries);
}

/* --- patch 4 --- */

static void test_cr8(uint64_t end)
{
	/* cli; 1: xor %eax, %eax; lock mov %eax, %cr0 (means CR8); out; jmp 1b */
	static const unsigned char code[] = {
		0xfa, 0x66, 0x31, 0xc0, 0xf0, 0x0f, 0x22, 0xc0,
		0xe7, PORT, 0xeb, 0xf5
	};
	uint64_t rounds = 0;
	struct vm vm;

	make_vm(&vm, code, sizeof(code));
	pend_interrupt(&vm);
	while (now_ns() < end) {
		run_to_out(&vm);
		rounds++;
	}
	printf("cr8: %llu writes\n", (unsigned long long)rounds);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*test)(uint64_t end);
	} tests[] = {
		{ "flags", test_flags },
		{ "code", test_code },
		{ "virq", test_virq },
		{ "cr8", test_cr8 },
	};
	uint64_t end;

	if (argc == 3) {
		end = now_ns() + atoi(argv[2]) * 1000000000ULL;
		for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
			if (strcmp(argv[1], tests[i].name))
				continue;
			tests[i].test(end);
			printf("not seen\n");
			return 0;
		}
	}
	fprintf(stderr, "usage: faults flags|code|virq|cr8 SECONDS\n");
	return 2;
}
