/* SPDX-License-Identifier: MIT */
/*
 * The system that rows of tables start on: mailboxes of two users, full, empty and
 * protected ones, with messages that are ready, leased and delayed. Root stands for whom
 * the suite runs as.
 */
#ifndef CONFORMANCE_STANDARD_H
#define CONFORMANCE_STANDARD_H

#include <stddef.h>

#include <slmbx.h>

#include "snapshot.h"
#include "users.h"

enum id {
	ZERO = SLMBX_ID_NONE,
	TOP = SLMBX_ID_INVALID,
	ABSENT = 5,
	LAST = SLMBX_ID_INVALID - 1,	/* absent too, but the highest valid id */
	/* Each of FULL holds three messages, of HEAD, 0 and 5000 bytes. */
	ROOT_FULL = 10,
	ROOT_EMPTY = 11,
	ROOT_PROTECTED = 12,
	ROOT_PROTECTED_EMPTY = 13,
	ROOT_MIXED = 14,		/* one leased, two ready (HEAD, 5000), one delayed */
	ROOT_LEASED = 15,		/* one leased, one delayed, none ready */
	ROOT_LIMITED = 16,		/* one leased, one ready, one delayed: no more */
	NOBODY_FULL = 20,
	NOBODY_EMPTY = 21,
	NOBODY_PROTECTED = 22,
	NOBODY_PROTECTED_EMPTY = 23,
	NOBODY_ZERO = 24,		/* holds one message of no bytes */
	NOBODY_LIMITED = 25,		/* as root's, and protected */
};

#define HEAD 11
#define HEAD_SEED 1
#define ME SAME_USER

/* Without root only the suite's own mailboxes can be there. */
void standard_system(struct snapshot *system);
/* Whether @id, or @caller, is another user's. */
bool standard_needs_root(uid_t caller, unsigned int id);

const char *id_name(unsigned int id);
const char *caller_name(uid_t uid);

#endif /* CONFORMANCE_STANDARD_H */
