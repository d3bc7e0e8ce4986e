/* SPDX-License-Identifier: MIT */
/*
 * Proves from what was written down about an epoch's calls that the mailboxes behaved:
 * that there is, for what each call answered, a moment between its begin and its end at
 * which the answer was right. What can't be decided (calls of killed processes, what
 * overlaps in time) is taken in the engine's favour, so a violation is always real.
 *
 * For queues the proof is by the patterns that any history out of line must show
 * (Henzinger, Sezgin, Vafeiadis: Aspect-oriented linearizability proofs, 2013): a message
 * received that nobody sent, one received twice, one received after a later one, and
 * emptiness answered while there was a message.
 */
#ifndef STRESS_CHECKER_H
#define STRESS_CHECKER_H

#include <stddef.h>

#include "../op.h"

enum property {
	ANSWERS, /* a result is among those the call may give for its arguments */
	EXISTENCE, /* ENODEV, ENOENT, EEXIST and success follow init, shutdown, create, destroy */
	ACCESS, /* EPERM for those who may not, and for no one else */
	CONTENTS, /* a received message has the bytes and the length it was sent with */
	ORIGIN, /* what is received was sent before, to that mailbox as it is now */
	ONCE, /* and comes only once */
	ORDER, /* no message is received after one that was sent later */
	LOSS, /* what was sent stays until received or ended with its mailbox */
	COUNTS, /* count, length and stat are what they can be */
	PROPERTIES,
};

extern const char *const property_names[PROPERTIES];

struct history {
	const struct plan *plan;
	const struct op *ops; /* in any order */
	size_t n;
};

/**
 * struct findings - what came out
 * @checked: things the property was shown for
 * @violated: things that violate it
 * @report: is told of each violation, and the up to three calls that show it (or NULL)
 * @arg: for @report
 */
struct findings {
	unsigned long checked[PROPERTIES];
	unsigned long violated[PROPERTIES];
	void (*report)(void *arg, enum property property, const char *what,
		       const struct op *const calls[3]);
	void *arg;
};

/* Adds to the numbers of @findings. */
void check_history(const struct history *history, struct findings *findings);

#endif /* STRESS_CHECKER_H */
