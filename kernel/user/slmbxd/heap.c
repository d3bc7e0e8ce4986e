// SPDX-License-Identifier: GPL-2.0
/*
 * The heap is jemalloc's: a mailbox and a message cost two thirds of what they
 * do with glibc's, which has a header before each block and comes apart when nodes are
 * replaced. Sanitizers bring an allocator of their own.
 */
#include "heap.h"

#ifdef SLMBXD_JEMALLOC

#include <jemalloc/jemalloc.h>

/*
 * A thread keeps what it freed of the larger inline messages too: else each costs
 * its pages anew. Two of a size bound what idle connections hold.
 */
const char *malloc_conf = "tcache_max:131072,tcache_nslots_large:2";

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
