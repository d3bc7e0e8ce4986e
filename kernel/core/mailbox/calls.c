// SPDX-License-Identifier: GPL-2.0
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/slmbx.h>
#include <linux/uaccess.h>

#include "calls.h"
#include "mailbox.h"
#include "message.h"
#include "redelivery.h"
#include "system.h"

kuid_t slmbx_second_admin = KUIDT_INIT(-1);

static bool may_administer(void)
{
	return uid_eq(current_fsuid(), GLOBAL_ROOT_UID) ||
	       (uid_valid(slmbx_second_admin) && uid_eq(current_fsuid(), slmbx_second_admin));
}

long slmbx_do_init(u32 ptrs, u32 prob)
{
	return may_administer() ? slmbx_system_init(ptrs, prob) : -EPERM;
}

long slmbx_do_shutdown(void)
{
	return may_administer() ? slmbx_system_shutdown() : -EPERM;
}

long slmbx_do_create(u32 id, int protected)
{
	return slmbx_system_create(id, current_fsuid(), protected);
}

long slmbx_do_destroy(u32 id)
{
	return slmbx_system_destroy(id, current_fsuid());
}

/* The mailbox @id, as it is now: nothing that is over is in it. */
static struct slmbx_mailbox *get_up_to_date(u32 id)
{
	struct slmbx_mailbox *mailbox = slmbx_system_get(id, current_fsuid());

	if (!IS_ERR(mailbox))
		slmbx_redeliver(mailbox);
	return mailbox;
}

long slmbx_do_count(u32 id)
{
	struct slmbx_mailbox *mailbox = get_up_to_date(id);
	long ret;

	if (IS_ERR(mailbox))
		return PTR_ERR(mailbox);
	ret = slmbx_mailbox_count(mailbox);
	slmbx_mailbox_put(mailbox);
	return ret;
}

static long send_to(struct slmbx_mailbox *mailbox, const u8 __user *buf, u32 len)
{
	struct slmbx_message *msg;
	long ret;

	ret = slmbx_mailbox_check_room(mailbox, 1, len);
	if (ret)
		return ret;
	msg = slmbx_message_alloc(current_fsuid(), &mailbox->account, len);
	if (IS_ERR(msg))
		return PTR_ERR(msg);
	ret = len && copy_from_user(slmbx_message_data(msg), buf, len) ?
		      -EFAULT :
		      slmbx_mailbox_push_one(mailbox, msg);
	if (ret)
		slmbx_message_free(msg);
	return ret;
}

long slmbx_do_send(u32 id, const u8 __user *buf, u32 len)
{
	struct slmbx_mailbox *mailbox = get_up_to_date(id);
	long ret;

	if (IS_ERR(mailbox))
		return PTR_ERR(mailbox);
	ret = send_to(mailbox, buf, len);
	slmbx_mailbox_put(mailbox);
	return ret;
}

static long recv_from(struct slmbx_mailbox *mailbox, u8 __user *buf, u32 len)
{
	struct slmbx_message *msg;
	struct slmbx_batch one = { .messages = &msg, .max = 1 };
	u64 length;
	long ret;

	ret = slmbx_mailbox_read_begin(mailbox, &one, U64_MAX, &length);
	if (ret)
		return ret;
	len = min(len, msg->len);
	if (len && copy_to_user(buf, slmbx_message_data(msg), len)) {
		slmbx_mailbox_read_abort(mailbox, &one);
		return -EFAULT;
	}
	ret = slmbx_mailbox_read_end(mailbox, &one);
	if (ret)
		return ret;
	slmbx_message_free(msg);
	return len;
}

long slmbx_do_recv(u32 id, u8 __user *buf, u32 len)
{
	struct slmbx_mailbox *mailbox = get_up_to_date(id);
	long ret;

	if (IS_ERR(mailbox))
		return PTR_ERR(mailbox);
	ret = recv_from(mailbox, buf, len);
	slmbx_mailbox_put(mailbox);
	return ret;
}

long slmbx_do_length(u32 id)
{
	struct slmbx_mailbox *mailbox = get_up_to_date(id);
	long ret;

	if (IS_ERR(mailbox))
		return PTR_ERR(mailbox);
	ret = slmbx_mailbox_length(mailbox);
	slmbx_mailbox_put(mailbox);
	return ret;
}

long slmbx_do_purge(u32 id)
{
	struct slmbx_mailbox *mailbox = get_up_to_date(id);
	long ret;

	if (IS_ERR(mailbox))
		return PTR_ERR(mailbox);
	ret = slmbx_mailbox_purge(mailbox);
	slmbx_mailbox_put(mailbox);
	return ret;
}

/*
 * What a newer caller's struct has beyond the first @known bytes must be 0: it asks
 * for nothing we lack. The address is the caller's, so no object to compute within.
 */
static int check_tail(const void __user *buf, size_t known, size_t size)
{
	const void __user *tail = (const void __force __user *)((unsigned long)buf + known);
	int zeroed = check_zeroed_user(tail, size - known);

	if (zeroed < 0)
		return zeroed;
	return zeroed ? 0 : -E2BIG;
}

static long stat_of(struct slmbx_mailbox *mailbox, struct slmbx_stat __user *buf, size_t size)
{
	struct slmbx_stat st;
	kuid_t owner;
	int err;

	err = slmbx_mailbox_stat(mailbox, &st, &owner);
	if (err)
		return err;
	if (size < SLMBX_STAT_SIZE_V0)
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	if (size > sizeof(st)) {
		err = check_tail(buf, sizeof(st), size);
		if (err)
			return err;
	}
	st.owner = from_kuid_munged(current_user_ns(), owner);
	return copy_to_user(buf, &st, min(size, sizeof(st))) ? -EFAULT : 0;
}

long slmbx_do_stat(u32 id, struct slmbx_stat __user *buf, size_t size)
{
	struct slmbx_mailbox *mailbox = get_up_to_date(id);
	long ret;

	if (IS_ERR(mailbox))
		return PTR_ERR(mailbox);
	ret = stat_of(mailbox, buf, size);
	slmbx_mailbox_put(mailbox);
	return ret;
}
