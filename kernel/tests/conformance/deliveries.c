// SPDX-License-Identifier: MIT
/*
 * sendv, recvv, settle and setattr by one user on a mailbox of another: each row is one
 * call on the standard system, after which all of that must be as the model says.
 */
#include <stdio.h>

#include "delivery.h"
#include "harness.h"
#include "memory.h"
#include "snapshot.h"
#include "standard.h"
#include "users.h"

enum call { SENDV, RECVV, SETTLE, SETATTR };

struct row {
	enum call call;
	uid_t caller;
	unsigned int id;
	unsigned int count;	/* of messages; setattr: max_messages */
	unsigned int how;	/* recvv: flags; settle: action; setattr: mask */
	uint64_t time;		/* sendv: the delay of all but the first; settle: the item's */
	long want;		/* settle: the result of the item */
};

#define TAKE 0
#define PEEK SLMBX_RECVV_PEEK
#define LEASE SLMBX_RECVV_LEASE
#define ACK SLMBX_SETTLE_ACK
#define RELEASE SLMBX_SETTLE_RELEASE
#define EXTEND SLMBX_SETTLE_EXTEND
#define MAX SLMBX_ATTR_MAX_MESSAGES

#define SENDV(caller, id, count, delay, want) { SENDV, caller, id, count, 0, delay, want }
#define RECVV(caller, id, flags, count, want) { RECVV, caller, id, count, flags, 0, want }
#define SETTLE(caller, id, action, time, want) { SETTLE, caller, id, 1, action, time, want }
#define SETATTR(caller, id, mask, max, want) { SETATTR, caller, id, max, mask, 0, want }

static const struct row rows[] = {
	SENDV(ME, ROOT_EMPTY, 1, 0, 1),
	SENDV(ME, ROOT_EMPTY, 3, 0, 3),
	SENDV(ME, ROOT_FULL, 2, 0, 2),
	SENDV(ME, ROOT_FULL, 2, AGES, 2),
	SENDV(ME, ROOT_LEASED, 1, 0, 1),
	SENDV(ME, ROOT_PROTECTED_EMPTY, 2, AGES, 2),
	SENDV(ME, NOBODY_FULL, 1, 0, 1),
	SENDV(NOBODY, ROOT_EMPTY, 2, AGES, 2),
	SENDV(NOBODY, NOBODY_PROTECTED, 1, 0, 1),
	SENDV(OTHER, NOBODY_EMPTY, 3, 0, 3),
	SENDV(OTHER, ROOT_PROTECTED_EMPTY, 1, 0, -EPERM),
	SENDV(OTHER, NOBODY_PROTECTED, 1, AGES, -EPERM),
	SENDV(NOBODY, NOBODY_LIMITED, 1, 0, -EDQUOT),
	SENDV(OTHER, ROOT_LIMITED, 3, AGES, -EDQUOT),

	RECVV(ME, ROOT_FULL, TAKE, 1, 1),
	RECVV(ME, ROOT_FULL, TAKE, 2, 2),
	RECVV(ME, ROOT_FULL, TAKE, 5, 3),
	RECVV(ME, ROOT_FULL, PEEK, 5, 3),
	RECVV(ME, ROOT_FULL, LEASE, 1, 1),
	RECVV(ME, ROOT_FULL, LEASE, 5, 3),
	RECVV(ME, ROOT_EMPTY, TAKE, 5, 0),
	RECVV(ME, ROOT_EMPTY, LEASE, 5, 0),
	RECVV(ME, ROOT_LEASED, TAKE, 5, 0),
	RECVV(ME, ROOT_LEASED, LEASE, 5, 0),
	RECVV(ME, ROOT_MIXED, TAKE, 5, 2),
	RECVV(ME, ROOT_MIXED, PEEK, 1, 1),
	RECVV(ME, ROOT_MIXED, LEASE, 1, 1),
	RECVV(ME, ROOT_MIXED, LEASE, 5, 2),
	RECVV(ME, ROOT_LIMITED, LEASE, 5, 1),
	RECVV(ME, NOBODY_FULL, LEASE, 2, 2),
	RECVV(NOBODY, ROOT_FULL, TAKE, 2, 2),
	RECVV(NOBODY, ROOT_MIXED, LEASE, 5, 2),
	RECVV(NOBODY, NOBODY_PROTECTED, LEASE, 5, 3),
	RECVV(OTHER, NOBODY_ZERO, LEASE, 5, 1),
	RECVV(OTHER, NOBODY_FULL, PEEK, 5, 3),
	RECVV(OTHER, ROOT_PROTECTED, PEEK, 5, -EPERM),
	RECVV(ME, NOBODY_PROTECTED, LEASE, 5, -EPERM),
	RECVV(ME, NOBODY_PROTECTED_EMPTY, TAKE, 5, -EPERM),

	SETTLE(ME, ROOT_MIXED, ACK, 0, 0),
	SETTLE(ME, ROOT_MIXED, RELEASE, 0, 0),
	SETTLE(ME, ROOT_MIXED, RELEASE, AGES, 0),
	SETTLE(ME, ROOT_MIXED, EXTEND, AGES, 0),
	SETTLE(ME, ROOT_LEASED, RELEASE, 0, 0),
	SETTLE(ME, ROOT_LIMITED, RELEASE, 0, 0),
	SETTLE(ME, ROOT_LIMITED, ACK, 0, 0),
	SETTLE(ME, ROOT_MIXED, ACK, 1, -EINVAL),
	SETTLE(ME, ROOT_MIXED, EXTEND, 0, -EINVAL),
	SETTLE(NOBODY, NOBODY_LIMITED, ACK, 0, 0),
	SETTLE(NOBODY, NOBODY_LIMITED, RELEASE, AGES, 0),
	SETTLE(NOBODY, ROOT_MIXED, ACK, 0, -ESTALE),
	SETTLE(OTHER, ROOT_MIXED, RELEASE, 0, -ESTALE),
	SETTLE(OTHER, ROOT_LEASED, EXTEND, AGES, -ESTALE),
	SETTLE(ME, NOBODY_LIMITED, ACK, 0, -EPERM),
	SETTLE(OTHER, NOBODY_LIMITED, ACK, 0, -EPERM),

	SETATTR(ME, ROOT_FULL, MAX, 2, 0),
	SETATTR(ME, ROOT_LIMITED, MAX, 0, 0),
	SETATTR(ME, ROOT_LIMITED, MAX, 1, 0),
	SETATTR(ME, ROOT_LIMITED, 0, 0, 0),
	SETATTR(ME, NOBODY_FULL, MAX, 9, 0),
	SETATTR(ME, NOBODY_LIMITED, MAX, 9, 0),
	SETATTR(NOBODY, NOBODY_LIMITED, MAX, 9, 0),
	SETATTR(NOBODY, NOBODY_FULL, 0, 0, 0),
	SETATTR(NOBODY, ROOT_FULL, MAX, 9, -EPERM),
	SETATTR(NOBODY, ROOT_FULL, 0, 0, -EPERM),
	SETATTR(OTHER, NOBODY_PROTECTED, MAX, 9, -EPERM),
};

/* A row under way; @system is in shared memory. */
struct run {
	const struct row *row;
	struct snapshot *system;
};

static const struct message to_send[] = {
	{ .len = 40, .seed = 50 },
	{ .len = 0, .seed = 51 },
	{ .len = 4000, .seed = 52 },
};

static void run_sendv(const struct row *row)
{
	static unsigned char bytes[ARRAY_SIZE(to_send)][4000];
	struct slmbx_sendv_msg messages[ARRAY_SIZE(to_send)];
	struct slmbx_sendv args = { .messages = address(messages),
				    .count = row->count,
				    .id = row->id };

	for (unsigned int i = 0; i < row->count; i++) {
		pattern_fill(bytes[i], to_send[i].len, to_send[i].seed);
		messages[i] = (struct slmbx_sendv_msg){ .data = address(bytes[i]),
							.len = to_send[i].len };
	}
	/* All but the first. */
	for (unsigned int i = 1; i < row->count; i++)
		messages[i].delay = row->time;
	expect(row->want, slmbx_sendv(&args, sizeof(args)));
}

/* Of what it leased the model hears here: who it was, and the token. */
static void check_received(const struct row *row, const struct slmbx_recvv_msg *got,
			   struct message *want, const unsigned char *bytes)
{
	ck_assert_uint_eq(got->len, want->len);
	ck_assert_msg(pattern_matches(bytes + got->offset, want->len, want->seed),
		      "not the bytes sent");
	ck_assert_uint_eq(got->deliveries, row->how == LEASE ? 1 : 0);
	ck_assert_msg((row->how == LEASE) == (got->token != 0), "a token without a lease");
	if (row->how != LEASE)
		return;
	want->holder = row->caller;
	want->seq = got->seq;
	want->token = got->token;
}

static void run_recvv(const struct row *row, struct box *box)
{
	struct buffer buffer = buffer_new(6000);
	struct slmbx_recvv_msg messages[5];
	struct slmbx_recvv args = { .messages = address(messages),
				    .buf = address(buffer.bytes),
				    .size = buffer.len,
				    .lease = row->how == LEASE ? AGES : 0,
				    .count = row->count,
				    .id = row->id,
				    .flags = row->how };
	struct message *want = box->messages;

	expect(row->want, slmbx_recvv(&args, sizeof(args)));
	for (long i = 0; i < row->want; i++, want++) {
		while (want->state != READY)
			want++;
		check_received(row, &messages[i], want, buffer.bytes);
	}
	buffer_free(&buffer);
}

static struct message *leased(struct box *box)
{
	unsigned int i = 0;

	while (box->messages[i].state != LEASED)
		i++;
	return &box->messages[i];
}

static void run_row(void *arg)
{
	const struct run *run = arg;
	const struct row *row = run->row;
	struct box *box = snapshot_find(run->system, row->id);
	struct slmbx_recvv_msg lease;

	switch (row->call) {
	case SENDV:
		run_sendv(row);
		break;
	case RECVV:
		run_recvv(row, box);
		break;
	case SETTLE:
		lease = (struct slmbx_recvv_msg){ .seq = leased(box)->seq,
						  .token = leased(box)->token };
		expect(row->want, settle_one(row->id, &lease, row->how, row->time));
		break;
	case SETATTR:
		expect(row->want,
		       try_setattr((struct slmbx_setattr){
			       .id = row->id, .mask = row->how, .max_messages = row->count }));
		break;
	}
}

/* The messages that are ready stand before those that aren't yet. */
static void apply_sendv(struct box *box, const struct row *row)
{
	unsigned int delayed = box_count(box, DELAYED);
	struct message last[ARRAY_SIZE(box->messages)];

	box->count -= delayed;
	memcpy(last, box->messages + box->count, delayed * sizeof(last[0]));
	for (unsigned int i = 0; i < row->count; i++) {
		struct message message = to_send[i];

		message.state = i && row->time ? DELAYED : READY;
		box_push(box, message);
	}
	for (unsigned int i = 0; i < delayed; i++)
		box_push(box, last[i]);
}

static void apply_recvv(struct box *box, const struct row *row)
{
	for (long i = 0; i < row->want && row->how == TAKE; i++)
		box_pop(box);
	for (long i = 0; i < row->want && row->how == LEASE; i++)
		box_head(box)->state = LEASED;
}

static void apply_settle(struct box *box, const struct row *row)
{
	struct message *message = leased(box);

	switch (row->how) {
	case ACK:
		message->state = READY;
		box_pop(box);
		break;
	case RELEASE:
		message->state = row->time ? DELAYED : READY;
		/* It was sent all the same. */
		box->gone += row->time != 0;
		break;
	}
}

static void apply(struct box *box, const struct row *row)
{
	switch (row->call) {
	case SENDV:
		apply_sendv(box, row);
		break;
	case RECVV:
		apply_recvv(box, row);
		break;
	case SETTLE:
		apply_settle(box, row);
		break;
	case SETATTR:
		if (row->how)
			box->max_messages = row->count;
		break;
	}
}

START_TEST(test_delivery)
{
	const struct row *row = &rows[_i];
	struct snapshot *system = shared_alloc(sizeof(*system));
	struct run run = { .row = row, .system = system };

	if (standard_needs_root(row->caller, row->id))
		need_root();
	standard_system(system);
	snapshot_build(system);
	if (row->caller == ME)
		run_row(&run);
	else
		as_user(row->caller, run_row, &run);
	if (row->want >= 0)
		apply(snapshot_find(system, row->id), row);
	snapshot_drain(system);
}
END_TEST

static void delivery_name(int i, char *name, size_t size)
{
	static const char *const calls[] = { "sendv", "recvv", "settle", "setattr" };
	const struct row *row = &rows[i];

	snprintf(name, size, "%s(%s, %u, %u%s) by %s is %s", calls[row->call], id_name(row->id),
		 row->how, row->count, row->time ? ", for long" : "", caller_name(row->caller),
		 result_name(row->want));
}

Suite *deliveries_suite(void)
{
	Suite *suite = suite_create("deliveries");

	harness_add_rows(harness_case(suite, "deliveries", 10), test_delivery, ARRAY_SIZE(rows),
			 delivery_name);
	return suite;
}
