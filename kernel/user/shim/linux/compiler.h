/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_COMPILER_H
#define SHIM_LINUX_COMPILER_H

/* glibc's <sys/cdefs.h> has its own idea of some of these. */
#include <sys/cdefs.h>

/* clang has another way to say it. */
#if defined(__has_feature) && !defined(__SANITIZE_THREAD__)
#if __has_feature(thread_sanitizer)
#define __SANITIZE_THREAD__	1
#endif
#endif

#ifdef __CHECKER__
#define __user		__attribute__((noderef, address_space(__user)))
#define SHIM_RCU	__attribute__((noderef, address_space(__rcu)))
#define __force		__attribute__((force))
#define __must_hold(x)	__attribute__((context(x, 1, 1)))
#define __acquires(x)	__attribute__((context(x, 0, 1)))
#define __releases(x)	__attribute__((context(x, 1, 0)))
#define __acquire(x)	__context__(x, 1)
#define __release(x)	__context__(x, -1)
#else
#define __user
#define SHIM_RCU
#define __force
#define __must_hold(x)
#define __acquires(x)
#define __releases(x)
#define __acquire(x)	((void)0)
#define __release(x)	((void)0)
#endif

#define __rcu		SHIM_RCU

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

#define __aligned(x)	__attribute__((__aligned__(x)))

#ifndef __must_check
#define __must_check	__attribute__((warn_unused_result))
#endif

#ifdef __CHECKER__
#define READ_ONCE(x)		(*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, val)	(*(volatile typeof(x) *)&(x) = (val))
#else
#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, val)	__atomic_store_n(&(x), (val), __ATOMIC_RELAXED)
#endif

#endif /* SHIM_LINUX_COMPILER_H */
