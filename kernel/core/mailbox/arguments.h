/* SPDX-License-Identifier: GPL-2.0 */
/* What the calls that take a struct do alike. */
#ifndef SLMBX_ARGUMENTS_H
#define SLMBX_ARGUMENTS_H

#include <linux/compiler.h>
#include <linux/mm.h>
#include <linux/types.h>
#include <linux/uaccess.h>

/*
 * Copies the caller's struct of @size bytes, of which the first published had @least.
 * -EINVAL, -E2BIG, -EFAULT.
 */
static inline int __must_check slmbx_get_arguments(void *args, size_t known,
						   const void __user *from, size_t size,
						   size_t least)
{
	if (size < least)
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	return copy_struct_from_user(args, known, from, size);
}

/* @offset bytes behind the caller's @address, which may be any: not for C to compute with. */
static inline void __user *slmbx_user_at(u64 address, u64 offset)
{
	return u64_to_user_ptr(address + offset);
}

static inline bool slmbx_is_batch(u32 count)
{
	return count && count <= SLMBX_BATCH_MAX;
}

#endif /* SLMBX_ARGUMENTS_H */
