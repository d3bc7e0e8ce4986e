// SPDX-License-Identifier: MIT
/*
 * Which process is this? The kernel wipes one page in every child, whichever
 * way it was forked; the child then takes a number its ancestors never had. This
 * costs a load, where getpid() costs a system call.
 */
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>
#include "daemon.h"

static _Atomic uint32_t *current;	/* 0 in a child that has no number yet */
static _Atomic uint32_t last;		/* inherited, unlike *current */

void slmbx_generation_setup(void)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return;
	if (madvise(page, size, MADV_WIPEONFORK)) {
		munmap(page, size);
		return;
	}
	current = page;
}

uint32_t slmbx_generation(void)
{
	uint32_t seen, mine;

	if (!current)
		return (uint32_t)getpid();

	seen = atomic_load_explicit(current, memory_order_relaxed);
	if (seen)
		return seen;

	mine = atomic_fetch_add(&last, 1) + 1;
	/* Another thread of the child may have been first: then its number counts. */
	return atomic_compare_exchange_strong(current, &seen, mine) ? mine : seen;
}
