// SPDX-License-Identifier: MIT
#include <errno.h>
#include <check.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "people.h"

void become(uid_t uid)
{
	ck_assert(setgroups(0, NULL) == 0);
	ck_assert(setresgid(uid, uid, uid) == 0);
	ck_assert(setresuid(uid, uid, uid) == 0);
}

void await_success(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) < 0)
		ck_assert(errno == EINTR);
	/* It has told check which assertion failed; another of ours would hide that. */
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FAILURE)
		_exit(EXIT_FAILURE);
	ck_assert_msg(status == 0, "a process of the test ended with wait status %d", status);
}

struct errand errand_start(uid_t uid)
{
	struct errand errand;
	int ends[2];

	ck_assert(pipe(ends) == 0);
	errand.child = fork();
	ck_assert(errand.child >= 0);
	errand.pipe = ends[!errand.child];
	close(ends[!!errand.child]);
	if (!errand.child && uid != geteuid())
		become(uid);
	return errand;
}

void errand_report(const struct errand *errand, long result)
{
	_exit(write(errand->pipe, &result, sizeof(result)) == sizeof(result) ? 0 : 2);
}

long errand_result(const struct errand *errand)
{
	long result = 0;
	ssize_t n = read(errand->pipe, &result, sizeof(result));

	close(errand->pipe);
	await_success(errand->child);
	ck_assert(n == sizeof(result));
	return result;
}

void together(unsigned int n, void (*member)(unsigned int index, void *shared), void *shared)
{
	pid_t *children = calloc(n, sizeof(*children));
	int gate[2];
	char byte;

	ck_assert(children && pipe(gate) == 0);
	for (unsigned int i = 0; i < n; i++) {
		children[i] = fork();
		ck_assert(children[i] >= 0);
		if (children[i])
			continue;
		close(gate[1]);
		/* Returns once the last writer, our parent, has closed. */
		ck_assert(read(gate[0], &byte, 1) == 0);
		member(i, shared);
		_exit(EXIT_SUCCESS);
	}
	close(gate[0]);
	close(gate[1]);
	for (unsigned int i = 0; i < n; i++)
		await_success(children[i]);
	free(children);
}

void *shared_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ck_assert(memory != MAP_FAILED);
	return memory;
}
