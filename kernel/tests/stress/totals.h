/* SPDX-License-Identifier: MIT */
/*
 * What a run came to, and how it is told: TAP on standard output.
 */
#ifndef STRESS_TOTALS_H
#define STRESS_TOTALS_H

#include <errno.h>

#include "checker/checker.h"
#include "crew.h"
#include "plan.h"

/**
 * struct totals - of all epochs
 * @epochs: of each phase
 * @calls: made in each phase
 * @answered: calls of each kind that worked
 * @faults: sends and receives that answered EFAULT
 * @unfinished: calls that a kill cut short
 * @seconds: in which the crews worked
 * @findings: of the checker
 * @failed: the run could not go on; why was said
 */
struct totals {
	unsigned long epochs[PHASES];
	unsigned long calls[PHASES];
	unsigned long answered[OP_KINDS];
	unsigned long faults[2];
	unsigned long unfinished;
	double seconds;
	struct findings findings;
	bool failed;
};

void totals_add(struct totals *totals, const struct history *history);

/* The plan line. */
void totals_begin(void);
/*
 * Every test's line. @stall_error is the reason for which no copies were stalled, or 0,
 * or ENOTSUP where the engine doesn't copy in the kernel. True if all is well.
 */
bool totals_tell(const struct totals *totals, const struct crew *crew, int stall_error,
		 bool clean_end);

#endif /* STRESS_TOTALS_H */
