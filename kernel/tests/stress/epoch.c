// SPDX-License-Identifier: MIT
/*
 * An epoch: a system is made, used by a crew until the time is over, emptied, and shut
 * down. The supervisor's own calls are part of its history: that a mailbox is found empty
 * in the end is what proves that nothing was lost.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "epoch.h"
#include "random.h"

static bool expect(const char *what, long result)
{
	if (result >= 0)
		return true;
	fprintf(stderr, "stress: %s: %s\n", what, strerror((int)-result));
	return false;
}

static bool set_up(struct supervisor *supervisor, enum phase phase, uint64_t seed)
{
	struct arena *arena = supervisor->crew->arena;

	arena_reset(arena);
	arena->seed = seed;
	plan_epoch(&arena->plan, phase, seed);
	caller_init(&supervisor->caller, arena, arena->n_logs - 1, 0);
	if (!expect("init", caller_do(&supervisor->caller, OP_INIT, NO_BOX, 0)))
		return false;
	for (uint32_t i = 0; i < arena->plan.n_boxes; i++)
		if (!expect("create", caller_do(&supervisor->caller, OP_CREATE, i,
						arena->plan.boxes[i].owner)))
			return false;
	return true;
}

/* Until it answers that there is nothing, or what it is that hinders. */
static void drain(struct caller *caller, uint32_t box)
{
	uint8_t owner = caller->arena->plan.boxes[box].owner;

	while (!log_is_full(caller->arena, caller->log) && caller_drain(caller, box, owner) >= 0)
		;
}

/* True if nothing hindered it, the room in the log included. */
static bool tear_down(struct supervisor *supervisor)
{
	struct caller *caller = &supervisor->caller;
	long result;

	for (uint32_t i = 0; i < caller->arena->plan.n_boxes; i++)
		drain(caller, i);
	if (log_is_full(caller->arena, caller->log)) {
		fprintf(stderr, "stress: more messages were left than the log holds\n");
		return false;
	}
	result = caller_do(caller, OP_SHUTDOWN, NO_BOX, 0);
	return result == -ENODEV || expect("shutdown", result);
}

bool epoch_run(struct supervisor *supervisor, enum phase phase, uint64_t seed, double seconds,
	       struct epoch *epoch)
{
	struct arena *arena = supervisor->crew->arena;
	bool worked = set_up(supervisor, phase, seed);

	if (worked)
		worked = crew_work(supervisor->crew, seconds);
	if (worked && supervisor->settle)
		worked = supervisor->settle();
	if (worked)
		worked = tear_down(supervisor);
	epoch->history.plan = &arena->plan;
	epoch->history.ops = arena_collect(arena, &epoch->history.n);
	if (!epoch->history.ops)
		return false;
	check_history(&epoch->history, &epoch->findings);
	return worked;
}
