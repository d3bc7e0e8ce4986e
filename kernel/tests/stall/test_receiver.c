// SPDX-License-Identifier: MIT
/*
 * A receiver that is stuck in the copy of the head message. It keeps other receivers of
 * that mailbox waiting, and nobody else; those can be killed.
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "stall.h"

static long receive(unsigned char *mem)
{
	return slmbx_recv(BOX, mem, FIRST_LEN + 1);
}

static long receive_again(unsigned char *mem)
{
	long ret = slmbx_recv(BOX, mem, FIRST_LEN + 1);

	return ret == SECOND_LEN && is_message(mem, SECOND_LEN) ? 1 : ret;
}

static long receive_first(unsigned char *mem)
{
	long ret = slmbx_recv(BOX, mem, FIRST_LEN + 1);

	return ret == FIRST_LEN && is_message(mem, FIRST_LEN) ? 1 : ret;
}

/* Whatever a caller may do beside a receive from BOX, done at once. */
static void use_all_else(void)
{
	unsigned char bytes[100] = { 0 };
	struct slmbx_stat st;

	expect(2, slmbx_count(BOX));
	expect(FIRST_LEN, slmbx_length(BOX));
	expect(0, slmbx_stat(BOX, &st, sizeof(st)));
	ck_assert_uint_eq(st.count, 2);
	ck_assert_uint_eq(st.bytes, FIRST_LEN + SECOND_LEN);
	ck_assert_uint_eq(st.head_length, FIRST_LEN);
	expect(-EEXIST, slmbx_create(BOX, 0));
	expect(-EFAULT, slmbx_send(BOX, NULL, 1));

	expect(0, slmbx_send(OTHER_BOX, bytes, sizeof(bytes)));
	expect(sizeof(bytes), slmbx_recv(OTHER_BOX, bytes, sizeof(bytes)));
	expect(0, slmbx_create(100, 1));
	expect(0, slmbx_destroy(100));
	expect(-EEXIST, slmbx_init(16, 4));
}

START_TEST(keeps_its_message_until_it_has_it)
{
	struct caller *caller = caller_stalled(receive);

	use_all_else();
	caller_release(caller);
	expect(FIRST_LEN, caller_result(caller));
	expect(1, slmbx_count(BOX));
	expect(SECOND_LEN, slmbx_length(BOX));
}
END_TEST

START_TEST(sends_go_on)
{
	struct caller *caller = caller_stalled(receive);
	unsigned char bytes[100] = { 0 };

	for (long i = 0; i < 100; i++) {
		expect(0, slmbx_send(BOX, bytes, sizeof(bytes)));
		expect(3 + i, slmbx_count(BOX));
	}
	caller_release(caller);
	expect(FIRST_LEN, caller_result(caller));
	expect(101, slmbx_count(BOX));
	expect(SECOND_LEN, slmbx_length(BOX));
}
END_TEST

START_TEST(destroy_goes_on)
{
	struct caller *caller = caller_stalled(receive);
	struct slmbx_stat st;

	expect(0, slmbx_destroy(BOX));
	expect(-ENOENT, slmbx_count(BOX));
	expect(-ENOENT, slmbx_stat(BOX, &st, sizeof(st)));
	/* A new one of the id has nothing to do with it. */
	expect(0, slmbx_create(BOX, 0));
	expect(0, slmbx_send(BOX, (unsigned char *)"new", 3));
	expect(1, slmbx_count(BOX));
	ck_assert(!caller_returned(caller));
	caller_release(caller);
	expect(-ENOENT, caller_result(caller));
	expect(1, slmbx_count(BOX));
	expect(3, slmbx_length(BOX));
}
END_TEST

START_TEST(shutdown_goes_on)
{
	struct caller *caller = caller_stalled(receive);

	expect(0, slmbx_shutdown());
	expect(-ENODEV, slmbx_count(BOX));
	expect(-ENODEV, slmbx_shutdown());
	expect(0, slmbx_init(16, 4));
	expect(-ENOENT, slmbx_count(BOX));
	expect(0, slmbx_create(BOX, 0));
	ck_assert(!caller_returned(caller));
	caller_release(caller);
	expect(-ENODEV, caller_result(caller));
	expect(0, slmbx_count(BOX));
}
END_TEST

/* The memory turns out to be bad: nothing has changed. */
START_TEST(fault_after_all)
{
	struct caller *caller = caller_stalled(receive);

	use_all_else();
	caller_cut_off(caller);
	expect(-EFAULT, caller_result(caller));
	expect_both_messages();
}
END_TEST

START_TEST(fault_after_the_end)
{
	struct caller *caller = caller_stalled(receive);

	expect(0, _i ? slmbx_destroy(BOX) : slmbx_shutdown());
	caller_cut_off(caller);
	/* What came first counts, and either did. */
	expect(-EFAULT, caller_result(caller));
}
END_TEST

START_TEST(killed)
{
	struct caller *caller = caller_stalled(receive);

	caller_kill(caller);
	expect_both_messages();
}
END_TEST

START_TEST(killed_after_the_end)
{
	struct caller *caller = caller_stalled(receive);

	expect(0, _i ? slmbx_destroy(BOX) : slmbx_shutdown());
	caller_kill(caller);
	expect(_i ? -ENOENT : -ENODEV, slmbx_count(BOX));
}
END_TEST

/* Another receiver waits for its turn, through any number of signals, and has it. */
START_TEST(another_waits)
{
	struct caller *first = caller_stalled(receive);
	struct caller *second = caller_plain(receive_again, _i);

	if (_i)
		usleep(300000);
	else
		caller_await_sleep(second);
	for (int i = 0; i < 20; i++) {
		if (_i)
			caller_signal(second, SIGUSR1);
		usleep(1000);
	}
	ck_assert_msg(!caller_returned(second), "it did not wait");
	use_all_else();
	caller_release(first);
	expect(FIRST_LEN, caller_result(first));
	expect(1, caller_result(second));
	expect(0, slmbx_count(BOX));
}
END_TEST

START_TEST(another_is_killed)
{
	struct caller *first = caller_stalled(receive), *others[3];

	for (int i = 0; i < 3; i++)
		others[i] = caller_plain(receive, false);
	for (int i = 0; i < 3; i++)
		caller_await_sleep(others[i]);
	/* It dies although the first holds the turn still. */
	for (int i = 0; i < 3; i++)
		caller_kill(others[i]);
	ck_assert(!caller_returned(first));
	use_all_else();
	caller_release(first);
	expect(FIRST_LEN, caller_result(first));
	expect(1, slmbx_count(BOX));
	expect(SECOND_LEN, slmbx_length(BOX));
}
END_TEST

/* The first is killed, or has bad memory: its message goes to the one that waits. */
START_TEST(another_gets_it_instead)
{
	struct caller *first = caller_stalled(receive);
	struct caller *second = caller_plain(receive_first, false);

	caller_await_sleep(second);
	if (_i) {
		caller_kill(first);
	} else {
		caller_cut_off(first);
		expect(-EFAULT, caller_result(first));
	}
	expect(1, caller_result(second));
	expect(1, slmbx_count(BOX));
	expect(SECOND_LEN, slmbx_length(BOX));
}
END_TEST

/* The mailbox ends while one copies and others wait: all hear of it, and not before. */
START_TEST(the_end_while_others_wait)
{
	struct caller *first = caller_stalled(receive), *others[3];

	for (int i = 0; i < 3; i++)
		others[i] = caller_plain(receive, false);
	for (int i = 0; i < 3; i++)
		caller_await_sleep(others[i]);
	expect(0, _i ? slmbx_destroy(BOX) : slmbx_shutdown());
	/* One who waits still can be killed. */
	caller_kill(others[2]);
	caller_release(first);
	expect(_i ? -ENOENT : -ENODEV, caller_result(first));
	for (int i = 0; i < 2; i++)
		expect(_i ? -ENOENT : -ENODEV, caller_result(others[i]));
}
END_TEST

static long look(unsigned char *mem)
{
	return slmbx_stat(BOX, (struct slmbx_stat *)mem, sizeof(struct slmbx_stat));
}

/* One that is stuck in the copy of a stat keeps nobody waiting. */
START_TEST(stat_holds_nothing)
{
	struct caller *caller = caller_stalled(look);

	use_all_else();
	expect_both_messages();
	expect(0, _i ? slmbx_destroy(BOX) : slmbx_shutdown());
	ck_assert(!caller_returned(caller));
	caller_release(caller);
	/* It had looked before. */
	expect(0, caller_result(caller));
}
END_TEST

Suite *receiver_suite(void)
{
	Suite *s = suite_create("stalled receiver");
	TCase *tc = tcase_create("receiver");

	tcase_set_timeout(tc, 3 * PATIENCE_MS / 1000);
	tcase_add_checked_fixture(tc, stall_setup, stall_teardown);
	tcase_add_test(tc, keeps_its_message_until_it_has_it);
	tcase_add_test(tc, sends_go_on);
	tcase_add_test(tc, destroy_goes_on);
	tcase_add_test(tc, shutdown_goes_on);
	tcase_add_test(tc, fault_after_all);
	tcase_add_loop_test(tc, fault_after_the_end, 0, 2);
	tcase_add_test(tc, killed);
	tcase_add_loop_test(tc, killed_after_the_end, 0, 2);
	tcase_add_loop_test(tc, another_waits, 0, 2);
	tcase_add_test(tc, another_is_killed);
	tcase_add_loop_test(tc, another_gets_it_instead, 0, 2);
	tcase_add_loop_test(tc, the_end_while_others_wait, 0, 2);
	tcase_add_loop_test(tc, stat_holds_nothing, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}
