// SPDX-License-Identifier: MIT
/*
 * The kernel engines: one system call a call, and nothing kept between calls.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "support.h"

#define ID 5
#define THREADS 16

static bool has_system_calls(void)
{
	long ret = syscall(SLMBX_SYSCALL(SLMBX_CALL_COUNT), SLMBX_ID_NONE);

	return ret == -1 && errno == ENOENT;
}

START_TEST(name_of_engine)
{
	ck_assert_str_eq(slmbx_engine(), test_engine);
	/* Chosen once. */
	setenv("SLMBX_ENGINE", "bogus", 1);
	ck_assert_str_eq(slmbx_engine(), test_engine);
	ck_assert_int_eq(slmbx_count(ID), -ENOENT);
}
END_TEST

/* A process that hasn't made a call, and what it finds when SLMBX_ENGINE is @value. */
static const char *engine_found(const char *value)
{
	static char name[16];
	int ends[2];
	pid_t child;
	ssize_t n;

	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	if (!child) {
		char self[128];

		if (value)
			setenv("SLMBX_ENGINE", value, 1);
		else
			unsetenv("SLMBX_ENGINE");
		dup2(ends[1], STDOUT_FILENO);
		n = readlink("/proc/self/exe", self, sizeof(self) - 1);
		self[n > 0 ? n : 0] = '\0';
		execl(self, self, "--engine", NULL);
		_exit(127);
	}
	close(ends[1]);
	n = read(ends[0], name, sizeof(name) - 1);
	ck_assert_int_ge(n, 0);
	name[n] = '\0';
	close(ends[0]);
	wait_child(child);
	return name;
}

START_TEST(found_by_auto)
{
	const char *first = has_system_calls() ? "syscall" : "device";

	ck_assert_str_eq(engine_found(NULL), first);
	ck_assert_str_eq(engine_found(""), first);
	ck_assert_str_eq(engine_found("auto"), first);
	ck_assert_str_eq(engine_found(test_engine), test_engine);
	ck_assert_str_eq(engine_found("daemon"), "none");
}
END_TEST

static void *first_call(void *barrier)
{
	pthread_barrier_wait(barrier);
	ck_assert_int_eq(slmbx_count(ID), -ENOENT);
	return NULL;
}

/* The choice, and the device's descriptor, made by all threads at once. */
START_TEST(first_calls_at_once)
{
	pthread_barrier_t barrier;
	pthread_t threads[THREADS];
	pid_t child = fork();

	if (child) {
		wait_child(child);
		return;
	}
	/* The fixture's descriptor is gone: this child starts from nothing. */
	if (on_device())
		close(library_fd());
	pthread_barrier_init(&barrier, NULL, THREADS);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, first_call, &barrier), 0);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
	expect_library_fds();
	_exit(0);
}
END_TEST

START_TEST(errno_is_left_alone)
{
	static const int values[] = { 0, ERANGE };
	unsigned char byte = 'x';
	struct slmbx_stat st;

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		errno = values[i];
		slmbx_act_as(_i ? UID_NOBODY : SLMBX_SELF);
		ck_assert_str_eq(slmbx_engine(), test_engine);
		ck_assert_int_eq(slmbx_create(ID, 0), 0);
		ck_assert_int_eq(slmbx_create(ID, 0), -EEXIST);
		ck_assert_int_eq(slmbx_create(SLMBX_ID_NONE, 0), -EINVAL);
		ck_assert_int_eq(slmbx_send(ID, &byte, 1), 0);
		ck_assert_int_eq(slmbx_send(ID, NULL, 1), -EFAULT);
		ck_assert_int_eq(slmbx_length(ID), 1);
		ck_assert_int_eq(slmbx_recv(ID, NULL, 1), -EFAULT);
		ck_assert_int_eq(slmbx_recv(ID, &byte, 1), 1);
		ck_assert_int_eq(slmbx_length(ID), -ESRCH);
		ck_assert_int_eq(slmbx_stat(ID, NULL, sizeof(st)), -EFAULT);
		ck_assert_int_eq(slmbx_stat(ID, &st, sizeof(st)), 0);
		ck_assert_int_eq(slmbx_destroy(ID), 0);
		ck_assert_int_eq(slmbx_shutdown(), _i ? -EPERM : 0);
		slmbx_act_as(SLMBX_SELF);
		ck_assert_int_eq(slmbx_init(16, 4), _i ? -EEXIST : 0);
		ck_assert_int_eq(errno, values[i]);
	}
}
END_TEST

/* Every call once, but for one that is answered EINVAL. */
#define CALLS 9
static void make_each_call(void)
{
	unsigned char byte = 'x';
	struct slmbx_stat st;

	slmbx_create(ID, 0);
	slmbx_send(ID, &byte, 1);
	slmbx_count(ID);
	slmbx_length(ID);
	slmbx_stat(ID, &st, sizeof(st));
	slmbx_recv(ID, &byte, 1);
	slmbx_destroy(ID);
	slmbx_shutdown();
	slmbx_init(16, 4);
}

/* Resumes the traced child up to its next stop; whether it was a system call's. */
static bool next_stop(pid_t child)
{
	int status;

	ck_assert_int_eq(ptrace(PTRACE_SYSCALL, child, 0, 0), 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	if (WIFSTOPPED(status) && WSTOPSIG(status) == (SIGTRAP | 0x80))
		return true;
	ck_assert_msg(WIFEXITED(status) && !WEXITSTATUS(status), "child ended with status %#x",
		      (unsigned int)status);
	return false;
}

START_TEST(one_system_call_a_call)
{
	unsigned int stops = 0;
	pid_t child = fork();
	int status;

	if (!child) {
		/* What is done once is done. */
		slmbx_count(ID);
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		make_each_call();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSTOPPED(status));
	ck_assert_int_eq(ptrace(PTRACE_SETOPTIONS, child, 0,
				PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL),
			 0);
	while (next_stop(child))
		stops++;
	/* Into each call and out of it; into the last one only; out of raise()'s, and its others. */
	ck_assert_uint_ge(stops, 2 * CALLS + 1);
	ck_assert_uint_le(stops, 2 * CALLS + 1 + 3);
}
END_TEST

/* Sizes that a narrower argument would cut off. */
START_TEST(wide_sizes)
{
	struct slmbx_stat st = { 0 };

	ck_assert_int_eq(slmbx_create(ID, 0), 0);
	ck_assert_int_eq(slmbx_stat(ID, &st, SIZE_MAX), -E2BIG);
#if SIZE_MAX > UINT32_MAX
	ck_assert_int_eq(slmbx_stat(ID, &st, (size_t)UINT32_MAX + 1 + sizeof(st)), -E2BIG);
#endif
	ck_assert_int_eq(slmbx_stat(SLMBX_ID_INVALID, &st, SIZE_MAX), -ENOENT);
}
END_TEST

Suite *kernel_suite(void)
{
	Suite *s = suite_create("kernel");
	TCase *tc = engine_case("kernel");

	tcase_add_test(tc, name_of_engine);
	tcase_add_test(tc, found_by_auto);
	tcase_add_test(tc, first_calls_at_once);
	tcase_add_loop_test(tc, errno_is_left_alone, 0, 2);
	tcase_add_test(tc, one_system_call_a_call);
	tcase_add_test(tc, wide_sizes);
	suite_add_tcase(s, tc);
	return s;
}
