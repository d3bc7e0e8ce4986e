/* SPDX-License-Identifier: MIT */
/*
 * Other users, played by forked children that drop to their uid. A child that
 * fails an assertion reports it as the test's own failure.
 */
#ifndef CONFORMANCE_USERS_H
#define CONFORMANCE_USERS_H

#include <sys/types.h>

#define NOBODY ((uid_t)65534)
#define OTHER ((uid_t)65533)

/* Stay whom the suite runs as. */
#define SAME_USER ((uid_t)-1)

typedef void (*user_fn)(void *arg);

/* Runs @fn(@arg) in a child as @uid, to its end. */
void as_user(uid_t uid, user_fn fn, void *arg);

/* The children of one test that run at the same time. */
struct crowd {
	pid_t pids[64];
	unsigned int size;
};

pid_t crowd_add(struct crowd *crowd, uid_t uid, user_fn fn, void *arg);

/* Waits for all. When one failed, ends the others and fails the test. */
void crowd_wait(struct crowd *crowd);

/* Ends a child of the crowd with SIGKILL; it must not have ended by itself. */
void crowd_kill(struct crowd *crowd, pid_t pid);

/* Zeroed memory that is shared with children forked afterwards. */
void *shared_alloc(size_t size);

#endif /* CONFORMANCE_USERS_H */
