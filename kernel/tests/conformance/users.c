// SPDX-License-Identifier: MIT
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "harness.h"
#include "users.h"

static pid_t start_child(uid_t uid, user_fn fn, void *arg)
{
	pid_t pid = fork();

	ck_assert_msg(pid >= 0, "fork: %s", strerror(errno));
	if (pid > 0)
		return pid;
	if (uid != SAME_USER && setresuid(uid, uid, uid) != 0)
		ck_abort_msg("setresuid(%u): %s", uid, strerror(errno));
	fn(arg);
	_exit(0);
}

static void fail_on(pid_t pid, int status)
{
	if (WIFSIGNALED(status))
		ck_abort_msg("child %d died of SIG%s", (int)pid, sigabbrev_np(WTERMSIG(status)));
	ck_assert_msg(WEXITSTATUS(status) == 0, "child %d exited with %d", (int)pid,
		      WEXITSTATUS(status));
}

void as_user(uid_t uid, user_fn fn, void *arg)
{
	pid_t pid = start_child(uid, fn, arg);
	int status;

	while (waitpid(pid, &status, 0) < 0)
		ck_assert_int_eq(errno, EINTR);
	fail_on(pid, status);
}

pid_t crowd_add(struct crowd *crowd, uid_t uid, user_fn fn, void *arg)
{
	ck_assert_uint_lt(crowd->size, ARRAY_SIZE(crowd->pids));
	crowd->pids[crowd->size] = start_child(uid, fn, arg);
	return crowd->pids[crowd->size++];
}

static void crowd_remove(struct crowd *crowd, pid_t pid)
{
	for (unsigned int i = 0; i < crowd->size; i++) {
		if (crowd->pids[i] == pid) {
			crowd->pids[i] = crowd->pids[--crowd->size];
			return;
		}
	}
}

static void crowd_end(struct crowd *crowd)
{
	for (unsigned int i = 0; i < crowd->size; i++)
		kill(crowd->pids[i], SIGKILL);
	while (crowd->size)
		waitpid(crowd->pids[--crowd->size], NULL, 0);
}

void crowd_wait(struct crowd *crowd)
{
	while (crowd->size) {
		int status;
		pid_t pid = waitpid(-1, &status, 0);

		if (pid < 0) {
			ck_assert_int_eq(errno, EINTR);
			continue;
		}
		crowd_remove(crowd, pid);
		if (status != 0) {
			crowd_end(crowd);
			fail_on(pid, status);
		}
	}
}

void crowd_kill(struct crowd *crowd, pid_t pid)
{
	int status;

	kill(pid, SIGKILL);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	crowd_remove(crowd, pid);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		fail_on(pid, status);
}

void *shared_alloc(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ck_assert_msg(memory != MAP_FAILED, "mmap: %s", strerror(errno));
	return memory;
}
