/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBX_MESSAGE_H
#define SLMBX_MESSAGE_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct slmbx_account;

/**
 * struct slmbx_message - one message, header and bytes in one allocation
 * @link: in its mailbox
 * @account: who is charged for it: its sender
 * @len: bytes of @data
 * @data: the bytes; whoever allocated it fills them, then they never change.
 *	Aligned, for a copy to be of whole words
 */
struct slmbx_message {
	struct list_head link;
	struct slmbx_account *account;
	u32 len;
	u8 data[] __aligned(8);
};

/* ERR_PTR: -EDQUOT, -ENOMEM. The bytes are not initialised. May sleep. */
struct slmbx_message *slmbx_message_alloc(kuid_t sender, u32 len);
void slmbx_message_free(struct slmbx_message *msg);

#endif /* SLMBX_MESSAGE_H */
