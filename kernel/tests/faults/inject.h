/* SPDX-License-Identifier: MIT */
/*
 * Linux's fault injection, for this task alone: of all it may fail (allocations of
 * slabs and pages, copies of user memory), the nth after the arming does; and, where
 * memory is to lack for long, every page after it.
 */
#ifndef FAULTS_INJECT_H
#define FAULTS_INJECT_H

#include <stdbool.h>

/*
 * Lets allocations that may sleep and pages of any order fail too. NULL, or what
 * this kernel lacks.
 */
const char *inject_begin(void);
/* As before. */
void inject_end(void);

/* In the process that makes the call, before the first inject_arm(). */
void inject_open(void);
void inject_arm(unsigned int nth, bool lasting);
/* Whether the fault came; none comes any more. */
bool inject_disarm(void);

#endif /* FAULTS_INJECT_H */
