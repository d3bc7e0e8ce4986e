/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A task is whoever's calls a thread carries out: its uid, and its memory,
 * which is reached by these two functions alone.
 */
#ifndef SHIM_LINUX_SCHED_H
#define SHIM_LINUX_SCHED_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct task_struct;

/**
 * struct shim_user_memory - how to reach a task's memory
 * @read: copies @n bytes in; returns how many it could not
 * @write: copies @n bytes out; returns how many it could not
 */
struct shim_user_memory {
	unsigned long (*read)(struct task_struct *task, void *to, const void __user *from,
			      unsigned long n);
	unsigned long (*write)(struct task_struct *task, void __user *to, const void *from,
			       unsigned long n);
};

struct task_struct {
	kuid_t fsuid;
	const struct shim_user_memory *memory;
};

extern __thread struct task_struct *shim_current;

#define current			shim_current
#define cond_resched()		((void)0)
#define might_sleep()		((void)0)

#endif /* SHIM_LINUX_SCHED_H */
