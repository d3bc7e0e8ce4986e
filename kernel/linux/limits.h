/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBX_LIMITS_H
#define SLMBX_LIMITS_H

#include <linux/types.h>

/* Sets *@limit, one of slmbx_limits, to the decimal number in @text: -EINVAL, -ERANGE. */
int __must_check slmbx_limit_set(s64 *limit, const char *text);

/* Gives the limits that no parameter set their defaults. */
void slmbx_limits_init(void);

#endif /* SLMBX_LIMITS_H */
