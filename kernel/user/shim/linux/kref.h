/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_KREF_H
#define SHIM_LINUX_KREF_H

#include <linux/compiler.h>
#include <linux/types.h>

struct kref {
	atomic_t refcount;
};

static inline void kref_init(struct kref *kref)
{
	__atomic_store_n(&kref->refcount.counter, 1, __ATOMIC_RELAXED);
}

static inline bool __must_check kref_get_unless_zero(struct kref *kref)
{
	int old = __atomic_load_n(&kref->refcount.counter, __ATOMIC_RELAXED);

	do {
		if (!old)
			return false;
	} while (!__atomic_compare_exchange_n(&kref->refcount.counter, &old, old + 1, false,
					      __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
	return true;
}

static inline bool kref_put(struct kref *kref, void (*release)(struct kref *kref))
{
	if (__atomic_sub_fetch(&kref->refcount.counter, 1, __ATOMIC_ACQ_REL))
		return false;
	release(kref);
	return true;
}

#endif /* SHIM_LINUX_KREF_H */
