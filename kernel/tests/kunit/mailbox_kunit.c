// SPDX-License-Identifier: GPL-2.0
/*
 * A mailbox and its messages, each function of their APIs, without the system
 * around them. Queues are drawn head first; (m) is being read.
 */
#include <kunit/test.h>

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/prandom.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/slmbx.h>
#include <linux/string.h>

#include "../mailbox/mailbox.h"
#include "../mailbox/message.h"
#include "holdings.h"
#include "workers.h"

/* uids nobody has while tests run. */
#define OWNER	KUIDT_INIT(0x7b000000)
#define SENDER	KUIDT_INIT(0x7b000001)

#define ID	5

/* Whoever allocated a message fills it. */
static void fill(struct slmbx_message *msg, u32 seed)
{
	memset(slmbx_message_data(msg), seed, msg->len);
}

static bool is_filled(const struct slmbx_message *msg, u32 seed)
{
	return !memchr_inv(slmbx_message_data(msg), seed, msg->len);
}

static struct slmbx_message *message(struct kunit *test, u32 len, u32 seed)
{
	struct slmbx_message *msg = slmbx_message_alloc(SENDER, NULL, len);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, msg);
	KUNIT_EXPECT_EQ(test, msg->len, len);
	fill(msg, seed);
	return msg;
}

static void push(struct kunit *test, u32 len, u32 seed)
{
	KUNIT_ASSERT_EQ(test, slmbx_mailbox_push_one(test->priv, message(test, len, seed)), 0);
}

/* A message that is being read. */
struct reading {
	struct slmbx_message *msg;
	struct slmbx_batch batch;
};

static int read_one(struct slmbx_mailbox *mailbox, struct reading *reading)
{
	u64 needed;

	reading->batch = (struct slmbx_batch){ .messages = &reading->msg, .max = 1 };
	return slmbx_mailbox_read_begin(mailbox, &reading->batch, U64_MAX, &needed);
}

/* What the test itself reads. */
static struct reading in_hand;

/* Begins a read, which must be of this message. */
static struct slmbx_message *begin(struct kunit *test, u32 len, u32 seed)
{
	struct slmbx_message *msg;

	KUNIT_ASSERT_EQ(test, read_one(test->priv, &in_hand), 0);
	msg = in_hand.msg;
	KUNIT_EXPECT_EQ(test, msg->len, len);
	KUNIT_EXPECT_TRUE(test, is_filled(msg, seed));
	return msg;
}

static void end(struct kunit *test, struct slmbx_message *msg)
{
	KUNIT_EXPECT_EQ(test, slmbx_mailbox_read_end(test->priv, &in_hand.batch), 0);
	slmbx_message_free(msg);
}

static void pull(struct kunit *test, u32 len, u32 seed)
{
	end(test, begin(test, len, seed));
}

/* @count messages of @bytes together, the first of @head bytes or -ESRCH. */
static void expect_queue(struct kunit *test, u64 count, u64 bytes, long head)
{
	struct slmbx_stat st;
	kuid_t owner;

	KUNIT_EXPECT_EQ(test, slmbx_mailbox_count(test->priv), (long)count);
	KUNIT_EXPECT_EQ(test, slmbx_mailbox_length(test->priv), head);
	KUNIT_EXPECT_EQ(test, slmbx_mailbox_stat(test->priv, &st, &owner), 0);
	KUNIT_EXPECT_EQ(test, st.count, count);
	KUNIT_EXPECT_EQ(test, st.bytes, bytes);
	KUNIT_EXPECT_EQ(test, st.flags, count ? SLMBX_STAT_HEAD : 0U);
	KUNIT_EXPECT_EQ(test, st.head_length, count ? (u32)head : 0U);
	KUNIT_EXPECT_EQ(test, st.pad, 0U);
}

/* Whatever is asked of a mailbox that is gone is answered with why. */
static void expect_gone(struct kunit *test, int why)
{
	struct slmbx_message *msg = message(test, 3, 0);
	struct slmbx_stat st;
	kuid_t owner;

	KUNIT_EXPECT_EQ(test, slmbx_mailbox_count(test->priv), (long)why);
	KUNIT_EXPECT_EQ(test, slmbx_mailbox_length(test->priv), (long)why);
	KUNIT_EXPECT_EQ(test, slmbx_mailbox_stat(test->priv, &st, &owner), why);
	KUNIT_EXPECT_EQ(test, read_one(test->priv, &in_hand), why);
	KUNIT_EXPECT_EQ(test, slmbx_mailbox_push_one(test->priv, msg), why);
	/* Refused, so still the caller's. */
	KUNIT_EXPECT_TRUE(test, is_filled(msg, 0));
	slmbx_message_free(msg);
}

static void message_test_alloc(struct kunit *test)
{
	static const u32 lengths[] = {
		0, 1, 8, 9, PAGE_SIZE - 1, PAGE_SIZE, PAGE_SIZE + 1, 65536, 1 << 20, 5 << 20,
	};
	struct slmbx_message *msg;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		msg = message(test, lengths[i], i);
		KUNIT_EXPECT_TRUE(test, is_filled(msg, i));
		KUNIT_EXPECT_TRUE(test, holdings_are(SENDER, slmbx_message_cost(lengths[i]), 0));
		slmbx_message_free(msg);
		KUNIT_EXPECT_TRUE(test, holdings_are(SENDER, 0, 0));
	}
}

static size_t memory_of(struct slmbx_message *msg)
{
	void *data = slmbx_message_data(msg);

	if (!slmbx_message_is_far(msg->len))
		return ksize(msg);
	return ksize(msg) + (is_vmalloc_addr(data) ? PAGE_ALIGN(msg->len) : ksize(data));
}

/* Whom a quota stops has no more memory than it says, whatever the length. */
static void message_test_cost(struct kunit *test)
{
	struct slmbx_message *msg;
	u32 len;

	for (len = 1; len <= 16 << 20; len += len / 3 + 1) {
		msg = message(test, len, 0);
		KUNIT_EXPECT_LE_MSG(test, memory_of(msg), (size_t)slmbx_message_cost(len),
				    "%u bytes", len);
		slmbx_message_free(msg);
	}
}

/* No length makes the allocator warn or a sum overflow. */
static void message_test_alloc_too_long(struct kunit *test)
{
	static const u32 lengths[] = { INT_MAX, 1U << 31, U32_MAX - 64, U32_MAX };
	struct slmbx_message *msg;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(lengths); i++) {
		msg = slmbx_message_alloc(SENDER, NULL, lengths[i]);
		KUNIT_EXPECT_PTR_EQ(test, msg, ERR_PTR(-ENOMEM));
		KUNIT_EXPECT_TRUE(test, holdings_are(SENDER, 0, 0));
	}
}

static void message_test_alloc_over_quota(struct kunit *test)
{
	struct slmbx_limits before = slmbx_limits;
	struct slmbx_message *one, *two, *three;

	slmbx_limits.bytes = 2 * slmbx_message_cost(100);
	one = slmbx_message_alloc(SENDER, NULL, 100);
	two = slmbx_message_alloc(SENDER, NULL, 200);
	three = slmbx_message_alloc(SENDER, NULL, 100);
	slmbx_limits = before;

	KUNIT_EXPECT_FALSE(test, IS_ERR(one));
	KUNIT_EXPECT_PTR_EQ(test, two, ERR_PTR(-EDQUOT));
	KUNIT_EXPECT_FALSE(test, IS_ERR(three));
	slmbx_message_free(one);
	slmbx_message_free(three);
	KUNIT_EXPECT_TRUE(test, holdings_are(SENDER, 0, 0));
}

static void mailbox_test_alloc(struct kunit *test)
{
	struct slmbx_mailbox *mailbox = test->priv;

	KUNIT_EXPECT_EQ(test, mailbox->id, (u32)ID);
	KUNIT_EXPECT_TRUE(test, uid_eq(mailbox->owner, OWNER));
	KUNIT_EXPECT_FALSE(test, mailbox->protected);
	KUNIT_EXPECT_EQ(test, kref_read(&mailbox->ref), 1U);
	KUNIT_EXPECT_TRUE(test, holdings_are(OWNER, slmbx_mailbox_cost(), 1));
	expect_queue(test, 0, 0, -ESRCH);
	/* Nothing to read, each time: the turn isn't kept. */
	KUNIT_EXPECT_EQ(test, read_one(mailbox, &in_hand), -ESRCH);
	KUNIT_EXPECT_EQ(test, read_one(mailbox, &in_hand), -ESRCH);
}

static void mailbox_test_alloc_over_quota(struct kunit *test)
{
	struct slmbx_limits before = slmbx_limits;
	struct slmbx_mailbox *bytes, *mailboxes;

	slmbx_limits.bytes = 2 * slmbx_mailbox_cost() - 1;
	bytes = slmbx_mailbox_alloc(6, OWNER, false);
	slmbx_limits.bytes = before.bytes;
	slmbx_limits.mailboxes = 1;
	mailboxes = slmbx_mailbox_alloc(6, OWNER, false);
	slmbx_limits = before;

	KUNIT_EXPECT_PTR_EQ(test, bytes, ERR_PTR(-EDQUOT));
	KUNIT_EXPECT_PTR_EQ(test, mailboxes, ERR_PTR(-EDQUOT));
	KUNIT_EXPECT_TRUE(test, holdings_are(OWNER, slmbx_mailbox_cost(), 1));
}

static void mailbox_test_get_and_put(struct kunit *test)
{
	struct slmbx_mailbox *mailbox = slmbx_mailbox_alloc(6, OWNER, true);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, mailbox);
	KUNIT_EXPECT_TRUE(test, slmbx_mailbox_get(mailbox));
	KUNIT_EXPECT_EQ(test, kref_read(&mailbox->ref), 2U);
	slmbx_mailbox_put(mailbox);
	KUNIT_EXPECT_EQ(test, kref_read(&mailbox->ref), 1U);
	KUNIT_EXPECT_TRUE(test, holdings_are(OWNER, 2 * slmbx_mailbox_cost(), 2));

	/* Who found it before its last reference went gets none any more, yet may look. */
	rcu_read_lock();
	slmbx_mailbox_put(mailbox);
	KUNIT_EXPECT_FALSE(test, slmbx_mailbox_get(mailbox));
	KUNIT_EXPECT_EQ(test, mailbox->id, 6U);
	rcu_read_unlock();
	KUNIT_EXPECT_TRUE(test, holdings_are(OWNER, slmbx_mailbox_cost(), 1));
}

static void mailbox_test_may_use(struct kunit *test)
{
	struct slmbx_mailbox *protected = slmbx_mailbox_alloc(6, OWNER, true);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, protected);
	KUNIT_EXPECT_TRUE(test, slmbx_mailbox_may_use(protected, OWNER));
	KUNIT_EXPECT_FALSE(test, slmbx_mailbox_may_use(protected, SENDER));
	KUNIT_EXPECT_FALSE(test, slmbx_mailbox_may_use(protected, GLOBAL_ROOT_UID));
	KUNIT_EXPECT_TRUE(test, slmbx_mailbox_may_use(test->priv, OWNER));
	KUNIT_EXPECT_TRUE(test, slmbx_mailbox_may_use(test->priv, SENDER));
	KUNIT_EXPECT_TRUE(test, slmbx_mailbox_may_use(test->priv, GLOBAL_ROOT_UID));
	slmbx_mailbox_put(protected);
}

static void mailbox_test_push(struct kunit *test)
{
	push(test, 10, 1);
	expect_queue(test, 1, 10, 10);
	push(test, 0, 2);
	push(test, 30, 3);
	expect_queue(test, 3, 40, 10);
	pull(test, 10, 1);
	expect_queue(test, 2, 30, 0);
	pull(test, 0, 2);
	push(test, 7, 4);
	expect_queue(test, 2, 37, 30);
	pull(test, 30, 3);
	pull(test, 7, 4);
	expect_queue(test, 0, 0, -ESRCH);
}

/* The sender pays for a message, wherever it is, until it is freed. */
static void mailbox_test_who_pays(struct kunit *test)
{
	struct slmbx_message *msg;

	push(test, 100, 1);
	push(test, 5000, 2);
	KUNIT_EXPECT_TRUE(test,
			  holdings_are(SENDER, slmbx_message_cost(100) + slmbx_message_cost(5000),
				       0));
	msg = begin(test, 100, 1);
	KUNIT_EXPECT_EQ(test, slmbx_mailbox_read_end(test->priv, &in_hand.batch), 0);
	KUNIT_EXPECT_TRUE(test,
			  holdings_are(SENDER, slmbx_message_cost(100) + slmbx_message_cost(5000),
				       0));
	slmbx_message_free(msg);
	KUNIT_EXPECT_TRUE(test, holdings_are(SENDER, slmbx_message_cost(5000), 0));
	KUNIT_EXPECT_TRUE(test, holdings_are(OWNER, slmbx_mailbox_cost(), 1));
}

static void mailbox_test_read_abort(struct kunit *test)
{
	/* m1 m2 => (m1) m2 => (m1) m2 m3 => m1 m2 m3 */
	push(test, 10, 1);
	push(test, 20, 2);
	begin(test, 10, 1);
	expect_queue(test, 2, 30, 10);
	push(test, 5, 3);
	expect_queue(test, 3, 35, 10);
	slmbx_mailbox_read_abort(test->priv, &in_hand.batch);
	expect_queue(test, 3, 35, 10);
	/* Whoever comes next reads the same. */
	begin(test, 10, 1);
	slmbx_mailbox_read_abort(test->priv, &in_hand.batch);
	pull(test, 10, 1);
	pull(test, 20, 2);
	pull(test, 5, 3);
	expect_queue(test, 0, 0, -ESRCH);
}

static void mailbox_test_read_end(struct kunit *test)
{
	struct slmbx_message *msg;

	/* (m1) m2 => m2; m1 is the reader's */
	push(test, 10, 1);
	push(test, 20, 2);
	msg = begin(test, 10, 1);
	KUNIT_EXPECT_EQ(test, slmbx_mailbox_read_end(test->priv, &in_hand.batch), 0);
	expect_queue(test, 1, 20, 20);
	KUNIT_EXPECT_TRUE(test, is_filled(msg, 1));
	slmbx_message_free(msg);
	pull(test, 20, 2);
}

static void mailbox_test_kill(struct kunit *test)
{
	static const int whys[] = { -ENOENT, -ENODEV };
	void *first = test->priv;
	u32 i, m;

	for (i = 0; i < ARRAY_SIZE(whys); i++) {
		test->priv = slmbx_mailbox_alloc(6, OWNER, false);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, test->priv);
		for (m = 0; m < 100; m++)
			push(test, m, m);
		slmbx_mailbox_kill(test->priv, whys[i]);
		/* Its messages went at once; itself, with its last reference. */
		KUNIT_EXPECT_TRUE(test, holdings_are(SENDER, 0, 0));
		KUNIT_EXPECT_TRUE(test, holdings_are(OWNER, 2 * slmbx_mailbox_cost(), 2));
		expect_gone(test, whys[i]);
		slmbx_mailbox_put(test->priv);
		test->priv = first;
	}
}

/* (m1) m2 => killed: m2 is freed at once, m1 by whoever reads it, end or abort. */
static void kill_while_reading(struct kunit *test, bool abort)
{
	struct slmbx_message *msg;

	push(test, 1000, 1);
	push(test, 20, 2);
	msg = begin(test, 1000, 1);
	slmbx_mailbox_kill(test->priv, -ENODEV);
	KUNIT_EXPECT_TRUE(test, is_filled(msg, 1));
	KUNIT_EXPECT_TRUE(test, holdings_are(SENDER, slmbx_message_cost(1000), 0));
	KUNIT_EXPECT_EQ(test, slmbx_mailbox_count(test->priv), (long)-ENODEV);
	KUNIT_EXPECT_EQ(test, slmbx_mailbox_length(test->priv), (long)-ENODEV);
	if (abort)
		slmbx_mailbox_read_abort(test->priv, &in_hand.batch);
	else
		KUNIT_EXPECT_EQ(test, slmbx_mailbox_read_end(test->priv, &in_hand.batch), -ENODEV);
	KUNIT_EXPECT_TRUE(test, holdings_are(SENDER, 0, 0));
	expect_gone(test, -ENODEV);
}

static void mailbox_test_kill_before_read_end(struct kunit *test)
{
	kill_while_reading(test, false);
}

static void mailbox_test_kill_before_read_abort(struct kunit *test)
{
	kill_while_reading(test, true);
}

/* A second receiver, which waits for its turn. What it was answered and read. */
struct second {
	struct slmbx_mailbox *mailbox;
	int result;
	u32 len;
};

static void receive_second(struct worker *worker)
{
	struct second *second = worker->arg;
	struct reading reading;

	/* As a process would be that is killed. */
	allow_signal(SIGKILL);
	second->result = read_one(second->mailbox, &reading);
	if (second->result)
		return;
	second->len = reading.msg->len;
	worker->wrong += slmbx_mailbox_read_end(second->mailbox, &reading.batch) != 0;
	slmbx_message_free(reading.msg);
}

/* Starts it, and returns when it sleeps. */
static void second_start(struct kunit *test, struct worker *worker, struct second *second)
{
	unsigned long deadline = jiffies + 20 * HZ;

	*second = (struct second){ .mailbox = test->priv, .result = 1 };
	*worker = (struct worker){ .run = receive_second, .arg = second };
	worker_start(test, worker);
	while (READ_ONCE(worker->task->__state) != TASK_KILLABLE && time_before(jiffies, deadline))
		msleep(20);
	KUNIT_EXPECT_EQ(test, READ_ONCE(worker->task->__state), (unsigned int)TASK_KILLABLE);
	KUNIT_EXPECT_EQ(test, READ_ONCE(second->result), 1);
}

/* (m1) m2: the second receiver gets m2 if the first keeps m1, or else m1. */
static void mailbox_test_turns(struct kunit *test)
{
	struct slmbx_message *msg;
	struct second second;
	struct worker worker;

	push(test, 10, 1);
	push(test, 20, 2);
	push(test, 30, 3);
	msg = begin(test, 10, 1);
	second_start(test, &worker, &second);
	end(test, msg);
	worker_end(test, &worker);
	KUNIT_EXPECT_EQ(test, second.result, 0);
	KUNIT_EXPECT_EQ(test, second.len, 20U);

	msg = begin(test, 30, 3);
	second_start(test, &worker, &second);
	slmbx_mailbox_read_abort(test->priv, &in_hand.batch);
	worker_end(test, &worker);
	KUNIT_EXPECT_EQ(test, second.result, 0);
	KUNIT_EXPECT_EQ(test, second.len, 30U);

	/* Nothing is left for it when the turn comes. */
	push(test, 40, 4);
	msg = begin(test, 40, 4);
	second_start(test, &worker, &second);
	end(test, msg);
	worker_end(test, &worker);
	KUNIT_EXPECT_EQ(test, second.result, -ESRCH);
	expect_queue(test, 0, 0, -ESRCH);
}

static void mailbox_test_kill_with_a_receiver_waiting(struct kunit *test)
{
	struct second second;
	struct worker worker;

	push(test, 10, 1);
	push(test, 20, 2);
	begin(test, 10, 1);
	second_start(test, &worker, &second);
	slmbx_mailbox_kill(test->priv, -ENOENT);
	KUNIT_EXPECT_EQ(test, slmbx_mailbox_read_end(test->priv, &in_hand.batch), -ENOENT);
	worker_end(test, &worker);
	KUNIT_EXPECT_EQ(test, second.result, -ENOENT);
	KUNIT_EXPECT_TRUE(test, holdings_are(SENDER, 0, 0));
}

/* Who is killed doesn't wait for a receiver that stalls, and changes nothing. */
static void mailbox_test_a_waiting_receiver_is_killed(struct kunit *test)
{
	struct slmbx_message *msg;
	struct second second;
	struct worker worker;

	push(test, 10, 1);
	push(test, 20, 2);
	msg = begin(test, 10, 1);
	second_start(test, &worker, &second);
	send_sig(SIGKILL, worker.task, 1);
	worker_end(test, &worker);
	KUNIT_EXPECT_EQ(test, second.result, -EINTR);
	expect_queue(test, 2, 30, 10);
	end(test, msg);
	pull(test, 20, 2);
}

#define SENDERS		3
#define RECEIVERS	3
#define EACH		300
#define WORKERS		(SENDERS + RECEIVERS)

/**
 * struct traffic - senders and receivers of one mailbox
 * @mailbox: the mailbox
 * @killed: it will be; until then there is no end of messages
 * @pushed: messages sent
 * @pulled: messages received; changed by whose turn it is to receive
 * @sender: of each message received
 * @number: of each message received, among its sender's
 */
struct traffic {
	struct slmbx_mailbox *mailbox;
	bool killed;
	atomic_t pushed;
	u32 pulled;
	u8 sender[SENDERS * EACH];
	u16 number[SENDERS * EACH];
};

/* The head of each message. */
struct stamp {
	u32 sender;
	u32 number;
};

/* Returns what the push says. Counts bad allocations. */
static int send_one(struct worker *worker, struct stamp stamp)
{
	struct traffic *traffic = worker->arg;
	struct slmbx_message *msg;
	int err;

	msg = slmbx_message_alloc(SENDER, NULL, sizeof(stamp) + stamp.number % 50);
	if (IS_ERR(msg)) {
		worker->wrong++;
		return PTR_ERR(msg);
	}
	memset(slmbx_message_data(msg), stamp.number, msg->len);
	memcpy(slmbx_message_data(msg), &stamp, sizeof(stamp));
	err = slmbx_mailbox_push_one(traffic->mailbox, msg);
	if (err)
		slmbx_message_free(msg);
	else
		atomic_inc(&traffic->pushed);
	return err;
}

static void send_each(struct worker *worker)
{
	struct traffic *traffic = worker->arg;
	struct stamp stamp = { .sender = worker->number };
	int err = 0;

	for (; !err && (traffic->killed || stamp.number < EACH); stamp.number++) {
		err = send_one(worker, stamp);
		cond_resched();
	}
	worker->wrong += err != (traffic->killed ? -ENOENT : 0);
}

/* In this receiver's turn. */
static void note(struct worker *worker, const struct slmbx_message *msg)
{
	struct traffic *traffic = worker->arg;
	struct stamp stamp;

	memcpy(&stamp, slmbx_message_data(msg), sizeof(stamp));
	worker->wrong += memchr_inv(slmbx_message_data(msg) + sizeof(stamp), stamp.number & 0xff,
				    msg->len - sizeof(stamp)) != NULL;
	if (!traffic->killed) {
		traffic->sender[traffic->pulled] = stamp.sender;
		traffic->number[traffic->pulled] = stamp.number;
	}
	WRITE_ONCE(traffic->pulled, traffic->pulled + 1);
}

/* Returns what the receive says, 0 if it was aborted. */
static int receive_one(struct worker *worker, bool abort)
{
	struct traffic *traffic = worker->arg;
	struct reading reading;
	int err = read_one(traffic->mailbox, &reading);

	if (err)
		return err;
	if (abort) {
		slmbx_mailbox_read_abort(traffic->mailbox, &reading.batch);
		return 0;
	}
	note(worker, reading.msg);
	err = slmbx_mailbox_read_end(traffic->mailbox, &reading.batch);
	if (!err)
		slmbx_message_free(reading.msg);
	return err;
}

/* Some of the receivers give up half of their reads. */
static void receive_each(struct worker *worker)
{
	struct traffic *traffic = worker->arg;
	struct rnd_state random;
	int err = 0;

	prandom_seed_state(&random, worker->number);
	while ((!err || err == -ESRCH) &&
	       (traffic->killed || READ_ONCE(traffic->pulled) < SENDERS * EACH)) {
		err = receive_one(worker, worker->number % 2 && prandom_u32_state(&random) % 2);
		if (err == -ESRCH)
			schedule_timeout_uninterruptible(1);
		cond_resched();
	}
	worker->wrong += err != (traffic->killed ? -ENOENT : 0) && err != -ESRCH;
}

static void traffic_start(struct kunit *test, struct worker *workers, struct traffic *traffic)
{
	u32 i;

	for (i = 0; i < WORKERS; i++) {
		workers[i] = (struct worker){
			.run = i < SENDERS ? send_each : receive_each,
			.arg = traffic,
			.number = i,
		};
		worker_start(test, &workers[i]);
	}
}

static void traffic_end(struct kunit *test, struct worker *workers)
{
	u32 i;

	for (i = 0; i < WORKERS; i++)
		worker_end(test, &workers[i]);
}

/* Every message comes out once, and each sender's in its order. */
static void mailbox_test_traffic(struct kunit *test)
{
	struct worker *workers = kunit_kcalloc(test, WORKERS, sizeof(*workers), GFP_KERNEL);
	struct traffic *traffic = kunit_kzalloc(test, sizeof(*traffic), GFP_KERNEL);
	u32 next[SENDERS] = {}, i;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, workers);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, traffic);
	traffic->mailbox = test->priv;
	traffic_start(test, workers, traffic);
	traffic_end(test, workers);

	KUNIT_EXPECT_EQ(test, traffic->pulled, (u32)SENDERS * EACH);
	for (i = 0; i < traffic->pulled; i++) {
		KUNIT_ASSERT_LT(test, traffic->sender[i], SENDERS);
		KUNIT_EXPECT_EQ(test, traffic->number[i], next[traffic->sender[i]]++);
	}
	expect_queue(test, 0, 0, -ESRCH);
	KUNIT_EXPECT_TRUE(test, holdings_are(SENDER, 0, 0));
}

/* Nothing stays of what was sent before, while and after the mailbox went. */
static void mailbox_test_kill_under_traffic(struct kunit *test)
{
	struct worker *workers = kunit_kcalloc(test, WORKERS, sizeof(*workers), GFP_KERNEL);
	struct traffic *traffic = kunit_kzalloc(test, sizeof(*traffic), GFP_KERNEL);
	unsigned long deadline = jiffies + 20 * HZ;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, workers);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, traffic);
	*traffic = (struct traffic){ .mailbox = test->priv, .killed = true };
	traffic_start(test, workers, traffic);
	while ((atomic_read(&traffic->pushed) < 500 || READ_ONCE(traffic->pulled) < 100) &&
	       time_before(jiffies, deadline))
		schedule_timeout_uninterruptible(1);
	slmbx_mailbox_kill(test->priv, -ENOENT);
	traffic_end(test, workers);

	KUNIT_EXPECT_GE(test, atomic_read(&traffic->pushed), 500);
	KUNIT_EXPECT_GE(test, traffic->pulled, 100U);
	KUNIT_EXPECT_TRUE(test, holdings_are(SENDER, 0, 0));
	expect_gone(test, -ENOENT);
}

/* The administrator's. */
static struct slmbx_limits limits_before;

/* Every test begins without limits, and with a mailbox. */
static int mailbox_test_setup(struct kunit *test)
{
	struct slmbx_mailbox *mailbox;

	limits_before = slmbx_limits;
	slmbx_limits = (struct slmbx_limits){ .bytes = S64_MAX, .mailboxes = S64_MAX };
	mailbox = slmbx_mailbox_alloc(ID, OWNER, false);
	if (IS_ERR(mailbox))
		return PTR_ERR(mailbox);
	test->priv = mailbox;
	return 0;
}

/* A test leaves no reference but the first. */
static void mailbox_test_teardown(struct kunit *test)
{
	struct slmbx_mailbox *mailbox = test->priv;

	if (mailbox) {
		KUNIT_EXPECT_EQ(test, kref_read(&mailbox->ref), 1U);
		if (!mailbox->gone)
			slmbx_mailbox_kill(mailbox, -ENOENT);
		slmbx_mailbox_put(mailbox);
		KUNIT_EXPECT_TRUE(test, holdings_are(OWNER, 0, 0));
		KUNIT_EXPECT_TRUE(test, holdings_are(SENDER, 0, 0));
	}
	slmbx_limits = limits_before;
	/* What is on its way out would look like a leak. */
	rcu_barrier();
}

static struct kunit_case mailbox_test_cases[] = {
	KUNIT_CASE(message_test_alloc),
	KUNIT_CASE(message_test_cost),
	KUNIT_CASE(message_test_alloc_too_long),
	KUNIT_CASE(message_test_alloc_over_quota),
	KUNIT_CASE(mailbox_test_alloc),
	KUNIT_CASE(mailbox_test_alloc_over_quota),
	KUNIT_CASE(mailbox_test_get_and_put),
	KUNIT_CASE(mailbox_test_may_use),
	KUNIT_CASE(mailbox_test_push),
	KUNIT_CASE(mailbox_test_who_pays),
	KUNIT_CASE(mailbox_test_read_abort),
	KUNIT_CASE(mailbox_test_read_end),
	KUNIT_CASE(mailbox_test_kill),
	KUNIT_CASE(mailbox_test_kill_before_read_end),
	KUNIT_CASE(mailbox_test_kill_before_read_abort),
	KUNIT_CASE(mailbox_test_turns),
	KUNIT_CASE(mailbox_test_kill_with_a_receiver_waiting),
	KUNIT_CASE(mailbox_test_a_waiting_receiver_is_killed),
	KUNIT_CASE(mailbox_test_traffic),
	KUNIT_CASE(mailbox_test_kill_under_traffic),
	{}
};

static struct kunit_suite mailbox_test_suite = {
	.name = "slmbx_mailbox",
	.init = mailbox_test_setup,
	.exit = mailbox_test_teardown,
	.test_cases = mailbox_test_cases,
};

kunit_test_suites(&mailbox_test_suite);
