// SPDX-License-Identifier: MIT
/*
 * The calls and their errors, row by row as SPEC.md has them, and DELIVERY.md those
 * of stat and purge. Each row is one call on a known system. Where conditions of
 * several errors hold at once, the row expects the one that is checked first.
 *
 * Every row is mistake 11's test too: errors are negative, and the right ones.
 */
#include <stdio.h>

#include "harness.h"
#include "memory.h"
#include "snapshot.h"
#include "standard.h"
#include "users.h"

enum call { INIT, SHUTDOWN, CREATE, DESTROY, COUNT, SEND, RECV, LENGTH, STAT, PURGE };

enum state {
	OFF,	/* not initialised */
	ON,	/* initialised, with the mailboxes of standard_system() */
};

#define V0 SLMBX_STAT_SIZE_V0
#define WHOLE sizeof(struct slmbx_stat)
#define MAX_LEN UINT_MAX

enum where {
	GOOD,
	NO_BUFFER,	/* NULL */
	BAD,		/* each bad pointer in turn */
};

struct row {
	enum call call;
	enum state state;
	uid_t caller;
	unsigned int a;		/* id; init: ptrs */
	unsigned int b;		/* len; create: protected; init: prob; stat: size */
	enum where where;
	long want;
};

#define INIT(state, caller, ptrs, prob, want) { INIT, state, caller, ptrs, prob, GOOD, want }
#define SHUTDOWN(state, caller, want) { SHUTDOWN, state, caller, 0, 0, GOOD, want }
#define CREATE(state, caller, id, protect, want) { CREATE, state, caller, id, protect, GOOD, want }
#define DESTROY(state, caller, id, want) { DESTROY, state, caller, id, 0, GOOD, want }
#define COUNT(state, caller, id, want) { COUNT, state, caller, id, 0, GOOD, want }
#define LENGTH(state, caller, id, want) { LENGTH, state, caller, id, 0, GOOD, want }
#define SEND(state, caller, id, where, len, want) { SEND, state, caller, id, len, where, want }
#define RECV(state, caller, id, where, len, want) { RECV, state, caller, id, len, where, want }
#define STAT(state, caller, id, where, size, want) { STAT, state, caller, id, size, where, want }
#define PURGE(state, caller, id, want) { PURGE, state, caller, id, 0, GOOD, want }

static const struct row rows[] = {
	/* init: EPERM, EINVAL, EEXIST. */
	INIT(OFF, ME, 8, 2, 0),
	INIT(OFF, ME, 1, 16, 0),
	INIT(OFF, ME, UINT_MAX, 8, 0),
	INIT(OFF, NOBODY, 8, 2, -EPERM),
	INIT(OFF, NOBODY, 0, 2, -EPERM),
	INIT(OFF, NOBODY, 8, 3, -EPERM),
	INIT(OFF, NOBODY, 0, 0, -EPERM),
	INIT(ON, NOBODY, 8, 2, -EPERM),
	INIT(ON, NOBODY, 0, 2, -EPERM),
	INIT(ON, NOBODY, 8, 3, -EPERM),
	INIT(OFF, ME, 0, 2, -EINVAL),
	INIT(OFF, ME, 8, 3, -EINVAL),
	INIT(OFF, ME, 0, 0, -EINVAL),
	INIT(ON, ME, 0, 2, -EINVAL),
	INIT(ON, ME, 8, 0, -EINVAL),
	INIT(ON, ME, 8, 3, -EINVAL),
	INIT(ON, ME, 0, 0, -EINVAL),
	INIT(ON, ME, 8, 2, -EEXIST),
	INIT(ON, ME, 8, 4, -EEXIST),
	INIT(ON, ME, 1, 16, -EEXIST),

	/* shutdown: EPERM, ENODEV. */
	SHUTDOWN(ON, ME, 0),
	SHUTDOWN(OFF, NOBODY, -EPERM),
	SHUTDOWN(ON, NOBODY, -EPERM),
	SHUTDOWN(ON, OTHER, -EPERM),
	SHUTDOWN(OFF, ME, -ENODEV),

	/* create: ENODEV, EINVAL, EEXIST. Existing is existing, whosever it is. */
	CREATE(ON, ME, ABSENT, 0, 0),
	CREATE(ON, ME, ABSENT, 1, 0),
	CREATE(ON, ME, LAST, 0, 0),
	CREATE(ON, NOBODY, ABSENT, 0, 0),
	CREATE(ON, NOBODY, ABSENT, 1, 0),
	CREATE(OFF, ME, ABSENT, 0, -ENODEV),
	CREATE(OFF, ME, ZERO, 0, -ENODEV),
	CREATE(OFF, ME, TOP, 0, -ENODEV),
	CREATE(OFF, NOBODY, ABSENT, 1, -ENODEV),
	CREATE(OFF, NOBODY, ZERO, 1, -ENODEV),
	CREATE(OFF, NOBODY, TOP, 1, -ENODEV),
	CREATE(ON, ME, ZERO, 0, -EINVAL),
	CREATE(ON, ME, TOP, 0, -EINVAL),
	CREATE(ON, NOBODY, ZERO, 1, -EINVAL),
	CREATE(ON, NOBODY, TOP, 1, -EINVAL),
	/* Mistake 13: a duplicate replaces nothing, neither messages, owner nor protection. */
	CREATE(ON, ME, ROOT_FULL, 0, -EEXIST),
	CREATE(ON, ME, ROOT_FULL, 1, -EEXIST),
	CREATE(ON, ME, ROOT_EMPTY, 1, -EEXIST),
	CREATE(ON, ME, ROOT_PROTECTED, 0, -EEXIST),
	CREATE(ON, ME, ROOT_PROTECTED_EMPTY, 0, -EEXIST),
	CREATE(ON, ME, NOBODY_FULL, 1, -EEXIST),
	CREATE(ON, ME, NOBODY_PROTECTED, 0, -EEXIST),
	CREATE(ON, ME, NOBODY_PROTECTED_EMPTY, 0, -EEXIST),
	CREATE(ON, NOBODY, ROOT_PROTECTED, 0, -EEXIST),
	CREATE(ON, OTHER, NOBODY_PROTECTED, 1, -EEXIST),

	/* destroy: ENODEV, ENOENT, EPERM. */
	DESTROY(ON, ME, ROOT_FULL, 0),
	DESTROY(ON, ME, ROOT_EMPTY, 0),
	DESTROY(ON, ME, ROOT_PROTECTED, 0),
	DESTROY(ON, ME, ROOT_PROTECTED_EMPTY, 0),
	DESTROY(ON, NOBODY, NOBODY_PROTECTED, 0),
	/* Unprotected is anybody's to destroy. */
	DESTROY(ON, ME, NOBODY_FULL, 0),
	DESTROY(ON, NOBODY, ROOT_FULL, 0),
	DESTROY(ON, OTHER, ROOT_EMPTY, 0),
	DESTROY(ON, OTHER, NOBODY_FULL, 0),
	/* What is leased or delayed goes with the rest. */
	DESTROY(ON, ME, ROOT_MIXED, 0),
	DESTROY(ON, ME, ROOT_LEASED, 0),
	DESTROY(ON, NOBODY, NOBODY_LIMITED, 0),
	DESTROY(OFF, ME, ABSENT, -ENODEV),
	DESTROY(OFF, ME, ZERO, -ENODEV),
	DESTROY(OFF, ME, TOP, -ENODEV),
	DESTROY(OFF, NOBODY, ABSENT, -ENODEV),
	DESTROY(ON, ME, ABSENT, -ENOENT),
	DESTROY(ON, ME, LAST, -ENOENT),
	DESTROY(ON, ME, ZERO, -ENOENT),
	DESTROY(ON, ME, TOP, -ENOENT),	/* mistake 1 */
	DESTROY(ON, NOBODY, ABSENT, -ENOENT),
	DESTROY(ON, NOBODY, ZERO, -ENOENT),
	DESTROY(ON, NOBODY, TOP, -ENOENT),
	DESTROY(ON, NOBODY, ROOT_PROTECTED, -EPERM),
	DESTROY(ON, NOBODY, ROOT_PROTECTED_EMPTY, -EPERM),
	DESTROY(ON, OTHER, NOBODY_PROTECTED, -EPERM),
	DESTROY(ON, ME, NOBODY_PROTECTED, -EPERM),	/* no bypass for root */
	DESTROY(ON, ME, NOBODY_PROTECTED_EMPTY, -EPERM),

	/* count: ENODEV, ENOENT, EPERM. Mistake 13: empty is 0, not ESRCH. */
	COUNT(ON, ME, ROOT_FULL, 3),
	COUNT(ON, ME, ROOT_EMPTY, 0),
	COUNT(ON, ME, ROOT_PROTECTED, 3),
	COUNT(ON, ME, ROOT_PROTECTED_EMPTY, 0),
	COUNT(ON, ME, NOBODY_FULL, 3),
	COUNT(ON, NOBODY, ROOT_FULL, 3),
	COUNT(ON, OTHER, NOBODY_EMPTY, 0),
	COUNT(ON, NOBODY, NOBODY_PROTECTED, 3),
	COUNT(ON, ME, ROOT_MIXED, 2),
	COUNT(ON, ME, ROOT_LEASED, 0),
	COUNT(OFF, ME, ABSENT, -ENODEV),
	COUNT(OFF, ME, ZERO, -ENODEV),
	COUNT(OFF, ME, TOP, -ENODEV),
	COUNT(OFF, NOBODY, ABSENT, -ENODEV),
	COUNT(ON, ME, ABSENT, -ENOENT),
	COUNT(ON, ME, LAST, -ENOENT),
	COUNT(ON, ME, ZERO, -ENOENT),
	COUNT(ON, ME, TOP, -ENOENT),	/* mistake 1 */
	COUNT(ON, NOBODY, ABSENT, -ENOENT),
	COUNT(ON, NOBODY, TOP, -ENOENT),
	COUNT(ON, NOBODY, ROOT_PROTECTED, -EPERM),
	COUNT(ON, NOBODY, ROOT_PROTECTED_EMPTY, -EPERM),
	COUNT(ON, OTHER, NOBODY_PROTECTED, -EPERM),
	COUNT(ON, ME, NOBODY_PROTECTED, -EPERM),
	COUNT(ON, ME, NOBODY_PROTECTED_EMPTY, -EPERM),

	/* send: ENODEV, ENOENT, EPERM, EDQUOT, then memory, EFAULT last. */
	SEND(ON, ME, ROOT_FULL, GOOD, 8, 0),
	SEND(ON, ME, ROOT_EMPTY, GOOD, 0, 0),
	SEND(ON, ME, ROOT_EMPTY, GOOD, 100000, 0),
	SEND(ON, ME, ROOT_FULL, NO_BUFFER, 0, 0),
	SEND(ON, ME, ROOT_EMPTY, NO_BUFFER, 0, 0),
	SEND(ON, ME, ROOT_PROTECTED, GOOD, 9, 0),
	SEND(ON, ME, NOBODY_FULL, GOOD, 9, 0),
	SEND(ON, NOBODY, ROOT_EMPTY, GOOD, 9, 0),
	SEND(ON, NOBODY, NOBODY_PROTECTED_EMPTY, GOOD, 9, 0),
	SEND(ON, OTHER, NOBODY_FULL, GOOD, 9, 0),
	SEND(ON, ME, ROOT_LEASED, GOOD, 9, 0),
	SEND(OFF, ME, ABSENT, GOOD, 8, -ENODEV),
	SEND(OFF, ME, ABSENT, NO_BUFFER, 0, -ENODEV),
	SEND(OFF, ME, ZERO, GOOD, 8, -ENODEV),
	SEND(OFF, ME, TOP, GOOD, 8, -ENODEV),
	SEND(OFF, ME, ABSENT, BAD, 8, -ENODEV),
	SEND(OFF, ME, ABSENT, BAD, 100000, -ENODEV),
	SEND(OFF, ME, TOP, BAD, 8, -ENODEV),
	SEND(OFF, NOBODY, ABSENT, GOOD, 8, -ENODEV),
	SEND(OFF, NOBODY, ABSENT, BAD, 8, -ENODEV),
	SEND(ON, ME, ABSENT, GOOD, 8, -ENOENT),
	SEND(ON, ME, ABSENT, GOOD, 100000, -ENOENT),
	SEND(ON, ME, ABSENT, NO_BUFFER, 0, -ENOENT),
	SEND(ON, ME, LAST, GOOD, 8, -ENOENT),
	SEND(ON, ME, ZERO, GOOD, 8, -ENOENT),
	SEND(ON, ME, TOP, GOOD, 8, -ENOENT),	/* mistake 1 */
	SEND(ON, ME, ABSENT, BAD, 8, -ENOENT),
	SEND(ON, ME, ABSENT, BAD, 100000, -ENOENT),
	SEND(ON, ME, ZERO, BAD, 8, -ENOENT),
	SEND(ON, ME, TOP, BAD, 8, -ENOENT),
	SEND(ON, ME, ABSENT, GOOD, MAX_LEN, -ENOENT),
	SEND(ON, NOBODY, ABSENT, BAD, 8, -ENOENT),
	SEND(ON, NOBODY, ROOT_PROTECTED, GOOD, 8, -EPERM),
	SEND(ON, NOBODY, ROOT_PROTECTED, GOOD, 100000, -EPERM),
	SEND(ON, NOBODY, ROOT_PROTECTED, NO_BUFFER, 0, -EPERM),
	SEND(ON, NOBODY, ROOT_PROTECTED, BAD, 8, -EPERM),
	SEND(ON, NOBODY, ROOT_PROTECTED, BAD, 100000, -EPERM),
	SEND(ON, NOBODY, ROOT_PROTECTED, GOOD, MAX_LEN, -EPERM),
	SEND(ON, NOBODY, ROOT_PROTECTED_EMPTY, GOOD, 8, -EPERM),
	SEND(ON, OTHER, NOBODY_PROTECTED, BAD, 8, -EPERM),
	SEND(ON, ME, NOBODY_PROTECTED, GOOD, 8, -EPERM),
	SEND(ON, ME, NOBODY_PROTECTED, BAD, 8, -EPERM),
	SEND(ON, ME, NOBODY_PROTECTED_EMPTY, NO_BUFFER, 0, -EPERM),
	SEND(ON, ME, NOBODY_LIMITED, GOOD, 8, -EPERM),
	SEND(ON, ME, NOBODY_LIMITED, BAD, 8, -EPERM),
	SEND(ON, ME, ROOT_LIMITED, GOOD, 8, -EDQUOT),
	SEND(ON, ME, ROOT_LIMITED, GOOD, 0, -EDQUOT),
	SEND(ON, NOBODY, ROOT_LIMITED, GOOD, 8, -EDQUOT),
	SEND(ON, NOBODY, NOBODY_LIMITED, GOOD, 8, -EDQUOT),
	SEND(ON, ME, ROOT_LIMITED, BAD, 8, -EDQUOT),
	SEND(ON, ME, ROOT_LIMITED, BAD, 100000, -EDQUOT),
	SEND(ON, ME, ROOT_FULL, BAD, 1, -EFAULT),
	SEND(ON, ME, ROOT_FULL, BAD, 8, -EFAULT),
	SEND(ON, ME, ROOT_FULL, BAD, 100000, -EFAULT),
	SEND(ON, ME, ROOT_EMPTY, BAD, 8, -EFAULT),
	SEND(ON, ME, ROOT_PROTECTED, BAD, 8, -EFAULT),
	SEND(ON, ME, NOBODY_FULL, BAD, 8, -EFAULT),
	SEND(ON, NOBODY, NOBODY_PROTECTED, BAD, 8, -EFAULT),
	SEND(ON, NOBODY, NOBODY_PROTECTED, BAD, 100000, -EFAULT),

	/* recv: ENODEV, ENOENT, EPERM, ESRCH, EFAULT. */
	RECV(ON, ME, ROOT_FULL, GOOD, 64, HEAD),
	RECV(ON, ME, ROOT_FULL, GOOD, HEAD, HEAD),
	RECV(ON, ME, ROOT_FULL, GOOD, HEAD - 1, HEAD - 1),
	RECV(ON, ME, ROOT_FULL, GOOD, 1, 1),
	RECV(ON, ME, ROOT_FULL, GOOD, 0, 0),
	RECV(ON, ME, ROOT_FULL, NO_BUFFER, 0, 0),
	RECV(ON, ME, ROOT_PROTECTED, GOOD, 64, HEAD),
	RECV(ON, ME, NOBODY_FULL, GOOD, 64, HEAD),
	RECV(ON, NOBODY, ROOT_FULL, GOOD, 64, HEAD),
	RECV(ON, OTHER, NOBODY_FULL, GOOD, 4, 4),
	RECV(ON, NOBODY, NOBODY_PROTECTED, GOOD, 64, HEAD),
	RECV(ON, NOBODY, NOBODY_ZERO, GOOD, 64, 0),
	/* Nothing to copy, so no byte that could fault. */
	RECV(ON, ME, NOBODY_ZERO, NO_BUFFER, 0, 0),
	RECV(ON, ME, NOBODY_ZERO, NO_BUFFER, 64, 0),
	RECV(ON, ME, ROOT_MIXED, GOOD, 64, HEAD),
	RECV(ON, ME, ROOT_LIMITED, GOOD, 64, HEAD),
	RECV(OFF, ME, ABSENT, GOOD, 64, -ENODEV),
	RECV(OFF, ME, ABSENT, NO_BUFFER, 0, -ENODEV),
	RECV(OFF, ME, ZERO, GOOD, 64, -ENODEV),
	RECV(OFF, ME, TOP, GOOD, 64, -ENODEV),
	RECV(OFF, ME, ABSENT, BAD, 64, -ENODEV),
	RECV(OFF, ME, ABSENT, BAD, MAX_LEN, -ENODEV),
	RECV(OFF, NOBODY, ABSENT, BAD, 64, -ENODEV),
	RECV(ON, ME, ABSENT, GOOD, 64, -ENOENT),
	RECV(ON, ME, ABSENT, NO_BUFFER, 0, -ENOENT),
	RECV(ON, ME, LAST, GOOD, 64, -ENOENT),
	RECV(ON, ME, ZERO, GOOD, 64, -ENOENT),
	RECV(ON, ME, TOP, GOOD, 64, -ENOENT),	/* mistake 1 */
	RECV(ON, ME, ABSENT, BAD, 64, -ENOENT),
	RECV(ON, ME, ABSENT, BAD, MAX_LEN, -ENOENT),
	RECV(ON, ME, ZERO, BAD, 64, -ENOENT),
	RECV(ON, ME, TOP, BAD, 64, -ENOENT),
	RECV(ON, NOBODY, ABSENT, BAD, 64, -ENOENT),
	RECV(ON, NOBODY, ROOT_PROTECTED, GOOD, 64, -EPERM),
	RECV(ON, NOBODY, ROOT_PROTECTED, NO_BUFFER, 0, -EPERM),
	RECV(ON, NOBODY, ROOT_PROTECTED, BAD, 64, -EPERM),
	RECV(ON, NOBODY, ROOT_PROTECTED, BAD, MAX_LEN, -EPERM),
	RECV(ON, NOBODY, ROOT_PROTECTED_EMPTY, GOOD, 64, -EPERM),
	RECV(ON, NOBODY, ROOT_PROTECTED_EMPTY, BAD, 64, -EPERM),
	RECV(ON, OTHER, NOBODY_PROTECTED, GOOD, 64, -EPERM),
	RECV(ON, ME, NOBODY_PROTECTED, GOOD, 64, -EPERM),
	RECV(ON, ME, NOBODY_PROTECTED, BAD, 64, -EPERM),
	RECV(ON, ME, NOBODY_PROTECTED_EMPTY, GOOD, 64, -EPERM),
	RECV(ON, ME, NOBODY_PROTECTED_EMPTY, BAD, 64, -EPERM),
	RECV(ON, ME, ROOT_EMPTY, GOOD, 64, -ESRCH),
	RECV(ON, ME, ROOT_EMPTY, GOOD, 0, -ESRCH),
	RECV(ON, ME, ROOT_EMPTY, NO_BUFFER, 0, -ESRCH),
	RECV(ON, ME, ROOT_EMPTY, BAD, 64, -ESRCH),
	RECV(ON, ME, ROOT_EMPTY, BAD, MAX_LEN, -ESRCH),
	RECV(ON, ME, ROOT_PROTECTED_EMPTY, BAD, 64, -ESRCH),
	RECV(ON, ME, NOBODY_EMPTY, BAD, 64, -ESRCH),
	RECV(ON, NOBODY, NOBODY_PROTECTED_EMPTY, BAD, 64, -ESRCH),
	RECV(ON, ME, ROOT_LEASED, GOOD, 64, -ESRCH),
	RECV(ON, ME, ROOT_LEASED, BAD, 64, -ESRCH),
	RECV(ON, ME, ROOT_MIXED, BAD, 64, -EFAULT),
	RECV(ON, ME, ROOT_FULL, BAD, 1, -EFAULT),
	RECV(ON, ME, ROOT_FULL, BAD, HEAD, -EFAULT),
	RECV(ON, ME, ROOT_FULL, BAD, 64, -EFAULT),
	RECV(ON, ME, ROOT_FULL, BAD, MAX_LEN, -EFAULT),
	RECV(ON, ME, ROOT_PROTECTED, BAD, 64, -EFAULT),
	RECV(ON, ME, NOBODY_FULL, BAD, 64, -EFAULT),
	RECV(ON, NOBODY, NOBODY_PROTECTED, BAD, 64, -EFAULT),

	/* length: ENODEV, ENOENT, EPERM, ESRCH. Mistake 13: of the head, not the tail. */
	LENGTH(ON, ME, ROOT_FULL, HEAD),
	LENGTH(ON, ME, ROOT_PROTECTED, HEAD),
	LENGTH(ON, ME, NOBODY_FULL, HEAD),
	LENGTH(ON, NOBODY, ROOT_FULL, HEAD),
	LENGTH(ON, NOBODY, NOBODY_PROTECTED, HEAD),
	LENGTH(ON, ME, NOBODY_ZERO, 0),	/* a message of no bytes is one all the same */
	LENGTH(ON, ME, ROOT_MIXED, HEAD),
	LENGTH(OFF, ME, ABSENT, -ENODEV),
	LENGTH(OFF, ME, ZERO, -ENODEV),
	LENGTH(OFF, ME, TOP, -ENODEV),
	LENGTH(OFF, NOBODY, ABSENT, -ENODEV),
	LENGTH(ON, ME, ABSENT, -ENOENT),
	LENGTH(ON, ME, LAST, -ENOENT),
	LENGTH(ON, ME, ZERO, -ENOENT),
	LENGTH(ON, ME, TOP, -ENOENT),	/* mistake 1 */
	LENGTH(ON, NOBODY, ABSENT, -ENOENT),
	LENGTH(ON, NOBODY, TOP, -ENOENT),
	LENGTH(ON, NOBODY, ROOT_PROTECTED, -EPERM),
	LENGTH(ON, NOBODY, ROOT_PROTECTED_EMPTY, -EPERM),
	LENGTH(ON, OTHER, NOBODY_PROTECTED, -EPERM),
	LENGTH(ON, ME, NOBODY_PROTECTED, -EPERM),
	LENGTH(ON, ME, NOBODY_PROTECTED_EMPTY, -EPERM),
	LENGTH(ON, ME, ROOT_LEASED, -ESRCH),
	LENGTH(ON, ME, ROOT_EMPTY, -ESRCH),
	LENGTH(ON, ME, ROOT_PROTECTED_EMPTY, -ESRCH),
	LENGTH(ON, NOBODY, NOBODY_PROTECTED_EMPTY, -ESRCH),

	/* stat: ENODEV, ENOENT, EPERM, EINVAL, E2BIG, EFAULT. The buffer is never all zeros. */
	STAT(ON, ME, ROOT_FULL, GOOD, V0, 0),
	STAT(ON, ME, ROOT_EMPTY, GOOD, V0 + 1, 0),
	STAT(ON, ME, ROOT_MIXED, GOOD, WHOLE, 0),
	STAT(ON, ME, NOBODY_FULL, GOOD, WHOLE, 0),
	STAT(ON, NOBODY, NOBODY_PROTECTED, GOOD, WHOLE, 0),
	STAT(OFF, ME, ABSENT, GOOD, WHOLE, -ENODEV),
	STAT(OFF, ME, TOP, GOOD, 0, -ENODEV),
	STAT(OFF, ME, ABSENT, GOOD, WHOLE + 1, -ENODEV),
	STAT(OFF, ME, ABSENT, BAD, V0, -ENODEV),
	STAT(OFF, NOBODY, ABSENT, GOOD, WHOLE, -ENODEV),
	STAT(ON, ME, ABSENT, GOOD, WHOLE, -ENOENT),
	STAT(ON, ME, ZERO, GOOD, WHOLE, -ENOENT),
	STAT(ON, ME, TOP, GOOD, 0, -ENOENT),
	STAT(ON, ME, LAST, GOOD, WHOLE + 1, -ENOENT),
	STAT(ON, ME, ABSENT, BAD, V0, -ENOENT),
	STAT(ON, ME, NOBODY_PROTECTED, GOOD, WHOLE, -EPERM),
	STAT(ON, ME, NOBODY_PROTECTED, GOOD, V0 - 1, -EPERM),
	STAT(ON, ME, NOBODY_PROTECTED, GOOD, MAX_LEN, -EPERM),
	STAT(ON, NOBODY, ROOT_PROTECTED, BAD, V0, -EPERM),
	STAT(ON, ME, ROOT_FULL, GOOD, 0, -EINVAL),
	STAT(ON, ME, ROOT_FULL, GOOD, V0 - 1, -EINVAL),
	STAT(ON, ME, ROOT_FULL, BAD, V0 - 1, -EINVAL),
	STAT(ON, ME, ROOT_FULL, GOOD, WHOLE + 1, -E2BIG),
	STAT(ON, ME, ROOT_FULL, GOOD, 4096, -E2BIG),
	STAT(ON, ME, ROOT_FULL, GOOD, 4097, -E2BIG),
	STAT(ON, ME, ROOT_FULL, GOOD, MAX_LEN, -E2BIG),
	STAT(ON, ME, ROOT_FULL, BAD, 4097, -E2BIG),
	STAT(ON, ME, ROOT_FULL, BAD, V0, -EFAULT),
	STAT(ON, ME, ROOT_FULL, BAD, WHOLE, -EFAULT),
	STAT(ON, ME, ROOT_FULL, BAD, WHOLE + 8, -EFAULT),
	STAT(ON, NOBODY, NOBODY_PROTECTED, BAD, WHOLE, -EFAULT),

	/* purge: ENODEV, ENOENT, EPERM. What is leased stays. */
	PURGE(ON, ME, ROOT_FULL, 3),
	PURGE(ON, ME, ROOT_EMPTY, 0),
	PURGE(ON, ME, ROOT_PROTECTED, 3),
	PURGE(ON, ME, ROOT_MIXED, 3),
	PURGE(ON, ME, ROOT_LEASED, 1),
	PURGE(ON, ME, ROOT_LIMITED, 2),
	PURGE(ON, ME, NOBODY_FULL, 3),
	PURGE(ON, NOBODY, ROOT_MIXED, 3),
	PURGE(ON, OTHER, NOBODY_ZERO, 1),
	PURGE(ON, NOBODY, NOBODY_LIMITED, 2),
	PURGE(OFF, ME, ABSENT, -ENODEV),
	PURGE(OFF, ME, ZERO, -ENODEV),
	PURGE(OFF, ME, TOP, -ENODEV),
	PURGE(OFF, NOBODY, ABSENT, -ENODEV),
	PURGE(ON, ME, ABSENT, -ENOENT),
	PURGE(ON, ME, LAST, -ENOENT),
	PURGE(ON, ME, ZERO, -ENOENT),
	PURGE(ON, ME, TOP, -ENOENT),
	PURGE(ON, NOBODY, ABSENT, -ENOENT),
	PURGE(ON, NOBODY, ROOT_PROTECTED, -EPERM),
	PURGE(ON, NOBODY, ROOT_PROTECTED_EMPTY, -EPERM),
	PURGE(ON, OTHER, NOBODY_PROTECTED, -EPERM),
	PURGE(ON, ME, NOBODY_PROTECTED, -EPERM),
	PURGE(ON, ME, NOBODY_LIMITED, -EPERM),
};

static const struct message sent = { .seed = 99 };	/* what SEND rows send; len from the row */

static bool row_needs_root(const struct row *row)
{
	return standard_needs_root(row->caller, row->call == INIT ? ABSENT : row->a);
}

static long make_call(const struct row *row, unsigned char *bytes)
{
	switch (row->call) {
	case INIT:
		return slmbx_init(row->a, row->b);
	case SHUTDOWN:
		return slmbx_shutdown();
	case CREATE:
		return slmbx_create(row->a, (int)row->b);
	case DESTROY:
		return slmbx_destroy(row->a);
	case COUNT:
		return slmbx_count(row->a);
	case SEND:
		return slmbx_send(row->a, bytes, row->b);
	case RECV:
		return slmbx_recv(row->a, bytes, row->b);
	case STAT:
		return slmbx_stat(row->a, (struct slmbx_stat *)bytes, row->b);
	case PURGE:
		return slmbx_purge(row->a);
	default:
		return slmbx_length(row->a);
	}
}

/* libslmbx promises to leave errno alone, whatever the call does. */
static void expect_call(const struct row *row, unsigned char *bytes, const char *pointer)
{
	long result;

	errno = E2BIG;
	result = make_call(row, bytes);
	ck_assert_msg(result == row->want, "is %s with pointer %s, should be %s",
		      result_name(result), pointer, result_name(row->want));
	ck_assert_msg(errno == E2BIG, "the call changed errno");
}

static void call_with_buffer(const struct row *row)
{
	struct buffer buffer = buffer_new(row->b == MAX_LEN ? 64 : row->b);

	if (row->call == SEND)
		pattern_fill(buffer.bytes, buffer.len, sent.seed);
	expect_call(row, buffer.bytes, "good");
	if (row->call == RECV) {
		size_t copied = row->want < 0 ? 0 : (size_t)row->want;

		ck_assert_msg(pattern_matches(buffer.bytes, copied, HEAD_SEED),
			      "not the bytes of the head message");
		ck_assert_msg(buffer_poisoned_beyond(&buffer, copied),
			      "wrote outside the bytes copied");
	}
	if (row->call == STAT)
		ck_assert_msg(buffer_poisoned_beyond(&buffer, row->want ? 0 : row->b),
			      "wrote outside the struct, or to it though the call failed");
	buffer_free(&buffer);
}

static void call_with_bad_pointers(const struct row *row)
{
	enum bad end = row->call == SEND ? BAD_SOURCES : BAD_DESTINATIONS;

	for (enum bad kind = 0; kind < end; kind++)
		expect_call(row, bad_pointer(kind), bad_name(kind));
}

static void run_row(void *arg)
{
	const struct row *row = arg;
	bool has_buffer = row->call == SEND || row->call == RECV || row->call == STAT;

	if (row->where == BAD)
		call_with_bad_pointers(row);
	else if (row->where == NO_BUFFER || !has_buffer)
		expect_call(row, NULL, "NULL");
	else
		call_with_buffer(row);
}

/* What a call that succeeded has changed. */
static void apply(struct snapshot *system, const struct row *row)
{
	switch (row->call) {
	case INIT:
		*system = (struct snapshot){ .initialised = true };
		break;
	case SHUTDOWN:
		*system = (struct snapshot){ .initialised = false };
		break;
	case CREATE:
		snapshot_add(system, (struct box){ .id = row->a,
						   .owner = row->caller,
						   .protect = row->b != 0 });
		break;
	case DESTROY:
		snapshot_remove(system, row->a);
		system->absent[2] = row->a;
		break;
	case SEND:
		box_push(snapshot_find(system, row->a),
			 (struct message){ .len = row->b, .seed = sent.seed });
		break;
	case RECV:
		box_pop(snapshot_find(system, row->a));
		break;
	case PURGE:
		expect(row->want, box_purge(snapshot_find(system, row->a)));
		break;
	default:
		break;
	}
}

START_TEST(test_row)
{
	struct row row = rows[_i];
	struct snapshot *system = shared_alloc(sizeof(*system));

	if (row_needs_root(&row))
		need_root();
	if (row.state == ON)
		standard_system(system);
	snapshot_build(system);
	if (row.caller == ME)
		run_row(&row);
	else
		as_user(row.caller, run_row, &row);
	if (row.want >= 0)
		apply(system, &row);
	snapshot_drain(system);
}
END_TEST

static void row_name(int i, char *name, size_t size)
{
	static const char *const calls[] = { "init", "shutdown", "create", "destroy", "count",
					     "send", "recv",	 "length", "stat",    "purge" };
	static const char *const wheres[] = { "", "NULL ", "bad pointer " };
	const struct row *row = &rows[i];
	char arguments[80] = "";

	if (row->call == INIT)
		snprintf(arguments, sizeof(arguments), "%u, %u", row->a, row->b);
	else if (row->call == CREATE)
		snprintf(arguments, sizeof(arguments), "%s, %u", id_name(row->a), row->b);
	else if (row->call == SEND || row->call == RECV)
		snprintf(arguments, sizeof(arguments), "%s, %slen %u", id_name(row->a),
			 wheres[row->where], row->b);
	else if (row->call == STAT)
		snprintf(arguments, sizeof(arguments), "%s, %ssize %u", id_name(row->a),
			 wheres[row->where], row->b);
	else if (row->call != SHUTDOWN)
		snprintf(arguments, sizeof(arguments), "%s", id_name(row->a));
	snprintf(name, size, "%s(%s) by %s, system %s, is %s", calls[row->call], arguments,
		 caller_name(row->caller), row->state == ON ? "on" : "off", result_name(row->want));
}

Suite *table_suite(void)
{
	Suite *suite = suite_create("table");

	harness_add_rows(harness_case(suite, "table/rows", 10), test_row, ARRAY_SIZE(rows),
			 row_name);
	return suite;
}
