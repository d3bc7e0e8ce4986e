// SPDX-License-Identifier: MIT
/*
 * Messages lost, doubled, reordered, changed, from nowhere; and what only looks so.
 */
#include "story.h"

static struct story story;

static void set_up(void)
{
	story_begin(&story);
}

static void empty(uint32_t box, uint64_t begin, uint64_t end)
{
	call(&story, OP_RECV, box, begin, end, -ESRCH);
}

/* Without a name: too few bytes were asked for. */
static struct op *takes_unnamed(uint32_t box, uint64_t begin, uint64_t end)
{
	struct op *op = call(&story, OP_RECV, box, begin, end, 5);

	op->len = op->room = 5;
	return op;
}

START_TEST(test_in_order)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	sends(&story, OPEN, 2, 0, 12, 13);
	sends(&story, OPEN, 1, 1, 14, 15);
	receives(&story, OPEN, 1, 0, 20, 21);
	receives(&story, OPEN, 2, 0, 22, 23);
	receives(&story, OPEN, 1, 1, 24, 25);
	empty(OPEN, 30, 31);
	expect_well(&story);
	ck_assert_uint_eq(last_findings.checked[ORDER], 3);
	ck_assert_uint_eq(last_findings.checked[ONCE], 3);
	ck_assert_uint_gt(last_findings.checked[LOSS], 0);
}
END_TEST

START_TEST(test_lost)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	empty(OPEN, 30, 31);
	expect_violation(&story, LOSS);
}
END_TEST

START_TEST(test_lost_behind_a_later_one)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	sends(&story, OPEN, 1, 1, 12, 13);
	receives(&story, OPEN, 1, 1, 20, 21);
	expect_violation(&story, LOSS);
}
END_TEST

START_TEST(test_lost_though_its_mailbox_was_destroyed_later)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	sends(&story, OPEN, 1, 1, 12, 13);
	receives(&story, OPEN, 1, 1, 20, 21);
	call(&story, OP_DESTROY, OPEN, 30, 31, 0);
	expect_violation(&story, LOSS);
}
END_TEST

START_TEST(test_lost_empty_message)
{
	struct op *blank = sends(&story, OPEN, 1, 0, 10, 11);

	blank->len = blank->room = 0;
	empty(OPEN, 30, 31);
	expect_violation(&story, LOSS);
}
END_TEST

START_TEST(test_one_of_two_lost)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	sends(&story, OPEN, 1, 1, 12, 13);
	takes_unnamed(OPEN, 20, 21);
	empty(OPEN, 30, 31);
	expect_violation(&story, LOSS);
}
END_TEST

/* Nobody could have taken it when it was missed. */
START_TEST(test_lost_before_it_was_taken)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	empty(OPEN, 20, 21);
	receives(&story, OPEN, 1, 0, 30, 31);
	expect_violation(&story, LOSS);
}
END_TEST

/* Never was there a moment without a message, though none was there all the time. */
START_TEST(test_empty_in_between)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	empty(OPEN, 20, 30);
	sends(&story, OPEN, 1, 1, 21, 22);
	receives(&story, OPEN, 1, 0, 25, 26);
	receives(&story, OPEN, 1, 1, 40, 41);
	expect_violation(&story, LOSS);
}
END_TEST

START_TEST(test_length_of_nothing)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	call(&story, OP_LENGTH, OPEN, 20, 21, -ESRCH);
	receives(&story, OPEN, 1, 0, 30, 31);
	expect_violation(&story, LOSS);
}
END_TEST

START_TEST(test_may_be_empty)
{
	/* Before the send took effect, or after the receive did. */
	sends(&story, OPEN, 1, 0, 10, 20);
	empty(OPEN, 15, 16);
	receives(&story, OPEN, 1, 0, 30, 40);
	empty(OPEN, 35, 36);
	expect_well(&story);
}
END_TEST

START_TEST(test_gone_with_its_mailbox)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	call(&story, OP_DESTROY, OPEN, 12, 13, 0);
	call(&story, OP_CREATE, OPEN, 14, 15, 0);
	sends(&story, OPEN, 1, 1, 16, 17);
	receives(&story, OPEN, 1, 1, 20, 21);
	empty(OPEN, 30, 31);
	expect_well(&story);
}
END_TEST

START_TEST(test_gone_with_the_system)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	call(&story, OP_SHUTDOWN, NO_BOX, 12, 13, 0);
	call(&story, OP_INIT, NO_BOX, 14, 15, 0);
	call(&story, OP_CREATE, OPEN, 16, 17, 0);
	empty(OPEN, 30, 31);
	expect_well(&story);
}
END_TEST

/* Lost after the last end of its mailbox. */
START_TEST(test_lost_in_the_next_mailbox)
{
	call(&story, OP_DESTROY, OPEN, 12, 13, 0);
	call(&story, OP_CREATE, OPEN, 14, 15, 0);
	sends(&story, OPEN, 1, 1, 16, 17);
	empty(OPEN, 30, 31);
	expect_violation(&story, LOSS);
}
END_TEST

START_TEST(test_taken_without_a_name)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	takes_unnamed(OPEN, 20, 21);
	empty(OPEN, 30, 31);
	expect_well(&story);
}
END_TEST

START_TEST(test_taken_by_one_who_was_killed)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	killed(call(&story, OP_RECV, OPEN, 20, 0, 0), 25);
	empty(OPEN, 30, 31);
	expect_well(&story);
}
END_TEST

/* Who was dead before it was sent can't have taken it. */
START_TEST(test_lost_after_the_killed_was_gone)
{
	killed(call(&story, OP_RECV, OPEN, 8, 0, 0), 9);
	sends(&story, OPEN, 1, 0, 10, 11);
	empty(OPEN, 30, 31);
	expect_violation(&story, LOSS);
}
END_TEST

START_TEST(test_sent_by_one_who_was_killed)
{
	killed(sends(&story, OPEN, 1, 0, 10, 0), 15);
	killed(sends(&story, OPEN, 2, 0, 10, 0), 15);
	receives(&story, OPEN, 2, 0, 20, 21);
	empty(OPEN, 30, 31);
	expect_well(&story);
}
END_TEST

START_TEST(test_twice)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	sends(&story, OPEN, 1, 1, 12, 13);
	receives(&story, OPEN, 1, 0, 20, 21);
	receives(&story, OPEN, 1, 0, 22, 23);
	expect_violation(&story, ONCE);
}
END_TEST

START_TEST(test_twice_at_the_same_time)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	sends(&story, OPEN, 1, 1, 10, 11);
	receives(&story, OPEN, 1, 0, 20, 30);
	receives(&story, OPEN, 1, 0, 21, 29);
	expect_violation(&story, ONCE);
}
END_TEST

START_TEST(test_reordered)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	sends(&story, OPEN, 1, 1, 12, 13);
	receives(&story, OPEN, 1, 1, 20, 21);
	receives(&story, OPEN, 1, 0, 22, 23);
	expect_violation(&story, ORDER);
}
END_TEST

START_TEST(test_reordered_across_senders)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	sends(&story, OPEN, 2, 0, 12, 13);
	receives(&story, OPEN, 2, 0, 20, 21);
	receives(&story, OPEN, 1, 0, 22, 23);
	expect_violation(&story, ORDER);
}
END_TEST

START_TEST(test_order_not_decided)
{
	/* Sent at the same time; then received at the same time. */
	sends(&story, OPEN, 1, 0, 10, 12);
	sends(&story, OPEN, 2, 0, 11, 13);
	sends(&story, OPEN, 2, 1, 14, 15);
	sends(&story, OPEN, 2, 2, 16, 17);
	receives(&story, OPEN, 2, 0, 20, 21);
	receives(&story, OPEN, 1, 0, 22, 23);
	receives(&story, OPEN, 2, 2, 24, 26);
	receives(&story, OPEN, 2, 1, 25, 27);
	/* In another mailbox. */
	sends(&story, OTHER, 1, 3, 30, 31);
	sends(&story, OPEN, 1, 4, 32, 33);
	receives(&story, OPEN, 1, 4, 34, 35);
	receives(&story, OTHER, 1, 3, 36, 37);
	expect_well(&story);
}
END_TEST

START_TEST(test_never_sent)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	sends(&story, OPEN, 1, 1, 10, 11);
	receives(&story, OPEN, 2, 0, 20, 21);
	receives(&story, OPEN, 1, 9, 22, 23);
	expect_violation(&story, ORIGIN);
	ck_assert_uint_eq(last_findings.violated[ORIGIN], 2);
}
END_TEST

START_TEST(test_sent_elsewhere)
{
	sends(&story, OTHER, 1, 0, 10, 11);
	sends(&story, OPEN, 1, 1, 12, 13);
	receives(&story, OPEN, 1, 0, 20, 21);
	expect_violation(&story, ORIGIN);
}
END_TEST

START_TEST(test_send_failed)
{
	struct op *failed = sends(&story, OPEN, 1, 0, 10, 11);

	failed->result = -EFAULT;
	failed->room = 3;
	sends(&story, OPEN, 2, 0, 10, 11);
	receives(&story, OPEN, 1, 0, 20, 21);
	expect_violation(&story, ORIGIN);
}
END_TEST

START_TEST(test_received_before_it_was_sent)
{
	receives(&story, OPEN, 1, 0, 10, 11);
	sends(&story, OPEN, 1, 0, 20, 21);
	expect_violation(&story, ORIGIN);
}
END_TEST

START_TEST(test_outlived_its_mailbox)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	call(&story, OP_DESTROY, OPEN, 12, 13, 0);
	call(&story, OP_CREATE, OPEN, 14, 15, 0);
	receives(&story, OPEN, 1, 0, 20, 21);
	expect_violation(&story, ORIGIN);
}
END_TEST

START_TEST(test_outlived_the_system)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	call(&story, OP_SHUTDOWN, NO_BOX, 12, 13, 0);
	call(&story, OP_INIT, NO_BOX, 14, 15, 0);
	call(&story, OP_CREATE, OPEN, 16, 17, 0);
	receives(&story, OPEN, 1, 0, 20, 21);
	expect_violation(&story, ORIGIN);
}
END_TEST

START_TEST(test_more_than_sent)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	takes_unnamed(OPEN, 20, 21);
	takes_unnamed(OPEN, 22, 23);
	expect_violation(&story, ORIGIN);
}
END_TEST

START_TEST(test_more_empty_ones_than_sent)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	call(&story, OP_RECV, OPEN, 20, 21, 0);
	expect_violation(&story, ORIGIN);
}
END_TEST

START_TEST(test_corrupt)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	receives(&story, OPEN, 1, 0, 20, 21)->seen = SEEN_BROKEN;
	expect_violation(&story, CONTENTS);
}
END_TEST

START_TEST(test_cut_off)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	receives(&story, OPEN, 1, 0, 20, 21)->result--;
	expect_violation(&story, CONTENTS);
}
END_TEST

START_TEST(test_cut_off_as_asked)
{
	struct op *recv;

	sends(&story, OPEN, 1, 0, 10, 11);
	recv = receives(&story, OPEN, 1, 0, 20, 21);
	recv->len = recv->room = 50;
	recv->result = 50;
	expect_well(&story);
}
END_TEST

Suite *queue_suite(void)
{
	const TTest *const tests[] = {
		test_in_order,
		test_lost,
		test_lost_behind_a_later_one,
		test_lost_though_its_mailbox_was_destroyed_later,
		test_lost_empty_message,
		test_one_of_two_lost,
		test_lost_before_it_was_taken,
		test_empty_in_between,
		test_length_of_nothing,
		test_may_be_empty,
		test_gone_with_its_mailbox,
		test_gone_with_the_system,
		test_lost_in_the_next_mailbox,
		test_taken_without_a_name,
		test_taken_by_one_who_was_killed,
		test_lost_after_the_killed_was_gone,
		test_sent_by_one_who_was_killed,
		test_twice,
		test_twice_at_the_same_time,
		test_reordered,
		test_reordered_across_senders,
		test_order_not_decided,
		test_never_sent,
		test_sent_elsewhere,
		test_send_failed,
		test_received_before_it_was_sent,
		test_outlived_its_mailbox,
		test_outlived_the_system,
		test_more_than_sent,
		test_more_empty_ones_than_sent,
		test_corrupt,
		test_cut_off,
		test_cut_off_as_asked,
	};
	Suite *suite = suite_create("queue");
	TCase *tc = tcase_create("queue");

	tcase_add_checked_fixture(tc, set_up, NULL);
	for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(suite, tc);
	return suite;
}
