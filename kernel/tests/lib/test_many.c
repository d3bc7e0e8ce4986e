// SPDX-License-Identifier: MIT
/*
 * slmbx_send_many(): each message as slmbx_send() would have it, whatever the others are.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "support.h"

#define FIRST	11
#define SECOND	12
#define ABSENT	13

/* Small messages that go in one write. */
#define TOGETHER 64

static void setup(void)
{
	engine_setup();
	ck_assert_int_eq(slmbx_create(FIRST, 0), 0);
	ck_assert_int_eq(slmbx_create(SECOND, 0), 0);
}

static void expect_message(unsigned int id, const void *msg, size_t len)
{
	unsigned char *in = malloc(len + 1);

	ck_assert_ptr_nonnull(in);
	ck_assert_int_eq(slmbx_recv(id, in, (unsigned int)len + 1), (long)len);
	ck_assert(!len || !memcmp(in, msg, len));
	free(in);
}

/* From none to more than go together, in order; errno stays. */
START_TEST(in_order)
{
	static const size_t counts[] = { 0, 1, 2, 3, 63, 64, 65, 128, 129, 1000 };
	struct slmbx_outgoing out[1000];
	unsigned int number[1000];
	size_t n = counts[_i], i;

	for (i = 0; i < n; i++) {
		number[i] = (unsigned int)i;
		out[i] = (struct slmbx_outgoing){
			.id = i % 3 ? FIRST : SECOND,
			.len = sizeof(number[i]),
			.msg = (unsigned char *)&number[i],
			.result = INT_MIN,
		};
	}
	errno = 77;
	slmbx_send_many(out, n);
	ck_assert_int_eq(errno, 77);
	for (i = 0; i < n; i++) {
		ck_assert_int_eq(out[i].result, 0);
		expect_message(out[i].id, &number[i], sizeof(number[i]));
	}
	ck_assert_int_eq(slmbx_count(FIRST), 0);
	ck_assert_int_eq(slmbx_count(SECOND), 0);
}
END_TEST

/* What fails among others fails as it does alone, and takes none of them with it. */
START_TEST(failures_among_others)
{
	unsigned char *large = calloc(1, SLMBXD_INLINE_MAX + 1);
	unsigned char *bad = (unsigned char *)16, good[] = "good";
	struct slmbx_outgoing out[] = {
		{ .id = FIRST, .msg = good, .len = 1 },
		{ .id = ABSENT, .msg = good, .len = 1 },
		{ .id = FIRST, .msg = bad, .len = 9 },
		{ .id = FIRST, .msg = good, .len = 2 },
		{ .id = ABSENT, .msg = bad, .len = 9 },
		{ .id = FIRST, .msg = large, .len = SLMBXD_INLINE_MAX + 1 },
		{ .id = FIRST, .msg = NULL, .len = 0 },
		{ .id = FIRST, .msg = bad, .len = UINT_MAX },
		{ .id = FIRST, .msg = large, .len = SLMBXD_INLINE_MAX },
		{ .id = FIRST, .msg = large, .len = SLMBXD_INLINE_MAX },
		{ .id = FIRST, .msg = good, .len = 3 },
		{ .id = FIRST, .msg = bad, .len = 1 },
	};
	static const long expected[] = {
		0, -ENOENT, -EFAULT, 0, -ENOENT, 0, 0, -ENOMEM, 0, 0, 0, -EFAULT,
	};
	size_t i, n = sizeof(out) / sizeof(*out);

	ck_assert_ptr_nonnull(large);
	slmbx_send_many(out, n);
	for (i = 0; i < n; i++) {
		/* Gigabytes may be refused for the quota. */
		if (out[i].len == UINT_MAX && out[i].result == -EDQUOT)
			out[i].result = -ENOMEM;
		ck_assert_msg(out[i].result == expected[i], "message %zu: %ld", i, out[i].result);
	}
	for (i = 0; i < n; i++)
		if (!expected[i])
			expect_message(FIRST, out[i].msg, out[i].len);
	ck_assert_int_eq(slmbx_count(FIRST), 0);
	free(large);
}
END_TEST

static struct slmbx_outgoing some[100];

static void fill_some(void)
{
	for (size_t i = 0; i < 100; i++)
		some[i] = (struct slmbx_outgoing){
			.id = FIRST,
			.msg = (const unsigned char *)"x",
			.len = 1,
			.result = INT_MIN,
		};
}

static void expect_all(long result)
{
	for (size_t i = 0; i < 100; i++)
		ck_assert_int_eq(some[i].result, result);
}

START_TEST(for_another)
{
	if (!is_root())
		skip_test("only root may act for others");
	fill_some();
	slmbx_act_as(UID_NOBODY);
	ck_assert_int_eq(slmbx_create(ABSENT, 1), 0);
	for (size_t i = 0; i < 100; i++)
		some[i].id = ABSENT;
	slmbx_send_many(some, 100);
	expect_all(0);
	slmbx_act_as(SLMBX_SELF);
	slmbx_send_many(some, 100);
	expect_all(-EPERM);
	slmbx_act_as(UID_NOBODY);
	ck_assert_int_eq(slmbx_count(ABSENT), 100);
}
END_TEST

START_TEST(daemon_gone_and_back)
{
	fill_some();
	daemon_stop(SIGKILL);
	slmbx_send_many(some, 100);
	expect_all(-ECONNREFUSED);
	daemon_start(test_socket, NULL);
	slmbx_send_many(some, 100);
	expect_all(-ENODEV);
	ck_assert_int_eq(slmbx_init(16, 4), 0);
	ck_assert_int_eq(slmbx_create(FIRST, 0), 0);
	slmbx_send_many(some, 100);
	expect_all(0);
	ck_assert_int_eq(slmbx_count(FIRST), 100);
}
END_TEST

/* Answers two of the sends it gets and hangs up; on the next connection all. */
static void answer_two(int listener)
{
	int fd = peer_accept(listener);
	unsigned char byte;
	int i;

	for (i = 0; i < 2; i++) {
		peer_read(fd, &byte, peer_request(fd).body_len);
		peer_reply(fd, SLMBXD_DONE, 0, NULL, 0);
	}
	close(fd);
	fd = peer_accept(listener);
	for (i = 2; i < 100; i++) {
		peer_read(fd, &byte, peer_request(fd).body_len);
		peer_reply(fd, SLMBXD_DONE, -ENOENT, NULL, 0);
	}
	close(fd);
}

START_TEST(answered_in_part)
{
	fill_some();
	peer_start(answer_two);
	slmbx_send_many(some, 100);
	for (size_t i = 0; i < 100; i++)
		ck_assert_int_eq(some[i].result, i < 2 ? 0 : -ENOENT);
	peer_end();
}
END_TEST

/* Breaks the third reply off: it and what came with it may have been taken, and isn't sent again. */
static void break_off(int listener)
{
	struct slmbxd_reply reply = { .magic = SLMBXD_MAGIC };
	int fd = peer_accept(listener);
	unsigned char byte;
	int i;

	/* Whoever closes with bytes unread cuts off what the other side hasn't read. */
	for (i = 0; i < TOGETHER; i++)
		peer_read(fd, &byte, peer_request(fd).body_len);
	for (i = 0; i < 2; i++)
		peer_reply(fd, SLMBXD_DONE, 0, NULL, 0);
	peer_write(fd, &reply, sizeof(reply) / 2);
	close(fd);
	fd = peer_accept(listener);
	for (i = TOGETHER; i < 100; i++) {
		peer_read(fd, &byte, peer_request(fd).body_len);
		peer_reply(fd, SLMBXD_DONE, 0, NULL, 0);
	}
	close(fd);
}

START_TEST(broken_off)
{
	fill_some();
	peer_start(break_off);
	slmbx_send_many(some, 100);
	for (size_t i = 0; i < 100; i++)
		ck_assert_int_eq(some[i].result, i >= 2 && i < TOGETHER ? -EPROTO : 0);
	peer_end();
}
END_TEST

Suite *many_suite(void)
{
	Suite *suite = suite_create("many");
	TCase *tc = tcase_create("many");

	tcase_add_checked_fixture(tc, setup, engine_teardown);
	tcase_set_timeout(tc, TEST_TIMEOUT);
	tcase_add_loop_test(tc, in_order, 0, 10);
	tcase_add_test(tc, failures_among_others);
	tcase_add_test(tc, for_another);
	suite_add_tcase(suite, tc);
	if (!on_daemon())
		return suite;

	tcase_add_test(tc, daemon_gone_and_back);
	tc = directory_case("peer");
	tcase_add_test(tc, answered_in_part);
	tcase_add_test(tc, broken_off);
	suite_add_tcase(suite, tc);
	return suite;
}
