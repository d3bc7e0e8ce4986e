// SPDX-License-Identifier: MIT
/*
 * Both sides of a fork go on, whichever way the child was made.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "support.h"

#define ROUNDS 500

/* Messages that only their sender can have sent, through a mailbox of its own. */
static void talk(unsigned int id)
{
	unsigned char out[600], in[600];

	ck_assert_int_eq(slmbx_create(id, 0), 0);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		unsigned int len = i % sizeof(out);

		fill(out, len, id + i);
		ck_assert_int_eq(slmbx_send(id, out, len), 0);
		ck_assert_int_eq(slmbx_count(id), 1);
		ck_assert_int_eq(slmbx_recv(id, in, sizeof(in)), len);
		ck_assert(is_filled(in, len, id + i));
	}
	ck_assert_int_eq(slmbx_destroy(id), 0);
}

static pid_t plain_fork(void)
{
	return fork();
}

/* Past glibc and its handlers. */
static pid_t bare_clone(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0);
}

static pid_t (*const ways[])(void) = { plain_fork, bare_clone };

/* The fixture's slmbx_init() has made a call before. */
START_TEST(both_go_on)
{
	pid_t child, children[4];

	for (unsigned int i = 0; i < 4; i++) {
		child = ways[_i]();
		if (!child) {
			talk(100 + i);
			child = ways[_i]();
			if (!child) {
				talk(200 + i);
				_exit(0);
			}
			talk(300 + i);
			wait_child(child);
			_exit(0);
		}
		children[i] = child;
	}
	talk(1);
	for (unsigned int i = 0; i < 4; i++)
		wait_child(children[i]);
	talk(1);
}
END_TEST

/* A child that leaves, or never calls, takes nothing of the parent's along. */
START_TEST(child_leaves)
{
	int before = library_fd();

	for (int i = 0; i < 20; i++) {
		pid_t child = fork();

		if (!child) {
			if (i & 1)
				ck_assert_int_eq(slmbx_count(1), -ENOENT);
			if (i & 2)
				_exit(0);
			exit(0);
		}
		wait_child(child);
		ck_assert_int_eq(slmbx_count(1), -ENOENT);
	}
	/* Still by the descriptor it had. */
	ck_assert_int_eq(library_fd(), before);
	expect_library_fds();
}
END_TEST

/* A child has one descriptor, its own or its parent's, however deep it is. */
START_TEST(copies_are_closed)
{
	pid_t child = fork();

	if (!child) {
		ck_assert_int_eq(slmbx_count(1), -ENOENT);
		expect_library_fds();
		child = fork();
		if (!child) {
			ck_assert_int_eq(slmbx_count(1), -ENOENT);
			expect_library_fds();
			_exit(0);
		}
		wait_child(child);
		_exit(0);
	}
	wait_child(child);
}
END_TEST

START_TEST(not_across_exec)
{
	pid_t child = fork();

	if (!child) {
		ck_assert_int_eq(slmbx_count(1), -ENOENT);
		/* Fails if any descriptor but the three, and ls's own, is the library's. */
		execl("/bin/sh", "sh", "-c",
		      "! ls -l /proc/self/fd | grep -q 'socket:\\|/dev/slmbx'", NULL);
		_exit(127);
	}
	wait_child(child);
}
END_TEST

static atomic_bool stop;

static void *talk_on(void *arg)
{
	unsigned int id = (unsigned int)(uintptr_t)arg;

	while (!stop)
		talk(id);
	return NULL;
}

/* Forks out of the middle of other threads' calls. */
START_TEST(fork_among_threads)
{
	pthread_t threads[4];

	for (uintptr_t i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, talk_on, (void *)(10 + i)), 0);
	for (unsigned int i = 0; i < 50; i++) {
		pid_t child = ways[_i]();

		/* Assertions take a lock that another thread may hold for ever here. */
		if (!child)
			_exit(slmbx_create(1000 + i, 0) || slmbx_destroy(1000 + i));
		wait_child(child);
	}
	stop = true;
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
}
END_TEST

/* The child keeps the uid it acts for, as it keeps its own. */
START_TEST(child_keeps_acting)
{
	pid_t child;

	if (!is_root())
		skip_test("needs uid 0");
	slmbx_act_as(UID_OTHER);
	ck_assert_int_eq(slmbx_create(5, 1), 0);
	child = fork();
	if (!child) {
		ck_assert_int_eq(slmbx_count(5), 0);
		ck_assert_uint_eq(slmbx_act_as(SLMBX_SELF), UID_OTHER);
		ck_assert_int_eq(slmbx_count(5), -EPERM);
		_exit(0);
	}
	wait_child(child);
	ck_assert_int_eq(slmbx_count(5), 0);
}
END_TEST

/* The child is another uid before it calls, the parent stays what it was. */
START_TEST(child_of_another_uid)
{
	pid_t child;

	if (!is_root())
		skip_test("needs uid 0");
	ck_assert_int_eq(slmbx_create(5, 1), 0);
	child = fork();
	if (!child) {
		ck_assert_int_eq(setresuid(UID_NOBODY, UID_NOBODY, UID_NOBODY), 0);
		ck_assert_int_eq(slmbx_count(5), -EPERM);
		ck_assert_int_eq(slmbx_create(6, 1), 0);
		_exit(0);
	}
	wait_child(child);
	ck_assert_int_eq(slmbx_count(5), 0);
	ck_assert_int_eq(slmbx_count(6), -EPERM);
}
END_TEST

Suite *fork_suite(void)
{
	Suite *s = suite_create("fork");
	TCase *tc = engine_case("fork");

	tcase_add_loop_test(tc, both_go_on, 0, 2);
	if (on_daemon() || on_device())
		tcase_add_test(tc, child_leaves);
	tcase_add_test(tc, copies_are_closed);
	tcase_add_test(tc, not_across_exec);
	tcase_add_loop_test(tc, fork_among_threads, 0, 2);
	tcase_add_test(tc, child_keeps_acting);
	tcase_add_test(tc, child_of_another_uid);
	suite_add_tcase(s, tc);
	return s;
}
