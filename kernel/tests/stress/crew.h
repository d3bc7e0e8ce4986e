/* SPDX-License-Identifier: MIT */
/*
 * The processes of an epoch: started, disturbed, killed, replaced, and in the end gone.
 */
#ifndef STRESS_CREW_H
#define STRESS_CREW_H

#include <signal.h>
#include <sys/types.h>

#include "arena.h"
#include "worker.h"

/**
 * struct crew - the processes
 * @arena: what they share
 * @processes: how many at a time
 * @threads: in each of them
 * @stall: whether some copies are stalled
 * @late: a killed process' call may still take effect once the process is gone
 * @patience: seconds in which each must end once it is told to
 * @random: state of what is random
 * @pids: the processes; 0 where there is none
 * @last_kill: calls of the epoch when one was killed last
 * @killed: how many were killed
 * @failed: how many ended otherwise, or did not end
 * @interrupted: set by a signal, the epoch ends early
 */
struct crew {
	struct arena *arena;
	unsigned int processes;
	unsigned int threads;
	bool stall;
	bool late;
	unsigned int patience;
	uint64_t random;
	pid_t pids[MAX_PROCESSES];
	uint64_t last_kill;
	unsigned long killed;
	unsigned long failed;
	const volatile sig_atomic_t *interrupted;
};

/* Works for @seconds (longer on a slow machine), or until the logs are full. False if any process failed. */
bool crew_work(struct crew *crew, double seconds);

double now(void);

#endif /* STRESS_CREW_H */
