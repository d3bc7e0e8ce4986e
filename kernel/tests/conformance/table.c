// SPDX-License-Identifier: MIT
/*
 * The calls and their errors, row by row as SPEC.md has them. Each row is one
 * call on a known system. Where conditions of several errors hold at once, the
 * row expects the one that is checked first.
 *
 * Every row is mistake 11's test too: errors are negative, and the right ones.
 */
#include <stdio.h>

#include "harness.h"
#include "memory.h"
#include "snapshot.h"
#include "users.h"

enum call { INIT, SHUTDOWN, CREATE, DESTROY, COUNT, SEND, RECV, LENGTH };

enum state {
	OFF,	/* not initialised */
	ON,	/* initialised, with the mailboxes of standard_system() */
};

/*
 * The mailboxes. Root stands for whom the suite runs as. Each of FULL holds
 * three messages, of HEAD, 0 and 5000 bytes.
 */
enum id {
	ZERO = 0,
	TOP = SLMBX_ID_INVALID,
	ABSENT = 5,
	LAST = SLMBX_ID_INVALID - 1,	/* absent too, but the highest valid id */
	ROOT_FULL = 10,
	ROOT_EMPTY = 11,
	ROOT_PROTECTED = 12,
	ROOT_PROTECTED_EMPTY = 13,
	NOBODY_FULL = 20,
	NOBODY_EMPTY = 21,
	NOBODY_PROTECTED = 22,
	NOBODY_PROTECTED_EMPTY = 23,
	NOBODY_ZERO = 24,		/* holds one message of no bytes */
};

#define HEAD 11
#define ME SAME_USER
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
	unsigned int b;		/* len; create: protected; init: prob */
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

	/* send: ENODEV, ENOENT, EPERM, then memory, EFAULT last. */
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
	LENGTH(ON, ME, ROOT_EMPTY, -ESRCH),
	LENGTH(ON, ME, ROOT_PROTECTED_EMPTY, -ESRCH),
	LENGTH(ON, NOBODY, NOBODY_PROTECTED_EMPTY, -ESRCH),
};

static const struct message three[] = { { HEAD, 1 }, { 0, 2 }, { 5000, 3 } };
static const struct message sent = { 0, 99 };	/* what SEND rows send; len from the row */

static void add_box(struct snapshot *system, unsigned int id, uid_t owner, bool protect, bool full)
{
	struct box box = { .id = id, .owner = owner, .protect = protect };

	for (unsigned int i = 0; full && i < ARRAY_SIZE(three); i++)
		box_push(&box, three[i]);
	snapshot_add(system, box);
}

/* Without root only the suite's own mailboxes can be there. */
static void standard_system(struct snapshot *system)
{
	*system = (struct snapshot){ .initialised = true, .absent = { ABSENT, LAST } };
	add_box(system, ROOT_FULL, ME, false, true);
	add_box(system, ROOT_EMPTY, ME, false, false);
	add_box(system, ROOT_PROTECTED, ME, true, true);
	add_box(system, ROOT_PROTECTED_EMPTY, ME, true, false);
	if (geteuid() != 0)
		return;
	add_box(system, NOBODY_FULL, NOBODY, false, true);
	add_box(system, NOBODY_EMPTY, NOBODY, false, false);
	add_box(system, NOBODY_PROTECTED, NOBODY, true, true);
	add_box(system, NOBODY_PROTECTED_EMPTY, NOBODY, true, false);
	add_box(system, NOBODY_ZERO, NOBODY, false, false);
	box_push(snapshot_find(system, NOBODY_ZERO), (struct message){ 0, 4 });
}

static bool row_needs_root(const struct row *row)
{
	return row->caller != ME || (row->a >= NOBODY_FULL && row->a <= NOBODY_ZERO);
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

		ck_assert_msg(pattern_matches(buffer.bytes, copied, three[0].seed),
			      "not the bytes of the head message");
		ck_assert_msg(buffer_poisoned_beyond(&buffer, copied),
			      "wrote outside the bytes copied");
	}
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
	bool has_buffer = row->call == SEND || row->call == RECV;

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
		box_push(snapshot_find(system, row->a), (struct message){ row->b, sent.seed });
		break;
	case RECV:
		box_pop(snapshot_find(system, row->a));
		break;
	default:
		break;
	}
}

START_TEST(test_row)
{
	struct row row = rows[_i];
	struct snapshot system = { .initialised = false };

	if (row_needs_root(&row))
		need_root();
	if (row.state == ON)
		standard_system(&system);
	snapshot_build(&system);
	if (row.caller == ME)
		run_row(&row);
	else
		as_user(row.caller, run_row, &row);
	if (row.want >= 0)
		apply(&system, &row);
	snapshot_drain(&system);
}
END_TEST

static const char *id_name(unsigned int id)
{
	switch (id) {
	case ZERO:
		return "0";
	case TOP:
		return "4294967295";
	case ABSENT:
		return "absent";
	case LAST:
		return "4294967294";
	case ROOT_FULL:
		return "root's";
	case ROOT_EMPTY:
		return "root's empty";
	case ROOT_PROTECTED:
		return "root's protected";
	case ROOT_PROTECTED_EMPTY:
		return "root's protected empty";
	case NOBODY_FULL:
		return "nobody's";
	case NOBODY_EMPTY:
		return "nobody's empty";
	case NOBODY_PROTECTED:
		return "nobody's protected";
	case NOBODY_PROTECTED_EMPTY:
		return "nobody's protected empty";
	default:
		return "nobody's with a message of no bytes";
	}
}

static const char *caller_name(uid_t uid)
{
	return uid == ME ? "root" : uid == NOBODY ? "nobody" : "other";
}

static void row_name(int i, char *name, size_t size)
{
	static const char *const calls[] = { "init", "shutdown", "create", "destroy",
					     "count", "send", "recv", "length" };
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
