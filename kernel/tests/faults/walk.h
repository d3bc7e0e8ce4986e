/* SPDX-License-Identifier: MIT */
#ifndef FAULTS_WALK_H
#define FAULTS_WALK_H

#include <stdbool.h>
#include <sys/types.h>

#include "../guest/entry.h"

/* What a fault may make of a call. */
enum { NO_MEMORY = 1, BAD_ADDRESS = 2 };

/**
 * struct walk - one call, made with each of its allocations and copies failing in turn
 * @name: of the test
 * @build: from an uninitialised system to where the call is made
 * @call: the call; @mem is set by the walk, to a message of @seed for a send
 * @arguments: fills @mem, for a call whose arguments are a struct
 * @caller: its uid
 * @success: what it answers when nothing fails
 * @verify: that it was done, once it answered so; may use the mailboxes up
 * @errors: NO_MEMORY, BAD_ADDRESS
 * @least: faults that must fail it at least, on the syscall engine
 * @copies: and besides on the device: of its own argument
 */
struct walk {
	const char *name;
	void (*build)(const struct walk *walk);
	struct call call;
	void (*arguments)(void *mem);
	uid_t caller;
	long success;
	void (*verify)(const struct walk *walk, const void *mem);
	unsigned int errors;
	unsigned int least;
	unsigned int copies;
};

extern const struct walk walks[];
extern const unsigned int walks_number;

/* A uid that holds nothing before the call. */
#define NEWCOMER	54321

/* Walks, and fails the running test where something is wrong. */
void walk_through(const struct walk *walk, enum engine engine);

#endif /* FAULTS_WALK_H */
