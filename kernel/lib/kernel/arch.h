/* SPDX-License-Identifier: MIT */
/*
 * A system call of up to three arguments. Returns what the kernel does, a result or
 * -errno, and leaves errno alone. No cancellation point.
 */
#ifndef SLMBX_ARCH_H
#define SLMBX_ARCH_H

#if defined(__x86_64__) && !defined(__ILP32__)

static inline long slmbx_syscall3(long nr, unsigned long a, unsigned long b, unsigned long c)
{
	long ret;

	__asm__ __volatile__("syscall"
			     : "=a"(ret)
			     : "a"(nr), "D"(a), "S"(b), "d"(c)
			     : "rcx", "r11", "cc", "memory");
	return ret;
}

#elif defined(__aarch64__) && !defined(__ILP32__)

static inline long slmbx_syscall3(long nr, unsigned long a, unsigned long b, unsigned long c)
{
	register long x8 __asm__("x8") = nr;
	register unsigned long x0 __asm__("x0") = a;
	register unsigned long x1 __asm__("x1") = b;
	register unsigned long x2 __asm__("x2") = c;

	__asm__ __volatile__("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "cc", "memory");
	return (long)x0;
}

#else

#include <errno.h>
#include <unistd.h>

static inline long slmbx_syscall3(long nr, unsigned long a, unsigned long b, unsigned long c)
{
	int saved_errno = errno;
	long ret = syscall(nr, a, b, c);

	if (ret == -1) {
		ret = -errno;
		errno = saved_errno;
	}
	return ret;
}

#endif

#endif /* SLMBX_ARCH_H */
