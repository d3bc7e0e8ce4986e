// SPDX-License-Identifier: MIT
/*
 * Memory that lacks, at each allocation that a call of kernel/DELIVERY.md makes in turn: the
 * call answers -ENOMEM and has changed nothing, and the same call made again succeeds. What
 * happens by itself allocates nothing.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "calls.h"
#include "inside_quota.h"
#include "lack.h"
#include "post.h"
#include "shim.h"

#define EVERY_ONE	1, ULONG_MAX	/* of the allocations fails */

static unsigned char large[3][5000];

#define lacking_memory(call, wanted)	lack_memory(call, wanted, #call)

/* Alice's mailbox, which has what it needs for these calls. */
static void setup(void)
{
	post_setup();
	become(ALICE);
	done(slmbx_do_create(5, 0));
	done(set_attr(5, .mask = 0));
}

static long send_batch(void)
{
	struct slmbx_sendv_msg descs[] = {
		{ .data = (uintptr_t)large[0], .len = 10 },
		{ .data = (uintptr_t)large[1], .len = sizeof(large[1]), .delay = 10 },
		{ .data = (uintptr_t)large[2], .len = 10, .delay = 10, .ttl = 20 },
	};
	struct slmbx_sendv args = { .messages = (uintptr_t)descs, .count = 3, .id = 5 };

	return slmbx_do_sendv(&args, sizeof(args));
}

static long receive(u32 flags, u64 lease, u64 deadline)
{
	return take(5, 3, flags, lease, deadline);
}

static long receive_now(void)
{
	return receive(0, 0, 0);
}

static long peek(void)
{
	return receive(SLMBX_RECVV_PEEK, 0, 0);
}

static long lease(void)
{
	return receive(SLMBX_RECVV_LEASE, 10, 0);
}

static long wait_in_vain(void)
{
	return receive(0, 0, START);
}

static long settle_one(void)
{
	struct slmbx_settle_item item = { .action = SLMBX_SETTLE_ACK };
	struct slmbx_settle args = { .items = (uintptr_t)&item, .count = 1, .id = 5 };

	return slmbx_do_settle(&args, sizeof(args));
}

static long list(void)
{
	u32 ids[8];
	struct slmbx_list args = { .ids = (uintptr_t)ids, .count = 8 };

	return slmbx_do_list(&args, sizeof(args));
}

static long set_one(void)
{
	return set_attr(5, .mask = SLMBX_ATTR_MAX_MESSAGES, .max_messages = 10);
}

static long give_away(void)
{
	return set_attr(5, .mask = SLMBX_ATTR_OWNER | SLMBX_ATTR_MAX_MESSAGES, .owner = uid_of[BOB],
			.max_messages = 10);
}

START_TEST(of_sending)
{
	/* The descriptors, three messages of which one is large, three moments. */
	ck_assert_uint_eq(lacking_memory(send_batch, 3), 1 + 4 + 3);
	expect_held(5, 1, 0, 2);
	/* And of one who has no account yet. */
	become(BOB);
	ck_assert_uint_eq(lacking_memory(send_batch, 3), 1 + 4 + 3 + 1);
}
END_TEST

START_TEST(of_receiving)
{
	post_many(5, 1, 9);
	ck_assert_uint_eq(lacking_memory(peek, 3), 1);
	ck_assert_uint_eq(lacking_memory(receive_now, 3), 1);
	ck_assert_uint_eq(lacking_memory(lease, 3), 1 + 3);
	become(BOB);
	ck_assert_uint_eq(lacking_memory(lease, 3), 1 + 3 + 1);
	ck_assert_uint_eq(lacking_memory(wait_in_vain, 0), 1);
}
END_TEST

START_TEST(of_the_rest)
{
	ck_assert_uint_eq(lacking_memory(settle_one, 0), 1);
	ck_assert_uint_eq(lacking_memory(list, 1), 1);
	ck_assert_uint_eq(lacking_memory(set_one, 0), 0);
	become(ROOT);
	ck_assert_uint_eq(lacking_memory(give_away, 0), 1);
}
END_TEST

/* What a mailbox needs for these calls it gets with the first of them. */
START_TEST(of_first_calls)
{
	static long (*const calls[])(void) = { set_one, send_batch, lease, wait_in_vain };
	static const long wanted[] = { 0, 3, 0, 0 };

	for (size_t i = 0; i < ARRAY_LENGTH(calls); i++) {
		done(slmbx_do_destroy(5));
		done(slmbx_do_create(5, 0));
		expect(lack_memory(calls[i], wanted[i], "a first call") > 0, "none was needed");
	}
}
END_TEST

START_TEST(of_what_happens_by_itself)
{
	struct slmbx_settle_item item;

	done(slmbx_do_create(6, 0));
	done(set_attr(6, .mask = SLMBX_ATTR_DEAD_LETTER | SLMBX_ATTR_MAX_DELIVERIES,
		      .dead_letter = 5, .max_deliveries = 1));
	post(6, 1, 0, 10);
	post(6, 2, 5, 10);
	post(6, 3, 5, 0);
	post(6, 4, 0, 0);
	expect_result(take(6, 1, 0, 0, 0), 1);
	item = lease_one(6, 4, 7);
	pass(5);
	lease_one(6, 2, 3);
	lease_one(6, 3, 20);
	shim_fail_allocations(SHIM_COUNT_ALLOCATIONS);
	pass(1);
	shim_fail_allocations(EVERY_ONE);
	pass(100);
	done(slmbx_do_purge(6));
	ck_assert_uint_eq(shim_fail_allocations(0, 0), 0);
	expect_held(6, 0, 0, 0);
	expect_held(5, 3, 0, 0);
	expect_result(settle(6, item, SLMBX_SETTLE_ACK, 0), -ESTALE);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("delivery_memory");
	TCase *lacks = unit_case(suite, "lacks");

	tcase_add_checked_fixture(lacks, setup, post_teardown);
	tcase_add_test(lacks, of_sending);
	tcase_add_test(lacks, of_receiving);
	tcase_add_test(lacks, of_the_rest);
	tcase_add_test(lacks, of_first_calls);
	tcase_add_test(lacks, of_what_happens_by_itself);
	return unit_run(suite);
}
