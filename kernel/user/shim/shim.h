/* SPDX-License-Identifier: GPL-2.0 */
/* What a program that hosts the core may ask of the shim, beside the kernel's names. */
#ifndef SHIM_H
#define SHIM_H

#include <limits.h>

#include <linux/sched.h>
#include <linux/types.h>

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
 * Allocation failure for tests: of the allocations from now on, @first to @last fail
 * (1 is the next). With 0, 0 none fails and none is counted, which costs nothing.
 * Returns how many were asked for since the last call, if that counted.
 */
unsigned long shim_fail_allocations(unsigned long first, unsigned long last);
/* Fails none, but counts. */
#define SHIM_COUNT_ALLOCATIONS	ULONG_MAX, ULONG_MAX

/*
 * What a signal would do to @task: it waits no more until its @interrupted is taken back. By
 * any thread, as long as the task is there.
 */
void shim_interrupt(struct task_struct *task);

/*
 * For tests, the clock: stopped at @now it stands still, no sleep ends by itself and no
 * delayed work is done, but in shim_clock_advance(), which moves it on, does on
 * the calling thread what is due then, and ends the sleeps that are over. Of one thread.
 */
void shim_clock_stop(u64 now);
void shim_clock_advance(u64 nanoseconds);
/* The clock is CLOCK_MONOTONIC again. */
void shim_clock_run(void);

/*
 * Ends the thread that does delayed work, if there is one. What is pending stays so; the
 * next that is queued as the first starts another.
 */
void shim_work_stop(void);

#endif /* SHIM_H */
