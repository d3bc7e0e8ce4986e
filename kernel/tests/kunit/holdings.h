/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a uid holds, asked as an administrator would find out: by limits that just
 * do and just don't allow more. The limits are as before afterwards. Nobody else
 * may charge the uid meanwhile.
 */
#ifndef SLMBX_TESTS_HOLDINGS_H
#define SLMBX_TESTS_HOLDINGS_H

#include <linux/err.h>
#include <linux/limits.h>
#include <linux/uidgid.h>

#include "../mailbox/quota.h"

/* Whether the limits @bytes and @mailboxes let @uid have a byte and @more mailboxes more. */
static inline bool holdings_may_grow(kuid_t uid, s64 bytes, s64 mailboxes, s64 more)
{
	struct slmbx_limits before = slmbx_limits;
	struct slmbx_account *account;

	slmbx_limits = (struct slmbx_limits){ .bytes = bytes, .mailboxes = mailboxes };
	account = slmbx_quota_charge(uid, NULL, 1, more);
	if (!IS_ERR(account))
		slmbx_quota_uncharge(account, 1, more);
	slmbx_limits = before;
	return !IS_ERR(account);
}

/* Both less than S64_MAX. */
static inline bool holdings_are(kuid_t uid, s64 bytes, s64 mailboxes)
{
	return !holdings_may_grow(uid, bytes, S64_MAX, 0) &&
	       holdings_may_grow(uid, bytes + 1, S64_MAX, 0) &&
	       !holdings_may_grow(uid, S64_MAX, mailboxes, 1) &&
	       holdings_may_grow(uid, S64_MAX, mailboxes + 1, 1);
}

#endif /* SLMBX_TESTS_HOLDINGS_H */
