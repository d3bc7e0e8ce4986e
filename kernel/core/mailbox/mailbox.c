// SPDX-License-Identifier: GPL-2.0
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/slmbx.h>

#include "mailbox.h"
#include "message.h"
#include "quota.h"

s64 slmbx_mailbox_cost(void)
{
	return kmalloc_size_roundup(sizeof(struct slmbx_mailbox));
}

struct slmbx_mailbox *slmbx_mailbox_alloc(u32 id, kuid_t owner, bool protected)
{
	struct slmbx_account *account;
	struct slmbx_mailbox *mailbox;

	account = slmbx_quota_charge(owner, NULL, slmbx_mailbox_cost(), 1);
	if (IS_ERR(account))
		return ERR_CAST(account);
	mailbox = kzalloc(sizeof(*mailbox), GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL);
	if (!mailbox) {
		slmbx_quota_uncharge(account, slmbx_mailbox_cost(), 1);
		return ERR_PTR(-ENOMEM);
	}
	mailbox->id = id;
	mailbox->owner = owner;
	mailbox->protected = protected;
	mailbox->account = account;
	kref_init(&mailbox->ref);
	spin_lock_init(&mailbox->lock);
	mutex_init(&mailbox->turn);
	INIT_LIST_HEAD(&mailbox->messages);
	return mailbox;
}

static void mailbox_free_rcu(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct slmbx_mailbox, rcu));
}

void slmbx_mailbox_release(struct kref *ref)
{
	struct slmbx_mailbox *mailbox = container_of(ref, struct slmbx_mailbox, ref);

	slmbx_quota_uncharge(mailbox->account, slmbx_mailbox_cost(), 1);
	mutex_destroy(&mailbox->turn);
	call_rcu(&mailbox->rcu, mailbox_free_rcu);
}

void slmbx_mailbox_kill(struct slmbx_mailbox *mailbox, int why)
{
	struct slmbx_message *msg, *next;
	LIST_HEAD(doomed);

	spin_lock(&mailbox->lock);
	mailbox->gone = why;
	mailbox->count = 0;
	mailbox->bytes = 0;
	list_splice_init(&mailbox->messages, &doomed);
	if (mailbox->reading)
		list_move(&mailbox->reading->link, &mailbox->messages);
	spin_unlock(&mailbox->lock);

	list_for_each_entry_safe(msg, next, &doomed, link) {
		slmbx_message_free(msg);
		cond_resched();
	}
}

int slmbx_mailbox_push(struct slmbx_mailbox *mailbox, struct slmbx_message *msg)
{
	int err;

	spin_lock(&mailbox->lock);
	err = mailbox->gone;
	if (!err) {
		list_add_tail(&msg->link, &mailbox->messages);
		mailbox->count++;
		mailbox->bytes += msg->len;
	}
	spin_unlock(&mailbox->lock);
	return err;
}

static struct slmbx_message *head_of(struct slmbx_mailbox *mailbox)
{
	lockdep_assert_held(&mailbox->lock);
	return list_first_entry_or_null(&mailbox->messages, struct slmbx_message, link);
}

int slmbx_mailbox_read_begin(struct slmbx_mailbox *mailbox, struct slmbx_message **msg)
{
	int err = mutex_lock_killable(&mailbox->turn);

	if (err)
		return err;
	spin_lock(&mailbox->lock);
	*msg = head_of(mailbox);
	err = mailbox->gone ?: *msg ? 0 : -ESRCH;
	if (!err)
		mailbox->reading = *msg;
	spin_unlock(&mailbox->lock);
	if (err)
		mutex_unlock(&mailbox->turn);
	return err;
}

int slmbx_mailbox_read_end(struct slmbx_mailbox *mailbox, struct slmbx_message *msg)
{
	int err;

	spin_lock(&mailbox->lock);
	mailbox->reading = NULL;
	list_del(&msg->link);
	err = mailbox->gone;
	if (!err) {
		mailbox->count--;
		mailbox->bytes -= msg->len;
	}
	spin_unlock(&mailbox->lock);
	mutex_unlock(&mailbox->turn);
	if (err)
		slmbx_message_free(msg);
	return err;
}

void slmbx_mailbox_read_abort(struct slmbx_mailbox *mailbox, struct slmbx_message *msg)
{
	bool orphan;

	spin_lock(&mailbox->lock);
	mailbox->reading = NULL;
	orphan = mailbox->gone;
	if (orphan)
		list_del(&msg->link);
	spin_unlock(&mailbox->lock);
	mutex_unlock(&mailbox->turn);
	if (orphan)
		slmbx_message_free(msg);
}

long slmbx_mailbox_count(struct slmbx_mailbox *mailbox)
{
	long count;

	spin_lock(&mailbox->lock);
	count = mailbox->gone ?: (long)mailbox->count;
	spin_unlock(&mailbox->lock);
	return count;
}

long slmbx_mailbox_length(struct slmbx_mailbox *mailbox)
{
	struct slmbx_message *msg;
	long length;

	spin_lock(&mailbox->lock);
	msg = head_of(mailbox);
	length = mailbox->gone ?: msg ? (long)msg->len : -ESRCH;
	spin_unlock(&mailbox->lock);
	return length;
}

int slmbx_mailbox_stat(struct slmbx_mailbox *mailbox, struct slmbx_stat *st)
{
	struct slmbx_message *msg;
	int err;

	spin_lock(&mailbox->lock);
	err = mailbox->gone;
	msg = head_of(mailbox);
	*st = (struct slmbx_stat){
		.count = mailbox->count,
		.bytes = mailbox->bytes,
		.flags = (mailbox->protected ? SLMBX_STAT_PROTECTED : 0) |
			 (msg ? SLMBX_STAT_HEAD : 0),
		.head_length = msg ? msg->len : 0,
	};
	spin_unlock(&mailbox->lock);
	return err;
}
