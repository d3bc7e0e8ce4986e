// SPDX-License-Identifier: MIT
/*
 * Receives that wait: for a message, among signals, and for what comes in its place.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "support.h"

#define ID 8
#define RECEIVERS 4
#define MESSAGES 2000

/* A receive, in a thread of its own. */
struct receive {
	pthread_t thread;
	uint64_t deadline;
	uint32_t flags;
	long result;
	uint32_t number;
};

static atomic_int alarms, begun;

static uint64_t monotonic(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static void setup(void)
{
	engine_setup();
	ck_assert_int_eq(slmbx_create(ID, 0), 0);
}

static long receive_one(struct receive *receive)
{
	struct slmbx_recvv_msg msg;
	struct slmbx_recvv args = {
		.messages = (uintptr_t)&msg,
		.buf = (uintptr_t)&receive->number,
		.size = sizeof(receive->number),
		.deadline = receive->deadline,
		.count = 1,
		.id = ID,
		.flags = receive->flags,
		.lease = receive->flags & SLMBX_RECVV_LEASE ? 3600000000000U : 0,
	};

	begun++;
	return slmbx_recvv(&args, sizeof(args));
}

static void *receive_in_thread(void *arg)
{
	struct receive *receive = arg;

	receive->result = receive_one(receive);
	return NULL;
}

/* By now it waits, most likely: what is tested holds if it doesn't yet, too. */
static void start_with(struct receive *receive, uint64_t deadline, uint32_t flags)
{
	int before = begun;

	*receive = (struct receive){ .deadline = deadline, .flags = flags, .result = 1000 };
	ck_assert_int_eq(pthread_create(&receive->thread, NULL, receive_in_thread, receive), 0);
	while (begun == before)
		sleep_ms(1);
	sleep_ms(50);
}

static void start(struct receive *receive, uint64_t deadline)
{
	start_with(receive, deadline, 0);
}

static void expect_end(struct receive *receive, long result)
{
	ck_assert_int_eq(pthread_join(receive->thread, NULL), 0);
	ck_assert_int_eq(receive->result, result);
}

static void send_number(uint32_t number)
{
	ck_assert_int_eq(slmbx_send(ID, (unsigned char *)&number, sizeof(number)), 0);
}

START_TEST(woken_by_a_message)
{
	static const uint32_t flags[] = { 0, SLMBX_RECVV_PEEK, SLMBX_RECVV_LEASE };
	struct receive receive;

	for (uint32_t i = 0; i < 20; i++) {
		start_with(&receive, SLMBX_FOREVER, flags[_i]);
		send_number(i);
		expect_end(&receive, 1);
		ck_assert_uint_eq(receive.number, i);
		slmbx_purge(ID);
	}
}
END_TEST

/* The deadline is a moment of this process's clock; one that is over doesn't wait. */
START_TEST(until_the_deadline)
{
	struct receive receive = { .deadline = monotonic() + 50000000 };

	ck_assert_int_eq(receive_one(&receive), 0);
	ck_assert_uint_ge(monotonic(), receive.deadline);
	ck_assert_int_eq(receive_one(&receive), 0);
	receive.deadline = 1;
	ck_assert_int_eq(receive_one(&receive), 0);
	send_number(3);
	ck_assert_int_eq(receive_one(&receive), 1);
	ck_assert_uint_eq(receive.number, 3);
}
END_TEST

START_TEST(mailbox_ends)
{
	struct receive receives[RECEIVERS];

	for (int i = 0; i < RECEIVERS; i++)
		start(&receives[i], SLMBX_FOREVER);
	ck_assert_int_eq(_i ? slmbx_shutdown() : slmbx_destroy(ID), 0);
	for (int i = 0; i < RECEIVERS; i++)
		expect_end(&receives[i], _i ? -ENODEV : -ENOENT);
	if (_i)
		ck_assert_int_eq(slmbx_init(16, 4), 0);
}
END_TEST

/* Signals. */

static void on_alarm(int sig)
{
	alarms++;
}

static void handle_alarm(int flags)
{
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = flags };

	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
}

static void interrupt(const struct receive *receive)
{
	int before = alarms;

	ck_assert_int_eq(pthread_kill(receive->thread, SIGALRM), 0);
	while (alarms == before)
		sleep_ms(1);
}

/* It may come before the wait has begun, which it then doesn't end. */
static void interrupt_until_end(struct receive *receive)
{
	struct timespec soon;

	do {
		pthread_kill(receive->thread, SIGALRM);
		clock_gettime(CLOCK_REALTIME, &soon);
		soon.tv_nsec += 20000000;
		soon.tv_sec += soon.tv_nsec / 1000000000;
		soon.tv_nsec %= 1000000000;
	} while (pthread_timedjoin_np(receive->thread, NULL, &soon));
}

START_TEST(interrupted)
{
	struct receive receive;

	handle_alarm(0);
	for (int i = 0; i < 10; i++) {
		start(&receive, i % 2 ? SLMBX_FOREVER : monotonic() + 3600000000000U);
		interrupt_until_end(&receive);
		ck_assert_int_eq(receive.result, -EINTR);
		/* Nothing is left of it: the message isn't for whoever waited. */
		send_number(7);
		ck_assert_int_eq(slmbx_count(ID), 1);
		ck_assert_int_eq(slmbx_purge(ID), 1);
	}
}
END_TEST

START_TEST(not_interrupted)
{
	struct receive receive;

#ifdef __SANITIZE_THREAD__
	skip_test("TSan holds signals back until the call ends");
#endif
	handle_alarm(SA_RESTART);
	start(&receive, SLMBX_FOREVER);
	for (int i = 0; i < 10; i++)
		interrupt(&receive);
	send_number(7);
	expect_end(&receive, 1);
	ck_assert_uint_eq(receive.number, 7);

	start(&receive, monotonic() + 200000000);
	interrupt(&receive);
	expect_end(&receive, 0);
	ck_assert_uint_ge(monotonic(), receive.deadline);
}
END_TEST

/* Each message once, whatever signals come. */

static atomic_uchar seen[MESSAGES];
static atomic_uint taken;

static void *receive_many(void *arg)
{
	struct receive *receive = arg;
	long ret;

	while (taken < MESSAGES) {
		receive->deadline = monotonic() + 100000000;
		ret = receive_one(receive);
		if (ret == 1) {
			seen[receive->number]++;
			taken++;
		} else if (ret && ret != -EINTR) {
			receive->result = ret;
			break;
		}
	}
	return NULL;
}

START_TEST(nothing_lost_to_signals)
{
	struct receive receives[RECEIVERS] = { 0 };

	handle_alarm(0);
	for (int i = 0; i < RECEIVERS; i++)
		ck_assert_int_eq(pthread_create(&receives[i].thread, NULL, receive_many,
						&receives[i]),
				 0);
	for (uint32_t i = 0; i < MESSAGES; i++) {
		send_number(i);
		pthread_kill(receives[i % RECEIVERS].thread, SIGALRM);
		if (i % 50 == 0)
			sleep_ms(1);
	}
	for (int i = 0; i < RECEIVERS; i++)
		expect_end(&receives[i], 0);
	for (uint32_t i = 0; i < MESSAGES; i++)
		ck_assert_uint_eq(seen[i], 1);
	ck_assert_int_eq(slmbx_count(ID), 0);
}
END_TEST

/* Who is killed while it waits takes nothing along. */
START_TEST(killed)
{
	atomic_int *waits = mmap(NULL, sizeof(*waits), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct receive receive = { .deadline = SLMBX_FOREVER };
	pid_t child;
	int status;

	ck_assert_ptr_ne(waits, MAP_FAILED);
	for (uint32_t i = 0; i < 20; i++) {
		child = fork();
		ck_assert_int_ge(child, 0);
		if (!child) {
			slmbx_count(ID);
			(*waits)++;
			receive_one(&receive);
			_exit(1);
		}
		while (*waits == (int)i)
			sleep_ms(1);
		sleep_ms(20);
		ck_assert_int_eq(kill(child, SIGKILL), 0);
		ck_assert_int_eq(waitpid(child, &status, 0), child);
		ck_assert(WIFSIGNALED(status));
		send_number(i);
		ck_assert_int_eq(receive_one(&receive), 1);
		ck_assert_uint_eq(receive.number, i);
	}
	munmap(waits, sizeof(*waits));
}
END_TEST

/* A thread waits, and others of its process have calls of their own, children too. */
START_TEST(beside_others)
{
	struct receive receive;
	pid_t child;

	start(&receive, SLMBX_FOREVER);
	ck_assert_int_eq(slmbx_count(ID), 0);
	child = fork();
	if (!child) {
		uint32_t number = 5;

		_exit(slmbx_send(ID, (unsigned char *)&number, sizeof(number)) != 0);
	}
	wait_child(child);
	expect_end(&receive, 1);
	ck_assert_uint_eq(receive.number, 5);
}
END_TEST

/* The daemon ends while somebody waits, and doesn't wait for them. */
START_TEST(daemon_ends)
{
	struct receive receive;

	start(&receive, SLMBX_FOREVER);
	daemon_stop(_i ? SIGKILL : SIGTERM);
	expect_end(&receive, -ECONNREFUSED);
	daemon_start(test_socket, NULL);
	ck_assert_int_eq(slmbx_init(16, 4), 0);
}
END_TEST

Suite *waiting_suite(void)
{
	Suite *s = suite_create("waiting");
	TCase *tc = tcase_create("waiting");

	tcase_set_timeout(tc, TEST_TIMEOUT);
	tcase_add_checked_fixture(tc, setup, engine_teardown);
	tcase_add_loop_test(tc, woken_by_a_message, 0, 3);
	tcase_add_test(tc, until_the_deadline);
	tcase_add_loop_test(tc, mailbox_ends, 0, 2);
	tcase_add_test(tc, interrupted);
	tcase_add_test(tc, not_interrupted);
	tcase_add_test(tc, nothing_lost_to_signals);
	tcase_add_test(tc, killed);
	tcase_add_test(tc, beside_others);
	if (on_daemon())
		tcase_add_loop_test(tc, daemon_ends, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}
