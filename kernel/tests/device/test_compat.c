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
	struct slmbx_stat st;

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
	memcpy(&st, low + 200, sizeof(st));
	ck_assert_uint_eq(st.bytes, 5);
	ck_assert_uint_eq(st.flags, SLMBX_STAT_PROTECTED | SLMBX_STAT_HEAD);
	ck_assert_uint_eq(low[200 + sizeof(st)], 0xa5);
	memset(low + 300, 0xa5, 100);
	expect(5, compat_message(SLMBX_IOC_RECV, create.id, 300, 100));
	ck_assert_mem_eq(low + 300, "hello\xa5", 6);
	expect(-ESRCH, compat_message(SLMBX_IOC_RECV, create.id, 300, 100));
	expect(0, compat_id(SLMBX_IOC_DESTROY, create.id));
	expect(-ENOENT, compat_id(SLMBX_IOC_COUNT, create.id));
	expect(0, compat_ioctl(SLMBX_IOC_SHUTDOWN, "", 0));
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
	(void)arg;
	expect(-EPERM, compat_id(SLMBX_IOC_COUNT, SCENE_ID));
	expect(-EPERM, compat_id(SLMBX_IOC_DESTROY, SCENE_ID));
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
