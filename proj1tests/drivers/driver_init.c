// SPDX-License-Identifier: MIT
/* init: what it takes and refuses, every shape of skip list, and starting over. */
#include <limits.h>

#include "harness/driver.h"

static const unsigned char hello[] = "hello";

static void send_hello(unsigned int id)
{
	expect(slmbx_send(id, hello, sizeof(hello)), 0);
}

static const unsigned int bad_arguments[][2] = {
	{ 0, 2 },  { 0, 3 },  { 4, 0 },	 { 4, 1 },	  { 4, 3 },	      { 4, 5 },
	{ 4, 15 }, { 4, 17 }, { 4, 32 }, { 4, UINT_MAX }, { 4, 0x80000002u },
};
#define BAD_ARGUMENTS ((int)(sizeof(bad_arguments) / sizeof(bad_arguments[0])))

START_TEST(failed_init_leaves_it_unset)
{
	expect(slmbx_init(bad_arguments[_i][0], bad_arguments[_i][1]), -EINVAL);
	expect(slmbx_count(1), -ENODEV);
	expect(slmbx_shutdown(), -ENODEV);
	expect(slmbx_init(16, 4), 0);
}
END_TEST

START_TEST(failed_init_leaves_it_set_up)
{
	struct view before;

	expect(slmbx_create(1, 0), 0);
	send_hello(1);
	before = view_of(1);
	/* EINVAL is checked before EEXIST. */
	expect(slmbx_init(bad_arguments[_i][0], bad_arguments[_i][1]), -EINVAL);
	expect_same(1, &before);
}
END_TEST

START_TEST(second_init_keeps_everything)
{
	struct view before;

	expect(slmbx_create(1, 1), 0);
	send_hello(1);
	before = view_of(1);
	expect(slmbx_init(16, 4), -EEXIST);
	expect(slmbx_init(1, 2), -EEXIST);
	expect_same(1, &before);
}
END_TEST

static const unsigned int shapes[][2] = {
	{ 1, 2 },	{ 1, 16 },	 { 2, 4 },	  { 16, 4 },	    { 33, 2 },
	{ 1000000, 8 }, { 1u << 31, 2 }, { UINT_MAX, 2 }, { UINT_MAX, 16 },
};
#define SHAPES ((int)(sizeof(shapes) / sizeof(shapes[0])))

/* Heights must stay within what init was told, and be capped where that is absurd. */
START_TEST(every_shape_of_list_works)
{
	expect(slmbx_init(shapes[_i][0], shapes[_i][1]), 0);
	for (unsigned int id = 1; id <= 1000; id++)
		expect(slmbx_create(id * 4001, 0), 0);
	for (unsigned int id = 1; id <= 1000; id++) {
		expect(slmbx_count(id * 4001), 0);
		expect(slmbx_count(id * 4001 + 1), -ENOENT);
	}
	for (unsigned int id = 1; id <= 1000; id += 2)
		expect(slmbx_destroy(id * 4001), 0);
	for (unsigned int id = 1; id <= 1000; id++)
		expect(slmbx_count(id * 4001), id % 2 ? -ENOENT : 0);
}
END_TEST

START_TEST(init_after_shutdown_starts_empty)
{
	for (unsigned int id = 1; id <= 100; id++) {
		expect(slmbx_create(id, 0), 0);
		send_hello(id);
	}
	expect(slmbx_shutdown(), 0);
	expect(slmbx_init(2, 2), 0);
	for (unsigned int id = 1; id <= 100; id++)
		expect(slmbx_count(id), -ENOENT);
	expect(slmbx_create(1, 0), 0);
	expect(slmbx_count(1), 0);
}
END_TEST

START_TEST(init_and_shutdown_many_times)
{
	for (unsigned int i = 1; i <= 300; i++) {
		expect(slmbx_create(i, 0), 0);
		send_hello(i);
		expect(slmbx_shutdown(), 0);
		expect(slmbx_init(i, 1u << (i % 4 + 1)), 0);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("init");
	TCase *unset = driver_case(suite, "unset", 60);
	TCase *ready = driver_case_ready(suite, "ready", 60);

	tcase_add_loop_test(unset, failed_init_leaves_it_unset, 0, BAD_ARGUMENTS);
	tcase_add_loop_test(unset, every_shape_of_list_works, 0, SHAPES);
	tcase_add_loop_test(ready, failed_init_leaves_it_set_up, 0, BAD_ARGUMENTS);
	tcase_add_test(ready, second_init_keeps_everything);
	tcase_add_test(ready, init_after_shutdown_starts_empty);
	tcase_add_test(ready, init_and_shutdown_many_times);
	return driver_run(suite);
}
