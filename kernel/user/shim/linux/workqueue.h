/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_WORKQUEUE_H
#define SHIM_LINUX_WORKQUEUE_H

#include <linux/list.h>
#include <linux/types.h>

struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);

/**
 * struct work_struct - something to be done
 * @entry: among what is pending, while it is
 * @func: does it
 */
struct work_struct {
	struct list_head entry;
	work_func_t func;
};

/**
 * struct delayed_work - the same, later
 * @work: what
 * @due: when
 */
struct delayed_work {
	struct work_struct work;
	u64 due;
};

#define DECLARE_DELAYED_WORK(name, function) \
	struct delayed_work name = { .work = { LIST_HEAD_INIT((name).work.entry), function } }

#define INIT_DELAYED_WORK(dwork, function)			\
	do {							\
		INIT_LIST_HEAD(&(dwork)->work.entry);		\
		(dwork)->work.func = (function);		\
	} while (0)

struct workqueue_struct;

/* The only one: what is due is done by one thread, one after the other. */
#define system_wq	((struct workqueue_struct *)NULL)

/* Due @delay jiffies from now, whether or not it was pending before, which is what it says. */
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay);
/* It is neither pending nor being done any more. Says whether it was pending. */
bool cancel_delayed_work_sync(struct delayed_work *dwork);

#endif /* SHIM_LINUX_WORKQUEUE_H */
