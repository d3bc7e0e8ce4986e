// SPDX-License-Identifier: MIT
/*
 * Dead letters for which there was room when they set out and none when they came: another
 * call was between. They must be again what they were. And those whose mailbox went meanwhile.
 */
#include <errno.h>
#include <stdlib.h>

#include "calls.h"
#include "inside_quota.h"
#include "mailbox.h"
#include "post.h"
#include "threads.h"

#define ACK	SLMBX_SETTLE_ACK
#define RELEASE	SLMBX_SETTLE_RELEASE

#define SOURCE		5
#define TARGET		6

int __wrap_slmbx_mailbox_push(struct slmbx_mailbox *mailbox, struct list_head *messages, u32 count,
			      u64 bytes);
int __real_slmbx_mailbox_push(struct slmbx_mailbox *mailbox, struct list_head *messages, u32 count,
			      u64 bytes);

static unsigned int refusals;
static void (*meanwhile)(void);

int __wrap_slmbx_mailbox_push(struct slmbx_mailbox *mailbox, struct list_head *messages, u32 count,
			      u64 bytes)
{
	if (mailbox->id != TARGET || !refusals)
		return __real_slmbx_mailbox_push(mailbox, messages, count, bytes);
	refusals--;
	if (meanwhile)
		meanwhile();
	return -EDQUOT;
}

static void setup(void)
{
	post_setup();
	done(slmbx_do_create(SOURCE, 0));
	done(slmbx_do_create(TARGET, 0));
	done(set_attr(SOURCE, .mask = SLMBX_ATTR_DEAD_LETTER | SLMBX_ATTR_MAX_DELIVERIES,
		      .dead_letter = TARGET, .max_deliveries = 2));
	refusals = 1;
	meanwhile = NULL;
}

static void expect_counted(u64 expired, u64 dead)
{
	struct slmbx_stat stat = post_stat(SOURCE);

	ck_assert_uint_eq(stat.expired, expired);
	ck_assert_uint_eq(stat.dead, dead);
	ck_assert_uint_eq(refusals, 0);
	/* All is in its place, and timers are set. */
	free(snapshot_take());
}

START_TEST(one_that_expired_stands_where_it_stood)
{
	post(SOURCE, 1, 0, 0);
	post(SOURCE, 2, 0, 10);
	post(SOURCE, 3, 0, 0);
	pass(11);
	expect_ready(SOURCE, "1 2 3");
	expect_ready(TARGET, "");
	expect_counted(1, 0);
	/* It has no time to live any more. */
	pass(100);
	expect_ready(SOURCE, "1 2 3");
	expect_counted(1, 0);
}
END_TEST

START_TEST(one_that_had_come_back_stands_where_it_stood)
{
	struct slmbx_settle_item one, two;

	post(SOURCE, 1, 0, 0);
	post(SOURCE, 2, 0, 10);
	post(SOURCE, 3, 0, 0);
	one = lease_one(SOURCE, 1, 100);
	two = lease_one(SOURCE, 2, 100);
	done(settle(SOURCE, two, RELEASE, 0));
	done(settle(SOURCE, one, RELEASE, 0));
	pass(11);
	expect_ready(SOURCE, "1 2 3");
	expect_counted(1, 0);
	expect_result(take(SOURCE, 3, 0, 0, 0), 3);
	ck_assert_uint_eq(received[1].seq, 2);
	ck_assert_uint_eq(received[1].deliveries, 1);
	ck_assert_uint_eq(received[1].flags, 0);
}
END_TEST

/* By the end of its lease, by release, and later by release. */
START_TEST(one_delivered_too_often_is_delivered_on)
{
	struct slmbx_settle_item lease;

	post(SOURCE, 1, 0, 50);
	post(SOURCE, 2, 0, 0);
	done(settle(SOURCE, lease_one(SOURCE, 1, 10), RELEASE, 0));
	lease = lease_one(SOURCE, 1, 10);
	if (_i)
		done(settle(SOURCE, lease, RELEASE, _i == 1 ? 0 : 10));
	pass(11);
	expect_ready(SOURCE, "1 2");
	expect_counted(0, 0);
	refused(settle(SOURCE, lease, ACK, 0), -ESTALE);
	/* Its time to live goes on. */
	pass(100);
	expect_ready(SOURCE, "2");
	expect_ready(TARGET, "1");
	ck_assert_uint_eq(received[0].from_deliveries, 2);
	expect_counted(1, 1);
}
END_TEST

START_TEST(one_that_expired_while_leased_comes_back)
{
	post(SOURCE, 1, 0, 5);
	post(SOURCE, 2, 0, 0);
	lease_one(SOURCE, 1, 10);
	pass(11);
	expect_ready(SOURCE, "1 2");
	expect_counted(1, 0);
	pass(100);
	expect_ready(SOURCE, "1 2");
}
END_TEST

START_TEST(one_that_expired_while_delayed_is_not_lost)
{
	post(SOURCE, 1, 10, 5);
	pass(6);
	pass(10);
	expect_ready(SOURCE, "1");
	expect_counted(1, 0);
}
END_TEST

/* It still says where it was before. */
START_TEST(a_dead_letter_that_can_not_move_on_is_one)
{
	done(slmbx_do_create(4, 0));
	done(set_attr(4, .mask = SLMBX_ATTR_DEAD_LETTER, .dead_letter = SOURCE));
	done(set_attr(SOURCE, .mask = SLMBX_ATTR_MAX_DELIVERIES, .max_deliveries = 1));
	post(4, 1, 0, 10);
	pass(11);
	lease_one(SOURCE, 1, 10);
	pass(11);
	expect_ready(SOURCE, "1");
	ck_assert_uint_eq(received[0].flags, SLMBX_RECVV_DEAD);
	ck_assert_uint_eq(received[0].from, 4);
	ck_assert_uint_eq(received[0].moved, 11);
	ck_assert_uint_eq(received[0].deliveries, 1);
	expect_counted(0, 0);
	lease_one(SOURCE, 1, 10);
	pass(11);
	expect_ready(TARGET, "1");
	ck_assert_uint_eq(received[0].from, SOURCE);
	ck_assert_uint_eq(received[0].from_deliveries, 2);
	expect_counted(0, 1);
}
END_TEST

START_TEST(some_move_and_some_stay)
{
	refusals = 3;
	for (u32 number = 1; number <= 200; number++)
		post(SOURCE, number, 0, 10);
	pass(11);
	expect_held(SOURCE, 3, 0, 0);
	expect_held(TARGET, 197, 0, 0);
	expect_ready(SOURCE, "1 2 3");
	expect_counted(200, 197);
}
END_TEST

static void destroy_source(void)
{
	done(slmbx_do_destroy(SOURCE));
}

static void shut_down(void)
{
	done(slmbx_do_shutdown());
}

/* With another that is still to move. */
START_TEST(one_whose_mailbox_went_meanwhile_goes_too)
{
	meanwhile = _i ? shut_down : destroy_source;
	post(SOURCE, 1, 0, 10);
	post(SOURCE, 2, 0, 10);
	post(SOURCE, 3, 0, 0);
	pass(11);
	expect_result(slmbx_do_count(SOURCE), _i ? -ENODEV : -ENOENT);
	if (!_i) {
		expect_result(slmbx_do_count(TARGET), 1);
		done(slmbx_do_destroy(TARGET));
	}
	ck_assert_uint_eq(quota_accounts(), 0);
}
END_TEST

/* Those that were settled before are; of the others there is no lease any more. */
START_TEST(a_mailbox_that_goes_takes_leases_along_that_are_being_settled)
{
	struct slmbx_settle_item items[200];
	struct slmbx_settle args = { .items = (uintptr_t)items, .count = 200, .id = SOURCE };
	long settled;

	done(set_attr(SOURCE, .mask = SLMBX_ATTR_MAX_DELIVERIES, .max_deliveries = 1));
	post_many(SOURCE, 1, 200);
	expect_result(take(SOURCE, 200, SLMBX_RECVV_LEASE, 10, 0), 200);
	for (u32 i = 0; i < 200; i++)
		items[i] = (struct slmbx_settle_item){ .seq = received[i].seq,
						       .token = received[i].token,
						       .action = RELEASE };
	meanwhile = destroy_source;
	settled = slmbx_do_settle(&args, sizeof(args));
	expect(settled > 0 && settled < 200, "%ld were settled", settled);
	for (u32 i = 0; i < 200; i++)
		expect_result(items[i].result, i < settled ? 0 : -ESTALE);
	expect_result(slmbx_do_count(TARGET), settled - 1);
	done(slmbx_do_destroy(TARGET));
	ck_assert_uint_eq(quota_accounts(), 0);
}
END_TEST

static long waited;

static void wait_for_one(struct worker *worker)
{
	waited = take(SOURCE, 1, 0, 0, SLMBX_FOREVER);
}

START_TEST(who_waits_gets_one_that_stays)
{
	struct worker waiter = { .run = wait_for_one };

	post(SOURCE, 1, 0, 5);
	lease_one(SOURCE, 1, 10);
	workers_start(&waiter, 1, 0);
	pass(11);
	workers_end(&waiter, 1);
	expect_result(waited, 1);
	expect_counted(1, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("moves");
	TCase *moves = unit_case(suite, "moves");

	tcase_add_checked_fixture(moves, setup, post_teardown);
	tcase_add_test(moves, one_that_expired_stands_where_it_stood);
	tcase_add_test(moves, one_that_had_come_back_stands_where_it_stood);
	tcase_add_loop_test(moves, one_delivered_too_often_is_delivered_on, 0, 3);
	tcase_add_test(moves, one_that_expired_while_leased_comes_back);
	tcase_add_test(moves, one_that_expired_while_delayed_is_not_lost);
	tcase_add_test(moves, a_dead_letter_that_can_not_move_on_is_one);
	tcase_add_test(moves, some_move_and_some_stay);
	tcase_add_loop_test(moves, one_whose_mailbox_went_meanwhile_goes_too, 0, 2);
	tcase_add_test(moves, a_mailbox_that_goes_takes_leases_along_that_are_being_settled);
	tcase_add_test(moves, who_waits_gets_one_that_stays);
	return unit_run(suite);
}
