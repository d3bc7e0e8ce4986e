// SPDX-License-Identifier: MIT
/* Users as user namespaces name them. */
#include <sys/fsuid.h>

#include "support.h"
#include "users.h"

#define OWN_ID 30U
#define OPEN_ID 31U

static unsigned int overflow_uid(void)
{
	char *text = file_text("/proc/sys/kernel/overflowuid");
	unsigned int uid = (unsigned int)strtoul(text, NULL, 10);

	free(text);
	return uid;
}

static unsigned int owner_of(unsigned int id)
{
	struct slmbx_stat st;

	expect(0, dev_stat(id, &st));
	return st.owner;
}

static void be_namespace_root(void *arg)
{
	(void)arg;
	enter_user_namespace(0);
	expect(-EPERM, dev_shutdown());
	expect(-EPERM, dev_init());
	expect(-EPERM, dev_count(SCENE_ID));
	expect(-EPERM, dev_destroy(SCENE_ID));
	expect(0, dev_create(OWN_ID, 1));
	expect(0, dev_send(OWN_ID, "own", 3));
	ck_assert_uint_eq(owner_of(OWN_ID), 0);
	/* Root's has an owner who isn't in this namespace. */
	ck_assert_uint_eq(owner_of(OPEN_ID), overflow_uid());
}

/* Uid 0 of a namespace is who it is outside, and no more. */
START_TEST(namespace_root)
{
	scene_make();
	expect(0, dev_create(OPEN_ID, 0));
	as_user(OTHER, be_namespace_root, NULL);
	ck_assert_uint_eq(owner_of(OPEN_ID), 0);
	expect(-EPERM, dev_count(OWN_ID));
	expect(2, dev_count(SCENE_ID));
}
END_TEST

static void be_unmapped(void *arg)
{
	(void)arg;
	enter_user_namespace(-1);
	ck_assert_uint_eq(getuid(), overflow_uid());
	expect(0, dev_create(OWN_ID, 1));
	/* Whom it belongs to the kernel knows, though this namespace has no number for it. */
	expect(0, dev_send(OWN_ID, "own", 3));
	expect(1, dev_count(OWN_ID));
	ck_assert_uint_eq(owner_of(OWN_ID), overflow_uid());
	ck_assert_uint_eq(owner_of(OPEN_ID), overflow_uid());
	expect(-EPERM, dev_count(SCENE_ID));
	expect(-EPERM, dev_init());
}

static void use_own(void *arg)
{
	(void)arg;
	ck_assert_uint_eq(owner_of(OWN_ID), OTHER);
	expect(1, dev_count(OWN_ID));
	expect(0, dev_destroy(OWN_ID));
}

static void fail_on_own(void *arg)
{
	(void)arg;
	expect(-EPERM, dev_count(OWN_ID));
}

START_TEST(unmapped_user)
{
	scene_make();
	expect(0, dev_create(OPEN_ID, 0));
	as_user(OTHER, be_unmapped, NULL);
	/* The overflow uid is a uid too: it isn't taken for the owner. */
	as_user(overflow_uid(), fail_on_own, NULL);
	as_user(OTHER, use_own, NULL);
	expect(-ENOENT, dev_count(OWN_ID));
}
END_TEST

static void be_mapped_elsewhere(void *arg)
{
	(void)arg;
	enter_user_namespace(1234);
	expect(0, dev_create(OWN_ID, 1));
	expect(0, dev_send(OWN_ID, "own", 3));
	ck_assert_uint_eq(owner_of(OWN_ID), 1234);
}

START_TEST(mapped_user)
{
	expect(0, dev_init());
	as_user(OTHER, be_mapped_elsewhere, NULL);
	as_user(1234, fail_on_own, NULL);
	as_user(OTHER, use_own, NULL);
}
END_TEST

static void be_mapped_root(void *arg)
{
	(void)arg;
	enter_user_namespace(5);
	/* Still uid 0 of the initial namespace. */
	ck_assert_uint_eq(owner_of(SCENE_ID), 5);
	expect(0, dev_shutdown());
	expect(0, dev_init());
}

START_TEST(mapped_real_root)
{
	scene_make();
	as_user(SAME_USER, be_mapped_root, NULL);
	expect(-ENOENT, dev_count(SCENE_ID));
}
END_TEST

static long give(unsigned int id, unsigned int owner)
{
	const struct slmbx_setattr setattr = { .id = id, .mask = SLMBX_ATTR_OWNER, .owner = owner };

	return dev_setattr(&setattr, sizeof(setattr));
}

static void give_as_namespace_root(void *arg)
{
	(void)arg;
	enter_user_namespace(0);
	/* Its own, to itself: only the real root may. */
	expect(0, dev_create(OWN_ID, 0));
	expect(-EPERM, give(OWN_ID, 0));
	expect(-EPERM, give(OPEN_ID, 0));
	ck_assert_uint_eq(owner_of(OWN_ID), 0);
}

static void give_as_mapped_root(void *arg)
{
	(void)arg;
	enter_user_namespace(5);
	/* Nobody is 0 here. */
	expect(-EINVAL, give(OWN_ID, 0));
	expect(-EINVAL, give(OWN_ID, OTHER));
	expect(0, give(OWN_ID, 5));
	ck_assert_uint_eq(owner_of(OWN_ID), 5);
}

/* Who is to own a mailbox is said in the caller's terms. */
START_TEST(given_away)
{
	expect(0, dev_init());
	expect(0, dev_create(OPEN_ID, 0));
	as_user(OTHER, give_as_namespace_root, NULL);
	ck_assert_uint_eq(owner_of(OPEN_ID), 0);
	ck_assert_uint_eq(owner_of(OWN_ID), OTHER);
	expect(-EINVAL, give(OWN_ID, -1U));
	ck_assert_uint_eq(owner_of(OWN_ID), OTHER);
	as_user(SAME_USER, give_as_mapped_root, NULL);
	ck_assert_uint_eq(owner_of(OWN_ID), 0);
	expect(0, give(OWN_ID, NOBODY));
	ck_assert_uint_eq(owner_of(OWN_ID), NOBODY);
}
END_TEST

/* A file server acts for its client by its filesystem uid. */
START_TEST(filesystem_uid)
{
	scene_make();
	setfsuid(NOBODY);
	expect(-EPERM, dev_count(SCENE_ID));
	expect(-EPERM, dev_shutdown());
	expect(0, dev_create(OWN_ID, 1));
	expect(0, dev_count(OWN_ID));
	setfsuid(0);
	expect(-EPERM, dev_count(OWN_ID));
	expect(2, dev_count(SCENE_ID));
}
END_TEST

Suite *user_suite(void)
{
	Suite *suite = suite_create("user");
	TCase *tc = device_case(suite, "user", 30);

	tcase_add_test(tc, namespace_root);
	tcase_add_test(tc, unmapped_user);
	tcase_add_test(tc, mapped_user);
	tcase_add_test(tc, mapped_real_root);
	tcase_add_test(tc, given_away);
	tcase_add_test(tc, filesystem_uid);
	return suite;
}
