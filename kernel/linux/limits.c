// SPDX-License-Identifier: GPL-2.0
/*
 * What a uid may hold, as the administrator says it: by parameters of the module
 * or the kernel's command line, later by sysctls. There is one variable for each,
 * so the two never disagree.
 */
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/stringify.h>
#include <linux/sysfs.h>

#include "limits.h"
#include "mailbox/quota.h"

#define DEFAULT_MAILBOXES 16777216	/* which its bytes limit first, on most machines */

/**
 * struct limit_param - a parameter
 * @limit: what it sets
 * @given: somebody gave it
 */
struct limit_param {
	s64 *limit;
	bool given;
};

static struct limit_param bytes = { .limit = &slmbx_limits.bytes };
static struct limit_param mailboxes = { .limit = &slmbx_limits.mailboxes };

int slmbx_limit_set(s64 *limit, const char *text)
{
	s64 value;
	int err = kstrtos64(text, 10, &value);

	if (err)
		return err;
	if (value < 0)
		return -EINVAL;
	WRITE_ONCE(*limit, value);
	return 0;
}

static int param_set(const char *text, const struct kernel_param *kp)
{
	struct limit_param *param = kp->arg;
	int err = slmbx_limit_set(param->limit, text);

	if (!err)
		param->given = true;
	return err;
}

static int param_get(char *buffer, const struct kernel_param *kp)
{
	const struct limit_param *param = kp->arg;

	return sysfs_emit(buffer, "%lld\n", READ_ONCE(*param->limit));
}

static const struct kernel_param_ops param_ops = {
	.set = param_set,
	.get = param_get,
};

module_param_cb(max_bytes_per_uid, &param_ops, &bytes, 0444);
__MODULE_PARM_TYPE(max_bytes_per_uid, "long");
MODULE_PARM_DESC(max_bytes_per_uid,
		 "Memory for the mailboxes and messages of a uid, in bytes (default: half of all)");
module_param_cb(max_mailboxes_per_uid, &param_ops, &mailboxes, 0444);
__MODULE_PARM_TYPE(max_mailboxes_per_uid, "long");
MODULE_PARM_DESC(max_mailboxes_per_uid,
		 "Mailboxes that a uid may own (default: " __stringify(DEFAULT_MAILBOXES) ")");

void slmbx_limits_init(void)
{
	if (!bytes.given)
		WRITE_ONCE(*bytes.limit, (s64)totalram_pages() << (PAGE_SHIFT - 1));
	if (!mailboxes.given)
		WRITE_ONCE(*mailboxes.limit, DEFAULT_MAILBOXES);
}
