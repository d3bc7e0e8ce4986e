// SPDX-License-Identifier: GPL-2.0
/*
 * The heap is jemalloc's: a mailbox and a message cost two thirds of what they
 * do with glibc's, which has a header before each block and comes apart when nodes are
 * replaced. Sanitizers bring an allocator of their own.
 */
#include "heap.h"

#ifdef SLMBXD_JEMALLOC

#include <jemalloc/jemalloc.h>

#define STRING(x)	#x
#define ALL_ARENAS(n)	"arena." STRING(n) ".purge"

void heap_release(void)
{
	mallctl(ALL_ARENAS(MALLCTL_ARENAS_ALL), NULL, NULL, NULL, 0);
}

#else

#include <malloc.h>

void heap_release(void)
{
	malloc_trim(0);
}

#endif
