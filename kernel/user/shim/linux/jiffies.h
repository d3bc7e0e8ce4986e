/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_JIFFIES_H
#define SHIM_LINUX_JIFFIES_H

#include <linux/time64.h>
#include <linux/types.h>

/* A jiffy is a nanosecond: work is as punctual as the clock. */
#define HZ			NSEC_PER_SEC
#define MAX_JIFFY_OFFSET	((~0UL >> 2) - 1)

static inline unsigned long nsecs_to_jiffies(u64 n)
{
	return n / (NSEC_PER_SEC / HZ);
}

#endif /* SHIM_LINUX_JIFFIES_H */
