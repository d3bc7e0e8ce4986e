/* SPDX-License-Identifier: MIT */
#ifndef STRESS_EPOCH_H
#define STRESS_EPOCH_H

#include "calls.h"
#include "checker/checker.h"
#include "crew.h"
#include "plan.h"

/**
 * struct epoch - what one came to
 * @history: its calls; the caller frees @history.ops
 * @findings: what the checker made of them
 */
struct epoch {
	struct history history;
	struct findings findings;
};

/* What the supervisor needs besides the crew. */
struct supervisor {
	struct crew *crew;
	struct caller caller;
	/* Waits until the engine has done all that dead processes asked for, or is NULL. */
	bool (*settle)(void);
};

/* Runs and checks one epoch. False, with a word on stderr, if it could not be brought to an end. */
bool epoch_run(struct supervisor *supervisor, enum phase phase, uint64_t seed, double seconds,
	       struct epoch *epoch);

#endif /* STRESS_EPOCH_H */
