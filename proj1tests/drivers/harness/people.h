/* SPDX-License-Identifier: MIT */
/* Other users and other processes. Assertions that fail in them fail the test. */
#ifndef HARNESS_PEOPLE_H
#define HARNESS_PEOPLE_H

#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

#define NOBODY 65534
#define NEIGHBOUR 65533

/* For good: real, effective and saved uid and gid, no other groups. Needs root. */
void become(uid_t uid);

/* What @call, any expression, answers in a new process of user @uid. */
#define as_user(uid, call) \
	({ \
		struct errand errand_ = errand_start(uid); \
		if (!errand_.child) \
			errand_report(&errand_, (call)); \
		errand_result(&errand_); \
	})

struct errand {
	pid_t child;
	int pipe;
};

struct errand errand_start(uid_t uid);
void errand_report(const struct errand *errand, long result) __attribute__((noreturn));
long errand_result(const struct errand *errand);

/*
 * Runs @member in @n processes that all start at the same moment, and waits for them. They get their
 * index and @shared.
 */
void together(unsigned int n, void (*member)(unsigned int index, void *shared), void *shared);

/* Waits for a child, which must end with exit(0). */
void await_success(pid_t child);

/* Zeroed memory that children share with us. It lasts as long as the test. */
void *shared_memory(size_t size);

#endif /* HARNESS_PEOPLE_H */
