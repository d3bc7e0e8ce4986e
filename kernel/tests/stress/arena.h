/* SPDX-License-Identifier: MIT */
/*
 * Memory that all processes of a run share: the clock, the plan, and the logs. A process
 * may be killed at any instruction; what it wrote before is there.
 */
#ifndef STRESS_ARENA_H
#define STRESS_ARENA_H

#include <stdatomic.h>
#include <stddef.h>
#include <sys/types.h>

#include "op.h"

#define MAX_PROCESSES 64
#define MAX_THREADS 4
#define MAX_LOGS (MAX_PROCESSES * MAX_THREADS + 1)

/* What becomes of a copy that was stalled. */
enum fate {
	FATE_GO_ON, /* the page comes after a while */
	FATE_FAULT, /* the memory is taken away */
	FATE_KILL, /* the process is killed */
	FATES,
};

/**
 * struct arena - what all processes share
 * @clock: the last tick
 * @actors: the last actor
 * @stop: the epoch is over
 * @stalls: copies that were stalled: out of a sender's memory, into a receiver's
 * @plan: of this epoch
 * @seed: of all that is random in this epoch
 * @supervisor: the process that runs all the others
 * @capacity: calls a log holds
 * @n_logs: logs; the last is the supervisor's
 * @n: calls in each log; the last may be unfinished
 * @ops: the calls, log by log
 */
struct arena {
	_Atomic uint64_t clock;
	_Atomic uint32_t actors;
	_Atomic bool stop;
	_Atomic unsigned long stalls[2][FATES];
	struct plan plan;
	uint64_t seed;
	pid_t supervisor;
	uint32_t capacity;
	uint32_t n_logs;
	_Atomic uint32_t n[MAX_LOGS];
	struct op ops[];
};

/* NULL without memory. */
struct arena *arena_new(uint32_t n_logs, uint32_t capacity);
/* For a new epoch: empties the logs, sets the clock back. */
void arena_reset(struct arena *arena);

uint64_t arena_tick(struct arena *arena);

bool log_is_full(const struct arena *arena, uint32_t log);
/* Writes @op down with its begin. The call is to be made right after. */
struct op *log_begin(struct arena *arena, uint32_t log, const struct op *op);
/* To be called right after the call. What was received may be looked at then. */
void log_end(struct arena *arena, struct op *op, long result);
/* All is known about it. */
void log_done(struct op *op);
/* The thread that wrote the log was killed: what it left unfinished ends with @end. */
void log_cut(struct arena *arena, uint32_t log, uint64_t end);
/* Whether the log ends with an unfinished call, and which. */
const struct op *log_unfinished(const struct arena *arena, uint32_t log);

/* All calls of all logs, to be freed; NULL without memory. */
struct op *arena_collect(const struct arena *arena, size_t *n);

#endif /* STRESS_ARENA_H */
