// SPDX-License-Identifier: MIT
/*
 * Many threads: none gets another's answer, and each leaves nothing behind.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "support.h"

#define THREADS 16
#define MESSAGES 1000
#define ID 3

static atomic_uint seen[THREADS][MESSAGES];
static atomic_uint received;

/* Sends its own messages, and receives whosever come. */
static void *exchange(void *arg)
{
	unsigned int me = (unsigned int)(uintptr_t)arg, out[2], in[2];

	for (unsigned int i = 0; i < MESSAGES; i++) {
		out[0] = me;
		out[1] = i;
		ck_assert_int_eq(slmbx_send(ID, (unsigned char *)out, sizeof(out)), 0);
		ck_assert_int_eq(slmbx_recv(ID, (unsigned char *)in, sizeof(in)), sizeof(in));
		ck_assert_uint_lt(in[0], THREADS);
		ck_assert_uint_lt(in[1], MESSAGES);
		atomic_fetch_add(&seen[in[0]][in[1]], 1);
		atomic_fetch_add(&received, 1);
	}
	return NULL;
}

START_TEST(every_message_once)
{
	unsigned int fds = count_fds(false);
	pthread_t threads[THREADS];

	ck_assert_int_eq(slmbx_create(ID, 0), 0);
	for (uintptr_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, exchange, (void *)i), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);

	ck_assert_uint_eq(received, THREADS * MESSAGES);
	for (int i = 0; i < THREADS; i++)
		for (int j = 0; j < MESSAGES; j++)
			ck_assert_uint_eq(seen[i][j], 1);
	ck_assert_int_eq(slmbx_count(ID), 0);
	/* The connections ended with their threads. */
	ck_assert_uint_eq(count_fds(false), fds);
}
END_TEST

static void *one_call(void *arg)
{
	ck_assert_int_eq(slmbx_count(ID), -ENOENT);
	return NULL;
}

START_TEST(connection_ends_with_thread)
{
	unsigned int fds = count_fds(false);

	for (int i = 0; i < 500; i++) {
		pthread_t thread;

		ck_assert_int_eq(pthread_create(&thread, NULL, one_call, NULL), 0);
		ck_assert_int_eq(pthread_join(thread, NULL), 0);
		ck_assert_uint_eq(count_fds(false), fds);
	}
}
END_TEST

static pthread_key_t late_key;

static void late_call(void *arg)
{
	ck_assert_int_eq(slmbx_count(ID), -ENOENT);
}

static void *leave_a_call(void *arg)
{
	ck_assert_int_eq(slmbx_count(ID), -ENOENT);
	ck_assert_int_eq(pthread_setspecific(late_key, &late_key), 0);
	return NULL;
}

/* A call out of another key's destructor, after the thread's connection is closed. */
START_TEST(call_at_end_of_thread)
{
	unsigned int fds = count_fds(false);
	pthread_t thread;

	ck_assert_int_eq(pthread_key_create(&late_key, late_call), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, leave_a_call, NULL), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_uint_eq(count_fds(false), fds);
}
END_TEST

static atomic_uint sent, not_sent;

/*
 * Without assertions, which are cancellation points themselves; and without an array of
 * its own, whose red zones ASan would leave on the stack of a cancelled thread.
 */
static void *send_on(void *arg)
{
	static unsigned char message[5000];

	for (;;) {
		atomic_fetch_add(slmbx_send(ID, message, sizeof(message)) ? &not_sent : &sent, 1);
		pthread_testcancel();
	}
	return NULL;
}

/* No call is a cancellation point: each one begun is counted. */
START_TEST(cancelled_between_calls)
{
	ck_assert_int_eq(slmbx_create(ID, 0), 0);
	for (int i = 0; i < 50; i++) {
		pthread_t thread;
		void *result;

		ck_assert_int_eq(pthread_create(&thread, NULL, send_on, NULL), 0);
		sleep_ms(2);
		ck_assert_int_eq(pthread_cancel(thread), 0);
		ck_assert_int_eq(pthread_join(thread, &result), 0);
		ck_assert_ptr_eq(result, PTHREAD_CANCELED);
		ck_assert_int_eq(slmbx_count(ID), sent);
	}
	ck_assert_uint_gt(sent, 0);
	ck_assert_uint_eq(not_sent, 0);
	expect_library_fds();
}
END_TEST

/* The library as a plug-in has it: loaded, used, and unloaded, while the thread lives on. */

static long load_and_call(void **library)
{
	long (*count)(unsigned int);

	/* Without a name it would be this program. */
	ck_assert_msg(getenv("LIBSLMBX"), "LIBSLMBX must name libslmbx.so");
	*library = dlopen(getenv("LIBSLMBX"), RTLD_NOW | RTLD_LOCAL);
	ck_assert_msg(*library, "LIBSLMBX must name libslmbx.so: %s", dlerror());
	count = (long (*)(unsigned int))dlsym(*library, "slmbx_count");
	ck_assert_ptr_nonnull(count);
	return count(ID);
}

static void *use_and_unload(void *arg)
{
	void *library;

	ck_assert_int_eq(load_and_call(&library), -ENOENT);
	ck_assert_int_eq(dlclose(library), 0);
	return NULL;
}

START_TEST(unloaded)
{
	unsigned int fds = count_fds(false);
	pthread_t thread;

	for (int i = 0; i < 20; i++) {
		ck_assert_int_eq(pthread_create(&thread, NULL, use_and_unload, NULL), 0);
		ck_assert_int_eq(pthread_join(thread, NULL), 0);
		use_and_unload(NULL);
		ck_assert_uint_eq(count_fds(false), fds);
	}
}
END_TEST

static void *plugin;

static void *use_and_stay(void *barrier)
{
	ck_assert_int_eq(load_and_call(&plugin), -ENOENT);
	pthread_barrier_wait(barrier);
	pthread_barrier_wait(barrier);
	return NULL;
}

/* At the end of the thread there is nothing left to call. */
START_TEST(unloaded_by_another_thread)
{
	pthread_barrier_t barrier;
	pthread_t thread;

	pthread_barrier_init(&barrier, NULL, 2);
	ck_assert_int_eq(pthread_create(&thread, NULL, use_and_stay, &barrier), 0);
	pthread_barrier_wait(&barrier);
	ck_assert_int_eq(dlclose(plugin), 0);
	pthread_barrier_wait(&barrier);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
}
END_TEST

static void *first_call(void *barrier)
{
	pthread_barrier_wait(barrier);
	ck_assert_str_eq(slmbx_engine(), "daemon");
	ck_assert_int_eq(slmbx_count(ID), -ENODEV);
	return NULL;
}

/* The choice of the engine is made by all threads at once. */
START_TEST(first_calls_at_once)
{
	pthread_barrier_t barrier;
	pthread_t threads[THREADS];

	daemon_start(test_socket, NULL);
	pthread_barrier_init(&barrier, NULL, THREADS);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, first_call, &barrier), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	daemon_stop(SIGTERM);
}
END_TEST

static void *idle_after_call(void *barrier)
{
	ck_assert_int_eq(slmbx_count(ID), -ENODEV);
	pthread_barrier_wait(barrier);
	pthread_barrier_wait(barrier);
	return NULL;
}

/* A daemon of two connections: the third is refused, and let in when one leaves. */
START_TEST(too_many_connections)
{
	pthread_barrier_t barrier;
	pthread_t threads[2];
	double end = now() + 10;
	long ret;

	daemon_start(test_socket, "--max-connections=2");
	pthread_barrier_init(&barrier, NULL, 3);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, idle_after_call, &barrier), 0);
	pthread_barrier_wait(&barrier);
	ck_assert_int_eq(slmbx_count(ID), -EUSERS);
	ck_assert_int_eq(slmbx_init(16, 4), -EUSERS);
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	while ((ret = slmbx_count(ID)) == -EUSERS && now() < end)
		sleep_ms(5);
	ck_assert_int_eq(ret, -ENODEV);
	daemon_stop(SIGTERM);
}
END_TEST

Suite *thread_suite(void)
{
	Suite *s = suite_create("thread");
	TCase *tc = engine_case("thread");

	tcase_add_test(tc, every_message_once);
	tcase_add_test(tc, connection_ends_with_thread);
	tcase_add_test(tc, call_at_end_of_thread);
	tcase_add_test(tc, cancelled_between_calls);
	tcase_add_test(tc, unloaded);
	tcase_add_test(tc, unloaded_by_another_thread);
	suite_add_tcase(s, tc);
	if (!on_daemon())
		return s;

	tc = directory_case("first");
	tcase_add_test(tc, first_calls_at_once);
	tcase_add_test(tc, too_many_connections);
	suite_add_tcase(s, tc);
	return s;
}
