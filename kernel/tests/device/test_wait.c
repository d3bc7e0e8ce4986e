// SPDX-License-Identifier: MIT
/* An ioctl that waits, and what happens to who waits meanwhile. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#include "support.h"
#include "users.h"

#define ID 5U
#define SIGNALS 3

/* How many signals were handled; shared with children. */
static atomic_int *handled;

static void count_signal(int signal)
{
	(void)signal;
	atomic_fetch_add(handled, 1);
}

static void begin(int flags)
{
	const struct sigaction action = { .sa_handler = count_signal, .sa_flags = flags };

	handled = shared_alloc(sizeof(*handled));
	ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
	expect(0, dev_init());
	expect(0, dev_create(ID, 0));
}

static long wait_for_message(void)
{
	struct slmbx_recvv_msg incoming;
	char byte = 0;
	struct slmbx_recvv recvv = { .messages = (uintptr_t)&incoming,
				     .buf = (uintptr_t)&byte,
				     .size = sizeof(byte),
				     .deadline = SLMBX_FOREVER,
				     .count = 1,
				     .id = ID };
	long ret = dev_recvv(&recvv, sizeof(recvv));

	ck_assert_int_eq(byte, ret == 1 ? 'x' : 0);
	return ret;
}

static void interrupt(void *arg)
{
	(void)arg;
	await_state(getppid(), 'S');
	kill(getppid(), SIGUSR1);
}

START_TEST(interrupted)
{
	struct crowd crowd = { .size = 0 };

	begin(0);
	crowd_add(&crowd, SAME_USER, interrupt, NULL);
	expect(-EINTR, wait_for_message());
	ck_assert_int_eq(atomic_load(handled), 1);
	crowd_wait(&crowd);
	/* Nobody waits for it any more. */
	expect(0, dev_send(ID, "x", 1));
	expect(1, dev_count(ID));
	expect(1, wait_for_message());
}
END_TEST

static void interrupt_and_send(void *arg)
{
	(void)arg;
	for (int i = 0; i < SIGNALS; i++) {
		await_state(getppid(), 'S');
		kill(getppid(), SIGUSR1);
		while (atomic_load(handled) == i)
			sched_yield();
	}
	await_state(getppid(), 'S');
	expect(0, dev_send(ID, "x", 1));
}

START_TEST(restarted)
{
	struct crowd crowd = { .size = 0 };

	begin(SA_RESTART);
	crowd_add(&crowd, SAME_USER, interrupt_and_send, NULL);
	expect(1, wait_for_message());
	ck_assert_int_eq(atomic_load(handled), SIGNALS);
	crowd_wait(&crowd);
	expect(0, dev_count(ID));
}
END_TEST

static void stop_and_send(void *arg)
{
	(void)arg;
	await_state(getppid(), 'S');
	kill(getppid(), SIGSTOP);
	await_state(getppid(), 'T');
	expect(0, dev_send(ID, "x", 1));
	expect(1, dev_count(ID));
	kill(getppid(), SIGCONT);
}

/* No handler runs, so there is nothing to tell the caller of. */
START_TEST(stopped)
{
	struct crowd crowd = { .size = 0 };

	begin(0);
	crowd_add(&crowd, SAME_USER, stop_and_send, NULL);
	expect(1, wait_for_message());
	crowd_wait(&crowd);
	expect(0, dev_count(ID));
}
END_TEST

static atomic_int waiter;

static void *wait_in_thread(void *arg)
{
	(void)arg;
	atomic_store(&waiter, (int)syscall(SYS_gettid));
	return (void *)wait_for_message();
}

/* The call goes on on the file that it was made on. */
START_TEST(closed_meanwhile)
{
	pthread_t thread;
	void *ret;

	begin(0);
	ck_assert_int_eq(pthread_create(&thread, NULL, wait_in_thread, NULL), 0);
	while (!atomic_load(&waiter))
		sched_yield();
	await_state(atomic_load(&waiter), 'S');
	close(device);
	device = device_open();
	expect(0, dev_send(ID, "x", 1));
	ck_assert_int_eq(pthread_join(thread, &ret), 0);
	expect(1, (long)ret);
	expect(0, dev_count(ID));
}
END_TEST

Suite *wait_suite(void)
{
	Suite *suite = suite_create("wait");
	TCase *tc = device_case(suite, "wait", 60);

	tcase_add_test(tc, interrupted);
	tcase_add_test(tc, restarted);
	tcase_add_test(tc, stopped);
	tcase_add_test(tc, closed_meanwhile);
	return suite;
}
