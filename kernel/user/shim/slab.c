// SPDX-License-Identifier: GPL-2.0
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <linux/compiler.h>
#include <linux/log2.h>
#include <linux/slab.h>

#include "shim.h"

static unsigned long fail_at;
static unsigned long made;

unsigned long shim_fail_allocation(unsigned long nth)
{
	WRITE_ONCE(fail_at, nth);
	return __atomic_exchange_n(&made, 0, __ATOMIC_RELAXED);
}

static bool should_fail(void)
{
	/* Counted only while a test counts: no shared line is written otherwise. */
	if (likely(!READ_ONCE(fail_at)))
		return false;
	return __atomic_add_fetch(&made, 1, __ATOMIC_RELAXED) == READ_ONCE(fail_at);
}

static void *finish(void *p, size_t size, gfp_t flags)
{
	if (p && (flags & __GFP_ZERO))
		memset(p, 0, size);
	return p;
}

void *kmalloc(size_t size, gfp_t flags)
{
	if (unlikely(should_fail()))
		return NULL;
	if (size >= 64 && size <= 4096 && is_power_of_2(size))
		return finish(aligned_alloc(64, size), size, flags);
	return finish(malloc(size), size, flags);
}

void kfree(const void *p)
{
	free((void *)p);
}

void *kvmalloc(size_t size, gfp_t flags)
{
	if (unlikely(size > INT_MAX || should_fail()))
		return NULL;
	return finish(malloc(size), size, flags);
}

void kvfree(const void *p)
{
	free((void *)p);
}
