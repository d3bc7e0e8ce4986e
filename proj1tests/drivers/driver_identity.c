// SPDX-License-Identifier: MIT
/* Who is calling: programs that change their user, forks, threads, and acting for somebody else. */
#include <pthread.h>
#include <sys/syscall.h>

#include "harness/guarded.h"

static long create_then_become_nobody(void)
{
	expect(slmbx_create(7, 1), 0);
	expect(slmbx_send(7, guarded_bytes, GUARDED_LENGTH), 0);
	guarded_allowed();
	become(NOBODY);
	guarded_refused();
	return slmbx_create(8, 1);
}

/* The uid counts at each call: a process that changed its user is the new one from then on. */
START_TEST(setuid_after_create_loses_it)
{
	skip_unless_root();
	expect(as_user(0, create_then_become_nobody()), 0);
	guarded_allowed();
	expect(slmbx_count(8), -EPERM);
	expect(as_user(NOBODY, slmbx_destroy(8)), 0);
}
END_TEST

/* ... and back again, on one thread, in between calls. */
START_TEST(effective_uid_counts_at_each_call)
{
	struct slmbx_stat st;

	skip_unless_root();
	guarded_make(0, 1);
	for (int i = 0; i < 20; i++) {
		ck_assert(setresuid(-1, NOBODY, -1) == 0);
		expect(slmbx_count(7), -EPERM);
		ck_assert(setresuid(-1, NEIGHBOUR, -1) == -1 && errno == EPERM);
		expect(slmbx_create(8, 1), 0);
		ck_assert(setresuid(-1, 0, -1) == 0);
		expect(slmbx_count(7), 1);
		expect(slmbx_stat(8, &st, sizeof(st)), -EPERM);
		ck_assert(setresuid(-1, NOBODY, -1) == 0);
		expect(slmbx_destroy(8), 0);
		ck_assert(setresuid(-1, 0, -1) == 0);
	}
}
END_TEST

/* A real uid of root doesn't help when the effective one is another. */
START_TEST(real_uid_does_not_count)
{
	skip_unless_root();
	ck_assert(setresuid(0, NOBODY, 0) == 0);
	expect(slmbx_create(7, 1), 0);
	expect(slmbx_shutdown(), -EPERM);
	ck_assert(setresuid(NOBODY, 0, 0) == 0);
	expect(slmbx_count(7), -EPERM);
	expect(slmbx_shutdown(), 0);
	expect(slmbx_init(16, 4), 0);
}
END_TEST

static long child_drops_parent_stays(void)
{
	pid_t child;

	expect(slmbx_create(7, 1), 0);
	expect(slmbx_send(7, guarded_bytes, GUARDED_LENGTH), 0);
	child = fork();
	ck_assert(child >= 0);
	if (!child) {
		guarded_allowed();
		become(NOBODY);
		for (int i = 0; i < 100; i++)
			expect(slmbx_count(7), -EPERM);
		_exit(EXIT_SUCCESS);
	}
	for (int i = 0; i < 100; i++)
		ck_assert(slmbx_length(7) == GUARDED_LENGTH);
	await_success(child);
	return slmbx_length(7);
}

START_TEST(fork_shares_no_identity)
{
	skip_unless_root();
	expect(as_user(0, child_drops_parent_stays()), GUARDED_LENGTH);
}
END_TEST

/* The system call changes the thread alone, as a server does that acts for its clients. */
static void *thread_as_nobody(void *problem)
{
	*(const char **)problem = NULL;
	if (syscall(SYS_setresuid, -1, NOBODY, -1))
		*(const char **)problem = "setresuid failed";
	for (int i = 0; i < 500 && !*(const char **)problem; i++)
		if (slmbx_count(7) != -EPERM)
			*(const char **)problem = "a thread of another user got at it";
	return NULL;
}

START_TEST(threads_may_be_different_users)
{
	const char *problems[2];
	pthread_t threads[2];

	skip_unless_root();
	guarded_make(0, 1);
	for (int i = 0; i < 2; i++)
		ck_assert(!pthread_create(&threads[i], NULL, thread_as_nobody, &problems[i]));
	for (int i = 0; i < 500; i++)
		expect(slmbx_count(7), 1);
	for (int i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		ck_assert_msg(!problems[i], "%s", problems[i]);
	}
}
END_TEST

START_TEST(root_may_act_for_a_user)
{
	struct slmbx_stat st;

	skip_unless_root();
	guarded_make(NOBODY, 1);
	ck_assert_uint_eq(slmbx_act_as(NOBODY), SLMBX_SELF);
	expect(slmbx_stat(7, &st, sizeof(st)), 0);
	ck_assert_uint_eq(st.owner, NOBODY);
	expect(slmbx_count(7), 1);
	ck_assert_uint_eq(slmbx_act_as(NEIGHBOUR), NOBODY);
	expect(slmbx_count(7), -EPERM);
	expect(slmbx_shutdown(), -EPERM);
	ck_assert_uint_eq(slmbx_act_as(SLMBX_SELF), NEIGHBOUR);
	expect(slmbx_count(7), -EPERM);
}
END_TEST

static long neighbour_as_nobody(void)
{
	slmbx_act_as(NOBODY);
	expect(slmbx_count(7), -EACCES);
	expect(slmbx_destroy(7), -EACCES);
	slmbx_act_as(0);
	expect(slmbx_shutdown(), -EACCES);
	slmbx_act_as(SLMBX_SELF);
	return slmbx_count(7);
}

START_TEST(a_user_may_not_act_for_another)
{
	skip_unless_root();
	guarded_make(NOBODY, 1);
	expect(as_user(NEIGHBOUR, neighbour_as_nobody()), -EPERM);
	expect(as_user(NOBODY, slmbx_count(7)), 1);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("identity");
	TCase *users = driver_case_ready(suite, "users", 60);

	tcase_add_test(users, setuid_after_create_loses_it);
	tcase_add_test(users, effective_uid_counts_at_each_call);
	tcase_add_test(users, real_uid_does_not_count);
	tcase_add_test(users, fork_shares_no_identity);
	tcase_add_test(users, threads_may_be_different_users);
	tcase_add_test(users, root_may_act_for_a_user);
	tcase_add_test(users, a_user_may_not_act_for_another);
	return driver_run(suite);
}
