// SPDX-License-Identifier: GPL-2.0
/*
 * What each uid holds. An account lives while anything is charged to it: its
 * bytes are its reference count, and no charge is of 0 bytes. Once they are 0
 * they stay 0 and the account is dead; who brought them there takes it out of
 * the table. Readers find accounts under RCU, so a charge takes no lock but for
 * a uid's first.
 */
#include <asm/barrier.h>
#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/hash.h>
#include <linux/limits.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "memory.h"
#include "quota.h"

#define TABLE_BITS	8

/**
 * struct slmbx_account - what a uid holds
 * @bytes: memory charged; 0 means dead
 * @mailboxes: mailboxes charged
 * @uid: whose
 * @link: in its bucket; changed under table_lock
 * @rcu: frees it
 */
struct slmbx_account {
	atomic64_t bytes;
	atomic64_t mailboxes;
	kuid_t uid;
	struct hlist_node link;
	struct rcu_head rcu;
};

struct slmbx_limits slmbx_limits = { .bytes = S64_MAX, .mailboxes = S64_MAX };

static struct hlist_head table[1 << TABLE_BITS];
static DEFINE_SPINLOCK(table_lock);

static struct hlist_head *bucket_of(kuid_t uid)
{
	return &table[hash_32(__kuid_val(uid), TABLE_BITS)];
}

/* Adds @more to @counter unless that exceeds @limit; with @alive, unless it is 0. */
static int add_within(atomic64_t *counter, s64 more, s64 limit, bool alive)
{
	s64 old = atomic64_read(counter);

	do {
		if (alive && !old)
			return -ENOENT;
		if (more > limit || old > limit - more)
			return -EDQUOT;
	} while (!atomic64_try_cmpxchg(counter, &old, old + more));
	return 0;
}

static void account_free_rcu(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct slmbx_account, rcu));
}

static void uncharge_bytes(struct slmbx_account *account, s64 bytes)
{
	if (atomic64_sub_return(bytes, &account->bytes))
		return;
	spin_lock(&table_lock);
	hlist_del_rcu(&account->link);
	spin_unlock(&table_lock);
	call_rcu(&account->rcu, account_free_rcu);
}

/* -ENOENT if the account is dead. */
static int charge_account(struct slmbx_account *account, s64 bytes, s64 mailboxes)
{
	int err = add_within(&account->bytes, bytes, READ_ONCE(slmbx_limits.bytes), true);

	if (err || !mailboxes)
		return err;
	err = add_within(&account->mailboxes, mailboxes, READ_ONCE(slmbx_limits.mailboxes), false);
	if (err)
		uncharge_bytes(account, bytes);
	return err;
}

/* In an RCU read section. ERR_PTR(-ENOENT) if @uid has no account that lives. */
static struct slmbx_account *charge_existing(kuid_t uid, s64 bytes, s64 mailboxes)
{
	struct slmbx_account *account;
	int err;

	hlist_for_each_entry_rcu(account, bucket_of(uid), link) {
		if (!uid_eq(account->uid, uid))
			continue;
		err = charge_account(account, bytes, mailboxes);
		if (!err)
			return account;
		if (err != -ENOENT)
			return ERR_PTR(err);
	}
	return ERR_PTR(-ENOENT);
}

/* Under table_lock, which keeps every account in the table from being freed. */
static bool has_account(kuid_t uid)
{
	struct slmbx_account *account;

	hlist_for_each_entry(account, bucket_of(uid), link)
		if (uid_eq(account->uid, uid) && atomic64_read(&account->bytes))
			return true;
	return false;
}

/* Opens the account @fresh, unless another first charge came between. */
static bool open_account(struct slmbx_account *fresh)
{
	bool opened;

	spin_lock(&table_lock);
	opened = !has_account(fresh->uid);
	if (opened)
		hlist_add_head_rcu(&fresh->link, bucket_of(fresh->uid));
	spin_unlock(&table_lock);
	return opened;
}

static struct slmbx_account *charge_uid(kuid_t uid, s64 bytes, s64 mailboxes)
{
	struct slmbx_account *account, *fresh;

	for (;;) {
		rcu_read_lock();
		account = charge_existing(uid, bytes, mailboxes);
		rcu_read_unlock();
		if (!IS_ERR(account) || PTR_ERR(account) != -ENOENT)
			return account;

		if (bytes > READ_ONCE(slmbx_limits.bytes) ||
		    mailboxes > READ_ONCE(slmbx_limits.mailboxes))
			return ERR_PTR(-EDQUOT);
		fresh = kzalloc(sizeof(*fresh), SLMBX_GFP);
		if (!fresh)
			return ERR_PTR(-ENOMEM);
		fresh->uid = uid;
		atomic64_set(&fresh->bytes, bytes);
		atomic64_set(&fresh->mailboxes, mailboxes);
		if (open_account(fresh))
			return fresh;
		kfree(fresh);
	}
}

/* In an RCU read section. ERR_PTR(-ENOENT) if it isn't @uid's. */
static struct slmbx_account *charge_likely(kuid_t uid, struct slmbx_account *likely, s64 bytes,
					   s64 mailboxes)
{
	int err = uid_eq(likely->uid, uid) ? charge_account(likely, bytes, mailboxes) : -ENOENT;

	return err ? ERR_PTR(err) : likely;
}

struct slmbx_account *slmbx_quota_charge(kuid_t uid, struct slmbx_account *const *likely, s64 bytes,
					 s64 mailboxes)
{
	struct slmbx_account *account;

	if (!likely)
		return charge_uid(uid, bytes, mailboxes);
	rcu_read_lock();
	/* With an account that has just taken the other's place comes what is in it. */
	account = charge_likely(uid, smp_load_acquire(likely), bytes, mailboxes);
	rcu_read_unlock();
	return account == ERR_PTR(-ENOENT) ? charge_uid(uid, bytes, mailboxes) : account;
}

void slmbx_quota_charge_more(struct slmbx_account *account, s64 bytes)
{
	atomic64_add(bytes, &account->bytes);
}

void slmbx_quota_uncharge(struct slmbx_account *account, s64 bytes, s64 mailboxes)
{
	/* The bytes last: they keep the account alive. */
	if (mailboxes)
		atomic64_sub_return(mailboxes, &account->mailboxes);
	uncharge_bytes(account, bytes);
}
