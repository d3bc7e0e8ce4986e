// SPDX-License-Identifier: MIT
/*
 * Mistake 10: who may use a protected mailbox. The owner is a uid: not a process,
 * not whoever initialised, not a real uid while another is effective.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/fsuid.h>

#include "harness.h"
#include "mail.h"
#include "users.h"

#define BOX 42

static void initialise(void)
{
	expect(0, slmbx_init(8, 2));
}

/* All calls on BOX, which holds one message of 10 bytes; it ends as it was. */
static void use_box(void *unused)
{
	expect(1, slmbx_count(BOX));
	expect(10, slmbx_length(BOX));
	send_pattern(BOX, 10, 1);
	recv_pattern(BOX, 10, 10, 1);
	expect(-EEXIST, slmbx_create(BOX, 0));
}

static void be_refused(void *unused)
{
	unsigned char bytes[10] = "untouched";

	expect(-EPERM, slmbx_count(BOX));
	expect(-EPERM, slmbx_length(BOX));
	expect(-EPERM, slmbx_send(BOX, bytes, sizeof(bytes)));
	expect(-EPERM, slmbx_recv(BOX, bytes, sizeof(bytes)));
	expect(-EPERM, slmbx_destroy(BOX));
	expect(-EEXIST, slmbx_create(BOX, 0));
	ck_assert_msg(memcmp(bytes, "untouched", sizeof(bytes)) == 0, "wrote to the buffer");
}

static void create_box(void *protect)
{
	expect(0, slmbx_create(BOX, *(int *)protect));
	send_pattern(BOX, 10, 1);
}

static void destroy_box(void *unused)
{
	expect(0, slmbx_destroy(BOX));
}

static void create_box_as(uid_t uid, int protect)
{
	as_user(uid, create_box, &protect);
}

/* @uid alone may use BOX. */
static void expect_owner(uid_t uid)
{
	static const uid_t users[] = { 0, NOBODY, OTHER };

	for (unsigned int i = 0; i < ARRAY_SIZE(users); i++)
		as_user(users[i], users[i] == uid ? use_box : be_refused, NULL);
}

static const int protections[] = { 1, 2, -1, INT_MIN, INT_MAX, 256, 65536, 1 << 30 };

static void protect_name(int row, char *name, size_t size)
{
	snprintf(name, size, "protected by %d", protections[row]);
}

/* Any non-zero value protects, one whose low byte is 0 too. Root is an other as all. */
START_TEST(test_any_nonzero_protects)
{
	need_root();
	initialise();
	create_box_as(NOBODY, protections[_i]);
	expect_owner(NOBODY);
	as_user(NOBODY, destroy_box, NULL);
	create_box_as(0, protections[_i]);
	expect_owner(0);
}
END_TEST

START_TEST(test_unprotected_is_everybodys)
{
	need_root();
	initialise();
	create_box_as(NOBODY, 0);
	as_user(0, use_box, NULL);
	as_user(NOBODY, use_box, NULL);
	as_user(OTHER, use_box, NULL);
	as_user(OTHER, destroy_box, NULL);
	expect(-ENOENT, slmbx_count(BOX));
	create_box_as(0, 0);
	as_user(NOBODY, destroy_box, NULL);
	create_box_as(NOBODY, 0);
	as_user(0, destroy_box, NULL);
	expect(-ENOENT, slmbx_count(BOX));
}
END_TEST

/* Each process of the owner's uid is the owner; the creator's end changes nothing. */
START_TEST(test_owner_is_a_uid_not_a_process)
{
	need_root();
	initialise();
	create_box_as(NOBODY, 1);
	as_user(NOBODY, use_box, NULL);
	as_user(NOBODY, use_box, NULL);
	as_user(OTHER, be_refused, NULL);
}
END_TEST

/* One process of a user, its child, and the child's child. */
START_TEST(test_children_are_the_owner)
{
	int protect = 1;

	initialise();
	create_box(&protect);
	use_box(NULL);
	as_user(SAME_USER, use_box, NULL);
	use_box(NULL);
}
END_TEST

static void fork_and_use(void *unused)
{
	int protect = 1;

	create_box(&protect);
	as_user(SAME_USER, use_box, NULL);
	use_box(NULL);
}

START_TEST(test_children_of_another_user)
{
	need_root();
	initialise();
	as_user(NOBODY, fork_and_use, NULL);
	expect_owner(NOBODY);
}
END_TEST

/* The uid counts at each call, not at create, at init or at the first call. */
static void change_uid_after_create(void *unused)
{
	int protect = 1;

	create_box(&protect);
	use_box(NULL);
	ck_assert_int_eq(setresuid(NOBODY, NOBODY, NOBODY), 0);
	be_refused(NULL);
	as_user(SAME_USER, be_refused, NULL);
}

START_TEST(test_setuid_after_create)
{
	need_root();
	initialise();
	as_user(0, change_uid_after_create, NULL);
	expect_owner(0);
}
END_TEST

START_TEST(test_setuid_before_create)
{
	need_root();
	initialise();
	ck_assert_int_eq(seteuid(NOBODY), 0);
	expect(0, slmbx_create(BOX, 1));
	send_pattern(BOX, 10, 1);
	use_box(NULL);
	expect(-EPERM, slmbx_shutdown());
	expect(-EPERM, slmbx_init(8, 2));
	ck_assert_int_eq(seteuid(0), 0);
	be_refused(NULL);
	expect_owner(NOBODY);
}
END_TEST

/* To and fro, a call after each: no uid is remembered. */
START_TEST(test_uid_changes_between_calls)
{
	need_root();
	initialise();
	create_box_as(NOBODY, 1);
	for (unsigned int i = 0; i < 20; i++) {
		expect(-EPERM, slmbx_count(BOX));
		ck_assert_int_eq(seteuid(NOBODY), 0);
		expect(1, slmbx_count(BOX));
		ck_assert_int_eq(seteuid(0), 0);
		ck_assert_int_eq(seteuid(OTHER), 0);
		expect(-EPERM, slmbx_count(BOX));
		ck_assert_int_eq(seteuid(0), 0);
	}
}
END_TEST

static void effective_nobody(void *unused)
{
	ck_assert_int_eq(setresuid(OTHER, NOBODY, 0), 0);
	use_box(NULL);
}

static void effective_other(void *unused)
{
	ck_assert_int_eq(setresuid(NOBODY, OTHER, NOBODY), 0);
	be_refused(NULL);
	expect(-EPERM, slmbx_init(8, 2));
}

/* Real and saved uid 0 are nothing beside an effective one that isn't. */
static void real_root_effective_other(void *unused)
{
	ck_assert_int_eq(setresuid(0, OTHER, 0), 0);
	be_refused(NULL);
	expect(-EPERM, slmbx_shutdown());
}

static void effective_root(void *unused)
{
	ck_assert_int_eq(setresuid(NOBODY, 0, NOBODY), 0);
	be_refused(NULL);
	expect(0, slmbx_shutdown());
	expect(0, slmbx_init(8, 2));
}

START_TEST(test_effective_uid_counts)
{
	need_root();
	initialise();
	create_box_as(NOBODY, 1);
	as_user(SAME_USER, effective_nobody, NULL);
	as_user(SAME_USER, effective_other, NULL);
	as_user(SAME_USER, real_root_effective_other, NULL);
	expect_owner(NOBODY);
	as_user(SAME_USER, effective_root, NULL);
	expect(-ENOENT, slmbx_count(BOX));
}
END_TEST

/*
 * A file server changes its filesystem uid alone. A kernel sees it; the daemon
 * sees no more than a socket's credentials, which hold the effective uid.
 */
static void filesystem_nobody(void *unused)
{
	setfsuid(NOBODY);
	ck_assert_int_eq(setfsuid((uid_t)-1), (int)NOBODY);
	if (engine_is_daemon())
		be_refused(NULL);
	else
		use_box(NULL);
}

START_TEST(test_filesystem_uid_counts)
{
	need_root();
	initialise();
	create_box_as(NOBODY, 1);
	as_user(SAME_USER, filesystem_nobody, NULL);
	expect_owner(NOBODY);
}
END_TEST

static void be_refused_all(void *unused)
{
	be_refused(NULL);
	expect(-EPERM, slmbx_shutdown());
	expect(-EPERM, slmbx_init(8, 2));
	expect(-EPERM, slmbx_init(0, 3));
}

static void be_refused_uninitialised(void *unused)
{
	expect(-EPERM, slmbx_init(8, 2));
	expect(-EPERM, slmbx_shutdown());
}

static void shut_down(void *unused)
{
	expect(0, slmbx_shutdown());
}

START_TEST(test_init_and_shutdown_are_roots)
{
	need_root();
	initialise();
	create_box_as(0, 1);
	as_user(NOBODY, be_refused_all, NULL);
	as_user(OTHER, be_refused_all, NULL);
	expect_owner(0);
	expect(0, slmbx_shutdown());
	as_user(NOBODY, be_refused_uninitialised, NULL);
	expect(-ENODEV, slmbx_count(BOX));
}
END_TEST

/* Mistake 10: the uid at init is nobody special. Another root process ends the system. */
START_TEST(test_initialiser_is_nobody_special)
{
	need_root();
	initialise();
	create_box_as(NOBODY, 1);
	be_refused(NULL);
	as_user(0, shut_down, NULL);
	expect(-ENODEV, slmbx_count(BOX));
}
END_TEST

/* The child's uid 0 is NOBODY outside; the test process writes the map. */
struct userns {
	int made[2], mapped[2];
	bool absent;
};

static void write_file(pid_t pid, const char *name, const char *text)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	file = fopen(path, "w");
	ck_assert_msg(file && fputs(text, file) >= 0 && fclose(file) == 0, "%s: %s", path,
		      strerror(errno));
}

static void in_namespace(void *arg)
{
	struct userns *ns = arg;
	char go;

	/* No user namespaces in this kernel: then there is no other root. */
	go = unshare(CLONE_NEWUSER) == 0 ? 'y' : 'n';
	ck_assert_int_eq(write(ns->made[1], &go, 1), 1);
	if (go == 'n')
		return;
	ck_assert_int_eq(read(ns->mapped[0], &go, 1), 1);
	ck_assert_msg(setresuid(0, 0, 0) == 0, "setresuid: %s", strerror(errno));
	ck_assert_int_eq(geteuid(), 0);
	expect(-EPERM, slmbx_init(8, 2));
	expect(-EPERM, slmbx_shutdown());
	use_box(NULL);
}

START_TEST(test_root_of_another_namespace)
{
	struct crowd crowd = { .size = 0 };
	struct userns ns;
	char made;
	pid_t pid;

	need_root();
	initialise();
	create_box_as(NOBODY, 1);
	ck_assert_int_eq(pipe(ns.made) | pipe(ns.mapped), 0);
	pid = crowd_add(&crowd, SAME_USER, in_namespace, &ns);
	close(ns.made[1]);
	if (read(ns.made[0], &made, 1) == 1 && made == 'y') {
		write_file(pid, "uid_map", "0 65534 1\n");
		ck_assert_int_eq(write(ns.mapped[1], "g", 1), 1);
	}
	crowd_wait(&crowd);
	expect_owner(NOBODY);
}
END_TEST

/* slmbx_act_as(): root speaks for others, thread by thread. */
START_TEST(test_act_as)
{
	need_root();
	initialise();
	ck_assert_uint_eq(slmbx_act_as(NOBODY), SLMBX_SELF);
	expect(0, slmbx_create(BOX, 1));
	send_pattern(BOX, 10, 1);
	use_box(NULL);
	expect(-EPERM, slmbx_shutdown());
	expect(-EPERM, slmbx_init(8, 2));
	ck_assert_uint_eq(slmbx_act_as(OTHER), NOBODY);
	be_refused(NULL);
	ck_assert_uint_eq(slmbx_act_as(SLMBX_SELF), OTHER);
	be_refused(NULL);
	expect_owner(NOBODY);
	expect(0, slmbx_shutdown());
}
END_TEST

static void *act_and_look(void *arg)
{
	uid_t uid = *(uid_t *)arg;
	unsigned int wrong = 0;

	slmbx_act_as(uid);
	for (unsigned int i = 0; i < 300; i++)
		wrong += slmbx_count(BOX) != (uid == NOBODY ? 1 : -EPERM);
	return (void *)(uintptr_t)wrong;
}

START_TEST(test_act_as_is_per_thread)
{
	uid_t uids[] = { NOBODY, OTHER, SLMBX_SELF, NOBODY };
	pthread_t threads[ARRAY_SIZE(uids)];

	need_root();
	initialise();
	create_box_as(NOBODY, 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(uids); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, act_and_look, &uids[i]), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(uids); i++) {
		void *wrong;

		ck_assert_int_eq(pthread_join(threads[i], &wrong), 0);
		ck_assert_msg(!wrong, "%lu calls of thread %u as another", (unsigned long)wrong, i);
	}
	expect(-EPERM, slmbx_count(BOX));
}
END_TEST

static void act_without_the_right(void *unused)
{
	slmbx_act_as(OTHER);
	expect(-EACCES, slmbx_count(BOX));
	expect(-EACCES, slmbx_destroy(BOX));
	expect(-EACCES, slmbx_send(BOX, (const unsigned char *)"x", 1));
	slmbx_act_as(0);
	expect(-EACCES, slmbx_shutdown());
	slmbx_act_as(SLMBX_SELF);
	be_refused(NULL);
}

START_TEST(test_act_as_takes_root)
{
	need_root();
	initialise();
	create_box_as(OTHER, 1);
	as_user(NOBODY, act_without_the_right, NULL);
	expect_owner(OTHER);
}
END_TEST

Suite *access_suite(void)
{
	Suite *suite = suite_create("access");
	TCase *tc = harness_case(suite, "access/protection", 10);

	harness_add_rows(tc, test_any_nonzero_protects, ARRAY_SIZE(protections), protect_name);
	tcase_add_test(tc, test_unprotected_is_everybodys);
	tc = harness_case(suite, "access/uid", 10);
	tcase_add_test(tc, test_owner_is_a_uid_not_a_process);
	tcase_add_test(tc, test_children_are_the_owner);
	tcase_add_test(tc, test_children_of_another_user);
	tcase_add_test(tc, test_setuid_after_create);
	tcase_add_test(tc, test_setuid_before_create);
	tcase_add_test(tc, test_uid_changes_between_calls);
	tcase_add_test(tc, test_effective_uid_counts);
	tcase_add_test(tc, test_filesystem_uid_counts);
	tc = harness_case(suite, "access/root", 10);
	tcase_add_test(tc, test_init_and_shutdown_are_roots);
	tcase_add_test(tc, test_initialiser_is_nobody_special);
	tcase_add_test(tc, test_root_of_another_namespace);
	tc = harness_case(suite, "access/act_as", 10);
	tcase_add_test(tc, test_act_as);
	tcase_add_test(tc, test_act_as_is_per_thread);
	tcase_add_test(tc, test_act_as_takes_root);
	return suite;
}
