// SPDX-License-Identifier: GPL-2.0
/*
 * Messages that are not in the queue: delayed, leased, and ready again. What changes
 * here is under the mailbox's lock, so nothing sleeps and nothing is allocated.
 */
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/slmbx.h>

#include "delivery.h"
#include "mailbox.h"
#include "memory.h"
#include "message.h"

s64 slmbx_delivery_cost(void)
{
	return kmalloc_size_roundup(sizeof(struct slmbx_delivery));
}

struct slmbx_delivery *slmbx_delivery_alloc(struct slmbx_mailbox *mailbox)
{
	struct slmbx_delivery *delivery;

	delivery = kzalloc(sizeof(*delivery), SLMBX_GFP);
	if (!delivery)
		return NULL;
	delivery->mailbox = mailbox;
	init_waitqueue_head(&delivery->wait);
	delivery->returned = RB_ROOT_CACHED;
	delivery->leases = RB_ROOT;
	INIT_LIST_HEAD(&delivery->delays);
	delivery->timers = RB_ROOT_CACHED;
	delivery->next = SLMBX_NEVER;
	slmbx_deadline_init(&delivery->deadline);
	return delivery;
}

static struct slmbx_message *returned_of(const struct rb_node *node)
{
	return rb_entry(node, struct slmbx_message, node);
}

static struct slmbx_annex *timer_of(const struct rb_node *node)
{
	return rb_entry(node, struct slmbx_annex, by_time);
}

static struct slmbx_annex *lease_of(const struct rb_node *node)
{
	return rb_entry(node, struct slmbx_annex, by_seq);
}

static bool returned_before(struct rb_node *a, const struct rb_node *b)
{
	return returned_of(a)->seq < returned_of(b)->seq;
}

static bool comes_before(struct rb_node *a, const struct rb_node *b)
{
	return timer_of(a)->time < timer_of(b)->time;
}

static bool leased_before(struct rb_node *a, const struct rb_node *b)
{
	return lease_of(a)->msg->seq < lease_of(b)->msg->seq;
}

static int compare_lease(const void *key, const struct rb_node *node)
{
	u64 seq = *(const u64 *)key;
	u64 other = lease_of(node)->msg->seq;

	return seq < other ? -1 : seq > other;
}

struct slmbx_message *slmbx_delivery_first(struct slmbx_delivery *delivery)
{
	struct rb_node *node = rb_first_cached(&delivery->returned);

	return node ? returned_of(node) : NULL;
}

struct slmbx_message *slmbx_delivery_next(struct slmbx_message *msg)
{
	struct rb_node *node = rb_next(&msg->node);

	return node ? returned_of(node) : NULL;
}

void slmbx_delivery_unreturn(struct slmbx_delivery *delivery, struct slmbx_message *msg)
{
	rb_erase_cached(&msg->node, &delivery->returned);
	msg->flags &= ~SLMBX_MESSAGE_RETURNED;
	msg->held = NULL;
}

void slmbx_delivery_set_deadline(struct slmbx_delivery *delivery)
{
	struct rb_node *first = rb_first_cached(&delivery->timers);

	WRITE_ONCE(delivery->next, first ? timer_of(first)->time : SLMBX_NEVER);
	if (delivery->next < READ_ONCE(delivery->deadline.time))
		slmbx_deadline_set(&delivery->deadline, delivery->next);
}

static void insert_timer(struct slmbx_delivery *delivery, struct slmbx_annex *annex)
{
	rb_add_cached(&annex->by_time, &delivery->timers, comes_before);
}

static void erase_timer(struct slmbx_delivery *delivery, struct slmbx_annex *annex)
{
	rb_erase_cached(&annex->by_time, &delivery->timers);
}

static bool has_ttl(const struct slmbx_message *msg)
{
	return msg->annex && msg->annex->kind == SLMBX_ANNEX_TTL;
}

void slmbx_delivery_pause_ttl(struct slmbx_delivery *delivery, struct slmbx_message *msg)
{
	if (has_ttl(msg))
		erase_timer(delivery, msg->annex);
}

void slmbx_delivery_resume_ttl(struct slmbx_delivery *delivery, struct slmbx_message *msg)
{
	if (has_ttl(msg))
		insert_timer(delivery, msg->annex);
}

void slmbx_delivery_delay(struct slmbx_delivery *delivery, struct slmbx_message *msg)
{
	msg->held->msg = msg;
	insert_timer(delivery, msg->held);
	list_add_tail(&msg->held->delays, &delivery->delays);
	delivery->delayed++;
	delivery->held_bytes += msg->len;
}

/* The delay of @msg is over, or it is taken away. */
static void end_delay(struct slmbx_delivery *delivery, struct slmbx_message *msg)
{
	list_del(&msg->held->delays);
	delivery->delayed--;
	delivery->held_bytes -= msg->len;
}

void slmbx_delivery_lease(struct slmbx_delivery *delivery, struct slmbx_message *msg,
			  struct slmbx_annex *annex)
{
	annex->msg = msg;
	msg->held = annex;
	if (msg->deliveries < SLMBX_MAX_DELIVERIES)
		msg->deliveries++;
	insert_timer(delivery, annex);
	rb_add(&annex->by_seq, &delivery->leases, leased_before);
	delivery->leased++;
	delivery->held_bytes += msg->len;
}

static void end_lease(struct slmbx_delivery *delivery, struct slmbx_message *msg)
{
	rb_erase(&msg->held->by_seq, &delivery->leases);
	delivery->leased--;
	delivery->held_bytes -= msg->len;
}

static void insert_returned(struct slmbx_delivery *delivery, struct slmbx_message *msg)
{
	msg->flags |= SLMBX_MESSAGE_RETURNED;
	rb_add_cached(&msg->node, &delivery->returned, returned_before);
	delivery->mailbox->count++;
	delivery->mailbox->bytes += msg->len;
}

static void leave(struct slmbx_message *msg, u16 how, struct list_head *leaving)
{
	msg->flags |= how;
	list_add_tail(&msg->link, leaving);
}

/* Whether @msg goes to the dead-letter mailbox, which then has less room. */
static bool will_move(struct slmbx_delivery *delivery, struct slmbx_exit *exit,
		      const struct slmbx_message *msg)
{
	if (!exit->to || exit->to != delivery->dead_letter || !exit->room.messages ||
	    msg->len > exit->room.bytes)
		return false;
	exit->room.messages--;
	exit->room.bytes -= msg->len;
	delivery->dead++;
	return true;
}

static bool is_over(const struct slmbx_message *msg, u64 now)
{
	return has_ttl(msg) && msg->annex->time <= now;
}

/*
 * The time to live of @msg is over. Says how it leaves: -1 if it stays, as a message
 * without one.
 */
static int expire_as(struct slmbx_delivery *delivery, struct slmbx_message *msg,
		     struct slmbx_exit *exit)
{
	delivery->expired++;
	if (!delivery->dead_letter)
		return SLMBX_MESSAGE_EXPIRED;
	if (will_move(delivery, exit, msg))
		return SLMBX_MESSAGE_EXPIRED | SLMBX_MESSAGE_MOVING;
	slmbx_annex_free(msg->annex);
	msg->annex = NULL;
	return -1;
}

/*
 * @msg, which was leased and is in no tree, comes back, unless its time is over or it
 * was delivered too often. Says whether it is ready.
 */
static bool come_back(struct slmbx_delivery *delivery, struct slmbx_message *msg, u64 now,
		      struct slmbx_exit *exit, struct list_head *leaving)
{
	/* Its place in the tree is where @held is. */
	struct slmbx_annex *held = msg->held;
	int how = -1;

	if (is_over(msg, now))
		how = expire_as(delivery, msg, exit);
	else if (delivery->max_deliveries && msg->deliveries >= delivery->max_deliveries &&
		 will_move(delivery, exit, msg))
		how = SLMBX_MESSAGE_MOVING;
	if (how >= 0) {
		leave(msg, how, leaving);
		return false;
	}
	insert_returned(delivery, msg);
	slmbx_delivery_resume_ttl(delivery, msg);
	slmbx_annex_free(held);
	return true;
}

/* Into the queue, where its number says. Others may have come before it only if they are older. */
static void insert_queued(struct slmbx_mailbox *mailbox, struct slmbx_message *msg)
{
	struct slmbx_message *other;
	struct list_head *before = &mailbox->messages;

	list_for_each_entry(other, &mailbox->messages, link) {
		if (other->seq > msg->seq) {
			before = &other->link;
			break;
		}
	}
	list_add_tail(&msg->link, before);
	mailbox->count++;
	mailbox->bytes += msg->len;
}

void slmbx_delivery_keep(struct slmbx_delivery *delivery, struct slmbx_message *msg)
{
	delivery->dead--;
	if (!msg->seq)
		slmbx_mailbox_append(delivery->mailbox, msg);
	else if (msg->deliveries)
		insert_returned(delivery, msg);
	else
		insert_queued(delivery->mailbox, msg);
	slmbx_delivery_resume_ttl(delivery, msg);
	slmbx_delivery_set_deadline(delivery);
}

/* The time to live of @msg, which is ready or delayed, is over. */
static void expire(struct slmbx_delivery *delivery, struct slmbx_message *msg,
		   struct slmbx_exit *exit, struct list_head *leaving)
{
	int how = expire_as(delivery, msg, exit);

	if (how < 0)
		return;
	if (!(msg->flags & SLMBX_MESSAGE_RETURNED) && msg->held) {
		erase_timer(delivery, msg->held);
		end_delay(delivery, msg);
	} else {
		slmbx_mailbox_unlink(delivery->mailbox, msg);
	}
	leave(msg, how, leaving);
}

static bool end_of_delay(struct slmbx_delivery *delivery, struct slmbx_message *msg, u64 now,
			 struct slmbx_exit *exit, struct list_head *leaving)
{
	end_delay(delivery, msg);
	if (msg->seq) {
		slmbx_delivery_pause_ttl(delivery, msg);
		return come_back(delivery, msg, now, exit, leaving);
	}
	slmbx_annex_free(msg->held);
	msg->held = NULL;
	slmbx_mailbox_append(delivery->mailbox, msg);
	return true;
}

/* Says whether a message became ready. */
static bool run_timer(struct slmbx_delivery *delivery, struct slmbx_annex *annex, u64 now,
		      struct slmbx_exit *exit, struct list_head *leaving)
{
	erase_timer(delivery, annex);
	switch (annex->kind) {
	case SLMBX_ANNEX_LEASE:
		end_lease(delivery, annex->msg);
		return come_back(delivery, annex->msg, now, exit, leaving);
	case SLMBX_ANNEX_DELAY:
		return end_of_delay(delivery, annex->msg, now, exit, leaving);
	default:
		expire(delivery, annex->msg, exit, leaving);
		return false;
	}
}

u32 slmbx_delivery_run(struct slmbx_delivery *delivery, u64 now, u32 max, struct slmbx_exit *exit,
		       struct list_head *leaving)
{
	struct rb_node *node;
	u32 ready = 0;

	while (max-- && (node = rb_first_cached(&delivery->timers)) && timer_of(node)->time <= now)
		ready += run_timer(delivery, timer_of(node), now, exit, leaving);
	slmbx_delivery_set_deadline(delivery);
	return ready;
}

/* The lease of @msg becomes a delay until @time, unless the message expires. */
static void release_later(struct slmbx_delivery *delivery, struct slmbx_message *msg, u64 now,
			  u64 time, struct slmbx_exit *exit, struct list_head *leaving)
{
	int how = is_over(msg, now) ? expire_as(delivery, msg, exit) : -1;

	if (how >= 0) {
		leave(msg, how, leaving);
		return;
	}
	/* Who had the lease has nothing of it any more. */
	slmbx_annex_move(msg->held, msg->account);
	msg->held->kind = SLMBX_ANNEX_DELAY;
	msg->held->time = time;
	slmbx_delivery_delay(delivery, msg);
	slmbx_delivery_resume_ttl(delivery, msg);
}

static struct slmbx_annex *find_lease(struct slmbx_delivery *delivery, u64 seq, u64 token,
				      kuid_t uid)
{
	struct rb_node *node = rb_find(&seq, &delivery->leases, compare_lease);
	struct slmbx_annex *lease = node ? lease_of(node) : NULL;

	return lease && lease->token == token && uid_eq(lease->holder, uid) ? lease : NULL;
}

static bool is_valid(const struct slmbx_settle_item *item)
{
	switch (item->action) {
	case SLMBX_SETTLE_ACK:
		return !item->time;
	case SLMBX_SETTLE_RELEASE:
		return true;
	case SLMBX_SETTLE_EXTEND:
		return item->time;
	default:
		return false;
	}
}

int slmbx_delivery_settle(struct slmbx_delivery *delivery, const struct slmbx_settle_item *item,
			  kuid_t uid, u64 now, u32 *ready, struct slmbx_exit *exit,
			  struct list_head *leaving)
{
	struct slmbx_annex *lease;
	struct slmbx_message *msg;

	if (!is_valid(item))
		return -EINVAL;
	lease = delivery ? find_lease(delivery, item->seq, item->token, uid) : NULL;
	if (!lease)
		return -ESTALE;
	msg = lease->msg;
	erase_timer(delivery, lease);
	if (item->action == SLMBX_SETTLE_EXTEND) {
		lease->time = slmbx_time_after(now, item->time);
		insert_timer(delivery, lease);
		return 0;
	}
	end_lease(delivery, msg);
	if (item->action == SLMBX_SETTLE_ACK)
		leave(msg, 0, leaving);
	else if (item->time)
		release_later(delivery, msg, now, slmbx_time_after(now, item->time), exit, leaving);
	else
		*ready += come_back(delivery, msg, now, exit, leaving);
	return 0;
}

void slmbx_delivery_room(const struct slmbx_delivery *delivery, struct slmbx_room *room)
{
	const struct slmbx_mailbox *mailbox = delivery->mailbox;
	u64 held = mailbox->count + delivery->leased + delivery->delayed;
	u64 held_bytes = mailbox->bytes + delivery->held_bytes;

	if (delivery->max_messages)
		room->messages = delivery->max_messages - min(held, delivery->max_messages);
	if (delivery->max_bytes)
		room->bytes = delivery->max_bytes - min(held_bytes, delivery->max_bytes);
}

u32 slmbx_delivery_take_delayed(struct slmbx_delivery *delivery, u32 max, struct list_head *out)
{
	struct slmbx_message *msg;
	struct slmbx_annex *annex;
	u32 taken = 0;

	while (taken < max && !list_empty(&delivery->delays)) {
		annex = list_first_entry(&delivery->delays, struct slmbx_annex, delays);
		msg = annex->msg;
		erase_timer(delivery, annex);
		slmbx_delivery_pause_ttl(delivery, msg);
		end_delay(delivery, msg);
		slmbx_annex_free(annex);
		list_add_tail(&msg->link, out);
		taken++;
	}
	return taken;
}

static void free_held(struct slmbx_annex *annex)
{
	slmbx_message_free(annex->msg);
	slmbx_annex_free(annex);
	cond_resched();
}

static void free_returned(struct slmbx_delivery *delivery)
{
	struct slmbx_message *msg;

	while ((msg = slmbx_delivery_first(delivery))) {
		slmbx_delivery_unreturn(delivery, msg);
		slmbx_message_free(msg);
		cond_resched();
	}
}

void slmbx_delivery_drop(struct slmbx_delivery *delivery)
{
	struct slmbx_annex *annex, *next;
	struct rb_node *node;

	free_returned(delivery);
	while ((node = rb_first(&delivery->leases))) {
		rb_erase(node, &delivery->leases);
		free_held(lease_of(node));
	}
	list_for_each_entry_safe(annex, next, &delivery->delays, delays)
		free_held(annex);
}
