/* SPDX-License-Identifier: MIT */
#ifndef STRESS_WORKER_H
#define STRESS_WORKER_H

#include "arena.h"

/**
 * struct worker - what a process of the crew is to do
 * @arena: the run's
 * @number: which of them it is
 * @threads: threads that make calls
 * @stall: whether some of their copies are stalled
 */
struct worker {
	struct arena *arena;
	unsigned int number;
	unsigned int threads;
	bool stall;
};

/* The user it is, an index in the plan. */
uint8_t worker_user(const struct worker *worker);

/* Runs in a process of its own until the epoch is over, and ends it. */
_Noreturn void worker_run(const struct worker *worker);

#endif /* STRESS_WORKER_H */
