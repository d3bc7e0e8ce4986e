/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBX_MAILBOX_H
#define SLMBX_MAILBOX_H

#include <linux/compiler.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct slmbx_account;
struct slmbx_message;
struct slmbx_stat;

/**
 * struct slmbx_mailbox - a first-in, first-out queue of messages
 * @id: its key in the skip list; immutable
 * @owner: who made it; immutable
 * @protected: only the owner may use it; immutable
 * @ref: one for the skip list, one for each call that uses it
 * @lock: guards @gone, @messages, @reading, @count and @bytes
 * @gone: 0, or the error that answers calls: it was destroyed or shut down
 * @messages: the queue, head first
 * @reading: the head message while a receiver copies it out, or NULL
 * @count: messages in the queue
 * @bytes: sum of their lengths
 * @turn: held by the receiver that copies the head out
 * @account: who is charged for it: its owner
 * @rcu: frees it
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
	bool protected;
	struct kref ref;
	spinlock_t lock;
	int gone;
	struct list_head messages;
	struct slmbx_message *reading;
	u64 count;
	u64 bytes;
	struct mutex turn;
	struct slmbx_account *account;
	struct rcu_head rcu;
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
	return !mailbox->protected || uid_eq(mailbox->owner, uid);
}

/*
 * Ends the mailbox: calls that found it are answered with @why, and its
 * messages are freed, but for one that a receiver copies and will free.
 */
void slmbx_mailbox_kill(struct slmbx_mailbox *mailbox, int why);

/* What follows answers @gone of a mailbox that is. */

/* Appends @msg, which is the mailbox's from then on; not on failure. */
int __must_check slmbx_mailbox_push(struct slmbx_mailbox *mailbox, struct slmbx_message *msg);

/*
 * A receive: begin, copy out, then end (the message is the caller's) or abort
 * (it stays at the head). -ESRCH on an empty mailbox; -EINTR only to a task that
 * is being killed. May sleep.
 */
int __must_check slmbx_mailbox_read_begin(struct slmbx_mailbox *mailbox,
					  struct slmbx_message **msg);
int __must_check slmbx_mailbox_read_end(struct slmbx_mailbox *mailbox, struct slmbx_message *msg);
void slmbx_mailbox_read_abort(struct slmbx_mailbox *mailbox, struct slmbx_message *msg);

/* Messages waiting. */
long slmbx_mailbox_count(struct slmbx_mailbox *mailbox);
/* Length of the head message; -ESRCH without one. */
long slmbx_mailbox_length(struct slmbx_mailbox *mailbox);
/* Fills @st but for the owner, which is said in the caller's terms. */
int __must_check slmbx_mailbox_stat(struct slmbx_mailbox *mailbox, struct slmbx_stat *st);

#endif /* SLMBX_MAILBOX_H */
