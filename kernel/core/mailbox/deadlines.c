// SPDX-License-Identifier: GPL-2.0
/*
 * One timer for all mailboxes. Those in which something is due some day are in a tree,
 * by when; the timer goes off for the first.
 *
 * deadlines_lock is taken within a mailbox's lock, never around it. A mailbox leaves
 * the tree before it is freed, so that one found there has not been; but it may have
 * no reference left.
 */
#include <linux/container_of.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/rbtree.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "deadlines.h"
#include "delivery.h"
#include "mailbox.h"
#include "redelivery.h"

static DEFINE_SPINLOCK(deadlines_lock);
static struct rb_root_cached deadlines = RB_ROOT_CACHED;

static void run_due(struct work_struct *work);
static DECLARE_DELAYED_WORK(timer, run_due);

static struct slmbx_deadline *deadline_of(const struct rb_node *node)
{
	return rb_entry(node, struct slmbx_deadline, node);
}

static bool earlier(struct rb_node *a, const struct rb_node *b)
{
	return deadline_of(a)->time < deadline_of(b)->time;
}

void slmbx_deadline_init(struct slmbx_deadline *deadline)
{
	RB_CLEAR_NODE(&deadline->node);
	deadline->time = SLMBX_NEVER;
}

/* Sets the timer to the first deadline. Under deadlines_lock. */
static void set_timer(u64 now)
{
	struct rb_node *first = rb_first_cached(&deadlines);
	u64 time;

	if (!first)
		return;
	time = deadline_of(first)->time;
	/* Not before it: jiffies are rounded down, and the current one has begun. */
	mod_delayed_work(system_wq, &timer,
			 time > now ?
				 min_t(u64, nsecs_to_jiffies(time - now) + 1, MAX_JIFFY_OFFSET) :
				 0);
}

void slmbx_deadline_set(struct slmbx_deadline *deadline, u64 time)
{
	spin_lock(&deadlines_lock);
	if (!RB_EMPTY_NODE(&deadline->node)) {
		rb_erase_cached(&deadline->node, &deadlines);
		RB_CLEAR_NODE(&deadline->node);
	}
	WRITE_ONCE(deadline->time, time);
	if (time != SLMBX_NEVER && rb_add_cached(&deadline->node, &deadlines, earlier))
		set_timer(ktime_get_ns());
	spin_unlock(&deadlines_lock);
}

/* A mailbox whose time has come, with a reference; NULL without one. */
static struct slmbx_mailbox *take_due(u64 now)
{
	struct slmbx_mailbox *mailbox = NULL;
	struct slmbx_deadline *deadline;
	struct rb_node *first;

	spin_lock(&deadlines_lock);
	while (!mailbox && (first = rb_first_cached(&deadlines))) {
		deadline = deadline_of(first);
		if (deadline->time > now)
			break;
		rb_erase_cached(first, &deadlines);
		RB_CLEAR_NODE(first);
		WRITE_ONCE(deadline->time, SLMBX_NEVER);
		mailbox = container_of(deadline, struct slmbx_delivery, deadline)->mailbox;
		if (!slmbx_mailbox_get(mailbox))
			mailbox = NULL;
	}
	if (!mailbox)
		set_timer(now);
	spin_unlock(&deadlines_lock);
	return mailbox;
}

static void run_due(struct work_struct *work)
{
	struct slmbx_mailbox *mailbox;

	while ((mailbox = take_due(ktime_get_ns()))) {
		slmbx_redeliver_and_set(mailbox);
		slmbx_mailbox_put(mailbox);
		cond_resched();
	}
}

void slmbx_deadlines_stop(void)
{
	cancel_delayed_work_sync(&timer);
}
