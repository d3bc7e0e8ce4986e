// SPDX-License-Identifier: MIT
#include "story.h"

static struct story story;

static void set_up(void)
{
	story_begin(&story);
}

static void ends_and_begins_again(void)
{
	call(&story, OP_DESTROY, OPEN, 10, 11, 0);
	call(&story, OP_CREATE, OPEN, 20, 21, 0);
}

START_TEST(test_comes_and_goes)
{
	call(&story, OP_COUNT, OPEN, 5, 6, 0);
	ends_and_begins_again();
	call(&story, OP_COUNT, OPEN, 12, 13, -ENOENT);
	call(&story, OP_COUNT, OPEN, 22, 23, 0);
	call(&story, OP_CREATE, OPEN, 24, 25, -EEXIST);
	call(&story, OP_SHUTDOWN, NO_BOX, 30, 31, 0);
	call(&story, OP_COUNT, OPEN, 32, 33, -ENODEV);
	call(&story, OP_SHUTDOWN, NO_BOX, 34, 35, -ENODEV);
	expect_well(&story);
	ck_assert_uint_gt(last_findings.checked[EXISTENCE], 10);
}
END_TEST

START_TEST(test_not_decided)
{
	/* Each overlaps what makes its answer right. */
	call(&story, OP_DESTROY, OPEN, 10, 20, 0);
	call(&story, OP_COUNT, OPEN, 11, 12, -ENOENT);
	call(&story, OP_COUNT, OPEN, 13, 14, 0);
	call(&story, OP_CREATE, OPEN, 15, 25, 0);
	call(&story, OP_COUNT, OPEN, 21, 22, -ENOENT);
	call(&story, OP_SHUTDOWN, NO_BOX, 30, 40, 0);
	call(&story, OP_COUNT, OPEN, 31, 32, -ENODEV);
	call(&story, OP_COUNT, OPEN, 33, 34, 0);
	expect_well(&story);
}
END_TEST

START_TEST(test_not_found)
{
	call(&story, OP_COUNT, OPEN, 10, 11, -ENOENT);
	expect_violation(&story, EXISTENCE);
}
END_TEST

START_TEST(test_not_found_by_destroy)
{
	call(&story, OP_DESTROY, OPEN, 10, 11, -ENOENT);
	expect_violation(&story, EXISTENCE);
}
END_TEST

START_TEST(test_no_system)
{
	call(&story, OP_COUNT, OPEN, 10, 11, -ENODEV);
	expect_violation(&story, EXISTENCE);
}
END_TEST

START_TEST(test_answers_after_destroy)
{
	call(&story, OP_DESTROY, OPEN, 10, 11, 0);
	call(&story, OP_COUNT, OPEN, 20, 21, 0);
	expect_violation(&story, EXISTENCE);
}
END_TEST

START_TEST(test_answers_before_create)
{
	story.n--;
	call(&story, OP_LENGTH, OTHER, 10, 11, -ESRCH);
	expect_violation(&story, EXISTENCE);
}
END_TEST

START_TEST(test_answers_after_shutdown)
{
	call(&story, OP_SHUTDOWN, NO_BOX, 10, 11, 0);
	call(&story, OP_COUNT, OPEN, 20, 21, 0);
	expect_violation(&story, EXISTENCE);
}
END_TEST

START_TEST(test_outlives_shutdown)
{
	call(&story, OP_SHUTDOWN, NO_BOX, 10, 11, 0);
	call(&story, OP_INIT, NO_BOX, 12, 13, 0);
	call(&story, OP_COUNT, OPEN, 20, 21, 0);
	expect_violation(&story, EXISTENCE);
}
END_TEST

START_TEST(test_created_twice)
{
	call(&story, OP_CREATE, OPEN, 10, 11, 0);
	expect_violation(&story, EXISTENCE);
}
END_TEST

START_TEST(test_created_twice_at_the_same_time)
{
	call(&story, OP_DESTROY, OPEN, 10, 11, 0);
	call(&story, OP_CREATE, OPEN, 20, 30, 0);
	call(&story, OP_CREATE, OPEN, 21, 29, 0);
	expect_violation(&story, EXISTENCE);
}
END_TEST

START_TEST(test_destroyed_twice)
{
	call(&story, OP_DESTROY, OPEN, 10, 20, 0);
	call(&story, OP_DESTROY, OPEN, 11, 19, 0);
	expect_violation(&story, EXISTENCE);
}
END_TEST

START_TEST(test_exists_already_but_does_not)
{
	call(&story, OP_DESTROY, OPEN, 10, 11, 0);
	call(&story, OP_CREATE, OPEN, 20, 21, -EEXIST);
	expect_violation(&story, EXISTENCE);
}
END_TEST

START_TEST(test_initialised_twice)
{
	call(&story, OP_INIT, NO_BOX, 10, 11, 0);
	expect_violation(&story, EXISTENCE);
}
END_TEST

START_TEST(test_shut_down_twice)
{
	call(&story, OP_SHUTDOWN, NO_BOX, 10, 20, 0);
	call(&story, OP_SHUTDOWN, NO_BOX, 11, 19, 0);
	expect_violation(&story, EXISTENCE);
}
END_TEST

START_TEST(test_refusal_of_init_says_nothing)
{
	call(&story, OP_SHUTDOWN, NO_BOX, 10, 11, 0);
	call(&story, OP_INIT, NO_BOX, 12, 13, -EPERM)->user = 1;
	call(&story, OP_SHUTDOWN, NO_BOX, 14, 15, -EPERM)->user = 1;
	expect_well(&story);
}
END_TEST

/* Killed, it may have happened or not. */
START_TEST(test_killed)
{
	killed(call(&story, OP_DESTROY, OPEN, 10, 0, 0), 15);
	call(&story, OP_COUNT, OPEN, 20, 21, -ENOENT);
	killed(call(&story, OP_DESTROY, OTHER, 10, 0, 0), 15);
	call(&story, OP_COUNT, OTHER, 20, 21, 0);
	killed(call(&story, OP_CREATE, OPEN, 30, 0, 0), 35);
	call(&story, OP_COUNT, OPEN, 40, 41, 0);
	killed(call(&story, OP_SHUTDOWN, NO_BOX, 50, 0, 0), 55);
	call(&story, OP_COUNT, OPEN, 60, 61, -ENODEV);
	expect_well(&story);
}
END_TEST

START_TEST(test_killed_too_late_to_matter)
{
	call(&story, OP_COUNT, OPEN, 5, 6, -ENOENT);
	killed(call(&story, OP_DESTROY, OPEN, 10, 0, 0), 15);
	expect_violation(&story, EXISTENCE);
}
END_TEST

Suite *existence_suite(void)
{
	const TTest *const tests[] = {
		test_comes_and_goes,
		test_not_decided,
		test_not_found,
		test_not_found_by_destroy,
		test_no_system,
		test_answers_after_destroy,
		test_answers_before_create,
		test_answers_after_shutdown,
		test_outlives_shutdown,
		test_created_twice,
		test_created_twice_at_the_same_time,
		test_destroyed_twice,
		test_exists_already_but_does_not,
		test_initialised_twice,
		test_shut_down_twice,
		test_refusal_of_init_says_nothing,
		test_killed,
		test_killed_too_late_to_matter,
	};
	Suite *suite = suite_create("existence");
	TCase *tc = tcase_create("existence");

	tcase_add_checked_fixture(tc, set_up, NULL);
	for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(suite, tc);
	return suite;
}
