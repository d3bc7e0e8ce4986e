/* SPDX-License-Identifier: MIT */
/*
 * Questions about moments in time, answered from sorted arrays. Each is filled first,
 * then sorted once, then asked.
 */
#ifndef STRESS_CHECKER_SORTED_H
#define STRESS_CHECKER_SORTED_H

#include <stddef.h>
#include <stdint.h>

#include "../op.h"

/* Grows the array @at of things of @size for one more. Ends the program without memory. */
void *grown(void *at, size_t n, size_t size);

/* How many ticks are before one. */
struct ticks {
	uint64_t *at;
	size_t n;
};

void ticks_add(struct ticks *ticks, uint64_t tick);
void ticks_sort(struct ticks *ticks);
size_t ticks_before(const struct ticks *ticks, uint64_t tick);

/* Of what has a key after a tick, what has the lowest value. */
struct soonest {
	struct soon {
		uint64_t key, value;
		const struct op *op;
		size_t best; /* of those from here on */
	} * at;
	size_t n;
};

void soonest_add(struct soonest *soonest, uint64_t key, uint64_t value, const struct op *op);
void soonest_sort(struct soonest *soonest);
/* NULL if nothing has such a key. */
const struct soon *soonest_after(const struct soonest *soonest, uint64_t tick);
/* Its value, or NEVER. */
uint64_t soonest_value(const struct soonest *soonest, uint64_t tick);

/* Whether the time from one tick to another is covered by spans, ends not included. */
struct spans {
	struct span {
		uint64_t from, to;
		const struct op *why;
	} * at;
	size_t n;
};

void spans_add(struct spans *spans, uint64_t from, uint64_t to, const struct op *why);
/* Makes one of those that overlap. */
void spans_merge(struct spans *spans);
/* The span that covers all of it, or NULL. */
const struct span *spans_cover(const struct spans *spans, uint64_t from, uint64_t to);

#endif /* STRESS_CHECKER_SORTED_H */
