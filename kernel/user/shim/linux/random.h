/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_RANDOM_H
#define SHIM_LINUX_RANDOM_H

#include <linux/types.h>

u64 get_random_u64(void);

#endif /* SHIM_LINUX_RANDOM_H */
