// SPDX-License-Identifier: MIT
/* The shim's trees, against an array: what they hold, in which order, and how deep they are. */
#include <stdlib.h>

#include <linux/rbtree.h>

#include "unit.h"

#define ITEMS	2000

struct item {
	struct rb_node node;
	uint32_t key;
	unsigned int arrived;
};

static struct item *items;

static struct item *item_of(const struct rb_node *node)
{
	return rb_entry(node, struct item, node);
}

static bool less(struct rb_node *a, const struct rb_node *b)
{
	return item_of(a)->key < item_of(b)->key;
}

static int compare(const void *key, const struct rb_node *node)
{
	uint32_t wanted = *(const uint32_t *)key, has = item_of(node)->key;

	return wanted < has ? -1 : wanted > has;
}

/* Their order in the tree: by key, equal ones as they came. */
static int by_place(const void *left, const void *right)
{
	const struct item *a = *(struct item *const *)left, *b = *(struct item *const *)right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->arrived < b->arrived ? -1 : 1;
}

static unsigned int depth_of(const struct rb_node *node)
{
	unsigned int left, right;

	if (!node)
		return 0;
	expect(!node->left || node->left->parent == node, "a child has another parent");
	expect(!node->right || node->right->parent == node, "a child has another parent");
	left = depth_of(node->left);
	right = depth_of(node->right);
	return 1 + (left > right ? left : right);
}

/* The tree is of @n items, in the order of @model, which gets sorted. */
static void expect_equal(const struct rb_root_cached *tree, struct item **model, unsigned int n)
{
	struct rb_node *node = rb_first(&tree->rb_root);

	qsort(model, n, sizeof(*model), by_place);
	expect(rb_first_cached(tree) == node, "another is first");
	for (unsigned int i = 0; i < n; i++) {
		expect(node == &model[i]->node, "another item at %u of %u", i, n);
		node = rb_next(node);
	}
	expect(!node, "one item too many");
	/* log2 of 2000 is 11. It would take a billion trees for one of random order so deep. */
	expect(depth_of(tree->rb_root.rb_node) <= 60, "the tree is a list");
}

static void expect_found(const struct rb_root_cached *tree, struct item *const *model,
			 unsigned int n, uint32_t key)
{
	struct rb_node *node = rb_find(&key, &tree->rb_root, compare);
	bool there = false;

	for (unsigned int i = 0; i < n && !there; i++)
		there = model[i]->key == key;
	expect(!!node == there && (!node || item_of(node)->key == key), "key %u", key);
}

START_TEST(does_what_an_array_does)
{
	struct rb_root_cached tree = RB_ROOT_CACHED;
	uint64_t random = _i + 1;
	struct item *model[ITEMS];
	unsigned int n = 0, arrived = 0;

	items = calloc(ITEMS, sizeof(*items));
	for (unsigned int step = 0; step < 20 * ITEMS; step++) {
		struct item *item = &items[random_below(&random, ITEMS / (1 + step % 3))];
		bool was_first;

		if (!item->arrived) {
			item->key = random_below(&random, ITEMS);
			item->arrived = ++arrived;
			was_first = !tree.rb_leftmost || item->key < item_of(tree.rb_leftmost)->key;
			expect(rb_add_cached(&item->node, &tree, less) ==
				       (was_first ? &item->node : NULL),
			       "wrong about who is first");
			model[n++] = item;
		} else {
			unsigned int at = 0;

			while (model[at] != item)
				at++;
			was_first = tree.rb_leftmost == &item->node;
			expect(rb_erase_cached(&item->node, &tree) ==
				       (was_first ? tree.rb_leftmost : NULL),
			       "wrong about who is first");
			item->arrived = 0;
			model[at] = model[--n];
		}
		if (step % 97 == 0) {
			expect_equal(&tree, model, n);
			expect_found(&tree, model, n, random_below(&random, ITEMS));
		}
	}
	expect_equal(&tree, model, n);
	free(items);
}
END_TEST

START_TEST(stays_shallow_in_any_order)
{
	struct rb_root tree = RB_ROOT;
	uint64_t random = 1;
	uint32_t order[ITEMS];

	items = calloc(ITEMS, sizeof(*items));
	make_order(order, ITEMS, _i, &random);
	for (unsigned int i = 0; i < ITEMS; i++) {
		items[order[i]].key = order[i];
		rb_add(&items[order[i]].node, &tree, less);
	}
	expect(depth_of(tree.rb_node) <= 60, "the tree is a list");
	for (unsigned int i = 0; i < ITEMS; i++) {
		struct rb_node *first = rb_first(&tree);

		expect(item_of(first)->key == i, "key %u is first, not %u", item_of(first)->key, i);
		rb_erase(first, &tree);
	}
	ck_assert_ptr_null(tree.rb_node);
	ck_assert_ptr_null(rb_first(&tree));
	free(items);
}
END_TEST

START_TEST(knows_a_node_that_is_in_no_tree)
{
	struct rb_root tree = RB_ROOT;
	struct item item;

	RB_CLEAR_NODE(&item.node);
	ck_assert(RB_EMPTY_NODE(&item.node));
	rb_add(&item.node, &tree, less);
	ck_assert(!RB_EMPTY_NODE(&item.node));
	rb_erase(&item.node, &tree);
	RB_CLEAR_NODE(&item.node);
	ck_assert(RB_EMPTY_NODE(&item.node));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("rbtree");
	TCase *trees = unit_case(suite, "trees");

	tcase_add_loop_test(trees, does_what_an_array_does, 0, 4);
	tcase_add_loop_test(trees, stays_shallow_in_any_order, 0, ORDERS);
	tcase_add_test(trees, knows_a_node_that_is_in_no_tree);
	return unit_run(suite);
}
