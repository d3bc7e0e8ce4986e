/* SPDX-License-Identifier: MIT */
/* Tasks of several users, whose memory faults where a test says. */
#ifndef PEOPLE_H
#define PEOPLE_H

#include <stdint.h>

#include <linux/sched.h>

enum { ROOT, ALICE, BOB, PEOPLE };

extern const uid_t uid_of[PEOPLE];

/* Between these two a test's own thread calls the core; it begins as root. */
void people_begin(void);
void people_end(void);

/* From here on this thread's calls are of this one. Workers begin by it. */
void become(int person);
void become_uid(uid_t uid);

/*
 * Everyone's memory is this process's, but for @len bytes from @start, which can't
 * be touched: a copy that meets them does what is before them and no more. Address 0
 * is never there. With @len 0 only that.
 */
void fault_at(const void *start, size_t len);

#endif /* PEOPLE_H */
