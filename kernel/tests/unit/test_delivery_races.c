// SPDX-License-Identifier: MIT
/*
 * The calls of kernel/DELIVERY.md from several threads, by the real clock: leases that end
 * while they are settled, waiters whose mailbox goes, attributes that change meanwhile. No
 * message may be had by two, and none may be lost that nobody dropped.
 */
#include <errno.h>
#include <sched.h>
#include <stdlib.h>

#include <linux/errno.h>
#include <linux/timekeeping.h>

#include "calls.h"
#include "inside_quota.h"
#include "post.h"
#include "shim.h"
#include "threads.h"

#define THREADS 4
#define MESSAGES 40000
#define MS 1000000ULL
#define LEASE SLMBX_RECVV_LEASE
#define LONG_LEASE (1000 * SECOND)
#define DEAD 6

static struct {
	bool done;
	unsigned int left;
	/* How often a message was removed or acknowledged; whether somebody has it for long. */
	unsigned char taken[MESSAGES];
	bool leased[MESSAGES];
	u32 next;
	unsigned long sent, received, purged;
} world;

static unsigned long add(unsigned long *counter, unsigned long n)
{
	return __atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

static bool is_done(void)
{
	return __atomic_load_n(&world.done, __ATOMIC_RELAXED);
}

static void setup(void)
{
	people_begin();
	done(slmbx_do_init(8, 2));
	done(slmbx_do_create(5, 0));
	done(slmbx_do_create(DEAD, 0));
}

static void teardown(void)
{
	become(ROOT);
	slmbx_do_shutdown();
	/* It may have a mailbox in hand, which goes when it is let go of. */
	shim_work_stop();
	ck_assert_uint_eq(quota_accounts(), 0);
	people_end();
}

static void run(void (*const *roles)(struct worker *worker), unsigned int n)
{
	struct worker workers[2 * THREADS] = {};

	for (unsigned int i = 0; i < n; i++)
		workers[i].run = roles[i];
	world.left = n;
	workers_start(workers, n, 1);
	workers_end(workers, n);
}

/* One of these answers, or what a call on a mailbox that comes and goes may say. */
static void expect_one_of(long result, const char *name, long one, long other)
{
	expect(result >= 0 || result == one || result == other || result == -ENOENT ||
		       result == -ENODEV || result == -EPERM,
	       "%s is %s", name, result_name(result));
}

#define may_be(call, one, other) \
	({ \
		long result_ = (call); \
\
		expect_one_of(result_, #call, one, other); \
		result_; \
	})

/* Sends one more; nothing once there are enough. */
static bool send_next(u32 id, u64 delay, u64 ttl)
{
	u32 number = __atomic_fetch_add(&world.next, 1, __ATOMIC_RELAXED);

	if (number >= MESSAGES)
		return false;
	if (may_be(post(id, number, delay, ttl), -EDQUOT, 0) == 1)
		add(&world.sent, 1);
	return true;
}

static void had(u32 number)
{
	expect(number < MESSAGES, "a message nobody sent");
	expect(!__atomic_fetch_add(&world.taken[number], 1, __ATOMIC_RELAXED),
	       "message %u was had twice", number);
	add(&world.received, 1);
}

static void take_some(u32 id, u32 count, u64 deadline)
{
	long got = may_be(take(id, count, 0, 0, deadline), -ERESTARTSYS, 0);

	for (long i = 0; i < got; i++)
		had(received_numbers[i]);
}

static struct slmbx_settle_item item_of(long at)
{
	return (struct slmbx_settle_item){ .seq = received[at].seq, .token = received[at].token };
}

/* For so long that nobody else may have them until they are given back. */
static void lease_for_long(struct worker *worker, u32 id)
{
	u32 numbers[4];
	struct slmbx_settle_item items[4];
	long got = may_be(take(id, 4, LEASE, LONG_LEASE, 0), 0, 0);

	for (long i = 0; i < got; i++) {
		numbers[i] = received_numbers[i];
		items[i] = item_of(i);
		expect(!__atomic_exchange_n(&world.leased[numbers[i]], true, __ATOMIC_RELAXED),
		       "message %u is leased to two", numbers[i]);
	}
	for (long i = 0; i < got; i++) {
		bool ack = random_below(&worker->random, 2);
		long result;

		__atomic_store_n(&world.leased[numbers[i]], false, __ATOMIC_RELAXED);
		result = settle(id, items[i], ack ? SLMBX_SETTLE_ACK : SLMBX_SETTLE_RELEASE,
				ack ? 0 : random_below(&worker->random, 2) * MS);
		expect_one_of(result, "settling a long lease", -ESTALE, 0);
		if (ack && !result)
			had(numbers[i]);
	}
}

/* For no longer than it takes to settle it. */
static void lease_for_short(struct worker *worker, u32 id)
{
	long got = may_be(take(id, 1, LEASE, 1 + random_below(&worker->random, 40000),
			       ktime_get_ns() + MS),
			  0, 0);
	u32 number = received_numbers[0];
	struct slmbx_settle_item item = item_of(0);

	if (got != 1)
		return;
	if (random_below(&worker->random, 4) == 0)
		expect_one_of(settle(id, item, SLMBX_SETTLE_EXTEND,
				     1 + random_below(&worker->random, 40000)),
			      "extending a short lease", -ESTALE, 0);
	if (random_below(&worker->random, 4) == 0)
		sched_yield();
	got = settle(id, item, SLMBX_SETTLE_ACK, 0);
	expect_one_of(got, "acknowledging a short lease", -ESTALE, 0);
	if (!got)
		had(number);
}

static void sender(struct worker *worker)
{
	while (!is_done() &&
	       send_next(5,
			 random_below(&worker->random, 4) ? 0 : random_below(&worker->random, MS),
			 0))
		if (random_below(&worker->random, 8) == 0)
			sched_yield();
	__atomic_store_n(&world.done, true, __ATOMIC_RELAXED);
}

static void short_lessee(struct worker *worker)
{
	while (!is_done())
		lease_for_short(worker, 5);
}

static void long_lessee(struct worker *worker)
{
	while (!is_done())
		lease_for_long(worker, 5);
}

static void taker(struct worker *worker)
{
	while (!is_done())
		take_some(5, 1 + random_below(&worker->random, 3), ktime_get_ns() + MS);
}

/* All is over that ends by itself, and nothing is on its way any more. */
static void let_time_pass(void)
{
	shim_clock_stop(ktime_get_ns());
	pass(10 * LONG_LEASE);
}

static void drain(u32 id)
{
	struct slmbx_stat stat;

	while (post_stat(id).count)
		take_some(id, SLMBX_BATCH_MAX, 0);
	stat = post_stat(id);
	ck_assert_uint_eq(stat.leased + stat.delayed, 0);
}

/* What was sent came out, or is said to have been dropped. */
static void expect_nothing_lost(unsigned long dropped)
{
	expect(world.received + world.purged + dropped == world.sent,
	       "%lu sent, %lu received, %lu purged, %lu dropped", world.sent, world.received,
	       world.purged, dropped);
}

START_TEST(a_lease_that_ends_while_it_is_settled_is_had_once)
{
	static void (*const roles[])(struct worker *) = { sender, short_lessee, short_lessee,
							  long_lessee, taker };

	run(roles, ARRAY_LENGTH(roles));
	let_time_pass();
	drain(5);
	expect_nothing_lost(0);
}
END_TEST

static void ephemeral_sender(struct worker *worker)
{
	while (send_next(5, random_below(&worker->random, 3) * 1000,
			 1 + random_below(&worker->random, MS / 4)))
		;
	__atomic_store_n(&world.done, true, __ATOMIC_RELAXED);
}

static void purger(struct worker *worker)
{
	while (!is_done()) {
		long purged = slmbx_do_purge(5);

		ck_assert_int_ge(purged, 0);
		add(&world.purged, purged);
		sleep_ms(2);
	}
}

static void dead_taker(struct worker *worker)
{
	while (!is_done())
		take_some(DEAD, 5, ktime_get_ns() + MS);
}

START_TEST(what_expires_while_it_is_received_is_had_once)
{
	static void (*const roles[])(struct worker *) = { ephemeral_sender, short_lessee, taker,
							  purger, dead_taker };

	if (_i)
		done(set_attr(5, .mask = SLMBX_ATTR_DEAD_LETTER | SLMBX_ATTR_MAX_DELIVERIES,
			      .dead_letter = DEAD, .max_deliveries = 2));
	if (_i == 2)
		done(set_attr(DEAD, .mask = SLMBX_ATTR_MAX_MESSAGES, .max_messages = 3));
	run(roles, ARRAY_LENGTH(roles));
	let_time_pass();
	drain(5);
	if (_i)
		drain(DEAD);
	expect_nothing_lost(_i ? 0 : post_stat(5).expired);
}
END_TEST

/* As many waiters as there are threads, and messages one by one. */
static void waiter(struct worker *worker)
{
	while (__atomic_load_n(&world.received, __ATOMIC_RELAXED) < MESSAGES / 10) {
		long got = take(5, 1, 0, 0, SLMBX_FOREVER);

		expect_result(got, 1);
		/* What ends the wait of the others. */
		if (received_numbers[0] >= MESSAGES)
			return;
		had(received_numbers[0]);
	}
}

static void patient_sender(struct worker *worker)
{
	for (u32 number = 0; number < MESSAGES / 10; number++) {
		expect_result(post(5, number, number % 16 ? 0 : 1000, 0), 1);
		if (random_below(&worker->random, 4) == 0)
			sched_yield();
	}
	while (__atomic_load_n(&world.received, __ATOMIC_RELAXED) < MESSAGES / 10)
		sched_yield();
	for (u32 i = 0; i < THREADS; i++)
		expect_result(post(5, MESSAGES + i, 0, 0), 1);
}

START_TEST(each_message_finds_a_waiter)
{
	static void (*const roles[])(struct worker *) = { patient_sender, waiter, waiter, waiter,
							  waiter };

	run(roles, ARRAY_LENGTH(roles));
	ck_assert_uint_eq(world.received, MESSAGES / 10);
}
END_TEST

/* Waits in a mailbox that comes and goes, or in a system that does. */
static void brave_waiter(struct worker *worker)
{
	while (!is_done())
		if (may_be(take(5, 1, worker->number % 2 ? LEASE : 0, worker->number % 2,
				SLMBX_FOREVER),
			   0, 0) < 0)
			sched_yield();
}

static void destroyer(struct worker *worker)
{
	for (u32 round = 0; round < 300; round++) {
		post(5, round, round % 3 * 10000, round % 5 * 10000);
		sleep_ms(round % 3 == 0);
		if (round % 10) {
			done(slmbx_do_destroy(5));
		} else {
			done(slmbx_do_shutdown());
			done(slmbx_do_init(8, 2));
		}
		done(slmbx_do_create(5, 0));
	}
	__atomic_store_n(&world.done, true, __ATOMIC_RELAXED);
	done(slmbx_do_destroy(5));
}

START_TEST(who_waits_hears_of_the_end)
{
	static void (*const roles[])(struct worker *) = { destroyer, brave_waiter, brave_waiter,
							  brave_waiter };

	run(roles, ARRAY_LENGTH(roles));
}
END_TEST

/* All calls, all mailboxes, all people. */
static void set_anything(struct worker *worker, u32 id)
{
	struct slmbx_setattr attr = { .mask = random_below(&worker->random, SLMBX_ATTR_ALL + 1) };

	if (attr.mask & SLMBX_ATTR_MAX_MESSAGES)
		attr.max_messages = random_below(&worker->random, 200);
	if (attr.mask & SLMBX_ATTR_MAX_BYTES)
		attr.max_bytes = random_below(&worker->random, 10000);
	if (attr.mask & SLMBX_ATTR_MAX_DELIVERIES)
		attr.max_deliveries = random_below(&worker->random, 4);
	if (attr.mask & SLMBX_ATTR_DEAD_LETTER)
		attr.dead_letter = random_below(&worker->random, 8);
	if (attr.mask & SLMBX_ATTR_OWNER)
		attr.owner = uid_of[random_below(&worker->random, PEOPLE)];
	if (attr.mask & SLMBX_ATTR_PROTECTED)
		attr.protect = random_below(&worker->random, 4) == 0;
	may_be(set(id, attr), -ELOOP, 0);
}

static void do_anything(struct worker *worker)
{
	u32 id = 4 + random_below(&worker->random, 4), ids[8];
	struct slmbx_list list = { .ids = (uintptr_t)ids, .count = 8 };
	struct slmbx_stat stat;

	become(random_below(&worker->random, PEOPLE));
	switch (random_below(&worker->random, 12)) {
	case 0:
	case 1:
	case 2:
		may_be(post(id, random_below(&worker->random, 1000),
			    random_below(&worker->random, 2) * 10000,
			    random_below(&worker->random, 2) * 20000),
		       -EDQUOT, 0);
		break;
	case 3:
	case 4:
		may_be(take(id, 3, LEASE, 1 + random_below(&worker->random, 10000),
			    random_below(&worker->random, 2)),
		       0, 0);
		for (long i = 0; i < 3; i++)
			may_be(settle(id, item_of(i), 1 + random_below(&worker->random, 2), 0),
			       -ESTALE, 0);
		break;
	case 5:
		may_be(take(id, 3, random_below(&worker->random, 2), 0, ktime_get_ns() + 10000), 0,
		       0);
		break;
	case 6:
	case 7:
		set_anything(worker, id);
		break;
	case 8:
		may_be(slmbx_do_list(&list, sizeof(list)), 0, 0);
		may_be(slmbx_do_stat(id, &stat, sizeof(stat)), 0, 0);
		break;
	case 9:
		may_be(slmbx_do_purge(id), 0, 0);
		may_be(slmbx_do_length(id), -ESRCH, 0);
		break;
	case 10:
		may_be(slmbx_do_create(id, 0), -EEXIST, 0);
		break;
	default:
		if (random_below(&worker->random, 5) == 0)
			may_be(slmbx_do_destroy(id), 0, 0);
		break;
	}
}

static void anybody(struct worker *worker)
{
	for (u32 round = 0; round < 20000; round++)
		do_anything(worker);
}

START_TEST(anything_goes)
{
	static void (*const roles[])(struct worker *) = { anybody, anybody, anybody, anybody };

	run(roles, ARRAY_LENGTH(roles));
	become(ROOT);
	for (u32 id = 4; id < 8; id++)
		slmbx_do_count(id);
	/* Whatever it is, it is consistent. */
	let_time_pass();
	free(snapshot_take());
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("delivery_races");
	TCase *races = unit_case(suite, "races");

	tcase_add_checked_fixture(races, setup, teardown);
	tcase_add_test(races, a_lease_that_ends_while_it_is_settled_is_had_once);
	tcase_add_loop_test(races, what_expires_while_it_is_received_is_had_once, 0, 3);
	tcase_add_test(races, each_message_finds_a_waiter);
	tcase_add_test(races, who_waits_hears_of_the_end);
	tcase_add_test(races, anything_goes);
	return unit_run(suite);
}
