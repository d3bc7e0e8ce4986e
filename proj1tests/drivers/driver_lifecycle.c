// SPDX-License-Identifier: MIT
/* Mailboxes from create to destroy: when they exist, and what outlives whom. */
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>

#include "harness/driver.h"

static const unsigned char hello[] = "hello";

static void send_hello(unsigned int id)
{
	expect(slmbx_send(id, hello, sizeof(hello)), 0);
}

static void expect_every_call_refused(void)
{
	struct slmbx_stat st;
	unsigned char byte;

	expect(slmbx_shutdown(), -ENODEV);
	expect(slmbx_create(1, 0), -ENODEV);
	expect(slmbx_create(0, 0), -ENODEV);
	expect(slmbx_create(UINT_MAX, 1), -ENODEV);
	expect(slmbx_destroy(1), -ENODEV);
	expect(slmbx_count(1), -ENODEV);
	expect(slmbx_send(1, hello, sizeof(hello)), -ENODEV);
	expect(slmbx_send(1, NULL, 1), -ENODEV);
	expect(slmbx_recv(1, &byte, 1), -ENODEV);
	expect(slmbx_recv(1, NULL, 1), -ENODEV);
	expect(slmbx_length(1), -ENODEV);
	expect(slmbx_stat(1, &st, sizeof(st)), -ENODEV);
}

START_TEST(nothing_works_before_init)
{
	expect_every_call_refused();
}
END_TEST

START_TEST(nothing_works_after_shutdown)
{
	expect(slmbx_create(1, 0), 0);
	send_hello(1);
	expect(slmbx_shutdown(), 0);
	expect_every_call_refused();
}
END_TEST

START_TEST(destroy_drops_the_messages)
{
	expect(slmbx_create(5, 0), 0);
	send_hello(5);
	send_hello(5);
	expect(slmbx_destroy(5), 0);
	expect(slmbx_count(5), -ENOENT);
	expect(slmbx_destroy(5), -ENOENT);
	expect(slmbx_create(5, 0), 0);
	expect(slmbx_count(5), 0);
	expect(slmbx_length(5), -ESRCH);
}
END_TEST

START_TEST(second_create_keeps_the_first)
{
	struct view before;

	expect(slmbx_create(5, 0), 0);
	send_hello(5);
	before = view_of(5);
	expect(slmbx_create(5, 0), -EEXIST);
	expect(slmbx_create(5, 1), -EEXIST);
	expect_same(5, &before);
}
END_TEST

START_TEST(smallest_and_largest_id)
{
	static const unsigned int ids[] = { 1, 2, UINT_MAX / 2, UINT_MAX - 2, UINT_MAX - 1 };

	for (size_t i = 0; i < 5; i++)
		expect(slmbx_create(ids[i], 0), 0);
	for (size_t i = 0; i < 5; i++) {
		send_hello(ids[i]);
		expect(slmbx_count(ids[i]), 1);
	}
	expect(slmbx_count(UINT_MAX), -ENOENT);
	expect(slmbx_count(0), -ENOENT);
	for (size_t i = 0; i < 5; i++)
		expect(slmbx_destroy(ids[i]), 0);
}
END_TEST

#define SHUFFLED 3000

static void shuffle(unsigned int *ids, unsigned int n)
{
	for (unsigned int i = n - 1; i > 0; i--) {
		unsigned int j = (unsigned int)random() % (i + 1), id = ids[i];

		ids[i] = ids[j];
		ids[j] = id;
	}
}

/* Levels fill and empty again until the list is flat; a stale level would loop or lose ids. */
START_TEST(random_order_until_flat_again)
{
	static unsigned int ids[SHUFFLED];

	srandom(_i + 1);
	for (unsigned int i = 0; i < SHUFFLED; i++)
		ids[i] = 1 + i * 1000003u;
	shuffle(ids, SHUFFLED);
	for (unsigned int i = 0; i < SHUFFLED; i++)
		expect(slmbx_create(ids[i], 0), 0);
	shuffle(ids, SHUFFLED);
	for (unsigned int i = 0; i < SHUFFLED; i++)
		expect(slmbx_destroy(ids[i]), 0);
	for (unsigned int i = 0; i < SHUFFLED; i++)
		expect(slmbx_destroy(ids[i]), -ENOENT);
	/* Flat, and as good as new. */
	for (unsigned int i = 0; i < SHUFFLED; i++)
		expect(slmbx_create(ids[i], 0), 0);
	for (unsigned int i = SHUFFLED; i-- > 0;)
		expect(slmbx_destroy(ids[i]), 0);
}
END_TEST

START_TEST(messages_outlive_their_sender)
{
	unsigned char bytes[sizeof(hello)];

	expect(as_user(geteuid(), slmbx_create(9, 0)), 0);
	expect(as_user(geteuid(), slmbx_send(9, hello, sizeof(hello))), 0);
	expect(as_user(geteuid(), slmbx_count(9)), 1);
	expect(slmbx_recv(9, bytes, sizeof(bytes)), sizeof(hello));
	ck_assert_mem_eq(bytes, hello, sizeof(hello));
}
END_TEST

START_TEST(messages_outlive_a_killed_sender)
{
	int status, answered[2];
	char byte;
	pid_t child;

	ck_assert(pipe(answered) == 0);
	expect(slmbx_create(9, 1), 0);
	child = fork();
	if (!child) {
		send_hello(9);
		ck_assert(write(answered[1], "", 1) == 1);
		pause();
	}
	ck_assert(read(answered[0], &byte, 1) == 1);
	kill(child, SIGKILL);
	ck_assert(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
	expect(slmbx_count(9), 1);
	expect(slmbx_length(9), sizeof(hello));
}
END_TEST

/* A fork while the parent talks to the engine: neither may read the other's answers. */
START_TEST(both_sides_of_a_fork_work)
{
	expect(slmbx_create(1, 0), 0);
	for (int i = 0; i < 50; i++) {
		pid_t child = fork();

		ck_assert(child >= 0);
		for (int j = 0; j < 20; j++) {
			expect(slmbx_count(2), -ENOENT);
			ck_assert(slmbx_count(1) >= i);
		}
		if (!child) {
			send_hello(1);
			_exit(EXIT_SUCCESS);
		}
		await_success(child);
		expect(slmbx_count(1), i + 1);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("lifecycle");
	TCase *unset = driver_case(suite, "unset", 60);
	TCase *ready = driver_case_ready(suite, "ready", 60);

	tcase_add_test(unset, nothing_works_before_init);
	tcase_add_test(ready, nothing_works_after_shutdown);
	tcase_add_test(ready, destroy_drops_the_messages);
	tcase_add_test(ready, second_create_keeps_the_first);
	tcase_add_test(ready, smallest_and_largest_id);
	tcase_add_loop_test(ready, random_order_until_flat_again, 0, 3);
	tcase_add_test(ready, messages_outlive_their_sender);
	tcase_add_test(ready, messages_outlive_a_killed_sender);
	tcase_add_test(ready, both_sides_of_a_fork_work);
	return driver_run(suite);
}
