// SPDX-License-Identifier: MIT
/*
 * lookup STRUCTURE N [BRANCHING]: nanoseconds of one lookup among N random ids,
 * each lookup's key depending on the result of the one before. The ids asked for
 * are drawn at random, not cycled through: a cycle is learnt by the branch predictor.
 *
 * skiplist is the core's; hash is liburcu's lock-free RCU table, rbtree is the
 * intrusive red-black tree of <sys/tree.h>, which readers couldn't share with a
 * writer without a lock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bsd/sys/tree.h>
#include <linux/log2.h>
#include <linux/rcupdate.h>
#include <urcu/rculfhash.h>

#include "bench.h"
#include "shim.h"
#include "skiplist.h"

#define LOOKUPS	2000000
/* Items are multiples of this, so that the low bits of a result are 0. */
#define ITEM_ALIGN	64

struct structure {
	const char *name;
	void (*init)(unsigned int n, unsigned int branching);
	void (*insert)(unsigned int id, void *item);
	void *(*find)(unsigned int id);
};

static struct slmbx_skiplist list;

static void list_init(unsigned int n, unsigned int branching)
{
	slmbx_skiplist_init(&list, SLMBX_SKIPLIST_LEVELS, branching, 42);
}

static void list_insert(unsigned int id, void *item)
{
	if (slmbx_skiplist_insert(&list, id, item))
		abort();
}

static void *list_find(unsigned int id)
{
	return slmbx_skiplist_find(&list, id);
}

struct tree_node {
	RB_ENTRY(tree_node) link;
	unsigned int id;
	void *item;
};

static int tree_order(struct tree_node *left, struct tree_node *right)
{
	return left->id < right->id ? -1 : left->id > right->id;
}

static RB_HEAD(tree, tree_node) tree = RB_INITIALIZER(&tree);
RB_PROTOTYPE(tree, tree_node, link, tree_order);
RB_GENERATE(tree, tree_node, link, tree_order);

static void tree_init(unsigned int n, unsigned int branching)
{
}

static void tree_insert(unsigned int id, void *item)
{
	struct tree_node *node = malloc(sizeof(*node));

	if (!node)
		abort();
	node->id = id;
	node->item = item;
	RB_INSERT(tree, &tree, node);
}

static void *tree_find(unsigned int id)
{
	struct tree_node key = { .id = id };
	struct tree_node *node = RB_FIND(tree, &tree, &key);

	return node ? node->item : NULL;
}

struct hash_node {
	struct cds_lfht_node link;
	unsigned int id;
	void *item;
};

static struct cds_lfht *table;

static unsigned long hash_of(unsigned int id)
{
	return id * 0x9e3779b97f4a7c15ULL >> 20;
}

static int hash_match(struct cds_lfht_node *node, const void *key)
{
	return caa_container_of(node, struct hash_node, link)->id == *(const unsigned int *)key;
}

/* As many buckets as ids from the start: what it costs to grow isn't measured. */
static void hash_init(unsigned int n, unsigned int branching)
{
	unsigned long buckets = roundup_pow_of_two(n);

	table = cds_lfht_new_flavor(buckets, buckets, buckets, 0, &urcu_memb_flavor, NULL);
	if (!table)
		abort();
}

static void hash_insert(unsigned int id, void *item)
{
	struct hash_node *node = malloc(sizeof(*node));

	if (!node)
		abort();
	node->id = id;
	node->item = item;
	rcu_read_lock();
	cds_lfht_add(table, hash_of(id), &node->link);
	rcu_read_unlock();
}

static void *hash_find(unsigned int id)
{
	struct cds_lfht_iter iter;
	struct cds_lfht_node *node;

	cds_lfht_lookup(table, hash_of(id), hash_match, &id, &iter);
	node = cds_lfht_iter_get_node(&iter);
	return node ? caa_container_of(node, struct hash_node, link)->item : NULL;
}

static const struct structure structures[] = {
	{ "skiplist", list_init, list_insert, list_find },
	{ "rbtree", tree_init, tree_insert, tree_find },
	{ "hash", hash_init, hash_insert, hash_find },
};

static double measure(const struct structure *s, const unsigned int *asked, unsigned int n)
{
	unsigned long found = 0;
	double start;
	unsigned int i;

	rcu_read_lock();
	start = now_ns();
	for (i = 0; i < n; i++)
		found = (unsigned long)s->find(asked[i] + (found & (ITEM_ALIGN - 1)));
	start = now_ns() - start;
	rcu_read_unlock();
	return found ? start / n : -1;
}

static unsigned int *draw_ids(unsigned int n)
{
	unsigned int *ids = malloc(n * sizeof(*ids)), i;

	if (!ids)
		abort();
	/* An odd multiplier permutes the 32-bit numbers: distinct and spread. */
	for (i = 0; i < n; i++)
		ids[i] = (i + 1) * 2654435761U;
	return ids;
}

int main(int argc, char **argv)
{
	unsigned int n = argc > 2 ? strtoul(argv[2], NULL, 10) : 0, i;
	unsigned int branching = argc > 3 ? strtoul(argv[3], NULL, 10) : 4;
	unsigned int *asked = malloc(LOOKUPS * sizeof(*asked)), *ids;
	const struct structure *s = NULL;
	struct task_struct task = {};
	uint64_t random = 88172645463325252ULL;

	for (i = 0; i < sizeof(structures) / sizeof(*structures); i++)
		if (argc > 1 && !strcmp(argv[1], structures[i].name))
			s = &structures[i];
	if (!s || !n || !asked) {
		fprintf(stderr, "usage: lookup skiplist|rbtree|hash N [BRANCHING]\n");
		return 2;
	}
	shim_thread_begin(&task);
	ids = draw_ids(n);
	s->init(n, branching);
	for (i = 0; i < n; i++)
		s->insert(ids[i], (void *)((i + 1UL) * ITEM_ALIGN));
	rcu_barrier();
	for (i = 0; i < LOOKUPS; i++)
		asked[i] = ids[next_random(&random) % n];
	measure(s, asked, LOOKUPS / 4);
	printf("%.2f\n", measure(s, asked, LOOKUPS));
	shim_thread_end();
	return 0;
}
