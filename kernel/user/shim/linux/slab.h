/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_SLAB_H
#define SHIM_LINUX_SLAB_H

#include <linux/overflow.h>
#include <linux/types.h>

#define GFP_KERNEL		0x01U
#define GFP_KERNEL_ACCOUNT	0x02U
#define __GFP_NOWARN		0x04U
#define __GFP_ZERO		0x08U
#define __GFP_RETRY_MAYFAIL	0x10U

#define KMALLOC_MAX_SIZE	(1UL << 22)

/* The allocator has no say here in what is charged: a quota counts what was asked for. */
static inline size_t kmalloc_size_roundup(size_t size)
{
	return size;
}

/* As in the kernel, a size that is a power of two is aligned to itself. */
void *kmalloc(size_t size, gfp_t flags);
void kfree(const void *p);
/* Over INT_MAX bytes are refused, as in the kernel. */
void *kvmalloc(size_t size, gfp_t flags);
void kvfree(const void *p);

static inline void *kzalloc(size_t size, gfp_t flags)
{
	return kmalloc(size, flags | __GFP_ZERO);
}

/* NULL if the product overflows. */
static inline void *kmalloc_array(size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : kmalloc(bytes, flags);
}

static inline void *kvmalloc_array(size_t n, size_t size, gfp_t flags)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : kvmalloc(bytes, flags);
}

#endif /* SHIM_LINUX_SLAB_H */
