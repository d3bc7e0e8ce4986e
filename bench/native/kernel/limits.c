// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "measures.h"
#include "mechanisms.h"

static const struct {
	const char *path;
	long least;
} limits[] = {
	{ "/proc/sys/fs/mqueue/msgsize_max", SIZE_MAX_BYTES },
	{ "/proc/sys/fs/mqueue/msg_max", 65536 },
	{ "/proc/sys/fs/mqueue/queues_max", 65536 },
	{ "/proc/sys/kernel/msgmax", SIZE_MAX_BYTES },
	{ "/proc/sys/kernel/msgmnb", 1 << 24 },
	{ "/proc/sys/fs/pipe-max-size", 1 << 24 },
	{ "/proc/sys/kernel/slmbx/max_bytes_per_uid", 1L << 40 },
	{ "/proc/sys/kernel/slmbx/max_mailboxes_per_uid", 1L << 32 },
};

static void lift(const char *path, long least)
{
	FILE *f = fopen(path, "r+");
	long now;

	/* Kernels and engines differ in what there is. */
	if (!f)
		return;
	if (fscanf(f, "%ld", &now) == 1 && now < least) {
		rewind(f);
		if (fprintf(f, "%ld", least) < 0 || fflush(f))
			fail(path);
	}
	fclose(f);
}

void lift_limits(void)
{
	struct rlimit files = { 65536, 65536 }, none = { RLIM_INFINITY, RLIM_INFINITY };
	size_t i;

	for (i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		lift(limits[i].path, limits[i].least);
	if (setrlimit(RLIMIT_MSGQUEUE, &none) || setrlimit(RLIMIT_NOFILE, &files))
		fail("setrlimit");
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f))
		fail(path);
}

void enter_cgroup(void)
{
	char root[] = "/tmp/slmbx-bench-XXXXXX", path[128], pid[16];

	if (!mkdtemp(root))
		fail(root);
	if (mount("none", root, "cgroup2", 0, NULL))
		fail("mounting cgroup2");
	snprintf(path, sizeof(path), "%s/cgroup.subtree_control", root);
	put(path, "+memory");
	snprintf(path, sizeof(path), "%s/bench", root);
	if (mkdir(path, 0755))
		fail(path);
	snprintf(path, sizeof(path), "%s/bench/cgroup.procs", root);
	snprintf(pid, sizeof(pid), "%d", getpid());
	put(path, pid);
}
