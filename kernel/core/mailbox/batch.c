// SPDX-License-Identifier: GPL-2.0
/* Many messages in one call: sendv and recvv. */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/slmbx.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "arguments.h"
#include "calls.h"
#include "deadlines.h"
#include "mailbox.h"
#include "memory.h"
#include "message.h"
#include "redelivery.h"
#include "system.h"

static void free_unsent(struct list_head *messages)
{
	struct slmbx_message *msg;

	list_for_each_entry(msg, messages, link)
		if (msg->held)
			slmbx_annex_free(msg->held);
	slmbx_messages_free(messages);
}

/* An annex of @msg for the moment @after nanoseconds from @now. */
static struct slmbx_annex *moment(struct slmbx_mailbox *mailbox, struct slmbx_message *msg,
				  enum slmbx_annex_kind kind, u64 now, u64 after)
{
	struct slmbx_annex *annex = slmbx_annex_alloc(current_fsuid(), &mailbox->account, kind);

	if (IS_ERR(annex))
		return annex;
	annex->msg = msg;
	annex->time = slmbx_time_after(now, after);
	return annex;
}

static int add_moments(struct slmbx_mailbox *mailbox, struct slmbx_message *msg,
		       const struct slmbx_sendv_msg *desc, u64 now)
{
	struct slmbx_annex *annex;

	if (desc->ttl) {
		annex = moment(mailbox, msg, SLMBX_ANNEX_TTL, now, desc->ttl);
		if (IS_ERR(annex))
			return PTR_ERR(annex);
		msg->annex = annex;
	}
	if (desc->delay) {
		annex = moment(mailbox, msg, SLMBX_ANNEX_DELAY, now, desc->delay);
		if (IS_ERR(annex))
			return PTR_ERR(annex);
		msg->held = annex;
	}
	return 0;
}

/* Messages for all of @descs, without their bytes. -EDQUOT, -ENOMEM. */
static int allocate(struct slmbx_mailbox *mailbox, const struct slmbx_sendv_msg *descs, u32 count,
		    struct list_head *messages)
{
	u64 now = ktime_get_ns();
	struct slmbx_message *msg;
	int err;
	u32 i;

	for (i = 0; i < count; i++) {
		msg = slmbx_message_alloc(current_fsuid(), &mailbox->account, descs[i].len);
		if (IS_ERR(msg))
			return PTR_ERR(msg);
		list_add_tail(&msg->link, messages);
		err = add_moments(mailbox, msg, &descs[i], now);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

static int fill(const struct slmbx_sendv_msg *descs, struct list_head *messages)
{
	struct slmbx_message *msg;

	list_for_each_entry(msg, messages, link) {
		if (msg->len &&
		    copy_from_user(slmbx_message_data(msg), u64_to_user_ptr(descs->data), msg->len))
			return -EFAULT;
		descs++;
	}
	return 0;
}

static int prepare(struct slmbx_mailbox *mailbox, const struct slmbx_sendv_msg *descs, u32 count,
		   u64 bytes, bool timed, struct list_head *messages)
{
	int err = slmbx_mailbox_check_room(mailbox, count, bytes);

	if (!err)
		err = allocate(mailbox, descs, count, messages);
	if (!err && timed)
		err = slmbx_mailbox_need_delivery(mailbox);
	return err ?: fill(descs, messages);
}

static long send_all(struct slmbx_mailbox *mailbox, const struct slmbx_sendv_msg *descs, u32 count)
{
	LIST_HEAD(messages);
	bool timed = false;
	u64 bytes = 0;
	int err;
	u32 i;

	for (i = 0; i < count; i++) {
		bytes += descs[i].len;
		timed |= descs[i].delay || descs[i].ttl;
	}
	slmbx_redeliver(mailbox);
	err = prepare(mailbox, descs, count, bytes, timed, &messages);
	if (!err)
		err = slmbx_mailbox_push(mailbox, &messages, count, bytes);
	if (err)
		free_unsent(&messages);
	return err ?: (long)count;
}

static long send_descs(u32 id, const struct slmbx_sendv_msg *descs, u32 count)
{
	struct slmbx_mailbox *mailbox;
	long ret;
	u32 i;

	for (i = 0; i < count; i++)
		if (descs[i].flags)
			return -EINVAL;
	mailbox = slmbx_system_get(id, current_fsuid());
	if (IS_ERR(mailbox))
		return PTR_ERR(mailbox);
	ret = send_all(mailbox, descs, count);
	slmbx_mailbox_put(mailbox);
	return ret;
}

long slmbx_do_sendv(const struct slmbx_sendv __user *args, size_t size)
{
	struct slmbx_sendv_msg *descs;
	struct slmbx_sendv sendv;
	long ret;

	ret = slmbx_get_arguments(&sendv, sizeof(sendv), args, size, SLMBX_SENDV_SIZE_V0);
	if (ret)
		return ret;
	if (sendv.flags || sendv.pad || !slmbx_is_batch(sendv.count))
		return -EINVAL;
	descs = kvmalloc_array(sendv.count, sizeof(*descs), SLMBX_GFP);
	if (!descs)
		return -ENOMEM;
	if (copy_from_user(descs, u64_to_user_ptr(sendv.messages), sendv.count * sizeof(*descs)))
		ret = -EFAULT;
	else
		ret = send_descs(sendv.id, descs, sendv.count);
	kvfree(descs);
	return ret;
}

/**
 * struct receive - a recvv under way
 * @args: as the caller gave them
 * @mailbox: where from
 * @batch: what is being received
 * @leases: room for as many, with SLMBX_RECVV_LEASE
 * @needed: what the first message takes
 */
struct receive {
	struct slmbx_recvv args;
	struct slmbx_mailbox *mailbox;
	struct slmbx_batch batch;
	struct slmbx_annex **leases;
	u64 needed;
};

static void free_leases(struct receive *receive, u32 count)
{
	while (count--)
		slmbx_annex_free(receive->leases[count]);
}

static int alloc_leases(struct receive *receive)
{
	struct slmbx_annex *lease;
	u32 i;

	for (i = 0; i < receive->batch.count; i++) {
		lease = slmbx_annex_alloc(current_fsuid(), &receive->mailbox->account,
					  SLMBX_ANNEX_LEASE);
		if (IS_ERR(lease)) {
			free_leases(receive, i);
			return PTR_ERR(lease);
		}
		lease->holder = current_fsuid();
		lease->token = get_random_u64();
		receive->leases[i] = lease;
	}
	return 0;
}

static struct slmbx_recvv_msg describe(const struct receive *receive, u32 i, u64 offset, u64 now)
{
	const struct slmbx_message *msg = receive->batch.messages[i];
	struct slmbx_recvv_msg desc = {
		.offset = offset,
		.seq = msg->seq,
		.age = now - msg->sent,
		.len = msg->len,
		.deliveries = msg->deliveries,
	};

	if (receive->args.flags & SLMBX_RECVV_LEASE) {
		desc.token = receive->leases[i]->token;
		desc.deliveries = min_t(u32, msg->deliveries + 1, SLMBX_MAX_DELIVERIES);
	}
	if (msg->annex && msg->annex->kind == SLMBX_ANNEX_DEAD) {
		desc.flags = SLMBX_RECVV_DEAD;
		desc.from = msg->annex->from;
		desc.from_deliveries = msg->annex->deliveries;
		desc.moved = now - msg->annex->time;
	}
	return desc;
}

static int copy_out(const struct receive *receive)
{
	u64 now = ktime_get_ns(), offset = 0;
	struct slmbx_recvv_msg desc;
	struct slmbx_message *msg;
	u32 i;

	for (i = 0; i < receive->batch.count; i++) {
		msg = receive->batch.messages[i];
		desc = describe(receive, i, offset, now);
		if (copy_to_user(slmbx_user_at(receive->args.messages, i * sizeof(desc)), &desc,
				 sizeof(desc)) ||
		    (msg->len && copy_to_user(slmbx_user_at(receive->args.buf, offset),
					      slmbx_message_data(msg), msg->len)))
			return -EFAULT;
		offset += msg->len;
	}
	return 0;
}

static int finish_lease(struct receive *receive)
{
	u64 time = slmbx_time_after(ktime_get_ns(), receive->args.lease);
	int err;
	u32 i;

	for (i = 0; i < receive->batch.count; i++)
		receive->leases[i]->time = time;
	err = slmbx_mailbox_read_lease(receive->mailbox, &receive->batch, receive->leases);
	if (err)
		free_leases(receive, receive->batch.count);
	return err;
}

static int finish_removal(struct receive *receive)
{
	int err = slmbx_mailbox_read_end(receive->mailbox, &receive->batch);
	u32 i;

	for (i = 0; !err && i < receive->batch.count; i++)
		slmbx_message_free(receive->batch.messages[i]);
	return err;
}

/* With what is being read: 0 or an error, and nothing is being read any more. */
static int deliver(struct receive *receive)
{
	bool lease = receive->args.flags & SLMBX_RECVV_LEASE;
	int err = lease ? alloc_leases(receive) : 0;

	if (err) {
		slmbx_mailbox_read_abort(receive->mailbox, &receive->batch);
		return err;
	}
	err = copy_out(receive);
	if (err || receive->args.flags & SLMBX_RECVV_PEEK) {
		slmbx_mailbox_read_abort(receive->mailbox, &receive->batch);
		if (lease)
			free_leases(receive, receive->batch.count);
		return err;
	}
	return lease ? finish_lease(receive) : finish_removal(receive);
}

/* Begins to read, once there is something. 0, -ESRCH at the deadline, or an error. */
static int begin(struct receive *receive)
{
	bool last = !receive->args.deadline;
	int err;

	for (;;) {
		slmbx_redeliver(receive->mailbox);
		err = slmbx_mailbox_read_begin(receive->mailbox, &receive->batch,
					       receive->args.size, &receive->needed);
		if (err != -ESRCH || last)
			return err;
		err = slmbx_mailbox_wait(receive->mailbox, receive->args.deadline);
		if (err && err != -ETIME)
			return err;
		/* What was due by then may not have been seen to yet. */
		last = err;
	}
}

static long receive_some(struct receive *receive, struct slmbx_recvv __user *args)
{
	int err;

	err = begin(receive);
	if (err == -ESRCH)
		return 0;
	if (!err)
		err = deliver(receive);
	else
		/* It may have been woken for a message that it doesn't take. */
		slmbx_mailbox_wake(receive->mailbox, 1);
	if (err == -EMSGSIZE && put_user(receive->needed, &args->needed))
		return -EFAULT;
	return err ?: (long)receive->batch.count;
}

static long receive_from(struct slmbx_mailbox *mailbox, struct receive *receive,
			 struct slmbx_recvv __user *args)
{
	u32 max = receive->args.count;
	bool lease = receive->args.flags & SLMBX_RECVV_LEASE;
	/* One allocation for both. */
	void **room = kvmalloc_array(lease ? 2 * max : max, sizeof(*room), SLMBX_GFP);
	long ret = room ? 0 : -ENOMEM;

	if (!ret && (lease || receive->args.deadline))
		ret = slmbx_mailbox_need_delivery(mailbox);
	if (!ret) {
		receive->mailbox = mailbox;
		receive->batch.messages = (struct slmbx_message **)room;
		receive->batch.max = max;
		receive->leases = (struct slmbx_annex **)room + max;
		ret = receive_some(receive, args);
	}
	kvfree(room);
	return ret;
}

static bool is_valid(const struct slmbx_recvv *args)
{
	bool lease = args->flags & SLMBX_RECVV_LEASE;

	if (args->flags & ~(SLMBX_RECVV_PEEK | SLMBX_RECVV_LEASE) || args->pad)
		return false;
	if (lease && args->flags & SLMBX_RECVV_PEEK)
		return false;
	return slmbx_is_batch(args->count) && lease == !!args->lease;
}

long slmbx_do_recvv(struct slmbx_recvv __user *args, size_t size)
{
	struct slmbx_mailbox *mailbox;
	struct receive receive;
	long ret;

	ret = slmbx_get_arguments(&receive.args, sizeof(receive.args), args, size,
				  SLMBX_RECVV_SIZE_V0);
	if (ret)
		return ret;
	if (!is_valid(&receive.args))
		return -EINVAL;
	mailbox = slmbx_system_get(receive.args.id, current_fsuid());
	if (IS_ERR(mailbox))
		return PTR_ERR(mailbox);
	ret = receive_from(mailbox, &receive, args);
	slmbx_mailbox_put(mailbox);
	return ret;
}
