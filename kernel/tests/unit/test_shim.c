// SPDX-License-Identifier: MIT
/* What else of the kernel the shim has. */
#include <errno.h>
#include <string.h>

#include <linux/list.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "people.h"
#include "unit.h"

#define KNOWN	16

static unsigned char theirs[3 * KNOWN], ours[KNOWN];

static void begin(void)
{
	people_begin();
	memset(ours, 0xaa, sizeof(ours));
	fill(theirs, KNOWN, 1);
}

START_TEST(a_struct_of_the_same_size_is_copied)
{
	begin();
	expect_result(copy_struct_from_user(ours, KNOWN, theirs, KNOWN), 0);
	ck_assert_mem_eq(ours, theirs, KNOWN);
	people_end();
}
END_TEST

START_TEST(a_smaller_struct_ends_in_zeros)
{
	const unsigned char zeros[KNOWN] = {};

	begin();
	expect_result(copy_struct_from_user(ours, KNOWN, theirs, 5), 0);
	ck_assert_mem_eq(ours, theirs, 5);
	ck_assert_mem_eq(ours + 5, zeros, KNOWN - 5);
	people_end();
}
END_TEST

START_TEST(a_larger_struct_must_end_in_zeros)
{
	begin();
	expect_result(copy_struct_from_user(ours, KNOWN, theirs, sizeof(theirs)), 0);
	ck_assert_mem_eq(ours, theirs, KNOWN);
	for (unsigned int at = KNOWN; at < sizeof(theirs); at++) {
		memset(ours, 0xaa, sizeof(ours));
		theirs[at] = 1;
		expect_result(copy_struct_from_user(ours, KNOWN, theirs, sizeof(theirs)), -E2BIG);
		expect(ours[0] == 0xaa, "it was copied");
		expect_result(copy_struct_from_user(ours, KNOWN, theirs, at), 0);
		theirs[at] = 0;
	}
	people_end();
}
END_TEST

START_TEST(a_struct_that_is_not_there_is_a_fault)
{
	begin();
	for (unsigned int at = 0; at < sizeof(theirs); at++) {
		fault_at(theirs + at, 1);
		expect_result(copy_struct_from_user(ours, KNOWN, theirs, sizeof(theirs)), -EFAULT);
		expect_result(copy_struct_from_user(ours, KNOWN, theirs, at), 0);
	}
	people_end();
}
END_TEST

START_TEST(a_number_is_put)
{
	u64 wide = 0;
	s32 narrow = 0;

	begin();
	expect_result(put_user(~0ULL - 1, &wide), 0);
	ck_assert_uint_eq(wide, ~0ULL - 1);
	expect_result(put_user(-EINVAL, &narrow), 0);
	ck_assert_int_eq(narrow, -EINVAL);
	fault_at(&wide, 1);
	expect_result(put_user(5, &wide), -EFAULT);
	ck_assert_uint_eq(wide, ~0ULL - 1);
	ck_assert_ptr_eq(u64_to_user_ptr((u64)(uintptr_t)&wide), &wide);
	people_end();
}
END_TEST

START_TEST(an_array_that_is_too_large_is_refused)
{
	size_t half = (size_t)1 << 32;
	unsigned char *bytes;

	ck_assert_ptr_null(kmalloc_array(half, half, GFP_KERNEL));
	ck_assert_ptr_null(kmalloc_array(half, half + 1, GFP_KERNEL));
	ck_assert_ptr_null(kvmalloc_array(half, half, GFP_KERNEL));
	ck_assert_ptr_null(kvmalloc_array(half, half + 1, GFP_KERNEL));
	bytes = kvmalloc_array(3, 5, GFP_KERNEL);
	ck_assert_ptr_nonnull(bytes);
	memset(bytes, 1, 15);
	kvfree(bytes);
	bytes = kmalloc_array(3, 5, GFP_KERNEL | __GFP_ZERO);
	ck_assert_ptr_nonnull(bytes);
	ck_assert_int_eq(bytes[14], 0);
	kfree(bytes);
}
END_TEST

struct entry {
	struct list_head link;
	unsigned int digit;
};

static unsigned int digits_of(struct list_head *list)
{
	struct entry *entry;
	unsigned int digits = 0;

	list_for_each_entry(entry, list, link)
		digits = digits * 10 + entry->digit;
	return digits;
}

START_TEST(a_list_is_in_order)
{
	struct entry one = { .digit = 1 }, two = { .digit = 2 }, three = { .digit = 3 };
	LIST_HEAD(list);

	ck_assert(list_empty(&list));
	list_add_tail(&one.link, &list);
	list_add_tail(&two.link, &list);
	list_add(&three.link, &list);
	ck_assert_uint_eq(digits_of(&list), 312);
	ck_assert(list_is_last(&two.link, &list) && !list_is_last(&one.link, &list));
	ck_assert_ptr_eq(list_next_entry(&one, link), &two);
	list_del_init(&one.link);
	ck_assert(list_empty(&one.link));
	ck_assert_uint_eq(digits_of(&list), 32);
	list_del(&three.link);
	list_del(&two.link);
	ck_assert(list_empty(&list));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("shim");
	TCase *memory = unit_case(suite, "memory"), *lists = unit_case(suite, "lists");

	tcase_add_test(memory, a_struct_of_the_same_size_is_copied);
	tcase_add_test(memory, a_smaller_struct_ends_in_zeros);
	tcase_add_test(memory, a_larger_struct_must_end_in_zeros);
	tcase_add_test(memory, a_struct_that_is_not_there_is_a_fault);
	tcase_add_test(memory, a_number_is_put);
	tcase_add_test(memory, an_array_that_is_too_large_is_refused);
	tcase_add_test(lists, a_list_is_in_order);
	return unit_run(suite);
}
