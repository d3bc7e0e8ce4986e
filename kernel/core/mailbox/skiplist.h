/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBX_SKIPLIST_H
#define SLMBX_SKIPLIST_H

#include <linux/compiler.h>
#include <linux/types.h>

/* Enough levels for 2^32 keys at the smallest branching; more would stay empty. */
#define SLMBX_SKIPLIST_LEVELS	32

struct slmbx_node;

/**
 * struct slmbx_link - where a level leads on
 * @first: first key of @node; U32_MAX without one
 * @node: the next node of the level, or NULL
 *
 * @first spares readers a look at a node that is too far. The two are two stores:
 * skiplist.c says why a reader that sees one without the other does no wrong.
 */
struct slmbx_link {
	u32 first;
	struct slmbx_node __rcu *node;
};

/**
 * struct slmbx_skiplist - a sorted map from u32 keys to items
 * @levels: pointers a node has at most
 * @branching: a node has each further pointer with chance 1/@branching
 * @height: levels in use
 * @random: state of the generator of heights
 * @head: leads to the first node of each level
 *
 * An unrolled skip list: a node holds up to 16 keys in one cache line and at
 * least one forward pointer. See skiplist.c for who may do what when.
 */
struct slmbx_skiplist {
	u32 levels;
	u32 branching;
	u32 height;
	u64 random;
	struct slmbx_link head[SLMBX_SKIPLIST_LEVELS];
};

/**
 * struct slmbx_skiplist_shape - what a list looks like
 * @nodes: nodes
 * @items: items in them
 * @height: levels in use
 * @bytes: memory of the nodes
 */
struct slmbx_skiplist_shape {
	unsigned long nodes;
	unsigned long items;
	unsigned long bytes;
	u32 height;
};

/* @levels >= 1, @branching a power of two >= 2; @seed any. */
void slmbx_skiplist_init(struct slmbx_skiplist *list, u32 levels, u32 branching, u64 seed);

/* Frees the nodes, not the items. Nobody may use the list any more. May sleep. */
void slmbx_skiplist_destroy(struct slmbx_skiplist *list);

/* Within an RCU read section, or as the writer: */

/* The item at @key, or NULL. */
void *slmbx_skiplist_find(const struct slmbx_skiplist *list, u32 key);
/*
 * The item of the lowest key at or above *@key, which is set to its key, or NULL.
 * Beside a writer it may or may not meet what comes or goes meanwhile.
 */
void *slmbx_skiplist_find_from(const struct slmbx_skiplist *list, u32 *key);

/*
 * Writers, one at a time. Insert wants a @key that is not in the list, below
 * U32_MAX, and returns 0 or -ENOMEM with nothing changed. Remove wants a key
 * that is, returns its item, and allocates nothing; the item may be freed a
 * grace period later.
 */
int __must_check slmbx_skiplist_insert(struct slmbx_skiplist *list, u32 key, void *item);
void *slmbx_skiplist_remove(struct slmbx_skiplist *list, u32 key);

/* Calls @visit for each item in the order of keys. As the writer. */
void slmbx_skiplist_for_each(const struct slmbx_skiplist *list,
			     void (*visit)(void *item, void *arg), void *arg);

/* As the writer. */
void slmbx_skiplist_measure(const struct slmbx_skiplist *list, struct slmbx_skiplist_shape *shape);

#endif /* SLMBX_SKIPLIST_H */
