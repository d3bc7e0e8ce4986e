// SPDX-License-Identifier: MIT
/* The arguments of init, and the ids: from one end of what is valid to the other. */
#include <stdio.h>

#include "harness.h"
#include "mail.h"
#include "snapshot.h"
#include "users.h"

static const unsigned int ptrs[] = {
	1, 2, 3, 31, 32, 33, 64, 65, 1000000, 1U << 31, UINT_MAX - 1, UINT_MAX,
};
static const unsigned int probs[] = { 2, 4, 8, 16 };

#define SHAPES (ARRAY_SIZE(ptrs) * ARRAY_SIZE(probs))
#define MANY 400

/* Scattered over all valid ids, no two the same. */
static unsigned int scattered(unsigned int i)
{
	return i * 0x9e3779b1U + 1;
}

static void expect_counts(unsigned int from, unsigned int to, long want)
{
	for (unsigned int i = from; i < to; i++) {
		long count = slmbx_count(scattered(i));

		ck_assert_msg(count == want, "count of mailbox %u is %s, should be %s", i,
			      result_name(count), result_name(want));
	}
}

/*
 * Mistake 2: a height beyond ptrs, and ptrs that cost memory or time. Enough mailboxes
 * for the chance of each level to come true.
 */
START_TEST(test_shape)
{
	unsigned int p = ptrs[(unsigned int)_i / ARRAY_SIZE(probs)];
	unsigned int prob = probs[(unsigned int)_i % ARRAY_SIZE(probs)];

	expect(0, slmbx_init(p, prob));
	for (unsigned int i = 0; i < MANY; i++)
		expect(0, slmbx_create(scattered(i), 0));
	expect_counts(0, MANY, 0);
	for (unsigned int i = 0; i < MANY / 2; i++)
		expect(0, slmbx_destroy(scattered(i)));
	expect_counts(0, MANY / 2, -ENOENT);
	expect_counts(MANY / 2, MANY, 0);
	send_pattern(scattered(MANY - 1), 100, 1);
	recv_pattern(scattered(MANY - 1), 100, 100, 1);
}
END_TEST

static void shape_name(int row, char *name, size_t size)
{
	snprintf(name, size, "init(%u, %u) and %d mailboxes",
		 ptrs[(unsigned int)row / ARRAY_SIZE(probs)],
		 probs[(unsigned int)row % ARRAY_SIZE(probs)], MANY);
}

static const unsigned int bad_probs[] = {
	0, 1, 3, 5, 6, 7, 9, 10, 12, 15, 17, 32, 64, 256, 65536, 1U << 31, UINT_MAX - 1, UINT_MAX,
};

/* Mistake 3: a failed init changes nothing, on either side of a good one. */
START_TEST(test_bad_prob)
{
	struct snapshot system = { .initialised = false };

	expect(-EINVAL, slmbx_init(8, bad_probs[_i]));
	expect(-EINVAL, slmbx_init(0, bad_probs[_i]));
	expect(-EINVAL, slmbx_init(UINT_MAX, bad_probs[_i]));
	snapshot_check(&system);

	system.initialised = true;
	snapshot_add(&system, (struct box){ .id = 1,
					    .owner = SAME_USER,
					    .count = 2,
					    .messages = { { 10, 1 }, { 20, 2 } } });
	snapshot_add(&system, (struct box){ .id = 2, .owner = SAME_USER, .protect = true });
	snapshot_build(&system);
	expect(-EINVAL, slmbx_init(8, bad_probs[_i]));
	expect(-EINVAL, slmbx_init(0, bad_probs[_i]));
	snapshot_drain(&system);
}
END_TEST

static void bad_prob_name(int row, char *name, size_t size)
{
	snprintf(name, size, "init(8, %u)", bad_probs[row]);
}

START_TEST(test_init_after_failed_inits)
{
	expect(-EINVAL, slmbx_init(0, 2));
	expect(-EINVAL, slmbx_init(8, 1));
	expect(-ENODEV, slmbx_create(1, 0));
	expect(-ENODEV, slmbx_shutdown());
	expect(0, slmbx_init(8, 2));
	expect(-EEXIST, slmbx_init(8, 2));
	expect(0, slmbx_create(1, 0));
	expect(-EEXIST, slmbx_init(8, 2));
	expect(0, slmbx_count(1));
}
END_TEST

/* Signs and widths: none of these is another, or a sentinel. */
static const unsigned int valid_ids[] = {
	1, 2, 255, 256, 65535, 65536, (1U << 31) - 1, 1U << 31, (1U << 31) + 1,
	UINT_MAX - 2, UINT_MAX - 1,
};

START_TEST(test_ends_of_the_ids)
{
	expect(0, slmbx_init(8, 2));
	for (unsigned int i = 0; i < ARRAY_SIZE(valid_ids); i++) {
		expect(-ENOENT, slmbx_count(valid_ids[i]));
		expect(0, slmbx_create(valid_ids[i], 0));
		expect(-EEXIST, slmbx_create(valid_ids[i], 0));
		send_pattern(valid_ids[i], 30 + i, i);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(valid_ids); i++) {
		expect(1, slmbx_count(valid_ids[i]));
		recv_pattern(valid_ids[i], 100, 30 + i, i);
		expect_empty(valid_ids[i]);
		expect(0, slmbx_destroy(valid_ids[i]));
		expect(-ENOENT, slmbx_count(valid_ids[i]));
	}
}
END_TEST

/* Mistake 1: the sentinels are no mailboxes, with neighbours as little as without. */
static void expect_absent(unsigned int id)
{
	unsigned char bytes[8];

	expect(-EINVAL, slmbx_create(id, 0));
	expect(-EINVAL, slmbx_create(id, 1));
	expect(-ENOENT, slmbx_count(id));
	expect(-ENOENT, slmbx_length(id));
	expect(-ENOENT, slmbx_send(id, (const unsigned char *)"message", 8));
	expect(-ENOENT, slmbx_recv(id, bytes, sizeof(bytes)));
	expect(-ENOENT, slmbx_destroy(id));
}

START_TEST(test_sentinels_are_absent)
{
	expect(0, slmbx_init(8, 2));
	expect_absent(SLMBX_ID_NONE);
	expect_absent(SLMBX_ID_INVALID);
	expect(0, slmbx_create(1, 0));
	expect(0, slmbx_create(UINT_MAX - 1, 0));
	expect_absent(SLMBX_ID_NONE);
	expect_absent(SLMBX_ID_INVALID);
	expect(0, slmbx_count(1));
	expect(0, slmbx_count(UINT_MAX - 1));
	expect(0, slmbx_shutdown());
	expect(-ENODEV, slmbx_destroy(SLMBX_ID_INVALID));
}
END_TEST

/* No cap on messages or mailboxes but memory. */
START_TEST(test_many_messages)
{
	expect(0, slmbx_init(8, 2));
	expect(0, slmbx_create(1, 0));
	for (unsigned int i = 0; i < 20000; i++) {
		if (slmbx_send(1, (const unsigned char *)&i, sizeof(i)) != 0)
			ck_abort_msg("message %u was refused", i);
	}
	expect(20000, slmbx_count(1));
	for (unsigned int i = 0; i < 20000; i++) {
		unsigned int got;

		if (slmbx_recv(1, (unsigned char *)&got, sizeof(got)) != sizeof(got) || got != i)
			ck_abort_msg("message %u isn't there", i);
	}
	expect_empty(1);
}
END_TEST

START_TEST(test_many_mailboxes)
{
	expect(0, slmbx_init(16, 2));
	for (unsigned int i = 0; i < 20000; i++) {
		if (slmbx_create(scattered(i), 0) != 0)
			ck_abort_msg("mailbox %u was refused", i);
	}
	expect_counts(0, 20000, 0);
}
END_TEST

Suite *limits_suite(void)
{
	Suite *suite = suite_create("limits");
	TCase *tc = harness_case(suite, "limits/init", 20);

	harness_add_rows(tc, test_shape, SHAPES, shape_name);
	harness_add_rows(tc, test_bad_prob, ARRAY_SIZE(bad_probs), bad_prob_name);
	tcase_add_test(tc, test_init_after_failed_inits);
	tc = harness_case(suite, "limits/ids", 10);
	tcase_add_test(tc, test_ends_of_the_ids);
	tcase_add_test(tc, test_sentinels_are_absent);
	tc = harness_case(suite, "limits/many", 20);
	tcase_add_test(tc, test_many_messages);
	tcase_add_test(tc, test_many_mailboxes);
	return suite;
}
