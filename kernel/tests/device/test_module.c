// SPDX-License-Identifier: MIT
/* The module comes and goes, and stays while it is in use. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "support.h"
#include "users.h"

#define REFCOUNT "/sys/module/slmbx/refcnt"

static void need_module(void)
{
	if (access(REFCOUNT, F_OK) != 0)
		skip("slmbx isn't a module here");
}

static long references(void)
{
	char *text = file_text(REFCOUNT);
	long count = strtol(text, NULL, 10);

	free(text);
	return count;
}

static long unload(void)
{
	return syscall(SYS_delete_module, "slmbx", O_NONBLOCK) ? -errno : 0;
}

static long load(const char *parameters)
{
	int fd = open(module_path, O_RDONLY | O_CLOEXEC);
	long ret;

	ck_assert_msg(fd >= 0, "%s: %s", module_path, strerror(errno));
	ret = syscall(SYS_finit_module, fd, parameters, 0) ? -errno : 0;
	close(fd);
	return ret;
}

/* Device, sysctls and listing are all there, or all gone. */
static void expect_files(bool there)
{
	const char *const paths[] = { DEVICE,
				      "/proc/slmbx",
				      "/proc/sys/kernel/slmbx",
				      "/proc/sys/kernel/slmbx/max_bytes_per_uid",
				      "/sys/class/misc/slmbx",
				      "/sys/module/slmbx" };

	for (unsigned int i = 0; i < ARRAY_SIZE(paths); i++)
		ck_assert_msg((access(paths[i], F_OK) == 0) == there, "%s is %s", paths[i],
			      there ? "missing" : "there");
}

static void unload_at_last(void)
{
	struct timespec moment = { .tv_nsec = 10000000 };
	long ret = -EAGAIN;

	close(device);
	/* A file is closed a moment after the process that had it ended. */
	for (int i = 0; i < 200 && ret == -EAGAIN; i++) {
		nanosleep(&moment, NULL);
		ret = unload();
	}
	expect(0, ret);
}

START_TEST(references_counted)
{
	int fds[3];
	long before;

	need_module();
	before = references();
	for (unsigned int i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = device_open();
		expect(before + 1 + i, references());
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
	expect(before, references());
	/* A system holds it once, whatever is in it. */
	expect(0, dev_init());
	expect(before + 1, references());
	expect(-EEXIST, dev_init());
	expect(0, dev_create(1, 0));
	expect(0, dev_send(1, "x", 1));
	expect(before + 1, references());
	expect(0, dev_shutdown());
	expect(before, references());
	expect(-ENODEV, dev_shutdown());
	expect(before, references());
}
END_TEST

START_TEST(stays_while_open)
{
	need_module();
	expect(-EAGAIN, unload());
	expect_files(true);
	expect(-ENODEV, dev_count(1));
}
END_TEST

START_TEST(stays_while_initialised)
{
	need_module();
	scene_make();
	close(device);
	expect(-EAGAIN, unload());
	device = device_open();
	scene_check();
}
END_TEST

static void need_module_file(void)
{
	need_module();
	if (!module_path)
		skip("say --module PATH to unload it and load it again");
}

START_TEST(unload_and_load)
{
	need_module_file();
	scene_make();
	expect(0, dev_shutdown());
	unload_at_last();
	expect_files(false);
	expect(0, load(""));
	expect_files(true);
	expect(-EEXIST, load(""));
	device = device_open();
	expect(-ENODEV, dev_count(SCENE_ID));
	expect(0, dev_init());
	expect(-ENOENT, dev_count(SCENE_ID));
}
END_TEST

/* Frees what a grace period holds, over and over, with the code that frees it going away. */
START_TEST(unload_behind_frees)
{
	need_module_file();
	for (int round = 0; round < 10; round++) {
		expect(0, dev_init());
		for (unsigned int id = 1; id <= 500; id++) {
			expect(0, dev_create(id, 0));
			expect(0, dev_send(id, "x", 1));
		}
		for (unsigned int id = 1; id <= 250; id++)
			expect(0, dev_destroy(id));
		expect(0, dev_shutdown());
		unload_at_last();
		expect(0, load(""));
		device = device_open();
	}
}
END_TEST

/* Two messages: one leased, one delayed, both until @nanoseconds from now. */
static void hold_messages(unsigned int id, __u64 nanoseconds)
{
	const struct slmbx_sendv_msg outgoing[] = { { .len = 0 }, { .delay = nanoseconds } };
	const struct slmbx_sendv sendv = { .messages = (uintptr_t)outgoing, .count = 2, .id = id };
	struct slmbx_recvv_msg incoming;
	struct slmbx_recvv recvv = { .messages = (uintptr_t)&incoming,
				     .lease = nanoseconds,
				     .count = 1,
				     .id = id,
				     .flags = SLMBX_RECVV_LEASE };

	expect(0, dev_create(id, 0));
	expect(2, dev_sendv(&sendv, sizeof(sendv)));
	expect(1, dev_recvv(&recvv, sizeof(recvv)));
}

/* Moments that would come a little later, and much later, go with the system. */
START_TEST(unload_before_deadlines)
{
	const __u64 second = 1000000000;

	need_module_file();
	for (int round = 0; round < 10; round++) {
		expect(0, dev_init());
		for (unsigned int id = 1; id <= 100; id++)
			hold_messages(id, id % 2 ? id * second / 2000 : 3600 * second);
		expect(0, dev_shutdown());
		unload_at_last();
		expect(0, load(""));
		device = device_open();
	}
}
END_TEST

static void wait_for_ever(void *arg)
{
	struct slmbx_recvv_msg incoming;
	struct slmbx_recvv recvv = { .messages = (uintptr_t)&incoming,
				     .deadline = SLMBX_FOREVER,
				     .count = 1,
				     .id = SCENE_ID };

	(void)arg;
	dev_recvv(&recvv, sizeof(recvv));
	ck_abort_msg("recvv ended");
}

/* Who is killed while it waits leaves nothing behind that the module would stay for. */
START_TEST(unload_behind_killed_waiter)
{
	struct crowd crowd = { .size = 0 };
	pid_t pid;

	need_module_file();
	expect(0, dev_init());
	expect(0, dev_create(SCENE_ID, 0));
	pid = crowd_add(&crowd, SAME_USER, wait_for_ever, NULL);
	await_state(pid, 'S');
	crowd_kill(&crowd, pid);
	expect(0, dev_shutdown());
	unload_at_last();
	expect(0, load(""));
	device = device_open();
}
END_TEST

/* Files of proc don't hold the module: they are the kernel's, and empty once it has gone. */
START_TEST(unload_behind_open_files)
{
	const char *const paths[] = { "/proc/slmbx", "/proc/sys/kernel/slmbx/max_bytes_per_uid" };
	int fds[ARRAY_SIZE(paths)];
	char text[100];

	need_module_file();
	for (unsigned int i = 0; i < ARRAY_SIZE(paths); i++) {
		fds[i] = open(paths[i], O_RDONLY | O_CLOEXEC);
		ck_assert_int_ge(fds[i], 0);
		ck_assert_int_gt(read(fds[i], text, 2), 0);
	}
	unload_at_last();
	for (unsigned int i = 0; i < ARRAY_SIZE(paths); i++) {
		ck_assert_int_lt(pread(fds[i], text, sizeof(text), 0), 0);
		close(fds[i]);
	}
	expect(0, load(""));
	device = device_open();
}
END_TEST

START_TEST(parameters)
{
	static const char *const wrong[] = {
		"max_bytes_per_uid=-1",
		"max_bytes_per_uid=many",
		"max_bytes_per_uid=",
		"max_bytes_per_uid",
		"max_mailboxes_per_uid=9223372036854775808",
	};
	char *text;

	need_module_file();
	unload_at_last();
	for (unsigned int i = 0; i < ARRAY_SIZE(wrong); i++) {
		long ret = load(wrong[i]);

		ck_assert_msg(ret == -EINVAL || ret == -ERANGE, "with %s it is %s", wrong[i],
			      result_name(ret));
		expect_files(false);
	}
	expect(0, load("max_bytes_per_uid=123456 max_mailboxes_per_uid=1"));
	text = file_text("/proc/sys/kernel/slmbx/max_bytes_per_uid");
	ck_assert_str_eq(text, "123456\n");
	free(text);
	device = device_open();
	expect(0, dev_init());
	expect(0, dev_create(1, 0));
	expect(-EDQUOT, dev_create(2, 0));
	expect(0, dev_shutdown());
	unload_at_last();
	expect(0, load(""));
	device = device_open();
}
END_TEST

Suite *module_suite(void)
{
	Suite *suite = suite_create("module");
	TCase *tc = device_case(suite, "module", 120);

	tcase_add_test(tc, references_counted);
	tcase_add_test(tc, stays_while_open);
	tcase_add_test(tc, stays_while_initialised);
	tcase_add_test(tc, unload_and_load);
	tcase_add_test(tc, unload_behind_frees);
	tcase_add_test(tc, unload_before_deadlines);
	tcase_add_test(tc, unload_behind_killed_waiter);
	tcase_add_test(tc, unload_behind_open_files);
	tcase_add_test(tc, parameters);
	return suite;
}
