/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_HRTIMER_H
#define SHIM_LINUX_HRTIMER_H

#include <linux/compiler.h>
#include <linux/ktime.h>

enum hrtimer_mode {
	HRTIMER_MODE_ABS,
};

/*
 * Sleeps until @expires of CLOCK_MONOTONIC, or for ever if it is NULL, in the state that
 * was set before: 0 at that moment, -EINTR if woken or interrupted before.
 */
int __must_check schedule_hrtimeout(ktime_t *expires, const enum hrtimer_mode mode);

#endif /* SHIM_LINUX_HRTIMER_H */
