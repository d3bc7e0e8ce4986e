// SPDX-License-Identifier: MIT
/*
 * Calls on what others delete or kill: they ran before, or find nothing; no message is ever torn, and
 * processes that are killed leave nothing half done.
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "harness/driver.h"
#include "harness/marked.h"
#include "harness/payload.h"

#define TURNS 400

/* Some use three mailboxes which others keep deleting and making. */
static void use_or_replace(unsigned int index, void *shared)
{
	for (uint32_t turn = 0; turn < TURNS; turn++) {
		unsigned int id = 1 + turn % 3;
		uint32_t seed;

		switch (index % 4) {
		case 0:
			expect_among(slmbx_destroy(id), -ENOENT);
			expect_among(slmbx_create(id, 0), -EEXIST);
			break;
		case 1:
			expect_among(marked_send(id, index << 16 | turn), -ENOENT);
			break;
		case 2:
			expect_among(marked_receive(id, &seed), -ENOENT, -ESRCH);
			break;
		default:
			expect_among(slmbx_length(id), -ENOENT, -ESRCH);
			expect_among(slmbx_count(id), -ENOENT);
		}
	}
}

START_TEST(use_races_destroy)
{
	uint32_t seed;

	together(8, use_or_replace, NULL);
	for (unsigned int id = 1; id <= 3; id++) {
		while (slmbx_count(id) > 0)
			ck_assert_int_gt(marked_receive(id, &seed), 0);
		expect_among(slmbx_destroy(id), -ENOENT);
		expect(slmbx_count(id), -ENOENT);
	}
}
END_TEST

static void use_or_shut_down(unsigned int index, void *shared)
{
	for (uint32_t turn = 0; turn < TURNS; turn++) {
		unsigned int id = 1 + turn % 3;
		uint32_t seed;

		switch (index % 4) {
		case 0:
			expect_among(slmbx_shutdown(), -ENODEV);
			expect_among(slmbx_init(1 + turn % 40, 2), -EEXIST);
			break;
		case 1:
			expect_among(slmbx_create(id, 0), -EEXIST, -ENODEV);
			expect_among(marked_send(id, index << 16 | turn), -ENOENT, -ENODEV);
			break;
		case 2:
			expect_among(marked_receive(id, &seed), -ENOENT, -ESRCH, -ENODEV);
			expect_among(slmbx_destroy(id), -ENOENT, -ENODEV);
			break;
		default:
			expect_among(slmbx_length(id), -ENOENT, -ESRCH, -ENODEV);
			expect_among(slmbx_count(id), -ENOENT, -ENODEV);
		}
	}
}

START_TEST(use_races_shutdown)
{
	together(8, use_or_shut_down, NULL);
	expect_among(slmbx_init(16, 4), -EEXIST);
	expect(slmbx_shutdown(), 0);
	expect(slmbx_init(16, 4), 0);
	expect(slmbx_count(1), -ENOENT);
}
END_TEST

#define LARGE (8u << 20)

/* A sender that is killed has queued its message whole or not at all. */
START_TEST(killed_sender_leaves_no_half)
{
	unsigned char *bytes = malloc(LARGE);
	long waiting = 0;

	ck_assert_ptr_nonnull(bytes);
	expect(slmbx_create(1, 0), 0);
	payload_fill(bytes, LARGE, 1);
	for (unsigned int i = 0; i < 30; i++) {
		pid_t child = fork();

		if (!child) {
			for (;;)
				slmbx_send(1, bytes, LARGE);
		}
		usleep(i * 700);
		kill(child, SIGKILL);
		ck_assert(waitpid(child, NULL, 0) == child);
		for (waiting = slmbx_count(1); waiting > 0; waiting--) {
			memset(bytes, 0, LARGE);
			expect(slmbx_recv(1, bytes, LARGE), LARGE);
			ck_assert(payload_intact(bytes, LARGE, 1));
		}
		payload_fill(bytes, LARGE, 1);
	}
	free(bytes);
}
END_TEST

/* Receivers that are killed take a message or leave it; what is left is whole and in order. */
START_TEST(killed_receiver_leaves_the_rest)
{
	enum { MESSAGES = 400 };
	uint32_t seed, last = 0;

	expect(slmbx_create(1, 0), 0);
	for (uint32_t i = 1; i <= MESSAGES; i++)
		expect(marked_send(1, i), 0);
	for (unsigned int i = 0; i < 20; i++) {
		pid_t child = fork();

		if (!child) {
			for (int n = 0; n < 15; n++)
				marked_receive(1, &seed);
			pause();
		}
		usleep(i * 50);
		kill(child, SIGKILL);
		ck_assert(waitpid(child, NULL, 0) == child);
	}
	while (marked_receive(1, &seed) != -ESRCH) {
		ck_assert_uint_gt(seed, last);
		last = seed;
	}
	ck_assert_uint_eq(last, MESSAGES);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("collide");
	TCase *accidents = driver_case_ready(suite, "accidents", 240);

	tcase_add_test(accidents, use_races_destroy);
	tcase_add_test(accidents, use_races_shutdown);
	tcase_add_test(accidents, killed_sender_leaves_no_half);
	tcase_add_test(accidents, killed_receiver_leaves_the_rest);
	return driver_run(suite);
}
