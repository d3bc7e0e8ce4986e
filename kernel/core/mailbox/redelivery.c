// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of messages without a call of theirs: they come back, expire, or move to
 * the dead-letter mailbox. No two mailboxes' locks are held at once: first it is seen
 * whether there is room there, and while a message moves it is in neither mailbox. If
 * the room is gone by then, the message goes back to where it stood.
 */
#include <linux/err.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "delivery.h"
#include "mailbox.h"
#include "message.h"
#include "redelivery.h"
#include "system.h"

/* Messages dealt with while the lock is held once. */
#define CHUNK 64

static void make_dead(struct slmbx_annex *annex, struct slmbx_mailbox *from,
		      struct slmbx_message *msg)
{
	slmbx_annex_move(annex, msg->account);
	annex->kind = SLMBX_ANNEX_DEAD;
	annex->time = ktime_get_ns();
	annex->from = from->id;
	annex->deliveries = msg->deliveries;
}

static int push_dead(struct slmbx_mailbox *mailbox, struct slmbx_message *msg)
{
	u32 id = slmbx_mailbox_dead_letter(mailbox);
	struct slmbx_mailbox *target = slmbx_system_get(id, slmbx_mailbox_owner(mailbox));
	int err;

	if (IS_ERR(target))
		return PTR_ERR(target);
	err = slmbx_mailbox_push_one(target, msg);
	slmbx_mailbox_put(target);
	return err;
}

/* The message stays after all; it is freed if the mailbox went meanwhile. */
static void keep(struct slmbx_mailbox *mailbox, struct slmbx_message *msg)
{
	int gone;

	spin_lock(&mailbox->lock);
	gone = mailbox->gone;
	if (!gone)
		slmbx_delivery_keep(mailbox->delivery, msg);
	spin_unlock(&mailbox->lock);
	if (gone)
		slmbx_message_free(msg);
	else
		slmbx_mailbox_wake(mailbox, 1);
}

/*
 * One of its two annexes becomes what says where the message is from. The other goes,
 * unless the message stays and its time to live isn't over, or it was a dead letter.
 */
static void move(struct slmbx_mailbox *mailbox, struct slmbx_message *msg, bool expired)
{
	struct slmbx_annex *annex = msg->held ?: msg->annex;
	struct slmbx_annex *other = msg->held ? msg->annex : NULL;
	u16 deliveries = msg->deliveries;

	make_dead(annex, mailbox, msg);
	msg->held = NULL;
	msg->annex = annex;
	msg->deliveries = 0;
	if (push_dead(mailbox, msg)) {
		msg->deliveries = deliveries;
		msg->annex = expired ? NULL : other;
		if (!expired)
			other = NULL;
		slmbx_annex_free(annex);
		keep(mailbox, msg);
	}
	if (other)
		slmbx_annex_free(other);
}

static void drop(struct slmbx_message *msg)
{
	if (msg->held)
		slmbx_annex_free(msg->held);
	slmbx_message_free(msg);
}

void slmbx_redelivery_finish(struct slmbx_mailbox *mailbox, struct list_head *leaving)
{
	struct slmbx_message *msg, *next;
	u16 how;

	list_for_each_entry_safe(msg, next, leaving, link) {
		list_del(&msg->link);
		how = msg->flags;
		msg->flags = 0;
		if (how & SLMBX_MESSAGE_MOVING)
			move(mailbox, msg, how & SLMBX_MESSAGE_EXPIRED);
		else
			drop(msg);
		cond_resched();
	}
}

struct slmbx_exit slmbx_redelivery_exit(struct slmbx_mailbox *mailbox)
{
	struct slmbx_exit exit = { .to = slmbx_mailbox_dead_letter(mailbox) };
	struct slmbx_mailbox *target;

	if (!exit.to)
		return exit;
	target = slmbx_system_get(exit.to, slmbx_mailbox_owner(mailbox));
	if (IS_ERR(target)) {
		exit.to = 0;
		return exit;
	}
	if (slmbx_mailbox_room(target, &exit.room))
		exit.to = 0;
	slmbx_mailbox_put(target);
	return exit;
}

/* Says whether more may be due. */
static bool run_some(struct slmbx_mailbox *mailbox, u64 now)
{
	struct slmbx_delivery *delivery = mailbox->delivery;
	struct slmbx_exit exit = slmbx_redelivery_exit(mailbox);
	LIST_HEAD(leaving);
	bool more = false;
	u32 ready = 0;

	spin_lock(&mailbox->lock);
	if (!mailbox->gone) {
		ready = slmbx_delivery_run(delivery, now, CHUNK, &exit, &leaving);
		more = delivery->next <= now;
	}
	spin_unlock(&mailbox->lock);
	slmbx_mailbox_wake(mailbox, ready);
	slmbx_redelivery_finish(mailbox, &leaving);
	return more;
}

void slmbx_redeliver_and_set(struct slmbx_mailbox *mailbox)
{
	u64 now = ktime_get_ns();

	while (run_some(mailbox, now))
		cond_resched();
}

void slmbx_redeliver(struct slmbx_mailbox *mailbox)
{
	struct slmbx_delivery *delivery = slmbx_mailbox_delivery(mailbox);
	u64 next = delivery ? READ_ONCE(delivery->next) : SLMBX_NEVER;

	if (next != SLMBX_NEVER && next <= ktime_get_ns())
		slmbx_redeliver_and_set(mailbox);
}
