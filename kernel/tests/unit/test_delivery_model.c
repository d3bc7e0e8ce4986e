// SPDX-License-Identifier: MIT
/*
 * Random calls and random times, against a model of kernel/DELIVERY.md that knows nothing of
 * how the core does it: an array of messages, each with its state.
 *
 * The clock goes by single nanoseconds. Calls are made when it is a multiple of STEP, what
 * becomes due does so in between, in each mailbox in moments of its own and never two
 * things at once. So what happens first is never left to chance.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "post.h"

#define STEP		16
#define MAILBOXES	4	/* ids 1 to 4: dead letters of 4 go to 1, to 2, to 3 */
#define ABSENT		99
#define SLOTS		200	/* messages at once */
#define STEPS		3000
#define NEVER		(~0ULL)

struct message {
	enum { GONE, READY, DELAYED, LEASED } state;
	u32 number, mailbox;
	u64 seq, sent;
	u32 deliveries;
	u64 until;	/* the delay or the lease ends */
	u64 ttl;
	u64 token;
	int holder;
	bool dead;
	u32 from, from_deliveries;
	u64 moved;
};

struct mailbox {
	u64 sent, expired, dead, max_messages, max_bytes;
	u32 max_deliveries, dead_letter;
};

static struct {
	struct message messages[SLOTS];
	struct mailbox mailboxes[MAILBOXES + 1];
	u32 sent;
	u64 now;
	uint64_t random;
} model;

#define each_message(msg) \
	for (struct message *msg = model.messages; msg < model.messages + SLOTS; msg++)

static u32 below(u32 limit)
{
	return random_below(&model.random, limit);
}

static bool chance(u32 of)
{
	return !below(of);
}

static bool is_taken(u32 id, u64 moment)
{
	each_message(msg) if (msg->state && msg->mailbox == id &&
			      (msg->until == moment || msg->ttl == moment)) return true;
	return false;
}

/* So long that it ends in a moment of @id's own, in which nothing else is due there. */
static u64 some_time(u32 id)
{
	u64 moment;
	u32 range = 60;

	do
		moment = model.now + (u64)below(range++) * STEP + 2 * id;
	while (is_taken(id, moment));
	return moment - model.now;
}

static bool has_room(u32 id, u64 messages, u64 bytes)
{
	const struct mailbox *mailbox = &model.mailboxes[id];
	u64 held = 0, held_bytes = 0;

	each_message(msg)
	{
		if (msg->state && msg->mailbox == id) {
			held++;
			held_bytes += post_length(msg->number);
		}
	}
	return (!mailbox->max_messages || held + messages <= mailbox->max_messages) &&
	       (!mailbox->max_bytes || held_bytes + bytes <= mailbox->max_bytes);
}

static void become_ready(struct message *msg)
{
	msg->state = READY;
	msg->until = NEVER;
	if (!msg->seq)
		msg->seq = ++model.mailboxes[msg->mailbox].sent;
}

static bool move(struct message *msg)
{
	struct mailbox *mailbox = &model.mailboxes[msg->mailbox];
	u32 to = mailbox->dead_letter;

	if (!to || to == ABSENT || !has_room(to, 1, post_length(msg->number)))
		return false;
	mailbox->dead++;
	msg->dead = true;
	msg->from = msg->mailbox;
	msg->from_deliveries = msg->deliveries;
	msg->moved = model.now;
	msg->deliveries = 0;
	msg->ttl = NEVER;
	msg->mailbox = to;
	msg->seq = 0;
	become_ready(msg);
	return true;
}

/* Its time to live is over. Says whether it stays. */
static bool expire(struct message *msg)
{
	struct mailbox *mailbox = &model.mailboxes[msg->mailbox];

	mailbox->expired++;
	msg->ttl = NEVER;
	if (mailbox->dead_letter)
		return !move(msg);
	msg->state = GONE;
	return false;
}

/* Until @delay is over, if it has one. */
static void come_back(struct message *msg, u64 delay)
{
	const struct mailbox *mailbox = &model.mailboxes[msg->mailbox];

	if (msg->ttl <= model.now && !expire(msg))
		return;
	if (delay) {
		msg->state = DELAYED;
		msg->until = model.now + delay;
		return;
	}
	if (!mailbox->max_deliveries || msg->deliveries < mailbox->max_deliveries || !move(msg))
		become_ready(msg);
}

static bool is_due(const struct message *msg)
{
	if (msg->state == GONE)
		return false;
	/* The timer comes a nanosecond after what is due. */
	return (msg->state != READY && msg->until < model.now) ||
	       (msg->state != LEASED && msg->ttl < model.now);
}

/* Of those that were leased at once the first is the first. */
static struct message *first_due(void)
{
	struct message *first = NULL;

	each_message(msg) if (is_due(msg) && (!first || msg->seq < first->seq)) first = msg;
	return first;
}

static void run_model(void)
{
	struct message *msg;

	while ((msg = first_due())) {
		if (msg->state == READY || msg->until >= model.now)
			expire(msg);
		else if (msg->seq)
			come_back(msg, 0);
		else
			become_ready(msg);
	}
}

static void pass_some(void)
{
	u64 end = model.now + (1 + below(chance(5) ? 60 : 5)) * STEP;

	while (model.now < end) {
		pass(1);
		model.now++;
		run_model();
	}
}

/* The ready message with the lowest number above @seq. */
static struct message *next_ready(u32 id, u64 seq)
{
	struct message *next = NULL;

	each_message(msg) if (msg->state == READY && msg->mailbox == id && msg->seq > seq &&
			      (!next || msg->seq < next->seq)) next = msg;
	return next;
}

static void expect_message(const struct message *msg, long at, u32 deliveries)
{
	const struct slmbx_recvv_msg *got = &received[at];

	expect(received_numbers[at] == msg->number, "message %u instead of %u",
	       received_numbers[at], msg->number);
	expect(got->seq == msg->seq && got->age == model.now - msg->sent &&
		       got->deliveries == deliveries,
	       "seq %llu, age %llu, deliveries %u, not %llu, %llu, %u",
	       (unsigned long long)got->seq, (unsigned long long)got->age, got->deliveries,
	       (unsigned long long)msg->seq, (unsigned long long)(model.now - msg->sent),
	       deliveries);
	expect(got->flags == (msg->dead ? SLMBX_RECVV_DEAD : 0), "flags %u", got->flags);
	if (msg->dead)
		expect(got->from == msg->from && got->from_deliveries == msg->from_deliveries &&
			       got->moved == model.now - msg->moved,
		       "from %u after %u, %llu ago, not from %u after %u, %llu ago", got->from,
		       got->from_deliveries, (unsigned long long)got->moved, msg->from,
		       msg->from_deliveries, (unsigned long long)(model.now - msg->moved));
}

static void receive(u32 id)
{
	u32 count = 1 + below(4), flags = below(4) ? SLMBX_RECVV_LEASE : below(2);
	u64 lease = flags == SLMBX_RECVV_LEASE ? some_time(id) : 0, seq = 0;
	int person = below(PEOPLE);
	long got;

	become(person);
	got = take(id, count, flags, lease, chance(2) ? 0 : 1);
	become(ROOT);
	for (long i = 0; i < got; i++) {
		struct message *msg = next_ready(id, seq);

		expect(msg, "message %u, which isn't ready", received_numbers[i]);
		seq = msg->seq;
		expect_message(msg, i, msg->deliveries + (flags == SLMBX_RECVV_LEASE));
		if (!flags) {
			msg->state = GONE;
		} else if (flags == SLMBX_RECVV_LEASE) {
			msg->state = LEASED;
			msg->deliveries++;
			msg->until = model.now + lease;
			msg->token = received[i].token;
			msg->holder = person;
		}
	}
	expect(got == count || !next_ready(id, seq), "only %ld of %u", got, count);
}

static void receive_plainly(u32 id)
{
	struct message *msg = next_ready(id, 0);

	expect_result(take_plainly(id), msg ? (long)msg->number : -ESRCH);
	if (msg)
		msg->state = GONE;
}

static void refuse(u32 id, u32 number, u64 delay, u64 ttl)
{
	char *before = snapshot_take();

	expect_result(post(id, number, delay, ttl), -EDQUOT);
	snapshot_expect(before, "a send beyond the limit");
}

/* In place of any that is gone: tokens of others are remembered for a while. */
static void send(u32 id)
{
	struct message *msg = &model.messages[below(SLOTS)];
	u32 number = ++model.sent;
	u64 delay = chance(3) ? some_time(id) : 0, ttl;

	if (msg->state)
		return;
	do
		ttl = chance(3) ? some_time(id) : 0;
	while (ttl && ttl == delay);
	if (!has_room(id, 1, post_length(number))) {
		refuse(id, number, delay, ttl);
		return;
	}
	if (!delay && !ttl && chance(2))
		done(post_plainly(id, number));
	else
		expect_result(post(id, number, delay, ttl), 1);
	*msg = (struct message){
		.state = DELAYED,
		.number = number,
		.mailbox = id,
		.sent = model.now,
		.until = delay ? model.now + delay : NEVER,
		.ttl = ttl ? model.now + ttl : NEVER,
	};
	if (!delay)
		become_ready(msg);
}

/* A lease that is there, or now and then one that was. */
static struct message *pick_lease(void)
{
	bool stale = chance(5);

	for (u32 tries = 0; tries < 100; tries++) {
		struct message *msg = &model.messages[below(SLOTS)];

		if (msg->token && stale == (msg->state != LEASED))
			return msg;
	}
	return NULL;
}

static u64 time_for(u32 action, u32 id)
{
	if (action == SLMBX_SETTLE_ACK || (action == SLMBX_SETTLE_RELEASE && chance(2)))
		return 0;
	return some_time(id);
}

static void settle_some(void)
{
	struct message *msg = pick_lease();
	u32 action = 1 + below(3);
	int person = below(PEOPLE);
	long wanted = 0;
	u64 time;

	if (!msg)
		return;
	if (!chance(10))
		person = msg->holder;
	if (msg->state != LEASED || person != msg->holder)
		wanted = -ESTALE;
	time = time_for(action, msg->mailbox);
	become(person);
	expect_result(settle(msg->mailbox,
			     (struct slmbx_settle_item){ .seq = msg->seq, .token = msg->token },
			     action, time),
		      wanted);
	become(ROOT);
	if (wanted)
		return;
	if (action == SLMBX_SETTLE_EXTEND)
		msg->until = model.now + time;
	else if (action == SLMBX_SETTLE_RELEASE)
		come_back(msg, time);
	else
		msg->state = GONE;
}

static void set_some(u32 id)
{
	struct mailbox *mailbox = &model.mailboxes[id];
	u32 next = id % MAILBOXES + 1;
	struct slmbx_setattr attr = { .mask = below(16) };

	if (attr.mask & SLMBX_ATTR_MAX_MESSAGES)
		mailbox->max_messages = attr.max_messages = chance(2) ? 0 : 1 + below(20);
	if (attr.mask & SLMBX_ATTR_MAX_BYTES)
		mailbox->max_bytes = attr.max_bytes = chance(2) ? 0 : 50 + below(500);
	if (attr.mask & SLMBX_ATTR_MAX_DELIVERIES)
		mailbox->max_deliveries = attr.max_deliveries = below(4);
	if (attr.mask & SLMBX_ATTR_DEAD_LETTER) {
		attr.dead_letter = id == 3 || chance(4) ? ABSENT : next;
		if (chance(4))
			attr.dead_letter = 0;
		mailbox->dead_letter = attr.dead_letter;
	}
	expect_result(set(id, attr), 0);
}

static void drop_all(u32 id, bool leased)
{
	each_message(msg) if (msg->mailbox == id && (leased || msg->state != LEASED)) msg->state =
		GONE;
}

static void purge(u32 id)
{
	long n = 0;

	each_message(msg) n += msg->mailbox == id && (msg->state == READY || msg->state == DELAYED);
	expect_result(slmbx_do_purge(id), n);
	drop_all(id, false);
}

static void make_anew(u32 id)
{
	done(slmbx_do_destroy(id));
	done(slmbx_do_create(id, 0));
	drop_all(id, true);
	model.mailboxes[id] = (struct mailbox){};
}

/* The core and the model have the same of @id. */
static void expect_same(u32 id)
{
	const struct mailbox *mailbox = &model.mailboxes[id];
	struct slmbx_stat stat = post_stat(id);
	u64 held[4] = {}, bytes = 0, seq = 0;
	long got;

	each_message(msg)
	{
		held[msg->state] += msg->mailbox == id;
		bytes += msg->state == READY && msg->mailbox == id ? post_length(msg->number) : 0;
	}
	expect(stat.count == held[READY] && stat.leased == held[LEASED] &&
		       stat.delayed == held[DELAYED],
	       "in %u: %llu, %llu, %llu, not %llu ready, %llu leased, %llu delayed", id,
	       (unsigned long long)stat.count, (unsigned long long)stat.leased,
	       (unsigned long long)stat.delayed, (unsigned long long)held[READY],
	       (unsigned long long)held[LEASED], (unsigned long long)held[DELAYED]);
	expect(stat.head_length == (held[READY] ? post_length(next_ready(id, 0)->number) : 0),
	       "in %u: the head's length", id);
	expect(stat.bytes == bytes && stat.sent == mailbox->sent, "in %u: bytes or sent", id);
	expect(stat.expired == mailbox->expired && stat.dead == mailbox->dead,
	       "in %u: %llu expired, %llu dead, not %llu, %llu", id,
	       (unsigned long long)stat.expired, (unsigned long long)stat.dead,
	       (unsigned long long)mailbox->expired, (unsigned long long)mailbox->dead);
	got = take(id, SLMBX_BATCH_MAX, SLMBX_RECVV_PEEK, 0, 0);
	expect(got == (long)held[READY], "%ld messages", got);
	for (long i = 0; i < got; i++) {
		const struct message *msg = next_ready(id, seq);

		expect_message(msg, i, msg->deliveries);
		seq = msg->seq;
	}
}

static void act(void)
{
	u32 id = 1 + below(MAILBOXES);
	u32 what = below(100);

	if (what < 30)
		send(id);
	else if (what < 47)
		receive(id);
	else if (what < 50)
		receive_plainly(id);
	else if (what < 70)
		settle_some();
	else if (what < 90)
		pass_some();
	else if (what < 97)
		set_some(id);
	else if (what < 99)
		purge(id);
	else
		make_anew(id);
}

START_TEST(does_what_the_model_does)
{
	model.random = _i * 7919 + 1;
	model.now = START;
	for (u32 id = 1; id <= MAILBOXES; id++)
		done(slmbx_do_create(id, 0));
	for (u32 step = 0; step < STEPS; step++) {
		act();
		for (u32 id = 1; id <= MAILBOXES; id++)
			expect_same(id);
		free(snapshot_take());
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("delivery_model");
	TCase *random = unit_case(suite, "random");

	tcase_add_checked_fixture(random, post_setup, post_teardown);
	tcase_add_loop_test(random, does_what_the_model_does, 0, 8);
	return unit_run(suite);
}
