// SPDX-License-Identifier: MIT
/*
 * Memory that lacks, at each allocation a call makes in turn: the call answers -ENOMEM
 * and has changed nothing, and the same call made again succeeds.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include <linux/slmbx.h>

#include "calls.h"
#include "inside_quota.h"
#include "inside_system.h"
#include "lack.h"
#include "people.h"
#include "shim.h"
#include "skiplist.h"
#include "snapshot.h"
#include "unit.h"

#define EVERY_ONE	1, ULONG_MAX	/* of the allocations fails */

static unsigned char buf[5000];

static void setup(void)
{
	people_begin();
}

static void teardown(void)
{
	shim_fail_allocations(0, 0);
	become(ROOT);
	slmbx_do_shutdown();
	ck_assert_uint_eq(quota_accounts(), 0);
	people_end();
}

#define lacking_memory(call)	lack_memory(call, 0, #call)

static long init(void)
{
	return slmbx_do_init(8, 2);
}

static u32 next_id;

static long create(void)
{
	return slmbx_do_create(next_id, 1);
}

static long send_small(void)
{
	return slmbx_do_send(next_id, buf, 20);
}

/* Which doesn't fit into a page with its header. */
static long send_large(void)
{
	return slmbx_do_send(next_id, buf, sizeof(buf));
}

static void begin(void)
{
	become(ROOT);
	expect_result(init(), 0);
	become(ALICE);
}

START_TEST(of_init)
{
	ck_assert_uint_eq(lacking_memory(init), 1);
}
END_TEST

/* A uid's first charge opens its account. */
START_TEST(of_first_charges)
{
	begin();
	next_id = 10;
	ck_assert_uint_eq(lacking_memory(create), 3);
	next_id = 11;
	ck_assert_uint_eq(lacking_memory(create), 1);
	ck_assert_uint_eq(lacking_memory(send_small), 1);
	ck_assert_uint_eq(lacking_memory(send_large), 2);

	/* The list has room for his; the account goes with it and comes again. */
	become(BOB);
	next_id = 12;
	ck_assert_uint_eq(lacking_memory(create), 2);
	expect_result(slmbx_do_destroy(12), 0);
	ck_assert_uint_eq(lacking_memory(create), 2);
}
END_TEST

START_TEST(of_first_sends)
{
	begin();
	next_id = 10;
	expect_result(slmbx_do_create(10, 0), 0);
	become(BOB);
	ck_assert_uint_eq(lacking_memory(send_large), 3);
	ck_assert_uint_eq(lacking_memory(send_small), 1);
}
END_TEST

/* New nodes, copies and splits, in an order of ids that makes many of each. */
START_TEST(of_list_nodes)
{
	static const enum order kinds[] = { ASCENDING, DESCENDING, SHUFFLED };
	unsigned long made[4] = {};
	u32 order[150];
	uint64_t state = 21;

	begin();
	make_order(order, ARRAY_LENGTH(order), kinds[_i], &state);
	for (size_t i = 0; i < ARRAY_LENGTH(order); i++) {
		next_id = 1 + order[i] * 3;
		made[lacking_memory(create)]++;
	}
	/* The mailbox alone; a node for it; two. */
	ck_assert_uint_eq(made[0], 0);
	ck_assert_uint_gt(made[2], 0);
	if (kinds[_i] == ASCENDING)
		ck_assert_uint_gt(made[1], made[2]);
	if (kinds[_i] == SHUFFLED)
		ck_assert_uint_gt(made[3], 1);
}
END_TEST

/* What takes things away needs no memory to do so. */
START_TEST(of_none)
{
	struct slmbx_stat st;

	begin();
	for (u32 id = 1; id <= 200; id++) {
		expect_result(slmbx_do_create(id, 0), 0);
		expect_result(slmbx_do_send(id, buf, id), 0);
		expect_result(slmbx_do_send(id, buf, sizeof(buf)), 0);
	}
	shim_fail_allocations(EVERY_ONE);
	for (u32 id = 1; id <= 200; id += 3) {
		expect_result(slmbx_do_count(id), 2);
		expect_result(slmbx_do_length(id), id);
		expect_result(slmbx_do_stat(id, &st, sizeof(st)), 0);
		expect_result(slmbx_do_recv(id, buf, sizeof(buf)), id);
		expect_result(slmbx_do_destroy(id + 1), 0);
		expect_result(slmbx_do_destroy(id + 1), -ENOENT);
		expect_result(slmbx_do_create(id, 0), -EEXIST);
	}
	ck_assert_uint_eq(shim_fail_allocations(EVERY_ONE), 0);
	become(ROOT);
	expect_result(init(), -EEXIST);
	expect_result(slmbx_do_shutdown(), 0);
	expect_result(slmbx_do_shutdown(), -ENODEV);
	ck_assert_uint_eq(shim_fail_allocations(0, 0), 0);
	ck_assert_uint_eq(quota_accounts(), 0);
}
END_TEST

/* A key that left its place free comes back without memory for the list. */
START_TEST(of_revived_ids)
{
	begin();
	for (next_id = 1; next_id <= 10; next_id++)
		expect_result(create(), 0);
	next_id = 5;
	expect_result(slmbx_do_destroy(5), 0);
	ck_assert_uint_eq(lacking_memory(create), 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("allocation");
	TCase *tcase = unit_case(suite, "allocation");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, of_init);
	tcase_add_test(tcase, of_first_charges);
	tcase_add_test(tcase, of_first_sends);
	tcase_add_loop_test(tcase, of_list_nodes, 0, 3);
	tcase_add_test(tcase, of_none);
	tcase_add_test(tcase, of_revived_ids);
	return unit_run(suite);
}
