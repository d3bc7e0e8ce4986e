/* SPDX-License-Identifier: MIT */
/*
 * What a run writes down about each call, and what was planned for the run: all that
 * the checker knows.
 *
 * Ticks are those of one counter shared by all processes: a call whose end is before
 * another's begin was over before the other began. Between its two ticks a call took
 * effect at one moment, if at all.
 */
#ifndef STRESS_OP_H
#define STRESS_OP_H

#include <stdbool.h>
#include <stdint.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define MAX_BOXES 32
#define MAX_USERS 3

enum op_kind {
	OP_INIT,
	OP_SHUTDOWN,
	OP_CREATE,
	OP_DESTROY,
	OP_COUNT,
	OP_SEND,
	OP_RECV,
	OP_LENGTH,
	OP_STAT,
	OP_KINDS,
};

/* What was found in the bytes that a call handed out. */
enum op_seen {
	SEEN_NOTHING, /* too few of them to tell */
	SEEN_WHOLE, /* message @seq of @from, each byte as it was sent */
	SEEN_BROKEN, /* bytes that nobody sent; or a stat that contradicts the plan */
};

#define OP_DONE 1 /* it returned; else its process was killed before that showed */
#define OP_MAY_FAULT 2 /* its memory goes away while it is copied */

#define NO_BOX UINT32_MAX
#define NEVER UINT64_MAX

/**
 * struct op - one call
 * @begin: tick before it
 * @end: tick after it; without OP_DONE, when it could take effect no more
 * @result: of the call; of a stat that was answered, its count
 * @box: index of the mailbox in the plan, or NO_BOX
 * @actor: the thread that made it; none has the number of one before it
 * @len: bytes to send, or asked for
 * @room: how many of these lie in usable memory, from the first on
 * @from: actor that sent the message,
 * @seq: and its number there: of what is sent, and with SEEN_WHOLE of what was received
 * @kind: OP_INIT...
 * @user: as whom, an index in the plan
 * @flags: OP_DONE...
 * @seen: SEEN_NOTHING...
 */
struct op {
	uint64_t begin;
	uint64_t end;
	int32_t result;
	uint32_t box;
	uint32_t actor;
	uint32_t len;
	uint32_t room;
	uint32_t from;
	uint32_t seq;
	uint8_t kind;
	uint8_t user;
	uint8_t flags;
	uint8_t seen;
};

/**
 * struct box_plan - a mailbox
 * @id: which
 * @owner: the user who makes it, an index in the plan
 * @protect: only the owner may use it
 * @mortal: it is destroyed and made again at random
 * @exact: whoever receives from it takes enough bytes to know which message it is
 */
struct box_plan {
	uint32_t id;
	uint8_t owner;
	uint8_t protect;
	uint8_t mortal;
	uint8_t exact;
};

/**
 * struct plan - an epoch: it begins and ends without a system
 * @key: what messages are made from
 * @phase: its kind
 * @n_boxes: mailboxes used
 * @n_users: users; the first may init and shut down
 * @users: their uids
 * @boxes: the mailboxes
 */
struct plan {
	uint64_t key;
	uint32_t phase;
	uint32_t n_boxes;
	uint32_t n_users;
	uint32_t users[MAX_USERS];
	struct box_plan boxes[MAX_BOXES];
};

static inline bool op_done(const struct op *op)
{
	return op->flags & OP_DONE;
}

/* It took effect. */
static inline bool op_worked(const struct op *op)
{
	return op_done(op) && op->result >= 0;
}

/* It took effect, or nobody knows. */
static inline bool op_may_have_worked(const struct op *op)
{
	return !op_done(op) || op->result >= 0;
}

/* One line about a call, for a person. */
void op_describe(const struct op *op, const struct plan *plan, char *text, unsigned long size);

#endif /* STRESS_OP_H */
