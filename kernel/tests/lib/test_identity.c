// SPDX-License-Identifier: MIT
/*
 * Whom the engine takes a call for: the uid of the moment, or the one acted for.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "support.h"

static void root_setup(void)
{
	if (is_root())
		engine_setup();
}

static void root_teardown(void)
{
	if (is_root())
		engine_teardown();
}

START_TEST(effective_uid_changes)
{
	if (!is_root())
		skip_test("needs uid 0");
	ck_assert_int_eq(slmbx_create(1, 1), 0);
	for (int i = 0; i < 100; i++) {
		ck_assert_int_eq(seteuid(UID_NOBODY), 0);
		ck_assert_int_eq(slmbx_count(1), -EPERM);
		ck_assert_int_eq(slmbx_shutdown(), -EPERM);
		ck_assert_int_eq(slmbx_create(2, 1), i ? -EEXIST : 0);
		ck_assert_int_eq(slmbx_count(2), 0);
		ck_assert_int_eq(seteuid(0), 0);
		ck_assert_int_eq(slmbx_count(1), 0);
		ck_assert_int_eq(slmbx_count(2), -EPERM);
		expect_library_fds();
	}
}
END_TEST

/* Only this thread's uid, as a file server does it. */
static void *thread_of_nobody(void *barrier)
{
	ck_assert_int_eq(syscall(SYS_setresuid, -1, UID_NOBODY, -1), 0);
	for (int i = 0; i < 500; i++)
		ck_assert_int_eq(slmbx_count(1), -EPERM);
	return NULL;
}

START_TEST(uid_of_the_thread)
{
	pthread_t thread;

	if (!is_root())
		skip_test("needs uid 0");
	ck_assert_int_eq(slmbx_create(1, 1), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, thread_of_nobody, NULL), 0);
	for (int i = 0; i < 500; i++)
		ck_assert_int_eq(slmbx_count(1), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

START_TEST(act_as)
{
	struct slmbx_stat st;

	if (!is_root())
		skip_test("needs uid 0");
	ck_assert_uint_eq(slmbx_act_as(UID_NOBODY), SLMBX_SELF);
	ck_assert_int_eq(slmbx_create(1, 1), 0);
	ck_assert_int_eq(slmbx_stat(1, &st, sizeof(st)), 0);
	ck_assert_uint_eq(st.owner, UID_NOBODY);
	/* The rights of that uid, no more. */
	ck_assert_int_eq(slmbx_shutdown(), -EPERM);
	ck_assert_int_eq(slmbx_init(1, 2), -EPERM);

	ck_assert_uint_eq(slmbx_act_as(UID_OTHER), UID_NOBODY);
	ck_assert_int_eq(slmbx_count(1), -EPERM);
	ck_assert_uint_eq(slmbx_act_as(0), UID_OTHER);
	ck_assert_int_eq(slmbx_count(1), -EPERM);
	ck_assert_uint_eq(slmbx_act_as(SLMBX_SELF), 0);
	ck_assert_int_eq(slmbx_count(1), -EPERM);
	ck_assert_uint_eq(slmbx_act_as(UID_NOBODY), SLMBX_SELF);
	ck_assert_int_eq(slmbx_destroy(1), 0);
}
END_TEST

START_TEST(act_as_without_right)
{
	unsigned char byte = 'x';

	if (!is_root())
		skip_test("needs uid 0");
	ck_assert_int_eq(seteuid(UID_NOBODY), 0);
	ck_assert_int_eq(slmbx_create(1, 1), 0);
	slmbx_act_as(UID_OTHER);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(slmbx_create(2, 0), -EACCES);
		ck_assert_int_eq(slmbx_send(1, &byte, 1), -EACCES);
		ck_assert_int_eq(slmbx_recv(1, &byte, 1), -EACCES);
		ck_assert_int_eq(slmbx_destroy(1), -EACCES);
	}
	slmbx_act_as(SLMBX_SELF);
	ck_assert_int_eq(slmbx_count(1), 0);
	ck_assert_int_eq(slmbx_count(2), -ENOENT);
	ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

/* A large message, or one that can't be read, is sent on more than one frame. */
START_TEST(act_as_for_all_frames)
{
	static unsigned char large[200000], in[200000];

	if (!is_root())
		skip_test("needs uid 0");
	fill(large, sizeof(large), 1);
	slmbx_act_as(UID_OTHER);
	ck_assert_int_eq(slmbx_create(1, 1), 0);
	ck_assert_int_eq(slmbx_send(1, large, sizeof(large)), 0);
	ck_assert_int_eq(slmbx_send(1, NULL, 9), -EFAULT);
	ck_assert_int_eq(slmbx_send(1, NULL, sizeof(large)), -EFAULT);
	ck_assert_int_eq(slmbx_recv(1, in, sizeof(in)), sizeof(in));
	ck_assert(is_filled(in, sizeof(in), 1));
}
END_TEST

static void *fresh_thread(void *arg)
{
	ck_assert_int_eq(slmbx_count(1), -EPERM);
	ck_assert_uint_eq(slmbx_act_as(UID_NOBODY), SLMBX_SELF);
	ck_assert_int_eq(slmbx_count(1), -EPERM);
	return NULL;
}

START_TEST(act_as_is_of_the_thread)
{
	pthread_t thread;

	if (!is_root())
		skip_test("needs uid 0");
	slmbx_act_as(UID_OTHER);
	ck_assert_int_eq(slmbx_create(1, 1), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, fresh_thread, NULL), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_int_eq(slmbx_count(1), 0);
}
END_TEST

/* A daemon of an ordinary user: its uid rules it, root does so too, others don't. */
START_TEST(daemon_of_another_uid)
{
	if (!is_root())
		skip_test("needs uid 0");
	directory_setup();
	ck_assert_int_eq(chown(test_dir, UID_NOBODY, (gid_t)-1), 0);
	daemon_start_as(UID_NOBODY, test_socket, "--mode=0666");
	ck_assert_int_eq(seteuid(UID_OTHER), 0);
	ck_assert_int_eq(slmbx_init(16, 4), -EPERM);
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(seteuid(UID_NOBODY), 0);
	ck_assert_int_eq(slmbx_init(16, 4), 0);
	slmbx_act_as(UID_OTHER);
	ck_assert_int_eq(slmbx_create(1, 1), 0);
	slmbx_act_as(SLMBX_SELF);
	ck_assert_int_eq(slmbx_count(1), -EPERM);
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(slmbx_shutdown(), 0);
	daemon_stop(SIGTERM);
	directory_teardown();
}
END_TEST

Suite *identity_suite(void)
{
	Suite *s = suite_create("identity");
	TCase *tc = tcase_create("identity");

	tcase_set_timeout(tc, TEST_TIMEOUT);
	tcase_add_checked_fixture(tc, root_setup, root_teardown);
	tcase_add_test(tc, effective_uid_changes);
	tcase_add_test(tc, uid_of_the_thread);
	tcase_add_test(tc, act_as);
	tcase_add_test(tc, act_as_without_right);
	tcase_add_test(tc, act_as_for_all_frames);
	tcase_add_test(tc, act_as_is_of_the_thread);
	suite_add_tcase(s, tc);
	if (!on_daemon())
		return s;

	tc = tcase_create("daemon");
	tcase_set_timeout(tc, TEST_TIMEOUT);
	tcase_add_test(tc, daemon_of_another_uid);
	suite_add_tcase(s, tc);
	return s;
}
