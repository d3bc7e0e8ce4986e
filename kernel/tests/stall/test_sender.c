// SPDX-License-Identifier: MIT
/*
 * A sender that is stuck in the copy of its message: no mailbox knows of it yet, so it
 * keeps nobody waiting.
 */
#include <string.h>

#include "stall.h"

#define LEN 700

static long send_zeros(unsigned char *mem)
{
	return slmbx_send(BOX, mem, LEN);
}

/* All calls, on the mailbox it sends to. */
static void use_all(void)
{
	unsigned char bytes[100] = { 0 };
	struct slmbx_stat st;

	expect_both_messages();
	expect(-ESRCH, slmbx_length(BOX));
	expect(0, slmbx_stat(BOX, &st, sizeof(st)));
	ck_assert_uint_eq(st.bytes, 0);
	expect(0, slmbx_send(BOX, bytes, sizeof(bytes)));
	expect(1, slmbx_count(BOX));
}

START_TEST(queued_when_it_has_all)
{
	struct caller *caller = caller_stalled(send_zeros);
	unsigned char bytes[LEN + 1];

	use_all();
	caller_release(caller);
	expect(0, caller_result(caller));
	/* Behind what was sent meanwhile. */
	expect(2, slmbx_count(BOX));
	expect(100, slmbx_recv(BOX, bytes, sizeof(bytes)));
	memset(bytes, 1, sizeof(bytes));
	expect(LEN, slmbx_recv(BOX, bytes, sizeof(bytes)));
	for (int i = 0; i < LEN; i++)
		ck_assert_uint_eq(bytes[i], 0);
	ck_assert_uint_eq(bytes[LEN], 1);
}
END_TEST

/* Of its mailbox nothing is left, or one of the same id that isn't its own. */
START_TEST(the_end_goes_on)
{
	struct caller *caller = caller_stalled(send_zeros);

	use_all();
	expect(0, _i ? slmbx_destroy(BOX) : slmbx_shutdown());
	if (!_i)
		expect(0, slmbx_init(16, 4));
	expect(0, slmbx_create(BOX, 0));
	ck_assert(!caller_returned(caller));
	caller_release(caller);
	expect(_i ? -ENOENT : -ENODEV, caller_result(caller));
	expect(0, slmbx_count(BOX));
}
END_TEST

START_TEST(fault_after_all)
{
	struct caller *caller = caller_stalled(send_zeros);

	caller_cut_off(caller);
	expect(-EFAULT, caller_result(caller));
	expect_both_messages();
}
END_TEST

START_TEST(killed)
{
	struct caller *caller = caller_stalled(send_zeros);

	if (_i)
		expect(0, slmbx_shutdown());
	caller_kill(caller);
	if (!_i)
		expect_both_messages();
}
END_TEST

Suite *sender_suite(void)
{
	Suite *s = suite_create("stalled sender");
	TCase *tc = tcase_create("sender");

	tcase_set_timeout(tc, 3 * PATIENCE_MS / 1000);
	tcase_add_checked_fixture(tc, stall_setup, stall_teardown);
	tcase_add_test(tc, queued_when_it_has_all);
	tcase_add_loop_test(tc, the_end_goes_on, 0, 2);
	tcase_add_test(tc, fault_after_all);
	tcase_add_loop_test(tc, killed, 0, 2);
	suite_add_tcase(s, tc);
	return s;
}
