// SPDX-License-Identifier: GPL-2.0
/* What becomes of leases by the will of who has them. */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/slmbx.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "arguments.h"
#include "calls.h"
#include "delivery.h"
#include "mailbox.h"
#include "memory.h"
#include "redelivery.h"
#include "system.h"

/* Items settled while the lock is held once. */
#define CHUNK 64

/* The @count items get a result each. The error of the mailbox, if it is gone. */
static int settle_some(struct slmbx_mailbox *mailbox, struct slmbx_settle_item *items, u32 count)
{
	struct slmbx_delivery *delivery;
	struct slmbx_exit exit = slmbx_redelivery_exit(mailbox);
	u64 now = ktime_get_ns();
	LIST_HEAD(leaving);
	u32 i, ready = 0;
	int gone;

	spin_lock(&mailbox->lock);
	gone = mailbox->gone;
	delivery = mailbox->delivery;
	for (i = 0; !gone && i < count; i++)
		items[i].result = slmbx_delivery_settle(delivery, &items[i], current_fsuid(), now,
							&ready, &exit, &leaving);
	if (!gone && delivery)
		slmbx_delivery_set_deadline(delivery);
	spin_unlock(&mailbox->lock);
	slmbx_mailbox_wake(mailbox, ready);
	slmbx_redelivery_finish(mailbox, &leaving);
	return gone;
}

/* Once some are settled the call can't fail: a mailbox that goes takes its leases along. */
static int settle_all(struct slmbx_mailbox *mailbox, struct slmbx_settle_item *items, u32 count)
{
	u32 done = 0, some;
	int gone;

	slmbx_redeliver(mailbox);
	while (done < count) {
		some = min_t(u32, count - done, CHUNK);
		gone = settle_some(mailbox, items + done, some);
		if (gone && !done)
			return gone;
		if (gone)
			break;
		done += some;
		cond_resched();
	}
	for (; done < count; done++)
		items[done].result = -ESTALE;
	return 0;
}

static long count_settled(const struct slmbx_settle_item *items, u32 count)
{
	long settled = 0;

	while (count--)
		settled += !items++->result;
	return settled;
}

static long settle(struct slmbx_mailbox *mailbox, struct slmbx_settle_item __user *to,
		   struct slmbx_settle_item *items, u32 count)
{
	unsigned long untold;
	int err;

	/* As they are: whether they can be written shows before anything is settled. */
	if (copy_to_user(to, items, count * sizeof(*items)))
		return -EFAULT;
	err = settle_all(mailbox, items, count);
	if (err)
		return err;
	/* Who took its memory away meanwhile goes without results: what is done is done. */
	untold = copy_to_user(to, items, count * sizeof(*items));
	(void)untold;
	return count_settled(items, count);
}

static long settle_items(u32 id, struct slmbx_settle_item __user *to,
			 struct slmbx_settle_item *items, u32 count)
{
	struct slmbx_mailbox *mailbox;
	long ret;

	mailbox = slmbx_system_get(id, current_fsuid());
	if (IS_ERR(mailbox))
		return PTR_ERR(mailbox);
	ret = settle(mailbox, to, items, count);
	slmbx_mailbox_put(mailbox);
	return ret;
}

long slmbx_do_settle(const struct slmbx_settle __user *args, size_t size)
{
	struct slmbx_settle_item __user *to;
	struct slmbx_settle_item *items;
	struct slmbx_settle settle;
	long ret;

	ret = slmbx_get_arguments(&settle, sizeof(settle), args, size, SLMBX_SETTLE_SIZE_V0);
	if (ret)
		return ret;
	if (settle.flags || settle.pad || !slmbx_is_batch(settle.count))
		return -EINVAL;
	items = kvmalloc_array(settle.count, sizeof(*items), SLMBX_GFP);
	if (!items)
		return -ENOMEM;
	to = u64_to_user_ptr(settle.items);
	if (copy_from_user(items, to, settle.count * sizeof(*items)))
		ret = -EFAULT;
	else
		ret = settle_items(settle.id, to, items, settle.count);
	kvfree(items);
	return ret;
}
