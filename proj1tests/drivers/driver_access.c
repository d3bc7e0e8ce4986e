// SPDX-License-Identifier: MIT
/* Who may do what: two users and root, protected and unprotected mailboxes. */
#include <limits.h>

#include "harness/guarded.h"

static const int protections[] = { 1, 2, -1, INT_MIN, INT_MAX, 256, 0x10000 };
#define PROTECTIONS ((int)(sizeof(protections) / sizeof(protections[0])))

START_TEST(any_other_number_protects)
{
	skip_unless_root();
	guarded_make(NOBODY, protections[_i]);
	refused_to(NEIGHBOUR);
	refused_to(0);
	allowed_to(NOBODY);
}
END_TEST

START_TEST(root_has_no_bypass)
{
	skip_unless_root();
	guarded_make(NOBODY, 1);
	guarded_refused();
	allowed_to(NOBODY);
}
END_TEST

START_TEST(a_user_is_kept_from_roots_mailbox)
{
	struct view before;

	skip_unless_root();
	guarded_make(0, 1);
	before = view_of(7);
	refused_to(NOBODY);
	expect_same(7, &before);
	guarded_allowed();
}
END_TEST

START_TEST(unprotected_is_everybodys)
{
	unsigned char bytes[GUARDED_LENGTH];

	skip_unless_root();
	guarded_make(NOBODY, 0);
	expect(as_user(NEIGHBOUR, slmbx_count(7)), 1);
	expect(as_user(NEIGHBOUR, slmbx_send(7, guarded_bytes, 3)), 0);
	expect(slmbx_recv(7, bytes, sizeof(bytes)), sizeof(bytes));
	expect(as_user(NEIGHBOUR, slmbx_length(7)), 3);
	expect(as_user(NEIGHBOUR, slmbx_destroy(7)), 0);
	expect(slmbx_count(7), -ENOENT);
}
END_TEST

/* What is looked at is the user, not the process that made the mailbox. */
START_TEST(other_processes_of_the_owner_may)
{
	expect(as_user(geteuid(), slmbx_create(7, 1)), 0);
	expect(as_user(geteuid(), slmbx_send(7, guarded_bytes, GUARDED_LENGTH)), 0);
	guarded_allowed();
	expect(as_user(geteuid(), (guarded_allowed(), 0)), 0);
	expect(as_user(geteuid(), slmbx_destroy(7)), 0);
}
END_TEST

/* It isn't the user who ran init either. */
START_TEST(the_user_of_init_is_nobody_special)
{
	skip_unless_root();
	expect(as_user(NOBODY, slmbx_create(7, 1)), 0);
	expect(as_user(NOBODY, slmbx_send(7, guarded_bytes, GUARDED_LENGTH)), 0);
	expect(slmbx_count(7), -EPERM);
	expect(slmbx_destroy(7), -EPERM);
}
END_TEST

START_TEST(a_new_mailbox_has_a_new_owner)
{
	skip_unless_root();
	guarded_make(NOBODY, 1);
	expect(as_user(NOBODY, slmbx_destroy(7)), 0);
	guarded_make(NEIGHBOUR, 1);
	refused_to(NOBODY);
	allowed_to(NEIGHBOUR);
}
END_TEST

START_TEST(init_and_shutdown_are_roots)
{
	struct view before;

	skip_unless_root();
	guarded_make(0, 0);
	before = view_of(7);
	expect(as_user(NOBODY, slmbx_shutdown()), -EPERM);
	/* EPERM comes before what is wrong with the arguments, and before EEXIST. */
	expect(as_user(NOBODY, slmbx_init(16, 4)), -EPERM);
	expect(as_user(NOBODY, slmbx_init(0, 3)), -EPERM);
	expect_same(7, &before);
	expect(slmbx_shutdown(), 0);
	expect(as_user(NOBODY, slmbx_shutdown()), -EPERM);
	expect(as_user(NOBODY, slmbx_init(16, 4)), -EPERM);
	expect(slmbx_count(7), -ENODEV);
	expect(as_user(NOBODY, slmbx_count(7)), -ENODEV);
	expect(slmbx_init(16, 4), 0);
}
END_TEST

START_TEST(shutdown_takes_protected_mailboxes_too)
{
	skip_unless_root();
	guarded_make(NOBODY, 1);
	expect(slmbx_shutdown(), 0);
	expect(slmbx_init(16, 4), 0);
	expect(as_user(NOBODY, slmbx_count(7)), -ENOENT);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("access");
	TCase *users = driver_case_ready(suite, "users", 60);

	tcase_add_loop_test(users, any_other_number_protects, 0, PROTECTIONS);
	tcase_add_test(users, root_has_no_bypass);
	tcase_add_test(users, a_user_is_kept_from_roots_mailbox);
	tcase_add_test(users, unprotected_is_everybodys);
	tcase_add_test(users, other_processes_of_the_owner_may);
	tcase_add_test(users, the_user_of_init_is_nobody_special);
	tcase_add_test(users, a_new_mailbox_has_a_new_owner);
	tcase_add_test(users, init_and_shutdown_are_roots);
	tcase_add_test(users, shutdown_takes_protected_mailboxes_too);
	return driver_run(suite);
}
