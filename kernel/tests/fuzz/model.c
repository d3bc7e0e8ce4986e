// SPDX-License-Identifier: MIT
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include <linux/slmbx.h>

#include "mailbox.h"
#include "message.h"
#include "model.h"

/* What the core charges for them. */
#define MAILBOX_BYTES slmbx_mailbox_cost()

uint32_t model_id(unsigned int n)
{
	if (n == MODEL_IDS - 1)
		return UINT_MAX;
	return n < 200 ? n : n * 0x01010101U;
}

uid_t model_uid(unsigned int n)
{
	static const uid_t uids[MODEL_UIDS] = { 0, 1000, 1001, UINT_MAX - 1 };

	return uids[n];
}

static bool may_administer(const struct model *m, unsigned int uid)
{
	return uid == 0 || uid == m->second_admin;
}

long model_init(struct model *m, bool act, unsigned int uid, uint32_t ptrs, uint32_t prob)
{
	if (!may_administer(m, uid))
		return -EPERM;
	if (ptrs == 0 || (prob != 2 && prob != 4 && prob != 8 && prob != 16))
		return -EINVAL;
	if (m->initialised)
		return -EEXIST;
	if (act)
		m->initialised = true;
	return 0;
}

static void forget_first(struct model *m, struct model_mailbox *mailbox)
{
	struct model_message *msg = mailbox->messages;

	m->bytes_of[msg->sender] -= slmbx_message_cost(msg->len);
	mailbox->messages = msg->next;
	mailbox->count--;
	mailbox->bytes -= msg->len;
	free(msg);
}

static void forget(struct model *m, struct model_mailbox *mailbox)
{
	while (mailbox->messages)
		forget_first(m, mailbox);
	m->bytes_of[mailbox->owner] -= MAILBOX_BYTES;
	m->mailboxes_of[mailbox->owner]--;
	mailbox->there = false;
}

long model_shutdown(struct model *m, bool act, unsigned int uid)
{
	if (!may_administer(m, uid))
		return -EPERM;
	if (!m->initialised)
		return -ENODEV;
	if (!act)
		return 0;
	for (unsigned int n = 0; n < MODEL_IDS; n++)
		if (m->mailboxes[n].there)
			forget(m, &m->mailboxes[n]);
	m->initialised = false;
	return 0;
}

long model_create(struct model *m, bool act, unsigned int uid, unsigned int n, bool protected)
{
	if (!m->initialised)
		return -ENODEV;
	if (n == 0 || n == MODEL_IDS - 1)
		return -EINVAL;
	if (m->mailboxes[n].there)
		return -EEXIST;
	if (m->bytes_of[uid] + MAILBOX_BYTES > m->max_bytes ||
	    m->mailboxes_of[uid] + 1 > m->max_mailboxes)
		return -EDQUOT;
	if (!act)
		return 0;
	m->mailboxes[n] =
		(struct model_mailbox){ .there = true, .protected = protected, .owner = uid };
	m->bytes_of[uid] += MAILBOX_BYTES;
	m->mailboxes_of[uid]++;
	return 0;
}

/* Errors of every call on a mailbox that must be there. */
static long use(struct model *m, unsigned int uid, unsigned int n)
{
	if (!m->initialised)
		return -ENODEV;
	if (!m->mailboxes[n].there)
		return -ENOENT;
	if (m->mailboxes[n].protected && m->mailboxes[n].owner != uid)
		return -EPERM;
	return 0;
}

long model_destroy(struct model *m, bool act, unsigned int uid, unsigned int n)
{
	long err = use(m, uid, n);

	if (!err && act)
		forget(m, &m->mailboxes[n]);
	return err;
}

long model_count(struct model *m, unsigned int uid, unsigned int n)
{
	long err = use(m, uid, n);

	return err ? err : (long)m->mailboxes[n].count;
}

static void append(struct model *m, unsigned int uid, unsigned int n, uint32_t len, uint32_t seed)
{
	struct model_message *msg = malloc(sizeof(*msg)), **end = &m->mailboxes[n].messages;

	while (*end)
		end = &(*end)->next;
	*msg = (struct model_message){ .len = len, .seed = seed, .sender = uid };
	*end = msg;
	m->mailboxes[n].count++;
	m->mailboxes[n].bytes += len;
	m->bytes_of[uid] += slmbx_message_cost(len);
}

long model_send(struct model *m, bool act, unsigned int uid, unsigned int n, uint32_t len,
		uint32_t seed, uint32_t reach)
{
	long err = use(m, uid, n);

	if (err)
		return err;
	/* Not as a sum of both, which could be too large for its type. */
	if (slmbx_message_cost(len) > m->max_bytes - m->bytes_of[uid])
		return -EDQUOT;
	if (slmbx_message_cost(len) > INT_MAX)
		return -ENOMEM;
	if (len > reach)
		return -EFAULT;
	if (act)
		append(m, uid, n, len, seed);
	return 0;
}

long model_recv(struct model *m, bool act, unsigned int uid, unsigned int n, uint32_t len,
		uint32_t reach, uint32_t *seed)
{
	struct model_mailbox *mailbox = &m->mailboxes[n];
	long err = use(m, uid, n);

	if (err)
		return err;
	if (!mailbox->count)
		return -ESRCH;
	if (len > mailbox->messages->len)
		len = mailbox->messages->len;
	if (len > reach)
		return -EFAULT;
	*seed = mailbox->messages->seed;
	if (act)
		forget_first(m, mailbox);
	return len;
}

long model_length(struct model *m, unsigned int uid, unsigned int n)
{
	long err = use(m, uid, n);

	if (err)
		return err;
	return m->mailboxes[n].count ? (long)m->mailboxes[n].messages->len : -ESRCH;
}

long model_stat(struct model *m, unsigned int uid, unsigned int n, uint32_t size)
{
	long err = use(m, uid, n);

	if (err)
		return err;
	return size < SLMBX_STAT_SIZE_V0 ? -EINVAL : 0;
}
