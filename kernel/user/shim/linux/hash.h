/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_HASH_H
#define SHIM_LINUX_HASH_H

#include <linux/types.h>

/* Multiplication by 2^32 over the golden ratio; the high bits are the mixed ones. */
static inline u32 hash_32(u32 val, unsigned int bits)
{
	return (val * 0x9e3779b9U) >> (32 - bits);
}

#endif /* SHIM_LINUX_HASH_H */
