// SPDX-License-Identifier: MIT
/* slmbx_stat(): each field, and a struct of any age. */
#include "delivery.h"
#include "harness.h"
#include "mail.h"
#include "memory.h"
#include "users.h"

#define BOX 42
#define V0 SLMBX_STAT_SIZE_V0

static void start(void)
{
	expect(0, slmbx_init(8, 2));
	expect(0, slmbx_create(BOX, 0));
}

static void expect_stat(struct slmbx_stat want)
{
	struct slmbx_stat st;

	memset(&st, 0xff, sizeof(st));
	expect(0, slmbx_stat(BOX, &st, sizeof(st)));
	ck_assert_uint_eq(st.count, want.count);
	ck_assert_uint_eq(st.bytes, want.bytes);
	ck_assert_uint_eq(st.owner, want.owner);
	ck_assert_uint_eq(st.flags, want.flags);
	ck_assert_uint_eq(st.head_length, want.head_length);
	ck_assert_uint_eq(st.leased, want.leased);
	ck_assert_uint_eq(st.delayed, want.delayed);
	ck_assert_uint_eq(st.sent, want.sent);
	ck_assert_uint_eq(st.dead_letter | st.expired | st.dead | st.max_messages | st.max_bytes |
				  st.max_deliveries | st.pad,
			  0);
}

START_TEST(test_follows_the_messages)
{
	uid_t me = geteuid();

	start();
	expect_stat((struct slmbx_stat){ .owner = me });
	send_pattern(BOX, 100, 1);
	expect_stat((struct slmbx_stat){ 1, 100, me, SLMBX_STAT_HEAD, 100, .sent = 1 });
	send_pattern(BOX, 0, 2);
	send_pattern(BOX, 70000, 3);
	expect_stat((struct slmbx_stat){ 3, 70100, me, SLMBX_STAT_HEAD, 100, .sent = 3 });
	recv_pattern(BOX, 10, 100, 1);
	/* A head of no bytes is a head. */
	expect_stat((struct slmbx_stat){ 2, 70000, me, SLMBX_STAT_HEAD, 0, .sent = 3 });
	recv_pattern(BOX, 10, 0, 2);
	expect(-EFAULT, slmbx_recv(BOX, NULL, 10));
	expect_stat((struct slmbx_stat){ 1, 70000, me, SLMBX_STAT_HEAD, 70000, .sent = 3 });
	recv_pattern(BOX, 70000, 70000, 3);
	expect_stat((struct slmbx_stat){ .owner = me, .sent = 3 });
}
END_TEST

/* What comes back isn't sent again; what is delayed isn't yet. */
START_TEST(test_follows_leases_and_delays)
{
	uid_t me = geteuid();
	struct slmbx_recvv_msg lease;

	start();
	send_timed(BOX, 7, 1, AGES, 0);
	expect_stat((struct slmbx_stat){ .owner = me, .delayed = 1 });
	send_pattern(BOX, 10, 2);
	send_pattern(BOX, 20, 3);
	lease = lease_pattern(BOX, AGES, 10, 2);
	expect_stat((struct slmbx_stat){ 1, 20, me, SLMBX_STAT_HEAD, 20, .leased = 1, .delayed = 1,
					 .sent = 2 });
	expect(0, settle_one(BOX, &lease, SLMBX_SETTLE_RELEASE, AGES));
	expect_stat((struct slmbx_stat){ 1, 20, me, SLMBX_STAT_HEAD, 20, .delayed = 2, .sent = 2 });
	lease = lease_pattern(BOX, AGES, 20, 3);
	expect_stat((struct slmbx_stat){ .owner = me, .leased = 1, .delayed = 2, .sent = 2 });
	expect(0, settle_one(BOX, &lease, SLMBX_SETTLE_RELEASE, 0));
	expect_stat((struct slmbx_stat){ 1, 20, me, SLMBX_STAT_HEAD, 20, .delayed = 2, .sent = 2 });
	expect(3, slmbx_purge(BOX));
	expect_stat((struct slmbx_stat){ .owner = me, .sent = 2 });
}
END_TEST

static void create_protected(void *unused)
{
	expect(0, slmbx_create(BOX, -1));
	expect_stat((struct slmbx_stat){ .owner = geteuid(), .flags = SLMBX_STAT_PROTECTED });
}

static void look_at_nobodys(void *unused)
{
	expect_stat((struct slmbx_stat){ .owner = NOBODY });
}

static void create_unprotected(void *unused)
{
	expect(0, slmbx_create(BOX, 0));
}

START_TEST(test_owner_and_protection)
{
	struct slmbx_stat st;

	need_root();
	expect(0, slmbx_init(8, 2));
	as_user(NOBODY, create_protected, NULL);
	expect(-EPERM, slmbx_stat(BOX, &st, sizeof(st)));
	expect(-EPERM, slmbx_stat(BOX, NULL, sizeof(st)));
	expect(0, slmbx_shutdown());
	expect(0, slmbx_init(8, 2));
	as_user(NOBODY, create_unprotected, NULL);
	look_at_nobodys(NULL);
	as_user(OTHER, look_at_nobodys, NULL);
}
END_TEST

static void expect_refused(long want, unsigned int id, size_t size)
{
	struct buffer buffer = buffer_new(8192);

	expect(want, slmbx_stat(id, (struct slmbx_stat *)buffer.bytes, size));
	ck_assert_msg(buffer_poisoned_beyond(&buffer, 0), "a failed stat wrote to the buffer");
	buffer_free(&buffer);
}

START_TEST(test_errors)
{
	expect_refused(-ENODEV, BOX, V0);
	expect(-ENODEV, slmbx_stat(BOX, NULL, V0));
	start();
	expect_refused(-ENOENT, BOX + 1, V0);
	expect_refused(-ENOENT, SLMBX_ID_NONE, V0);
	expect_refused(-ENOENT, SLMBX_ID_INVALID, V0);
	expect(-ENOENT, slmbx_stat(BOX + 1, NULL, V0));
	expect_refused(-EINVAL, BOX, 0);
	expect_refused(-EINVAL, BOX, V0 - 1);
	for (enum bad kind = 0; kind < BAD_DESTINATIONS; kind++)
		expect(-EFAULT, slmbx_stat(BOX, (struct slmbx_stat *)bad_pointer(kind), V0));
	expect_stat((struct slmbx_stat){ .owner = geteuid() });
}
END_TEST

/* Of any older caller, who gets what it knows, and of today's. */
START_TEST(test_shorter_struct)
{
	struct slmbx_stat whole;

	start();
	send_timed(BOX, 7, 1, AGES, 0);
	send_pattern(BOX, 100, 2);
	whole = stat_of(BOX);
	for (size_t size = V0; size <= sizeof(whole); size++) {
		struct buffer buffer = buffer_new(sizeof(whole) + 8);
		struct slmbx_stat *st = (void *)buffer.bytes;

		expect(0, slmbx_stat(BOX, st, size));
		if (size >= offsetof(struct slmbx_stat, oldest) + sizeof(st->oldest))
			st->oldest = whole.oldest;
		ck_assert_msg(size < sizeof(whole) || memcmp(st, &whole, size) == 0,
			      "another stat");
		ck_assert_msg(memcmp(st, &whole, offsetof(struct slmbx_stat, leased)) == 0,
			      "what an older caller knows isn't what it was");
		ck_assert_msg(buffer_poisoned_beyond(&buffer, size), "wrote beyond %zu bytes",
			      size);
		buffer_free(&buffer);
	}
}
END_TEST

/* A caller from the future: its struct is longer. What it asks beyond must be nothing. */
START_TEST(test_longer_struct)
{
	size_t page = page_size();
	const size_t sizes[] = { sizeof(struct slmbx_stat) + 1, sizeof(struct slmbx_stat) + 32,
				 page };

	start();
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct buffer buffer = buffer_new(sizes[i]);
		struct slmbx_stat st;

		memset(buffer.bytes + sizeof(st), 0, sizes[i] - sizeof(st));
		expect(0, slmbx_stat(BOX, (void *)buffer.bytes, sizes[i]));
		memcpy(&st, buffer.bytes, sizeof(st));
		ck_assert_uint_eq(st.owner, geteuid());
		for (size_t at = sizeof(st); at < sizes[i]; at++)
			ck_assert_uint_eq(buffer.bytes[at], 0);
		buffer.bytes[sizes[i] - 1] = 1;
		expect(-E2BIG, slmbx_stat(BOX, (void *)buffer.bytes, sizes[i]));
		buffer_free(&buffer);
	}
	expect_refused(-E2BIG, BOX, sizeof(struct slmbx_stat) + 8);
	expect_refused(-E2BIG, BOX, page + 1);
	expect_refused(-E2BIG, BOX, SIZE_MAX);
	expect(-E2BIG, slmbx_stat(BOX, NULL, SIZE_MAX / 2));
}
END_TEST

START_TEST(test_straddles)
{
	unsigned char *edge = cliff_new(4096, BAD_NO_ACCESS);

	start();
	for (size_t good = 0; good < sizeof(struct slmbx_stat); good++) {
		struct slmbx_stat *st = (void *)(edge - good);

		expect(good < V0 ? -EFAULT : 0, slmbx_stat(BOX, st, V0));
		expect(-EFAULT, slmbx_stat(BOX, st, sizeof(*st)));
	}
	expect(0, slmbx_stat(BOX, (void *)(edge - sizeof(struct slmbx_stat)),
			     sizeof(struct slmbx_stat)));
}
END_TEST

Suite *stat_suite(void)
{
	Suite *suite = suite_create("stat");
	TCase *tc = harness_case(suite, "stat", 10);

	tcase_add_test(tc, test_follows_the_messages);
	tcase_add_test(tc, test_follows_leases_and_delays);
	tcase_add_test(tc, test_owner_and_protection);
	tcase_add_test(tc, test_errors);
	tcase_add_test(tc, test_shorter_struct);
	tcase_add_test(tc, test_longer_struct);
	tcase_add_test(tc, test_straddles);
	return suite;
}
