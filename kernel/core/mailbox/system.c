// SPDX-License-Identifier: GPL-2.0
/*
 * The one system of mailboxes. It is initialised while the_system isn't NULL.
 *
 * system_lock serialises whatever changes the system or its skip list; lookups
 * are in an RCU read section instead. A system is freed once no lookup can be
 * in it; its mailboxes may outlive it in the hands of calls.
 */
#include <linux/err.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/slmbx.h>

#include "mailbox.h"
#include "memory.h"
#include "skiplist.h"
#include "system.h"

struct slmbx_system {
	struct slmbx_skiplist mailboxes;
};

static struct slmbx_system __rcu *the_system;
static DEFINE_MUTEX(system_lock);

static struct slmbx_system *locked_system(void)
{
	lockdep_assert_held(&system_lock);
	return rcu_dereference_protected(the_system, lockdep_is_held(&system_lock));
}

static int install(u32 ptrs, u32 prob)
{
	struct slmbx_system *fresh;

	if (locked_system())
		return -EEXIST;
	fresh = kzalloc(sizeof(*fresh), SLMBX_GFP);
	if (!fresh)
		return -ENOMEM;
	slmbx_skiplist_init(&fresh->mailboxes, ptrs, prob, get_random_u64());
	/* A module that holds mailboxes stays; shutdown lets go of it. */
	__module_get(THIS_MODULE);
	rcu_assign_pointer(the_system, fresh);
	return 0;
}

int slmbx_system_init(u32 ptrs, u32 prob)
{
	int err;

	if (!ptrs || prob < 2 || prob > 16 || !is_power_of_2(prob))
		return -EINVAL;
	err = mutex_lock_killable(&system_lock);
	if (err)
		return err;
	err = install(ptrs, prob);
	mutex_unlock(&system_lock);
	return err;
}

static void end_mailbox(void *item, void *arg)
{
	struct slmbx_mailbox *mailbox = item;

	slmbx_mailbox_kill(mailbox, -ENODEV);
	slmbx_mailbox_put(mailbox);
	cond_resched();
}

int slmbx_system_shutdown(void)
{
	struct slmbx_system *system;
	int err;

	err = mutex_lock_killable(&system_lock);
	if (err)
		return err;
	system = locked_system();
	RCU_INIT_POINTER(the_system, NULL);
	mutex_unlock(&system_lock);
	if (!system)
		return -ENODEV;

	synchronize_rcu();
	slmbx_skiplist_for_each(&system->mailboxes, end_mailbox, NULL);
	slmbx_skiplist_destroy(&system->mailboxes);
	kfree(system);
	module_put(THIS_MODULE);
	return 0;
}

static int create(u32 id, kuid_t owner, bool protected)
{
	struct slmbx_system *system = locked_system();
	struct slmbx_mailbox *mailbox;
	int err;

	if (!system)
		return -ENODEV;
	if (id == SLMBX_ID_NONE || id == SLMBX_ID_INVALID)
		return -EINVAL;
	if (slmbx_skiplist_find(&system->mailboxes, id))
		return -EEXIST;
	mailbox = slmbx_mailbox_alloc(id, owner, protected);
	if (IS_ERR(mailbox))
		return PTR_ERR(mailbox);
	err = slmbx_skiplist_insert(&system->mailboxes, id, mailbox);
	if (err)
		slmbx_mailbox_put(mailbox);
	return err;
}

int slmbx_system_create(u32 id, kuid_t owner, bool protected)
{
	int err = mutex_lock_killable(&system_lock);

	if (err)
		return err;
	err = create(id, owner, protected);
	mutex_unlock(&system_lock);
	return err;
}

/* Takes the mailbox out of the list; its reference there is the caller's then. */
static struct slmbx_mailbox *take_out(u32 id, kuid_t uid)
{
	struct slmbx_system *system = locked_system();
	struct slmbx_mailbox *mailbox;

	if (!system)
		return ERR_PTR(-ENODEV);
	mailbox = slmbx_skiplist_find(&system->mailboxes, id);
	if (!mailbox)
		return ERR_PTR(-ENOENT);
	if (!slmbx_mailbox_may_use(mailbox, uid))
		return ERR_PTR(-EPERM);
	return slmbx_skiplist_remove(&system->mailboxes, id);
}

int slmbx_system_destroy(u32 id, kuid_t uid)
{
	struct slmbx_mailbox *mailbox;
	int err;

	err = mutex_lock_killable(&system_lock);
	if (err)
		return err;
	mailbox = take_out(id, uid);
	mutex_unlock(&system_lock);
	if (IS_ERR(mailbox))
		return PTR_ERR(mailbox);
	slmbx_mailbox_kill(mailbox, -ENOENT);
	slmbx_mailbox_put(mailbox);
	return 0;
}

static struct slmbx_mailbox *locked_find(u32 id)
{
	return slmbx_skiplist_find(&locked_system()->mailboxes, id);
}

/* Whether from @dead_letter one comes to @id, or nowhere in so many steps as are allowed. */
static bool leads_to(u32 dead_letter, u32 id)
{
	struct slmbx_mailbox *mailbox;
	u32 steps;

	for (steps = 0; dead_letter && dead_letter != id && steps < SLMBX_DEAD_LETTERS_MAX;
	     steps++) {
		mailbox = locked_find(dead_letter);
		dead_letter = mailbox ? slmbx_mailbox_dead_letter(mailbox) : 0;
	}
	return dead_letter;
}

/* The mailbox @uid may change. */
static struct slmbx_mailbox *find_to_set(const struct slmbx_setattr *attr, kuid_t uid)
{
	struct slmbx_mailbox *mailbox;

	if (!locked_system())
		return ERR_PTR(-ENODEV);
	mailbox = locked_find(attr->id);
	if (!mailbox)
		return ERR_PTR(-ENOENT);
	if (uid_eq(uid, GLOBAL_ROOT_UID))
		return mailbox;
	return uid_eq(uid, mailbox->owner) && !(attr->mask & SLMBX_ATTR_OWNER) ? mailbox :
										 ERR_PTR(-EPERM);
}

static int set(const struct slmbx_setattr *attr, kuid_t owner, kuid_t uid)
{
	struct slmbx_mailbox *mailbox = find_to_set(attr, uid);
	int err;

	if (IS_ERR(mailbox))
		return PTR_ERR(mailbox);
	if (attr->mask & SLMBX_ATTR_DEAD_LETTER && leads_to(attr->dead_letter, attr->id))
		return -ELOOP;
	err = slmbx_mailbox_need_delivery(mailbox);
	return err ?: slmbx_mailbox_set(mailbox, attr, owner);
}

int slmbx_system_set(const struct slmbx_setattr *attr, kuid_t owner, kuid_t uid)
{
	int err = mutex_lock_killable(&system_lock);

	if (err)
		return err;
	err = set(attr, owner, uid);
	mutex_unlock(&system_lock);
	return err;
}

/* In an RCU read section. */
static struct slmbx_mailbox *find_and_get(u32 id, kuid_t uid)
{
	struct slmbx_system *system = rcu_dereference(the_system);
	struct slmbx_mailbox *mailbox;

	if (!system)
		return ERR_PTR(-ENODEV);
	mailbox = slmbx_skiplist_find(&system->mailboxes, id);
	if (!mailbox)
		return ERR_PTR(-ENOENT);
	if (!slmbx_mailbox_may_use(mailbox, uid))
		return ERR_PTR(-EPERM);
	return slmbx_mailbox_get(mailbox) ? mailbox : ERR_PTR(-ENOENT);
}

struct slmbx_mailbox *slmbx_system_get(u32 id, kuid_t uid)
{
	struct slmbx_mailbox *mailbox;

	rcu_read_lock();
	mailbox = find_and_get(id, uid);
	rcu_read_unlock();
	return mailbox;
}

/* In an RCU read section. */
static struct slmbx_mailbox *next_and_get(u32 from)
{
	struct slmbx_system *system = rcu_dereference(the_system);
	struct slmbx_mailbox *mailbox;

	if (!system)
		return ERR_PTR(-ENODEV);
	do {
		mailbox = slmbx_skiplist_find_from(&system->mailboxes, &from);
		/* No id is U32_MAX, so this doesn't wrap. */
		from++;
	} while (mailbox && !slmbx_mailbox_get(mailbox));
	return mailbox;
}

struct slmbx_mailbox *slmbx_system_next(u32 from)
{
	struct slmbx_mailbox *mailbox;

	rcu_read_lock();
	mailbox = next_and_get(from);
	rcu_read_unlock();
	return mailbox;
}

int slmbx_system_shape(struct slmbx_skiplist_shape *shape)
{
	struct slmbx_system *system;

	mutex_lock(&system_lock);
	system = locked_system();
	if (system)
		slmbx_skiplist_measure(&system->mailboxes, shape);
	mutex_unlock(&system_lock);
	return system ? 0 : -ENODEV;
}

struct totals {
	u64 mailboxes;
	u64 messages;
};

static void add_up(void *item, void *arg)
{
	struct totals *totals = arg;

	totals->mailboxes++;
	totals->messages += slmbx_mailbox_count(item);
}

void slmbx_system_totals(u64 *mailboxes, u64 *messages)
{
	struct totals totals = {};

	mutex_lock(&system_lock);
	if (locked_system())
		slmbx_skiplist_for_each(&locked_system()->mailboxes, add_up, &totals);
	mutex_unlock(&system_lock);
	*mailboxes = totals.mailboxes;
	*messages = totals.messages;
}
