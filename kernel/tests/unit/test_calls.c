// SPDX-License-Identifier: MIT
/* The calls as SPEC has them, made by several users. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/slmbx.h>

#include "calls.h"
#include "inside_quota.h"
#include "inside_skiplist.h"
#include "inside_system.h"
#include "mailbox.h"
#include "message.h"
#include "people.h"
#include "shim.h"
#include "snapshot.h"
#include "unit.h"

#define UNTOUCHED	0xa5	/* fills buffers nobody may write to */

static unsigned char buf[8192];

static void setup(void)
{
	people_begin();
}

static void teardown(void)
{
	fault_at(NULL, 0);
	become(ROOT);
	slmbx_do_shutdown();
	ck_assert_uint_eq(quota_accounts(), 0);
	people_end();
}

#define done(call)	expect_result(call, 0)

static void send_one(u32 id, u32 len, u32 seed)
{
	unsigned char *msg = malloc(len + 1);

	fill(msg, len, seed);
	done(slmbx_do_send(id, msg, len));
	free(msg);
}

static void expect_untouched(const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		expect(bytes[i] == UNTOUCHED, "byte %zu was written", i);
}

/* Receives into @room bytes the message of @len and @seed. */
static void recv_one(u32 id, u32 room, u32 len, u32 seed)
{
	u32 copied = room < len ? room : len;
	unsigned char *to = malloc(copied + 64);

	memset(to, UNTOUCHED, copied + 64);
	expect_result(slmbx_do_recv(id, to, room), copied);
	ck_assert(is_filled(to, copied, seed));
	expect_untouched(to + copied, 64);
	free(to);
}

/* Mailbox 5 is everybody's and holds two messages, 6 is Alice's alone, 7 is empty. */
static void init_mailboxes(void)
{
	become(ROOT);
	done(slmbx_do_init(8, 2));
	become(ALICE);
	done(slmbx_do_create(5, 0));
	done(slmbx_do_create(6, 1));
	done(slmbx_do_create(7, 0));
	send_one(5, 100, 1);
	send_one(5, 200, 2);
	send_one(6, 50, 3);
}

START_TEST(nothing_works_uninitialised)
{
	for (int round = 0; round < 2; round++) {
		for (int person = 0; person < PEOPLE; person++) {
			become(person);
			refused(slmbx_do_shutdown(), person == ROOT ? -ENODEV : -EPERM);
			refused(slmbx_do_create(5, 0), -ENODEV);
			refused(slmbx_do_create(0, 0), -ENODEV);
			refused(slmbx_do_destroy(5), -ENODEV);
			refused(slmbx_do_count(5), -ENODEV);
			refused(slmbx_do_send(5, NULL, 5), -ENODEV);
			refused(slmbx_do_recv(5, NULL, 5), -ENODEV);
			refused(slmbx_do_length(5), -ENODEV);
			refused(slmbx_do_stat(5, NULL, 0), -ENODEV);
			ck_assert_uint_eq(quota_accounts(), 0);
		}
		/* And no more after a shutdown. */
		init_mailboxes();
		become(ROOT);
		done(slmbx_do_shutdown());
	}
}
END_TEST

START_TEST(init_refuses)
{
	static const u32 wrong_prob[] = { 0, 1, 3, 5, 6, 15, 17, 32, 0x80000000, UINT_MAX };

	for (int round = 0; round < 2; round++) {
		become(ALICE);
		refused(slmbx_do_init(8, 2), -EPERM);
		refused(slmbx_do_init(0, 3), -EPERM);
		become(ROOT);
		refused(slmbx_do_init(0, 2), -EINVAL);
		for (size_t i = 0; i < ARRAY_LENGTH(wrong_prob); i++)
			refused(slmbx_do_init(8, wrong_prob[i]), -EINVAL);
		/* The second time there is a system: a wrong argument is said first. */
		if (!round)
			init_mailboxes();
	}
	become(ROOT);
	refused(slmbx_do_init(8, 2), -EEXIST);
	refused(slmbx_do_init(1, 16), -EEXIST);
}
END_TEST

START_TEST(init_accepts)
{
	static const u32 ptrs[] = { 1, 2, 31, 32, 33, 1000000, 0x80000000, UINT_MAX };
	static const u32 prob[] = { 2, 4, 8, 16 };

	for (size_t i = 0; i < ARRAY_LENGTH(ptrs); i++) {
		become(ROOT);
		done(slmbx_do_init(ptrs[i], prob[i % ARRAY_LENGTH(prob)]));
		become(BOB);
		for (u32 id = 1; id <= 500; id++)
			done(slmbx_do_create(id * 7, 1));
		ck_assert_pstr_eq(skiplist_fault(system_mailboxes()), NULL);
		ck_assert_uint_le(system_mailboxes()->height, ptrs[i]);
		for (u32 id = 1; id <= 500; id++)
			done(slmbx_do_count(id * 7));
		become(ROOT);
		done(slmbx_do_shutdown());
	}
}
END_TEST

START_TEST(second_admin)
{
	slmbx_second_admin = (kuid_t)KUIDT_INIT(uid_of[ALICE]);
	become(BOB);
	refused(slmbx_do_init(8, 2), -EPERM);
	become(ALICE);
	done(slmbx_do_init(8, 2));
	become(BOB);
	refused(slmbx_do_shutdown(), -EPERM);
	become(ALICE);
	done(slmbx_do_shutdown());
	become(ROOT);
	done(slmbx_do_init(8, 2));
	done(slmbx_do_shutdown());
	/* Nobody is not a uid that someone may have. */
	slmbx_second_admin = INVALID_UID;
	become_uid((uid_t)-1);
	refused(slmbx_do_init(8, 2), -EPERM);
}
END_TEST

START_TEST(create_refuses)
{
	init_mailboxes();
	for (int person = 0; person < PEOPLE; person++) {
		become(person);
		refused(slmbx_do_create(0, 0), -EINVAL);
		refused(slmbx_do_create(UINT_MAX, 1), -EINVAL);
		refused(slmbx_do_create(5, 0), -EEXIST);
		refused(slmbx_do_create(5, 1), -EEXIST);
		/* That it is protected from one is no reason to say otherwise. */
		refused(slmbx_do_create(6, 0), -EEXIST);
	}
	become(BOB);
	slmbx_limits.mailboxes = 0;
	refused(slmbx_do_create(0, 0), -EINVAL);
	refused(slmbx_do_create(6, 0), -EEXIST);
	refused(slmbx_do_create(8, 0), -EDQUOT);
	slmbx_limits.mailboxes = LLONG_MAX;
	slmbx_limits.bytes = slmbx_mailbox_cost() - 1;
	refused(slmbx_do_create(8, 0), -EDQUOT);
	shim_fail_allocations(1, ULONG_MAX);
	expect_result(slmbx_do_create(8, 0), -EDQUOT);
	slmbx_limits.bytes++;
	expect_result(slmbx_do_create(8, 0), -ENOMEM);
	shim_fail_allocations(0, 0);
	done(slmbx_do_create(8, 0));
	slmbx_limits.bytes = LLONG_MAX;
}
END_TEST

START_TEST(ids_at_the_ends)
{
	static const u32 good[] = { 1, 2, 0x7fffffff, 0x80000000, UINT_MAX - 1 };
	static const u32 absent[] = { 0, UINT_MAX };

	init_mailboxes();
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
		done(slmbx_do_create(good[i], 0));
		send_one(good[i], 10 + i, i);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(absent); i++) {
		refused(slmbx_do_destroy(absent[i]), -ENOENT);
		refused(slmbx_do_count(absent[i]), -ENOENT);
		refused(slmbx_do_send(absent[i], buf, 1), -ENOENT);
		refused(slmbx_do_recv(absent[i], buf, 1), -ENOENT);
		refused(slmbx_do_length(absent[i]), -ENOENT);
		refused(slmbx_do_stat(absent[i], (void *)buf, sizeof(buf)), -ENOENT);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
		recv_one(good[i], 100, 10 + i, i);
		done(slmbx_do_destroy(good[i]));
		refused(slmbx_do_count(good[i]), -ENOENT);
	}
}
END_TEST

/* Of a protected mailbox everybody but the owner hears EPERM, root too, whatever else is wrong. */
START_TEST(protection)
{
	init_mailboxes();
	for (int person = 0; person < PEOPLE; person++) {
		if (person == ALICE)
			continue;
		become(person);
		refused(slmbx_do_destroy(6), -EPERM);
		refused(slmbx_do_count(6), -EPERM);
		refused(slmbx_do_send(6, NULL, 5), -EPERM);
		refused(slmbx_do_recv(6, NULL, 5), -EPERM);
		refused(slmbx_do_length(6), -EPERM);
		refused(slmbx_do_stat(6, NULL, 0), -EPERM);
		slmbx_limits.bytes = 0;
		refused(slmbx_do_send(6, NULL, 5), -EPERM);
		slmbx_limits.bytes = LLONG_MAX;
	}
	become(ALICE);
	expect_result(slmbx_do_count(6), 1);
	recv_one(6, 100, 50, 3);
	done(slmbx_do_destroy(6));
}
END_TEST

START_TEST(any_value_but_0_protects)
{
	static const int values[] = { 0, 1, -1, 2, 256, 0x10000, INT_MAX, INT_MIN };

	init_mailboxes();
	for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
		become(ALICE);
		done(slmbx_do_create(100 + i, values[i]));
		become(BOB);
		expect_result(slmbx_do_count(100 + i), values[i] ? -EPERM : 0);
	}
}
END_TEST

START_TEST(anyone_may_use_what_is_not_protected)
{
	init_mailboxes();
	become(BOB);
	expect_result(slmbx_do_count(5), 2);
	expect_result(slmbx_do_length(5), 100);
	recv_one(5, 1000, 100, 1);
	send_one(5, 7, 4);
	become(ROOT);
	expect_result(slmbx_do_count(5), 2);
	done(slmbx_do_destroy(5));
	become(ALICE);
	refused(slmbx_do_count(5), -ENOENT);
}
END_TEST

START_TEST(absent_mailboxes)
{
	init_mailboxes();
	for (int person = 0; person < PEOPLE; person++) {
		become(person);
		refused(slmbx_do_destroy(4), -ENOENT);
		refused(slmbx_do_count(4), -ENOENT);
		refused(slmbx_do_send(4, NULL, 5), -ENOENT);
		refused(slmbx_do_recv(4, NULL, 5), -ENOENT);
		refused(slmbx_do_length(4), -ENOENT);
		refused(slmbx_do_stat(4, NULL, 0), -ENOENT);
	}
}
END_TEST

START_TEST(empty_mailboxes)
{
	init_mailboxes();
	expect_result(slmbx_do_count(7), 0);
	refused(slmbx_do_length(7), -ESRCH);
	refused(slmbx_do_recv(7, buf, sizeof(buf)), -ESRCH);
	refused(slmbx_do_recv(7, NULL, 5), -ESRCH);
	refused(slmbx_do_recv(7, NULL, 0), -ESRCH);
}
END_TEST

/* A quota is refused before memory lacks, and that before the buffer is looked at. */
START_TEST(order_of_send_errors)
{
	init_mailboxes();
	become(BOB);
	shim_fail_allocations(1, ULONG_MAX);
	slmbx_limits.bytes = slmbx_message_cost(10) - 1;
	expect_result(slmbx_do_send(5, NULL, 10), -EDQUOT);
	slmbx_limits.bytes++;
	expect_result(slmbx_do_send(5, NULL, 10), -ENOMEM);
	shim_fail_allocations(0, 0);
	refused(slmbx_do_send(5, NULL, 10), -EFAULT);
	refused(slmbx_do_send(5, buf, 11), -EDQUOT);
	done(slmbx_do_send(5, buf, 10));
	refused(slmbx_do_send(5, buf, 0), -EDQUOT);
	slmbx_limits.bytes = LLONG_MAX;
	/* A length nobody has. */
	refused(slmbx_do_send(5, buf, UINT_MAX), -ENOMEM);
	slmbx_limits.bytes = UINT_MAX;
	refused(slmbx_do_send(5, buf, UINT_MAX), -EDQUOT);
	slmbx_limits.bytes = LLONG_MAX;
	expect_result(slmbx_do_count(5), 3);
}
END_TEST

/* Who sends pays, and gets it back whoever takes the message, or the mailbox, away. */
START_TEST(senders_pay)
{
	s64 price = slmbx_message_cost(1000);

	init_mailboxes();
	become(BOB);
	slmbx_limits.bytes = 2 * price;
	send_one(5, 1000, 4);
	send_one(7, 1000, 5);
	ck_assert_int_eq(quota_used(uid_of[BOB]).bytes, 2 * price);
	refused(slmbx_do_send(5, buf, 0), -EDQUOT);
	become(ALICE);
	recv_one(7, 10, 1000, 5);
	ck_assert_int_eq(quota_used(uid_of[BOB]).bytes, price);
	become(BOB);
	send_one(7, 1000, 6);
	done(slmbx_do_destroy(5));
	ck_assert_int_eq(quota_used(uid_of[BOB]).bytes, price);
	done(slmbx_do_destroy(7));
	ck_assert_int_eq(quota_used(uid_of[BOB]).bytes, 0);
	slmbx_limits.bytes = LLONG_MAX;
	become(ROOT);
	done(slmbx_do_shutdown());
	ck_assert_uint_eq(quota_accounts(), 0);
}
END_TEST

START_TEST(mailbox_limit)
{
	init_mailboxes();
	slmbx_limits.mailboxes = 3;
	become(ALICE);
	refused(slmbx_do_create(8, 0), -EDQUOT);
	become(BOB);
	for (u32 id = 8; id < 11; id++)
		done(slmbx_do_create(id, 0));
	refused(slmbx_do_create(11, 0), -EDQUOT);
	/* Whoever destroys it, its owner may have another. */
	done(slmbx_do_destroy(7));
	refused(slmbx_do_create(7, 0), -EDQUOT);
	become(ALICE);
	done(slmbx_do_create(7, 0));
	slmbx_limits.mailboxes = LLONG_MAX;
}
END_TEST

/* At every offset of the buffer, and with nothing of it there. */
START_TEST(send_from_bad_memory)
{
	init_mailboxes();
	refused(slmbx_do_send(5, NULL, 1), -EFAULT);
	refused(slmbx_do_send(5, (void *)4095, 1), -EFAULT);
	for (u32 at = 0; at < 300; at++) {
		fault_at(buf + at, 1);
		refused(slmbx_do_send(5, buf, 300), -EFAULT);
	}
	fault_at(buf + 300, 1);
	fill(buf, 300, 9);
	done(slmbx_do_send(5, buf, 300));
	fault_at(NULL, 0);
	recv_one(5, 1000, 100, 1);
	recv_one(5, 1000, 200, 2);
	recv_one(5, 1000, 300, 9);
}
END_TEST

/* The message stays at the head, to be had whole afterwards. */
START_TEST(recv_into_bad_memory)
{
	init_mailboxes();
	refused(slmbx_do_recv(5, NULL, 1), -EFAULT);
	refused(slmbx_do_recv(5, (void *)4095, UINT_MAX), -EFAULT);
	for (u32 at = 0; at < 100; at++) {
		memset(buf, UNTOUCHED, sizeof(buf));
		fault_at(buf + at, 1);
		refused(slmbx_do_recv(5, buf, sizeof(buf)), -EFAULT);
		expect_untouched(buf + at, sizeof(buf) - at);
	}
	/* Memory behind the message, or behind what was asked for, is not needed. */
	fault_at(buf + 100, 1);
	expect_result(slmbx_do_recv(5, buf, UINT_MAX), 100);
	ck_assert(is_filled(buf, 100, 1));
	fault_at(buf + 20, 1);
	expect_result(slmbx_do_recv(5, buf, 20), 20);
	fault_at(NULL, 0);
	expect_result(slmbx_do_count(5), 0);
}
END_TEST

START_TEST(null_with_length_0)
{
	init_mailboxes();
	done(slmbx_do_send(7, NULL, 0));
	send_one(7, 30, 5);
	expect_result(slmbx_do_count(7), 2);
	expect_result(slmbx_do_length(7), 0);
	/* An empty message needs no buffer, whatever is offered. */
	expect_result(slmbx_do_recv(7, NULL, 100), 0);
	expect_result(slmbx_do_length(7), 30);
	expect_result(slmbx_do_recv(7, NULL, 0), 0);
	expect_result(slmbx_do_count(7), 0);
}
END_TEST

START_TEST(truncated_recv)
{
	static const u32 room[] = { 0, 1, 99, 100, 101, UINT_MAX };

	init_mailboxes();
	for (size_t i = 0; i < ARRAY_LENGTH(room); i++)
		send_one(7, 100, i);
	for (size_t i = 0; i < ARRAY_LENGTH(room); i++) {
		expect_result(slmbx_do_count(7), ARRAY_LENGTH(room) - i);
		recv_one(7, room[i], 100, i);
	}
	expect_result(slmbx_do_count(7), 0);
}
END_TEST

START_TEST(all_lengths)
{
	long page = sysconf(_SC_PAGESIZE);
	u32 sizes[] = { 0, 1, 8, 9, page - 1, page, page + 1, 65536, 1 << 20, 64 << 20 };

	init_mailboxes();
	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++)
		send_one(7, sizes[i], i);
	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
		expect_result(slmbx_do_length(7), sizes[i]);
		recv_one(7, sizes[i] + 1, sizes[i], i);
	}
}
END_TEST

START_TEST(stat_says_all)
{
	struct {
		struct slmbx_stat st;
		unsigned char tail[64];
	} out;
	struct slmbx_stat *st = &out.st;

	init_mailboxes();
	become(BOB);
	send_one(7, 0, 0);
	memset(&out, UNTOUCHED, sizeof(out));
	done(slmbx_do_stat(5, st, sizeof(*st)));
	ck_assert_uint_eq(st->count, 2);
	ck_assert_uint_eq(st->bytes, 300);
	ck_assert_uint_eq(st->owner, uid_of[ALICE]);
	ck_assert_uint_eq(st->flags, SLMBX_STAT_HEAD);
	ck_assert_uint_eq(st->head_length, 100);
	ck_assert_uint_eq(st->pad, 0);
	expect_untouched(out.tail, sizeof(out.tail));
	done(slmbx_do_stat(7, st, sizeof(*st)));
	ck_assert_uint_eq(st->count, 1);
	ck_assert_uint_eq(st->bytes, 0);
	ck_assert_uint_eq(st->flags, SLMBX_STAT_HEAD);
	become(ALICE);
	done(slmbx_do_stat(6, st, sizeof(*st)));
	ck_assert_uint_eq(st->flags, SLMBX_STAT_HEAD | SLMBX_STAT_PROTECTED);
	recv_one(6, 0, 50, 3);
	done(slmbx_do_stat(6, st, sizeof(*st)));
	ck_assert_uint_eq(st->flags, SLMBX_STAT_PROTECTED);
	ck_assert_uint_eq(st->head_length, 0);
}
END_TEST

/* Older structs there are none of; a newer one may ask for nothing in its tail. */
START_TEST(stat_sizes)
{
	struct slmbx_stat *st = (void *)buf;

	init_mailboxes();
	for (size_t size = 0; size < SLMBX_STAT_SIZE_V0; size++) {
		memset(buf, UNTOUCHED, sizeof(buf));
		refused(slmbx_do_stat(5, st, size), -EINVAL);
		refused(slmbx_do_stat(5, NULL, size), -EINVAL);
		expect_untouched(buf, sizeof(buf));
	}
	for (size_t size = SLMBX_STAT_SIZE_V0; size < 400; size += 23) {
		memset(buf, UNTOUCHED, sizeof(buf));
		memset(buf, 0, size);
		done(slmbx_do_stat(5, st, size));
		ck_assert_uint_eq(st->count, 2);
		expect_untouched(buf + size, sizeof(buf) - size);
		for (size_t i = sizeof(*st); i < size; i++) {
			memset(buf, 0, size);
			buf[i] = 1;
			refused(slmbx_do_stat(5, st, size), -E2BIG);
			ck_assert_uint_eq(st->count, 0);
		}
	}
	memset(buf, 0, sizeof(buf));
	refused(slmbx_do_stat(5, st, 4097), -E2BIG);
	for (size_t at = 0; at < 200; at++) {
		fault_at(buf + at, 1);
		refused(slmbx_do_stat(5, st, 200), -EFAULT);
	}
	fault_at(buf + 200, 1);
	done(slmbx_do_stat(5, st, 200));
}
END_TEST

START_TEST(a_second_create_replaces_nothing)
{
	init_mailboxes();
	become(BOB);
	refused(slmbx_do_create(5, 1), -EEXIST);
	recv_one(5, 1000, 100, 1);
	/* Destroyed and made anew it is empty, and another's. */
	done(slmbx_do_destroy(5));
	done(slmbx_do_create(5, 1));
	expect_result(slmbx_do_count(5), 0);
	become(ALICE);
	refused(slmbx_do_count(5), -EPERM);
}
END_TEST

/* Until the list is flat again, and again. */
START_TEST(thousands_come_and_go)
{
	enum { MANY = 4000 };
	static u32 order[MANY];
	uint64_t state = 12345;
	struct slmbx_skiplist_shape shape;

	become(ROOT);
	done(slmbx_do_init(_i ? 16 : 2, 4));
	become(BOB);
	for (int round = 0; round < 3; round++) {
		make_order(order, MANY, SHUFFLED, &state);
		for (u32 i = 0; i < MANY; i++) {
			done(slmbx_do_create(1 + order[i] * 1000, 0));
			send_one(1 + order[i] * 1000, i % 40, i);
		}
		make_order(order, MANY, SHUFFLED, &state);
		for (u32 i = 0; i < MANY; i++) {
			done(slmbx_do_destroy(1 + order[i] * 1000));
			expect_result(slmbx_do_destroy(1 + order[i] * 1000), -ENOENT);
		}
		slmbx_skiplist_measure(system_mailboxes(), &shape);
		ck_assert_uint_eq(shape.nodes, 0);
		ck_assert_uint_eq(quota_accounts(), 0);
	}
}
END_TEST

START_TEST(totals)
{
	u64 mailboxes = 1, messages = 1;

	slmbx_system_totals(&mailboxes, &messages);
	ck_assert_uint_eq(mailboxes + messages, 0);
	init_mailboxes();
	slmbx_system_totals(&mailboxes, &messages);
	ck_assert_uint_eq(mailboxes, 3);
	ck_assert_uint_eq(messages, 3);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("calls");
	TCase *tcase = unit_case(suite, "calls");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, nothing_works_uninitialised);
	tcase_add_test(tcase, init_refuses);
	tcase_add_test(tcase, init_accepts);
	tcase_add_test(tcase, second_admin);
	tcase_add_test(tcase, create_refuses);
	tcase_add_test(tcase, ids_at_the_ends);
	tcase_add_test(tcase, protection);
	tcase_add_test(tcase, any_value_but_0_protects);
	tcase_add_test(tcase, anyone_may_use_what_is_not_protected);
	tcase_add_test(tcase, absent_mailboxes);
	tcase_add_test(tcase, empty_mailboxes);
	tcase_add_test(tcase, order_of_send_errors);
	tcase_add_test(tcase, senders_pay);
	tcase_add_test(tcase, mailbox_limit);
	tcase_add_test(tcase, send_from_bad_memory);
	tcase_add_test(tcase, recv_into_bad_memory);
	tcase_add_test(tcase, null_with_length_0);
	tcase_add_test(tcase, truncated_recv);
	tcase_add_test(tcase, all_lengths);
	tcase_add_test(tcase, stat_says_all);
	tcase_add_test(tcase, stat_sizes);
	tcase_add_test(tcase, a_second_create_replaces_nothing);
	tcase_add_loop_test(tcase, thousands_come_and_go, 0, 2);
	tcase_add_test(tcase, totals);
	return unit_run(suite);
}
