// SPDX-License-Identifier: MIT
/*
 * Results, permissions, counts.
 */
#include "story.h"

static struct story story;

static void set_up(void)
{
	story_begin(&story);
}

START_TEST(test_errors_that_are_not_of_the_call)
{
	static const struct {
		enum op_kind kind;
		int error;
	} wrong[] = {
		{ OP_COUNT, EINTR },	   { OP_COUNT, ESRCH },	  { OP_SEND, ESRCH },
		{ OP_SEND, EINTR },	   { OP_SEND, EDQUOT },	  { OP_RECV, ENOMEM },
		{ OP_RECV, EINTR },	   { OP_LENGTH, EFAULT }, { OP_DESTROY, ENOMEM },
		{ OP_RECV, ECONNREFUSED }, { OP_STAT, EPROTO },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(wrong); i++) {
		story_begin(&story);
		call(&story, wrong[i].kind, OPEN, 10, 11, -wrong[i].error);
		expect_violation(&story, ANSWERS);
	}
}
END_TEST

START_TEST(test_results_that_are_too_large)
{
	call(&story, OP_DESTROY, OPEN, 10, 11, 1);
	expect_violation(&story, ANSWERS);
}
END_TEST

START_TEST(test_fault_of_good_memory)
{
	struct op *send = sends(&story, OPEN, 1, 0, 10, 11);

	send->result = -EFAULT;
	expect_violation(&story, ANSWERS);
	send->room--;
	expect_well(&story);
	send->room++;
	send->flags |= OP_MAY_FAULT;
	expect_well(&story);
}
END_TEST

START_TEST(test_send_of_more_than_there_is)
{
	struct op *send = sends(&story, OPEN, 1, 0, 10, 11);

	send->len = UINT32_MAX;
	send->result = -EDQUOT;
	expect_well(&story);
	send->result = -ENOMEM;
	expect_well(&story);
	send->result = 0;
	expect_violation(&story, ANSWERS);
}
END_TEST

START_TEST(test_send_of_bad_memory)
{
	sends(&story, OPEN, 1, 0, 10, 11)->room--;
	expect_violation(&story, ANSWERS);
}
END_TEST

START_TEST(test_receive_beyond_the_memory)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	receives(&story, OPEN, 1, 0, 20, 21)->room = 50;
	expect_violation(&story, ANSWERS);
}
END_TEST

START_TEST(test_receive_that_fits)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	receives(&story, OPEN, 1, 0, 20, 21)->room = LENGTH(0);
	expect_well(&story);
}
END_TEST

START_TEST(test_refused_to_the_owner)
{
	call(&story, OP_COUNT, PRIVATE, 10, 11, -EPERM)->user = 1;
	expect_violation(&story, ACCESS);
}
END_TEST

START_TEST(test_refused_to_anybody)
{
	call(&story, OP_COUNT, OPEN, 10, 11, -EPERM)->user = 2;
	expect_violation(&story, ACCESS);
}
END_TEST

START_TEST(test_received_by_one_who_may_not)
{
	sends(&story, PRIVATE, 1, 0, 10, 11)->user = 1;
	receives(&story, PRIVATE, 1, 0, 20, 21)->user = 2;
	expect_violation(&story, ACCESS);
}
END_TEST

/* Not even whether there is a message may a stranger know. */
START_TEST(test_nothing_to_receive_for_a_stranger)
{
	call(&story, OP_RECV, PRIVATE, 10, 11, -ESRCH)->user = 2;
	expect_violation(&story, ACCESS);
}
END_TEST

START_TEST(test_fault_for_a_stranger)
{
	struct op *op = call(&story, OP_RECV, PRIVATE, 10, 11, -EFAULT);

	op->user = 2;
	op->room = 0;
	expect_violation(&story, ACCESS);
}
END_TEST

START_TEST(test_root_is_a_stranger_too)
{
	call(&story, OP_COUNT, PRIVATE, 10, 11, 0)->user = 0;
	expect_violation(&story, ACCESS);
}
END_TEST

START_TEST(test_refused_to_strangers)
{
	call(&story, OP_RECV, PRIVATE, 10, 11, -EPERM)->user = 2;
	call(&story, OP_DESTROY, PRIVATE, 12, 13, -EPERM)->user = 0;
	call(&story, OP_DESTROY, PRIVATE, 14, 15, 0)->user = 1;
	call(&story, OP_DESTROY, PRIVATE, 16, 17, -ENOENT)->user = 2;
	call(&story, OP_INIT, NO_BOX, 18, 19, -EPERM)->user = 1;
	expect_well(&story);
}
END_TEST

START_TEST(test_init_by_one_who_may_not)
{
	call(&story, OP_INIT, NO_BOX, 10, 11, -EEXIST)->user = 1;
	expect_violation(&story, ACCESS);
}
END_TEST

START_TEST(test_counts)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	call(&story, OP_COUNT, OPEN, 12, 13, 1);
	sends(&story, OPEN, 1, 1, 14, 18);
	call(&story, OP_COUNT, OPEN, 15, 16, 1);
	call(&story, OP_STAT, OPEN, 16, 17, 2);
	call(&story, OP_LENGTH, OPEN, 16, 17, LENGTH(0));
	receives(&story, OPEN, 1, 0, 20, 23);
	call(&story, OP_COUNT, OPEN, 21, 22, 2);
	call(&story, OP_COUNT, OPEN, 21, 22, 1);
	call(&story, OP_LENGTH, OPEN, 21, 22, LENGTH(1));
	expect_well(&story);
	ck_assert_uint_eq(last_findings.checked[COUNTS], 7);
}
END_TEST

START_TEST(test_count_too_high)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	call(&story, OP_COUNT, OPEN, 12, 13, 2);
	expect_violation(&story, COUNTS);
}
END_TEST

START_TEST(test_count_with_what_was_received)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	receives(&story, OPEN, 1, 0, 12, 13);
	call(&story, OP_STAT, OPEN, 14, 15, 1);
	expect_violation(&story, COUNTS);
}
END_TEST

START_TEST(test_count_too_low)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	sends(&story, OPEN, 1, 1, 12, 13);
	call(&story, OP_COUNT, OPEN, 14, 15, 1);
	expect_violation(&story, COUNTS);
}
END_TEST

START_TEST(test_length_of_no_message)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	call(&story, OP_LENGTH, OPEN, 14, 15, LENGTH(0) + 1);
	expect_violation(&story, COUNTS);
}
END_TEST

START_TEST(test_length_of_a_message_that_left)
{
	sends(&story, OPEN, 1, 0, 10, 11);
	receives(&story, OPEN, 1, 0, 12, 13);
	sends(&story, OPEN, 1, 1, 14, 15);
	call(&story, OP_LENGTH, OPEN, 16, 17, LENGTH(0));
	expect_violation(&story, COUNTS);
}
END_TEST

START_TEST(test_stat_against_the_plan)
{
	call(&story, OP_STAT, OPEN, 10, 11, 0)->seen = SEEN_BROKEN;
	expect_violation(&story, CONTENTS);
}
END_TEST

START_TEST(test_killed_answer_nothing)
{
	killed(sends(&story, OPEN, 1, 0, 10, 0), NEVER);
	killed(call(&story, OP_RECV, OPEN, 10, 0, 0), NEVER);
	killed(call(&story, OP_COUNT, PRIVATE, 10, 0, 0), NEVER);
	call(&story, OP_COUNT, OPEN, 20, 21, 1);
	call(&story, OP_COUNT, OPEN, 22, 23, 0);
	expect_well(&story);
}
END_TEST

Suite *answers_suite(void)
{
	const TTest *const tests[] = {
		test_errors_that_are_not_of_the_call,
		test_results_that_are_too_large,
		test_fault_of_good_memory,
		test_send_of_more_than_there_is,
		test_send_of_bad_memory,
		test_receive_beyond_the_memory,
		test_receive_that_fits,
		test_refused_to_the_owner,
		test_refused_to_anybody,
		test_received_by_one_who_may_not,
		test_nothing_to_receive_for_a_stranger,
		test_fault_for_a_stranger,
		test_root_is_a_stranger_too,
		test_refused_to_strangers,
		test_init_by_one_who_may_not,
		test_counts,
		test_count_too_high,
		test_count_with_what_was_received,
		test_count_too_low,
		test_length_of_no_message,
		test_length_of_a_message_that_left,
		test_stat_against_the_plan,
		test_killed_answer_nothing,
	};
	Suite *suite = suite_create("answers");
	TCase *tc = tcase_create("answers");

	tcase_add_checked_fixture(tc, set_up, NULL);
	for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(suite, tc);
	return suite;
}
