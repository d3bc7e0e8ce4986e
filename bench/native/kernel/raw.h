/* SPDX-License-Identifier: MIT */
/*
 * System calls as bare as they can be made, so that what is counted is the
 * kernel's work and not a library's. They return -errno.
 */
#ifndef SLMBX_BENCH_RAW_H
#define SLMBX_BENCH_RAW_H

#include <stdint.h>
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __x86_64__
static inline long raw_syscall(long nr, uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d,
			       uintptr_t e, uintptr_t f)
{
	register uintptr_t r10 __asm__("r10") = d;
	register uintptr_t r8 __asm__("r8") = e;
	register uintptr_t r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "0"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
}
#else
static inline long raw_syscall(long nr, uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d,
			       uintptr_t e, uintptr_t f)
{
	long ret = syscall(nr, a, b, c, d, e, f);

	return ret < 0 ? -errno : ret;
}
#endif

#endif /* SLMBX_BENCH_RAW_H */
