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
 *           which CPU 1 stops by an IPI
 *   cr8     (patch 4) a guest writes CR8 with a virtual interrupt pending
 *   cmpxchg (patch 5) the flags after CMPXCHG16B and CMPXCHG8B
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
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
 * CPU 0 enters a guest that counts and never leaves by itself; CPU 1 sends the
 * thread a signal, whose IPI is to stop the guest, about when it enters. If the
 * IPI is lost, the guest goes on until the next timer interrupt, some ms later.
 * The guest's own count since the signal was sent is the measure, so it does not
 * matter when a loaded machine stops any of us.
 */
#define COUNT_AT	0x800
#define LOST_COUNT	5000

static pthread_t runner;
static struct kvm_run *runner_run;
static volatile uint32_t *count;
static _Atomic uint32_t count_sent;
static atomic_bool entering, sent;

static void on_signal(int unused)
{
	(void)unused;
	runner_run->immediate_exit = 1;
}

static void *send_signals(void *unused)
{
	unsigned int random = 1;

	(void)unused;
	pin(1);
	while (!over) {
		if (!entering)
			continue;
		entering = false;
		random = random * 1103515245 + 12345;
		for (unsigned int i = random >> 16; i > 0; i--)
			asm volatile("");
		pthread_kill(runner, SIGUSR1);
		count_sent = *count;
		sent = true;
	}
	return NULL;
}

static void test_virq(uint64_t end)
{
	/* cli; 1: incl CODE_GPA + COUNT_AT; jmp 1b */
	static const unsigned char code[] = {
		0xfa, 0x66, 0xff, 0x06, 0x00, 0x18, 0xeb, 0xf9
	};
	struct sigaction action = { .sa_handler = on_signal };
	uint64_t entries = 0, stopped_early = 0;
	uint32_t most = 0;
	pthread_t sender;
	struct vm vm;

	pin(0);
	make_vm(&vm, code, sizeof(code));
	pend_interrupt(&vm);
	count = (void *)(vm.mem + COUNT_AT);
	runner = pthread_self();
	runner_run = vm.run;
	sigaction(SIGUSR1, &action, NULL);
	sender = start(send_signals);
	while (now_ns() < end) {
		uint32_t before = *count, more;

		vm.run->immediate_exit = 0;
		sent = false;
		entering = true;
		if (!ioctl(vm.vcpu, KVM_RUN, 0) || errno != EINTR)
			seen("exit reason", vm.run->exit_reason, KVM_EXIT_INTR);
		while (!sent)
			;
		entries++;
		stopped_early += *count == before;
		more = *count - count_sent;
		if (more > most)
			most = more;
		if (more > LOST_COUNT)
			seen("counts after an IPI that was to stop them", more, 0);
	}
	over = true;
	pthread_join(sender, NULL);
	printf("virq: %llu entries (%llu stopped before), at most %u counts after an IPI\n",
	       (unsigned long long)entries, (unsigned long long)stopped_early, most);
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

/* --- patch 5 --- */

#define FLAG_ID		(1UL << 21)

/*
 * POPF ends a block and leaves plain flags; then an addition of FLAG_ID, another
 * kind of operation that reads memory, and the exchange. What PUSHF stores must
 * not have FLAG_ID in it.
 */
#define FLAGS_AFTER(exchange, mem) ({					\
	unsigned long flags_, a_ = 0, d_ = 0, s_ = FLAG_ID;		\
									\
	asm volatile("pushfq; popfq\n\t"				\
		     "add %[s], %[a]\n\t"				\
		     "xor %[m], %[a]\n\t"				\
		     exchange "\n\t"					\
		     "pushfq; pop %[flags]"				\
		     : [flags] "=r"(flags_), [a] "+a"(a_), "+d"(d_),	\
		       [s] "+r"(s_), [m] "+m"(mem)			\
		     : "b"(0UL), "c"(0UL) : "cc", "memory");		\
	flags_;								\
})

static void test_cmpxchg(uint64_t end)
{
	static struct { uint64_t low, high; } __attribute__((aligned(16))) mem;
	uint64_t rounds = 0;
	unsigned long flags;

	while (now_ns() < end) {
		flags = FLAGS_AFTER("lock cmpxchg16b %[m]", mem);
		if (flags & FLAG_ID)
			seen("flags after CMPXCHG16B", flags, flags & ~FLAG_ID);
		flags = FLAGS_AFTER("lock cmpxchg8b %[m]", mem);
		if (flags & FLAG_ID)
			seen("flags after CMPXCHG8B", flags, flags & ~FLAG_ID);
		rounds++;
	}
	printf("cmpxchg: %llu rounds\n", (unsigned long long)rounds);
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
		{ "cmpxchg", test_cmpxchg },
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
	fprintf(stderr, "usage: faults flags|code|virq|cr8|cmpxchg SECONDS\n");
	return 2;
}
