// SPDX-License-Identifier: MIT
/* What an administrator is shown of the system: mailbox after mailbox, and the list's shape. */
#include <errno.h>
#include <limits.h>

#include <linux/err.h>

#include "calls.h"
#include "mailbox.h"
#include "people.h"
#include "skiplist.h"
#include "system.h"
#include "unit.h"

static void setup(void)
{
	people_begin();
}

static void teardown(void)
{
	people_end();
}

/* The id from @from on; 0 without one. */
static u32 next_id(u32 from)
{
	struct slmbx_mailbox *mailbox = slmbx_system_next(from);
	u32 id = 0;

	expect(!IS_ERR(mailbox), "from %u: %s", from, result_name(PTR_ERR(mailbox)));
	if (mailbox) {
		id = mailbox->id;
		slmbx_mailbox_put(mailbox);
	}
	return id;
}

START_TEST(nothing_without_a_system)
{
	struct slmbx_skiplist_shape shape;

	expect_result(PTR_ERR(slmbx_system_next(0)), -ENODEV);
	expect_result(slmbx_system_shape(&shape), -ENODEV);
	expect_result(slmbx_do_init(8, 2), 0);
	ck_assert_uint_eq(next_id(0), 0);
	expect_result(slmbx_system_shape(&shape), 0);
	ck_assert_uint_eq(shape.items, 0);
	ck_assert_uint_eq(shape.nodes, 0);
	expect_result(slmbx_do_shutdown(), 0);
	expect_result(PTR_ERR(slmbx_system_next(0)), -ENODEV);
	expect_result(slmbx_system_shape(&shape), -ENODEV);
}
END_TEST

START_TEST(every_mailbox_in_the_order_of_ids)
{
	static const u32 ids[] = { 1, 2, 17, 1000, INT_MAX, UINT_MAX - 1 };
	struct slmbx_skiplist_shape shape;
	u32 from = 0;

	expect_result(slmbx_do_init(8, 2), 0);
	for (size_t i = ARRAY_LENGTH(ids); i--;) {
		/* Whoever's they are, whoever asks. */
		become(i % PEOPLE);
		expect_result(slmbx_do_create(ids[i], 1), 0);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(ids); i++) {
		ck_assert_uint_eq(next_id(from), ids[i]);
		ck_assert_uint_eq(next_id(ids[i]), ids[i]);
		from = ids[i] + 1;
	}
	ck_assert_uint_eq(next_id(UINT_MAX), 0);
	expect_result(slmbx_system_shape(&shape), 0);
	ck_assert_uint_eq(shape.items, ARRAY_LENGTH(ids));
	become(ROOT);
	expect_result(slmbx_do_shutdown(), 0);
}
END_TEST

/* The reference that a listing holds keeps the memory, and nothing else. */
START_TEST(a_listed_mailbox_may_go)
{
	struct slmbx_mailbox *mailbox;

	expect_result(slmbx_do_init(8, 2), 0);
	expect_result(slmbx_do_create(5, 0), 0);
	expect_result(slmbx_do_create(9, 0), 0);
	mailbox = slmbx_system_next(1);
	ck_assert_uint_eq(mailbox->id, 5);
	expect_result(slmbx_do_destroy(5), 0);
	expect_result(slmbx_mailbox_count(mailbox), -ENOENT);
	ck_assert_uint_eq(next_id(1), 9);
	slmbx_mailbox_put(mailbox);
	expect_result(slmbx_do_shutdown(), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("listing");
	TCase *tcase = unit_case(suite, "listing");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, nothing_without_a_system);
	tcase_add_test(tcase, every_mailbox_in_the_order_of_ids);
	tcase_add_test(tcase, a_listed_mailbox_may_go);
	return unit_run(suite);
}
