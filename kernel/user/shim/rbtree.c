// SPDX-License-Identifier: GPL-2.0
/*
 * A treap: a binary search tree that is a heap by each node's rank. As ranks are as good
 * as random, it is as deep as a tree into which all came in random order: O(log n).
 */
#include <stdint.h>

#include <linux/rbtree.h>

/* Mixes the address, which doesn't change as long as the node is in a tree. */
static u64 rank_of(const struct rb_node *node)
{
	u64 rank = (uintptr_t)node;

	rank = (rank ^ (rank >> 30)) * 0xbf58476d1ce4e5b9ULL;
	rank = (rank ^ (rank >> 27)) * 0x94d049bb133111ebULL;
	return rank ^ (rank >> 31);
}

/* @child, which may be NULL, takes the place of @node. */
static void replace(struct rb_node *node, struct rb_node *child, struct rb_root *root)
{
	struct rb_node *parent = node->parent;

	if (!parent)
		root->rb_node = child;
	else if (parent->left == node)
		parent->left = child;
	else
		parent->right = child;
	if (child)
		child->parent = parent;
}

/* @node and its parent change places. */
static void rotate_up(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *parent = node->parent, *moved;

	replace(parent, node, root);
	if (parent->left == node) {
		moved = node->right;
		parent->left = moved;
		node->right = parent;
	} else {
		moved = node->left;
		parent->right = moved;
		node->left = parent;
	}
	if (moved)
		moved->parent = parent;
	parent->parent = node;
}

void rb_add(struct rb_node *node, struct rb_root *tree,
	    bool (*less)(struct rb_node *, const struct rb_node *))
{
	struct rb_node **link = &tree->rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = less(node, parent) ? &parent->left : &parent->right;
	}
	*node = (struct rb_node){ .parent = parent };
	*link = node;
	while (node->parent && rank_of(node) > rank_of(node->parent))
		rotate_up(node, tree);
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	while (node->left && node->right)
		rotate_up(rank_of(node->left) > rank_of(node->right) ? node->left : node->right,
			  root);
	replace(node, node->left ? node->left : node->right, root);
}

static struct rb_node *leftmost(struct rb_node *node)
{
	while (node && node->left)
		node = node->left;
	return node;
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return leftmost(root->rb_node);
}

struct rb_node *rb_next(const struct rb_node *node)
{
	if (node->right)
		return leftmost(node->right);
	while (node->parent && node->parent->right == node)
		node = node->parent;
	return node->parent;
}

struct rb_node *rb_find(const void *key, const struct rb_root *tree,
			int (*cmp)(const void *key, const struct rb_node *))
{
	struct rb_node *node = tree->rb_node;
	int order;

	while (node && (order = cmp(key, node)))
		node = order < 0 ? node->left : node->right;
	return node;
}

struct rb_node *rb_add_cached(struct rb_node *node, struct rb_root_cached *tree,
			      bool (*less)(struct rb_node *, const struct rb_node *))
{
	bool first = !tree->rb_leftmost || less(node, tree->rb_leftmost);

	rb_add(node, &tree->rb_root, less);
	if (!first)
		return NULL;
	tree->rb_leftmost = node;
	return node;
}

struct rb_node *rb_erase_cached(struct rb_node *node, struct rb_root_cached *root)
{
	struct rb_node *next = NULL;

	if (root->rb_leftmost == node) {
		next = rb_next(node);
		root->rb_leftmost = next;
	}
	rb_erase(node, &root->rb_root);
	return next;
}
