// SPDX-License-Identifier: MIT
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include <slmbx.h>

#include "calls.h"
#include "message.h"
#include "random.h"

void caller_init(struct caller *caller, struct arena *arena, uint32_t log, uint8_t user)
{
	caller->arena = arena;
	caller->log = log;
	caller->actor = atomic_fetch_add(&arena->actors, 1) + 1;
	caller->user = user;
	caller->sent = 0;
	caller->random = mix(arena->seed ^ caller->actor);
}

static uint32_t id_of(const struct caller *caller, uint32_t box)
{
	return caller->arena->plan.boxes[box].id;
}

static void act_as(const struct caller *caller, uint8_t user)
{
	if (user != caller->user)
		slmbx_act_as(caller->arena->plan.users[user]);
}

static void act_as_self(void)
{
	slmbx_act_as(SLMBX_SELF);
}

static struct op *begin(struct caller *caller, const struct op *op)
{
	act_as(caller, op->user);
	return log_begin(caller->arena, caller->log, op);
}

static void end(struct caller *caller, struct op *op, long result)
{
	log_end(caller->arena, op, result);
	act_as_self();
}

static struct op make_op(const struct caller *caller, enum op_kind kind, uint32_t box, uint8_t user)
{
	return (struct op){ .kind = kind, .box = box, .user = user, .actor = caller->actor };
}

/* How long messages are: mostly small, at times none or large, often near a page's end. */
static uint32_t random_length(uint64_t *random)
{
	switch (random_below(random, 100)) {
	case 0 ... 4:
		return 0;
	case 5 ... 74:
		return MESSAGE_HEADER + random_below(random, 300);
	case 75 ... 84:
		return 4000 + random_below(random, 200);
	case 85 ... 97:
		return MESSAGE_HEADER + random_below(random, 8000);
	case 98:
		return 60000 + random_below(random, 10000);
	default:
		return random_once_in(random, 4) ? MESSAGE_MAX - random_below(random, 4096) : 20000;
	}
}

static enum fate random_fate(uint64_t *random)
{
	switch (random_below(random, 8)) {
	case 0:
		return FATE_KILL;
	case 1 ... 3:
		return FATE_FAULT;
	default:
		return FATE_GO_ON;
	}
}

static long send_from(struct caller *caller, const struct op *op, const unsigned char *at)
{
	uint32_t id = id_of(caller, op->box);
	struct op *entry = begin(caller, op);
	long result = slmbx_send(id, at, op->len);

	end(caller, entry, result);
	log_done(entry);
	return result;
}

static long recv_into(struct caller *caller, const struct op *op, unsigned char *at)
{
	uint32_t id = id_of(caller, op->box);
	struct op *entry = begin(caller, op);
	long result = slmbx_recv(id, at, op->len);

	end(caller, entry, result);
	if (result >= 0)
		message_recognise(at, &caller->arena->plan, entry);
	log_done(entry);
	return result;
}

static long send_badly(struct caller *caller, struct op *op)
{
	struct place place;

	if (random_once_in(&caller->random, 20)) {
		/* More than there is of anything. */
		op->len = UINT32_MAX;
		op->room = 0;
		return send_from(caller, op, caller->memory.cliff);
	}
	if (!op->len)
		op->len = MESSAGE_HEADER;
	message_fill(caller->memory.buffer, &caller->arena->plan, op);
	place = memory_bad_place(&caller->memory, false, op->len, &caller->random);
	op->room = place.room;
	if (place.room)
		memcpy(place.at, caller->memory.buffer, place.room);
	return send_from(caller, op, place.at);
}

static long recv_badly(struct caller *caller, struct op *op)
{
	struct place place = memory_bad_place(&caller->memory, true, op->len, &caller->random);

	op->room = place.room;
	return recv_into(caller, op, place.at);
}

/*
 * A signal would have the kernel ask for the same page again and again, and a stale
 * question would bring a page to the next call that is stalled.
 */
static void set_signals(int how)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(how, &all, NULL);
}

static long stalled(struct caller *caller, struct op *op)
{
	struct lane *lane = caller->lane;
	bool sending = op->kind == OP_SEND;
	enum fate fate = random_fate(&caller->random);
	long result;

	/* Rarely from the beginning of a page. */
	uint32_t offset = random_below(&caller->random, LANE_SIZE / 2);

	op->len = MESSAGE_HEADER + random_below(&caller->random, LANE_SIZE / 2 - MESSAGE_HEADER);
	op->room = op->len;
	if (fate == FATE_FAULT)
		op->flags |= OP_MAY_FAULT;
	if (sending)
		message_fill(lane->content + offset, &caller->arena->plan, op);
	set_signals(SIG_BLOCK);
	lane_prepare(lane, sending, fate, &caller->random);
	result = sending ? send_from(caller, op, lane->at + offset) :
			   recv_into(caller, op, lane->at + offset);
	lane_reset(lane);
	set_signals(SIG_UNBLOCK);
	return result;
}

static bool wants_stall(struct caller *caller)
{
	return caller->lane && random_once_in(&caller->random, 200);
}

static long do_send(struct caller *caller, uint32_t box, uint8_t user)
{
	struct op op = make_op(caller, OP_SEND, box, user);

	op.from = caller->actor;
	op.seq = caller->sent++;
	if (wants_stall(caller))
		return stalled(caller, &op);
	op.len = random_length(&caller->random);
	if (random_once_in(&caller->random, 25))
		return send_badly(caller, &op);
	op.room = op.len;
	message_fill(caller->memory.buffer, &caller->arena->plan, &op);
	return send_from(caller, &op, caller->memory.buffer);
}

/* Bytes to ask for: mostly as many as there can be, at times too few. */
static uint32_t random_room(struct caller *caller, uint32_t box)
{
	if (!random_once_in(&caller->random, 12))
		return MESSAGE_MAX;
	if (!caller->arena->plan.boxes[box].exact && random_once_in(&caller->random, 4))
		return random_below(&caller->random, MESSAGE_HEADER);
	return MESSAGE_HEADER + random_below(&caller->random, 400);
}

static long do_recv(struct caller *caller, uint32_t box, uint8_t user)
{
	struct op op = make_op(caller, OP_RECV, box, user);

	if (wants_stall(caller))
		return stalled(caller, &op);
	op.len = random_room(caller, box);
	/* With the name out of reach nobody would know what was taken. */
	if (op.len >= MESSAGE_HEADER && random_once_in(&caller->random, 25))
		return recv_badly(caller, &op);
	op.room = op.len;
	return recv_into(caller, &op, caller->memory.buffer);
}

long caller_drain(struct caller *caller, uint32_t box, uint8_t user)
{
	struct op op = make_op(caller, OP_RECV, box, user);

	op.len = MESSAGE_MAX;
	op.room = op.len;
	return recv_into(caller, &op, caller->memory.buffer);
}

static bool stat_fits(const struct slmbx_stat *st, const struct plan *plan,
		      const struct box_plan *box)
{
	bool head = st->flags & SLMBX_STAT_HEAD;

	return st->owner == plan->users[box->owner] &&
	       !(st->flags & SLMBX_STAT_PROTECTED) == !box->protect && head == (st->count > 0) &&
	       st->head_length <= st->bytes && (head || !st->bytes);
}

static long do_stat(struct caller *caller, uint32_t box, uint8_t user)
{
	struct op op = make_op(caller, OP_STAT, box, user), *entry;
	const struct plan *plan = &caller->arena->plan;
	struct slmbx_stat st = {};
	long result;

	entry = begin(caller, &op);
	result = slmbx_stat(plan->boxes[box].id, &st, sizeof(st));
	end(caller, entry, result ? result : (long)st.count);
	if (!result)
		entry->seen = stat_fits(&st, plan, &plan->boxes[box]) ? SEEN_WHOLE : SEEN_BROKEN;
	log_done(entry);
	return result;
}

static long do_init(struct caller *caller)
{
	const unsigned int ptrs[] = { 1, 8, 32, UINT32_MAX };
	const unsigned int n = random_below(&caller->random, ARRAY_SIZE(ptrs));

	return slmbx_init(ptrs[n], 2U << random_below(&caller->random, 4));
}

static long do_plain(struct caller *caller, enum op_kind kind, uint32_t box)
{
	const struct box_plan *plan = box == NO_BOX ? NULL : &caller->arena->plan.boxes[box];

	switch (kind) {
	case OP_INIT:
		return do_init(caller);
	case OP_SHUTDOWN:
		return slmbx_shutdown();
	case OP_CREATE:
		return slmbx_create(plan->id, plan->protect);
	case OP_DESTROY:
		return slmbx_destroy(plan->id);
	case OP_COUNT:
		return slmbx_count(plan->id);
	default:
		return slmbx_length(plan->id);
	}
}

long caller_do(struct caller *caller, enum op_kind kind, uint32_t box, uint8_t user)
{
	struct op op = make_op(caller, kind, box, user), *entry;
	long result;

	if (kind == OP_SEND)
		return do_send(caller, box, user);
	if (kind == OP_RECV)
		return do_recv(caller, box, user);
	if (kind == OP_STAT)
		return do_stat(caller, box, user);
	entry = begin(caller, &op);
	result = do_plain(caller, kind, box);
	end(caller, entry, result);
	log_done(entry);
	return result;
}
