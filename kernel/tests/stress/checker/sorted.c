// SPDX-License-Identifier: MIT
#include <err.h>
#include <stdlib.h>

#include "sorted.h"

void *grown(void *at, size_t n, size_t size)
{
	/* Doubled when it has reached a power of two. */
	if (n & (n - 1))
		return at;
	at = realloc(at, (n ? 2 * n : 1) * size);
	if (!at)
		err(2, "the checker");
	return at;
}

static int by_number(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_tick(const void *a, const void *b)
{
	return by_number(*(const uint64_t *)a, *(const uint64_t *)b);
}

void ticks_add(struct ticks *ticks, uint64_t tick)
{
	ticks->at = grown(ticks->at, ticks->n, sizeof(*ticks->at));
	ticks->at[ticks->n++] = tick;
}

void ticks_sort(struct ticks *ticks)
{
	if (ticks->n)
		qsort(ticks->at, ticks->n, sizeof(*ticks->at), by_tick);
}

size_t ticks_before(const struct ticks *ticks, uint64_t tick)
{
	size_t low = 0, high = ticks->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ticks->at[middle] < tick)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int by_key(const void *a, const void *b)
{
	return by_number(((const struct soon *)a)->key, ((const struct soon *)b)->key);
}

void soonest_add(struct soonest *soonest, uint64_t key, uint64_t value, const struct op *op)
{
	soonest->at = grown(soonest->at, soonest->n, sizeof(*soonest->at));
	soonest->at[soonest->n++] = (struct soon){ .key = key, .value = value, .op = op };
}

void soonest_sort(struct soonest *soonest)
{
	size_t best = soonest->n;

	if (soonest->n)
		qsort(soonest->at, soonest->n, sizeof(*soonest->at), by_key);
	for (size_t i = soonest->n; i-- > 0;) {
		if (best == soonest->n || soonest->at[i].value <= soonest->at[best].value)
			best = i;
		soonest->at[i].best = best;
	}
}

const struct soon *soonest_after(const struct soonest *soonest, uint64_t tick)
{
	size_t low = 0, high = soonest->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (soonest->at[middle].key <= tick)
			low = middle + 1;
		else
			high = middle;
	}
	return low < soonest->n ? &soonest->at[soonest->at[low].best] : NULL;
}

uint64_t soonest_value(const struct soonest *soonest, uint64_t tick)
{
	const struct soon *soon = soonest_after(soonest, tick);

	return soon ? soon->value : NEVER;
}

static int by_from(const void *a, const void *b)
{
	return by_number(((const struct span *)a)->from, ((const struct span *)b)->from);
}

void spans_add(struct spans *spans, uint64_t from, uint64_t to, const struct op *why)
{
	if (from >= to)
		return;
	spans->at = grown(spans->at, spans->n, sizeof(*spans->at));
	spans->at[spans->n++] = (struct span){ .from = from, .to = to, .why = why };
}

void spans_merge(struct spans *spans)
{
	size_t n = 0;

	if (!spans->n)
		return;
	qsort(spans->at, spans->n, sizeof(*spans->at), by_from);
	for (size_t i = 1; i < spans->n; i++) {
		if (spans->at[i].from >= spans->at[n].to)
			spans->at[++n] = spans->at[i];
		else if (spans->at[i].to > spans->at[n].to)
			spans->at[n].to = spans->at[i].to;
	}
	spans->n = n + 1;
}

const struct span *spans_cover(const struct spans *spans, uint64_t from, uint64_t to)
{
	size_t low = 0, high = spans->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (spans->at[middle].from < from)
			low = middle + 1;
		else
			high = middle;
	}
	return low && spans->at[low - 1].to > to ? &spans->at[low - 1] : NULL;
}
