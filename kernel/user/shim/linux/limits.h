/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_LIMITS_H
#define SHIM_LINUX_LIMITS_H

#include_next <linux/limits.h>

#define U32_MAX		((__u32)~0U)
#define U64_MAX		((__u64)~0ULL)
#define S64_MAX		((__s64)(~0ULL >> 1))
#ifndef INT_MAX
#define INT_MAX		__INT_MAX__
#endif

#endif /* SHIM_LINUX_LIMITS_H */
