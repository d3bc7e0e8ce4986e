// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "message.h"
#include "quota.h"

static size_t message_bytes(u32 len)
{
	struct slmbx_message *msg;

	return struct_size(msg, data, len);
}

struct slmbx_message *slmbx_message_alloc(kuid_t sender, u32 len)
{
	struct slmbx_account *account;
	struct slmbx_message *msg;

	account = slmbx_quota_charge(sender, message_bytes(len), 0);
	if (IS_ERR(account))
		return ERR_CAST(account);
	/*
	 * kvmalloc() warns of a size over INT_MAX. The length is the caller's to choose,
	 * so it is the send that fails for lack of memory, and nobody is killed for it.
	 */
	msg = message_bytes(len) > INT_MAX ?
		      NULL :
		      kvmalloc(message_bytes(len),
			       GFP_KERNEL_ACCOUNT | __GFP_NOWARN | __GFP_RETRY_MAYFAIL);
	if (!msg) {
		slmbx_quota_uncharge(account, message_bytes(len), 0);
		return ERR_PTR(-ENOMEM);
	}
	msg->account = account;
	msg->len = len;
	return msg;
}

void slmbx_message_free(struct slmbx_message *msg)
{
	slmbx_quota_uncharge(msg->account, message_bytes(msg->len), 0);
	kvfree(msg);
}
