/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBX_MESSAGE_H
#define SLMBX_MESSAGE_H

#include <linux/compiler.h>
#include <linux/mm.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct slmbx_account;

/**
 * struct slmbx_message - one message
 * @link: in its mailbox
 * @account: who is charged for it: its sender
 * @len: its length in bytes
 * @cost: memory it takes, which is charged
 * @near: its bytes, or where they are: see slmbx_message_data(). Aligned, for a
 *	copy to be of whole words
 */
struct slmbx_message {
	struct list_head link;
	struct slmbx_account *account;
	u32 len;
	u32 cost;
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
static inline u8 *slmbx_message_data(struct slmbx_message *msg)
{
	return slmbx_message_is_far(msg->len) ? *(u8 **)msg->near : msg->near;
}

/* Memory that a message of @len bytes takes, as far as the allocator says. */
s64 slmbx_message_cost(u32 len);

/*
 * Charges @sender. @likely is an account that lives, perhaps the sender's, or NULL.
 * ERR_PTR: -EDQUOT, -ENOMEM. The bytes are not initialised. May sleep.
 */
struct slmbx_message *slmbx_message_alloc(kuid_t sender, struct slmbx_account *likely, u32 len);
void slmbx_message_free(struct slmbx_message *msg);

#endif /* SLMBX_MESSAGE_H */
