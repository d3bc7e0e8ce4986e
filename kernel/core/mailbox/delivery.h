/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBX_DELIVERY_H
#define SLMBX_DELIVERY_H

#include <linux/compiler.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>
#include <linux/uidgid.h>
#include <linux/wait.h>

#include "deadlines.h"

struct slmbx_annex;
struct slmbx_mailbox;
struct slmbx_message;
struct slmbx_settle_item;

/**
 * struct slmbx_room - what a mailbox can still take
 * @messages: so many messages
 * @bytes: of so many bytes together
 */
struct slmbx_room {
	u64 messages;
	u64 bytes;
};

/**
 * struct slmbx_exit - the dead-letter mailbox, as it was just now
 * @to: its id; 0 if nothing can go there
 * @room: what it can still take
 */
struct slmbx_exit {
	u32 to;
	struct slmbx_room room;
};

/**
 * struct slmbx_delivery - what a mailbox has once it is used for more than the eight calls
 * @mailbox: whose it is
 * @wait: who waits for a message
 * @returned: messages that were leased and are ready again, by seq: all of them come
 *	before the queue
 * @leases: annexes of leased messages, by seq
 * @delays: annexes of delayed messages
 * @timers: all annexes for which a moment comes, by time
 * @next: not after the first of them; SLMBX_NEVER without one. Read without the lock too
 * @deadline: not after @next
 * @leased: messages leased
 * @delayed: messages delayed
 * @held_bytes: sum of the lengths of both
 * @expired: messages whose time to live ended here
 * @dead: messages that moved to the dead-letter mailbox
 * @max_messages: messages the mailbox may hold; 0 for no limit
 * @max_bytes: sum of their lengths
 * @max_deliveries: after so many leases a message moves; 0 for never
 * @dead_letter: where to; 0 for nowhere
 *
 * Guarded by the mailbox's lock, but for @wait, which has its own. It is allocated
 * when first needed, and freed with the mailbox.
 */
struct slmbx_delivery {
	struct slmbx_mailbox *mailbox;
	wait_queue_head_t wait;
	struct rb_root_cached returned;
	struct rb_root leases;
	struct list_head delays;
	struct rb_root_cached timers;
	u64 next;
	struct slmbx_deadline deadline;
	u64 leased;
	u64 delayed;
	u64 held_bytes;
	u64 expired;
	u64 dead;
	u64 max_messages;
	u64 max_bytes;
	u32 max_deliveries;
	u32 dead_letter;
};

/* Memory it takes, which the mailbox's owner is charged. */
s64 slmbx_delivery_cost(void);
struct slmbx_delivery *slmbx_delivery_alloc(struct slmbx_mailbox *mailbox);

/* What follows is called with the mailbox's lock held, but where it says otherwise. */

/* The first message that is ready again. */
struct slmbx_message *slmbx_delivery_first(struct slmbx_delivery *delivery);
/* The next of those, NULL after the last. */
struct slmbx_message *slmbx_delivery_next(struct slmbx_message *msg);
void slmbx_delivery_unreturn(struct slmbx_delivery *delivery, struct slmbx_message *msg);

/* Sets the deadline. To be called once timers have changed, before the lock is released. */
void slmbx_delivery_set_deadline(struct slmbx_delivery *delivery);

/* The time to live of a message that is in somebody's hands doesn't end. */
void slmbx_delivery_pause_ttl(struct slmbx_delivery *delivery, struct slmbx_message *msg);
void slmbx_delivery_resume_ttl(struct slmbx_delivery *delivery, struct slmbx_message *msg);

/* @msg, which has an annex for it in hand, is delayed until @msg->held->time. */
void slmbx_delivery_delay(struct slmbx_delivery *delivery, struct slmbx_message *msg);

/* @msg, which nothing holds, is leased: @annex says to whom and until when. */
void slmbx_delivery_lease(struct slmbx_delivery *delivery, struct slmbx_message *msg,
			  struct slmbx_annex *annex);

/*
 * Settles the lease that @item names, of a @delivery that may be NULL, if @uid has it,
 * as of @now. A message that is
 * removed, moved or has expired goes to @leaving, still with what held it; @ready
 * counts those that became ready. The deadline is to be set. 0, -ESTALE, -EINVAL.
 */
int slmbx_delivery_settle(struct slmbx_delivery *delivery, const struct slmbx_settle_item *item,
			  kuid_t uid, u64 now, u32 *ready, struct slmbx_exit *exit,
			  struct list_head *leaving);

/*
 * Does what was due at @now, @max of it at most; what leaves goes to @leaving. Says
 * how many messages became ready. Whether more is due says the deadline.
 */
u32 slmbx_delivery_run(struct slmbx_delivery *delivery, u64 now, u32 max, struct slmbx_exit *exit,
		       struct list_head *leaving);

/* A message that was to move, and can't, stays: ready, where it stood. */
void slmbx_delivery_keep(struct slmbx_delivery *delivery, struct slmbx_message *msg);

/* Lowers @room to what fits within the limits. */
void slmbx_delivery_room(const struct slmbx_delivery *delivery, struct slmbx_room *room);

/* Takes out up to @max delayed messages, to @out; says how many. */
u32 slmbx_delivery_take_delayed(struct slmbx_delivery *delivery, u32 max, struct list_head *out);

/* Frees all messages it holds. Of a mailbox that is gone, so without the lock; may sleep. */
void slmbx_delivery_drop(struct slmbx_delivery *delivery);

#endif /* SLMBX_DELIVERY_H */
