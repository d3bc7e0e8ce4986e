/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBX_MEMORY_H
#define SLMBX_MEMORY_H

#include <linux/slab.h>

/*
 * How all memory is asked for: charged to the caller's memory cgroup, and where there is
 * none left the call fails, rather than somebody be killed for it.
 */
#define SLMBX_GFP	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL)

#endif /* SLMBX_MEMORY_H */
