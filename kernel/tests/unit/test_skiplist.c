// SPDX-License-Identifier: MIT
/* The skip list against an array, by one thread. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include <linux/rcupdate.h>

#include "inside_skiplist.h"
#include "shim.h"
#include "unit.h"

static struct task_struct task;

static void setup(void)
{
	shim_thread_begin(&task);
}

static void teardown(void)
{
	/* Nodes on their way out would look like leaks. */
	rcu_barrier();
	shim_thread_end();
}

/* What the list should hold: for the ith of the keys an item, or NULL. */
struct model {
	struct slmbx_skiplist list;
	uint32_t n;
	uint32_t *keys;
	void **items;
	uintptr_t serial;
	uint64_t seed;
};

/* Keys that differ by @step, or for 0 by something else each time. */
static void model_start(struct model *model, uint32_t levels, uint32_t branching, uint32_t n,
			uint32_t step, uint64_t seed)
{
	uint64_t state = seed;
	uint32_t key = 1;

	*model = (struct model){ .n = n, .seed = seed };
	model->keys = calloc(n, sizeof(*model->keys));
	model->items = calloc(n, sizeof(*model->items));
	for (uint32_t i = 0; i < n; i++) {
		model->keys[i] = key;
		key += step ? step : 1 + random_below(&state, (UINT_MAX - 2) / n);
	}
	slmbx_skiplist_init(&model->list, levels, branching, seed);
}

static void model_end(struct model *model)
{
	slmbx_skiplist_destroy(&model->list);
	free(model->keys);
	free(model->items);
}

static void model_insert(struct model *model, uint32_t at)
{
	/* An item of its own each time, so that one left behind is known. */
	void *item = (void *)++model->serial;
	int err = slmbx_skiplist_insert(&model->list, model->keys[at], item);

	expect(err == 0, "insert %u: %s (seed %lu)", model->keys[at], result_name(err),
	       model->seed);
	model->items[at] = item;
}

static void model_remove(struct model *model, uint32_t at)
{
	void *item = slmbx_skiplist_remove(&model->list, model->keys[at]);

	expect(item == model->items[at], "remove %u: %p, not %p (seed %lu)", model->keys[at], item,
	       model->items[at], model->seed);
	model->items[at] = NULL;
}

struct walk {
	struct model *model;
	uint32_t at;
};

static void expect_next(void *item, void *arg)
{
	struct walk *walk = arg;

	while (walk->at < walk->model->n && !walk->model->items[walk->at])
		walk->at++;
	expect(walk->at < walk->model->n && item == walk->model->items[walk->at],
	       "for_each has %p out of turn (seed %lu)", item, walk->model->seed);
	walk->at++;
}

/* From each key, from just behind it and from both ends, what comes next. */
static void check_next(struct model *model)
{
	uint32_t next = model->n;

	for (uint32_t i = model->n; i--;) {
		for (uint32_t behind = 2; behind--;) {
			uint32_t from = model->keys[i] + behind, key = from;
			void *item;

			if (!behind && model->items[i])
				next = i;
			if (i + 1 < model->n && model->keys[i + 1] < from)
				continue;
			item = slmbx_skiplist_find_from(&model->list, &key);
			expect(item == (next < model->n ? model->items[next] : NULL),
			       "from %u: %p (seed %lu)", from, item, model->seed);
			expect(!item || key == model->keys[next], "from %u: its key is %u", from,
			       key);
		}
	}
}

/* Each key, those between them, the walks in order and the shape. */
static void model_check(struct model *model)
{
	struct walk walk = { .model = model };
	struct slmbx_skiplist_shape shape;
	uint32_t items = 0, key;
	void *item;

	for (uint32_t i = 0; i < model->n; i++) {
		key = model->keys[i];
		item = slmbx_skiplist_find(&model->list, key);
		expect(item == model->items[i], "find %u: %p, not %p (seed %lu)", key, item,
		       model->items[i], model->seed);
		items += !!model->items[i];
		if (i + 1 < model->n && model->keys[i + 1] == key + 1)
			continue;
		expect(!slmbx_skiplist_find(&model->list, key + 1), "find %u, never inserted",
		       key + 1);
	}
	check_next(model);
	slmbx_skiplist_for_each(&model->list, expect_next, &walk);
	for (; walk.at < model->n; walk.at++)
		expect(!model->items[walk.at], "for_each left %u out (seed %lu)",
		       model->keys[walk.at], model->seed);
	slmbx_skiplist_measure(&model->list, &shape);
	expect(shape.items == items, "%lu items are measured, not %u", shape.items, items);
	expect(shape.nodes * 16 >= items && shape.nodes <= items, "%lu nodes hold %u items",
	       shape.nodes, items);
	expect(shape.bytes >= shape.nodes * 256, "%lu bytes", shape.bytes);
}

static void expect_sound(struct model *model)
{
	const char *fault = skiplist_fault(&model->list);

	expect(!fault, "%s (seed %lu)", fault, model->seed);
}

static void expect_flat(struct model *model)
{
	struct slmbx_skiplist_shape shape;

	expect_sound(model);
	model_check(model);
	slmbx_skiplist_measure(&model->list, &shape);
	expect(!shape.nodes && !shape.items && !shape.bytes, "%lu nodes left (seed %lu)",
	       shape.nodes, model->seed);
}

/*
 * Fills the list in one order, empties it in another. Looks at the nodes every @every
 * steps, at all keys every 8 times that.
 */
static void fill_and_empty(struct model *model, enum order in, enum order out, uint32_t every)
{
	uint32_t *order = calloc(model->n, sizeof(*order));
	uint64_t state = model->seed;

	make_order(order, model->n, in, &state);
	for (uint32_t i = 0; i < model->n; i++) {
		model_insert(model, order[i]);
		if (i % every == 0)
			expect_sound(model);
		if (i % (8 * every) == 0)
			model_check(model);
	}
	make_order(order, model->n, out, &state);
	for (uint32_t i = 0; i < model->n; i++) {
		model_remove(model, order[i]);
		if (i % every == 0)
			expect_sound(model);
		if (i % (8 * every) == 0)
			model_check(model);
	}
	expect_flat(model);
	free(order);
}

static const uint32_t some_levels[] = { 1, 2, 3, 32, UINT_MAX };
static const uint32_t some_branching[] = { 2, 4, 8, 16 };

/* Every order in and out, twice over, dense and sparse, and a look at the nodes after every step. */
START_TEST(small_lists)
{
	uint32_t levels = some_levels[_i / ARRAY_LENGTH(some_branching)];
	uint32_t branching = some_branching[_i % ARRAY_LENGTH(some_branching)];
	static const uint32_t steps[] = { 1, 0 };
	struct model model;

	for (uint32_t s = 0; s < ARRAY_LENGTH(steps); s++) {
		model_start(&model, levels, branching, 100, steps[s], 77 + _i);
		for (int in = 0; in < ORDERS; in++)
			for (int out = 0; out < ORDERS; out++)
				fill_and_empty(&model, in, out, 1);
		model_end(&model);
	}
}
END_TEST

START_TEST(large_lists)
{
	struct model model;

	/* With few levels each step walks half of the list. */
	model_start(&model, some_levels[_i], 2, some_levels[_i] < 4 ? 2000 : 20000, _i % 2,
		    4242 + _i);
	for (int in = 0; in < ORDERS; in++)
		fill_and_empty(&model, in, SHUFFLED, 499);
	model_end(&model);
}
END_TEST

/* Comes and goes at random, with the list mostly full, half full and mostly empty. */
START_TEST(random_steps)
{
	static const uint32_t insert_in_16[] = { 14, 8, 2 };
	uint64_t state = 99 + _i;
	struct model model;
	uint32_t at;

	model_start(&model, some_levels[_i], 4, 300, 0, 99 + _i);
	for (uint32_t i = 0; i < 9000; i++) {
		at = random_below(&state, model.n);
		if (random_below(&state, 16) < insert_in_16[i / 1000 % 3]) {
			if (!model.items[at])
				model_insert(&model, at);
		} else if (model.items[at]) {
			model_remove(&model, at);
		}
		expect_sound(&model);
		if (i % 50 == 0)
			model_check(&model);
	}
	model_end(&model);
}
END_TEST

START_TEST(keys_at_the_ends)
{
	static const uint32_t keys[] = { 0, 1, 0x80000000, UINT_MAX - 1 };
	struct slmbx_skiplist list;
	uint32_t items[ARRAY_LENGTH(keys)];

	slmbx_skiplist_init(&list, 4, 2, 5);
	ck_assert_ptr_null(slmbx_skiplist_find(&list, UINT_MAX));
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
		ck_assert_ptr_null(slmbx_skiplist_find(&list, keys[i]));
		ck_assert_int_eq(slmbx_skiplist_insert(&list, keys[i], &items[i]), 0);
		ck_assert_ptr_null(slmbx_skiplist_find(&list, UINT_MAX));
		ck_assert_pstr_eq(skiplist_fault(&list), NULL);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
		ck_assert_ptr_eq(slmbx_skiplist_find(&list, keys[i]), &items[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
		ck_assert_ptr_eq(slmbx_skiplist_remove(&list, keys[i]), &items[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
		ck_assert_ptr_null(slmbx_skiplist_find(&list, keys[i]));
	slmbx_skiplist_destroy(&list);
}
END_TEST

/* Allocations of the steps since the last call. */
static unsigned long allocations(void)
{
	return shim_fail_allocations(SHIM_COUNT_ALLOCATIONS);
}

static void expect_shape(const struct slmbx_skiplist *list, unsigned long nodes,
			 unsigned long items, unsigned long tombstones)
{
	struct slmbx_skiplist_shape shape;

	slmbx_skiplist_measure(list, &shape);
	ck_assert_uint_eq(shape.nodes, nodes);
	ck_assert_uint_eq(shape.items, items);
	ck_assert_uint_eq(skiplist_tombstones(list), tombstones);
	ck_assert_pstr_eq(skiplist_fault(list), NULL);
}

/* One node with the keys 10, 20 … 160. */
static void fill_node(struct model *model)
{
	model_start(model, 8, 2, 33, 5, 3);
	for (uint32_t i = 1; i < 32; i += 2) {
		model->keys[i] = 5 * (i + 1);
		model_insert(model, i);
	}
	expect_shape(&model->list, 1, 16, 0);
	allocations();
}

/* Removing leaves the key; the same key again needs no memory, nor does one at the end. */
START_TEST(tombstones_come_back_to_life)
{
	struct model model;

	fill_node(&model);
	model_remove(&model, 7);
	model_remove(&model, 1);
	expect_shape(&model.list, 1, 14, 2);
	model_check(&model);
	model_insert(&model, 1);
	model_insert(&model, 7);
	expect_shape(&model.list, 1, 16, 0);
	ck_assert_uint_eq(allocations(), 0);
	model_check(&model);

	/* The first key and the last item; then the node goes. */
	for (uint32_t i = 1; i < 32; i += 2)
		model_remove(&model, i);
	expect_shape(&model.list, 0, 0, 0);
	ck_assert_uint_eq(allocations(), 0);
	model_end(&model);
}
END_TEST

/* A full node with a key for its middle becomes two; with a tombstone, one without it. */
START_TEST(full_nodes_split)
{
	struct model model;

	fill_node(&model);
	model_insert(&model, 14);
	ck_assert_uint_eq(allocations(), 2);
	expect_shape(&model.list, 2, 17, 0);
	model_check(&model);
	model_end(&model);

	fill_node(&model);
	model_remove(&model, 31);
	model_insert(&model, 14);
	ck_assert_uint_eq(allocations(), 1);
	expect_shape(&model.list, 1, 16, 0);
	model_check(&model);
	model_end(&model);
}
END_TEST

/* Rising keys fill nodes to the brim: the cheapest a list can be. */
START_TEST(rising_keys_fill_nodes)
{
	struct model model;

	model_start(&model, 16, 4, 1600, 1, 8);
	for (uint32_t i = 0; i < model.n; i++)
		model_insert(&model, i);
	expect_shape(&model.list, 100, 1600, 0);
	model_end(&model);
}
END_TEST

static unsigned long height_of(uint32_t levels, uint32_t branching, uint32_t nodes)
{
	struct slmbx_skiplist_shape shape;
	struct model model;

	model_start(&model, levels, branching, 16 * nodes, 1, 11);
	for (uint32_t i = 0; i < model.n; i++)
		model_insert(&model, i);
	slmbx_skiplist_measure(&model.list, &shape);
	ck_assert_pstr_eq(skiplist_fault(&model.list), NULL);
	model_end(&model);
	return shape.height;
}

/* 2,000 nodes: about 11 levels of two, 5.5 of four, 3 of sixteen; never more than allowed. */
START_TEST(heights)
{
	ck_assert_uint_eq(height_of(1, 2, 200), 1);
	ck_assert_uint_eq(height_of(5, 2, 2000), 5);
	ck_assert_uint_ge(height_of(UINT_MAX, 2, 2000), 7);
	ck_assert_uint_le(height_of(UINT_MAX, 2, 2000), 24);
	ck_assert_uint_ge(height_of(UINT_MAX, 4, 2000), 3);
	ck_assert_uint_le(height_of(UINT_MAX, 4, 2000), 12);
	ck_assert_uint_ge(height_of(UINT_MAX, 16, 2000), 2);
	ck_assert_uint_le(height_of(UINT_MAX, 16, 2000), 7);
}
END_TEST

/* Inserts that need memory, each of them refused at each place. */
START_TEST(no_memory)
{
	struct model model;

	model_start(&model, 8, 2, 64, 1, 6);
	for (uint32_t i = 0; i < model.n; i++) {
		/* From both ends to the middle: new nodes, copies and splits. */
		uint32_t at = i % 2 ? model.n - 1 - i / 2 : i / 2;
		unsigned long nth, asked;
		int err;

		for (nth = 1;; nth++) {
			shim_fail_allocations(nth, nth);
			err = slmbx_skiplist_insert(&model.list, model.keys[at], &model);
			asked = shim_fail_allocations(0, 0);
			if (asked < nth)
				break;
			expect_result(err, -ENOMEM);
			expect_sound(&model);
			model_check(&model);
		}
		expect_result(err, 0);
		model.items[at] = &model;
		model_check(&model);
	}
	model_end(&model);
}
END_TEST

/* With items in it: the nodes go, which the leak check sees. */
START_TEST(destroy_frees_every_node)
{
	struct model model;

	model_start(&model, 32, 2, 5000, 0, 12);
	for (uint32_t i = 0; i < model.n; i++)
		model_insert(&model, model.n - 1 - i);
	model_end(&model);
}
END_TEST

/* No seed makes the generator stand still. */
START_TEST(any_seed)
{
	static const uint64_t seeds[] = { 0, 1, UINT64_MAX, 1ULL << 63 };
	struct slmbx_skiplist_shape shape;
	struct slmbx_skiplist list;

	for (size_t i = 0; i < ARRAY_LENGTH(seeds); i++) {
		slmbx_skiplist_init(&list, 32, 2, seeds[i]);
		for (uint32_t key = 1; key <= 16000; key++)
			ck_assert_int_eq(slmbx_skiplist_insert(&list, key, &list), 0);
		slmbx_skiplist_measure(&list, &shape);
		ck_assert_uint_ge(shape.height, 5);
		ck_assert_uint_le(shape.height, 24);
		slmbx_skiplist_destroy(&list);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("skiplist");
	TCase *tcase = unit_case(suite, "skiplist");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, small_lists, 0,
			    ARRAY_LENGTH(some_levels) * ARRAY_LENGTH(some_branching));
	tcase_add_loop_test(tcase, large_lists, 0, ARRAY_LENGTH(some_levels));
	tcase_add_loop_test(tcase, random_steps, 0, ARRAY_LENGTH(some_levels));
	tcase_add_test(tcase, keys_at_the_ends);
	tcase_add_test(tcase, tombstones_come_back_to_life);
	tcase_add_test(tcase, full_nodes_split);
	tcase_add_test(tcase, rising_keys_fill_nodes);
	tcase_add_test(tcase, heights);
	tcase_add_test(tcase, no_memory);
	tcase_add_test(tcase, destroy_frees_every_node);
	tcase_add_test(tcase, any_seed);
	return unit_run(suite);
}
