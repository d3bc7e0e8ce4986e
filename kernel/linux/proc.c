// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/slmbx: the mailboxes in the order of their ids, for an administrator.
 *
 * The position in the file is 0 at the head of the listing, then the lowest id
 * that comes next. Between reads nothing is held, so that any number of mailboxes
 * may come and go meanwhile; those that stay are listed once.
 */
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slmbx.h>
#include <linux/user_namespace.h>

#include "mailbox/mailbox.h"
#include "mailbox/skiplist.h"
#include "mailbox/system.h"
#include "proc.h"

#define NAME	"slmbx"

/* The mailbox of the lowest id at or above @pos, with a reference, or NULL. */
static struct slmbx_mailbox *mailbox_at(loff_t pos)
{
	struct slmbx_mailbox *mailbox;

	if (pos > U32_MAX)
		return NULL;
	mailbox = slmbx_system_next(pos);
	return IS_ERR(mailbox) ? NULL : mailbox;
}

static void *list_start(struct seq_file *m, loff_t *pos)
{
	return *pos ? mailbox_at(*pos) : SEQ_START_TOKEN;
}

static void list_stop(struct seq_file *m, void *v)
{
	if (v && v != SEQ_START_TOKEN)
		slmbx_mailbox_put(v);
}

static void *list_next(struct seq_file *m, void *v, loff_t *pos)
{
	const struct slmbx_mailbox *mailbox = v;

	*pos = v == SEQ_START_TOKEN ? 1 : (loff_t)mailbox->id + 1;
	list_stop(m, v);
	return mailbox_at(*pos);
}

static void show_head(struct seq_file *m)
{
	struct slmbx_skiplist_shape shape;

	if (slmbx_system_shape(&shape))
		seq_puts(m, "# not initialised\n");
	else
		seq_printf(m, "# mailboxes %lu nodes %lu height %u bytes %lu\n", shape.items,
			   shape.nodes, shape.height, shape.bytes);
	seq_puts(m, "id owner protected messages bytes\n");
}

static int list_show(struct seq_file *m, void *v)
{
	struct slmbx_mailbox *mailbox = v;
	struct slmbx_stat st;
	kuid_t owner;

	if (v == SEQ_START_TOKEN) {
		show_head(m);
		return 0;
	}
	if (slmbx_mailbox_stat(mailbox, &st, &owner))
		return SEQ_SKIP;
	seq_printf(m, "%u %u %d %llu %llu\n", mailbox->id, from_kuid_munged(seq_user_ns(m), owner),
		   !!(st.flags & SLMBX_STAT_PROTECTED), st.count, st.bytes);
	return 0;
}

static const struct seq_operations list_ops = {
	.start = list_start,
	.next = list_next,
	.stop = list_stop,
	.show = list_show,
};

int slmbx_proc_register(void)
{
	return proc_create_seq(NAME, 0400, NULL, &list_ops) ? 0 : -ENOMEM;
}

void slmbx_proc_unregister(void)
{
	remove_proc_entry(NAME, NULL);
}
