// SPDX-License-Identifier: MIT
/* What moves to a dead-letter mailbox, what it takes along, and what stays. */
#include <stdio.h>

#include "delivery.h"
#include "harness.h"
#include "mail.h"
#include "users.h"

#define BOX 42
#define DEAD 43
#define FURTHER 44
#define SHORT (20 * MS)

static void open_boxes(unsigned int max_deliveries)
{
	expect(0, slmbx_init(8, 2));
	expect(0, slmbx_create(BOX, 0));
	expect(0, slmbx_create(DEAD, 0));
	set_dead_letter(BOX, DEAD, max_deliveries);
}

static void lease_and_release(unsigned int id, unsigned int len, unsigned int seed)
{
	struct slmbx_recvv_msg lease = lease_pattern(id, AGES, len, seed);

	expect(0, settle_one(id, &lease, SLMBX_SETTLE_RELEASE, 0));
}

/* A dead letter that was leased in @from so often. */
static void expect_dead(struct slmbx_recvv_msg got, unsigned int from, unsigned int deliveries)
{
	ck_assert_uint_eq(got.flags, SLMBX_RECVV_DEAD);
	ck_assert_uint_eq(got.from, from);
	ck_assert_uint_eq(got.from_deliveries, deliveries);
	ck_assert_uint_le(got.moved, got.age);
}

/* Who received a dead letter may look before it is counted. */
static void expect_counted(unsigned int id, uint64_t expired, uint64_t dead)
{
	await(stat_of(id).dead == dead);
	ck_assert_uint_eq(stat_of(id).expired, expired);
}

START_TEST(test_delivered_too_often)
{
	struct slmbx_recvv_msg got;

	open_boxes(2);
	send_pattern(BOX, 10, 1);
	send_pattern(BOX, 20, 2);
	send_pattern(DEAD, 5, 9);
	lease_and_release(BOX, 10, 1);
	expect_held(BOX, 2, 0, 0);
	lease_and_release(BOX, 10, 1);
	expect_held(BOX, 1, 0, 0);
	expect_held(DEAD, 2, 0, 0);
	expect_counted(BOX, 0, 1);
	expect(20, slmbx_length(BOX));
	/* It joins the tail there, and gets a number. */
	ck_assert_uint_eq(await_pattern(DEAD, 5, 9).seq, 1);
	usleep(SHORT / 1000);
	got = peek_pattern(DEAD, 10, 1);
	expect_dead(got, BOX, 2);
	ck_assert_uint_eq(got.seq, 2);
	ck_assert_uint_eq(got.deliveries, 0);
	ck_assert_uint_ge(got.moved, SHORT);
	/* Deliveries are counted anew there, and go on for ever. */
	for (unsigned int i = 1; i <= 3; i++) {
		got = lease_pattern(DEAD, AGES, 10, 1);
		expect_dead(got, BOX, 2);
		ck_assert_uint_eq(got.deliveries, i);
		expect(0, settle_one(DEAD, &got, SLMBX_SETTLE_RELEASE, 0));
	}
	recv_pattern(DEAD, 10, 10, 1);
	expect_counted(DEAD, 0, 0);
}
END_TEST

static const struct {
	const char *name;
	uint64_t lease;
	bool release;
	uint64_t delay;
} returns[] = {
	{ "released", AGES, true, 0 },
	{ "released with a delay", AGES, true, MS },
	{ "back at its deadline", SHORT, false, 0 },
};

/* Nobody need call: who waits at the other mailbox gets it. */
START_TEST(test_moves)
{
	struct slmbx_recvv_msg lease;

	open_boxes(1);
	send_pattern(BOX, 10, 1);
	lease = lease_pattern(BOX, returns[_i].lease, 10, 1);
	if (returns[_i].release)
		expect(0, settle_one(BOX, &lease, SLMBX_SETTLE_RELEASE, returns[_i].delay));
	expect_dead(await_pattern(DEAD, 10, 1), BOX, 1);
	expect_counted(BOX, 0, 1);
	expect_empty(BOX);
	expect_held(BOX, 0, 0, 0);
	expect(-ESTALE, settle_one(BOX, &lease, SLMBX_SETTLE_ACK, 0));
	expect(-ESTALE, settle_one(DEAD, &lease, SLMBX_SETTLE_ACK, 0));
}
END_TEST

static void moves_name(int row, char *name, size_t size)
{
	snprintf(name, size, "moves when it is %s", returns[row].name);
}

START_TEST(test_acknowledged_in_time)
{
	struct slmbx_recvv_msg lease;

	open_boxes(1);
	send_pattern(BOX, 10, 1);
	lease = lease_pattern(BOX, AGES, 10, 1);
	expect(0, settle_one(BOX, &lease, SLMBX_SETTLE_EXTEND, AGES));
	expect(0, settle_one(BOX, &lease, SLMBX_SETTLE_ACK, 0));
	expect_held(BOX, 0, 0, 0);
	expect_held(DEAD, 0, 0, 0);
	expect_counted(BOX, 0, 0);
}
END_TEST

/* Without a delay or a time to live; when it was sent stays. */
START_TEST(test_expired)
{
	uint64_t begin = now();
	struct slmbx_recvv_msg got;

	open_boxes(0);
	send_timed(BOX, 10, 1, 0, SHORT);
	send_timed(BOX, 20, 2, AGES, 2 * SHORT);
	got = await_pattern(DEAD, 10, 1);
	ck_assert_uint_ge(now(), begin + SHORT);
	expect_dead(got, BOX, 0);
	ck_assert_uint_ge(got.age, SHORT);
	got = await_pattern(DEAD, 20, 2);
	ck_assert_uint_ge(now(), begin + 2 * SHORT);
	expect_dead(got, BOX, 0);
	ck_assert_uint_eq(got.seq, 2);
	expect_counted(BOX, 2, 2);
	expect_held(BOX, 0, 0, 0);
	ck_assert_uint_eq(stat_of(BOX).sent, 1);
}
END_TEST

/* Away from where it isn't wanted, message 1 of @count is delivered on. */
static void expect_delivered_on(unsigned int deliveries, unsigned int count)
{
	struct slmbx_recvv_msg lease;

	for (unsigned int i = 0; i < 2; i++) {
		lease = lease_pattern(BOX, AGES, 10, 1);
		ck_assert_uint_eq(lease.deliveries, deliveries + i);
		expect(0, settle_one(BOX, &lease, SLMBX_SETTLE_RELEASE, 0));
		expect_held(BOX, count, 0, 0);
	}
	expect_counted(BOX, 0, 0);
}

START_TEST(test_nowhere_to_go)
{
	open_boxes(1);
	send_pattern(BOX, 10, 1);
	send_pattern(BOX, 20, 2);
	set_dead_letter(BOX, 0, 1);
	expect_delivered_on(1, 2);
	/* Not there, not there any more. */
	set_dead_letter(BOX, FURTHER, 1);
	expect_delivered_on(3, 2);
	set_dead_letter(BOX, DEAD, 1);
	expect(0, slmbx_destroy(DEAD));
	expect_delivered_on(5, 2);
	expect(0, slmbx_create(DEAD, 0));
	lease_and_release(BOX, 10, 1);
	expect_dead(await_pattern(DEAD, 10, 1), BOX, 7);
	expect_counted(BOX, 0, 1);
	expect(20, slmbx_length(BOX));
}
END_TEST

static void limit(unsigned int id, uint64_t max_messages, uint64_t max_bytes)
{
	expect(0, try_setattr((struct slmbx_setattr){ .id = id,
						      .mask = SLMBX_ATTR_MAX_MESSAGES |
							      SLMBX_ATTR_MAX_BYTES,
						      .max_messages = max_messages,
						      .max_bytes = max_bytes }));
}

START_TEST(test_no_room_there)
{
	open_boxes(1);
	send_pattern(BOX, 10, 1);
	send_pattern(DEAD, 5, 9);
	limit(DEAD, 1, 0);
	expect_delivered_on(1, 1);
	limit(DEAD, 0, 14);
	expect_delivered_on(3, 1);
	expect_held(DEAD, 1, 0, 0);
	limit(DEAD, 2, 15);
	lease_and_release(BOX, 10, 1);
	expect_held(DEAD, 2, 0, 0);
	recv_pattern(DEAD, 5, 5, 9);
	expect_dead(await_pattern(DEAD, 10, 1), BOX, 5);
}
END_TEST

static void create_protected_dead(void *unused)
{
	expect(0, slmbx_create(DEAD, 1));
}

static void lease_as_another(void *unused)
{
	lease_and_release(BOX, 10, 1);
}

static void take_dead(void *unused)
{
	expect_dead(await_pattern(DEAD, 10, 1), BOX, 3);
}

static void protect(unsigned int id, unsigned int protect)
{
	expect(0, try_setattr((struct slmbx_setattr){
			  .id = id, .mask = SLMBX_ATTR_PROTECTED, .protect = protect }));
}

/* Whether it may move there is the owner's right, not the receiver's, root or not. */
START_TEST(test_not_for_the_owner)
{
	need_root();
	expect(0, slmbx_init(8, 2));
	expect(0, slmbx_create(BOX, 0));
	as_user(NOBODY, create_protected_dead, NULL);
	set_dead_letter(BOX, DEAD, 1);
	send_pattern(BOX, 10, 1);
	lease_and_release(BOX, 10, 1);
	as_user(NOBODY, lease_as_another, NULL);
	expect_held(BOX, 1, 0, 0);
	expect_counted(BOX, 0, 0);
	expect(0, try_setattr((struct slmbx_setattr){
			  .id = BOX, .mask = SLMBX_ATTR_OWNER, .owner = NOBODY }));
	lease_and_release(BOX, 10, 1);
	as_user(NOBODY, take_dead, NULL);
	expect_counted(BOX, 0, 1);
}
END_TEST

START_TEST(test_for_the_owner_by_another)
{
	need_root();
	open_boxes(1);
	protect(DEAD, 1);
	send_pattern(BOX, 10, 1);
	as_user(OTHER, lease_as_another, NULL);
	expect_dead(await_pattern(DEAD, 10, 1), BOX, 1);
}
END_TEST

/* What may not leave is where it was, ready or delayed, and expires no more. */
START_TEST(test_expired_stays)
{
	struct slmbx_recvv_msg lease;

	open_boxes(0);
	set_dead_letter(BOX, FURTHER, 0);
	send_timed(BOX, 10, 1, 0, 0);
	send_timed(BOX, 20, 2, 0, SHORT);
	send_timed(BOX, 30, 3, 0, 0);
	send_timed(BOX, 40, 4, AGES, SHORT);
	await(stat_of(BOX).expired == 2);
	ck_assert_uint_eq(stat_of(BOX).dead, 0);
	expect_held(BOX, 3, 0, 1);
	expect(0, slmbx_create(FURTHER, 0));
	for (unsigned int i = 1; i <= 3; i++) {
		lease = lease_pattern(BOX, AGES, 10 * i, i);
		ck_assert_uint_eq(lease.seq, i);
		expect(0, settle_one(BOX, &lease, SLMBX_SETTLE_RELEASE, 0));
		recv_pattern(BOX, 40, 10 * i, i);
	}
	expect_held(BOX, 0, 0, 1);
	expect_empty(FURTHER);
	expect_counted(BOX, 2, 0);
}
END_TEST

START_TEST(test_further)
{
	struct slmbx_recvv_msg got;

	open_boxes(2);
	expect(0, slmbx_create(FURTHER, 0));
	set_dead_letter(DEAD, FURTHER, 1);
	send_pattern(BOX, 10, 1);
	lease_and_release(BOX, 10, 1);
	lease_and_release(BOX, 10, 1);
	lease_and_release(DEAD, 10, 1);
	expect_held(DEAD, 0, 0, 0);
	got = await_pattern(FURTHER, 10, 1);
	expect_dead(got, DEAD, 1);
	expect_counted(BOX, 0, 1);
	expect_counted(DEAD, 0, 1);
}
END_TEST

/* Where it can't go further it still is from where it was. */
START_TEST(test_dead_letter_stays_one)
{
	open_boxes(1);
	set_dead_letter(DEAD, FURTHER, 1);
	send_pattern(BOX, 10, 1);
	lease_and_release(BOX, 10, 1);
	lease_and_release(DEAD, 10, 1);
	expect_dead(peek_pattern(DEAD, 10, 1), BOX, 1);
	ck_assert_uint_eq(peek_pattern(DEAD, 10, 1).deliveries, 1);
}
END_TEST

/* It counts from the next return on. */
START_TEST(test_fewer_deliveries_later)
{
	open_boxes(0);
	send_pattern(BOX, 10, 1);
	for (unsigned int i = 0; i < 5; i++)
		lease_and_release(BOX, 10, 1);
	set_dead_letter(BOX, DEAD, 2);
	expect_held(BOX, 1, 0, 0);
	lease_and_release(BOX, 10, 1);
	expect_dead(await_pattern(DEAD, 10, 1), BOX, 6);
}
END_TEST

#define CHAIN 30

static void expect_loop(unsigned int id, unsigned int dead_letter)
{
	struct slmbx_setattr attributes = { .id = id,
					    .mask = SLMBX_ATTR_DEAD_LETTER |
						    SLMBX_ATTR_MAX_MESSAGES,
					    .dead_letter = dead_letter,
					    .max_messages = 9 };
	struct slmbx_stat before = stat_of(id), after;

	expect(-ELOOP, try_setattr(attributes));
	after = stat_of(id);
	ck_assert_msg(memcmp(&before, &after, sizeof(after)) == 0, "setattr failed and did half");
}

/* Wherever it would close, at whatever length; and after one of the chain was there anew. */
START_TEST(test_loops)
{
	expect(0, slmbx_init(8, 2));
	for (unsigned int id = 1; id <= CHAIN; id++)
		expect(0, slmbx_create(id, 0));
	expect_loop(1, 1);
	for (unsigned int id = 1; id < CHAIN; id++) {
		set_dead_letter(id, id + 1, 0);
		for (unsigned int to = 1; to <= id + 1; to += id < 5 ? 1 : id)
			expect_loop(id + 1, to);
	}
	/* Set again to what it is, to nothing, and elsewhere, it is no loop. */
	set_dead_letter(5, 6, 0);
	set_dead_letter(2, 0, 0);
	set_dead_letter(CHAIN, 1, 0);
	expect_loop(2, 3);
	expect_loop(2, CHAIN);
	expect_loop(2, 1);
	set_dead_letter(2, CHAIN + 1, 0);
	expect(0, slmbx_create(CHAIN + 1, 0));
	expect_loop(CHAIN + 1, 3);
}
END_TEST

/* From the dead-letter mailbox one may come to so many, itself included. */
START_TEST(test_longest_chain)
{
	const unsigned int last = SLMBX_DEAD_LETTERS_MAX + 2;

	expect(0, slmbx_init(8, 2));
	for (unsigned int id = 1; id <= last; id++)
		expect(0, slmbx_create(id, 0));
	for (unsigned int id = last - 1; id >= 2; id--)
		set_dead_letter(id, id + 1, 0);
	expect_loop(1, 2);
	set_dead_letter(1, 3, 0);
	expect(0, slmbx_destroy(9));
	set_dead_letter(1, 2, 0);
}
END_TEST

/* One that isn't there yet, or any more, leads nowhere; then it is there. */
START_TEST(test_loops_through_absent)
{
	expect(0, slmbx_init(8, 2));
	expect(0, slmbx_create(1, 0));
	set_dead_letter(1, 2, 0);
	expect(0, slmbx_create(2, 0));
	expect_loop(2, 1);
	set_dead_letter(2, 3, 0);
	expect(0, slmbx_create(3, 0));
	expect_loop(3, 1);
	expect_loop(3, 2);
	expect(0, slmbx_destroy(2));
	set_dead_letter(3, 1, 0);
	expect(0, slmbx_create(2, 0));
	ck_assert_uint_eq(stat_of(2).dead_letter, 0);
	expect_loop(2, 3);
	expect_loop(2, 1);
	set_dead_letter(2, 4, 0);
}
END_TEST

Suite *dead_letters_suite(void)
{
	Suite *suite = suite_create("dead_letters");
	TCase *tc = harness_case(suite, "dead_letters/move", 20);

	tcase_add_test(tc, test_delivered_too_often);
	harness_add_rows(tc, test_moves, ARRAY_SIZE(returns), moves_name);
	tcase_add_test(tc, test_acknowledged_in_time);
	tcase_add_test(tc, test_expired);
	tcase_add_test(tc, test_for_the_owner_by_another);
	tcase_add_test(tc, test_further);
	tcase_add_test(tc, test_fewer_deliveries_later);
	tc = harness_case(suite, "dead_letters/stay", 20);
	tcase_add_test(tc, test_nowhere_to_go);
	tcase_add_test(tc, test_no_room_there);
	tcase_add_test(tc, test_not_for_the_owner);
	tcase_add_test(tc, test_expired_stays);
	tcase_add_test(tc, test_dead_letter_stays_one);
	tc = harness_case(suite, "dead_letters/loops", 10);
	tcase_add_test(tc, test_loops);
	tcase_add_test(tc, test_loops_through_absent);
	tcase_add_test(tc, test_longest_chain);
	return suite;
}
