// SPDX-License-Identifier: GPL-2.0
/*
 * The skip list: each function of its API by one thread, the writer, who needs no
 * read section; then readers beside a writer. Nodes are drawn as [keys]; "." is a
 * tombstone, a key without an item.
 */
#include <kunit/test.h>

#include <linux/bitmap.h>
#include <linux/jiffies.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/prandom.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "../mailbox/skiplist.h"
#include "workers.h"

#define NODE_KEYS 16

/* Items the list never looks into: one for each key, none of them NULL. */
static void *item_of(u32 key)
{
	return (void *)((unsigned long)key + 1);
}

/* The lowest key at or above @key that is in the list; U32_MAX without one. */
static u32 find_from(struct kunit *test, u32 key)
{
	void *item = slmbx_skiplist_find_from(test->priv, &key);

	if (!item)
		return U32_MAX;
	KUNIT_EXPECT_PTR_EQ(test, item, item_of(key));
	return key;
}

static void insert(struct kunit *test, u32 key)
{
	KUNIT_ASSERT_EQ(test, slmbx_skiplist_insert(test->priv, key, item_of(key)), 0);
}

static void remove(struct kunit *test, u32 key)
{
	KUNIT_ASSERT_PTR_EQ(test, slmbx_skiplist_remove(test->priv, key), item_of(key));
}

/* @n keys from @first on, each @step above the last. */
static void insert_keys(struct kunit *test, u32 n, u32 first, u32 step)
{
	u32 i;

	for (i = 0; i < n; i++)
		insert(test, first + i * step);
}

static void expect_shape(struct kunit *test, unsigned long nodes, unsigned long items)
{
	struct slmbx_skiplist_shape shape;

	slmbx_skiplist_measure(test->priv, &shape);
	KUNIT_EXPECT_EQ(test, shape.nodes, nodes);
	KUNIT_EXPECT_EQ(test, shape.items, items);
}

/* Exactly the @n keys of @keys, which rise, are in the list, by every way to ask. */
struct walk {
	struct kunit *test;
	const u32 *keys;
	u32 n;
};

static void expect_next(void *item, void *arg)
{
	struct walk *walk = arg;

	KUNIT_ASSERT_GT(walk->test, walk->n, 0U);
	KUNIT_EXPECT_PTR_EQ(walk->test, item, item_of(*walk->keys));
	walk->keys++;
	walk->n--;
}

static void expect_keys(struct kunit *test, const u32 *keys, u32 n)
{
	struct walk walk = { .test = test, .keys = keys, .n = n };
	u32 i, from = 0;

	for (i = 0; i < n; i++) {
		KUNIT_EXPECT_PTR_EQ(test, slmbx_skiplist_find(test->priv, keys[i]),
				    item_of(keys[i]));
		KUNIT_EXPECT_EQ(test, find_from(test, from), keys[i]);
		KUNIT_EXPECT_EQ(test, find_from(test, keys[i]), keys[i]);
		from = keys[i] + 1;
		if (i + 1 == n || keys[i + 1] != from)
			KUNIT_EXPECT_NULL(test, slmbx_skiplist_find(test->priv, from));
	}
	KUNIT_EXPECT_EQ(test, find_from(test, from), U32_MAX);
	slmbx_skiplist_for_each(test->priv, expect_next, &walk);
	KUNIT_EXPECT_EQ(test, walk.n, 0U);
}

#define EXPECT_KEYS(test, ...) \
	do { \
		static const u32 keys_[] = { __VA_ARGS__ }; \
\
		expect_keys(test, keys_, ARRAY_SIZE(keys_)); \
	} while (0)

static void expect_empty(struct kunit *test)
{
	struct slmbx_skiplist_shape shape;

	expect_keys(test, NULL, 0);
	slmbx_skiplist_measure(test->priv, &shape);
	KUNIT_EXPECT_EQ(test, shape.nodes, 0UL);
	KUNIT_EXPECT_EQ(test, shape.items, 0UL);
	KUNIT_EXPECT_EQ(test, shape.bytes, 0UL);
}

static void skiplist_test_init(struct kunit *test)
{
	struct slmbx_skiplist *list = test->priv;
	struct slmbx_skiplist_shape shape;

	expect_empty(test);
	slmbx_skiplist_measure(list, &shape);
	KUNIT_EXPECT_EQ(test, shape.height, 0U);

	slmbx_skiplist_init(list, 1, 2, 1);
	KUNIT_EXPECT_EQ(test, list->levels, 1U);
	slmbx_skiplist_init(list, U32_MAX, 16, 0);
	KUNIT_EXPECT_EQ(test, list->levels, (u32)SLMBX_SKIPLIST_LEVELS);
	KUNIT_EXPECT_EQ(test, list->branching, 16U);
	/* A generator of heights that starts at 0 would stay there. */
	KUNIT_EXPECT_NE(test, list->random, 0ULL);
	expect_empty(test);
}

static void skiplist_test_find(struct kunit *test)
{
	insert_keys(test, 3, 10, 10);

	KUNIT_EXPECT_PTR_EQ(test, slmbx_skiplist_find(test->priv, 10), item_of(10));
	KUNIT_EXPECT_PTR_EQ(test, slmbx_skiplist_find(test->priv, 20), item_of(20));
	KUNIT_EXPECT_PTR_EQ(test, slmbx_skiplist_find(test->priv, 30), item_of(30));
	KUNIT_EXPECT_NULL(test, slmbx_skiplist_find(test->priv, 0));
	KUNIT_EXPECT_NULL(test, slmbx_skiplist_find(test->priv, 9));
	KUNIT_EXPECT_NULL(test, slmbx_skiplist_find(test->priv, 11));
	KUNIT_EXPECT_NULL(test, slmbx_skiplist_find(test->priv, 31));
	/* What fills the unused places of a node. */
	KUNIT_EXPECT_NULL(test, slmbx_skiplist_find(test->priv, U32_MAX));
}

static void skiplist_test_find_from(struct kunit *test)
{
	/* [10 ... 160] [170 180 . 200 ... 320] [330 ... 400] */
	insert_keys(test, 40, 10, 10);
	KUNIT_EXPECT_EQ(test, find_from(test, 0), 10U);
	KUNIT_EXPECT_EQ(test, find_from(test, 10), 10U);
	KUNIT_EXPECT_EQ(test, find_from(test, 11), 20U);
	KUNIT_EXPECT_EQ(test, find_from(test, 161), 170U);
	remove(test, 190);
	KUNIT_EXPECT_EQ(test, find_from(test, 181), 200U);
	KUNIT_EXPECT_EQ(test, find_from(test, 400), 400U);
	KUNIT_EXPECT_EQ(test, find_from(test, 401), U32_MAX);
	KUNIT_EXPECT_EQ(test, find_from(test, U32_MAX - 1), U32_MAX);
	KUNIT_EXPECT_EQ(test, find_from(test, U32_MAX), U32_MAX);
}

static void skiplist_test_extreme_keys(struct kunit *test)
{
	insert(test, U32_MAX - 1);
	EXPECT_KEYS(test, U32_MAX - 1);
	insert(test, 1);
	insert(test, 0x80000000);
	insert(test, 0x7fffffff);
	EXPECT_KEYS(test, 1, 0x7fffffff, 0x80000000, U32_MAX - 1);
	remove(test, 1);
	remove(test, U32_MAX - 1);
	EXPECT_KEYS(test, 0x7fffffff, 0x80000000);
	insert(test, U32_MAX - 1);
	insert(test, 1);
	EXPECT_KEYS(test, 1, 0x7fffffff, 0x80000000, U32_MAX - 1);
}

static void skiplist_test_insert_appends(struct kunit *test)
{
	/* [1 2 ... 16] + 17 => [1 2 ... 16] [17] */
	insert_keys(test, NODE_KEYS, 1, 1);
	expect_shape(test, 1, NODE_KEYS);
	insert(test, NODE_KEYS + 1);
	expect_shape(test, 2, NODE_KEYS + 1);
	/* Rising keys fill every node. */
	insert_keys(test, 98 * NODE_KEYS - 1, NODE_KEYS + 2, 1);
	expect_shape(test, 99, 99 * NODE_KEYS);
}

static void skiplist_test_insert_first(struct kunit *test)
{
	/* [20 30] + 10 => [10 20 30], as a copy: a first key never changes. */
	insert_keys(test, 2, 20, 10);
	insert(test, 10);
	expect_shape(test, 1, 3);
	EXPECT_KEYS(test, 10, 20, 30);

	/* [10 ... 160] + 5 => [5] [10 ... 160], for a full node. */
	insert_keys(test, NODE_KEYS - 3, 40, 10);
	insert(test, 5);
	expect_shape(test, 2, NODE_KEYS + 1);
	EXPECT_KEYS(test, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150, 160);
}

static void skiplist_test_insert_splits(struct kunit *test)
{
	/* [10 20 ... 160] + 85 => [10 ... 80] [85 90 ... 160] */
	insert_keys(test, NODE_KEYS, 10, 10);
	insert(test, 85);
	expect_shape(test, 2, NODE_KEYS + 1);
	EXPECT_KEYS(test, 10, 20, 30, 40, 50, 60, 70, 80, 85, 90, 100, 110, 120, 130, 140, 150,
		    160);
	/* Both halves have room again. */
	insert_keys(test, 7, 11, 1);
	insert_keys(test, 7, 151, 1);
	expect_shape(test, 2, NODE_KEYS + 15);
}

static void skiplist_test_insert_drops_tombstones(struct kunit *test)
{
	/* [10 20 . 40 ... 160] + 85 => [10 20 40 ... 80 85 90 ... 160] */
	insert_keys(test, NODE_KEYS, 10, 10);
	remove(test, 30);
	insert(test, 85);
	expect_shape(test, 1, NODE_KEYS);
	EXPECT_KEYS(test, 10, 20, 40, 50, 60, 70, 80, 85, 90, 100, 110, 120, 130, 140, 150, 160);

	/* Also for a key at the end, where the node has no place left. */
	remove(test, 40);
	insert(test, 170);
	expect_shape(test, 1, NODE_KEYS);
}

static void skiplist_test_remove(struct kunit *test)
{
	/* [1 2 3 4 5] - 3 - 1 - 5 => [. 2 . 4 .] */
	insert_keys(test, 5, 1, 1);
	remove(test, 3);
	EXPECT_KEYS(test, 1, 2, 4, 5);
	remove(test, 1);
	remove(test, 5);
	EXPECT_KEYS(test, 2, 4);
	expect_shape(test, 1, 2);

	/* The last one takes the node along. */
	remove(test, 4);
	remove(test, 2);
	expect_empty(test);
}

static void skiplist_test_remove_whole_nodes(struct kunit *test)
{
	u32 key;

	/* [1 ... 16] [17 ... 32] [33 ... 48]: the middle one goes, then the first. */
	insert_keys(test, 3 * NODE_KEYS, 1, 1);
	expect_shape(test, 3, 3 * NODE_KEYS);
	for (key = 17; key <= 32; key++)
		remove(test, key);
	expect_shape(test, 2, 2 * NODE_KEYS);
	KUNIT_EXPECT_EQ(test, find_from(test, 17), 33U);
	for (key = 16; key >= 1; key--)
		remove(test, key);
	expect_shape(test, 1, NODE_KEYS);
	KUNIT_EXPECT_EQ(test, find_from(test, 0), 33U);
	for (key = 33; key <= 48; key++)
		remove(test, key);
	expect_empty(test);
}

static void skiplist_test_reinsert(struct kunit *test)
{
	/* [1 . 3] + 2 => [1 2 3], with another item, in the same place. */
	insert_keys(test, 3, 1, 1);
	remove(test, 2);
	KUNIT_ASSERT_EQ(test, slmbx_skiplist_insert(test->priv, 2, test), 0);
	expect_shape(test, 1, 3);
	KUNIT_EXPECT_PTR_EQ(test, slmbx_skiplist_find(test->priv, 2), (void *)test);
	KUNIT_ASSERT_PTR_EQ(test, slmbx_skiplist_remove(test->priv, 2), (void *)test);

	/* A first key too, which its node keeps for as long as it lives. */
	remove(test, 1);
	insert(test, 1);
	insert(test, 2);
	EXPECT_KEYS(test, 1, 2, 3);
	expect_shape(test, 1, 3);
}

static void skiplist_test_for_each(struct kunit *test)
{
	static const u32 step = 7919;	/* a prime: 0, 7919, ... mod 1024 are all different */
	u32 *keys = kunit_kcalloc(test, 512, sizeof(*keys), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, keys);
	slmbx_skiplist_for_each(test->priv, expect_next, NULL);
	for (i = 0; i < 1024; i++)
		insert(test, 1 + i * step % 1024);
	for (i = 0; i < 1024; i += 2)
		remove(test, 1 + i);
	for (i = 0; i < 512; i++)
		keys[i] = 2 + 2 * i;
	expect_keys(test, keys, 512);
}

static void skiplist_test_measure(struct kunit *test)
{
	struct slmbx_skiplist_shape shape;

	insert_keys(test, 10 * NODE_KEYS, 1, 1);
	remove(test, 5);
	remove(test, 55);
	slmbx_skiplist_measure(test->priv, &shape);
	KUNIT_EXPECT_EQ(test, shape.nodes, 10UL);
	KUNIT_EXPECT_EQ(test, shape.items, 10UL * NODE_KEYS - 2);
	KUNIT_EXPECT_GE(test, shape.height, 1U);
	KUNIT_EXPECT_LE(test, shape.height, 8U);
	/* Keys and items at least, and not many times that. */
	KUNIT_EXPECT_GE(test, shape.bytes, 10 * NODE_KEYS * (sizeof(u32) + sizeof(void *)));
	KUNIT_EXPECT_LE(test, shape.bytes, 40 * NODE_KEYS * (sizeof(u32) + sizeof(void *)));
}

/* Frees every node, for KASAN and kmemleak to see; the list can be made anew. */
static void skiplist_test_destroy(struct kunit *test)
{
	int round;

	slmbx_skiplist_destroy(test->priv);
	for (round = 0; round < 3; round++) {
		slmbx_skiplist_init(test->priv, 8, 2, round);
		insert_keys(test, 1000, 1, 3);
		expect_shape(test, 63, 1000);
		slmbx_skiplist_destroy(test->priv);
	}
	slmbx_skiplist_init(test->priv, 8, 2, 1);
}

/* No node is higher than @levels, however many there are, and some are that high. */
static void skiplist_test_heights(struct kunit *test)
{
	static const u32 levels[] = { 1, 2, 5, U32_MAX };
	struct slmbx_skiplist_shape shape;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(levels); i++) {
		slmbx_skiplist_destroy(test->priv);
		slmbx_skiplist_init(test->priv, levels[i], 2, 4711);
		insert_keys(test, 2000, 1, 1);
		slmbx_skiplist_measure(test->priv, &shape);
		KUNIT_EXPECT_LE(test, shape.height, levels[i]);
		KUNIT_EXPECT_LE(test, shape.height, (u32)SLMBX_SKIPLIST_LEVELS);
		KUNIT_EXPECT_GE(test, shape.height, min(levels[i], 5U));
	}
}

#define MODEL_KEYS 600

/* Sparse, so that many nodes split; dense, so that they fill. */
static u32 model_key(u32 at, bool sparse)
{
	return sparse ? 1 + at * 7000000 : 1 + at;
}

static void expect_model(struct kunit *test, const unsigned long *present, bool sparse)
{
	u32 *keys = kunit_kcalloc(test, MODEL_KEYS, sizeof(*keys), GFP_KERNEL);
	u32 at, n = 0;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, keys);
	for_each_set_bit(at, present, MODEL_KEYS) keys[n++] = model_key(at, sparse);
	expect_keys(test, keys, n);
	kunit_kfree(test, keys);
}

/*
 * Steps at random against a bitmap, with the list mostly filling and mostly
 * emptying in turn, then down to nothing; and all that again.
 */
static void against_a_bitmap(struct kunit *test, bool sparse)
{
	DECLARE_BITMAP(present, MODEL_KEYS) = {};
	struct rnd_state random;
	u32 step, at, round;
	bool filling;

	prandom_seed_state(&random, 22 + sparse);
	for (round = 0; round < 4; round++) {
		filling = !(round % 2);
		for (step = 0; step < 3 * MODEL_KEYS; step++) {
			at = prandom_u32_state(&random) % MODEL_KEYS;
			/* A quarter of the steps goes the other way. */
			if ((prandom_u32_state(&random) % 4 != 0) == filling) {
				if (!__test_and_set_bit(at, present))
					insert(test, model_key(at, sparse));
			} else if (__test_and_clear_bit(at, present)) {
				remove(test, model_key(at, sparse));
			}
		}
		expect_model(test, present, sparse);
		if (filling)
			continue;
		for_each_set_bit(at, present, MODEL_KEYS) remove(test, model_key(at, sparse));
		bitmap_zero(present, MODEL_KEYS);
		expect_empty(test);
	}
}

static void skiplist_test_dense_keys(struct kunit *test)
{
	against_a_bitmap(test, false);
}

static void skiplist_test_sparse_keys(struct kunit *test)
{
	against_a_bitmap(test, true);
}

/*
 * Readers beside a writer. Every STABLE_EVERYth key stays in the list all the
 * while, and a reader must find it each time; the others come and go, and what
 * a reader finds must be the key's own item, which is freed a grace period after
 * it went.
 *
 *	writer				reader
 *					rcu_read_lock()
 *	insert(key, item)		find(key): NULL or item
 *	remove(key)			find(key): NULL or item
 *	kfree_rcu(item)			item->key == key
 *					rcu_read_unlock()
 */
#define READERS 3
#define WORLD_KEYS 240
#define WRITER_STEPS 3000

struct thing {
	u32 key;
	struct rcu_head rcu;
};

/**
 * struct world - what the writer and the readers share
 * @list: the list
 * @stable_every: of the keys, each of this many stays
 * @present: what the writer has in the list
 * @looks: lookups of each reader
 * @written: the writer is at its end
 */
struct world {
	struct slmbx_skiplist list;
	u32 stable_every;
	struct thing *present[WORLD_KEYS];
	unsigned long looks[READERS];
	bool written;
};

static u32 world_key(u32 at)
{
	return 3 + at * 11;
}

/* Returns whether all is as it must be. In an RCU read section. */
static bool look_up(const struct world *world, u32 at)
{
	u32 stays = roundup(at, world->stable_every), key = world_key(at);
	struct thing *thing;

	thing = slmbx_skiplist_find(&world->list, key);
	if (thing ? thing->key != key : at == stays)
		return false;
	if (slmbx_skiplist_find(&world->list, key + 1))
		return false;
	/* A walk may miss what comes or goes, and nothing that stays. */
	thing = slmbx_skiplist_find_from(&world->list, &key);
	if (thing && (thing->key != key || key < world_key(at)))
		return false;
	return stays >= WORLD_KEYS || (thing && key <= world_key(stays));
}

static void read_until_written(struct worker *reader)
{
	struct world *world = reader->arg;
	struct rnd_state random;

	prandom_seed_state(&random, 100 + reader->number);
	while (!READ_ONCE(world->written)) {
		u32 at = prandom_u32_state(&random) % WORLD_KEYS;

		rcu_read_lock();
		reader->wrong += !look_up(world, at);
		rcu_read_unlock();
		WRITE_ONCE(world->looks[reader->number], world->looks[reader->number] + 1);
		cond_resched();
	}
}

static bool world_insert(struct world *world, u32 at)
{
	struct thing *thing = kzalloc(sizeof(*thing), GFP_KERNEL);

	if (!thing)
		return false;
	thing->key = world_key(at);
	if (slmbx_skiplist_insert(&world->list, thing->key, thing)) {
		kfree(thing);
		return false;
	}
	world->present[at] = thing;
	return true;
}

static bool world_remove(struct world *world, u32 at)
{
	struct thing *thing = slmbx_skiplist_remove(&world->list, world_key(at));

	if (thing != world->present[at])
		return false;
	world->present[at] = NULL;
	kfree_rcu(thing, rcu);
	return true;
}

static bool every_reader_looked(const struct world *world)
{
	u32 i;

	for (i = 0; i < READERS; i++)
		if (READ_ONCE(world->looks[i]) < 1000)
			return false;
	return true;
}

/* Drifts between nearly full and nearly empty: nodes fill, split, empty and go. */
static bool write_beside_readers(struct world *world)
{
	unsigned long deadline = jiffies + 20 * HZ;
	struct rnd_state random;
	u32 step, at;
	bool filling, ok = true;

	prandom_seed_state(&random, 5);
	for (step = 0; ok && (step < WRITER_STEPS || !every_reader_looked(world)); step++) {
		if (time_after(jiffies, deadline))
			return false;
		at = prandom_u32_state(&random) % WORLD_KEYS;
		filling = prandom_u32_state(&random) % 16 < 2 + 6 * (step / WORLD_KEYS % 3);
		if (at % world->stable_every && filling != !!world->present[at])
			ok = filling ? world_insert(world, at) : world_remove(world, at);
		cond_resched();
	}
	return ok;
}

static void free_thing(void *item, void *arg)
{
	kfree(item);
}

static void readers_beside_a_writer(struct kunit *test, u32 levels, u32 stable_every)
{
	struct worker *readers = kunit_kcalloc(test, READERS, sizeof(*readers), GFP_KERNEL);
	struct world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);
	u32 at, i;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, readers);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, world);
	world->stable_every = stable_every;
	slmbx_skiplist_init(&world->list, levels, 2, 17);
	for (at = 0; at < WORLD_KEYS; at += stable_every)
		KUNIT_ASSERT_TRUE(test, world_insert(world, at));

	for (i = 0; i < READERS; i++) {
		readers[i] = (struct worker){
			.run = read_until_written,
			.arg = world,
			.number = i,
		};
		worker_start(test, &readers[i]);
	}
	KUNIT_EXPECT_TRUE(test, write_beside_readers(world));
	WRITE_ONCE(world->written, true);
	for (i = 0; i < READERS; i++)
		worker_end(test, &readers[i]);

	slmbx_skiplist_for_each(&world->list, free_thing, NULL);
	slmbx_skiplist_destroy(&world->list);
}

static void skiplist_test_readers(struct kunit *test)
{
	readers_beside_a_writer(test, 1, 5);
	readers_beside_a_writer(test, 32, 5);
}

/* Whole nodes empty and go, for no stable key keeps them. */
static void skiplist_test_readers_of_few_stable_keys(struct kunit *test)
{
	readers_beside_a_writer(test, 1, WORLD_KEYS / 2);
	readers_beside_a_writer(test, 32, WORLD_KEYS / 2);
}

static int skiplist_test_setup(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct slmbx_skiplist), GFP_KERNEL);
	if (!test->priv)
		return -ENOMEM;
	slmbx_skiplist_init(test->priv, 8, 2, 1);
	return 0;
}

static void skiplist_test_teardown(struct kunit *test)
{
	if (test->priv)
		slmbx_skiplist_destroy(test->priv);
	/* Nodes on their way out would look like leaks. */
	rcu_barrier();
}

static struct kunit_case skiplist_test_cases[] = {
	KUNIT_CASE(skiplist_test_init),
	KUNIT_CASE(skiplist_test_find),
	KUNIT_CASE(skiplist_test_find_from),
	KUNIT_CASE(skiplist_test_extreme_keys),
	KUNIT_CASE(skiplist_test_insert_appends),
	KUNIT_CASE(skiplist_test_insert_first),
	KUNIT_CASE(skiplist_test_insert_splits),
	KUNIT_CASE(skiplist_test_insert_drops_tombstones),
	KUNIT_CASE(skiplist_test_remove),
	KUNIT_CASE(skiplist_test_remove_whole_nodes),
	KUNIT_CASE(skiplist_test_reinsert),
	KUNIT_CASE(skiplist_test_for_each),
	KUNIT_CASE(skiplist_test_measure),
	KUNIT_CASE(skiplist_test_destroy),
	KUNIT_CASE(skiplist_test_heights),
	KUNIT_CASE(skiplist_test_dense_keys),
	KUNIT_CASE(skiplist_test_sparse_keys),
	KUNIT_CASE(skiplist_test_readers),
	KUNIT_CASE(skiplist_test_readers_of_few_stable_keys),
	{}
};

static struct kunit_suite skiplist_test_suite = {
	.name = "slmbx_skiplist",
	.init = skiplist_test_setup,
	.exit = skiplist_test_teardown,
	.test_cases = skiplist_test_cases,
};

kunit_test_suites(&skiplist_test_suite);
