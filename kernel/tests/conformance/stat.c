// SPDX-License-Identifier: MIT
/* The extension slmbx_stat(). Skipped on an engine that doesn't have it. */
#include "harness.h"
#include "mail.h"
#include "memory.h"
#include "users.h"

#define BOX 42
#define V0 SLMBX_STAT_SIZE_V0

static void need_stat(void)
{
	struct slmbx_stat st;

	if (slmbx_stat(BOX, &st, sizeof(st)) == -ENOSYS)
		skip("this engine has no stat");
}

static void start(void)
{
	need_stat();
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
	ck_assert_uint_eq(st.pad, 0);
}

START_TEST(test_follows_the_messages)
{
	uid_t me = geteuid();

	start();
	expect_stat((struct slmbx_stat){ .owner = me });
	send_pattern(BOX, 100, 1);
	expect_stat((struct slmbx_stat){ 1, 100, me, SLMBX_STAT_HEAD, 100, 0 });
	send_pattern(BOX, 0, 2);
	send_pattern(BOX, 70000, 3);
	expect_stat((struct slmbx_stat){ 3, 70100, me, SLMBX_STAT_HEAD, 100, 0 });
	recv_pattern(BOX, 10, 100, 1);
	/* A head of no bytes is a head. */
	expect_stat((struct slmbx_stat){ 2, 70000, me, SLMBX_STAT_HEAD, 0, 0 });
	recv_pattern(BOX, 10, 0, 2);
	expect(-EFAULT, slmbx_recv(BOX, NULL, 10));
	expect_stat((struct slmbx_stat){ 1, 70000, me, SLMBX_STAT_HEAD, 70000, 0 });
	recv_pattern(BOX, 70000, 70000, 3);
	expect_stat((struct slmbx_stat){ .owner = me });
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
	need_stat();
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
	need_stat();
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

/* A caller from the future: its struct is longer. What it asks beyond must be nothing. */
START_TEST(test_longer_struct)
{
	struct buffer buffer = buffer_new(V0 + 32);
	struct slmbx_stat *st = (struct slmbx_stat *)buffer.bytes;

	start();
	memset(buffer.bytes + sizeof(*st), 0, V0 + 32 - sizeof(*st));
	expect(0, slmbx_stat(BOX, st, V0 + 32));
	ck_assert_uint_eq(st->owner, geteuid());
	for (unsigned int i = sizeof(*st); i < V0 + 32; i++)
		ck_assert_uint_eq(buffer.bytes[i], 0);

	expect_refused(-E2BIG, BOX, sizeof(*st) + 8);
	expect_refused(-E2BIG, BOX, 8192);
	buffer_free(&buffer);
}
END_TEST

START_TEST(test_straddles)
{
	unsigned char *edge = cliff_new(4096, BAD_NO_ACCESS);

	start();
	for (unsigned int good = 0; good < V0; good++)
		expect(-EFAULT, slmbx_stat(BOX, (struct slmbx_stat *)(edge - good), V0));
	expect(0, slmbx_stat(BOX, (struct slmbx_stat *)(edge - V0), V0));
}
END_TEST

Suite *stat_suite(void)
{
	Suite *suite = suite_create("stat");
	TCase *tc = harness_case(suite, "stat", 10);

	tcase_add_test(tc, test_follows_the_messages);
	tcase_add_test(tc, test_owner_and_protection);
	tcase_add_test(tc, test_errors);
	tcase_add_test(tc, test_longer_struct);
	tcase_add_test(tc, test_straddles);
	return suite;
}
