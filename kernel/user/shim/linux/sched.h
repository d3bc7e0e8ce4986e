/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A task is whoever's calls a thread carries out: its uid, and its memory,
 * which is reached by these two functions alone.
 */
#ifndef SHIM_LINUX_SCHED_H
#define SHIM_LINUX_SCHED_H

#include <linux/compiler.h>
#include <linux/errno.h>
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

/**
 * struct shim_watch - a file that a task heeds while it sleeps
 * @fd: what
 * @events: as for poll(2)
 * @interrupts: whether what came, which is @revents, interrupts the task. What doesn't must
 *	have been taken away, or it comes again at once
 */
struct shim_watch {
	int fd;
	short events;
	bool (*interrupts)(struct task_struct *task, short revents);
};

/**
 * struct task_struct - a task; what isn't set of it is 0
 * @fsuid: its uid
 * @memory: how to reach its memory
 * @watch: or NULL
 * @interrupted: what a pending signal is to the kernel's; whoever serves the task takes
 *	it back
 * @state: TASK_RUNNING, or what it sleeps in: set before it looks at what it waits for, and
 *	set back by who wakes it
 * @woken: set by a wake, until a sleep has ended for it
 * @alarm: while it heeds @watch, the eventfd that wakes it, plus 1
 */
struct task_struct {
	kuid_t fsuid;
	const struct shim_user_memory *memory;
	const struct shim_watch *watch;
	bool interrupted;
	unsigned int state;
	unsigned int woken;
	int alarm;
};

#define TASK_RUNNING		0x0
#define TASK_INTERRUPTIBLE	0x1

extern __thread struct task_struct *shim_current;

#define current			shim_current
#define cond_resched()		((void)0)
#define might_sleep()		((void)0)

#endif /* SHIM_LINUX_SCHED_H */
