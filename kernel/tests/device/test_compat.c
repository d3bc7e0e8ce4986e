// SPDX-License-Identifier: MIT
/*
 * The ioctls as a 32-bit program makes them. On x86-64 any program can, by int 0x80,
 * with addresses below 4 GiB: what the kernel sees is the same.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "support.h"
#include "users.h"

#ifdef __x86_64__

#define I386_GETPID 20
#define I386_IOCTL 54

static long int_80(unsigned int nr, unsigned int a, unsigned int b, unsigned int c)
{
	int ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c)
			 : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

/* A page of addresses that 32 bits hold. */
static unsigned char *low;

static void ask_pid(void)
{
	/* By the number of another call, if there are no 32-bit calls here. */
	_exit(int_80(I386_GETPID, -1U, 0, 0) == getpid() ? 0 : 1);
}

static void need_32_bit_calls(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		ask_pid();
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (status != 0)
		skip("this kernel has no 32-bit system calls");
	low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1,
		   0);
	ck_assert_ptr_ne(low, MAP_FAILED);
}

static long compat_ioctl(unsigned int request, const void *arg, size_t size)
{
	memcpy(low, arg, size);
	return int_80(I386_IOCTL, (unsigned int)device, request, (unsigned int)(uintptr_t)low);
}

static long compat_id(unsigned int request, __u32 id)
{
	return compat_ioctl(request, &id, sizeof(id));
}

static long compat_message(unsigned int request, unsigned int id, unsigned int at, unsigned int len)
{
	const struct slmbx_ioc_message arg = { .msg = (uintptr_t)(low + at), .id = id, .len = len };

	return compat_ioctl(request, &arg, sizeof(arg));
}

/* Where in the page what a call takes lies, behind the struct of the ioctl. */
#define ARGS_AT 64
#define DESCS_AT 256
#define BYTES_AT 1024

static long compat_args(unsigned int request, const void *args, size_t size)
{
	const struct slmbx_ioc_args arg = { .args = (uintptr_t)(low + ARGS_AT), .size = size };

	memcpy(low + ARGS_AT, args, size);
	return compat_ioctl(request, &arg, sizeof(arg));
}

static long compat_stat(unsigned int id, unsigned int at)
{
	const struct slmbx_ioc_stat arg = { .stat = (uintptr_t)(low + at),
					    .id = id,
					    .size = SLMBX_STAT_SIZE_V0 };

	return compat_ioctl(SLMBX_IOC_STAT, &arg, sizeof(arg));
}

START_TEST(every_call)
{
	const struct slmbx_ioc_init init = { .ptrs = 8, .prob = 4 };
	const struct slmbx_ioc_create create = { .id = 0xfffffffe, .protect = -1 };
	struct slmbx_stat st = { 0 };

	need_32_bit_calls();
	expect(-ENODEV, compat_ioctl(SLMBX_IOC_SHUTDOWN, "", 0));
	expect(0, compat_ioctl(SLMBX_IOC_INIT, &init, sizeof(init)));
	expect(-EEXIST, compat_ioctl(SLMBX_IOC_INIT, &init, sizeof(init)));
	expect(0, compat_ioctl(SLMBX_IOC_CREATE, &create, sizeof(create)));
	memcpy(low + 100, "hello", 5);
	expect(0, compat_message(SLMBX_IOC_SEND, create.id, 100, 5));
	expect(1, compat_id(SLMBX_IOC_COUNT, create.id));
	expect(5, compat_id(SLMBX_IOC_LENGTH, create.id));
	memset(low + 200, 0xa5, 100);
	expect(0, compat_stat(create.id, 200));
	memcpy(&st, low + 200, SLMBX_STAT_SIZE_V0);
	ck_assert_uint_eq(st.bytes, 5);
	ck_assert_uint_eq(st.flags, SLMBX_STAT_PROTECTED | SLMBX_STAT_HEAD);
	ck_assert_uint_eq(low[200 + SLMBX_STAT_SIZE_V0], 0xa5);
	memset(low + 300, 0xa5, 100);
	expect(5, compat_message(SLMBX_IOC_RECV, create.id, 300, 100));
	ck_assert_mem_eq(low + 300, "hello\xa5", 6);
	expect(-ESRCH, compat_message(SLMBX_IOC_RECV, create.id, 300, 100));
	expect(0, compat_id(SLMBX_IOC_DESTROY, create.id));
	expect(-ENOENT, compat_id(SLMBX_IOC_COUNT, create.id));
	expect(0, compat_ioctl(SLMBX_IOC_SHUTDOWN, "", 0));
}
END_TEST

static void send_two(unsigned int id)
{
	const struct slmbx_sendv_msg outgoing[] = {
		{ .data = (uintptr_t)(low + BYTES_AT), .len = 3 },
		{ .data = (uintptr_t)(low + BYTES_AT + 3), .len = 5 },
	};
	const struct slmbx_sendv sendv = { .messages = (uintptr_t)(low + DESCS_AT),
					   .count = 2,
					   .id = id };

	memcpy(low + BYTES_AT, "onethree", 8);
	memcpy(low + DESCS_AT, outgoing, sizeof(outgoing));
	expect(2, compat_args(SLMBX_IOC_SENDV, &sendv, sizeof(sendv)));
}

static void lease_one(unsigned int id, struct slmbx_recvv_msg *incoming)
{
	const struct slmbx_recvv recvv = { .messages = (uintptr_t)(low + DESCS_AT),
					   .buf = (uintptr_t)(low + BYTES_AT),
					   .size = 4,
					   .lease = 1ULL << 60,
					   .count = 2,
					   .id = id,
					   .flags = SLMBX_RECVV_LEASE };

	memset(low + DESCS_AT, 0xa5, 4096 - DESCS_AT);
	expect(1, compat_args(SLMBX_IOC_RECVV, &recvv, sizeof(recvv)));
	memcpy(incoming, low + DESCS_AT, sizeof(*incoming));
	ck_assert_uint_eq(low[DESCS_AT + sizeof(*incoming)], 0xa5);
	ck_assert_uint_eq(incoming->len, 3);
	ck_assert_uint_eq(incoming->deliveries, 1);
	ck_assert_mem_eq(low + BYTES_AT, "one\xa5", 4);
}

static void acknowledge(unsigned int id, const struct slmbx_recvv_msg *incoming)
{
	const struct slmbx_settle settle = { .items = (uintptr_t)(low + DESCS_AT),
					     .count = 1,
					     .id = id };
	struct slmbx_settle_item item = { .seq = incoming->seq,
					  .token = incoming->token,
					  .action = SLMBX_SETTLE_ACK,
					  .result = 1 };

	memcpy(low + DESCS_AT, &item, sizeof(item));
	expect(1, compat_args(SLMBX_IOC_SETTLE, &settle, sizeof(settle)));
	memcpy(&item, low + DESCS_AT, sizeof(item));
	ck_assert_int_eq(item.result, 0);
	expect(0, compat_args(SLMBX_IOC_SETTLE, &settle, sizeof(settle)));
	memcpy(&item, low + DESCS_AT, sizeof(item));
	ck_assert_int_eq(item.result, -ESTALE);
}

START_TEST(delivery_calls)
{
	const struct slmbx_setattr setattr = { .id = 9,
					       .mask = SLMBX_ATTR_MAX_MESSAGES,
					       .max_messages = 1ULL << 40 };
	struct slmbx_list list = { .count = 2, .after = SCENE_ID };
	struct slmbx_recvv_msg incoming;
	struct slmbx_stat st;
	__u32 id;

	need_32_bit_calls();
	scene_make();
	expect(0, dev_create(9, 0));
	send_two(9);
	lease_one(9, &incoming);
	acknowledge(9, &incoming);
	expect(0, compat_args(SLMBX_IOC_SETATTR, &setattr, sizeof(setattr)));
	list.ids = (uintptr_t)(low + BYTES_AT);
	expect(1, compat_args(SLMBX_IOC_LIST, &list, sizeof(list)));
	memcpy(&id, low + BYTES_AT, sizeof(id));
	ck_assert_uint_eq(id, 9);
	expect(0, dev_stat(9, &st));
	ck_assert_uint_eq(st.count, 1);
	ck_assert_uint_eq(st.leased, 0);
	ck_assert_uint_eq(st.max_messages, 1ULL << 40);
	expect(1, compat_id(SLMBX_IOC_PURGE, 9));
	expect(0, compat_id(SLMBX_IOC_PURGE, 9));
	expect(0, dev_destroy(9));
	scene_check();
}
END_TEST

static void ignore_signal(int signal)
{
	(void)signal;
}

static void interrupt_and_send(void *arg)
{
	(void)arg;
	await_state(getppid(), 'S');
	kill(getppid(), SIGUSR1);
	await_state(getppid(), 'S');
	expect(0, dev_send(SCENE_ID, "x", 1));
}

/* What is begun anew is the 32-bit call. */
START_TEST(restarted)
{
	const struct sigaction action = { .sa_handler = ignore_signal, .sa_flags = SA_RESTART };
	struct slmbx_recvv recvv = { .deadline = SLMBX_FOREVER, .count = 1, .id = SCENE_ID };
	struct crowd crowd = { .size = 0 };

	need_32_bit_calls();
	ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
	expect(0, dev_init());
	expect(0, dev_create(SCENE_ID, 0));
	recvv.messages = (uintptr_t)(low + DESCS_AT);
	recvv.buf = (uintptr_t)(low + BYTES_AT);
	recvv.size = 1;
	crowd_add(&crowd, SAME_USER, interrupt_and_send, NULL);
	expect(1, compat_args(SLMBX_IOC_RECVV, &recvv, sizeof(recvv)));
	ck_assert_int_eq(low[BYTES_AT], 'x');
	crowd_wait(&crowd);
}
END_TEST

static const unsigned int struct_calls[] = { SLMBX_IOC_SENDV, SLMBX_IOC_RECVV, SLMBX_IOC_SETTLE,
					     SLMBX_IOC_LIST, SLMBX_IOC_SETATTR };

/* The structs of calls: where nothing is, too small, too large, with too much in them. */
START_TEST(bad_structs)
{
	unsigned char bytes[128];

	need_32_bit_calls();
	scene_make();
	for (unsigned int i = 0; i < ARRAY_SIZE(struct_calls); i++) {
		struct slmbx_ioc_args arg = { .args = 0xfffffff0, .size = 64 };

		expect(-EFAULT, compat_ioctl(struct_calls[i], &arg, sizeof(arg)));
		arg.args |= 1ULL << 63;
		expect(-EFAULT, compat_ioctl(struct_calls[i], &arg, sizeof(arg)));
		memset(bytes, 0, sizeof(bytes));
		expect(-EINVAL, compat_args(struct_calls[i], bytes, 4));
		memset(bytes, 0xff, sizeof(bytes));
		expect(-E2BIG, compat_args(struct_calls[i], bytes, sizeof(bytes)));
	}
	scene_check();
}
END_TEST

START_TEST(errors)
{
	need_32_bit_calls();
	scene_make();
	expect(-ENOTTY, compat_id(_IOW(SLMBX_IOC_MAGIC, SLMBX_CALL_DESTROY, __u64), SCENE_ID));
	expect(-ENOTTY, compat_id(_IOW(SLMBX_IOC_MAGIC, 200, __u32), SCENE_ID));
	expect(-EFAULT, int_80(I386_IOCTL, (unsigned int)device, SLMBX_IOC_DESTROY, 0));
	expect(-EFAULT, int_80(I386_IOCTL, (unsigned int)device, SLMBX_IOC_DESTROY, 0xfffffffc));
	expect(-EFAULT, int_80(I386_IOCTL, (unsigned int)device, SLMBX_IOC_RECV,
			       (unsigned int)(uintptr_t)low + 4096 - 8));
	scene_check();
}
END_TEST

static void call_as_nobody(void *arg)
{
	const struct slmbx_setattr setattr = { .id = SCENE_ID, .mask = SLMBX_ATTR_PROTECTED };

	(void)arg;
	expect(-EPERM, compat_id(SLMBX_IOC_COUNT, SCENE_ID));
	expect(-EPERM, compat_id(SLMBX_IOC_DESTROY, SCENE_ID));
	expect(-EPERM, compat_id(SLMBX_IOC_PURGE, SCENE_ID));
	expect(-EPERM, compat_args(SLMBX_IOC_SETATTR, &setattr, sizeof(setattr)));
	expect(-EPERM, compat_ioctl(SLMBX_IOC_SHUTDOWN, "", 0));
}

START_TEST(other_user)
{
	need_32_bit_calls();
	scene_make();
	as_user(NOBODY, call_as_nobody, NULL);
	scene_check();
}
END_TEST

static void add_tests(TCase *tc)
{
	tcase_add_test(tc, every_call);
	tcase_add_test(tc, delivery_calls);
	tcase_add_test(tc, restarted);
	tcase_add_test(tc, bad_structs);
	tcase_add_test(tc, errors);
	tcase_add_test(tc, other_user);
}

#else

START_TEST(none)
{
	skip("made on x86-64 alone");
}
END_TEST

static void add_tests(TCase *tc)
{
	tcase_add_test(tc, none);
}

#endif

Suite *compat_suite(void)
{
	Suite *suite = suite_create("compat");

	add_tests(device_case(suite, "compat", 30));
	return suite;
}
