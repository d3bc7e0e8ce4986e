// SPDX-License-Identifier: GPL-2.0
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "memory.h"
#include "message.h"
#include "quota.h"

/*
 * A length is the caller's to choose, so it is the send that fails for lack of memory:
 * without a warning, and nobody is killed for it.
 */
#define MESSAGE_GFP (SLMBX_GFP | __GFP_NOWARN)

static size_t header_size(u32 len)
{
	struct slmbx_message *msg;

	return struct_size(msg, near, slmbx_message_is_far(len) ? sizeof(u8 *) : len);
}

/* What can't be contiguous is of single pages. */
static s64 far_cost(u32 len)
{
	return len > KMALLOC_MAX_SIZE ? PAGE_ALIGN((s64)len) : (s64)kmalloc_size_roundup(len);
}

s64 slmbx_message_cost(u32 len)
{
	return kmalloc_size_roundup(header_size(len)) +
	       (slmbx_message_is_far(len) ? far_cost(len) : 0);
}

s64 slmbx_annex_cost(void)
{
	return kmalloc_size_roundup(sizeof(struct slmbx_annex));
}

static struct slmbx_message *alloc_far(u32 len)
{
	struct slmbx_message *msg = kmalloc(header_size(len), MESSAGE_GFP);
	u8 *data;

	if (!msg)
		return NULL;
	data = kvmalloc(len, MESSAGE_GFP);
	if (!data) {
		kfree(msg);
		return NULL;
	}
	*(u8 **)msg->near = data;
	return msg;
}

static struct slmbx_message *alloc(u32 len, s64 cost)
{
	struct slmbx_message *msg;

	/* kvmalloc() warns of a size over INT_MAX. */
	if (cost > INT_MAX)
		return NULL;
	msg = slmbx_message_is_far(len) ? alloc_far(len) : kmalloc(header_size(len), MESSAGE_GFP);
	if (!msg)
		return NULL;
	msg->held = NULL;
	msg->annex = NULL;
	msg->seq = 0;
	msg->sent = ktime_get_coarse_ns();
	msg->len = len;
	msg->deliveries = 0;
	msg->flags = 0;
	return msg;
}

struct slmbx_message *slmbx_message_alloc(kuid_t sender, struct slmbx_account *const *likely,
					  u32 len)
{
	s64 cost = slmbx_message_cost(len);
	struct slmbx_account *account;
	struct slmbx_message *msg;

	account = slmbx_quota_charge(sender, likely, cost, 0);
	if (IS_ERR(account))
		return ERR_CAST(account);
	msg = alloc(len, cost);
	if (!msg) {
		slmbx_quota_uncharge(account, cost, 0);
		return ERR_PTR(-ENOMEM);
	}
	msg->account = account;
	return msg;
}

void slmbx_message_free(struct slmbx_message *msg)
{
	if (msg->annex)
		slmbx_annex_free(msg->annex);
	slmbx_quota_uncharge(msg->account, slmbx_message_cost(msg->len), 0);
	if (slmbx_message_is_far(msg->len))
		kvfree(slmbx_message_data(msg));
	kfree(msg);
}

void slmbx_messages_free(struct list_head *messages)
{
	struct slmbx_message *msg, *next;

	list_for_each_entry_safe(msg, next, messages, link) {
		slmbx_message_free(msg);
		cond_resched();
	}
	INIT_LIST_HEAD(messages);
}

struct slmbx_annex *slmbx_annex_alloc(kuid_t uid, struct slmbx_account *const *likely,
				      enum slmbx_annex_kind kind)
{
	struct slmbx_account *account;
	struct slmbx_annex *annex;

	account = slmbx_quota_charge(uid, likely, slmbx_annex_cost(), 0);
	if (IS_ERR(account))
		return ERR_CAST(account);
	annex = kzalloc(sizeof(*annex), SLMBX_GFP);
	if (!annex) {
		slmbx_quota_uncharge(account, slmbx_annex_cost(), 0);
		return ERR_PTR(-ENOMEM);
	}
	annex->account = account;
	annex->kind = kind;
	return annex;
}

void slmbx_annex_free(struct slmbx_annex *annex)
{
	slmbx_quota_uncharge(annex->account, slmbx_annex_cost(), 0);
	kfree(annex);
}

void slmbx_annex_move(struct slmbx_annex *annex, struct slmbx_account *account)
{
	slmbx_quota_charge_more(account, slmbx_annex_cost());
	slmbx_quota_uncharge(annex->account, slmbx_annex_cost(), 0);
	annex->account = account;
}
