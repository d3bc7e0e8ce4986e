/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBX_MAILBOX_H
#define SLMBX_MAILBOX_H

#include <asm/barrier.h>
#include <linux/compiler.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/uidgid.h>

#include "message.h"

struct slmbx_account;
struct slmbx_delivery;
struct slmbx_room;
struct slmbx_setattr;
struct slmbx_stat;

/**
 * struct slmbx_batch - messages that a receiver copies out
 * @messages: them, head first; room for @max
 * @max: how many it wants at most
 * @count: how many there are
 */
struct slmbx_batch {
	struct slmbx_message **messages;
	u32 max;
	u32 count;
};

/**
 * struct slmbx_mailbox - a first-in, first-out queue of messages
 * @id: its key in the skip list; immutable
 * @owner: whose it is; changed under system_lock and @lock
 * @ref: one for the skip list, one for each call that uses it
 * @lock: guards @gone, @messages, @reading, @count, @bytes, @sent and @delivery
 * @gone: 0, or the error that answers calls: it was destroyed or shut down
 * @protected: only the owner may use it; changed under system_lock and @lock
 * @messages: the queue, head first
 * @rcu: frees it, once nobody uses the queue any more
 * @reading: what a receiver copies out, all of it at the head, or NULL
 * @count: messages ready: in the queue, and in @delivery->returned
 * @bytes: sum of their lengths
 * @sent: messages that ever became ready
 * @turn: held by the receiver that copies messages out
 * @account: who is charged for it: its owner; changed under system_lock and @lock
 * @delivery: NULL until more than the eight calls is asked of it
 *
 * Lifetime
 *   Lookups find a mailbox under RCU and take a reference unless there is none
 *   left. Taking it out of the skip list and saying it is @gone are two steps; a
 *   call that found it before and acts after is answered with @gone. It is freed
 *   a grace period after its last reference.
 *
 * Order of locks: @turn, then @lock. @lock is never held over anything that
 * sleeps, nor over user memory. @turn is held over the copy to user memory:
 *
 *     receiver A            receiver B             destroy
 *     turn, reading = m1
 *     copy m1 out           waits for the turn     gone = -ENOENT, frees all but m1
 *     fault: m1 stays,      turn, reading = m1     A ends: sees gone, frees m1
 *     or m1 leaves          turn, reading = m2
 *
 *   So a receive whose copy faults has changed nothing at any moment, and no
 *   message is ever passed over by a later one. Who stalls its own copy (a page
 *   that takes long to come) stalls only receivers of that mailbox, and neither
 *   its senders nor destroy and shutdown.
 */
struct slmbx_mailbox {
	u32 id;
	kuid_t owner;
	struct kref ref;
	spinlock_t lock;
	s16 gone;
	bool protected;
	union {
		struct list_head messages;
		struct rcu_head rcu;
	};
	struct slmbx_batch *reading;
	u64 count;
	u64 bytes;
	u64 sent;
	struct mutex turn;
	struct slmbx_account *account;
	struct slmbx_delivery *delivery;
};

/* Memory that a mailbox takes, which its owner is charged. */
s64 slmbx_mailbox_cost(void);

/* ERR_PTR: -EDQUOT, -ENOMEM. One reference, the caller's. */
struct slmbx_mailbox *slmbx_mailbox_alloc(u32 id, kuid_t owner, bool protected);

/* Charges its owner no more, and frees it. For slmbx_mailbox_put(). */
void slmbx_mailbox_release(struct kref *ref);

static inline bool __must_check slmbx_mailbox_get(struct slmbx_mailbox *mailbox)
{
	return kref_get_unless_zero(&mailbox->ref);
}

static inline void slmbx_mailbox_put(struct slmbx_mailbox *mailbox)
{
	kref_put(&mailbox->ref, slmbx_mailbox_release);
}

static inline bool slmbx_mailbox_may_use(const struct slmbx_mailbox *mailbox, kuid_t uid)
{
	/* With the protection comes the owner it is for. */
	if (!smp_load_acquire(&mailbox->protected))
		return true;
	/* With an owner comes the end of the protection that ended before. */
	if (smp_load_acquire(&mailbox->owner.val) == __kuid_val(uid))
		return true;
	return !READ_ONCE(mailbox->protected);
}

/*
 * Ends the mailbox: calls that found it are answered with @why, and its
 * messages are freed, but for those that a receiver copies and will free.
 */
void slmbx_mailbox_kill(struct slmbx_mailbox *mailbox, int why);

/* Its delivery, without the lock; NULL without one. */
static inline struct slmbx_delivery *slmbx_mailbox_delivery(struct slmbx_mailbox *mailbox)
{
	/* Pairs with the release of slmbx_mailbox_need_delivery(). */
	return smp_load_acquire(&mailbox->delivery);
}

/* Its owner, as it is now. */
static inline kuid_t slmbx_mailbox_owner(const struct slmbx_mailbox *mailbox)
{
	return (kuid_t){ READ_ONCE(mailbox->owner.val) };
}

/*
 * Sets what attr->mask says, of the owner that it is @owner, who then is charged. Under
 * system_lock; it needs a delivery. -EDQUOT, -ENOMEM. May sleep.
 */
int __must_check slmbx_mailbox_set(struct slmbx_mailbox *mailbox, const struct slmbx_setattr *attr,
				   kuid_t owner);
/* Id of its dead-letter mailbox, 0 for none. */
u32 slmbx_mailbox_dead_letter(struct slmbx_mailbox *mailbox);

/* What follows answers @gone of a mailbox that is, but where it says otherwise. */

/*
 * Gives it a @delivery, if it has none. -ENOMEM. May sleep. It stays as long as the
 * mailbox, so that who knows of it needs no lock to find it.
 */
int __must_check slmbx_mailbox_need_delivery(struct slmbx_mailbox *mailbox);

/* What it can take now. */
int __must_check slmbx_mailbox_room(struct slmbx_mailbox *mailbox, struct slmbx_room *room);

/* Whether @messages of @bytes more fit within its limits now: 0, -EDQUOT. */
int __must_check slmbx_mailbox_check_room(struct slmbx_mailbox *mailbox, u64 messages, u64 bytes);

/*
 * Appends the @count messages of the list, or on failure none: -EDQUOT. They are the
 * mailbox's from then on. Those with an annex of SLMBX_ANNEX_DELAY in hand are delayed; any annex
 * needs a delivery.
 */
int __must_check slmbx_mailbox_push(struct slmbx_mailbox *mailbox, struct list_head *messages,
				    u32 count, u64 bytes);

static inline int __must_check slmbx_mailbox_push_one(struct slmbx_mailbox *mailbox,
						      struct slmbx_message *msg)
{
	LIST_HEAD(one);

	list_add(&msg->link, &one);
	return slmbx_mailbox_push(mailbox, &one, 1, msg->len);
}

/*
 * A receive: begin, copy out, then end (the messages are the caller's), lease or abort
 * (they stay at the head). The batch is of as many as lie in @room bytes; @needed says
 * what the first takes. -ESRCH if no message is ready, -EMSGSIZE if the first has no
 * room; -EINTR only to a task that is being killed. May sleep.
 */
int __must_check slmbx_mailbox_read_begin(struct slmbx_mailbox *mailbox, struct slmbx_batch *batch,
					  u64 room, u64 *needed);
int __must_check slmbx_mailbox_read_end(struct slmbx_mailbox *mailbox, struct slmbx_batch *batch);
/* Leases each by the annex of the same place, which is the message's then; not on failure. */
int __must_check slmbx_mailbox_read_lease(struct slmbx_mailbox *mailbox, struct slmbx_batch *batch,
					  struct slmbx_annex **leases);
/* Wakes somebody else, who may have more luck. Answers nothing. */
void slmbx_mailbox_read_abort(struct slmbx_mailbox *mailbox, struct slmbx_batch *batch);

/*
 * Waits until a message may be ready. 0, -ETIME at @deadline, -ERESTARTSYS; -ETIME and
 * -ERESTARTSYS only if there was none when it gave up. It needs a delivery.
 */
int __must_check slmbx_mailbox_wait(struct slmbx_mailbox *mailbox, u64 deadline);

/* Messages ready. */
long slmbx_mailbox_count(struct slmbx_mailbox *mailbox);
/* Length of the head message; -ESRCH without one. */
long slmbx_mailbox_length(struct slmbx_mailbox *mailbox);
/* Fills @st but for the owner, which is @owner, to be said in the caller's terms. */
int __must_check slmbx_mailbox_stat(struct slmbx_mailbox *mailbox, struct slmbx_stat *st,
				    kuid_t *owner);
/* Drops what is ready or delayed; says how many messages. */
long slmbx_mailbox_purge(struct slmbx_mailbox *mailbox);

/* Under @lock: a message that is nowhere becomes the last; one that is ready leaves. */
void slmbx_mailbox_append(struct slmbx_mailbox *mailbox, struct slmbx_message *msg);
void slmbx_mailbox_unlink(struct slmbx_mailbox *mailbox, struct slmbx_message *msg);

/* Without @lock: @ready messages became ready, and as many waiters are woken. */
void slmbx_mailbox_wake(struct slmbx_mailbox *mailbox, u32 ready);

#endif /* SLMBX_MAILBOX_H */
