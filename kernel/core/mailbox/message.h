/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBX_MESSAGE_H
#define SLMBX_MESSAGE_H

#include <linux/compiler.h>
#include <linux/mm.h>
#include <linux/rbtree.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct slmbx_account;

/* What an annex is of. */
enum slmbx_annex_kind {
	SLMBX_ANNEX_TTL,
	SLMBX_ANNEX_DELAY,
	SLMBX_ANNEX_LEASE,
	SLMBX_ANNEX_DEAD,
};

/**
 * struct slmbx_annex - what a message has beside itself
 * @by_time: in its mailbox's timers; not of SLMBX_ANNEX_DEAD
 * @time: when the time to live, the delay or the lease ends; when it was moved
 * @msg: whose it is
 * @account: who is charged for it
 * @by_seq: of a lease: in its mailbox's leases
 * @token: of a lease: who knows it may settle
 * @holder: of a lease: and has this uid
 * @delays: of a delay: in its mailbox's delays
 * @from: of a dead letter: where it was
 * @deliveries: of a dead letter: how often it was leased there
 * @kind: what it is of
 *
 * A message may have two: what is to say of it for as long as it is there
 * (SLMBX_ANNEX_TTL or SLMBX_ANNEX_DEAD), and why it isn't ready (SLMBX_ANNEX_DELAY or
 * SLMBX_ANNEX_LEASE). They are of one size so that a lease, of which there is one
 * when a message has been delivered too often, can become the dead letter's: moving
 * it allocates nothing.
 */
struct slmbx_annex {
	struct rb_node by_time;
	u64 time;
	struct slmbx_message *msg;
	struct slmbx_account *account;
	union {
		struct {
			struct rb_node by_seq;
			u64 token;
			kuid_t holder;
		};
		struct list_head delays;
		struct {
			u32 from;
			u32 deliveries;
		};
	};
	enum slmbx_annex_kind kind;
};

/* struct slmbx_message.flags */
#define SLMBX_MESSAGE_RETURNED 0x1U /* ready again: in the tree, not in the queue */
#define SLMBX_MESSAGE_EXPIRED 0x2U /* on its way out: its time to live is over */
#define SLMBX_MESSAGE_MOVING 0x4U /* on its way out: to the dead-letter mailbox */

/**
 * struct slmbx_message - one message
 * @link: in its mailbox's queue, or in a list of who has it in hand
 * @held: while it is delayed or leased, the annex that says so
 * @node: once it was leased and is ready again, in its mailbox's returned, by @seq
 * @account: who is charged for it: its sender
 * @annex: its SLMBX_ANNEX_TTL or SLMBX_ANNEX_DEAD, or NULL
 * @seq: its number in its mailbox, 0 until it was ready
 * @sent: when
 * @len: its length in bytes
 * @deliveries: how often it was leased
 * @flags: SLMBX_MESSAGE_*
 * @near: its bytes, or where they are: see slmbx_message_data(). Aligned, for a
 *	copy to be of whole words
 */
struct slmbx_message {
	union {
		struct {
			struct list_head link;
			struct slmbx_annex *held;
		};
		struct rb_node node;
	};
	struct slmbx_account *account;
	struct slmbx_annex *annex;
	u64 seq;
	u64 sent;
	u32 len;
	u16 deliveries;
	u16 flags;
	u8 near[] __aligned(8);
};

/*
 * What doesn't fit into a page has its bytes in an allocation of their own: with the
 * header before them a power of two, as lengths often are, would take twice its size.
 */
static inline bool slmbx_message_is_far(u32 len)
{
	return len > PAGE_SIZE - sizeof(struct slmbx_message);
}

/* The bytes; whoever allocated the message fills them, then they never change. */
static inline u8 *slmbx_message_data(const struct slmbx_message *msg)
{
	return slmbx_message_is_far(msg->len) ? *(u8 **)msg->near : (u8 *)msg->near;
}

/* Memory that a message of @len bytes takes, as far as the allocator says. */
s64 slmbx_message_cost(u32 len);
s64 slmbx_annex_cost(void);

/*
 * Charges @sender. @likely is where the account of somebody stands, perhaps the
 * sender's; see slmbx_quota_charge(). ERR_PTR: -EDQUOT, -ENOMEM. The bytes are not
 * initialised. May sleep.
 */
struct slmbx_message *slmbx_message_alloc(kuid_t sender, struct slmbx_account *const *likely,
					  u32 len);
/* With its @annex. It may be in no list or tree. */
void slmbx_message_free(struct slmbx_message *msg);
/* Each of a list. May sleep. */
void slmbx_messages_free(struct list_head *messages);

/* Charges @uid. ERR_PTR: -EDQUOT, -ENOMEM. May sleep. */
struct slmbx_annex *slmbx_annex_alloc(kuid_t uid, struct slmbx_account *const *likely,
				      enum slmbx_annex_kind kind);
void slmbx_annex_free(struct slmbx_annex *annex);
/* From now on @account is charged, whatever its limit. */
void slmbx_annex_move(struct slmbx_annex *annex, struct slmbx_account *account);

#endif /* SLMBX_MESSAGE_H */
