// SPDX-License-Identifier: MIT
/* Where messages go that expired or were delivered too often, and when they stay. */
#include <errno.h>

#include "calls.h"
#include "inside_quota.h"
#include "post.h"

#define LEASE	SLMBX_RECVV_LEASE
#define ACK	SLMBX_SETTLE_ACK
#define RELEASE	SLMBX_SETTLE_RELEASE

#define SOURCE		5
#define TARGET		6
#define TARGETS		7	/* where what expires there goes */

static void setup(void)
{
	post_setup();
	done(slmbx_do_create(SOURCE, 0));
	done(slmbx_do_create(TARGET, 0));
	done(set_attr(SOURCE, .mask = SLMBX_ATTR_DEAD_LETTER | SLMBX_ATTR_MAX_DELIVERIES,
		      .dead_letter = TARGET, .max_deliveries = 2));
}

/* What both mailboxes' counters say. */
static void expect_counted(u64 expired, u64 dead)
{
	struct slmbx_stat stat = post_stat(SOURCE);

	ck_assert_uint_eq(stat.expired, expired);
	ck_assert_uint_eq(stat.dead, dead);
}

/* The one in the target, which is @number, with what is said of where it was. */
static void expect_dead(u32 number, u32 deliveries, u64 age, u64 moved)
{
	expect_result(take(TARGET, 1, SLMBX_RECVV_PEEK, 0, 0), 1);
	ck_assert_uint_eq(received_numbers[0], number);
	ck_assert_uint_eq(received[0].flags, SLMBX_RECVV_DEAD);
	ck_assert_uint_eq(received[0].from, SOURCE);
	ck_assert_uint_eq(received[0].from_deliveries, deliveries);
	ck_assert_uint_eq(received[0].deliveries, 0);
	ck_assert_uint_eq(received[0].age, age);
	ck_assert_uint_eq(received[0].moved, moved);
}

START_TEST(an_expired_message_moves)
{
	post(TARGET, 9, 0, 0);
	expect_result(take(TARGET, 1, 0, 0, 0), 1);
	ck_assert_uint_eq(received[0].flags, 0);
	post(SOURCE, 1, 0, 10);
	pass(10);
	expect_ready(SOURCE, "");
	pass(5);
	expect_dead(1, 0, 15, 5);
	/* It is the second that ever was there. */
	ck_assert_uint_eq(received[0].seq, 2);
	expect_counted(1, 1);
	expect_held(SOURCE, 0, 0, 0);
	expect_held(TARGET, 1, 0, 0);
}
END_TEST

START_TEST(a_delayed_message_moves_when_it_expires)
{
	post(SOURCE, 1, 10, 5);
	pass(5);
	expect_held(SOURCE, 0, 0, 0);
	expect_dead(1, 0, 5, 0);
	expect_counted(1, 1);
}
END_TEST

/* By its lease's end, by release, and by a release for later. */
START_TEST(a_message_delivered_too_often_moves)
{
	struct slmbx_settle_item lease;

	post(SOURCE, 1, 0, 0);
	post(SOURCE, 2, 0, 0);
	done(settle(SOURCE, lease_one(SOURCE, 1, 10), RELEASE, 0));
	expect_ready(SOURCE, "1 2");
	lease = lease_one(SOURCE, 1, 10);
	expect_held(TARGET, 0, 0, 0);
	if (_i == 0) {
		pass(10);
	} else if (_i == 1) {
		done(settle(SOURCE, lease, RELEASE, 0));
	} else {
		done(settle(SOURCE, lease, RELEASE, 10));
		expect_held(SOURCE, 1, 0, 1);
		pass(10);
	}
	expect_ready(SOURCE, "2");
	expect_dead(1, 2, _i == 1 ? 0 : 10, 0);
	expect_counted(0, 1);
	expect_result(settle(SOURCE, lease, ACK, 0), -ESTALE);
}
END_TEST

START_TEST(an_acknowledged_message_does_not_move)
{
	post(SOURCE, 1, 0, 0);
	done(settle(SOURCE, lease_one(SOURCE, 1, 10), RELEASE, 0));
	done(settle(SOURCE, lease_one(SOURCE, 1, 10), ACK, 0));
	pass(100);
	expect_held(SOURCE, 0, 0, 0);
	expect_held(TARGET, 0, 0, 0);
	expect_counted(0, 0);
}
END_TEST

START_TEST(a_purged_message_does_not_move)
{
	post(SOURCE, 1, 0, 10);
	expect_result(slmbx_do_purge(SOURCE), 1);
	pass(10);
	expect_held(TARGET, 0, 0, 0);
	expect_counted(0, 0);
}
END_TEST

/* There it has neither a time to live nor a delay, and may be leased as any other. */
START_TEST(a_dead_letter_lives_on)
{
	struct slmbx_settle_item lease;

	post(SOURCE, 1, 0, 10);
	pass(10);
	expect_ready(SOURCE, "");
	expect_ready(TARGET, "1");
	pass(1000);
	lease = lease_one(TARGET, 1, 10);
	ck_assert_uint_eq(received[0].deliveries, 1);
	ck_assert_uint_eq(received[0].from, SOURCE);
	pass(10);
	expect_ready(TARGET, "1");
	lease = lease_one(TARGET, 1, 10);
	ck_assert_uint_eq(received[0].deliveries, 2);
	ck_assert_uint_eq(received[0].flags, SLMBX_RECVV_DEAD);
	done(settle(TARGET, lease, ACK, 0));
	expect_held(TARGET, 0, 0, 0);
}
END_TEST

START_TEST(a_dead_letter_may_move_on)
{
	done(slmbx_do_create(TARGETS, 0));
	done(set_attr(TARGET, .mask = SLMBX_ATTR_DEAD_LETTER | SLMBX_ATTR_MAX_DELIVERIES,
		      .dead_letter = TARGETS, .max_deliveries = 1));
	post(SOURCE, 1, 0, 10);
	pass(10);
	expect_held(SOURCE, 0, 0, 0);
	done(settle(TARGET, lease_one(TARGET, 1, 10), RELEASE, 0));
	expect_held(SOURCE, 0, 0, 0);
	expect_held(TARGET, 0, 0, 0);
	expect_result(take(TARGETS, 1, 0, 0, 0), 1);
	ck_assert_uint_eq(received_numbers[0], 1);
	ck_assert_uint_eq(received[0].from, TARGET);
	ck_assert_uint_eq(received[0].from_deliveries, 1);
	ck_assert_uint_eq(received[0].moved, 0);
	ck_assert_uint_eq(received[0].age, 10);
	ck_assert_uint_eq(post_stat(TARGET).dead, 1);
	ck_assert_uint_eq(post_stat(TARGET).expired, 0);
}
END_TEST

/* No mailbox, none of the owner's, none with room. */
enum obstacle { ABSENT, FORBIDDEN, FULL, TOO_SMALL, OBSTACLES };

static void put_in_the_way(enum obstacle obstacle)
{
	switch (obstacle) {
	case ABSENT:
		done(slmbx_do_destroy(TARGET));
		break;
	case FORBIDDEN:
		done(set_attr(TARGET, .mask = SLMBX_ATTR_PROTECTED | SLMBX_ATTR_OWNER, .protect = 1,
			      .owner = uid_of[ALICE]));
		break;
	case FULL:
		post(TARGET, 9, 0, 0);
		done(set_attr(TARGET, .mask = SLMBX_ATTR_MAX_MESSAGES, .max_messages = 1));
		break;
	default:
		done(set_attr(TARGET, .mask = SLMBX_ATTR_MAX_BYTES, .max_bytes = 1));
		break;
	}
}

START_TEST(an_expired_message_that_can_not_move_stays)
{
	put_in_the_way(_i);
	post(SOURCE, 1, 0, 0);
	post(SOURCE, 2, 0, 10);
	post(SOURCE, 3, 0, 0);
	pass(10);
	expect_ready(SOURCE, "1 2 3");
	expect_counted(1, 0);
	pass(1000);
	expect_ready(SOURCE, "1 2 3");
	expect_counted(1, 0);
	for (u32 number = 1; number <= 3; number++) {
		expect_result(take(SOURCE, 1, 0, 0, 0), 1);
		ck_assert_uint_eq(received_numbers[0], number);
		ck_assert_uint_eq(received[0].seq, number);
		ck_assert_uint_eq(received[0].flags, 0);
	}
}
END_TEST

START_TEST(a_message_delivered_too_often_that_can_not_move_is_delivered_on)
{
	put_in_the_way(_i);
	post(SOURCE, 1, 0, 0);
	post(SOURCE, 2, 0, 0);
	for (u32 times = 1; times < 5; times++) {
		struct slmbx_settle_item lease = lease_one(SOURCE, 1, 10);

		ck_assert_uint_eq(received[0].deliveries, times);
		if (times % 2)
			pass(10);
		else
			done(settle(SOURCE, lease, RELEASE, 0));
		expect_ready(SOURCE, "1 2");
	}
	expect_counted(0, 0);
	/* With the way free it moves the next time. */
	if (_i == FULL) {
		expect_result(take(TARGET, 1, 0, 0, 0), 1);
		lease_one(SOURCE, 1, 10);
		pass(10);
		expect_ready(SOURCE, "2");
		expect_dead(1, 5, 30, 0);
		expect_counted(0, 1);
	}
}
END_TEST

START_TEST(a_leased_message_that_expired_stays_if_it_can_not_move)
{
	struct slmbx_settle_item lease;

	put_in_the_way(_i);
	post(SOURCE, 1, 0, 5);
	post(SOURCE, 2, 0, 0);
	lease = lease_one(SOURCE, 1, 10);
	pass(6);
	done(settle(SOURCE, lease, RELEASE, 0));
	expect_ready(SOURCE, "1 2");
	expect_counted(1, 0);
	pass(100);
	expect_ready(SOURCE, "1 2");
	expect_counted(1, 0);
}
END_TEST

START_TEST(a_delayed_message_that_expired_stays_if_it_can_not_move)
{
	put_in_the_way(_i);
	post(SOURCE, 1, 10, 5);
	post(SOURCE, 2, 0, 0);
	pass(5);
	expect_held(SOURCE, 1, 0, 1);
	expect_counted(1, 0);
	pass(5);
	expect_ready(SOURCE, "2 1");
	pass(100);
	expect_held(SOURCE, 2, 0, 0);
	expect_counted(1, 0);
}
END_TEST

/* Its sender pays for it wherever it is. */
START_TEST(a_dead_letter_is_charged_to_its_sender)
{
	s64 alices;

	become(ALICE);
	post(SOURCE, 1, 0, 10);
	alices = quota_used(uid_of[ALICE]).bytes;
	become(BOB);
	lease_one(SOURCE, 1, 5);
	ck_assert_int_gt(quota_used(uid_of[BOB]).bytes, 0);
	pass(10);
	expect_held(SOURCE, 0, 0, 0);
	ck_assert_int_eq(quota_used(uid_of[BOB]).bytes, 0);
	ck_assert_int_eq(quota_used(uid_of[ALICE]).bytes, alices);
	expect_result(take(TARGET, 1, 0, 0, 0), 1);
	ck_assert_int_eq(quota_used(uid_of[ALICE]).bytes, 0);
}
END_TEST

START_TEST(without_a_dead_letter_mailbox_it_is_dropped_or_delivered_on)
{
	done(set_attr(SOURCE, .mask = SLMBX_ATTR_DEAD_LETTER));
	post(SOURCE, 1, 0, 10);
	post(SOURCE, 2, 0, 0);
	pass(10);
	expect_ready(SOURCE, "2");
	for (u32 times = 1; times < 5; times++) {
		lease_one(SOURCE, 2, 10);
		ck_assert_uint_eq(received[0].deliveries, times);
		pass(10);
	}
	expect_ready(SOURCE, "2");
	expect_counted(1, 0);
}
END_TEST

START_TEST(many_move_at_once)
{
	for (u32 i = 0; i < 300; i++)
		post(SOURCE, i, i % 3 ? 0 : 5, 10);
	pass(10);
	expect_held(SOURCE, 0, 0, 0);
	expect_held(TARGET, 300, 0, 0);
	expect_counted(300, 300);
}
END_TEST

START_TEST(only_as_many_move_as_have_room)
{
	done(set_attr(TARGET, .mask = SLMBX_ATTR_MAX_MESSAGES, .max_messages = 2));
	for (u32 i = 1; i <= 4; i++)
		post(SOURCE, i, 0, 10);
	pass(10);
	expect_ready(SOURCE, "3 4");
	expect_ready(TARGET, "1 2");
	expect_counted(4, 2);
}
END_TEST

START_TEST(a_chain_is_not_a_cycle)
{
	u32 last = 100 + SLMBX_DEAD_LETTERS_MAX;

	refused(set_attr(SOURCE, .mask = SLMBX_ATTR_DEAD_LETTER, .dead_letter = SOURCE), -ELOOP);
	refused(set_attr(TARGET, .mask = SLMBX_ATTR_DEAD_LETTER, .dead_letter = SOURCE), -ELOOP);
	/* 101 to 132 lead one to the next; from 100 they are as many as may be. */
	for (u32 id = 100; id <= last; id++)
		done(slmbx_do_create(id, 0));
	for (u32 id = 101; id < last; id++)
		done(set_attr(id, .mask = SLMBX_ATTR_DEAD_LETTER, .dead_letter = id + 1));
	done(set_attr(100, .mask = SLMBX_ATTR_DEAD_LETTER, .dead_letter = 101));
	for (u32 id = 100; id <= last; id++)
		refused(set_attr(last, .mask = SLMBX_ATTR_DEAD_LETTER, .dead_letter = id), -ELOOP);
	done(slmbx_do_create(99, 0));
	refused(set_attr(99, .mask = SLMBX_ATTR_DEAD_LETTER, .dead_letter = 100), -ELOOP);
	done(set_attr(99, .mask = SLMBX_ATTR_DEAD_LETTER, .dead_letter = 101));
	/* Nothing leads on from one that isn't there. */
	done(slmbx_do_destroy(110));
	done(set_attr(last, .mask = SLMBX_ATTR_DEAD_LETTER, .dead_letter = 100));
	done(slmbx_do_create(110, 0));
	refused(set_attr(110, .mask = SLMBX_ATTR_DEAD_LETTER, .dead_letter = 111), -ELOOP);
	done(set_attr(110, .mask = SLMBX_ATTR_DEAD_LETTER, .dead_letter = TARGET));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("dead_letters");
	TCase *moves = unit_case(suite, "moves"), *stays = unit_case(suite, "stays");

	tcase_add_checked_fixture(moves, setup, post_teardown);
	tcase_add_checked_fixture(stays, setup, post_teardown);
	tcase_add_test(moves, an_expired_message_moves);
	tcase_add_test(moves, a_delayed_message_moves_when_it_expires);
	tcase_add_loop_test(moves, a_message_delivered_too_often_moves, 0, 3);
	tcase_add_test(moves, an_acknowledged_message_does_not_move);
	tcase_add_test(moves, a_purged_message_does_not_move);
	tcase_add_test(moves, a_dead_letter_lives_on);
	tcase_add_test(moves, a_dead_letter_may_move_on);
	tcase_add_test(moves, a_dead_letter_is_charged_to_its_sender);
	tcase_add_test(moves, many_move_at_once);
	tcase_add_loop_test(stays, an_expired_message_that_can_not_move_stays, 0, OBSTACLES);
	tcase_add_loop_test(stays, a_message_delivered_too_often_that_can_not_move_is_delivered_on,
			    0, OBSTACLES);
	tcase_add_loop_test(stays, a_leased_message_that_expired_stays_if_it_can_not_move, 0,
			    OBSTACLES);
	tcase_add_loop_test(stays, a_delayed_message_that_expired_stays_if_it_can_not_move, 0,
			    OBSTACLES);
	tcase_add_test(stays, without_a_dead_letter_mailbox_it_is_dropped_or_delivered_on);
	tcase_add_test(stays, only_as_many_move_as_have_room);
	tcase_add_test(stays, a_chain_is_not_a_cycle);
	return unit_run(suite);
}
