// SPDX-License-Identifier: GPL-2.0
/* Queues of who waits. */
#include <linux/errno.h>
#include <linux/sched/signal.h>
#include <linux/wait.h>

#include "clock.h"

/* Says whether @task was in a state of @mode. */
static bool wake_task(struct task_struct *task, unsigned int mode)
{
	unsigned int state = __atomic_load_n(&task->state, __ATOMIC_SEQ_CST);

	if (!(state & mode) ||
	    !__atomic_compare_exchange_n(&task->state, &state, TASK_RUNNING, false,
					 __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		return false;
	shim_wake(task);
	return true;
}

static int autoremove_wake_function(struct wait_queue_entry *entry, unsigned int mode, int flags,
				    void *key)
{
	if (!wake_task(entry->private, mode))
		return 0;
	list_del_init(&entry->entry);
	return 1;
}

void init_wait_entry(struct wait_queue_entry *entry, int flags)
{
	entry->flags = flags;
	entry->private = current;
	entry->func = autoremove_wake_function;
	INIT_LIST_HEAD(&entry->entry);
}

static void enter(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	if (entry->flags & WQ_FLAG_EXCLUSIVE)
		list_add_tail(&entry->entry, &wq->head);
	else
		list_add(&entry->entry, &wq->head);
}

long prepare_to_wait_event(struct wait_queue_head *wq, struct wait_queue_entry *entry, int state)
{
	long ret = 0;

	spin_lock(&wq->lock);
	if (signal_pending(current)) {
		list_del_init(&entry->entry);
		ret = -ERESTARTSYS;
	} else {
		if (list_empty(&entry->entry))
			enter(wq, entry);
		__atomic_store_n(&current->state, state, __ATOMIC_SEQ_CST);
	}
	spin_unlock(&wq->lock);
	return ret;
}

/* Takes the lock even if woken: who woke the task has it until it needs the task no more. */
void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	__atomic_store_n(&current->state, TASK_RUNNING, __ATOMIC_SEQ_CST);
	spin_lock(&wq->lock);
	list_del_init(&entry->entry);
	spin_unlock(&wq->lock);
}

void __wake_up(struct wait_queue_head *wq, unsigned int mode, int nr, void *key)
{
	struct wait_queue_entry *entry, *next;

	spin_lock(&wq->lock);
	list_for_each_entry_safe(entry, next, &wq->head, entry) {
		unsigned int flags = entry->flags;
		int woken = entry->func(entry, mode, 0, key);

		if (woken < 0 || (woken && flags & WQ_FLAG_EXCLUSIVE && !--nr))
			break;
	}
	spin_unlock(&wq->lock);
}
