// SPDX-License-Identifier: MIT
/*
 * Questions about the caller's memory, answered by the kernel page by page, with
 * no byte changed and no signal raised. An answer holds until another thread
 * changes the mapping.
 */
#include <errno.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "daemon.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* From here on one call for all pages is cheaper than one a page. */
#define POPULATE_PAGES 3

static uintptr_t page_size;

void slmbx_memory_setup(void)
{
	page_size = (uintptr_t)sysconf(_SC_PAGESIZE);
}

/* Bytes from @mem to the end of its page. */
size_t slmbx_memory_page_rest(uintptr_t mem)
{
	return page_size - (mem & (page_size - 1));
}

/*
 * Adds 0 to the aligned word around @mem. The word shares the byte's page, and the
 * addition is atomic, so where the word is partly another's it does no harm.
 * The call may wake a waiter on the word, which futex users must expect at any time.
 */
static bool word_writable(uintptr_t mem)
{
	static uint32_t nobody_waits;
	const int add_nothing = FUTEX_OP(FUTEX_OP_ADD, 0, FUTEX_OP_CMP_EQ, -2048);

	return syscall(SYS_futex, &nobody_waits, FUTEX_WAKE_OP | FUTEX_PRIVATE_FLAG, 0, 0,
		       mem & ~(uintptr_t)3, add_nothing) >= 0;
}

/* Reads the set, then refuses the first argument: EINVAL, or EFAULT if it can't be read. */
static bool word_readable(uintptr_t mem)
{
	const size_t set_size = 8;

	return syscall(SYS_rt_sigprocmask, -1, mem & ~(set_size - 1), NULL, set_size) < 0 &&
	       errno == EINVAL;
}

static bool populate(uintptr_t mem, size_t len)
{
	uintptr_t start = mem & ~(page_size - 1);

	return madvise((void *)start, mem + len - start, MADV_POPULATE_WRITE) == 0;
}

/* How many of @len bytes, from the first on, can be written. */
size_t slmbx_memory_writable(uintptr_t mem, size_t len)
{
	size_t done = 0;

	if (len > UINTPTR_MAX - mem)
		len = UINTPTR_MAX - mem;
	if (len > (POPULATE_PAGES - 1) * page_size && populate(mem, len))
		return len;

	while (done < len && word_writable(mem + done))
		done += slmbx_memory_page_rest(mem + done);
	return done < len ? done : len;
}

/* How many can be read. */
size_t slmbx_memory_readable(uintptr_t mem, size_t len)
{
	size_t done = 0;

	if (len > UINTPTR_MAX - mem)
		len = UINTPTR_MAX - mem;
	while (done < len && word_readable(mem + done))
		done += slmbx_memory_page_rest(mem + done);
	return done < len ? done : len;
}
