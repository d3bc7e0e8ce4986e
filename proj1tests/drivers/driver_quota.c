// SPDX-License-Identifier: MIT
/* EDQUOT: what a user may use up, that it harms no other, and how it comes back. */
#include "harness/driver.h"

/* Small, so that they are met soon. */
#define MAILBOXES 50
#define BYTES 1000000

static const struct limits limits = { .mailboxes = "50", .bytes = "1000000" };

#define skip_unless_limited() \
	do { \
		skip_unless_root(); \
		skip_unless(engine_is_limited(), "needs an engine whose limits it may set"); \
	} while (0)

static const unsigned char bytes[100000];

static long use_up_mailboxes(void)
{
	struct view before = view_of(1);

	for (unsigned int id = 1; id <= MAILBOXES; id++)
		expect(slmbx_create(id, 0), 0);
	expect(slmbx_create(MAILBOXES + 1, 0), -EDQUOT);
	expect_same(MAILBOXES + 1, &before);
	/* EINVAL and EEXIST are checked before. */
	expect(slmbx_create(0, 0), -EINVAL);
	expect(slmbx_create(1, 0), -EEXIST);
	return 0;
}

static long destroy_makes_room(void)
{
	use_up_mailboxes();
	expect(slmbx_destroy(7), 0);
	expect(slmbx_create(MAILBOXES + 1, 0), 0);
	return slmbx_create(MAILBOXES + 2, 0);
}

START_TEST(mailboxes_are_limited)
{
	skip_unless_limited();
	expect(as_user(NOBODY, destroy_makes_room()), -EDQUOT);
	/* The limit is one user's. */
	expect(as_user(NEIGHBOUR, slmbx_create(MAILBOXES + 1, 0)), -EEXIST);
	expect(as_user(NEIGHBOUR, slmbx_create(MAILBOXES + 2, 0)), 0);
}
END_TEST

START_TEST(shutdown_gives_mailboxes_back)
{
	skip_unless_limited();
	expect(as_user(NOBODY, use_up_mailboxes()), 0);
	expect(slmbx_shutdown(), 0);
	expect(slmbx_init(16, 4), 0);
	expect(as_user(NOBODY, use_up_mailboxes()), 0);
}
END_TEST

/* Fills mailbox @id until the engine says EDQUOT; returns how many messages went in. */
static long use_up_bytes(unsigned int id)
{
	struct view before;
	long sent = 0, result;

	do {
		before = view_of(id);
		result = slmbx_send(id, bytes, sizeof(bytes));
	} while (result == 0 && sent++ <= (long)(BYTES / sizeof(bytes)));
	expect(result, -EDQUOT);
	expect_same(id, &before);
	return sent;
}

static long bytes_come_back(void)
{
	unsigned char byte;
	long fit;

	expect(slmbx_create(1, 1), 0);
	fit = use_up_bytes(1);
	ck_assert_int_gt(fit, 0);
	ck_assert_int_le(fit, BYTES / (long)sizeof(bytes));
	/* A truncated receive gives back the whole message. */
	expect(slmbx_recv(1, &byte, 1), 1);
	expect(slmbx_send(1, bytes, sizeof(bytes)), 0);
	expect(slmbx_send(1, bytes, sizeof(bytes)), -EDQUOT);
	expect(slmbx_destroy(1), 0);
	expect(slmbx_create(1, 1), 0);
	expect(use_up_bytes(1), fit);
	/* EDQUOT is checked before the bytes are looked at. */
	expect(slmbx_send(1, NULL, sizeof(bytes)), -EDQUOT);
	return slmbx_count(1) - fit;
}

START_TEST(bytes_are_limited)
{
	skip_unless_limited();
	expect(as_user(NOBODY, bytes_come_back()), 0);
	expect(as_user(NEIGHBOUR, slmbx_create(2, 0)), 0);
	expect(as_user(NEIGHBOUR, slmbx_send(2, bytes, sizeof(bytes))), 0);
}
END_TEST

static long one_message_too_large(void)
{
	static unsigned char large[BYTES + 1];
	struct view before;

	expect(slmbx_create(1, 0), 0);
	before = view_of(1);
	expect(slmbx_send(1, large, sizeof(large)), -EDQUOT);
	expect_same(1, &before);
	return slmbx_send(1, large, 10);
}

START_TEST(a_message_over_the_limit_is_refused)
{
	skip_unless_limited();
	expect(as_user(NOBODY, one_message_too_large()), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("quota");
	TCase *users = driver_case_ready(suite, "users", 60);

	tcase_add_test(users, mailboxes_are_limited);
	tcase_add_test(users, shutdown_gives_mailboxes_back);
	tcase_add_test(users, bytes_are_limited);
	tcase_add_test(users, a_message_over_the_limit_is_refused);
	return driver_run_limited(suite, &limits);
}
