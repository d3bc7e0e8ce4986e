// SPDX-License-Identifier: GPL-2.0
/* Which mailboxes there are, and what is set of one: list and setattr. */
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/slmbx.h>
#include <linux/uaccess.h>

#include "arguments.h"
#include "calls.h"
#include "mailbox.h"
#include "memory.h"
#include "system.h"

/* Ids copied out at once. */
#define CHUNK 256

/* Up to @max ids above *@after, which then is the last looked at. -ENODEV. */
static int collect(u32 *after, u32 *ids, int max)
{
	struct slmbx_mailbox *mailbox;
	int n = 0;

	while (n < max) {
		/* None has SLMBX_ID_INVALID, but whether there is a system is said all the same. */
		mailbox = slmbx_system_next(max(*after, *after + 1));
		if (IS_ERR_OR_NULL(mailbox))
			return n ?: PTR_ERR_OR_ZERO(mailbox);
		*after = mailbox->id;
		if (slmbx_mailbox_may_use(mailbox, current_fsuid()))
			ids[n++] = mailbox->id;
		slmbx_mailbox_put(mailbox);
		cond_resched();
	}
	return n;
}

static long list(const struct slmbx_list *args, u32 *chunk)
{
	u32 after = args->after;
	int done = 0, wanted, n;

	do {
		wanted = min_t(int, args->count - done, CHUNK);
		n = collect(&after, chunk, wanted);
		if (n < 0)
			return done ?: n;
		if (n && copy_to_user(slmbx_user_at(args->ids, done * sizeof(*chunk)), chunk,
				      n * sizeof(*chunk)))
			return -EFAULT;
		done += n;
	} while (n == wanted && done < (int)args->count);
	return done;
}

long slmbx_do_list(const struct slmbx_list __user *args, size_t size)
{
	struct slmbx_list arguments;
	u32 *chunk;
	long ret;

	ret = slmbx_get_arguments(&arguments, sizeof(arguments), args, size, SLMBX_LIST_SIZE_V0);
	if (ret)
		return ret;
	if (arguments.flags || arguments.pad || !arguments.count ||
	    arguments.count > SLMBX_LIST_MAX)
		return -EINVAL;
	chunk = kmalloc_array(CHUNK, sizeof(*chunk), SLMBX_GFP);
	if (!chunk)
		return -ENOMEM;
	ret = list(&arguments, chunk);
	kfree(chunk);
	return ret;
}

/* What isn't asked for must be 0: a caller that forgot a bit finds out. */
static bool is_valid(const struct slmbx_setattr *args)
{
	u32 unset = ~args->mask;

	return !(args->mask & ~SLMBX_ATTR_ALL) &&
	       !(unset & SLMBX_ATTR_MAX_MESSAGES && args->max_messages) &&
	       !(unset & SLMBX_ATTR_MAX_BYTES && args->max_bytes) &&
	       !(unset & SLMBX_ATTR_MAX_DELIVERIES && args->max_deliveries) &&
	       !(unset & SLMBX_ATTR_DEAD_LETTER && args->dead_letter) &&
	       !(unset & SLMBX_ATTR_OWNER && args->owner) &&
	       !(unset & SLMBX_ATTR_PROTECTED && args->protect) &&
	       args->max_deliveries <= SLMBX_MAX_DELIVERIES &&
	       args->dead_letter != SLMBX_ID_INVALID;
}

long slmbx_do_setattr(const struct slmbx_setattr __user *args, size_t size)
{
	struct slmbx_setattr attr;
	kuid_t owner;
	int err;

	err = slmbx_get_arguments(&attr, sizeof(attr), args, size, SLMBX_SETATTR_SIZE_V0);
	if (err)
		return err;
	owner = make_kuid(current_user_ns(), attr.owner);
	if (!is_valid(&attr) || (attr.mask & SLMBX_ATTR_OWNER && !uid_valid(owner)))
		return -EINVAL;
	return slmbx_system_set(&attr, owner, current_fsuid());
}
