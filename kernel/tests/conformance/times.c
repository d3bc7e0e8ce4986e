// SPDX-License-Identifier: MIT
/* Delay, time to live and age. No test says when something has happened at last. */
#include <stdio.h>

#include "delivery.h"
#include "harness.h"
#include "mail.h"
#include "memory.h"
#include "users.h"

#define BOX 42
#define SHORT (20 * MS)
/* The clock of age may tick as seldom as this. */
#define TICK (10 * MS)

static void open_box(void)
{
	expect(0, slmbx_init(8, 2));
	expect(0, slmbx_create(BOX, 0));
}

static void expect_counters(uint64_t sent, uint64_t expired)
{
	struct slmbx_stat st = stat_of(BOX);

	ck_assert_uint_eq(st.sent, sent);
	ck_assert_uint_eq(st.expired, expired);
	ck_assert_uint_eq(st.dead, 0);
}

START_TEST(test_delayed_is_not_there)
{
	open_box();
	send_timed(BOX, 10, 1, AGES, 0);
	expect_empty(BOX);
	expect_none(BOX);
	expect_held(BOX, 0, 0, 1);
	expect_counters(0, 0);
	ck_assert_uint_eq(stat_of(BOX).bytes, 0);
	ck_assert_uint_eq(stat_of(BOX).oldest, 0);
	/* Sums past the end of the clock. */
	send_timed(BOX, 10, 2, UINT64_MAX, 0);
	send_timed(BOX, 10, 3, UINT64_MAX - 1, UINT64_MAX);
	expect_held(BOX, 0, 0, 3);
	expect_none(BOX);
	expect(3, slmbx_purge(BOX));
}
END_TEST

START_TEST(test_not_before_its_delay)
{
	uint64_t begin = now();

	open_box();
	send_timed(BOX, 10, 1, SHORT, 0);
	ck_assert_uint_eq(await_pattern(BOX, 10, 1).seq, 1);
	ck_assert_uint_ge(now(), begin + SHORT);
	expect_held(BOX, 0, 0, 0);
	expect_counters(1, 0);
}
END_TEST

START_TEST(test_delay_seen_by_the_eight)
{
	uint64_t begin = now();

	open_box();
	send_timed(BOX, 10, 1, SHORT, 0);
	await(slmbx_length(BOX) == 10);
	ck_assert_uint_ge(now(), begin + SHORT);
	recv_pattern(BOX, 10, 10, 1);
	expect_empty(BOX);
}
END_TEST

/*
 * Sent at one moment, they become ready by their delays; each then joins the tail, and
 * gets its number.
 */
START_TEST(test_order_of_delays)
{
	static const uint64_t delays[] = { 3 * SHORT / 2, AGES, SHORT, 0 };
	struct slmbx_sendv_msg messages[ARRAY_SIZE(delays)];
	unsigned char bytes[ARRAY_SIZE(delays)][8];
	struct slmbx_sendv args = { .messages = address(messages),
				    .count = ARRAY_SIZE(delays),
				    .id = BOX };
	uint64_t begin = now();

	open_box();
	for (unsigned int i = 0; i < ARRAY_SIZE(delays); i++) {
		pattern_fill(bytes[i], 8, i);
		messages[i] = (struct slmbx_sendv_msg){ .data = address(bytes[i]),
							.len = 8,
							.delay = delays[i] };
	}
	expect(ARRAY_SIZE(delays), slmbx_sendv(&args, sizeof(args)));
	await(slmbx_count(BOX) == 3);
	ck_assert_uint_ge(now(), begin + 3 * SHORT / 2);
	send_pattern(BOX, 8, 4);
	ck_assert_uint_eq(await_pattern(BOX, 8, 3).seq, 1);
	ck_assert_uint_eq(await_pattern(BOX, 8, 2).seq, 2);
	ck_assert_uint_eq(await_pattern(BOX, 8, 0).seq, 3);
	ck_assert_uint_eq(await_pattern(BOX, 8, 4).seq, 4);
	expect_empty(BOX);
	expect_held(BOX, 0, 0, 1);
}
END_TEST

START_TEST(test_expires)
{
	uint64_t begin = now();

	open_box();
	send_timed(BOX, 10, 1, 0, SHORT);
	send_timed(BOX, 20, 2, 0, AGES);
	send_timed(BOX, 30, 3, 0, UINT64_MAX);
	await(slmbx_count(BOX) == 2);
	ck_assert_uint_ge(now(), begin + SHORT);
	expect_counters(3, 1);
	expect_held(BOX, 2, 0, 0);
	recv_pattern(BOX, 20, 20, 2);
	recv_pattern(BOX, 30, 30, 3);
	expect_empty(BOX);
}
END_TEST

START_TEST(test_expires_in_the_middle)
{
	open_box();
	send_timed(BOX, 10, 1, 0, AGES);
	send_timed(BOX, 20, 2, 0, SHORT);
	send_timed(BOX, 30, 3, 0, 0);
	await(slmbx_count(BOX) == 2);
	ck_assert_uint_eq(await_pattern(BOX, 10, 1).seq, 1);
	ck_assert_uint_eq(await_pattern(BOX, 30, 3).seq, 3);
}
END_TEST

START_TEST(test_expires_while_delayed)
{
	uint64_t begin = now();

	open_box();
	send_timed(BOX, 10, 1, AGES, SHORT);
	await(stat_of(BOX).delayed == 0);
	ck_assert_uint_ge(now(), begin + SHORT);
	expect_empty(BOX);
	/* It was never ready. */
	expect_counters(0, 1);
	send_pattern(BOX, 5, 2);
	ck_assert_uint_eq(peek_pattern(BOX, 5, 2).seq, 1);
}
END_TEST

/* Leases a message whose time is over after @ttl, before it is. */
static struct slmbx_recvv_msg lease_in_time(uint64_t time, uint64_t ttl, uint64_t *end)
{
	struct slmbx_recvv_msg lease;
	unsigned char bytes[8];
	struct slmbx_recvv args = { .messages = address(&lease),
				    .buf = address(bytes),
				    .size = sizeof(bytes),
				    .lease = time,
				    .count = 1,
				    .id = BOX,
				    .flags = SLMBX_RECVV_LEASE };

	/* Somebody else may have the processor for so long. */
	do {
		send_timed(BOX, 8, 1, 0, ttl);
		*end = now() + ttl;
	} while (slmbx_recvv(&args, sizeof(args)) != 1);
	return lease;
}

START_TEST(test_leased_does_not_expire)
{
	struct slmbx_recvv_msg lease;
	uint64_t end, expired;

	open_box();
	lease = lease_in_time(AGES, SHORT, &end);
	expired = stat_of(BOX).expired;
	sleep_until(end + MS);
	expect_held(BOX, 0, 1, 0);
	ck_assert_uint_eq(stat_of(BOX).expired, expired);
	expect(0, settle_one(BOX, &lease, SLMBX_SETTLE_ACK, 0));
	ck_assert_uint_eq(stat_of(BOX).expired, expired);
}
END_TEST

static const struct {
	uint64_t lease;		/* its time */
	bool release;		/* before that */
	uint64_t delay;		/* of the release */
	const char *name;
} returns[] = {
	{ AGES, true, 0, "is released" },
	{ AGES, true, MS, "is released with a delay" },
	{ 2 * SHORT, false, 0, "comes back by itself" },
};

/* If its time is over as it comes back, it expires then. */
START_TEST(test_expires_as_it_comes_back)
{
	struct slmbx_recvv_msg lease;
	uint64_t end, expired;

	open_box();
	lease = lease_in_time(returns[_i].lease, SHORT, &end);
	expired = stat_of(BOX).expired;
	sleep_until(end + MS);
	if (returns[_i].release)
		expect(0, settle_one(BOX, &lease, SLMBX_SETTLE_RELEASE, returns[_i].delay));
	await(stat_of(BOX).expired == expired + 1);
	expect_held(BOX, 0, 0, 0);
	expect_empty(BOX);
	expect(-ESTALE, settle_one(BOX, &lease, SLMBX_SETTLE_ACK, 0));
}
END_TEST

static void return_name(int row, char *name, size_t size)
{
	snprintf(name, size, "expires as it %s", returns[row].name);
}

/* Its time goes on while it is leased, and counts when it has come back. */
START_TEST(test_expires_after_it_came_back)
{
	struct slmbx_recvv_msg lease;
	uint64_t end;

	open_box();
	lease = lease_in_time(AGES, 3 * SHORT, &end);
	settle_one(BOX, &lease, SLMBX_SETTLE_RELEASE, 0);
	await(slmbx_count(BOX) == 0);
	expect_held(BOX, 0, 0, 0);
	ck_assert_uint_ge(stat_of(BOX).expired, 1);
}
END_TEST

START_TEST(test_age)
{
	open_box();
	send_pattern(BOX, 10, 1);
	usleep(2 * SHORT / 1000);
	send_pattern(BOX, 20, 2);
	ck_assert_uint_ge(peek_pattern(BOX, 10, 1).age, 2 * SHORT - TICK);
	ck_assert_uint_ge(stat_of(BOX).oldest, 2 * SHORT - TICK);
	/* A lease and a return make it no younger. */
	lease_pattern(BOX, 1, 10, 1);
	await(slmbx_count(BOX) == 2);
	ck_assert_uint_ge(await_pattern(BOX, 10, 1).age, 2 * SHORT - TICK);
	ck_assert_uint_lt(peek_pattern(BOX, 20, 2).age, AGES);
	recv_pattern(BOX, 20, 20, 2);
	ck_assert_uint_eq(stat_of(BOX).oldest, 0);
}
END_TEST

/* Age is since it was sent, not since it became ready. */
START_TEST(test_age_of_delayed)
{
	open_box();
	send_timed(BOX, 10, 1, 2 * SHORT, 0);
	ck_assert_uint_ge(await_pattern(BOX, 10, 1).age, 2 * SHORT - TICK);
}
END_TEST

Suite *times_suite(void)
{
	Suite *suite = suite_create("times");
	TCase *tc = harness_case(suite, "times/delay", 20);

	tcase_add_test(tc, test_delayed_is_not_there);
	tcase_add_test(tc, test_not_before_its_delay);
	tcase_add_test(tc, test_delay_seen_by_the_eight);
	tcase_add_test(tc, test_order_of_delays);
	tc = harness_case(suite, "times/ttl", 20);
	tcase_add_test(tc, test_expires);
	tcase_add_test(tc, test_expires_in_the_middle);
	tcase_add_test(tc, test_expires_while_delayed);
	tcase_add_test(tc, test_leased_does_not_expire);
	harness_add_rows(tc, test_expires_as_it_comes_back, ARRAY_SIZE(returns), return_name);
	tcase_add_test(tc, test_expires_after_it_came_back);
	tc = harness_case(suite, "times/age", 20);
	tcase_add_test(tc, test_age);
	tcase_add_test(tc, test_age_of_delayed);
	return suite;
}
