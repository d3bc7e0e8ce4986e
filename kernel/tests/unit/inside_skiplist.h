/* SPDX-License-Identifier: MIT */
/* The skip list seen from inside. */
#ifndef INSIDE_SKIPLIST_H
#define INSIDE_SKIPLIST_H

#include "skiplist.h"

/*
 * What is wrong with @list, or NULL: every node's keys are sorted and its counts
 * right, the nodes are in order, and each level holds exactly the nodes that are
 * that high. As the writer.
 */
const char *skiplist_fault(const struct slmbx_skiplist *list);

/* Keys without an item that nodes still hold. As the writer. */
unsigned long skiplist_tombstones(const struct slmbx_skiplist *list);

#endif /* INSIDE_SKIPLIST_H */
