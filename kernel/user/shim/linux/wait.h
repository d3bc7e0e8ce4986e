/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_WAIT_H
#define SHIM_LINUX_WAIT_H

#include <linux/errno.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

struct wait_queue_entry;

/* Wakes: 1 if it did, 0 if there was nobody to wake any more. With the queue's lock held. */
typedef int (*wait_queue_func_t)(struct wait_queue_entry *entry, unsigned int mode, int flags,
				 void *key);

struct wait_queue_entry {
	unsigned int flags;
	void *private;
	wait_queue_func_t func;
	struct list_head entry;
};

#define WQ_FLAG_EXCLUSIVE	0x01

struct wait_queue_head {
	spinlock_t lock;
	struct list_head head;
};

typedef struct wait_queue_head wait_queue_head_t;

static inline void init_waitqueue_head(struct wait_queue_head *wq)
{
	spin_lock_init(&wq->lock);
	INIT_LIST_HEAD(&wq->head);
}

/* Without the lock: the caller sees to it that who is not seen here looks for itself. */
static inline int waitqueue_active(struct wait_queue_head *wq)
{
	return !list_empty(&wq->head);
}

/* Of the calling task, which leaves the queue when it is woken. */
void init_wait_entry(struct wait_queue_entry *entry, int flags);
/*
 * Enters the queue, who is exclusive at its tail, and sets the task's state. -ERESTARTSYS,
 * outside the queue, if the task was interrupted.
 */
long prepare_to_wait_event(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state);
void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry);

/* Wakes all who sleep in a state of @mode, but @nr of the exclusive ones; 0: all. */
void __wake_up(struct wait_queue_head *wq, unsigned int mode, int nr, void *key);

#define wake_up_interruptible(wq)		__wake_up(wq, TASK_INTERRUPTIBLE, 1, NULL)
#define wake_up_interruptible_nr(wq, nr)	__wake_up(wq, TASK_INTERRUPTIBLE, nr, NULL)
#define wake_up_interruptible_all(wq)		__wake_up(wq, TASK_INTERRUPTIBLE, 0, NULL)

#endif /* SHIM_LINUX_WAIT_H */
