/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBX_DEADLINES_H
#define SLMBX_DEADLINES_H

#include <linux/limits.h>
#include <linux/rbtree.h>
#include <linux/types.h>

/* A moment that never comes. */
#define SLMBX_NEVER	U64_MAX

/**
 * struct slmbx_deadline - when a mailbox is to be looked after
 * @node: among all mailboxes', by @time; empty when not in
 * @time: when; SLMBX_NEVER when not in. It may be too early, as moments that don't come
 *	after all are left in: then it is set again when it comes
 */
struct slmbx_deadline {
	struct rb_node node;
	u64 time;
};

/* @now and @nanoseconds later, or SLMBX_NEVER where the clock ends. */
static inline u64 slmbx_time_after(u64 now, u64 nanoseconds)
{
	return nanoseconds < SLMBX_NEVER - now ? now + nanoseconds : SLMBX_NEVER;
}

void slmbx_deadline_init(struct slmbx_deadline *deadline);
/* At @time, and no other, the mailbox is looked after. Under its lock; sleeps not. */
void slmbx_deadline_set(struct slmbx_deadline *deadline, u64 time);

/* Nothing is due any more: there are no mailboxes left. Waits for what is being done. */
void slmbx_deadlines_stop(void);

#endif /* SLMBX_DEADLINES_H */
