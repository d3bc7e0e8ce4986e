/* SPDX-License-Identifier: MIT */
#ifndef STRESS_PLAN_H
#define STRESS_PLAN_H

#include "op.h"

/* Kinds of epochs. */
enum phase {
	STEADY, /* every mailbox stays: nothing whatever may be lost */
	CHURN, /* some are destroyed and made again all the time */
	UPHEAVAL, /* so are all of them, and the system is shut down */
	PHASES,
};

extern const char *const phase_names[PHASES];

/* Mailboxes and what they are, at random. The users are there already. */
void plan_epoch(struct plan *plan, enum phase phase, uint64_t seed);

#endif /* STRESS_PLAN_H */
