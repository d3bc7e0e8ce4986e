// SPDX-License-Identifier: GPL-2.0
/* /proc/sys/kernel/slmbx/: the limits of a uid. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/sysctl.h>

#include "compat.h"
#include "limits.h"
#include "mailbox/quota.h"
#include "sysctl.h"

/* Blanks around the longest number there is have room enough. */
#define TEXT_SIZE	64

static int read_limit(const s64 *limit, void *buffer, size_t *lenp, loff_t *ppos)
{
	char text[TEXT_SIZE];
	struct ctl_table string = { .data = text, .maxlen = sizeof(text) };

	snprintf(text, sizeof(text), "%lld", READ_ONCE(*limit));
	return proc_dostring(&string, 0, buffer, lenp, ppos);
}

/* A number, whole and in one write, for none of it to be taken for another. */
static int write_limit(s64 *limit, const void *buffer, size_t *lenp, loff_t *ppos)
{
	char text[TEXT_SIZE];
	int err;

	if (*ppos || *lenp >= sizeof(text))
		return -EINVAL;
	memcpy(text, buffer, *lenp);
	text[*lenp] = '\0';
	if (strlen(text) < *lenp)
		return -EINVAL;
	err = slmbx_limit_set(limit, strim(text));
	if (!err)
		*ppos += *lenp;
	return err;
}

static int limit_handler(SLMBX_CTL_TABLE_CONST struct ctl_table *table, int write, void *buffer,
			 size_t *lenp, loff_t *ppos)
{
	return write ? write_limit(table->data, buffer, lenp, ppos) :
		       read_limit(table->data, buffer, lenp, ppos);
}

/* clang-format off */
static struct ctl_table limit_table[] = {
	{
		.procname = "max_bytes_per_uid",
		.data = &slmbx_limits.bytes,
		.maxlen = sizeof(slmbx_limits.bytes),
		.mode = 0644,
		.proc_handler = limit_handler,
	},
	{
		.procname = "max_mailboxes_per_uid",
		.data = &slmbx_limits.mailboxes,
		.maxlen = sizeof(slmbx_limits.mailboxes),
		.mode = 0644,
		.proc_handler = limit_handler,
	},
	SLMBX_CTL_TABLE_END
};

/* clang-format on */

static struct ctl_table_header *header;

int slmbx_sysctl_register(void)
{
	header = register_sysctl("kernel/slmbx", limit_table);
	return header ? 0 : -ENOMEM;
}

void slmbx_sysctl_unregister(void)
{
	unregister_sysctl_table(header);
}
