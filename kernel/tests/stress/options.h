/* SPDX-License-Identifier: MIT */
#ifndef STRESS_OPTIONS_H
#define STRESS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct options - of a run
 * @engine: daemon, syscall or device
 * @daemon: the slmbxd to start
 * @check: a record to check instead of running anything
 * @keep: directory for the record of an epoch with violations
 * @seconds: how long
 * @epoch_ms: how long an epoch's crew works
 * @processes: at a time
 * @threads: in each
 * @calls: of each thread in an epoch, at most
 * @patience: seconds in which a process must end
 * @seed: of all that is random
 * @wipe: the engine may be in use
 */
struct options {
	const char *engine;
	const char *daemon;
	const char *check;
	const char *keep;
	unsigned int seconds;
	unsigned int epoch_ms;
	unsigned int processes;
	unsigned int threads;
	unsigned int calls;
	unsigned int patience;
	uint64_t seed;
	bool wipe;
};

/* False, with a word on stderr, if they make no sense. Ends the program after --help. */
bool options_read(struct options *options, int argc, char *const argv[]);

#endif /* STRESS_OPTIONS_H */
