/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBX_QUOTA_H
#define SLMBX_QUOTA_H

#include <linux/types.h>
#include <linux/uidgid.h>

struct slmbx_account;

/**
 * struct slmbx_limits - what one uid may hold, all its mailboxes together
 * @bytes: memory of its mailboxes and of the messages it sent, overheads included
 * @mailboxes: mailboxes it owns
 *
 * Set by the administrator; a limit below what is held refuses more and takes
 * nothing away.
 */
struct slmbx_limits {
	s64 bytes;
	s64 mailboxes;
};

extern struct slmbx_limits slmbx_limits;

/*
 * Charges @uid with @bytes (more than 0) of memory and @mailboxes. The account at
 * @likely, unless that is NULL, is looked at first: something is charged to it, and
 * goes on being so for a grace period after another takes its place. Returns the
 * account, to be given back with the same numbers, or ERR_PTR(-EDQUOT), or
 * ERR_PTR(-ENOMEM). Takes no sleeping lock but may sleep to allocate.
 */
struct slmbx_account *slmbx_quota_charge(kuid_t uid, struct slmbx_account *const *likely, s64 bytes,
					 s64 mailboxes);
/* Charges @account, to which something is charged, whatever its limit. */
void slmbx_quota_charge_more(struct slmbx_account *account, s64 bytes);
void slmbx_quota_uncharge(struct slmbx_account *account, s64 bytes, s64 mailboxes);

#endif /* SLMBX_QUOTA_H */
