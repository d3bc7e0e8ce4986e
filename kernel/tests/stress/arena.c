// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "arena.h"

struct arena *arena_new(uint32_t n_logs, uint32_t capacity)
{
	size_t size = sizeof(struct arena) + (size_t)n_logs * capacity * sizeof(struct op);
	struct arena *arena =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (arena == MAP_FAILED)
		return NULL;
	arena->n_logs = n_logs;
	arena->capacity = capacity;
	return arena;
}

void arena_reset(struct arena *arena)
{
	atomic_store(&arena->clock, 0);
	atomic_store(&arena->actors, 0);
	atomic_store(&arena->stop, false);
	for (uint32_t i = 0; i < arena->n_logs; i++)
		atomic_store(&arena->n[i], 0);
}

uint64_t arena_tick(struct arena *arena)
{
	return atomic_fetch_add(&arena->clock, 1) + 1;
}

static const struct op *log_start(const struct arena *arena, uint32_t log)
{
	return arena->ops + (size_t)log * arena->capacity;
}

bool log_is_full(const struct arena *arena, uint32_t log)
{
	return atomic_load_explicit(&arena->n[log], memory_order_relaxed) == arena->capacity;
}

struct op *log_begin(struct arena *arena, uint32_t log, const struct op *op)
{
	uint32_t n = atomic_load_explicit(&arena->n[log], memory_order_relaxed);
	struct op *entry = arena->ops + (size_t)log * arena->capacity + n;

	*entry = *op;
	entry->end = NEVER;
	entry->begin = arena_tick(arena);
	/* Killed before this, the call was not made. */
	atomic_store_explicit(&arena->n[log], n + 1, memory_order_release);
	return entry;
}

void log_end(struct arena *arena, struct op *op, long result)
{
	uint64_t end = arena_tick(arena);

	op->result = result > INT32_MAX ? INT32_MAX : (int32_t)result;
	op->end = end;
}

void log_done(struct op *op)
{
	/* Killed before this, nobody may rely on the rest. */
	atomic_signal_fence(memory_order_release);
	*(volatile uint8_t *)&op->flags |= OP_DONE;
}

const struct op *log_unfinished(const struct arena *arena, uint32_t log)
{
	uint32_t n = atomic_load(&arena->n[log]);
	const struct op *last = n ? log_start(arena, log) + n - 1 : NULL;

	return last && !op_done(last) ? last : NULL;
}

void log_cut(struct arena *arena, uint32_t log, uint64_t end)
{
	struct op *op = (struct op *)log_unfinished(arena, log);

	if (op)
		op->end = end;
}

struct op *arena_collect(const struct arena *arena, size_t *n)
{
	struct op *all;
	size_t total = 0;

	for (uint32_t i = 0; i < arena->n_logs; i++)
		total += arena->n[i];
	all = malloc(total * sizeof(*all));
	*n = 0;
	for (uint32_t i = 0; all && i < arena->n_logs; i++) {
		memcpy(all + *n, log_start(arena, i), arena->n[i] * sizeof(*all));
		*n += arena->n[i];
	}
	return all;
}
