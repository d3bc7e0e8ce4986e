// SPDX-License-Identifier: MIT
/* Many mailboxes: 100,000 at once, one for each of many processes, and a ring of them. */
#include <sched.h>

#include "harness/driver.h"

#define MAILBOXES 100000
#define OWNERS 4

/* A permutation of 1..MAILBOXES, so that ids come in no order; spread over all of the id space. */
static unsigned int scattered_id(unsigned int i)
{
	return 1 + (unsigned int)((uint64_t)i * 76543 % MAILBOXES) * 42949;
}

static void create_a_quarter(unsigned int index, void *shared)
{
	for (unsigned int i = index; i < MAILBOXES; i += OWNERS) {
		expect(slmbx_create(scattered_id(i), 0), 0);
		if (i % 8 == 0)
			expect(slmbx_send(scattered_id(i), (unsigned char *)&i, sizeof(i)), 0);
	}
}

static void check_a_quarter(unsigned int index, void *shared)
{
	for (unsigned int i = index; i < MAILBOXES; i += OWNERS) {
		unsigned int got;

		if (i % 8) {
			expect(slmbx_destroy(scattered_id(i)), 0);
			continue;
		}
		expect(slmbx_recv(scattered_id(i), (unsigned char *)&got, sizeof(got)),
		       sizeof(got));
		ck_assert_uint_eq(got, i);
	}
}

START_TEST(a_hundred_thousand_mailboxes)
{
	together(OWNERS, create_a_quarter, NULL);
	for (unsigned int i = 0; i < MAILBOXES; i += 997)
		expect(slmbx_count(scattered_id(i)), i % 8 == 0);
	together(OWNERS, check_a_quarter, NULL);
	for (unsigned int i = 0; i < MAILBOXES; i += 97)
		expect(slmbx_count(scattered_id(i)), i % 8 ? -ENOENT : 0);
}
END_TEST

#define CLIENTS 200

static void own_mailbox(unsigned int index, void *shared)
{
	unsigned int id = index + 1, got;

	expect(slmbx_create(id, 1), 0);
	for (unsigned int i = 0; i < 20; i++) {
		expect(slmbx_send(id, (unsigned char *)&i, sizeof(i)), 0);
		expect(slmbx_recv(id, (unsigned char *)&got, sizeof(got)), sizeof(got));
		ck_assert_uint_eq(got, i);
	}
	expect(slmbx_destroy(id), 0);
}

START_TEST(many_processes_with_their_own)
{
	together(CLIENTS, own_mailbox, NULL);
	for (unsigned int id = 1; id <= CLIENTS; id++)
		expect(slmbx_count(id), -ENOENT);
}
END_TEST

#define RING 8
#define LAPS 50

/* A token goes round: each process waits at its own mailbox and hands on to the next. */
static void ring_member(unsigned int index, void *shared)
{
	unsigned int next = (index + 1) % RING + 1, token;

	for (unsigned int lap = 0; lap < LAPS; lap++) {
		long result;

		while ((result = slmbx_recv(index + 1, (unsigned char *)&token, sizeof(token))) ==
		       -ESRCH)
			sched_yield();
		ck_assert_int_eq(result, sizeof(token));
		ck_assert_uint_eq(token, lap * RING + index);
		token++;
		expect(slmbx_send(next, (unsigned char *)&token, sizeof(token)), 0);
	}
}

START_TEST(a_token_goes_round)
{
	unsigned int token = 0;

	for (unsigned int id = 1; id <= RING; id++)
		expect(slmbx_create(id, 0), 0);
	expect(slmbx_send(1, (unsigned char *)&token, sizeof(token)), 0);
	together(RING, ring_member, NULL);
	expect(slmbx_recv(1, (unsigned char *)&token, sizeof(token)), sizeof(token));
	ck_assert_uint_eq(token, RING * LAPS);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mailboxes");
	TCase *crowd = driver_case_ready(suite, "crowd", 240);

	tcase_add_test(crowd, a_hundred_thousand_mailboxes);
	tcase_add_test(crowd, many_processes_with_their_own);
	tcase_add_test(crowd, a_token_goes_round);
	return driver_run(suite);
}
