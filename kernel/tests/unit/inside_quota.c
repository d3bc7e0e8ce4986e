// SPDX-License-Identifier: MIT
/* The quotas themselves, and looks into the table. */
#include "quota.c"

#include "inside_quota.h"

void quota_for_each(void (*visit)(uid_t uid, struct quota_use use, void *arg), void *arg)
{
	struct slmbx_account *account;
	unsigned int i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		hlist_for_each_entry(account, &table[i], link)
			visit(__kuid_val(account->uid),
			      (struct quota_use){ .bytes = atomic64_read(&account->bytes),
						  .mailboxes = atomic64_read(&account->mailboxes) },
			      arg);
}

static void add_one(uid_t uid, struct quota_use use, void *arg)
{
	++*(unsigned int *)arg;
}

unsigned int quota_accounts(void)
{
	unsigned int accounts = 0;

	quota_for_each(add_one, &accounts);
	return accounts;
}

struct quota_use quota_used(uid_t uid)
{
	struct quota_use use = {};
	struct slmbx_account *account;

	hlist_for_each_entry(account, bucket_of((kuid_t)KUIDT_INIT(uid)), link) {
		if (__kuid_val(account->uid) != uid)
			continue;
		use.bytes += atomic64_read(&account->bytes);
		use.mailboxes += atomic64_read(&account->mailboxes);
	}
	return use;
}

bool quota_neighbours(uid_t one, uid_t other)
{
	return bucket_of((kuid_t)KUIDT_INIT(one)) == bucket_of((kuid_t)KUIDT_INIT(other));
}
