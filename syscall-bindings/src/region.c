// SPDX-License-Identifier: MIT
/*
 * Memory with a page behind it that nobody may touch: a recv told of more room
 * than there is answers EFAULT and leaves the message where it was. Only pages
 * that are written take memory.
 */
#include "bindings.h"
#include <sys/mman.h>
#include <unistd.h>

/* From here on the time goes into page faults, and huge pages save most of them. */
#define HUGE_FROM ((size_t)2 << 20)

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static size_t round_to_pages(size_t size)
{
	size_t page = page_size();

	return (size + page - 1) / page * page;
}

/* Room for @size bytes, in place of what the region was; on failure it stays what it was. */
bool region_map(struct region *region, size_t size)
{
	size_t usable = round_to_pages(size);
	size_t page = page_size();
	unsigned char *start = mmap(NULL, usable + page, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (start == MAP_FAILED)
		return false;
	if (mprotect(start + usable, page, PROT_NONE)) {
		munmap(start, usable + page);
		return false;
	}
	if (usable >= HUGE_FROM)
		madvise(start, usable, MADV_HUGEPAGE);
	region_unmap(region);
	region->start = start;
	region->size = usable;
	return true;
}

void region_unmap(struct region *region)
{
	if (region->start)
		munmap(region->start, region->size + page_size());
	region->start = NULL;
	region->size = 0;
}
