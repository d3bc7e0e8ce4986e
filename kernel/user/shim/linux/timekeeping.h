/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_TIMEKEEPING_H
#define SHIM_LINUX_TIMEKEEPING_H

#include <linux/ktime.h>

/* CLOCK_MONOTONIC, unless a test has stopped the clock: see shim.h. */
u64 ktime_get_ns(void);

/* Never ahead of the other, and cheaper. */
u64 ktime_get_coarse_ns(void);

#endif /* SHIM_LINUX_TIMEKEEPING_H */
