// SPDX-License-Identifier: MIT
/*
 * Readers of a skip list that a writer changes under them. Some keys are in the list
 * all the while: a reader must find them every time. The others come and go, and
 * their items are freed a grace period after they went: what a reader finds must be
 * the key's own, and not freed.
 */
#include <stdlib.h>

#include <linux/container_of.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "inside_skiplist.h"
#include "shim.h"
#include "threads.h"
#include "unit.h"

#define READERS		3

struct item {
	u32 key;
	struct rcu_head rcu;
};

static struct {
	struct slmbx_skiplist list;
	u32 keys;
	u32 stable_every;	/* key of these stays */
	unsigned long steps;
	bool done;
	unsigned long finds[READERS];
	struct item **present;
	uint64_t seed;
} world;

/* Far apart, so that neighbours are in other places of the list than their numbers. */
static u32 key_of(u32 at)
{
	return 3 + at * 11;
}

static void free_item(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct item, rcu));
}

static void insert(u32 at)
{
	struct item *item = kzalloc(sizeof(*item), GFP_KERNEL);

	item->key = key_of(at);
	expect_result(slmbx_skiplist_insert(&world.list, item->key, item), 0);
	world.present[at] = item;
}

static void remove_one(u32 at)
{
	struct item *item = slmbx_skiplist_remove(&world.list, key_of(at));

	expect(item == world.present[at], "remove %u: not the item of the key", key_of(at));
	world.present[at] = NULL;
	call_rcu(&item->rcu, free_item);
}

/* Each of them often enough, however late it was started. */
static bool readers_have_looked(void)
{
	for (int i = 0; i < READERS; i++)
		if (__atomic_load_n(&world.finds[i], __ATOMIC_RELAXED) < 1000)
			return false;
	return true;
}

/* Drifts between nearly full and nearly empty, so that nodes fill, split, empty and go. */
static void write_list(struct worker *worker)
{
	const char *fault;

	for (unsigned long i = 0; i < world.steps || !readers_have_looked(); i++) {
		u32 at = random_below(&worker->random, world.keys);
		u32 inserts_in_16 = i / world.keys % 3 * 6 + 2;

		if (at % world.stable_every == 0)
			continue;
		if (random_below(&worker->random, 16) < inserts_in_16) {
			if (!world.present[at])
				insert(at);
		} else if (world.present[at]) {
			remove_one(at);
		}
	}
	fault = skiplist_fault(&world.list);
	expect(!fault, "%s (seed %lu)", fault, world.seed);
	__atomic_store_n(&world.done, true, __ATOMIC_RELEASE);
}

/* A walk may or may not see what comes and goes; it passes by nothing that stays. */
static void expect_next_from(u32 at)
{
	u32 stays = (at + world.stable_every - 1) / world.stable_every * world.stable_every;
	u32 from = key_of(at), key = from;
	struct item *item = slmbx_skiplist_find_from(&world.list, &key);

	expect(item || stays >= world.keys, "nothing from %u, though %u stays (seed %lu)", from,
	       key_of(stays), world.seed);
	expect(!item || (item->key == key && key >= from), "from %u leads to %u, item of %u", from,
	       key, item->key);
	expect(!item || stays >= world.keys || key <= key_of(stays),
	       "from %u leads to %u, though %u stays (seed %lu)", from, key, key_of(stays),
	       world.seed);
}

static void read_list(struct worker *worker)
{
	while (!__atomic_load_n(&world.done, __ATOMIC_ACQUIRE)) {
		u32 at = random_below(&worker->random, world.keys);
		struct item *item;

		rcu_read_lock();
		item = slmbx_skiplist_find(&world.list, key_of(at));
		expect(item || at % world.stable_every, "key %u stays and is not found (seed %lu)",
		       key_of(at), world.seed);
		expect(!item || item->key == key_of(at),
		       "key %u leads to the item of %u (seed %lu)", key_of(at), item->key,
		       world.seed);
		expect(!slmbx_skiplist_find(&world.list, key_of(at) + 1), "key %u was never there",
		       key_of(at) + 1);
		expect_next_from(at);
		rcu_read_unlock();
		__atomic_fetch_add(&world.finds[worker->number], 1, __ATOMIC_RELAXED);
	}
}

static void end_item(void *item, void *arg)
{
	kfree(item);
}

static void read_while_written(u32 levels, u32 branching, u32 keys, u32 stable_every, u64 seed)
{
	struct worker workers[READERS + 1] = {};

	world.keys = keys;
	world.stable_every = stable_every;
	world.steps = 60000;
	world.seed = seed;
	world.present = calloc(keys, sizeof(*world.present));
	slmbx_skiplist_init(&world.list, levels, branching, seed);
	for (u32 at = 0; at < keys; at += world.stable_every)
		insert(at);

	for (int i = 0; i < READERS; i++)
		workers[i].run = read_list;
	workers[READERS].run = write_list;
	workers_start(workers, READERS + 1, seed);
	workers_end(workers, READERS + 1);

	rcu_barrier();
	slmbx_skiplist_for_each(&world.list, end_item, NULL);
	slmbx_skiplist_destroy(&world.list);
	free(world.present);
}

/* A few nodes, so that each change is under some reader's feet. */
START_TEST(few_keys)
{
	static const u32 levels[] = { 1, 2, 32 };

	read_while_written(levels[_i], 2, 60, 5, 17 + _i);
}
END_TEST

/* With nodes that no stable key keeps: they empty, and go. */
START_TEST(few_stable_keys)
{
	static const u32 levels[] = { 1, 2, 32 };

	read_while_written(levels[_i], 2, 300, 150, 23 + _i);
}
END_TEST

START_TEST(many_keys)
{
	static const u32 branching[] = { 2, 4, 16 };

	read_while_written(16, branching[_i], 4000, 5, 31 + _i);
}
END_TEST

/* The writer needs no read section, but its thread does need to be known. */
static struct task_struct task;

static void setup(void)
{
	shim_thread_begin(&task);
}

static void teardown(void)
{
	rcu_barrier();
	shim_thread_end();
}

int main(void)
{
	Suite *suite = suite_create("readers");
	TCase *tcase = unit_case(suite, "readers");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, few_keys, 0, 3);
	tcase_add_loop_test(tcase, few_stable_keys, 0, 3);
	tcase_add_loop_test(tcase, many_keys, 0, 3);
	return unit_run(suite);
}
