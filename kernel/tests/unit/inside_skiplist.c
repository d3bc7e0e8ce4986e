// SPDX-License-Identifier: MIT
/* The skip list itself, and checks that must know what a node is. */
#include "skiplist.c"

#include <stdio.h>

#include "inside_skiplist.h"

static const char *fault(const struct slmbx_node *node, const char *what)
{
	static __thread char text[96];

	snprintf(text, sizeof(text), "node of key %u: %s", node->key[0], what);
	return text;
}

static const char *node_fault(const struct slmbx_skiplist *list, const struct slmbx_node *node)
{
	u32 live = 0, i;

	if (node->height < 1 || node->height > list->height)
		return fault(node, "its height is none of the list's");
	if (node->used < 1 || node->used > NODE_KEYS)
		return fault(node, "the number of its keys is none it can have");
	for (i = 0; i < NODE_KEYS; i++) {
		if (i >= node->used && (node->key[i] != NO_KEY || writer_item(node, i)))
			return fault(node, "a place is not empty though unused");
		if (i < node->used &&
		    (node->key[i] == NO_KEY || (i && node->key[i] <= node->key[i - 1])))
			return fault(node, "its keys are not in order");
		live += !!writer_item(node, i);
	}
	if (live != node->live)
		return fault(node, "its count of items is wrong");
	return live ? NULL : fault(node, "it is empty and still there");
}

static bool link_is_true(const struct slmbx_link *links, u32 level)
{
	const struct slmbx_node *node = writer_next(links, level);

	return links[level].first == (node ? node->key[0] : NO_KEY);
}

const char *skiplist_fault(const struct slmbx_skiplist *list)
{
	const struct slmbx_node *expected[SLMBX_SKIPLIST_LEVELS], *node, *next;
	const char *wrong;
	u32 level;

	if (list->levels > SLMBX_SKIPLIST_LEVELS || list->height > list->levels)
		return "it is higher than allowed";
	for (level = 0; level < SLMBX_SKIPLIST_LEVELS; level++) {
		expected[level] = writer_next(list->head, level);
		if (level >= list->height && expected[level])
			return "a level above its height is in use";
		if (!link_is_true(list->head, level))
			return "the head says another first key than its node";
	}
	if (list->height && !expected[list->height - 1])
		return "its highest level leads nowhere";
	for (node = expected[0]; node; node = next) {
		wrong = node_fault(list, node);
		if (wrong)
			return wrong;
		for (level = 0; level < node->height; level++) {
			if (expected[level] != node)
				return fault(node, "a level passes it by");
			if (!link_is_true(node->next, level))
				return fault(node, "it says another first key than the next node");
			expected[level] = writer_next(node->next, level);
		}
		next = expected[0];
		if (next && next->key[0] <= node->key[node->used - 1])
			return fault(node, "the next node begins within it");
	}
	for (level = 0; level < list->height; level++)
		if (expected[level])
			return "a level leads to a node that is not in level 0";
	return NULL;
}

unsigned long skiplist_tombstones(const struct slmbx_skiplist *list)
{
	const struct slmbx_node *node = writer_next(list->head, 0);
	unsigned long tombstones = 0;

	for (; node; node = writer_next(node->next, 0))
		tombstones += node->used - node->live;
	return tombstones;
}
