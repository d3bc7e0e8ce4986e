/* SPDX-License-Identifier: GPL-2.0 */
/* Time and sleep, for the rest of the shim. */
#ifndef SHIM_CLOCK_H
#define SHIM_CLOCK_H

#include <linux/sched.h>
#include <linux/types.h>

/* No moment. */
#define SHIM_FOREVER	(~0ULL)

/* Whether time stands still until shim_clock_advance(). */
bool shim_clock_is_stopped(void);

/*
 * Sleeps, as current, until woken or @until (SHIM_FOREVER: not by itself), perhaps for less.
 * While the clock is stopped no moment comes: who moves it wakes.
 */
void shim_sleep(u64 until);
void shim_wake(struct task_struct *task);
/* For the end of a thread. */
void shim_sleep_end(void);

/* The clock was stopped: waits for the work that is being done. */
void shim_work_pause(void);
/* Does what is due in the calling thread. */
void shim_work_run_due(void);
/* The clock goes again. */
void shim_work_resume(void);

#endif /* SHIM_CLOCK_H */
