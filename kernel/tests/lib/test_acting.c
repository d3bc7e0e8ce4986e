// SPDX-License-Identifier: MIT
/*
 * Acting for another uid in a kernel: the thread is that uid for its calls alone, and
 * nobody, no handler and no other thread, ever finds it otherwise than it was.
 */
#include <errno.h>
#include <linux/capability.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
#include "support.h"

#define ID 6
#define ROUNDS 500

static uid_t fsuid(void)
{
	return (uid_t)setfsuid((uid_t)-1);
}

/* One capability less, or all of them. */
static void drop_capability(unsigned int capability)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	ck_assert_int_eq(syscall(SYS_capget, &header, data), 0);
	data[capability / 32].effective &= ~(1U << (capability % 32));
	data[capability / 32].permitted &= ~(1U << (capability % 32));
	ck_assert_int_eq(syscall(SYS_capset, &header, data), 0);
}

static void expect_own_signals(void)
{
	sigset_t set;

	ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, NULL, &set), 0);
	for (int sig = 1; sig < SIGRTMIN; sig++)
		ck_assert_int_eq(sigismember(&set, sig), sig == SIGUSR1);
}

/* All calls, whose answers differ; the thread is itself after each. */
START_TEST(restored)
{
	unsigned char bytes[10] = "123456789";
	uid_t own = _i ? UID_OTHER : 0;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, &set, NULL), 0);
	/* A file server's thread, whose filesystem uid isn't its effective one. */
	setfsuid(own);

#define expect_itself(want, call)                    \
	do {                                         \
		ck_assert_int_eq(call, want);        \
		ck_assert_uint_eq(fsuid(), own);     \
		expect_own_signals();                \
	} while (0)

	slmbx_act_as(UID_NOBODY);
	expect_itself(0, slmbx_create(ID, 1));
	expect_itself(-EEXIST, slmbx_create(ID, 1));
	expect_itself(0, slmbx_send(ID, bytes, sizeof(bytes)));
	expect_itself(-EFAULT, slmbx_send(ID, NULL, 1));
	expect_itself(10, slmbx_length(ID));
	expect_itself(-EFAULT, slmbx_recv(ID, NULL, 10));
	expect_itself(10, slmbx_recv(ID, bytes, sizeof(bytes)));
	expect_itself(-ESRCH, slmbx_recv(ID, bytes, sizeof(bytes)));
	expect_itself(0, slmbx_count(ID));
	expect_itself(-EINVAL, slmbx_create(SLMBX_ID_NONE, 0));
	expect_itself(-EPERM, slmbx_init(0, 0));
	expect_itself(-EPERM, slmbx_shutdown());
	slmbx_act_as(UID_OTHER);
	expect_itself(own == UID_OTHER ? -EPERM : -EPERM, slmbx_count(ID));
	slmbx_act_as(SLMBX_SELF);
	expect_itself(-EPERM, slmbx_count(ID));
	slmbx_act_as(UID_NOBODY);
	expect_itself(0, slmbx_destroy(ID));
	setfsuid(0);
	sigemptyset(&set);
	ck_assert_int_eq(pthread_sigmask(SIG_SETMASK, &set, NULL), 0);
}
END_TEST

static void expect_refused(uid_t uid)
{
	unsigned char bytes[10] = "untouched";
	struct slmbx_stat st;
	uid_t own = fsuid();

	slmbx_act_as(uid);
	ck_assert_int_eq(slmbx_init(0, 0), -EACCES);
	ck_assert_int_eq(slmbx_shutdown(), -EACCES);
	ck_assert_int_eq(slmbx_create(ID + 1, 0), -EACCES);
	ck_assert_int_eq(slmbx_destroy(ID), -EACCES);
	ck_assert_int_eq(slmbx_count(ID), -EACCES);
	ck_assert_int_eq(slmbx_send(ID, bytes, sizeof(bytes)), -EACCES);
	ck_assert_int_eq(slmbx_recv(ID, bytes, sizeof(bytes)), -EACCES);
	ck_assert_int_eq(slmbx_length(ID), -EACCES);
	ck_assert_int_eq(slmbx_stat(ID, &st, sizeof(st)), -EACCES);
	slmbx_act_as(SLMBX_SELF);
	ck_assert_uint_eq(fsuid(), own);
	ck_assert_str_eq((char *)bytes, "untouched");
	ck_assert_int_eq(slmbx_count(ID), 1);
	ck_assert_int_eq(slmbx_count(ID + 1), -ENOENT);
}

START_TEST(without_the_right)
{
	pid_t child;

	ck_assert_int_eq(slmbx_create(ID, 0), 0);
	ck_assert_int_eq(slmbx_send(ID, (unsigned char *)"x", 1), 0);
	child = fork();
	if (!child) {
		/* uid 0 alone is not the right; and another uid isn't either. */
		drop_capability(CAP_SETUID);
		if (_i && setresuid(0, 0, 0))
			_exit(1);
		expect_refused(UID_OTHER);
		expect_refused(UID_NOBODY);
		_exit(0);
	}
	wait_child(child);

	child = fork();
	if (!child) {
		ck_assert_int_eq(setresuid(UID_NOBODY, UID_NOBODY, UID_NOBODY), 0);
		expect_refused(UID_OTHER);
		expect_refused(0);
		_exit(0);
	}
	wait_child(child);
}
END_TEST

/* For oneself one may always. */
START_TEST(as_oneself)
{
	pid_t child = fork();

	if (!child) {
		ck_assert_int_eq(setresuid(UID_NOBODY, UID_NOBODY, UID_NOBODY), 0);
		slmbx_act_as(UID_NOBODY);
		ck_assert_int_eq(slmbx_create(ID, 1), 0);
		ck_assert_int_eq(slmbx_count(ID), 0);
		_exit(0);
	}
	wait_child(child);
}
END_TEST

/* A capability is enough: a service needs no uid 0. */
START_TEST(with_the_capability_alone)
{
	pid_t child = fork();

	if (!child) {
		/* securebits: a change of uid keeps the capabilities. */
		struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
		struct __user_cap_data_struct data[2] = { 0 };
		struct slmbx_stat st;

		ck_assert_int_eq(syscall(SYS_prctl, 8 /* PR_SET_KEEPCAPS */, 1, 0, 0, 0), 0);
		ck_assert_int_eq(setresuid(UID_OTHER, UID_OTHER, UID_OTHER), 0);
		data[0].permitted = data[0].effective = 1U << CAP_SETUID;
		ck_assert_int_eq(syscall(SYS_capset, &header, data), 0);

		slmbx_act_as(UID_NOBODY);
		ck_assert_int_eq(slmbx_create(ID, 1), 0);
		ck_assert_int_eq(slmbx_stat(ID, &st, sizeof(st)), 0);
		ck_assert_uint_eq(st.owner, UID_NOBODY);
		slmbx_act_as(SLMBX_SELF);
		ck_assert_int_eq(slmbx_count(ID), -EPERM);
		ck_assert_uint_eq(fsuid(), UID_OTHER);
		_exit(0);
	}
	wait_child(child);
}
END_TEST

static atomic_uint handled, as_other;

static void look(int sig)
{
	int saved_errno = errno;

	handled++;
	if (fsuid() != 0)
		as_other++;
	errno = saved_errno;
}

/* A handler runs as the thread's own uid, at whichever instruction it comes. */
START_TEST(handlers_are_oneself)
{
	struct sigaction action = { .sa_handler = look };
	struct itimerval timer = { { 0, 100 }, { 0, 100 } };
	unsigned char bytes[5000];
	double end = now() + 2;

	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	slmbx_act_as(UID_NOBODY);
	ck_assert_int_eq(slmbx_create(ID, 1), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
	while (now() < end) {
		ck_assert_int_eq(slmbx_send(ID, bytes, sizeof(bytes)), 0);
		ck_assert_int_eq(slmbx_count(ID), 1);
		ck_assert_int_eq(slmbx_recv(ID, bytes, sizeof(bytes)), sizeof(bytes));
	}
	memset(&timer, 0, sizeof(timer));
	ck_assert_int_eq(setitimer(ITIMER_REAL, &timer, NULL), 0);
	ck_assert_uint_gt(handled, 10);
	ck_assert_uint_eq(as_other, 0);
}
END_TEST

static atomic_bool over;

static void *act(void *arg)
{
	uid_t uid = (uid_t)(uintptr_t)arg;

	slmbx_act_as(uid);
	while (!over) {
		ck_assert_int_eq(slmbx_count(uid), 0);
		ck_assert_uint_eq(fsuid(), 0);
	}
	return NULL;
}

/* Each thread is the uid it acts for, in its calls only; another's never. */
START_TEST(of_the_thread_alone)
{
	static const uid_t uids[] = { UID_NOBODY, UID_OTHER, 40001, 40002 };
	pthread_t threads[4];

	for (int i = 0; i < 4; i++) {
		slmbx_act_as(uids[i]);
		ck_assert_int_eq(slmbx_create(uids[i], 1), 0);
	}
	slmbx_act_as(SLMBX_SELF);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, act, (void *)(uintptr_t)uids[i]),
				 0);
	for (int i = 0; i < ROUNDS; i++) {
		ck_assert_int_eq(slmbx_count(uids[i % 4]), -EPERM);
		ck_assert_uint_eq(fsuid(), 0);
	}
	over = true;
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
}
END_TEST

static atomic_uint acted, refused, wrong;

/* Without assertions, which don't mix with a change of the process's uid. */
static void *act_until_dropped(void *arg)
{
	slmbx_act_as(UID_OTHER);
	while (!over) {
		long ret = slmbx_count(ID);

		if (ret == 0)
			acted++;
		else if (ret == -EACCES)
			refused++;
		else
			wrong++;
	}
	/* Not to be undone by a call that was under way. */
	if (fsuid() != UID_NOBODY)
		wrong++;
	return NULL;
}

/* The process gives its rights up while threads act for others: all lose them, for good. */
START_TEST(rights_given_up_meanwhile)
{
	slmbx_act_as(UID_OTHER);
	ck_assert_int_eq(slmbx_create(ID, 1), 0);
	slmbx_act_as(SLMBX_SELF);
	for (int i = 0; i < 20; i++) {
		pid_t child = fork();
		pthread_t threads[2];

		if (child) {
			wait_child(child);
			continue;
		}
		for (int t = 0; t < 2; t++)
			if (pthread_create(&threads[t], NULL, act_until_dropped, NULL))
				_exit(2);
		while (!acted)
			sleep_ms(1);
		if (setresuid(UID_NOBODY, UID_NOBODY, UID_NOBODY))
			_exit(3);
		refused = 0;
		while (!refused)
			sleep_ms(1);
		over = true;
		for (int t = 0; t < 2; t++)
			pthread_join(threads[t], NULL);
		_exit(wrong ? 4 : 0);
	}
}
END_TEST

/* Many sends at once, some of which fail. */
START_TEST(many)
{
	struct slmbx_outgoing out[100];

	slmbx_act_as(UID_NOBODY);
	ck_assert_int_eq(slmbx_create(ID, 1), 0);
	for (int i = 0; i < 100; i++)
		out[i] = (struct slmbx_outgoing){
			.id = i % 10 ? ID : ID + 1,
			.len = 1,
			.msg = (unsigned char *)"x",
		};
	slmbx_send_many(out, 100);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(out[i].result, i % 10 ? 0 : -ENOENT);
	ck_assert_int_eq(slmbx_count(ID), 90);
	slmbx_act_as(SLMBX_SELF);
	slmbx_send_many(out, 100);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(out[i].result, i % 10 ? -EPERM : -ENOENT);
	ck_assert_uint_eq(fsuid(), 0);
}
END_TEST

Suite *acting_suite(void)
{
	Suite *s = suite_create("acting");
	TCase *tc = engine_case("acting");

	tcase_add_loop_test(tc, restored, 0, 2);
	tcase_add_loop_test(tc, without_the_right, 0, 2);
	tcase_add_test(tc, as_oneself);
	tcase_add_test(tc, with_the_capability_alone);
	tcase_add_test(tc, handlers_are_oneself);
	tcase_add_test(tc, of_the_thread_alone);
	tcase_add_test(tc, rights_given_up_meanwhile);
	tcase_add_test(tc, many);
	suite_add_tcase(s, tc);
	return s;
}
