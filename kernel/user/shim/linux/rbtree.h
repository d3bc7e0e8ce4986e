/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An ordered tree with the kernel's names, for its callers' sake; what balances it is
 * another matter: see rbtree.c.
 */
#ifndef SHIM_LINUX_RBTREE_H
#define SHIM_LINUX_RBTREE_H

#include <linux/container_of.h>
#include <linux/types.h>

struct rb_node {
	struct rb_node *parent;
	struct rb_node *right;
	struct rb_node *left;
};

struct rb_root {
	struct rb_node *rb_node;
};

struct rb_root_cached {
	struct rb_root rb_root;
	struct rb_node *rb_leftmost;
};

#define RB_ROOT		((struct rb_root){ NULL })
#define RB_ROOT_CACHED	((struct rb_root_cached){ { NULL }, NULL })

#define rb_entry(ptr, type, member)	container_of(ptr, type, member)

/* In no tree: only of nodes so marked. */
#define RB_CLEAR_NODE(node)		((node)->parent = (node))
#define RB_EMPTY_NODE(node)		((node)->parent == (node))

/* Behind all that are equal to it. */
void rb_add(struct rb_node *node, struct rb_root *tree,
	    bool (*less)(struct rb_node *, const struct rb_node *));
void rb_erase(struct rb_node *node, struct rb_root *root);
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_find(const void *key, const struct rb_root *tree,
			int (*cmp)(const void *key, const struct rb_node *));

/* @node if it is the first now, else NULL. */
struct rb_node *rb_add_cached(struct rb_node *node, struct rb_root_cached *tree,
			      bool (*less)(struct rb_node *, const struct rb_node *));
/* What is the first now, if @node was; else NULL. */
struct rb_node *rb_erase_cached(struct rb_node *node, struct rb_root_cached *root);

static inline struct rb_node *rb_first_cached(const struct rb_root_cached *root)
{
	return root->rb_leftmost;
}

#endif /* SHIM_LINUX_RBTREE_H */
