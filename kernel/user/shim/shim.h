/* SPDX-License-Identifier: GPL-2.0 */
/* What a program that hosts the core may ask of the shim, beside the kernel's names. */
#ifndef SHIM_H
#define SHIM_H

#include <linux/sched.h>

/*
 * A thread calls the core between these two, as @task. shim_become() changes
 * the task in between.
 */
void shim_thread_begin(struct task_struct *task);
void shim_thread_end(void);
void shim_become(struct task_struct *task);

/* A task's memory that is this process's own. */
extern const struct shim_user_memory shim_own_memory;

/*
 * Allocation failure for tests: the @nth allocation from now on (1 is the next)
 * fails, once; 0 fails none. Returns how many were made since the last call.
 */
unsigned long shim_fail_allocation(unsigned long nth);

#endif /* SHIM_H */
