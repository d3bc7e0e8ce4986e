/* SPDX-License-Identifier: GPL-2.0 */
/* Where kernels from 6.1 on differ. */
#ifndef SLMBX_COMPAT_H
#define SLMBX_COMPAT_H

#include <linux/version.h>

/*
 * From 6.6 on register_sysctl() takes a table's size from its type, and from 6.11 on
 * it refuses the empty entry that ended a table before.
 */
#if KERNEL_VERSION(6, 6, 0) > LINUX_VERSION_CODE
#define SLMBX_CTL_TABLE_END { }
#else
#define SLMBX_CTL_TABLE_END
#endif

/* From 6.11 on handlers of sysctls get their table as const. */
#if KERNEL_VERSION(6, 11, 0) > LINUX_VERSION_CODE
#define SLMBX_CTL_TABLE_CONST
#else
#define SLMBX_CTL_TABLE_CONST const
#endif

#endif /* SLMBX_COMPAT_H */
