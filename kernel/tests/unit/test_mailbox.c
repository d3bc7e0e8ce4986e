// SPDX-License-Identifier: MIT
/* A mailbox and its messages, without the system around them. */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <string.h>

#include <linux/err.h>
#include <linux/list.h>
#include <linux/slmbx.h>

#include "inside_quota.h"
#include "mailbox.h"
#include "message.h"
#include "shim.h"
#include "threads.h"
#include "unit.h"

#define OWNER	((kuid_t)KUIDT_INIT(1000))
#define SENDER	((kuid_t)KUIDT_INIT(1001))

static struct task_struct task;
static struct slmbx_mailbox *mailbox;

static void setup(void)
{
	shim_thread_begin(&task);
	mailbox = slmbx_mailbox_alloc(5, OWNER, false);
	ck_assert(!IS_ERR(mailbox));
}

/* A test leaves the mailbox killed and holding nothing, or holding nobody else's reference. */
static void teardown(void)
{
	if (!mailbox->gone)
		slmbx_mailbox_kill(mailbox, -ENOENT);
	slmbx_mailbox_put(mailbox);
	ck_assert_uint_eq(quota_accounts(), 0);
	rcu_barrier();
	shim_thread_end();
}

static struct slmbx_message *message(u32 len, u32 seed)
{
	struct slmbx_message *msg = slmbx_message_alloc(SENDER, NULL, len);

	expect(!IS_ERR(msg), "a message of %u bytes: %s", len, result_name(PTR_ERR(msg)));
	fill(slmbx_message_data(msg), len, seed);
	return msg;
}

static void push(u32 len, u32 seed)
{
	expect_result(slmbx_mailbox_push_one(mailbox, message(len, seed)), 0);
}

/* What this thread reads: one message at a time. */
static __thread struct slmbx_message *in_hand;
static __thread struct slmbx_batch batch;

static int try_begin(void)
{
	u64 needed;

	batch = (struct slmbx_batch){ .messages = &in_hand, .max = 1 };
	return slmbx_mailbox_read_begin(mailbox, &batch, U64_MAX, &needed);
}

static struct slmbx_message *read_begin(void)
{
	expect_result(try_begin(), 0);
	ck_assert_uint_eq(batch.count, 1);
	return in_hand;
}

/* Receives, and expects the message of @len and @seed. */
static void pull(u32 len, u32 seed)
{
	struct slmbx_message *msg = read_begin();

	ck_assert_uint_eq(msg->len, len);
	ck_assert(is_filled(slmbx_message_data(msg), len, seed));
	expect_result(slmbx_mailbox_read_end(mailbox, &batch), 0);
	slmbx_message_free(msg);
}

static void expect_holds(u64 count, u64 bytes, long head)
{
	struct slmbx_stat st;
	kuid_t owner;

	expect_result(slmbx_mailbox_count(mailbox), count);
	expect_result(slmbx_mailbox_length(mailbox), head);
	expect_result(slmbx_mailbox_stat(mailbox, &st, &owner), 0);
	ck_assert_uint_eq(st.count, count);
	ck_assert_uint_eq(st.bytes, bytes);
	ck_assert_uint_eq(st.flags & SLMBX_STAT_HEAD, count ? SLMBX_STAT_HEAD : 0);
	ck_assert_uint_eq(st.head_length, count ? head : 0);
}

/* Whatever is asked of a mailbox that is gone is answered with why. */
static void expect_gone(int why)
{
	struct slmbx_message *msg = message(3, 0);
	struct slmbx_stat st;
	kuid_t owner;

	expect_result(slmbx_mailbox_count(mailbox), why);
	expect_result(slmbx_mailbox_length(mailbox), why);
	expect_result(slmbx_mailbox_stat(mailbox, &st, &owner), why);
	expect_result(slmbx_mailbox_push_one(mailbox, msg), why);
	/* Refused, so still the caller's. */
	slmbx_message_free(msg);
	expect_result(try_begin(), why);
}

START_TEST(empty)
{
	ck_assert_uint_eq(mailbox->id, 5);
	expect_holds(0, 0, -ESRCH);
	for (int i = 0; i < 2; i++)
		expect_result(try_begin(), -ESRCH);
	expect_holds(0, 0, -ESRCH);
}
END_TEST

START_TEST(first_in_first_out)
{
	push(10, 1);
	expect_holds(1, 10, 10);
	push(0, 2);
	push(30, 3);
	expect_holds(3, 40, 10);
	pull(10, 1);
	expect_holds(2, 30, 0);
	pull(0, 2);
	push(7, 4);
	expect_holds(2, 37, 30);
	pull(30, 3);
	pull(7, 4);
	expect_holds(0, 0, -ESRCH);
}
END_TEST

START_TEST(all_lengths)
{
	static const u32 sizes[] = { 0, 1, 8, 9, 4095, 4096, 4097, 65536, 1 << 20, 64 << 20 };

	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++)
		push(sizes[i], i);
	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++)
		pull(sizes[i], i);
}
END_TEST

/* The sender pays for a message, header included, until it is freed. */
START_TEST(who_pays)
{
	struct quota_use owner = quota_used(__kuid_val(OWNER)), sender;
	struct slmbx_message *msg;

	ck_assert_int_eq(owner.mailboxes, 1);
	ck_assert_int_ge(owner.bytes, (s64)sizeof(*mailbox));
	push(100, 1);
	sender = quota_used(__kuid_val(SENDER));
	ck_assert_int_eq(sender.bytes, sizeof(*msg) + 100);
	ck_assert_int_eq(sender.mailboxes, 0);
	msg = read_begin();
	expect_result(slmbx_mailbox_read_end(mailbox, &batch), 0);
	ck_assert_int_eq(quota_used(__kuid_val(SENDER)).bytes, sender.bytes);
	slmbx_message_free(msg);
	ck_assert_int_eq(quota_used(__kuid_val(SENDER)).bytes, 0);
	ck_assert_int_eq(quota_used(__kuid_val(OWNER)).bytes, owner.bytes);
}
END_TEST

/* No length makes the allocator warn or a sum overflow. */
START_TEST(lengths_nobody_has)
{
	static const u32 sizes[] = { 0x7fffffff, 0x80000000, UINT_MAX - 64, UINT_MAX };

	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
		struct slmbx_message *msg = slmbx_message_alloc(SENDER, NULL, sizes[i]);

		ck_assert(IS_ERR(msg));
		expect_result(PTR_ERR(msg), -ENOMEM);
		ck_assert_int_eq(quota_used(__kuid_val(SENDER)).bytes, 0);
		slmbx_limits.bytes = sizes[i];
		msg = slmbx_message_alloc(SENDER, NULL, sizes[i]);
		expect_result(PTR_ERR(msg), -EDQUOT);
		slmbx_limits.bytes = LLONG_MAX;
	}
}
END_TEST

/* The head stays the head, and counts, until the read ends. */
START_TEST(read_and_abort)
{
	struct slmbx_message *msg;

	push(10, 1);
	push(20, 2);
	for (int i = 0; i < 3; i++) {
		msg = read_begin();
		ck_assert(is_filled(slmbx_message_data(msg), 10, 1));
		expect_holds(2 + i, 30 + 5 * i, 10);
		push(5, 3 + i);
		expect_holds(3 + i, 35 + 5 * i, 10);
		slmbx_mailbox_read_abort(mailbox, &batch);
		expect_holds(3 + i, 35 + 5 * i, 10);
	}
	pull(10, 1);
	pull(20, 2);
	for (int i = 0; i < 3; i++)
		pull(5, 3 + i);
	expect_holds(0, 0, -ESRCH);
}
END_TEST

START_TEST(kill_frees_messages)
{
	static const int why[] = { -ENOENT, -ENODEV };

	for (int i = 0; i < 100; i++)
		push(i, i);
	slmbx_mailbox_kill(mailbox, why[_i]);
	ck_assert_int_eq(quota_used(__kuid_val(SENDER)).bytes, 0);
	expect_gone(why[_i]);
	/* It is charged until its last reference goes. */
	ck_assert_int_eq(quota_used(__kuid_val(OWNER)).mailboxes, 1);
}
END_TEST

/* The message being read stays whole until the read ends, and is then freed, once. */
START_TEST(kill_during_a_read)
{
	struct slmbx_message *msg;

	push(1000, 1);
	push(20, 2);
	msg = read_begin();
	slmbx_mailbox_kill(mailbox, -ENODEV);
	ck_assert(is_filled(slmbx_message_data(msg), 1000, 1));
	ck_assert_int_eq(quota_used(__kuid_val(SENDER)).bytes, sizeof(*msg) + 1000);
	expect_result(slmbx_mailbox_count(mailbox), -ENODEV);
	expect_result(slmbx_mailbox_length(mailbox), -ENODEV);
	if (_i)
		slmbx_mailbox_read_abort(mailbox, &batch);
	else
		expect_result(slmbx_mailbox_read_end(mailbox, &batch), -ENODEV);
	ck_assert_int_eq(quota_used(__kuid_val(SENDER)).bytes, 0);
	ck_assert(list_empty(&mailbox->messages));
	expect_gone(-ENODEV);
}
END_TEST

static void wait_for_turn(struct worker *worker)
{
	expect_result(try_begin(), -ENOENT);
}

START_TEST(kill_with_readers_waiting)
{
	struct worker waiting[3] = {};

	push(10, 1);
	push(10, 2);
	read_begin();
	for (size_t i = 0; i < ARRAY_LENGTH(waiting); i++)
		waiting[i].run = wait_for_turn;
	workers_start(waiting, ARRAY_LENGTH(waiting), 1);
	/* Long enough for them to wait, as a rule; whenever they come the answer is the same. */
	sleep_ms(50);
	slmbx_mailbox_kill(mailbox, -ENOENT);
	expect_result(slmbx_mailbox_read_end(mailbox, &batch), -ENOENT);
	workers_end(waiting, ARRAY_LENGTH(waiting));
}
END_TEST

/* Who waits for the turn gets the next message once the read ends, the same after an abort. */
static void pull_in_turn(struct worker *worker)
{
	pull(10, 1);
}

START_TEST(the_next_reader_waits)
{
	struct worker waiting = { .run = pull_in_turn };
	struct slmbx_message *msg;

	push(10, _i ? 1 : 7);
	push(10, 1);
	msg = read_begin();
	workers_start(&waiting, 1, 1);
	sleep_ms(50);
	expect_holds(2, 20, 10);
	if (_i) {
		slmbx_mailbox_read_abort(mailbox, &batch);
	} else {
		expect_result(slmbx_mailbox_read_end(mailbox, &batch), 0);
		slmbx_message_free(msg);
	}
	workers_end(&waiting, 1);
	expect_result(slmbx_mailbox_count(mailbox), _i);
}
END_TEST

START_TEST(references)
{
	struct slmbx_mailbox *other = slmbx_mailbox_alloc(6, OWNER, true);

	ck_assert(slmbx_mailbox_get(other));
	slmbx_mailbox_put(other);
	ck_assert(slmbx_mailbox_get(other));
	slmbx_mailbox_kill(other, -ENOENT);
	slmbx_mailbox_put(other);
	ck_assert_int_eq(quota_used(__kuid_val(OWNER)).mailboxes, 2);

	/* Who found it before its last reference went must not get one more. */
	rcu_read_lock();
	slmbx_mailbox_put(other);
	ck_assert(!slmbx_mailbox_get(other));
	ck_assert_uint_eq(other->id, 6);
	rcu_read_unlock();
	ck_assert_int_eq(quota_used(__kuid_val(OWNER)).mailboxes, 1);
}
END_TEST

START_TEST(who_may_use_it)
{
	struct slmbx_mailbox *own = slmbx_mailbox_alloc(6, OWNER, true);
	static const uid_t others[] = { 0, 999, 1001, 65534, UINT_MAX - 1 };

	ck_assert(slmbx_mailbox_may_use(own, OWNER));
	ck_assert(slmbx_mailbox_may_use(mailbox, OWNER));
	for (size_t i = 0; i < ARRAY_LENGTH(others); i++) {
		ck_assert(!slmbx_mailbox_may_use(own, (kuid_t)KUIDT_INIT(others[i])));
		ck_assert(slmbx_mailbox_may_use(mailbox, (kuid_t)KUIDT_INIT(others[i])));
	}
	slmbx_mailbox_put(own);
}
END_TEST

START_TEST(protection_is_stated)
{
	struct slmbx_mailbox *own = slmbx_mailbox_alloc(6, OWNER, true);
	struct slmbx_stat st;
	kuid_t owner;

	expect_result(slmbx_mailbox_stat(own, &st, &owner), 0);
	ck_assert_uint_eq(st.flags, SLMBX_STAT_PROTECTED);
	expect_result(slmbx_mailbox_stat(mailbox, &st, &owner), 0);
	ck_assert_uint_eq(st.flags, 0);
	ck_assert_uint_eq(st.pad, 0);
	slmbx_mailbox_put(own);
}
END_TEST

START_TEST(no_memory)
{
	struct slmbx_mailbox *other;
	struct slmbx_message *msg;

	/* The sender's account, then the message. */
	for (int nth = 1; nth <= 2; nth++) {
		shim_fail_allocations(nth, nth);
		msg = slmbx_message_alloc(SENDER, NULL, 10);
		ck_assert_uint_eq(shim_fail_allocations(0, 0), nth);
		expect_result(PTR_ERR(msg), -ENOMEM);
		ck_assert_int_eq(quota_used(__kuid_val(SENDER)).bytes, 0);
	}
	for (int nth = 1; nth <= 2; nth++) {
		shim_fail_allocations(nth, nth);
		other = slmbx_mailbox_alloc(6, SENDER, false);
		ck_assert_uint_eq(shim_fail_allocations(0, 0), nth);
		expect_result(PTR_ERR(other), -ENOMEM);
		ck_assert_int_eq(quota_used(__kuid_val(SENDER)).mailboxes, 0);
	}
}
END_TEST

#define SENDERS		4
#define RECEIVERS	4
#define EACH		4000

/* What came out, in the order it did; whose turn it is may write. */
static struct {
	u32 sender[SENDERS * EACH];
	u32 number[SENDERS * EACH];
	u32 n;
} out;

static void send_each(struct worker *worker)
{
	for (u32 number = 0; number < EACH; number++) {
		struct slmbx_message *msg =
			slmbx_message_alloc(SENDER, NULL, 2 * sizeof(u32) + number % 50);

		memcpy(slmbx_message_data(msg), (u32[]){ worker->number, number }, 2 * sizeof(u32));
		fill(slmbx_message_data(msg) + 2 * sizeof(u32), number % 50, number);
		expect_result(slmbx_mailbox_push_one(mailbox, msg), 0);
	}
}

/* Half of the receivers give up half of their reads. */
static void receive_some(struct worker *worker)
{
	bool may_abort = worker->number % 2;
	struct slmbx_message *msg;
	u32 head[2];
	int err;

	while (__atomic_load_n(&out.n, __ATOMIC_RELAXED) < SENDERS * EACH) {
		err = try_begin();
		if (err) {
			expect_result(err, -ESRCH);
			sched_yield();
			continue;
		}
		msg = in_hand;
		memcpy(head, slmbx_message_data(msg), sizeof(head));
		expect(is_filled(slmbx_message_data(msg) + sizeof(head), head[1] % 50, head[1]),
		       "bytes differ");
		if (may_abort && random_below(&worker->random, 2)) {
			slmbx_mailbox_read_abort(mailbox, &batch);
			continue;
		}
		out.sender[out.n] = head[0];
		out.number[out.n] = head[1];
		__atomic_store_n(&out.n, out.n + 1, __ATOMIC_RELAXED);
		expect_result(slmbx_mailbox_read_end(mailbox, &batch), 0);
		slmbx_message_free(msg);
	}
}

/* Every message once, and each sender's in its order. */
START_TEST(many_senders_and_receivers)
{
	struct worker workers[SENDERS + RECEIVERS] = {};
	u32 next[SENDERS] = {};

	for (int i = 0; i < SENDERS + RECEIVERS; i++)
		workers[i].run = i < SENDERS ? send_each : receive_some;
	workers_start(workers, SENDERS + RECEIVERS, 9);
	workers_end(workers, SENDERS + RECEIVERS);

	ck_assert_uint_eq(out.n, SENDERS * EACH);
	for (u32 i = 0; i < out.n; i++) {
		ck_assert_uint_lt(out.sender[i], SENDERS);
		expect(out.number[i] == next[out.sender[i]], "message %u of sender %u, not %u",
		       out.number[i], out.sender[i], next[out.sender[i]]);
		next[out.sender[i]]++;
	}
	expect_holds(0, 0, -ESRCH);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mailbox");
	TCase *tcase = unit_case(suite, "mailbox");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, empty);
	tcase_add_test(tcase, first_in_first_out);
	tcase_add_test(tcase, all_lengths);
	tcase_add_test(tcase, who_pays);
	tcase_add_test(tcase, lengths_nobody_has);
	tcase_add_test(tcase, read_and_abort);
	tcase_add_loop_test(tcase, kill_frees_messages, 0, 2);
	tcase_add_loop_test(tcase, kill_during_a_read, 0, 2);
	tcase_add_test(tcase, kill_with_readers_waiting);
	tcase_add_loop_test(tcase, the_next_reader_waits, 0, 2);
	tcase_add_test(tcase, references);
	tcase_add_test(tcase, who_may_use_it);
	tcase_add_test(tcase, protection_is_stated);
	tcase_add_test(tcase, no_memory);
	tcase_add_test(tcase, many_senders_and_receivers);
	return unit_run(suite);
}
