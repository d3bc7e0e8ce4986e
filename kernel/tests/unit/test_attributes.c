// SPDX-License-Identifier: MIT
/* What is set of a mailbox, what its limits refuse, and which mailboxes there are. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "calls.h"
#include "inside_quota.h"
#include "post.h"

#define MESSAGES	SLMBX_ATTR_MAX_MESSAGES
#define BYTES		SLMBX_ATTR_MAX_BYTES
#define DELIVERIES	SLMBX_ATTR_MAX_DELIVERIES
#define DEAD_LETTER	SLMBX_ATTR_DEAD_LETTER
#define OWNER		SLMBX_ATTR_OWNER
#define PROTECTED	SLMBX_ATTR_PROTECTED

static unsigned char bytes[100];

/* Mailbox 5 is Alice's. */
static void setup(void)
{
	post_setup();
	become(ALICE);
	done(slmbx_do_create(5, 0));
	/* What more it needs for these calls it has from now on. */
	done(set_attr(5, .mask = 0));
}

START_TEST(a_limit_counts_all_messages)
{
	done(set_attr(5, .mask = MESSAGES, .max_messages = 3));
	expect_result(post(5, 1, 0, 0), 1);
	expect_result(post(5, 2, 10, 0), 1);
	expect_result(post(5, 3, 0, 0), 1);
	lease_one(5, 1, 10);
	expect_held(5, 1, 1, 1);
	refused(post(5, 4, 0, 0), -EDQUOT);
	refused(post(5, 4, 10, 10), -EDQUOT);
	refused(slmbx_do_send(5, bytes, 0), -EDQUOT);
	become(ROOT);
	refused(slmbx_do_send(5, bytes, 0), -EDQUOT);
	expect_result(take(5, 1, 0, 0, 0), 1);
	done(slmbx_do_send(5, bytes, 0));
	refused(slmbx_do_send(5, bytes, 0), -EDQUOT);
}
END_TEST

START_TEST(a_limit_counts_all_bytes)
{
	done(set_attr(5, .mask = BYTES, .max_bytes = 30));
	done(slmbx_do_send(5, bytes, 10));
	done(slmbx_do_send(5, bytes, 15));
	refused(slmbx_do_send(5, bytes, 6), -EDQUOT);
	done(slmbx_do_send(5, bytes, 5));
	refused(slmbx_do_send(5, bytes, 1), -EDQUOT);
	done(slmbx_do_send(5, bytes, 0));
	expect_result(slmbx_do_purge(5), 4);
	done(slmbx_do_send(5, bytes, 30));
}
END_TEST

START_TEST(a_batch_fits_whole_or_not_at_all)
{
	struct slmbx_sendv_msg descs[3] = {};
	struct slmbx_sendv args = { .messages = (uintptr_t)descs, .count = 3, .id = 5 };

	done(set_attr(5, .mask = MESSAGES | BYTES, .max_messages = 5, .max_bytes = 100));
	expect_result(slmbx_do_sendv(&args, sizeof(args)), 3);
	refused(slmbx_do_sendv(&args, sizeof(args)), -EDQUOT);
	args.count = 2;
	for (unsigned int i = 0; i < 2; i++) {
		descs[i].data = (uintptr_t)bytes;
		descs[i].len = 51;
	}
	refused(slmbx_do_sendv(&args, sizeof(args)), -EDQUOT);
	descs[0].len = 49;
	expect_result(slmbx_do_sendv(&args, sizeof(args)), 2);
}
END_TEST

START_TEST(a_limit_below_what_is_held_takes_nothing_away)
{
	post_many(5, 1, 5);
	done(set_attr(5, .mask = MESSAGES | BYTES, .max_messages = 2, .max_bytes = 1));
	expect_ready(5, "1 2 3 4 5");
	refused(post(5, 6, 0, 0), -EDQUOT);
	/* What comes back was there. */
	lease_one(5, 1, 10);
	pass(10);
	expect_ready(5, "1 2 3 4 5");
	expect_result(take(5, 4, 0, 0, 0), 4);
	refused(slmbx_do_send(5, bytes, 1), -EDQUOT);
	done(set_attr(5, .mask = BYTES));
	done(slmbx_do_send(5, bytes, 50));
	refused(slmbx_do_send(5, bytes, 0), -EDQUOT);
	done(set_attr(5, .mask = MESSAGES));
	done(slmbx_do_send(5, bytes, 0));
}
END_TEST

START_TEST(stat_tells_what_was_set)
{
	struct slmbx_stat before, after;

	before = post_stat(5);
	ck_assert_uint_eq(before.max_messages | before.max_bytes | before.max_deliveries |
				  before.dead_letter | before.flags,
			  0);
	done(set_attr(5, .mask = MESSAGES | BYTES | DELIVERIES | DEAD_LETTER | PROTECTED,
		      .max_messages = ULLONG_MAX, .max_bytes = ULLONG_MAX - 1,
		      .max_deliveries = SLMBX_MAX_DELIVERIES, .dead_letter = SLMBX_ID_INVALID - 1,
		      .protect = 3));
	after = post_stat(5);
	ck_assert_uint_eq(after.max_messages, ULLONG_MAX);
	ck_assert_uint_eq(after.max_bytes, ULLONG_MAX - 1);
	ck_assert_uint_eq(after.max_deliveries, SLMBX_MAX_DELIVERIES);
	ck_assert_uint_eq(after.dead_letter, SLMBX_ID_INVALID - 1);
	ck_assert_uint_eq(after.flags, SLMBX_STAT_PROTECTED);
	ck_assert_uint_eq(after.owner, uid_of[ALICE]);
	post(5, 1, 0, 0);
	/* Each bit sets its own field and no other. */
	for (u32 bit = 1; bit < SLMBX_ATTR_ALL; bit <<= 1) {
		if (bit == OWNER)
			continue;
		before = post_stat(5);
		done(set_attr(5, .mask = bit));
		after = post_stat(5);
		if (bit == MESSAGES)
			before.max_messages = 0;
		else if (bit == BYTES)
			before.max_bytes = 0;
		else if (bit == DELIVERIES)
			before.max_deliveries = 0;
		else if (bit == DEAD_LETTER)
			before.dead_letter = 0;
		else
			before.flags &= ~SLMBX_STAT_PROTECTED;
		ck_assert_mem_eq(&before, &after, sizeof(after));
	}
}
END_TEST

START_TEST(setattr_refuses)
{
	struct slmbx_setattr attr = { .id = 5 };

	refused(set_attr(5, .mask = SLMBX_ATTR_ALL + 1), -EINVAL);
	refused(set_attr(5, .mask = ~0U), -EINVAL);
	refused(set_attr(5, .max_messages = 1), -EINVAL);
	refused(set_attr(5, .max_bytes = 1), -EINVAL);
	refused(set_attr(5, .max_deliveries = 1), -EINVAL);
	refused(set_attr(5, .dead_letter = 1), -EINVAL);
	refused(set_attr(5, .owner = 1), -EINVAL);
	refused(set_attr(5, .protect = 1), -EINVAL);
	refused(set_attr(5, .mask = DELIVERIES, .max_deliveries = SLMBX_MAX_DELIVERIES + 1),
		-EINVAL);
	refused(set_attr(5, .mask = DEAD_LETTER, .dead_letter = SLMBX_ID_INVALID), -EINVAL);
	refused(set_attr(5, .mask = OWNER, .owner = ~0U), -EINVAL);
	/* Before whose it is, and whether it is there. */
	refused(set_attr(99, .mask = ~0U), -EINVAL);
	refused(set_attr(99, .mask = 0), -ENOENT);
	refused(set_attr(0, .mask = 0), -ENOENT);
	refused(set_attr(5, .mask = OWNER, .owner = uid_of[BOB]), -EPERM);
	refused(set_attr(5, .mask = OWNER, .owner = uid_of[ALICE]), -EPERM);
	/* The owner alone, though others may use it. */
	become(BOB);
	refused(set_attr(5, .mask = 0), -EPERM);
	refused(set_attr(5, .mask = MESSAGES), -EPERM);
	refused(set_attr(5, .mask = DEAD_LETTER, .dead_letter = 5), -EPERM);
	become(ROOT);
	done(slmbx_do_shutdown());
	attr.mask = ~0U;
	refused(slmbx_do_setattr(&attr, sizeof(attr)), -EINVAL);
	attr.mask = 0;
	refused(slmbx_do_setattr(&attr, sizeof(attr)), -ENODEV);
}
END_TEST

START_TEST(nothing_is_set_if_one_thing_is_refused)
{
	become(ROOT);
	refused(set_attr(5, .mask = MESSAGES | PROTECTED | DEAD_LETTER, .max_messages = 5,
			 .protect = 1, .dead_letter = 5),
		-ELOOP);
	slmbx_limits.mailboxes = 0;
	refused(set_attr(5, .mask = MESSAGES | PROTECTED | OWNER, .max_messages = 5, .protect = 1,
			 .owner = uid_of[BOB]),
		-EDQUOT);
	/* Who has it needs no room for it. */
	done(set_attr(5, .mask = OWNER, .owner = uid_of[ALICE]));
}
END_TEST

START_TEST(a_new_owner_is_charged)
{
	struct quota_use alices, bobs;

	alices = quota_used(uid_of[ALICE]);
	post(5, 1, 0, 0);
	become(ROOT);
	done(set_attr(5, .mask = OWNER | PROTECTED, .owner = uid_of[BOB], .protect = 1));
	bobs = quota_used(uid_of[BOB]);
	ck_assert_int_eq(bobs.bytes, alices.bytes);
	ck_assert_int_eq(bobs.mailboxes, 1);
	ck_assert_int_eq(quota_used(uid_of[ALICE]).mailboxes, 0);
	/* The message is still hers. */
	ck_assert_int_gt(quota_used(uid_of[ALICE]).bytes, 0);
	refused(slmbx_do_count(5), -EPERM);
	become(ALICE);
	refused(slmbx_do_count(5), -EPERM);
	refused(set_attr(5, .mask = 0), -EPERM);
	become(BOB);
	ck_assert_uint_eq(post_stat(5).owner, uid_of[BOB]);
	expect_ready(5, "1");
	done(set_attr(5, .mask = PROTECTED));
	become(ALICE);
	expect_result(take(5, 1, 0, 0, 0), 1);
	ck_assert_int_eq(quota_used(uid_of[ALICE]).bytes, 0);
	done(slmbx_do_destroy(5));
	ck_assert_int_eq(quota_used(uid_of[BOB]).bytes, 0);
}
END_TEST

/* What list says, from @after on, by calls of @count ids each. */
static long list_all(u32 after, u32 count, u32 *ids, u32 room)
{
	struct slmbx_list args = { .count = count };
	long n = 0, got;

	do {
		args.ids = (uintptr_t)(ids + n);
		args.after = n ? ids[n - 1] : after;
		ck_assert_uint_le(n + count, room);
		got = slmbx_do_list(&args, sizeof(args));
		if (got < 0)
			return got;
		n += got;
	} while (got == count);
	return n;
}

START_TEST(list_lists_what_one_may_use)
{
	u32 ids[2000];

	for (u32 id = 100; id < 700; id++)
		done(slmbx_do_create(id, id % 3 == 0));
	done(slmbx_do_create(SLMBX_ID_INVALID - 1, 0));
	for (u32 count = 1; count < 1000; count += count < 10 ? 1 : 123) {
		memset(ids, 0, sizeof(ids));
		become(ALICE);
		expect_result(list_all(0, count, ids, 2000), 602);
		ck_assert_uint_eq(ids[0], 5);
		for (u32 i = 1; i <= 600; i++)
			expect(ids[i] == 99 + i, "id %u is number %u", ids[i], i);
		ck_assert_uint_eq(ids[601], SLMBX_ID_INVALID - 1);
		expect_result(list_all(698, count, ids, 2000), 2);
		ck_assert_uint_eq(ids[0], 699);
		become(BOB);
		expect_result(list_all(0, count, ids, 2000), 402);
		for (u32 i = 1; i <= 400; i++)
			expect(ids[i] % 3, "id %u is Alice's alone", ids[i]);
	}
	expect_result(list_all(SLMBX_ID_INVALID - 1, 1, ids, 2000), 0);
	expect_result(list_all(SLMBX_ID_INVALID, 1, ids, 2000), 0);
}
END_TEST

START_TEST(list_refuses)
{
	u32 ids[4] = {};
	struct slmbx_list args = { .ids = (uintptr_t)ids, .count = 0 };

	refused(slmbx_do_list(&args, sizeof(args)), -EINVAL);
	args.count = SLMBX_LIST_MAX + 1;
	refused(slmbx_do_list(&args, sizeof(args)), -EINVAL);
	args.count = 1;
	args.flags = 1;
	refused(slmbx_do_list(&args, sizeof(args)), -EINVAL);
	args.flags = 0;
	args.pad = 1;
	refused(slmbx_do_list(&args, sizeof(args)), -EINVAL);
	args.pad = 0;
	fault_at(ids, 1);
	refused(slmbx_do_list(&args, sizeof(args)), -EFAULT);
	/* Where there is nothing to write nothing is written. */
	args.after = 5;
	expect_result(slmbx_do_list(&args, sizeof(args)), 0);
	become(ROOT);
	done(slmbx_do_shutdown());
	for (u32 after = SLMBX_ID_INVALID; after; after -= after > 10 ? 0x55555555 : 5) {
		args.after = after;
		refused(slmbx_do_list(&args, sizeof(args)), -ENODEV);
	}
	args.after = SLMBX_ID_INVALID - 1;
	refused(slmbx_do_list(&args, sizeof(args)), -ENODEV);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("attributes");
	TCase *limits = unit_case(suite, "limits"), *attributes = unit_case(suite, "attributes"),
	      *list = unit_case(suite, "list");

	tcase_add_checked_fixture(limits, setup, post_teardown);
	tcase_add_checked_fixture(attributes, setup, post_teardown);
	tcase_add_checked_fixture(list, setup, post_teardown);
	tcase_add_test(limits, a_limit_counts_all_messages);
	tcase_add_test(limits, a_limit_counts_all_bytes);
	tcase_add_test(limits, a_batch_fits_whole_or_not_at_all);
	tcase_add_test(limits, a_limit_below_what_is_held_takes_nothing_away);
	tcase_add_test(attributes, stat_tells_what_was_set);
	tcase_add_test(attributes, setattr_refuses);
	tcase_add_test(attributes, nothing_is_set_if_one_thing_is_refused);
	tcase_add_test(attributes, a_new_owner_is_charged);
	tcase_add_test(list, list_lists_what_one_may_use);
	tcase_add_test(list, list_refuses);
	return unit_run(suite);
}
