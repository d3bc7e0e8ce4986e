// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../guest/files.h"
#include "../guest/tap.h"
#include "cgroup.h"

static char root[] = "/tmp/memcg-XXXXXX";

static const char *path_of(const char *cgroup, const char *file)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s/%s", root, cgroup, file);
	return path;
}

const char *cgroups_begin(void)
{
	if (!mkdtemp(root))
		return "a writable /tmp";
	if (mount("cgroup2", root, "cgroup2", 0, NULL) != 0)
		return "cgroups v2 (CONFIG_CGROUPS)";
	if (!file_write(path_of(".", "cgroup.subtree_control"), "+memory"))
		return "the memory controller in cgroups v2 (CONFIG_MEMCG)";
	return NULL;
}

void cgroups_end(void)
{
	umount(root);
	rmdir(root);
}

void cgroup_make(const char *name, unsigned long long max)
{
	char text[32];

	expect(mkdir(path_of(name, ""), 0755) == 0, "mkdir %s: %m", path_of(name, ""));
	if (!max)
		return;
	snprintf(text, sizeof(text), "%llu", max);
	expect(file_write(path_of(name, "memory.max"), text), "memory.max: %m");
}

void cgroup_remove(const char *name)
{
	expect(rmdir(path_of(name, "")) == 0, "rmdir %s: %m", path_of(name, ""));
}

void cgroup_discard(const char *name)
{
	rmdir(path_of(name, ""));
}

static void work_in(const char *name, void (*work)(void *arg), void *arg)
{
	expect(file_write(path_of(name, "cgroup.procs"), "0"), "cgroup.procs: %m");
	expect(mlockall(MCL_CURRENT | MCL_FUTURE) == 0, "mlockall: %m");
	work(arg);
}

void cgroup_run(const char *name, void (*work)(void *arg), void *arg)
{
	int status = -1;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		work_in(name, work, arg);
		_exit(0);
	}
	expect(pid > 0 && waitpid(pid, &status, 0) == pid, "no process: %m");
	expect(!WIFSIGNALED(status), "the process in %s was killed by signal %d", name,
	       WTERMSIG(status));
	expect(WEXITSTATUS(status) == 0, "the process in %s failed", name);
}

unsigned long long cgroup_number(const char *name, const char *file, const char *key)
{
	char *text = file_text(path_of(name, file)), *line = text;
	size_t length = key ? strlen(key) : 0;
	unsigned long long number;

	while (key && line && (strncmp(line, key, length) != 0 || line[length] != ' ')) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	expect(line, "%s has no %s", file, key);
	number = strtoull(line + length, NULL, 10);
	free(text);
	return number;
}

void *shared_memory(unsigned long size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	expect(memory != MAP_FAILED, "no memory");
	memset(memory, 0, size);
	return memory;
}
