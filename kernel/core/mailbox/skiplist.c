// SPDX-License-Identifier: GPL-2.0
/*
 * An unrolled skip list read without locks.
 *
 * A node holds sorted keys in one cache line beside their items, so that a
 * lookup touches a node it passes once, and few nodes. Nodes are in the order
 * of their first keys; all keys of a node are below the next one's first.
 *
 * Ownership and locking
 *   Writers are serialised by the caller. Readers are in an RCU read section.
 *   A published node changes in three ways only, each one store that a reader
 *   sees or doesn't: an item is cleared (the key stays as a tombstone, so that
 *   removing needs no memory), a cleared item is set again, or a key greater
 *   than all of its keys is appended (item first). Its first key never changes.
 *   Every other change makes new nodes that take the old one's place at every
 *   level, from the lowest up; the old one is freed a grace period later.
 *
 *        level 1   A ------------------> D         A ------------> C2 ---> D
 *        level 0   A ---> B ---> C ----> D   =>    A -> B -> C1 -> C2 ---> D
 *
 *   A reader that stands on an old node goes on from there: the old node's
 *   pointers are as they were when it left, and lead past every key greater
 *   than its own that was in the list then. It never misses a key that stayed
 *   in the list all the while, because no key moves to a place behind a reader
 *   but by way of a new node, and the old one still has it.
 *
 *   A link says its node's first key too. A reader that finds it at or below its
 *   key goes to the node and looks again; one that finds it above stays. So a
 *   stale first key does harm only if it is above a key that stayed in the list
 *   and that this link leads to. It never is: a node takes another's place with a
 *   lower first key only to bring that very key, and a link comes to pass over
 *   keys only when its node had none left.
 */
#include <linux/build_bug.h>
#include <linux/container_of.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "memory.h"
#include "skiplist.h"

#define NODE_KEYS	16
#define NO_KEY		U32_MAX		/* fills unused places: above every key */

/* The smallest allocation, so that the keys fill one aligned cache line. */
#define NODE_BYTES	256

/**
 * struct slmbx_node - up to NODE_KEYS keys and their items
 * @item: NULL where the key is a tombstone
 * @key: sorted, NO_KEY from @used on; [0] is immutable
 * @used: keys, tombstones included (writer)
 * @live: keys that are not tombstones (writer)
 * @height: entries of @next; immutable
 * @rcu: frees it
 * @next: following node at each level
 *
 * A lookup that passes a node needs its keys and pointers only, which fill two
 * neighbouring cache lines.
 */
struct slmbx_node {
	void __rcu *item[NODE_KEYS];
	u32 key[NODE_KEYS];
	u8 used;
	u8 live;
	u8 height;
	struct rcu_head rcu;
	struct slmbx_link next[];
};

/* A place in the list: for each level the links whose entry of that level leads on. */
struct path {
	struct slmbx_link *links[SLMBX_SKIPLIST_LEVELS];
};

/* The writer's reads need no read section. */
static struct slmbx_node *writer_next(const struct slmbx_link *links, u32 level)
{
	return rcu_dereference_protected(links[level].node, 1);
}

static void *writer_item(const struct slmbx_node *node, u32 at)
{
	return rcu_dereference_protected(node->item[at], 1);
}

/*
 * Reads of a lookup. That is a reader's or the writer's, who is in no read section; what
 * makes it the writer only the caller knows.
 */
static const struct slmbx_node *lookup_next(const struct slmbx_link *links, u32 level)
{
	return rcu_dereference_raw(links[level].node);
}

static void *lookup_item(const struct slmbx_node *node, u32 at)
{
	return rcu_dereference_raw(node->item[at]);
}

static void set_next(struct slmbx_link *links, u32 level, struct slmbx_node *node)
{
	WRITE_ONCE(links[level].first, node ? node->key[0] : NO_KEY);
	rcu_assign_pointer(links[level].node, node);
}

static size_t node_bytes(u32 height)
{
	struct slmbx_node *node;

	return max_t(size_t, NODE_BYTES, roundup_pow_of_two(struct_size(node, next, height)));
}

static struct slmbx_node *node_alloc(u32 height)
{
	struct slmbx_node *node;
	u32 i;

	/* At its cgroup's limit a create fails; nobody is killed for it. */
	node = kzalloc(node_bytes(height), SLMBX_GFP);
	if (!node)
		return NULL;
	for (i = 0; i < NODE_KEYS; i++)
		node->key[i] = NO_KEY;
	node->height = height;
	return node;
}

static void node_free_rcu(struct rcu_head *rcu)
{
	kfree(container_of(rcu, struct slmbx_node, rcu));
}

/* To a node that no reader sees yet. */
static void node_append_private(struct slmbx_node *node, u32 key, void *item)
{
	node->key[node->used] = key;
	RCU_INIT_POINTER(node->item[node->used], item);
	node->used++;
	node->live++;
}

/* Place of the last key at or below @key; @node's first key is. */
static u32 node_search(const struct slmbx_node *node, u32 key)
{
	u32 at;

	BUILD_BUG_ON(NODE_KEYS != 16);
	at = READ_ONCE(node->key[8]) <= key ? 8 : 0;
	at += READ_ONCE(node->key[at + 4]) <= key ? 4 : 0;
	at += READ_ONCE(node->key[at + 2]) <= key ? 2 : 0;
	at += READ_ONCE(node->key[at + 1]) <= key ? 1 : 0;
	return at;
}

/* The node where @key is if it is in the list; NULL if @key is below every key. */
static const struct slmbx_node *find_node(const struct slmbx_skiplist *list, u32 key)
{
	const struct slmbx_link *links = list->head;
	const struct slmbx_node *node = NULL, *next;
	u32 level = READ_ONCE(list->height);

	while (level--) {
		while (READ_ONCE(links[level].first) <= key) {
			next = lookup_next(links, level);
			if (!next || next->key[0] > key)
				break;
			node = next;
			links = node->next;
		}
	}
	return node;
}

void *slmbx_skiplist_find(const struct slmbx_skiplist *list, u32 key)
{
	const struct slmbx_node *node;
	u32 at;

	if (key == NO_KEY)
		return NULL;
	node = find_node(list, key);
	if (!node)
		return NULL;
	at = node_search(node, key);
	return READ_ONCE(node->key[at]) == key ? lookup_item(node, at) : NULL;
}

/* The first item of @node whose key is at or above *@key, and its key. */
static void *first_from(const struct slmbx_node *node, u32 *key)
{
	u32 at, found;
	void *item;

	for (at = 0; at < NODE_KEYS; at++) {
		/* Pairs with node_append(), which stores the key after the item. */
		found = smp_load_acquire(&node->key[at]);
		if (found == NO_KEY)
			return NULL;
		if (found < *key)
			continue;
		item = lookup_item(node, at);
		if (item) {
			*key = found;
			return item;
		}
	}
	return NULL;
}

void *slmbx_skiplist_find_from(const struct slmbx_skiplist *list, u32 *key)
{
	const struct slmbx_node *node;
	void *item = NULL;

	node = find_node(list, *key) ?: lookup_next(list->head, 0);
	for (; node && !item; node = lookup_next(node->next, 0))
		item = first_from(node, key);
	return item;
}

/*
 * Fills @path with the place before the first node whose first key is @bound
 * or above; returns the node before that place, NULL at the start of the list.
 */
static struct slmbx_node *seek(struct slmbx_skiplist *list, u32 bound, struct path *path)
{
	struct slmbx_link *links = list->head;
	struct slmbx_node *node = NULL;
	u32 level;

	/* Levels not in use yet start at the head. */
	for (level = list->height; level < list->levels; level++)
		path->links[level] = list->head;
	for (level = list->height; level--;) {
		while (links[level].first < bound) {
			node = writer_next(links, level);
			links = node->next;
		}
		path->links[level] = links;
	}
	return node;
}

/* xorshift64*, whose high bits are the good ones. */
static u32 random_u32(struct slmbx_skiplist *list)
{
	list->random ^= list->random >> 12;
	list->random ^= list->random << 25;
	list->random ^= list->random >> 27;
	return (list->random * 0x2545f4914f6cdd1dULL) >> 32;
}

static u32 random_height(struct slmbx_skiplist *list)
{
	u32 height = 1;

	while (height < list->levels && !(random_u32(list) & (list->branching - 1)))
		height++;
	return height;
}

/*
 * Puts @fresh, and after it @second if there is one, where @old is, or where
 * @path leads to if @old is NULL. @fresh is at least as high as @old.
 */
static void publish(struct slmbx_skiplist *list, struct path *path, struct slmbx_node *old,
		    struct slmbx_node *fresh, struct slmbx_node *second)
{
	u32 height = max_t(u32, fresh->height, second ? second->height : 0);
	u32 level;

	for (level = 0; level < height; level++) {
		struct slmbx_node *after = old && level < old->height ?
						   writer_next(old->next, level) :
						   writer_next(path->links[level], level);

		if (second && level < second->height) {
			set_next(second->next, level, after);
			after = second;
		}
		if (level < fresh->height)
			set_next(fresh->next, level, after);
	}
	for (level = 0; level < height; level++)
		set_next(path->links[level], level, level < fresh->height ? fresh : second);
	if (height > list->height)
		WRITE_ONCE(list->height, height);
	if (old)
		call_rcu(&old->rcu, node_free_rcu);
}

static int insert_new_node(struct slmbx_skiplist *list, u32 key, void *item)
{
	struct slmbx_node *fresh = node_alloc(random_height(list));
	struct path path;

	if (!fresh)
		return -ENOMEM;
	node_append_private(fresh, key, item);
	seek(list, key, &path);
	publish(list, &path, NULL, fresh, NULL);
	return 0;
}

/* Replaces @old by one or two nodes with its live keys and @key. */
static int insert_by_copy(struct slmbx_skiplist *list, struct slmbx_node *old, u32 key, void *item)
{
	u32 first = old->live < NODE_KEYS ? NODE_KEYS : (NODE_KEYS + 1) / 2;
	struct slmbx_node *fresh, *second = NULL, *to;
	struct path path;
	bool placed = false;
	u32 i;

	fresh = node_alloc(old->height);
	if (!fresh)
		return -ENOMEM;
	if (old->live == NODE_KEYS) {
		second = node_alloc(random_height(list));
		if (!second) {
			kfree(fresh);
			return -ENOMEM;
		}
	}
	for (i = 0; i < old->used; i++) {
		if (!placed && key < old->key[i]) {
			to = fresh->used < first ? fresh : second;
			node_append_private(to, key, item);
			placed = true;
		}
		if (!writer_item(old, i))
			continue;
		to = fresh->used < first ? fresh : second;
		node_append_private(to, old->key[i], writer_item(old, i));
	}
	if (!placed)
		node_append_private(fresh->used < first ? fresh : second, key, item);
	seek(list, old->key[0], &path);
	publish(list, &path, old, fresh, second);
	return 0;
}

/* Appends to a published node. */
static void node_append(struct slmbx_node *node, u32 key, void *item)
{
	rcu_assign_pointer(node->item[node->used], item);
	/* Item first; a reader that sees the key without it takes it for a tombstone. */
	smp_store_release(&node->key[node->used], key);
	node->used++;
	node->live++;
}

int slmbx_skiplist_insert(struct slmbx_skiplist *list, u32 key, void *item)
{
	struct slmbx_node *node;
	struct path path;
	u32 at;

	node = seek(list, key + 1, &path);
	if (!node) {
		/* Below every key: into the first node, if it has room. */
		node = writer_next(list->head, 0);
		if (!node || node->live == NODE_KEYS)
			return insert_new_node(list, key, item);
		return insert_by_copy(list, node, key, item);
	}
	at = node_search(node, key);
	if (node->key[at] == key) {
		rcu_assign_pointer(node->item[at], item);
		node->live++;
		return 0;
	}
	if (at + 1 < node->used || (node->used == NODE_KEYS && node->live < NODE_KEYS))
		return insert_by_copy(list, node, key, item);
	if (node->used == NODE_KEYS)
		return insert_new_node(list, key, item);
	node_append(node, key, item);
	return 0;
}

void *slmbx_skiplist_remove(struct slmbx_skiplist *list, u32 key)
{
	struct slmbx_node *node;
	struct path path;
	void *item;
	u32 at, level;

	node = seek(list, key + 1, &path);
	at = node_search(node, key);
	item = writer_item(node, at);
	RCU_INIT_POINTER(node->item[at], NULL);
	if (--node->live)
		return item;
	/* From the top: a level's pointer never leads to a node that left a lower one. */
	seek(list, node->key[0], &path);
	for (level = node->height; level--;)
		set_next(path.links[level], level, writer_next(node->next, level));
	/* A level that leads nowhere: whether a reader starts there makes no difference. */
	while (list->height && !writer_next(list->head, list->height - 1))
		WRITE_ONCE(list->height, list->height - 1);
	call_rcu(&node->rcu, node_free_rcu);
	return item;
}

void slmbx_skiplist_for_each(const struct slmbx_skiplist *list,
			     void (*visit)(void *item, void *arg), void *arg)
{
	struct slmbx_node *node = writer_next(list->head, 0);
	u32 i;

	for (; node; node = writer_next(node->next, 0))
		for (i = 0; i < node->used; i++)
			if (writer_item(node, i))
				visit(writer_item(node, i), arg);
}

void slmbx_skiplist_measure(const struct slmbx_skiplist *list, struct slmbx_skiplist_shape *shape)
{
	struct slmbx_node *node = writer_next(list->head, 0);

	*shape = (struct slmbx_skiplist_shape){ .height = list->height };
	for (; node; node = writer_next(node->next, 0)) {
		shape->nodes++;
		shape->items += node->live;
		shape->bytes += node_bytes(node->height);
		cond_resched();
	}
}

void slmbx_skiplist_init(struct slmbx_skiplist *list, u32 levels, u32 branching, u64 seed)
{
	u32 level;

	*list = (struct slmbx_skiplist){
		.levels = min_t(u32, levels, SLMBX_SKIPLIST_LEVELS),
		.branching = branching,
		.random = seed ?: 1,	/* 0 would stay 0 */
	};
	for (level = 0; level < SLMBX_SKIPLIST_LEVELS; level++)
		list->head[level].first = NO_KEY;
}

void slmbx_skiplist_destroy(struct slmbx_skiplist *list)
{
	struct slmbx_node *node = writer_next(list->head, 0), *next;

	for (; node; node = next) {
		next = writer_next(node->next, 0);
		kfree(node);
		cond_resched();
	}
}
