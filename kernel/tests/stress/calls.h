/* SPDX-License-Identifier: MIT */
/*
 * One call each, made with random arguments and written down.
 */
#ifndef STRESS_CALLS_H
#define STRESS_CALLS_H

#include "arena.h"
#include "memory.h"
#include "stall.h"

/**
 * struct caller - a thread that makes calls
 * @arena: where it writes them down,
 * @log: in which log
 * @actor: its number
 * @user: whose process it is in, an index in the plan
 * @sent: messages sent or tried
 * @random: state of what is random
 * @memory: to send from and receive into
 * @lane: to stall copies in, or NULL
 */
struct caller {
	struct arena *arena;
	uint32_t log;
	uint32_t actor;
	uint8_t user;
	uint32_t sent;
	uint64_t random;
	struct memory memory;
	struct lane *lane;
};

/* A new actor. */
void caller_init(struct caller *caller, struct arena *arena, uint32_t log, uint8_t user);

/*
 * Makes the call @kind as @user, who is the caller's own unless that is 0. Returns what it
 * returned. @box is NO_BOX for init and shutdown.
 */
long caller_do(struct caller *caller, enum op_kind kind, uint32_t box, uint8_t user);

/* Receives with room for any message. */
long caller_drain(struct caller *caller, uint32_t box, uint8_t user);

#endif /* STRESS_CALLS_H */
