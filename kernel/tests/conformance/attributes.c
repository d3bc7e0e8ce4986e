// SPDX-License-Identifier: MIT
/* setattr: who may set what, and what each field does. list: which ids it says. */
#include <stdio.h>

#include "delivery.h"
#include "harness.h"
#include "mail.h"
#include "memory.h"
#include "users.h"

#define BOX 42

static void initialise(void)
{
	expect(0, slmbx_init(8, 2));
}

static void open_box(void)
{
	initialise();
	expect(0, slmbx_create(BOX, 0));
}

static void create_box(void *protect)
{
	expect(0, slmbx_create(BOX, *(int *)protect));
	send_pattern(BOX, 10, 1);
}

/* One bit each, with a value that isn't what a new mailbox has; then none, then all. */
static const struct slmbx_setattr settings[] = {
	{ .mask = SLMBX_ATTR_MAX_MESSAGES, .max_messages = 7 },
	{ .mask = SLMBX_ATTR_MAX_BYTES, .max_bytes = (uint64_t)5 << 32 },
	{ .mask = SLMBX_ATTR_MAX_DELIVERIES, .max_deliveries = SLMBX_MAX_DELIVERIES },
	{ .mask = SLMBX_ATTR_DEAD_LETTER, .dead_letter = SLMBX_ID_INVALID - 1 },
	{ .mask = SLMBX_ATTR_OWNER, .owner = OTHER },
	{ .mask = SLMBX_ATTR_PROTECTED, .protect = 256 },
	{ .mask = 0 },
	{ .mask = SLMBX_ATTR_ALL,
	  .max_messages = UINT64_MAX,
	  .max_bytes = UINT64_MAX,
	  .max_deliveries = 1,
	  .dead_letter = 1,
	  .owner = OTHER,
	  .protect = UINT_MAX },
};

static const uid_t setters[] = { SAME_USER, NOBODY, OTHER };

static bool may_set(uid_t uid, const struct slmbx_setattr *setting)
{
	return uid == SAME_USER || (uid == NOBODY && !(setting->mask & SLMBX_ATTR_OWNER));
}

/* As root sees it: the mailbox must not be protected, or root's. */
static void expect_attributes(const struct slmbx_setattr *want)
{
	struct slmbx_stat st = stat_of(BOX);

	ck_assert_uint_eq(st.max_messages, want->max_messages);
	ck_assert_uint_eq(st.max_bytes, want->max_bytes);
	ck_assert_uint_eq(st.max_deliveries, want->max_deliveries);
	ck_assert_uint_eq(st.dead_letter, want->dead_letter);
	ck_assert_uint_eq(st.owner, want->owner);
	ck_assert_msg(!(st.flags & SLMBX_STAT_PROTECTED) == !want->protect, "protection");
	ck_assert_uint_eq(st.count, 1);
}

/* One setting by one user, of nobody's mailbox. */
struct setting_row {
	struct slmbx_setattr setting;
	uid_t setter;
	long want;
};

static struct setting_row setting_row(int i)
{
	unsigned int row = (unsigned int)i;
	struct setting_row result = {
		.setting = settings[row / ARRAY_SIZE(setters)],
		.setter = setters[row % ARRAY_SIZE(setters)],
	};

	result.want = may_set(result.setter, &result.setting) ? 0 : -EPERM;
	result.setting.id = BOX;
	return result;
}

static void set_as_row(void *arg)
{
	const struct setting_row *row = arg;

	expect(row->want, try_setattr(row->setting));
}

static void expect_setting(void *setting)
{
	expect_attributes(setting);
}

/* Unprotected is anybody's to use, and its owner's, or root's, to change. */
START_TEST(test_who_may_set)
{
	struct setting_row row = setting_row(_i);
	struct slmbx_setattr want = { .owner = NOBODY };
	int protect = 0;

	need_root();
	initialise();
	as_user(NOBODY, create_box, &protect);
	as_user(row.setter, set_as_row, &row);
	if (row.want == 0) {
		unsigned int owner = want.owner;

		want = row.setting;
		if (!(want.mask & SLMBX_ATTR_OWNER))
			want.owner = owner;
	}
	as_user(want.owner, expect_setting, &want);
}
END_TEST

static void setting_name(int i, char *name, size_t size)
{
	struct setting_row row = setting_row(i);

	snprintf(name, size, "setattr of mask 0x%x by %s is %s", row.setting.mask,
		 row.setter == NOBODY ? "the owner" :
		 row.setter == OTHER  ? "another" :
					"root",
		 result_name(row.want));
}

/* Nobody else's business: root's no more than another's, but it may set. */
START_TEST(test_protected)
{
	struct setting_row row = { .setting = { .id = BOX, .mask = 0 }, .want = -EPERM };
	int protect = 1;

	need_root();
	initialise();
	as_user(NOBODY, create_box, &protect);
	as_user(OTHER, set_as_row, &row);
	expect(-EPERM, slmbx_count(BOX));
	expect(0, try_setattr(row.setting));
	expect(-EPERM, slmbx_count(BOX));
	row.setting = (struct slmbx_setattr){ .id = BOX, .mask = SLMBX_ATTR_PROTECTED };
	expect(0, try_setattr(row.setting));
	expect(1, slmbx_count(BOX));
	recv_pattern(BOX, 10, 10, 1);
}
END_TEST

/* What the mask doesn't name stays; 0 takes away; a new mailbox of the id has nothing. */
START_TEST(test_only_what_is_asked)
{
	struct slmbx_setattr want = { .max_messages = 3,
				      .max_bytes = 100,
				      .max_deliveries = 4,
				      .dead_letter = 5,
				      .owner = geteuid(),
				      .protect = 1 };
	struct slmbx_setattr asked = want;

	open_box();
	send_pattern(BOX, 10, 1);
	asked.id = BOX;
	asked.mask = SLMBX_ATTR_ALL & ~SLMBX_ATTR_OWNER;
	asked.owner = 0;
	expect(0, try_setattr(asked));
	expect_attributes(&want);
	expect(0, try_setattr((struct slmbx_setattr){
			  .id = BOX, .mask = SLMBX_ATTR_MAX_BYTES, .max_bytes = 200 }));
	want.max_bytes = 200;
	expect_attributes(&want);
	expect(0, try_setattr((struct slmbx_setattr){ .id = BOX,
						      .mask = SLMBX_ATTR_MAX_MESSAGES |
							      SLMBX_ATTR_DEAD_LETTER |
							      SLMBX_ATTR_PROTECTED }));
	want.max_messages = want.dead_letter = want.protect = 0;
	expect_attributes(&want);
	expect(0, slmbx_destroy(BOX));
	expect(0, slmbx_create(BOX, 0));
	send_pattern(BOX, 10, 1);
	expect_attributes(&(struct slmbx_setattr){ .owner = geteuid() });
}
END_TEST

static void use_box(void *unused)
{
	expect(1, slmbx_count(BOX));
	peek_pattern(BOX, 10, 1);
}

static void be_refused(void *unused)
{
	struct slmbx_recvv args = { .count = 1, .id = BOX, .flags = SLMBX_RECVV_PEEK };

	expect(-EPERM, slmbx_count(BOX));
	expect(-EPERM, slmbx_recvv(&args, sizeof(args)));
	expect(-EPERM, slmbx_purge(BOX));
	expect(-EPERM, slmbx_destroy(BOX));
	expect(-EPERM, try_send_timed(BOX, 1, 1, 0, 0));
}

/* The new owner's from then on, and the old one's no more. */
START_TEST(test_owner)
{
	struct setting_row row = { .setting = { .id = BOX, .mask = SLMBX_ATTR_MAX_MESSAGES } };
	int protect = 1;

	need_root();
	initialise();
	create_box(&protect);
	as_user(NOBODY, be_refused, NULL);
	expect(0, try_setattr((struct slmbx_setattr){
			  .id = BOX, .mask = SLMBX_ATTR_OWNER, .owner = NOBODY }));
	be_refused(NULL);
	as_user(OTHER, be_refused, NULL);
	as_user(NOBODY, use_box, NULL);
	as_user(NOBODY, set_as_row, &row);
	/* To itself, and back. */
	expect(0, try_setattr((struct slmbx_setattr){
			  .id = BOX, .mask = SLMBX_ATTR_OWNER, .owner = NOBODY }));
	expect(0, try_setattr((struct slmbx_setattr){ .id = BOX, .mask = SLMBX_ATTR_OWNER }));
	as_user(NOBODY, be_refused, NULL);
	use_box(NULL);
}
END_TEST

static void limit(uint64_t max_messages, uint64_t max_bytes)
{
	expect(0, try_setattr((struct slmbx_setattr){ .id = BOX,
						      .mask = SLMBX_ATTR_MAX_MESSAGES |
							      SLMBX_ATTR_MAX_BYTES,
						      .max_messages = max_messages,
						      .max_bytes = max_bytes }));
}

static long send_batch(unsigned int count, unsigned int len)
{
	static const unsigned char bytes[64];
	struct slmbx_sendv_msg messages[8];
	struct slmbx_sendv args = { .messages = address(messages), .count = count, .id = BOX };

	for (unsigned int i = 0; i < count; i++)
		messages[i] = (struct slmbx_sendv_msg){ .data = address(bytes), .len = len };
	return slmbx_sendv(&args, sizeof(args));
}

/* The whole batch or nothing; leased and delayed ones are held too. */
START_TEST(test_max_messages)
{
	struct slmbx_recvv_msg lease;

	open_box();
	limit(4, 0);
	send_pattern(BOX, 10, 1);
	expect(-EDQUOT, send_batch(4, 1));
	expect(-EDQUOT, send_batch(8, 1));
	expect_held(BOX, 1, 0, 0);
	send_timed(BOX, 5, 5, AGES, 0);
	expect(-EDQUOT, send_batch(3, 1));
	expect(2, send_batch(2, 1));
	lease = lease_pattern(BOX, AGES, 10, 1);
	expect(-EDQUOT, send_batch(1, 0));
	expect(-EDQUOT, slmbx_send(BOX, NULL, 0));
	expect(-EDQUOT, try_send_timed(BOX, 1, 1, AGES, AGES));
	expect_held(BOX, 2, 1, 1);
	/* What comes back was held all the time. */
	expect(0, settle_one(BOX, &lease, SLMBX_SETTLE_RELEASE, 0));
	expect_held(BOX, 3, 0, 1);
	expect(-EDQUOT, slmbx_send(BOX, NULL, 0));
	recv_pattern(BOX, 10, 10, 1);
	expect(0, slmbx_send(BOX, NULL, 0));
	expect(-EDQUOT, slmbx_send(BOX, NULL, 0));
	expect(4, slmbx_purge(BOX));
	expect(4, send_batch(4, 1));
}
END_TEST

START_TEST(test_max_bytes)
{
	struct slmbx_recvv_msg lease;

	open_box();
	limit(0, 100);
	expect(-EDQUOT, send_batch(2, 51));
	expect(-EDQUOT, try_send_timed(BOX, 101, 1, 0, 0));
	expect_held(BOX, 0, 0, 0);
	send_pattern(BOX, 40, 1);
	send_timed(BOX, 20, 2, AGES, 0);
	lease = lease_pattern(BOX, AGES, 40, 1);
	expect(-EDQUOT, slmbx_send(BOX, bad_pointer(BAD_READ_ONLY), 41));
	expect(-EDQUOT, send_batch(2, 21));
	expect(2, send_batch(2, 20));
	expect(-EDQUOT, send_batch(1, 1));
	/* No bytes are not too many. */
	expect(2, send_batch(2, 0));
	expect(0, slmbx_send(BOX, NULL, 0));
	expect(0, settle_one(BOX, &lease, SLMBX_SETTLE_ACK, 0));
	expect(-EDQUOT, send_batch(1, 41));
	send_pattern(BOX, 40, 3);
	expect_held(BOX, 6, 0, 1);
}
END_TEST

/* A 4 GiB - 1 length again and again: their sum is beyond the limit in any width. */
START_TEST(test_max_bytes_of_sums)
{
	struct slmbx_sendv_msg messages[4] = {
		{ .len = UINT_MAX }, { .len = 1 }, { .len = UINT_MAX }, { .len = 2 }
	};
	struct slmbx_sendv args = { .messages = address(messages), .id = BOX };

	open_box();
	limit(0, UINT_MAX);
	for (args.count = 2; args.count <= 4; args.count++)
		expect(-EDQUOT, slmbx_sendv(&args, sizeof(args)));
	expect_held(BOX, 0, 0, 0);
}
END_TEST

/* Refuses more, and takes nothing away. */
START_TEST(test_limit_below_what_is_held)
{
	open_box();
	for (unsigned int i = 0; i < 5; i++)
		send_pattern(BOX, 10, i);
	limit(2, 15);
	expect_held(BOX, 5, 0, 0);
	for (unsigned int i = 0; i < 4; i++) {
		expect(-EDQUOT, slmbx_send(BOX, NULL, 0));
		recv_pattern(BOX, 10, 10, i);
	}
	expect(-EDQUOT, send_batch(1, 6));
	expect(-EDQUOT, send_batch(2, 0));
	expect(1, send_batch(1, 5));
	limit(0, 0);
	expect(8, send_batch(8, 64));
	expect_held(BOX, 10, 0, 0);
}
END_TEST

#define MANY 600
#define MINE(i) ((i) % 3 != 0) /* nobody's, and protected, otherwise */

/* Rising, with gaps, from one end of the ids to the other. */
static unsigned int nth_id(unsigned int i)
{
	return i == MANY - 1 ? SLMBX_ID_INVALID - 1 : 1 + i * 7000003U;
}

static void create_every_third(void *unused)
{
	for (unsigned int i = 0; i < MANY; i += 3)
		expect(0, slmbx_create(nth_id(i), 1));
}

static void create_many(void)
{
	initialise();
	if (geteuid() == 0)
		as_user(NOBODY, create_every_third, NULL);
	for (unsigned int i = 0; i < MANY; i++) {
		if (MINE(i) || geteuid() != 0)
			expect(0, slmbx_create(nth_id(i), i % 2));
	}
}

static bool is_listed(unsigned int i, bool by_nobody)
{
	if (geteuid() != 0 && !by_nobody)
		return true;
	/* Root's are protected by turns. */
	return by_nobody ? !MINE(i) || i % 2 == 0 : MINE(i);
}

/* Pages of @count from @after on say what they must, and nothing beyond it is written. */
static void list_pages(unsigned int count, unsigned int after, bool by_nobody)
{
	struct buffer buffer = buffer_new(count * sizeof(unsigned int));
	struct slmbx_list args = { .ids = address(buffer.bytes), .count = count, .after = after };
	unsigned int next = 0;
	long got;

	while (next < MANY && nth_id(next) <= after)
		next++;
	do {
		unsigned int id;

		got = slmbx_list(&args, sizeof(args));
		ck_assert_msg(got >= 0 && got <= (long)count, "list of %u is %s", count,
			      result_name(got));
		if (args.after == after && !buffer_poisoned_beyond(&buffer, got * sizeof(id)))
			ck_abort_msg("wrote beyond the ids listed");
		for (long i = 0; i < got; i++, next++) {
			memcpy(&id, buffer.bytes + i * sizeof(id), sizeof(id));
			while (next < MANY && !is_listed(next, by_nobody))
				next++;
			if (next == MANY || id != nth_id(next))
				ck_abort_msg("lists %u after %u", id, args.after);
			if (i == got - 1)
				args.after = id;
		}
	} while (got == (long)count);
	while (next < MANY && !is_listed(next, by_nobody))
		next++;
	ck_assert_msg(next == MANY, "lists nothing after %u", args.after);
	buffer_free(&buffer);
}

static void list_as_nobody(void *unused)
{
	list_pages(7, 0, true);
	list_pages(SLMBX_LIST_MAX, 0, true);
}

/* Ids above the one given, rising, of the mailboxes that the caller may use. */
START_TEST(test_list)
{
	static const unsigned int counts[] = { 7, 255, 256, 257, MANY, MANY + 1, SLMBX_LIST_MAX };

	create_many();
	for (unsigned int i = 0; i < ARRAY_SIZE(counts); i++)
		list_pages(counts[i], 0, false);
	list_pages(10, nth_id(300), false);
	list_pages(10, nth_id(300) - 1, false);
	list_pages(10, nth_id(300) + 1, false);
	list_pages(1, nth_id(MANY - 9), false);
	list_pages(5, SLMBX_ID_INVALID - 2, false);
	list_pages(5, SLMBX_ID_INVALID - 1, false);
	list_pages(5, SLMBX_ID_INVALID, false);
	if (geteuid() == 0)
		as_user(NOBODY, list_as_nobody, NULL);
}
END_TEST

START_TEST(test_list_follows)
{
	unsigned int ids[3] = { 0 };
	struct slmbx_list args = { .ids = address(ids), .count = 3 };

	initialise();
	expect(0, slmbx_list(&args, sizeof(args)));
	expect(0, slmbx_create(7, 0));
	expect(0, slmbx_create(3, 1));
	expect(2, slmbx_list(&args, sizeof(args)));
	ck_assert(ids[0] == 3 && ids[1] == 7 && ids[2] == 0);
	expect(0, slmbx_destroy(3));
	expect(1, slmbx_list(&args, sizeof(args)));
	ck_assert(ids[0] == 7 && ids[2] == 0);
	/* No id, so no byte that could fault. */
	args.ids = address(bad_pointer(BAD_NO_ACCESS));
	args.after = 7;
	expect(0, slmbx_list(&args, sizeof(args)));
	expect(0, slmbx_shutdown());
	expect(-ENODEV, slmbx_list(&args, sizeof(args)));
}
END_TEST

static const enum bad cliffs[] = { BAD_UNMAPPED, BAD_NO_ACCESS, BAD_BEYOND_EOF, BAD_READ_ONLY };

START_TEST(test_list_straddles)
{
	unsigned char *edge = cliff_new(3 * sizeof(unsigned int), cliffs[_i]);
	struct slmbx_list args = { .count = 3 };

	initialise();
	for (unsigned int id = 1; id <= 3; id++)
		expect(0, slmbx_create(id, 0));
	for (unsigned int good = 0; good < 3 * sizeof(unsigned int); good++) {
		args.ids = address(edge - good);
		expect(-EFAULT, slmbx_list(&args, sizeof(args)));
	}
	args.ids = address(edge - 3 * sizeof(unsigned int));
	expect(3, slmbx_list(&args, sizeof(args)));
	/* However many more the caller claims to have room for. */
	args.count = SLMBX_LIST_MAX;
	expect(3, slmbx_list(&args, sizeof(args)));
}
END_TEST

static void list_straddles_name(int row, char *name, size_t size)
{
	snprintf(name, size, "list straddles into %s at every offset", bad_name(cliffs[row]));
}

Suite *attributes_suite(void)
{
	Suite *suite = suite_create("attributes");
	TCase *tc = harness_case(suite, "attributes/setattr", 10);

	harness_add_rows(tc, test_who_may_set, ARRAY_SIZE(settings) * ARRAY_SIZE(setters),
			 setting_name);
	tcase_add_test(tc, test_protected);
	tcase_add_test(tc, test_only_what_is_asked);
	tcase_add_test(tc, test_owner);
	tc = harness_case(suite, "attributes/limits", 10);
	tcase_add_test(tc, test_max_messages);
	tcase_add_test(tc, test_max_bytes);
	tcase_add_test(tc, test_max_bytes_of_sums);
	tcase_add_test(tc, test_limit_below_what_is_held);
	tc = harness_case(suite, "attributes/list", 10);
	tcase_add_test(tc, test_list);
	tcase_add_test(tc, test_list_follows);
	harness_add_rows(tc, test_list_straddles, ARRAY_SIZE(cliffs), list_straddles_name);
	return suite;
}
