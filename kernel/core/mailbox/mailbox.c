// SPDX-License-Identifier: GPL-2.0
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/slmbx.h>
#include <linux/timekeeping.h>
#include <linux/wait.h>

#include "delivery.h"
#include "mailbox.h"
#include "memory.h"
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
	mailbox = kzalloc(sizeof(*mailbox), SLMBX_GFP);
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

static s64 total_cost(const struct slmbx_mailbox *mailbox)
{
	return slmbx_mailbox_cost() + (mailbox->delivery ? slmbx_delivery_cost() : 0);
}

void slmbx_mailbox_release(struct kref *ref)
{
	struct slmbx_mailbox *mailbox = container_of(ref, struct slmbx_mailbox, ref);

	slmbx_quota_uncharge(mailbox->account, total_cost(mailbox), 1);
	kfree(mailbox->delivery);
	mutex_destroy(&mailbox->turn);
	call_rcu(&mailbox->rcu, mailbox_free_rcu);
}

int slmbx_mailbox_need_delivery(struct slmbx_mailbox *mailbox)
{
	struct slmbx_delivery *fresh;
	int err;

	if (slmbx_mailbox_delivery(mailbox))
		return 0;
	fresh = slmbx_delivery_alloc(mailbox);
	if (!fresh)
		return -ENOMEM;
	spin_lock(&mailbox->lock);
	err = mailbox->gone;
	if (!err && !mailbox->delivery) {
		/* Little, and not the owner's doing: no limit stands against it. */
		slmbx_quota_charge_more(mailbox->account, slmbx_delivery_cost());
		/* Pairs with slmbx_mailbox_delivery(): who finds it finds it set up. */
		smp_store_release(&mailbox->delivery, fresh);
		fresh = NULL;
	}
	spin_unlock(&mailbox->lock);
	kfree(fresh);
	return err;
}

static void set_limits(struct slmbx_delivery *delivery, const struct slmbx_setattr *attr)
{
	if (attr->mask & SLMBX_ATTR_MAX_MESSAGES)
		delivery->max_messages = attr->max_messages;
	if (attr->mask & SLMBX_ATTR_MAX_BYTES)
		delivery->max_bytes = attr->max_bytes;
	if (attr->mask & SLMBX_ATTR_MAX_DELIVERIES)
		delivery->max_deliveries = attr->max_deliveries;
	if (attr->mask & SLMBX_ATTR_DEAD_LETTER)
		delivery->dead_letter = attr->dead_letter;
}

/*
 * slmbx_mailbox_may_use() looks at both without the lock: protection ends before the
 * owner changes, and begins after.
 */
static void set_access(struct slmbx_mailbox *mailbox, const struct slmbx_setattr *attr,
		       kuid_t owner)
{
	if (attr->mask & SLMBX_ATTR_PROTECTED && !attr->protect)
		WRITE_ONCE(mailbox->protected, false);
	if (attr->mask & SLMBX_ATTR_OWNER)
		/* Who sees it sees that protection ended. */
		smp_store_release(&mailbox->owner.val, __kuid_val(owner));
	if (attr->mask & SLMBX_ATTR_PROTECTED && attr->protect)
		/* Who sees it sees the owner. */
		smp_store_release(&mailbox->protected, true);
}

/* The other is charged from now on. Says who was, and how much. */
static struct slmbx_account *change_account(struct slmbx_mailbox *mailbox,
					    struct slmbx_account *account, s64 *cost)
{
	struct slmbx_account *before = mailbox->account;

	*cost = total_cost(mailbox);
	slmbx_quota_charge_more(account, *cost - slmbx_mailbox_cost());
	/* Pairs with slmbx_quota_charge(), which looks at it without the lock. */
	smp_store_release(&mailbox->account, account);
	return before;
}

int slmbx_mailbox_set(struct slmbx_mailbox *mailbox, const struct slmbx_setattr *attr, kuid_t owner)
{
	struct slmbx_account *account = NULL, *before = NULL;
	s64 cost;

	if (attr->mask & SLMBX_ATTR_OWNER && !uid_eq(owner, mailbox->owner)) {
		account = slmbx_quota_charge(owner, NULL, slmbx_mailbox_cost(), 1);
		if (IS_ERR(account))
			return PTR_ERR(account);
	}
	spin_lock(&mailbox->lock);
	set_limits(mailbox->delivery, attr);
	set_access(mailbox, attr, owner);
	if (account)
		before = change_account(mailbox, account, &cost);
	spin_unlock(&mailbox->lock);
	if (before) {
		/* Senders may be about to look at the account before. */
		synchronize_rcu();
		slmbx_quota_uncharge(before, cost, 1);
	}
	return 0;
}

u32 slmbx_mailbox_dead_letter(struct slmbx_mailbox *mailbox)
{
	u32 id;

	spin_lock(&mailbox->lock);
	id = mailbox->delivery ? mailbox->delivery->dead_letter : 0;
	spin_unlock(&mailbox->lock);
	return id;
}

void slmbx_mailbox_wake(struct slmbx_mailbox *mailbox, u32 ready)
{
	struct slmbx_delivery *delivery = slmbx_mailbox_delivery(mailbox);

	/*
	 * Who waits was in the queue before it looked for messages under the lock, and
	 * those woken for were made ready under it: one of both sees the other.
	 */
	if (delivery && ready && waitqueue_active(&delivery->wait))
		wake_up_interruptible_nr(&delivery->wait, ready);
}

void slmbx_mailbox_append(struct slmbx_mailbox *mailbox, struct slmbx_message *msg)
{
	msg->held = NULL;
	msg->seq = ++mailbox->sent;
	list_add_tail(&msg->link, &mailbox->messages);
	mailbox->count++;
	mailbox->bytes += msg->len;
}

static void take_out(struct slmbx_mailbox *mailbox, struct slmbx_message *msg)
{
	if (msg->flags & SLMBX_MESSAGE_RETURNED)
		slmbx_delivery_unreturn(mailbox->delivery, msg);
	else
		list_del(&msg->link);
}

void slmbx_mailbox_unlink(struct slmbx_mailbox *mailbox, struct slmbx_message *msg)
{
	take_out(mailbox, msg);
	mailbox->count--;
	mailbox->bytes -= msg->len;
}

/* Takes what is being read out; its receiver has it then. */
static void unlink_reading(struct slmbx_mailbox *mailbox)
{
	struct slmbx_batch *reading = mailbox->reading;
	u32 i;

	for (i = 0; reading && i < reading->count; i++)
		take_out(mailbox, reading->messages[i]);
}

void slmbx_mailbox_kill(struct slmbx_mailbox *mailbox, int why)
{
	struct slmbx_delivery *delivery;

	spin_lock(&mailbox->lock);
	mailbox->gone = why;
	unlink_reading(mailbox);
	delivery = mailbox->delivery;
	if (delivery)
		slmbx_deadline_set(&delivery->deadline, SLMBX_NEVER);
	spin_unlock(&mailbox->lock);

	/* Now that it is gone nobody else looks at what it has. */
	slmbx_messages_free(&mailbox->messages);
	if (!delivery)
		return;
	slmbx_delivery_drop(delivery);
	wake_up_interruptible_all(&delivery->wait);
}

static struct slmbx_room room_of(const struct slmbx_mailbox *mailbox)
{
	struct slmbx_room room = { .messages = U64_MAX, .bytes = U64_MAX };

	if (mailbox->delivery)
		slmbx_delivery_room(mailbox->delivery, &room);
	return room;
}

static bool has_room(const struct slmbx_mailbox *mailbox, u64 messages, u64 bytes)
{
	struct slmbx_room room;

	if (!mailbox->delivery)
		return true;
	room = room_of(mailbox);
	return messages <= room.messages && bytes <= room.bytes;
}

int slmbx_mailbox_room(struct slmbx_mailbox *mailbox, struct slmbx_room *room)
{
	int err;

	spin_lock(&mailbox->lock);
	err = mailbox->gone;
	*room = room_of(mailbox);
	spin_unlock(&mailbox->lock);
	return err;
}

int slmbx_mailbox_check_room(struct slmbx_mailbox *mailbox, u64 messages, u64 bytes)
{
	int err;

	if (!slmbx_mailbox_delivery(mailbox))
		return 0;
	spin_lock(&mailbox->lock);
	err = mailbox->gone ?: has_room(mailbox, messages, bytes) ? 0 : -EDQUOT;
	spin_unlock(&mailbox->lock);
	return err;
}

/* Says how many of the messages are ready. */
static u32 append_all(struct slmbx_mailbox *mailbox, struct list_head *messages)
{
	struct slmbx_delivery *delivery = mailbox->delivery;
	struct slmbx_message *msg, *next;
	u32 ready = 0;

	list_for_each_entry_safe(msg, next, messages, link) {
		list_del(&msg->link);
		if (msg->annex)
			slmbx_delivery_resume_ttl(delivery, msg);
		if (msg->held) {
			slmbx_delivery_delay(delivery, msg);
		} else {
			slmbx_mailbox_append(mailbox, msg);
			ready++;
		}
	}
	INIT_LIST_HEAD(messages);
	if (delivery)
		slmbx_delivery_set_deadline(delivery);
	return ready;
}

int slmbx_mailbox_push(struct slmbx_mailbox *mailbox, struct list_head *messages, u32 count,
		       u64 bytes)
{
	u32 ready = 0;
	int err;

	spin_lock(&mailbox->lock);
	err = mailbox->gone ?: has_room(mailbox, count, bytes) ? 0 : -EDQUOT;
	if (!err)
		ready = append_all(mailbox, messages);
	spin_unlock(&mailbox->lock);
	slmbx_mailbox_wake(mailbox, ready);
	return err;
}

static struct slmbx_message *queue_head(struct slmbx_mailbox *mailbox)
{
	return list_first_entry_or_null(&mailbox->messages, struct slmbx_message, link);
}

static struct slmbx_message *head_of(struct slmbx_mailbox *mailbox)
{
	struct slmbx_message *msg;

	lockdep_assert_held(&mailbox->lock);
	msg = mailbox->delivery ? slmbx_delivery_first(mailbox->delivery) : NULL;
	return msg ?: queue_head(mailbox);
}

/* The message behind @msg, NULL after the last. */
static struct slmbx_message *behind(struct slmbx_mailbox *mailbox, struct slmbx_message *msg)
{
	if (msg->flags & SLMBX_MESSAGE_RETURNED)
		return slmbx_delivery_next(msg) ?: queue_head(mailbox);
	return list_is_last(&msg->link, &mailbox->messages) ? NULL : list_next_entry(msg, link);
}

/* Fills the batch. -ESRCH, -EMSGSIZE. */
static int pick(struct slmbx_mailbox *mailbox, struct slmbx_batch *batch, u64 room, u64 *needed)
{
	struct slmbx_message *msg = head_of(mailbox);

	batch->count = 0;
	if (!msg)
		return -ESRCH;
	*needed = msg->len;
	for (; msg && batch->count < batch->max && msg->len <= room; msg = behind(mailbox, msg)) {
		if (msg->annex)
			slmbx_delivery_pause_ttl(mailbox->delivery, msg);
		batch->messages[batch->count++] = msg;
		room -= msg->len;
	}
	return batch->count ? 0 : -EMSGSIZE;
}

int slmbx_mailbox_read_begin(struct slmbx_mailbox *mailbox, struct slmbx_batch *batch, u64 room,
			     u64 *needed)
{
	int err = mutex_lock_killable(&mailbox->turn);

	if (err)
		return err;
	spin_lock(&mailbox->lock);
	err = mailbox->gone ?: pick(mailbox, batch, room, needed);
	if (!err)
		mailbox->reading = batch;
	spin_unlock(&mailbox->lock);
	if (err)
		mutex_unlock(&mailbox->turn);
	return err;
}

static void free_batch(struct slmbx_batch *batch)
{
	u32 i;

	for (i = 0; i < batch->count; i++)
		slmbx_message_free(batch->messages[i]);
}

int slmbx_mailbox_read_end(struct slmbx_mailbox *mailbox, struct slmbx_batch *batch)
{
	int err;
	u32 i;

	spin_lock(&mailbox->lock);
	mailbox->reading = NULL;
	err = mailbox->gone;
	for (i = 0; !err && i < batch->count; i++)
		slmbx_mailbox_unlink(mailbox, batch->messages[i]);
	spin_unlock(&mailbox->lock);
	mutex_unlock(&mailbox->turn);
	if (err)
		free_batch(batch);
	return err;
}

int slmbx_mailbox_read_lease(struct slmbx_mailbox *mailbox, struct slmbx_batch *batch,
			     struct slmbx_annex **leases)
{
	int err;
	u32 i;

	spin_lock(&mailbox->lock);
	mailbox->reading = NULL;
	err = mailbox->gone;
	for (i = 0; !err && i < batch->count; i++) {
		slmbx_mailbox_unlink(mailbox, batch->messages[i]);
		slmbx_delivery_lease(mailbox->delivery, batch->messages[i], leases[i]);
	}
	if (!err)
		slmbx_delivery_set_deadline(mailbox->delivery);
	spin_unlock(&mailbox->lock);
	mutex_unlock(&mailbox->turn);
	if (err)
		free_batch(batch);
	return err;
}

void slmbx_mailbox_read_abort(struct slmbx_mailbox *mailbox, struct slmbx_batch *batch)
{
	bool orphans;
	u32 i;

	spin_lock(&mailbox->lock);
	mailbox->reading = NULL;
	orphans = mailbox->gone;
	for (i = 0; !orphans && i < batch->count; i++)
		if (batch->messages[i]->annex)
			slmbx_delivery_resume_ttl(mailbox->delivery, batch->messages[i]);
	if (!orphans && mailbox->delivery)
		slmbx_delivery_set_deadline(mailbox->delivery);
	spin_unlock(&mailbox->lock);
	mutex_unlock(&mailbox->turn);
	if (orphans)
		free_batch(batch);
	else
		slmbx_mailbox_wake(mailbox, 1);
}

static bool may_be_ready(struct slmbx_mailbox *mailbox)
{
	bool ready;

	spin_lock(&mailbox->lock);
	ready = mailbox->gone || mailbox->count;
	spin_unlock(&mailbox->lock);
	return ready;
}

static int sleep_until(u64 deadline)
{
	ktime_t until = ns_to_ktime(min_t(u64, deadline, KTIME_MAX));

	return schedule_hrtimeout(deadline == SLMBX_FOREVER ? NULL : &until, HRTIMER_MODE_ABS) ?
		       0 :
		       -ETIME;
}

int slmbx_mailbox_wait(struct slmbx_mailbox *mailbox, u64 deadline)
{
	struct slmbx_delivery *delivery = slmbx_mailbox_delivery(mailbox);
	int err = deadline <= ktime_get_ns() ? -ETIME : 0;
	struct wait_queue_entry entry;

	init_wait_entry(&entry, WQ_FLAG_EXCLUSIVE);
	for (;;) {
		int interrupted =
			prepare_to_wait_event(&delivery->wait, &entry, TASK_INTERRUPTIBLE);

		if (may_be_ready(mailbox)) {
			err = 0;
			break;
		}
		/* A deadline that has passed wins over a signal. */
		if (!err && interrupted)
			err = interrupted;
		if (err)
			break;
		err = sleep_until(deadline);
	}
	finish_wait(&delivery->wait, &entry);
	/* It may have been woken for a message after it had looked for the last time. */
	if (err && may_be_ready(mailbox))
		err = 0;
	return err;
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
	length = mailbox->gone;
	if (!length) {
		msg = head_of(mailbox);
		length = msg ? (long)msg->len : -ESRCH;
	}
	spin_unlock(&mailbox->lock);
	return length;
}

static void stat_delivery(const struct slmbx_delivery *delivery, struct slmbx_stat *st)
{
	st->dead_letter = delivery->dead_letter;
	st->leased = delivery->leased;
	st->delayed = delivery->delayed;
	st->expired = delivery->expired;
	st->dead = delivery->dead;
	st->max_messages = delivery->max_messages;
	st->max_bytes = delivery->max_bytes;
	st->max_deliveries = delivery->max_deliveries;
}

static void stat_head(const struct slmbx_message *msg, struct slmbx_stat *st)
{
	st->flags |= SLMBX_STAT_HEAD;
	st->head_length = msg->len;
	st->oldest = ktime_get_coarse_ns() - msg->sent;
}

int slmbx_mailbox_stat(struct slmbx_mailbox *mailbox, struct slmbx_stat *st, kuid_t *owner)
{
	struct slmbx_message *msg;
	int err;

	*st = (struct slmbx_stat){};
	spin_lock(&mailbox->lock);
	err = mailbox->gone;
	if (!err) {
		*owner = mailbox->owner;
		st->flags = mailbox->protected ? SLMBX_STAT_PROTECTED : 0;
		st->count = mailbox->count;
		st->bytes = mailbox->bytes;
		st->sent = mailbox->sent;
		msg = head_of(mailbox);
		if (msg)
			stat_head(msg, st);
		if (mailbox->delivery)
			stat_delivery(mailbox->delivery, st);
	}
	spin_unlock(&mailbox->lock);
	return err;
}

static bool is_being_read(const struct slmbx_mailbox *mailbox, const struct slmbx_message *msg)
{
	const struct slmbx_batch *reading = mailbox->reading;
	u32 i;

	for (i = 0; reading && i < reading->count; i++)
		if (reading->messages[i] == msg)
			return true;
	return false;
}

/* Takes out up to @max ready messages that nobody reads. */
static u32 take_ready(struct slmbx_mailbox *mailbox, u32 max, struct list_head *out)
{
	struct slmbx_message *msg = head_of(mailbox), *next;
	u32 taken = 0;

	for (; msg && taken < max; msg = next) {
		next = behind(mailbox, msg);
		if (is_being_read(mailbox, msg))
			continue;
		if (msg->annex)
			slmbx_delivery_pause_ttl(mailbox->delivery, msg);
		slmbx_mailbox_unlink(mailbox, msg);
		list_add_tail(&msg->link, out);
		taken++;
	}
	return taken;
}

/* Messages dropped with the lock held once. */
#define PURGE_CHUNK 64

static u32 purge_some(struct slmbx_mailbox *mailbox)
{
	struct slmbx_delivery *delivery;
	LIST_HEAD(dropped);
	u32 taken = 0;

	spin_lock(&mailbox->lock);
	delivery = mailbox->delivery;
	if (!mailbox->gone) {
		taken = take_ready(mailbox, PURGE_CHUNK, &dropped);
		if (delivery && taken < PURGE_CHUNK)
			taken += slmbx_delivery_take_delayed(delivery, PURGE_CHUNK - taken,
							     &dropped);
		if (delivery)
			slmbx_delivery_set_deadline(delivery);
	}
	spin_unlock(&mailbox->lock);
	slmbx_messages_free(&dropped);
	return taken;
}

long slmbx_mailbox_purge(struct slmbx_mailbox *mailbox)
{
	long dropped = 0;
	u64 left;
	u32 some;
	int err;

	/* What comes meanwhile is not waited for. */
	spin_lock(&mailbox->lock);
	err = mailbox->gone;
	left = mailbox->count + (mailbox->delivery ? mailbox->delivery->delayed : 0);
	spin_unlock(&mailbox->lock);
	if (err)
		return err;
	while (left && (some = purge_some(mailbox))) {
		dropped += some;
		left -= min_t(u64, some, left);
	}
	return dropped;
}
