// SPDX-License-Identifier: MIT
/* Leases: who has them, how they end, and what then becomes of the message. */
#include <errno.h>

#include "calls.h"
#include "inside_quota.h"
#include "post.h"

#define LEASE	SLMBX_RECVV_LEASE
#define ACK	SLMBX_SETTLE_ACK
#define RELEASE	SLMBX_SETTLE_RELEASE
#define EXTEND	SLMBX_SETTLE_EXTEND

/* Mailbox 5 has messages 1 to 5. */
static void setup(void)
{
	post_setup();
	done(slmbx_do_create(5, 0));
	post_many(5, 1, 5);
}

START_TEST(a_leased_message_is_out_of_the_queue)
{
	struct slmbx_settle_item first = lease_one(5, 1, 10), second;

	ck_assert_uint_eq(first.seq, 1);
	ck_assert_uint_eq(received[0].deliveries, 1);
	expect_ready(5, "2 3 4 5");
	expect_held(5, 4, 1, 0);
	expect_result(slmbx_do_length(5), post_length(2));
	second = lease_one(5, 2, 10);
	ck_assert_uint_ne(first.token, second.token);
	expect_held(5, 3, 2, 0);
}
END_TEST

START_TEST(an_acknowledged_message_is_gone)
{
	struct slmbx_settle_item lease = lease_one(5, 1, 10);

	done(settle(5, lease, ACK, 0));
	expect_held(5, 4, 0, 0);
	refused(settle(5, lease, ACK, 0), -ESTALE);
	refused(settle(5, lease, RELEASE, 0), -ESTALE);
	refused(settle(5, lease, EXTEND, 1), -ESTALE);
	pass(100);
	expect_ready(5, "2 3 4 5");
}
END_TEST

START_TEST(a_released_message_stands_where_it_stood)
{
	struct slmbx_settle_item one, two, three;

	one = lease_one(5, 1, 10);
	two = lease_one(5, 2, 10);
	three = lease_one(5, 3, 10);
	done(settle(5, two, RELEASE, 0));
	expect_ready(5, "2 4 5");
	done(settle(5, three, RELEASE, 0));
	expect_ready(5, "2 3 4 5");
	done(settle(5, one, RELEASE, 0));
	expect_ready(5, "1 2 3 4 5");
	refused(settle(5, one, ACK, 0), -ESTALE);
	post_many(5, 6, 6);
	expect_ready(5, "1 2 3 4 5 6");
	expect_held(5, 6, 0, 0);
	for (u32 number = 1; number <= 6; number++) {
		expect_result(take(5, 1, 0, 0, 0), 1);
		ck_assert_uint_eq(received_numbers[0], number);
		ck_assert_uint_eq(received[0].seq, number);
		ck_assert_uint_eq(received[0].deliveries, number <= 3);
	}
}
END_TEST

START_TEST(a_lease_ends_at_its_deadline)
{
	struct slmbx_settle_item one, two;

	one = lease_one(5, 1, 10);
	pass(3);
	two = lease_one(5, 2, 5);
	pass(4);
	expect_ready(5, "3 4 5");
	pass(1);
	expect_ready(5, "2 3 4 5");
	refused(settle(5, two, ACK, 0), -ESTALE);
	pass(1);
	expect_ready(5, "2 3 4 5");
	pass(1);
	expect_ready(5, "1 2 3 4 5");
	refused(settle(5, one, EXTEND, 1000), -ESTALE);
	expect_held(5, 5, 0, 0);
	lease_one(5, 1, 10);
	ck_assert_uint_eq(received[0].deliveries, 2);
	ck_assert_uint_eq(received[0].seq, 1);
}
END_TEST

/* Whatever call is the first to look. */
START_TEST(no_call_sees_a_lease_that_is_over)
{
	struct slmbx_settle_item one;
	unsigned char to[64];
	struct slmbx_stat stat;

	done(slmbx_do_create(6, 0));
	for (unsigned int i = 0; i < 6; i++) {
		post_many(6, i, i);
		one = lease_one(6, i, 10);
		pass(10);
		switch (i) {
		case 0:
			expect_result(slmbx_do_count(6), 1);
			break;
		case 1:
			expect_result(slmbx_do_length(6), post_length(1));
			break;
		case 2:
			done(slmbx_do_stat(6, &stat, sizeof(stat)));
			ck_assert_uint_eq(stat.leased, 0);
			ck_assert_uint_eq(stat.count, 1);
			break;
		case 3:
			expect_result(settle(6, one, ACK, 0), -ESTALE);
			break;
		case 4:
			expect_result(slmbx_do_purge(6), 1);
			continue;
		default:
			expect_result(take(6, 1, LEASE, 10, 0), 1);
			done(settle(6,
				    (struct slmbx_settle_item){ .seq = received[0].seq,
								.token = received[0].token },
				    RELEASE, 0));
			break;
		}
		expect_result(slmbx_do_recv(6, to, sizeof(to)), post_length(i));
	}
}
END_TEST

/* In the very moment, before the timer comes. */
START_TEST(a_lease_that_is_over_is_not_settled)
{
	struct slmbx_settle_item one = lease_one(5, 1, 10);

	pass(10);
	expect_result(settle(5, one, ACK + _i, _i == 2 ? 5 : 0), -ESTALE);
	expect_ready(5, "1 2 3 4 5");
	refused(settle(5, one, ACK + _i, _i == 2 ? 5 : 0), -ESTALE);
}
END_TEST

START_TEST(an_extended_lease_ends_later)
{
	struct slmbx_settle_item one = lease_one(5, 1, 10);

	pass(9);
	done(settle(5, one, EXTEND, 5));
	pass(4);
	expect_held(5, 4, 1, 0);
	done(settle(5, one, EXTEND, 1));
	pass(1);
	expect_ready(5, "1 2 3 4 5");
	refused(settle(5, one, EXTEND, 5), -ESTALE);
	/* Or sooner; and not at all where the clock ends. */
	one = lease_one(5, 1, ~0ULL);
	done(settle(5, one, EXTEND, ~0ULL));
	pass(1000 * SECOND);
	expect_held(5, 4, 1, 0);
	done(settle(5, one, EXTEND, 2));
	pass(2);
	expect_held(5, 5, 0, 0);
}
END_TEST

START_TEST(a_message_released_for_later_is_delayed)
{
	struct slmbx_settle_item one = lease_one(5, 1, 10);

	done(settle(5, one, RELEASE, 7));
	expect_held(5, 4, 0, 1);
	expect_ready(5, "2 3 4 5");
	refused(settle(5, one, ACK, 0), -ESTALE);
	pass(6);
	expect_ready(5, "2 3 4 5");
	pass(1);
	expect_ready(5, "1 2 3 4 5");
	expect_held(5, 5, 0, 0);
	lease_one(5, 1, 10);
	ck_assert_uint_eq(received[0].deliveries, 2);
}
END_TEST

START_TEST(a_lease_is_its_holders)
{
	struct slmbx_settle_item one, wrong;
	s64 held;

	become(ALICE);
	held = quota_used(uid_of[ALICE]).bytes;
	one = lease_one(5, 1, 10);
	ck_assert_int_gt(quota_used(uid_of[ALICE]).bytes, held);
	become(BOB);
	refused(settle(5, one, ACK, 0), -ESTALE);
	become(ROOT);
	refused(settle(5, one, RELEASE, 0), -ESTALE);
	become(ALICE);
	wrong = one;
	wrong.token ^= 1;
	refused(settle(5, wrong, ACK, 0), -ESTALE);
	wrong = one;
	wrong.seq = 2;
	refused(settle(5, wrong, ACK, 0), -ESTALE);
	wrong.seq = 0;
	refused(settle(5, wrong, ACK, 0), -ESTALE);
	done(settle(5, one, ACK, 0));
	ck_assert_int_eq(quota_used(uid_of[ALICE]).bytes, held);
}
END_TEST

/* Who has it is not charged for it once he hasn't. */
START_TEST(a_lease_is_charged_as_long_as_it_is_there)
{
	struct slmbx_settle_item one;
	struct quota_use before[PEOPLE];

	lease_one(5, 1, 1);
	pass(1);
	expect_held(5, 5, 0, 0);
	for (int person = 0; person < PEOPLE; person++)
		before[person] = quota_used(uid_of[person]);
	become(ALICE);
	one = lease_one(5, 1, 10);
	ck_assert_int_gt(quota_used(uid_of[ALICE]).bytes, 0);
	if (_i == 0) {
		pass(10);
		expect_held(5, 5, 0, 0);
	} else if (_i == 1) {
		done(settle(5, one, RELEASE, 0));
	} else {
		done(settle(5, one, RELEASE, 5));
	}
	ck_assert_int_eq(quota_used(uid_of[ALICE]).bytes, 0);
	pass(10);
	expect_ready(5, "1 2 3 4 5");
	for (int person = 0; person < PEOPLE; person++)
		ck_assert_int_eq(quota_used(uid_of[person]).bytes, before[person].bytes);
}
END_TEST

START_TEST(many_are_leased_and_settled_at_once)
{
	struct slmbx_settle_item items[SLMBX_BATCH_MAX];
	struct slmbx_settle args = { .items = (uintptr_t)items, .id = 6 };
	long n;

	done(slmbx_do_create(6, 0));
	post_many(6, 1, SLMBX_BATCH_MAX);
	n = take(6, SLMBX_BATCH_MAX, LEASE, 10, 0);
	expect_result(n, SLMBX_BATCH_MAX);
	for (long i = 0; i < n; i++) {
		ck_assert_uint_eq(received_numbers[i], i + 1);
		items[i] = (struct slmbx_settle_item){ .seq = received[i].seq,
						       .token = received[i].token,
						       .action = i % 3 ? RELEASE : ACK };
	}
	/* Of these three none is settled. */
	items[7].token++;
	items[100].action = 0;
	items[900].action = ACK;
	items[900].time = 1;
	args.count = n;
	expect_result(slmbx_do_settle(&args, sizeof(args)), n - 3);
	for (long i = 0; i < n; i++)
		expect_result(items[i].result, i == 7		       ? -ESTALE :
					       i == 100 || i == 900 ? -EINVAL :
								      0);
	ck_assert_uint_eq(post_stat(6).leased, 3);
	expect_result(slmbx_do_settle(&args, sizeof(args)), 0);
	pass(10);
	ck_assert_uint_eq(post_stat(6).leased, 0);
	n = take(6, SLMBX_BATCH_MAX, 0, 0, 0);
	for (long i = 1; i < n; i++)
		ck_assert_uint_lt(received_numbers[i - 1], received_numbers[i]);
	/* A third was acknowledged, but for number 900. */
	expect_result(n, SLMBX_BATCH_MAX - SLMBX_BATCH_MAX / 3);
}
END_TEST

START_TEST(the_same_lease_is_settled_once)
{
	struct slmbx_settle_item items[3] = {}, lease;
	struct slmbx_settle args = { .items = (uintptr_t)items, .count = 3, .id = 5 };

	lease = lease_one(5, 1, 10);
	for (unsigned int i = 0; i < 3; i++) {
		items[i] = lease;
		items[i].action = i ? ACK : EXTEND;
		items[i].time = i ? 0 : 5;
	}
	expect_result(slmbx_do_settle(&args, sizeof(args)), 2);
	expect_result(items[0].result, 0);
	expect_result(items[1].result, 0);
	expect_result(items[2].result, -ESTALE);
	expect_ready(5, "2 3 4 5");
}
END_TEST

START_TEST(settle_refuses_an_item)
{
	struct slmbx_settle_item one = lease_one(5, 1, 10);

	refused(settle(5, one, 0, 0), -EINVAL);
	refused(settle(5, one, 4, 0), -EINVAL);
	refused(settle(5, one, ~0U, 0), -EINVAL);
	refused(settle(5, one, ACK, 1), -EINVAL);
	refused(settle(5, one, EXTEND, 0), -EINVAL);
	/* Said before whether there is the lease. */
	one.token++;
	refused(settle(5, one, EXTEND, 0), -EINVAL);
	refused(settle(5, one, EXTEND, 1), -ESTALE);
	/* Of a mailbox that never had one. */
	done(slmbx_do_create(6, 0));
	refused(settle(6, one, ACK, 0), -ESTALE);
	refused(settle(6, one, ACK, 1), -EINVAL);
}
END_TEST

START_TEST(leases_go_with_their_mailbox)
{
	struct slmbx_settle_item one;

	become(ALICE);
	one = lease_one(5, 1, 10);
	done(slmbx_do_destroy(5));
	expect_result(settle(5, one, ACK, 0), -ENOENT);
	done(slmbx_do_create(5, 0));
	post_many(5, 1, 2);
	lease_one(5, 1, 10);
	refused(settle(5, one, ACK, 0), -ESTALE);
	pass(100);
	expect_ready(5, "1 2");
}
END_TEST

START_TEST(deliveries_stop_counting)
{
	done(slmbx_do_create(6, 0));
	post_many(6, 1, 1);
	for (u32 i = 1; i <= SLMBX_MAX_DELIVERIES + 2; i++) {
		struct slmbx_settle_item lease = lease_one(6, 1, 10);

		expect(received[0].deliveries ==
			       (i < SLMBX_MAX_DELIVERIES ? i : SLMBX_MAX_DELIVERIES),
		       "the %uth time it is %u", i, received[0].deliveries);
		expect_result(settle(6, lease, RELEASE, 0), 0);
	}
	expect_result(take(6, 1, 0, 0, 0), 1);
	ck_assert_uint_eq(received[0].deliveries, SLMBX_MAX_DELIVERIES);
}
END_TEST

START_TEST(a_peek_changes_nothing)
{
	lease_one(5, 1, 10);
	for (u32 count = 1; count < 6; count++) {
		char *before = snapshot_take();

		expect_result(take(5, count, SLMBX_RECVV_PEEK, 0, 0), count < 4 ? count : 4);
		ck_assert_uint_eq(received[0].token, 0);
		ck_assert_uint_eq(received[0].deliveries, 0);
		snapshot_expect(before, "peeking");
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("leases");
	TCase *leases = unit_case(suite, "leases");

	tcase_add_checked_fixture(leases, setup, post_teardown);
	tcase_add_test(leases, a_leased_message_is_out_of_the_queue);
	tcase_add_test(leases, an_acknowledged_message_is_gone);
	tcase_add_test(leases, a_released_message_stands_where_it_stood);
	tcase_add_test(leases, a_lease_ends_at_its_deadline);
	tcase_add_test(leases, no_call_sees_a_lease_that_is_over);
	tcase_add_loop_test(leases, a_lease_that_is_over_is_not_settled, 0, 3);
	tcase_add_test(leases, an_extended_lease_ends_later);
	tcase_add_test(leases, a_message_released_for_later_is_delayed);
	tcase_add_test(leases, a_lease_is_its_holders);
	tcase_add_loop_test(leases, a_lease_is_charged_as_long_as_it_is_there, 0, 3);
	tcase_add_test(leases, many_are_leased_and_settled_at_once);
	tcase_add_test(leases, the_same_lease_is_settled_once);
	tcase_add_test(leases, settle_refuses_an_item);
	tcase_add_test(leases, leases_go_with_their_mailbox);
	tcase_add_test(leases, deliveries_stop_counting);
	tcase_add_test(leases, a_peek_changes_nothing);
	return unit_run(suite);
}
