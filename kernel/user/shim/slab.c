// SPDX-License-Identifier: GPL-2.0
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <linux/compiler.h>
#include <linux/log2.h>
#include <linux/slab.h>

#include "shim.h"

static unsigned long fail_first, fail_last;
static unsigned long asked;

unsigned long shim_fail_allocations(unsigned long first, unsigned long last)
{
	WRITE_ONCE(fail_first, first);
	WRITE_ONCE(fail_last, last);
	return __atomic_exchange_n(&asked, 0, __ATOMIC_RELAXED);
}

static bool should_fail(void)
{
	unsigned long nth;

	/* Counted only while a test counts: no shared line is written otherwise. */
	if (likely(!READ_ONCE(fail_first)))
		return false;
	nth = __atomic_add_fetch(&asked, 1, __ATOMIC_RELAXED);
	return nth >= READ_ONCE(fail_first) && nth <= READ_ONCE(fail_last);
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
