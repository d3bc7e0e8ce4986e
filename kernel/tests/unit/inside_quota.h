/* SPDX-License-Identifier: MIT */
/* The accounts seen from inside, while nobody changes them. */
#ifndef INSIDE_QUOTA_H
#define INSIDE_QUOTA_H

#include "quota.h"

/* Accounts in the table, dead ones too. */
unsigned int quota_accounts(void);

struct quota_use {
	s64 bytes;
	s64 mailboxes;
};

/* What @uid holds; zeros without an account. */
struct quota_use quota_used(uid_t uid);

/* Calls @visit for each account, in no order that means anything. */
void quota_for_each(void (*visit)(uid_t uid, struct quota_use use, void *arg), void *arg);

/* Whether two uids' accounts are in one bucket. */
bool quota_neighbours(uid_t one, uid_t other);

#endif /* INSIDE_QUOTA_H */
