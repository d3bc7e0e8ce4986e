/* SPDX-License-Identifier: MIT */
/* A memory cgroup (v2) of a test's own, and processes in it. */
#ifndef MEMCG_CGROUP_H
#define MEMCG_CGROUP_H

#include <stdbool.h>

/* Mounts the cgroups. NULL, or what this kernel lacks. */
const char *cgroups_begin(void);
void cgroups_end(void);

/* Makes the cgroup @name; @max bytes at most, 0 for any number. */
void cgroup_make(const char *name, unsigned long long max);
/* It must be empty; what is charged to it may stay. */
void cgroup_remove(const char *name);
/* If it is there. */
void cgroup_discard(const char *name);

/*
 * Runs @work(@arg) in a process in the cgroup @name, to its end. It must not be
 * killed. All of its memory is there before @work starts: at the cgroup's limit a
 * page more would kill it. @arg must be shared memory if @work is to answer.
 */
void cgroup_run(const char *name, void (*work)(void *arg), void *arg);

/* A number of memory.stat, memory.events or the like; without @key, the file's only one. */
unsigned long long cgroup_number(const char *name, const char *file, const char *key);

/* Zeroed memory shared with processes forked afterwards. */
void *shared_memory(unsigned long size);

#endif /* MEMCG_CGROUP_H */
