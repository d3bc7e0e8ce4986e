/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RCU is liburcu's. What the thread sanitizer can't see, because liburcu isn't
 * built with it, is told to it here: what a reader did before it left its
 * section happened before what follows the grace period.
 */
#ifndef SHIM_LINUX_RCUPDATE_H
#define SHIM_LINUX_RCUPDATE_H

#include <asm/barrier.h>
#include <linux/compiler.h>
#ifndef __SANITIZE_THREAD__
#define _LGPL_SOURCE	/* reader functions inline, where the sanitizer would misread them */
#endif
#undef __rcu	/* liburcu's own is empty */
#include <urcu/urcu-memb.h>
#undef __rcu
#define __rcu		SHIM_RCU

#undef rcu_dereference
#undef rcu_assign_pointer

#ifdef __CHECKER__
/* For sparse all that counts is which address space a pointer is in. */
#define rcu_dereference(p)		((typeof(*(p)) __force *)(p))
#define rcu_dereference_raw(p)		((typeof(*(p)) __force *)(p))
#define rcu_dereference_protected(p, c)	((void)(c), (typeof(*(p)) __force *)(p))
#define rcu_access_pointer(p)		((typeof(*(p)) __force *)(p))
#define rcu_assign_pointer(p, v)	((p) = (typeof(*(v)) __force __rcu *)(v))
#define RCU_INIT_POINTER(p, v)		((p) = (typeof(*(p)) __force __rcu *)(v))
#else
#define rcu_dereference(p)		__atomic_load_n(&(p), __ATOMIC_ACQUIRE)
#define rcu_dereference_raw(p)		rcu_dereference(p)
#define rcu_dereference_protected(p, c)	((void)(c), READ_ONCE(p))
#define rcu_access_pointer(p)		READ_ONCE(p)
#define rcu_assign_pointer(p, v)	__atomic_store_n(&(p), (v), __ATOMIC_RELEASE)
#define RCU_INIT_POINTER(p, v)		WRITE_ONCE(p, v)
#endif

#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
extern char shim_grace_period;
#define shim_tsan_acquire()	__tsan_acquire(&shim_grace_period)
#define shim_tsan_release()	__tsan_release(&shim_grace_period)
#else
#define shim_tsan_acquire()	((void)0)
#define shim_tsan_release()	((void)0)
#endif

/* Every thread that uses these must be registered: shim_thread_begin(). */
static inline void rcu_read_lock(void)
{
	urcu_memb_read_lock();
}

static inline void rcu_read_unlock(void)
{
	shim_tsan_release();
	urcu_memb_read_unlock();
}

void synchronize_rcu(void);
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));
/* Waits until every callback queued before has run. */
void rcu_barrier(void);

#endif /* SHIM_LINUX_RCUPDATE_H */
