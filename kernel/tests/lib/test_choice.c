// SPDX-License-Identifier: MIT
/*
 * The choice between kernel engines and the daemon, on a machine that may have neither
 * of the former: a seccomp filter answers for the kernel, and a private /dev has a
 * device that isn't ours.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "support.h"

#define DEVICE "/dev/slmbx"

/* From now on every system call of ours answers @err. */
static void answer_for_kernel(int err)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, SLMBX_SYSCALL(SLMBX_CALL_INIT), 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 619, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned int)err),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof(code) / sizeof(*code), .filter = code };

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
	errno = 0;
	ck_assert_int_eq(syscall(SLMBX_SYSCALL(SLMBX_CALL_COUNT), 0), -1);
	ck_assert_int_eq(errno, err);
}

/* With a /dev in which only this test looks: there is nothing but what it puts there. */
static bool private_dev(void)
{
	return is_root() && !unshare(CLONE_NEWNS) &&
	       !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount("tmpfs", "/dev", "tmpfs", 0, NULL);
}

#define need_private_dev()                                             \
	do {                                                           \
		if (!private_dev())                                    \
			skip_test("needs uid 0 and a mount namespace"); \
	} while (0)

/* A kernel without the calls; a sandbox that answers for it. */
static const int refusals[] = { ENOSYS, EPERM, EACCES, EINVAL, ENOTSUP };

START_TEST(no_system_calls)
{
	answer_for_kernel(refusals[_i]);
	setenv("SLMBX_ENGINE", "syscall", 1);
	expect_no_engine(-ENOSYS);
	/* The right to act for others isn't asked for what isn't there. */
	slmbx_act_as(UID_NOBODY);
	expect_no_engine(-ENOSYS);
}
END_TEST

START_TEST(auto_without_system_calls)
{
	need_private_dev();
	daemon_start(test_socket, NULL);
	answer_for_kernel(refusals[_i]);
	unsetenv("SLMBX_ENGINE");
	ck_assert_str_eq(slmbx_engine(), "daemon");
	ck_assert_int_eq(slmbx_init(16, 4), 0);
	daemon_stop(SIGTERM);
}
END_TEST

/* A kernel with the calls is first, whatever else there is; and the choice lasts. */
START_TEST(system_calls_first)
{
	daemon_start(test_socket, NULL);
	ck_assert_int_eq(unsetenv("SLMBX_ENGINE"), 0);
	if (_i)
		setenv("SLMBX_ENGINE", _i == 1 ? "auto" : "syscall", 1);
	answer_for_kernel(ENODEV);
	ck_assert_str_eq(slmbx_engine(), "syscall");
	setenv("SLMBX_ENGINE", "daemon", 1);
	ck_assert_int_eq(slmbx_init(16, 4), -ENODEV);
	ck_assert_int_eq(slmbx_count(1), -ENODEV);
	daemon_stop(SIGTERM);
}
END_TEST

START_TEST(daemon_by_name)
{
	daemon_start(test_socket, NULL);
	answer_for_kernel(ENODEV);
	setenv("SLMBX_ENGINE", "daemon", 1);
	ck_assert_str_eq(slmbx_engine(), "daemon");
	ck_assert_int_eq(slmbx_init(16, 4), 0);
	daemon_stop(SIGTERM);
}
END_TEST

START_TEST(no_device)
{
	need_private_dev();
	setenv("SLMBX_ENGINE", "device", 1);
	for (int i = 0; i < 3; i++)
		expect_no_engine(-ENOSYS);
	slmbx_act_as(UID_NOBODY);
	expect_no_engine(-ENOSYS);
	ck_assert_uint_eq(count_fds(true), 0);
}
END_TEST

/* What may be in its place. */
static void make_null(void)
{
	ck_assert_int_eq(mknod(DEVICE, S_IFCHR | 0666, makedev(1, 3)), 0);
}

static void make_fifo(void)
{
	ck_assert_int_eq(mkfifo(DEVICE, 0666), 0);
}

static void make_directory(void)
{
	ck_assert_int_eq(mkdir(DEVICE, 0777), 0);
}

static void make_file(void)
{
	ck_assert_int_eq(mknod(DEVICE, S_IFREG | 0666, 0), 0);
}

/* Of a driver that isn't loaded. */
static void make_orphan(void)
{
	ck_assert_int_eq(mknod(DEVICE, S_IFCHR | 0666, makedev(10, 1000)), 0);
}

static void (*const others[])(void) = {
	make_null, make_fifo, make_directory, make_file, make_orphan,
};

START_TEST(another_file)
{
	unsigned int fds;

	need_private_dev();
	others[_i]();
	setenv("SLMBX_ENGINE", "device", 1);
	fds = count_fds(false);
	for (int i = 0; i < 3; i++)
		expect_no_engine(-ENOSYS);
	ck_assert_uint_eq(count_fds(false), fds);
}
END_TEST

START_TEST(auto_with_another_file)
{
	need_private_dev();
	others[_i]();
	answer_for_kernel(ENOSYS);
	daemon_start(test_socket, NULL);
	unsetenv("SLMBX_ENGINE");
	ck_assert_str_eq(slmbx_engine(), "daemon");
	ck_assert_int_eq(slmbx_init(16, 4), 0);
	daemon_stop(SIGTERM);
}
END_TEST

START_TEST(device_without_rights)
{
	need_private_dev();
	make_null();
	ck_assert_int_eq(chmod(DEVICE, 0640), 0);
	setenv("SLMBX_ENGINE", "device", 1);
	ck_assert_int_eq(seteuid(UID_NOBODY), 0);
	expect_no_engine(-EACCES);
	ck_assert_int_eq(seteuid(0), 0);
	expect_no_engine(-ENOSYS);
}
END_TEST

START_TEST(device_without_descriptors)
{
	struct rlimit limit, none;

	need_private_dev();
	make_null();
	setenv("SLMBX_ENGINE", "device", 1);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_int_eq(slmbx_count(1), -EMFILE);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	expect_no_engine(-ENOSYS);
}
END_TEST

/* Not by way of the daemon, only because the device could not be asked at first. */
START_TEST(auto_without_descriptors)
{
	struct rlimit limit, none;

	need_private_dev();
	make_null();
	daemon_start(test_socket, NULL);
	answer_for_kernel(ENOSYS);
	unsetenv("SLMBX_ENGINE");
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert_int_eq(slmbx_count(1), -EMFILE);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(slmbx_count(1), -ENOSYS);
	daemon_stop(SIGTERM);
}
END_TEST

Suite *choice_suite(void)
{
	const int ways = sizeof(refusals) / sizeof(*refusals);
	const int files = sizeof(others) / sizeof(*others);
	Suite *s = suite_create("choice");
	TCase *tc = directory_case("choice");

	tcase_add_loop_test(tc, no_system_calls, 0, ways);
	tcase_add_loop_test(tc, auto_without_system_calls, 0, ways);
	tcase_add_loop_test(tc, system_calls_first, 0, 3);
	tcase_add_test(tc, daemon_by_name);
	tcase_add_test(tc, no_device);
	tcase_add_loop_test(tc, another_file, 0, files);
	tcase_add_loop_test(tc, auto_with_another_file, 0, files);
	tcase_add_test(tc, device_without_rights);
	tcase_add_test(tc, device_without_descriptors);
	tcase_add_test(tc, auto_without_descriptors);
	suite_add_tcase(s, tc);
	return s;
}
