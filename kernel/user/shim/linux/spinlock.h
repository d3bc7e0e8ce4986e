/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pthread_spin_lock() has no static initialiser and never yields; a holder that
 * was preempted would cost every waiter its time slice.
 */
#ifndef SHIM_LINUX_SPINLOCK_H
#define SHIM_LINUX_SPINLOCK_H

#include <linux/compiler.h>
#include <linux/lockdep.h>
#include <sched.h>

typedef struct {
	int locked;
} spinlock_t;

#define DEFINE_SPINLOCK(name)	spinlock_t name = { 0 }

static inline void spin_lock_init(spinlock_t *lock)
{
	lock->locked = 0;
}

static inline void spin_lock(spinlock_t *lock) __acquires(lock)
{
	__acquire(lock);
	while (unlikely(__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE)))
		while (__atomic_load_n(&lock->locked, __ATOMIC_RELAXED))
			sched_yield();
}

static inline void spin_unlock(spinlock_t *lock) __releases(lock)
{
	__release(lock);
	__atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
}

#endif /* SHIM_LINUX_SPINLOCK_H */
