// SPDX-License-Identifier: MIT
/* Delays and times to live: when a message is ready, and when it is no more. */
#include <errno.h>

#include "calls.h"
#include "inside_quota.h"
#include "post.h"

#define LEASE	SLMBX_RECVV_LEASE
#define ACK	SLMBX_SETTLE_ACK
#define RELEASE	SLMBX_SETTLE_RELEASE
#define NEVER	(~0ULL)

static void setup(void)
{
	post_setup();
	done(slmbx_do_create(5, 0));
}

static void expect_expired(u32 id, u64 expired)
{
	ck_assert_uint_eq(post_stat(id).expired, expired);
}

START_TEST(a_delayed_message_is_ready_later)
{
	expect_result(post(5, 1, 10, 0), 1);
	expect_held(5, 0, 0, 1);
	expect_ready(5, "");
	expect_result(slmbx_do_length(5), -ESRCH);
	pass(9);
	expect_ready(5, "");
	pass(1);
	expect_ready(5, "1");
	expect_held(5, 1, 0, 0);
	ck_assert_uint_eq(received[0].age, 10);
	ck_assert_uint_eq(received[0].seq, 1);
}
END_TEST

START_TEST(delayed_messages_join_the_queue_in_the_order_of_their_time)
{
	post(5, 1, 30, 0);
	post(5, 2, 10, 0);
	post(5, 3, 20, 0);
	post(5, 4, 0, 0);
	post(5, 5, 10, 0);
	pass(10);
	post(5, 6, 0, 0);
	expect_ready(5, "4 2 5 6");
	pass(100);
	expect_ready(5, "4 2 5 6 3 1");
	for (u64 seq = 1; seq <= 6; seq++) {
		expect_result(take(5, 1, 0, 0, 0), 1);
		ck_assert_uint_eq(received[0].seq, seq);
	}
	ck_assert_uint_eq(post_stat(5).sent, 6);
}
END_TEST

START_TEST(one_batch_may_have_all_kinds)
{
	struct slmbx_sendv_msg descs[] = {
		{ .delay = 5 },
		{ .ttl = 5 },
		{ .delay = 5, .ttl = 7 },
		{},
	};
	struct slmbx_sendv args = { .messages = (uintptr_t)descs, .count = 4, .id = 5 };

	expect_result(slmbx_do_sendv(&args, sizeof(args)), 4);
	expect_held(5, 2, 0, 2);
	pass(5);
	expect_held(5, 3, 0, 0);
	expect_expired(5, 1);
	pass(2);
	expect_held(5, 2, 0, 0);
	expect_expired(5, 2);
}
END_TEST

START_TEST(a_message_whose_time_is_over_is_gone)
{
	post(5, 1, 0, 10);
	post(5, 2, 0, 0);
	post(5, 3, 0, 5);
	pass(4);
	expect_ready(5, "1 2 3");
	pass(1);
	expect_ready(5, "1 2");
	expect_expired(5, 1);
	pass(5);
	expect_ready(5, "2");
	expect_expired(5, 2);
	pass(1000 * SECOND);
	expect_ready(5, "2");
	expect_held(5, 1, 0, 0);
}
END_TEST

START_TEST(the_timer_does_it_if_nobody_calls)
{
	s64 held = quota_used(0).bytes;

	post(5, 1, 0, 10);
	pass(10);
	pass(1);
	/* The mailbox has from now on what it needs for this. */
	ck_assert_int_lt(quota_used(0).bytes, held + 1000);
	held = quota_used(0).bytes;
	post(5, 2, 0, 10);
	ck_assert_int_gt(quota_used(0).bytes, held);
	pass(11);
	ck_assert_int_eq(quota_used(0).bytes, held);
}
END_TEST

START_TEST(a_delayed_message_expires_before_it_is_ready)
{
	post(5, 1, 10, 5);
	post(5, 2, 10, 10);
	post(5, 3, 10, 11);
	pass(5);
	expect_held(5, 0, 0, 2);
	expect_expired(5, 1);
	/* Its time is over in the moment in which it would be ready. */
	pass(5);
	expect_ready(5, "3");
	expect_held(5, 1, 0, 0);
	expect_expired(5, 2);
	pass(1);
	expect_ready(5, "");
	expect_expired(5, 3);
}
END_TEST

START_TEST(a_leased_message_does_not_expire)
{
	struct slmbx_settle_item lease;

	post(5, 1, 0, 10);
	lease = lease_one(5, 1, 20);
	pass(15);
	expect_held(5, 0, 1, 0);
	expect_expired(5, 0);
	if (_i == 0) {
		done(settle(5, lease, ACK, 0));
		expect_expired(5, 0);
	} else if (_i == 1) {
		done(settle(5, lease, RELEASE, 0));
		expect_expired(5, 1);
	} else if (_i == 2) {
		done(settle(5, lease, RELEASE, 5));
		expect_expired(5, 1);
	} else {
		pass(5);
		expect_expired(5, 1);
	}
	expect_held(5, 0, 0, 0);
	expect_ready(5, "");
}
END_TEST

/* By release, for later too, and by the end of the lease. */
START_TEST(a_lease_that_ends_with_the_time_to_live_ends_the_message)
{
	struct slmbx_settle_item lease;

	post(5, 1, 0, 10);
	lease = lease_one(5, 1, _i < 2 ? 20 : 10);
	pass(10);
	if (_i < 2)
		done(settle(5, lease, RELEASE, _i));
	expect_held(5, 0, 0, 0);
	expect_expired(5, 1);
}
END_TEST

START_TEST(a_message_that_came_back_expires)
{
	struct slmbx_settle_item lease;

	post(5, 1, 0, 10);
	post(5, 2, 0, 0);
	lease = lease_one(5, 1, 20);
	pass(5);
	done(settle(5, lease, RELEASE, _i ? 3 : 0));
	pass(4);
	expect_ready(5, "1 2");
	pass(1);
	expect_ready(5, "2");
	expect_expired(5, 1);
}
END_TEST

START_TEST(a_delay_after_a_lease_may_be_longer_than_the_time_to_live)
{
	struct slmbx_settle_item lease;

	post(5, 1, 0, 10);
	lease = lease_one(5, 1, 20);
	done(settle(5, lease, RELEASE, 15));
	pass(9);
	expect_held(5, 0, 0, 1);
	pass(1);
	expect_held(5, 0, 0, 0);
	expect_expired(5, 1);
}
END_TEST

START_TEST(what_is_beyond_the_clock_never_comes)
{
	struct slmbx_settle_item lease;

	post(5, 1, NEVER, 0);
	post(5, 2, 0, NEVER);
	post(5, 3, NEVER - START, 0);
	post(5, 4, 0, NEVER - START);
	post(5, 5, NEVER - 1, NEVER - 1);
	expect_ready(5, "2 4");
	lease = lease_one(5, 2, NEVER);
	pass(NEVER / 4);
	expect_held(5, 1, 1, 3);
	expect_ready(5, "4");
	done(settle(5, lease, RELEASE, NEVER));
	pass(NEVER / 4);
	expect_held(5, 1, 0, 4);
	expect_expired(5, 0);
}
END_TEST

START_TEST(purge_takes_what_nobody_has)
{
	struct slmbx_settle_item lease;

	post(5, 1, 0, 0);
	post(5, 2, 0, 10);
	post(5, 3, 10, 0);
	post(5, 4, 10, 20);
	post(5, 5, 0, 0);
	lease = lease_one(5, 1, 100);
	done(settle(5, lease_one(5, 2, 100), RELEASE, 0));
	done(settle(5, lease_one(5, 2, 100), RELEASE, 50));
	expect_result(slmbx_do_purge(5), 4);
	expect_held(5, 0, 1, 0);
	expect_result(slmbx_do_purge(5), 0);
	pass(50);
	expect_expired(5, 0);
	expect_held(5, 0, 1, 0);
	done(settle(5, lease, RELEASE, 0));
	expect_ready(5, "1");
	expect_result(slmbx_do_purge(5), 1);
}
END_TEST

START_TEST(purge_takes_very_many)
{
	for (u32 i = 0; i < 300; i++)
		post(5, i, i % 2 ? 100 : 0, i % 3 ? 50 : 0);
	expect_result(slmbx_do_purge(5), 300);
	expect_held(5, 0, 0, 0);
	pass(1000);
	expect_expired(5, 0);
}
END_TEST

START_TEST(many_are_due_at_once)
{
	for (u32 i = 0; i < 1000; i++)
		post(5, i, 10 + i % 7, i % 5 ? 0 : 20);
	expect_held(5, 0, 0, 1000);
	pass(100);
	expect_held(5, 800, 0, 0);
	expect_expired(5, 200);
}
END_TEST

START_TEST(what_waits_goes_with_its_mailbox)
{
	for (int round = 0; round < 2; round++) {
		post(5, 1, 10, 0);
		post(5, 2, 10, 20);
		post(5, 3, 0, 20);
		lease_one(5, 3, 5);
		post(5, 4, 0, 0);
		done(settle(5, lease_one(5, 4, 5), RELEASE, 0));
		if (!round) {
			done(slmbx_do_destroy(5));
			ck_assert_uint_eq(quota_accounts(), 0);
			done(slmbx_do_create(5, 0));
			pass(100);
			expect_held(5, 0, 0, 0);
		}
	}
	done(slmbx_do_shutdown());
	pass(100);
}
END_TEST

START_TEST(stat_tells_the_age_of_the_head)
{
	ck_assert_uint_eq(post_stat(5).oldest, 0);
	post(5, 1, 0, 0);
	pass(7);
	post(5, 2, 0, 0);
	ck_assert_uint_eq(post_stat(5).oldest, 7);
	lease_one(5, 1, 100);
	pass(2);
	ck_assert_uint_eq(post_stat(5).oldest, 2);
	pass(98);
	ck_assert_uint_eq(post_stat(5).oldest, 107);
	ck_assert_uint_eq(post_stat(5).head_length, post_length(1));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("times");
	TCase *times = unit_case(suite, "times");

	tcase_add_checked_fixture(times, setup, post_teardown);
	tcase_add_test(times, a_delayed_message_is_ready_later);
	tcase_add_test(times, delayed_messages_join_the_queue_in_the_order_of_their_time);
	tcase_add_test(times, one_batch_may_have_all_kinds);
	tcase_add_test(times, a_message_whose_time_is_over_is_gone);
	tcase_add_test(times, the_timer_does_it_if_nobody_calls);
	tcase_add_test(times, a_delayed_message_expires_before_it_is_ready);
	tcase_add_loop_test(times, a_leased_message_does_not_expire, 0, 4);
	tcase_add_loop_test(times, a_lease_that_ends_with_the_time_to_live_ends_the_message, 0, 3);
	tcase_add_loop_test(times, a_message_that_came_back_expires, 0, 2);
	tcase_add_test(times, a_delay_after_a_lease_may_be_longer_than_the_time_to_live);
	tcase_add_test(times, what_is_beyond_the_clock_never_comes);
	tcase_add_test(times, purge_takes_what_nobody_has);
	tcase_add_test(times, purge_takes_very_many);
	tcase_add_test(times, many_are_due_at_once);
	tcase_add_test(times, what_waits_goes_with_its_mailbox);
	tcase_add_test(times, stat_tells_the_age_of_the_head);
	return unit_run(suite);
}
