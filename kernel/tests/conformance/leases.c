// SPDX-License-Identifier: MIT
/* Leases: who has one, how it ends, and where its message stands then. */
#include <stdio.h>

#include "delivery.h"
#include "harness.h"
#include "mail.h"
#include "memory.h"
#include "users.h"

#define BOX 42
#define ACK SLMBX_SETTLE_ACK
#define RELEASE SLMBX_SETTLE_RELEASE
#define EXTEND SLMBX_SETTLE_EXTEND

/* Messages 1 to @count, of as many bytes as their number says. */
static void open_box(unsigned int count)
{
	expect(0, slmbx_init(8, 2));
	expect(0, slmbx_create(BOX, 0));
	for (unsigned int i = 1; i <= count; i++)
		send_pattern(BOX, i, i);
}

static struct slmbx_recvv_msg lease(unsigned int number, uint64_t time)
{
	return lease_pattern(BOX, time, number, number);
}

static void expect_next(unsigned int number)
{
	expect(number, slmbx_length(BOX));
	recv_pattern(BOX, 100, number, number);
}

START_TEST(test_out_of_the_queue)
{
	struct slmbx_recvv_msg one;

	open_box(3);
	one = lease(1, AGES);
	ck_assert_uint_eq(one.seq, 1);
	ck_assert_uint_eq(one.deliveries, 1);
	expect_held(BOX, 2, 1, 0);
	expect(2, slmbx_length(BOX));
	ck_assert_uint_eq(stat_of(BOX).bytes, 5);
	ck_assert_uint_eq(peek_pattern(BOX, 2, 2).seq, 2);
	expect_next(2);
	expect_next(3);
	expect_empty(BOX);
	expect_none(BOX);
	expect_held(BOX, 0, 1, 0);
	expect(0, settle_one(BOX, &one, ACK, 0));
	expect_held(BOX, 0, 0, 0);
}
END_TEST

/* Before everything sent after it, in whatever order they come back. */
START_TEST(test_back_where_it_stood)
{
	struct slmbx_recvv_msg one, two, three;

	open_box(4);
	one = lease(1, AGES);
	two = lease(2, AGES);
	three = lease(3, AGES);
	expect(0, settle_one(BOX, &two, RELEASE, 0));
	expect(2, slmbx_length(BOX));
	expect(0, settle_one(BOX, &one, RELEASE, 0));
	expect(1, slmbx_length(BOX));
	send_pattern(BOX, 5, 5);
	expect_held(BOX, 4, 1, 0);
	expect_next(1);
	expect_next(2);
	expect(4, slmbx_length(BOX));
	expect(0, settle_one(BOX, &three, RELEASE, 0));
	expect_next(3);
	expect_next(4);
	expect_next(5);
	expect_empty(BOX);
}
END_TEST

START_TEST(test_every_order_of_release)
{
	struct slmbx_recvv_msg leases[5];

	open_box(4);
	for (unsigned int order = 0; order < 24; order++) {
		unsigned int left[] = { 1, 2, 3, 4 }, rest = order;

		for (unsigned int i = 1; i <= 4; i++)
			leases[i] = lease(i, AGES);
		for (unsigned int n = 4; n; n--) {
			unsigned int pick = rest % n;

			rest /= n;
			expect(0, settle_one(BOX, &leases[left[pick]], RELEASE, 0));
			left[pick] = left[n - 1];
		}
	}
	for (unsigned int i = 1; i <= 4; i++) {
		ck_assert_uint_eq(peek_pattern(BOX, i, i).deliveries, 24);
		expect_next(i);
	}
}
END_TEST

START_TEST(test_deliveries_and_tokens)
{
	struct slmbx_recvv_msg before = { .seq = 0 }, got;

	open_box(2);
	for (unsigned int i = 1; i <= 5; i++) {
		got = lease(1, AGES);
		ck_assert_uint_eq(got.deliveries, i);
		ck_assert_uint_eq(got.seq, 1);
		ck_assert_msg(got.token != before.token, "the token of the delivery before");
		expect(0, settle_one(BOX, &got, RELEASE, 0));
		before = got;
	}
	/* Who peeks or receives leases nothing. */
	ck_assert_uint_eq(peek_pattern(BOX, 1, 1).deliveries, 5);
	ck_assert_uint_eq(await_pattern(BOX, 1, 1).deliveries, 5);
	ck_assert_uint_eq(await_pattern(BOX, 2, 2).deliveries, 0);
}
END_TEST

/* It comes back at its deadline, not before, whether or not anybody calls then. */
START_TEST(test_deadline)
{
	uint64_t begin = now();
	struct slmbx_recvv_msg one, again;

	open_box(1);
	one = lease(1, 20 * MS);
	again = recv_one(BOX, SLMBX_RECVV_LEASE, AGES, SLMBX_FOREVER, 1, 1);
	ck_assert_uint_ge(now(), begin + 20 * MS);
	ck_assert_uint_eq(again.seq, one.seq);
	ck_assert_uint_eq(again.deliveries, 2);
	expect(-ESTALE, settle_one(BOX, &one, ACK, 0));
	expect(-ESTALE, settle_one(BOX, &one, RELEASE, 0));
	expect(-ESTALE, settle_one(BOX, &one, EXTEND, AGES));
	expect_held(BOX, 0, 1, 0);
	expect(0, settle_one(BOX, &again, ACK, 0));
}
END_TEST

START_TEST(test_deadline_seen_by_the_eight)
{
	open_box(2);
	lease(1, 10 * MS);
	await(slmbx_count(BOX) == 2);
	expect_next(1);
	lease(2, 10 * MS);
	await(slmbx_length(BOX) == 2);
	expect_next(2);
	expect_empty(BOX);
}
END_TEST

static long settle_many(struct slmbx_settle_item *items, unsigned int count)
{
	struct slmbx_settle args = { .items = address(items), .count = count, .id = BOX };

	return slmbx_settle(&args, sizeof(args));
}

static struct slmbx_settle_item item(struct slmbx_recvv_msg lease, unsigned int action,
				     uint64_t time)
{
	return (struct slmbx_settle_item){
		.seq = lease.seq, .token = lease.token, .time = time, .action = action, .result = 77
	};
}

/* Each ends at its own. The one that ended last may stand first. */
START_TEST(test_several_deadlines)
{
	struct slmbx_recvv_msg leases[4];
	uint64_t begin;

	open_box(3);
	for (unsigned int i = 1; i <= 3; i++)
		leases[i] = lease(i, AGES);

	struct slmbx_settle_item items[] = { item(leases[1], EXTEND, 40 * MS),
					     item(leases[2], EXTEND, 20 * MS) };

	begin = now();
	expect(2, settle_many(items, 2));
	await(slmbx_count(BOX) == 2);
	ck_assert_uint_ge(now(), begin + 40 * MS);
	expect_next(1);
	expect_next(2);
	expect_held(BOX, 0, 1, 0);
	expect(0, settle_one(BOX, &leases[3], ACK, 0));
}
END_TEST

START_TEST(test_forged)
{
	struct slmbx_recvv_msg one, two, forged;

	open_box(3);
	expect(0, slmbx_create(BOX + 1, 0));
	one = lease(1, AGES);
	two = lease(2, AGES);
	for (unsigned int action = ACK; action <= EXTEND; action++) {
		uint64_t time = action == EXTEND ? AGES : 0;

		for (unsigned int bit = 0; bit < 64; bit += 9) {
			forged = one;
			forged.token ^= (uint64_t)1 << bit;
			expect(-ESTALE, settle_one(BOX, &forged, action, time));
			forged = one;
			forged.seq ^= (uint64_t)1 << bit;
			expect(-ESTALE, settle_one(BOX, &forged, action, time));
		}
		forged = one;
		forged.token = two.token;
		expect(-ESTALE, settle_one(BOX, &forged, action, time));
		forged.token = 0;
		expect(-ESTALE, settle_one(BOX, &forged, action, time));
		/* Ready, and never there. */
		forged.seq = 3;
		expect(-ESTALE, settle_one(BOX, &forged, action, time));
		forged.seq = 0;
		expect(-ESTALE, settle_one(BOX, &forged, action, time));
		expect(-ESTALE, settle_one(BOX + 1, &one, action, time));
	}
	expect_held(BOX, 1, 2, 0);
	expect(0, settle_one(BOX, &two, RELEASE, 0));
	expect(0, settle_one(BOX, &one, RELEASE, 0));
	expect_next(1);
	expect_next(2);
	expect_next(3);
}
END_TEST

static void expect_stale(const struct slmbx_recvv_msg *lease)
{
	expect(-ESTALE, settle_one(BOX, lease, ACK, 0));
	expect(-ESTALE, settle_one(BOX, lease, RELEASE, 0));
	expect(-ESTALE, settle_one(BOX, lease, RELEASE, AGES));
	expect(-ESTALE, settle_one(BOX, lease, EXTEND, AGES));
}

/* A lease ends once, and its mailbox's end ends it: a later one of the id has others. */
START_TEST(test_stale)
{
	struct slmbx_recvv_msg one, again;

	open_box(1);
	one = lease(1, AGES);
	expect(0, settle_one(BOX, &one, RELEASE, 0));
	expect_stale(&one);
	again = lease(1, AGES);
	expect_stale(&one);
	expect(0, settle_one(BOX, &again, ACK, 0));
	expect_stale(&again);
	expect_held(BOX, 0, 0, 0);

	send_pattern(BOX, 1, 1);
	again = lease(1, AGES);
	expect(0, slmbx_destroy(BOX));
	expect(-ENOENT, settle_one(BOX, &again, ACK, 0));
	expect(0, slmbx_create(BOX, 0));
	expect_stale(&again);
	send_pattern(BOX, 1, 1);
	one = lease(1, AGES);
	ck_assert_uint_eq(one.seq, 1);
	expect_stale(&again);
	expect(0, slmbx_shutdown());
	expect(-ENODEV, settle_one(BOX, &one, ACK, 0));
	open_box(1);
	expect_stale(&one);
	expect_held(BOX, 1, 0, 0);
}
END_TEST

static void settle_anothers(void *lease)
{
	expect_stale(lease);
}

static void lease_and_leave(void *shared)
{
	*(struct slmbx_recvv_msg *)shared = lease(1, AGES);
}

static void acknowledge(void *lease)
{
	expect(0, settle_one(BOX, lease, ACK, 0));
}

/* A lease is a uid's, of which any process may settle it; root has no other right. */
START_TEST(test_another_uids)
{
	struct slmbx_recvv_msg *shared = shared_alloc(sizeof(*shared)), mine;

	need_root();
	open_box(2);
	as_user(NOBODY, lease_and_leave, shared);
	expect_held(BOX, 1, 1, 0);
	expect_stale(shared);
	as_user(OTHER, settle_anothers, shared);
	mine = lease(2, AGES);
	as_user(NOBODY, settle_anothers, &mine);
	expect_held(BOX, 0, 2, 0);
	as_user(NOBODY, acknowledge, shared);
	as_user(SAME_USER, acknowledge, &mine);
	expect_held(BOX, 0, 0, 0);
}
END_TEST

static void expect_eperm(void *lease)
{
	expect(-EPERM, settle_one(BOX, lease, ACK, 0));
	expect(-EPERM, settle_one(BOX, lease, EXTEND, AGES));
}

static void set_protection(unsigned int protect)
{
	expect(0, try_setattr((struct slmbx_setattr){
			  .id = BOX, .mask = SLMBX_ATTR_PROTECTED, .protect = protect }));
}

/* Who may not use the mailbox any more may not settle; the lease lives on. */
START_TEST(test_mailbox_protected_meanwhile)
{
	struct slmbx_recvv_msg *shared = shared_alloc(sizeof(*shared));

	need_root();
	open_box(1);
	as_user(NOBODY, lease_and_leave, shared);
	set_protection(1);
	as_user(NOBODY, expect_eperm, shared);
	expect_held(BOX, 0, 1, 0);
	set_protection(0);
	as_user(NOBODY, acknowledge, shared);
}
END_TEST

static void die_with_a_lease(void *unused)
{
	lease(1, 20 * MS);
}

START_TEST(test_receiver_dies)
{
	uint64_t begin = now();

	open_box(2);
	as_user(SAME_USER, die_with_a_lease, NULL);
	await(slmbx_length(BOX) == 1);
	ck_assert_uint_ge(now(), begin + 20 * MS);
	expect_next(1);
	expect_next(2);
}
END_TEST

/* Extended before its deadline it outlives that one, and may be extended again. */
START_TEST(test_extend)
{
	struct slmbx_recvv_msg one;
	uint64_t end;

	open_box(1);
	do {
		one = recv_one(BOX, SLMBX_RECVV_LEASE, 40 * MS, SLMBX_FOREVER, 1, 1);
		end = now() + 40 * MS;
		/* Somebody else had the processor for so long. */
	} while (settle_one(BOX, &one, EXTEND, AGES) == -ESTALE);
	sleep_until(end + 5 * MS);
	expect_held(BOX, 0, 1, 0);
	expect(0, settle_one(BOX, &one, EXTEND, UINT64_MAX));
	expect(0, settle_one(BOX, &one, EXTEND, AGES));
	expect(0, settle_one(BOX, &one, ACK, 0));
	expect_held(BOX, 0, 0, 0);
}
END_TEST

/* So long from now, not from the deadline there was. */
START_TEST(test_extend_to_less)
{
	struct slmbx_recvv_msg one;
	uint64_t begin;

	open_box(1);
	one = lease(1, AGES);
	begin = now();
	expect(0, settle_one(BOX, &one, EXTEND, 20 * MS));
	await(slmbx_count(BOX) == 1);
	ck_assert_uint_ge(now(), begin + 20 * MS);
	expect_stale(&one);
}
END_TEST

START_TEST(test_release_with_delay)
{
	struct slmbx_recvv_msg one;
	uint64_t begin;

	open_box(2);
	one = lease(1, AGES);
	begin = now();
	expect(0, settle_one(BOX, &one, RELEASE, 20 * MS));
	expect_stale(&one);
	await(slmbx_count(BOX) == 2);
	ck_assert_uint_ge(now(), begin + 20 * MS);
	/* Where it stood. */
	one = lease(1, AGES);
	ck_assert_uint_eq(one.deliveries, 2);
	ck_assert_uint_eq(one.seq, 1);
	expect(0, settle_one(BOX, &one, RELEASE, AGES));
	expect_held(BOX, 1, 0, 1);
	expect(2, slmbx_length(BOX));
	expect_stale(&one);
	expect(2, slmbx_purge(BOX));
	expect_held(BOX, 0, 0, 0);
}
END_TEST

START_TEST(test_for_ever)
{
	struct slmbx_recvv_msg one;

	open_box(1);
	one = lease(1, UINT64_MAX);
	expect_held(BOX, 0, 1, 0);
	expect(0, settle_one(BOX, &one, RELEASE, UINT64_MAX));
	expect_held(BOX, 0, 0, 1);
	expect_none(BOX);
}
END_TEST

static const struct {
	unsigned int action;
	uint64_t time;
} invalid[] = {
	{ 0, 0 }, { 0, 1 }, { 4, 0 }, { UINT_MAX, 0 }, { ACK, 1 }, { ACK, UINT64_MAX },
	{ ACK, (uint64_t)1 << 32 }, { EXTEND, 0 },
};

/* What the item asks is looked at before the lease it names. */
START_TEST(test_invalid_items)
{
	struct slmbx_recvv_msg one, stale;

	open_box(1);
	one = lease(1, AGES);
	stale = one;
	stale.token++;
	for (unsigned int i = 0; i < ARRAY_SIZE(invalid); i++) {
		expect(-EINVAL, settle_one(BOX, &one, invalid[i].action, invalid[i].time));
		expect(-EINVAL, settle_one(BOX, &stale, invalid[i].action, invalid[i].time));
	}
	expect_held(BOX, 0, 1, 0);
	expect(0, settle_one(BOX, &one, ACK, 0));
}
END_TEST

/* Each item by itself, in their order, with a result each. */
START_TEST(test_settle_many)
{
	static const int want[] = { 0, -ESTALE, -EINVAL, 0, 0, -ESTALE, 0, 0, -ESTALE };
	struct slmbx_recvv_msg leases[5], forged;

	open_box(4);
	for (unsigned int i = 1; i <= 4; i++)
		leases[i] = lease(i, AGES);
	forged = leases[4];
	forged.token++;

	struct slmbx_settle_item items[] = {
		item(leases[1], ACK, 0),	item(leases[1], ACK, 0),
		item(leases[2], ACK, 9),	item(leases[2], EXTEND, AGES),
		item(leases[2], RELEASE, 0),	item(forged, ACK, 0),
		item(leases[3], RELEASE, AGES), item(leases[4], ACK, 0),
		item(leases[2], ACK, 0),
	};

	expect(5, settle_many(items, ARRAY_SIZE(items)));
	for (unsigned int i = 0; i < ARRAY_SIZE(items); i++)
		ck_assert_msg(items[i].result == want[i], "result %u is %s, should be %s", i,
			      result_name(items[i].result), result_name(want[i]));
	expect_held(BOX, 1, 0, 1);
	expect_next(2);
	for (unsigned int i = 0; i < ARRAY_SIZE(items); i++)
		items[i].result = 0;
	items[2].time = 0;
	expect(0, settle_many(items, ARRAY_SIZE(items)));
	for (unsigned int i = 0; i < ARRAY_SIZE(items); i++)
		ck_assert_int_eq(items[i].result, -ESTALE);
}
END_TEST

/* The most that fits into one call, leased by one call. */
START_TEST(test_settle_most)
{
	static struct slmbx_sendv_msg messages[SLMBX_BATCH_MAX];
	static struct slmbx_recvv_msg leases[SLMBX_BATCH_MAX];
	static struct slmbx_settle_item items[SLMBX_BATCH_MAX];
	struct slmbx_sendv sendv = { .messages = address(messages),
				     .count = SLMBX_BATCH_MAX,
				     .id = BOX };
	struct slmbx_recvv recvv = { .messages = address(leases),
				     .lease = AGES,
				     .count = SLMBX_BATCH_MAX,
				     .id = BOX,
				     .flags = SLMBX_RECVV_LEASE };

	open_box(0);
	expect(SLMBX_BATCH_MAX, slmbx_sendv(&sendv, sizeof(sendv)));
	expect(SLMBX_BATCH_MAX, slmbx_recvv(&recvv, sizeof(recvv)));
	expect_held(BOX, 0, SLMBX_BATCH_MAX, 0);
	for (unsigned int i = 0; i < SLMBX_BATCH_MAX; i++) {
		ck_assert_uint_eq(leases[i].seq, i + 1);
		ck_assert_uint_eq(leases[i].deliveries, 1);
		ck_assert_msg(i == 0 || leases[i].token != leases[i - 1].token,
			      "two leases with one token");
		/* The last first; every other one comes back. */
		items[SLMBX_BATCH_MAX - 1 - i] = item(leases[i], i % 2 ? ACK : RELEASE, 0);
	}
	expect(SLMBX_BATCH_MAX, settle_many(items, SLMBX_BATCH_MAX));
	expect_held(BOX, SLMBX_BATCH_MAX / 2, 0, 0);
	expect(SLMBX_BATCH_MAX / 2, slmbx_recvv(&recvv, sizeof(recvv)));
	for (unsigned int i = 0; i < SLMBX_BATCH_MAX / 2; i++)
		ck_assert_uint_eq(leases[i].seq, 2 * i + 1);
}
END_TEST

static const enum bad cliffs[] = { BAD_UNMAPPED, BAD_NO_ACCESS, BAD_BEYOND_EOF, BAD_READ_ONLY };

/* Whether results can be written is tried before anything is settled. */
START_TEST(test_items_straddle)
{
	struct slmbx_settle_item items[2];
	unsigned char *edge = cliff_new(sizeof(items), cliffs[_i]);

	open_box(2);
	items[0] = item(lease(1, AGES), ACK, 0);
	items[1] = item(lease(2, AGES), RELEASE, 0);
	for (unsigned int good = 0; good < sizeof(items); good++) {
		memcpy(edge - good, items, good);
		expect(-EFAULT, settle_many((void *)(edge - good), 2));
	}
	expect_held(BOX, 0, 2, 0);
	memcpy(edge - sizeof(items), items, sizeof(items));
	expect(2, settle_many((void *)(edge - sizeof(items)), 2));
	expect_next(2);
	expect_empty(BOX);
}
END_TEST

static void straddle_name(int row, char *name, size_t size)
{
	snprintf(name, size, "settle straddles into %s at every offset", bad_name(cliffs[row]));
}

START_TEST(test_read_only_items)
{
	struct slmbx_recvv_msg one;
	struct slmbx_settle_item *items;

	open_box(1);
	one = lease(1, AGES);
	/* Zeros, in which no lease is named; and all of them could be read. */
	items = (void *)bad_pointer(BAD_READ_ONLY);
	expect(-EFAULT, settle_many(items, 1));
	expect(-EFAULT, settle_many(items, SLMBX_BATCH_MAX));
	expect_held(BOX, 0, 1, 0);
	expect(0, settle_one(BOX, &one, ACK, 0));
}
END_TEST

START_TEST(test_purge)
{
	struct slmbx_recvv_msg one;

	open_box(3);
	one = lease(1, AGES);
	send_timed(BOX, 9, 9, AGES, 0);
	expect(3, slmbx_purge(BOX));
	expect_held(BOX, 0, 1, 0);
	expect(0, slmbx_purge(BOX));
	expect(0, settle_one(BOX, &one, RELEASE, 0));
	expect_next(1);
	expect_empty(BOX);
}
END_TEST

Suite *leases_suite(void)
{
	Suite *suite = suite_create("leases");
	TCase *tc = harness_case(suite, "leases/messages", 10);

	tcase_add_test(tc, test_out_of_the_queue);
	tcase_add_test(tc, test_back_where_it_stood);
	tcase_add_test(tc, test_every_order_of_release);
	tcase_add_test(tc, test_deliveries_and_tokens);
	tcase_add_test(tc, test_purge);
	tc = harness_case(suite, "leases/deadlines", 20);
	tcase_add_test(tc, test_deadline);
	tcase_add_test(tc, test_deadline_seen_by_the_eight);
	tcase_add_test(tc, test_several_deadlines);
	tcase_add_test(tc, test_receiver_dies);
	tcase_add_test(tc, test_extend);
	tcase_add_test(tc, test_extend_to_less);
	tcase_add_test(tc, test_release_with_delay);
	tcase_add_test(tc, test_for_ever);
	tc = harness_case(suite, "leases/tokens", 10);
	tcase_add_test(tc, test_forged);
	tcase_add_test(tc, test_stale);
	tcase_add_test(tc, test_another_uids);
	tcase_add_test(tc, test_mailbox_protected_meanwhile);
	tc = harness_case(suite, "leases/settle", 10);
	tcase_add_test(tc, test_invalid_items);
	tcase_add_test(tc, test_settle_many);
	tcase_add_test(tc, test_settle_most);
	harness_add_rows(tc, test_items_straddle, ARRAY_SIZE(cliffs), straddle_name);
	tcase_add_test(tc, test_read_only_items);
	return suite;
}
