// SPDX-License-Identifier: MIT
/* Receivers that wait: what ends it, and that each message is for one of them. */
#include <errno.h>

#include <linux/errno.h>
#include <linux/list.h>
#include <linux/wait.h>

#include "calls.h"
#include "delivery.h"
#include "inside_quota.h"
#include "inside_skiplist.h"
#include "inside_system.h"
#include "mailbox.h"
#include "post.h"
#include "shim.h"
#include "threads.h"

#define LEASE	SLMBX_RECVV_LEASE
#define PEEK	SLMBX_RECVV_PEEK
#define WAITERS	4
#define FOREVER	SLMBX_FOREVER

/* One that waits for @count messages of mailbox 5, and what came of it. */
struct waiter {
	struct worker worker;
	u64 deadline;
	u32 count, flags;
	u64 lease;
	u64 size;	/* of its buffer, if not as large as needed */
	bool faults;	/* it has no buffer */
	long result;
	u32 number;
};

static struct waiter waiters[WAITERS];

static long take_little(const struct waiter *waiter)
{
	unsigned char bytes[64] = {};
	struct slmbx_recvv_msg desc;
	struct slmbx_recvv args = {
		.messages = (uintptr_t)&desc,
		.buf = (uintptr_t)bytes,
		.size = waiter->size,
		.deadline = waiter->deadline,
		.count = 1,
		.id = 5,
	};

	if (waiter->faults) {
		fault_at(bytes, sizeof(bytes));
		args.size = sizeof(bytes);
	}
	return slmbx_do_recvv(&args, sizeof(args));
}

static void wait_for_message(struct worker *worker)
{
	struct waiter *waiter = container_of(worker, struct waiter, worker);

	if (waiter->faults)
		become(ROOT);
	if (waiter->size || waiter->faults) {
		waiter->result = take_little(waiter);
		return;
	}
	waiter->result = take(5, waiter->count ? waiter->count : 1, waiter->flags, waiter->lease,
			      waiter->deadline);
	waiter->number = received_numbers[0];
}

/* How many are in the queue of @id. */
static unsigned int waiting(u32 id)
{
	struct slmbx_mailbox *mailbox = slmbx_skiplist_find(system_mailboxes(), id);
	struct slmbx_delivery *delivery = mailbox ? slmbx_mailbox_delivery(mailbox) : NULL;
	struct wait_queue_entry *entry;
	unsigned int n = 0;

	if (!delivery)
		return 0;
	spin_lock(&delivery->wait.lock);
	list_for_each_entry(entry, &delivery->wait.head, entry)
		n++;
	spin_unlock(&delivery->wait.lock);
	return n;
}

static void wait_until_waiting(u32 id, unsigned int n)
{
	while (waiting(id) != n)
		sleep_ms(1);
}

/* Starts it, and waits until it waits. */
static void start(unsigned int number, struct waiter waiter)
{
	unsigned int before = waiting(5);

	waiters[number] = waiter;
	waiters[number].worker.run = wait_for_message;
	workers_start(&waiters[number].worker, 1, number);
	wait_until_waiting(5, before + 1);
}

#define start_waiter(number, ...)	start(number, (struct waiter){ __VA_ARGS__ })

static void end(unsigned int number, long result)
{
	workers_end(&waiters[number].worker, 1);
	expect_result(waiters[number].result, result);
}

static void setup(void)
{
	post_setup();
	done(slmbx_do_create(5, 0));
}

START_TEST(a_message_ends_the_wait)
{
	start_waiter(0, .deadline = _i ? START + 100 : FOREVER);
	post(5, 1, 0, 0);
	end(0, 1);
	ck_assert_uint_eq(waiters[0].number, 1);
	expect_held(5, 0, 0, 0);
	start_waiter(0, .deadline = _i ? START + 100 : FOREVER, .count = 10);
	post_many(5, 2, 5);
	end(0, 4);
	ck_assert_uint_eq(waiters[0].number, 2);
}
END_TEST

START_TEST(who_need_not_wait_does_not)
{
	post(5, 1, 0, 0);
	expect_result(take(5, 1, 0, 0, FOREVER), 1);
	expect_result(take(5, 1, 0, 0, START), 0);
	expect_result(take(5, 1, 0, 0, 1), 0);
	expect_result(take(5, 1, 0, 0, 0), 0);
	expect_result(take(6, 1, 0, 0, FOREVER), -ENOENT);
}
END_TEST

START_TEST(the_deadline_ends_the_wait)
{
	start_waiter(0, .deadline = START + 10);
	start_waiter(1, .deadline = START + 20, .flags = LEASE, .lease = 5);
	start_waiter(2, .deadline = FOREVER);
	pass(9);
	ck_assert_uint_eq(waiting(5), 3);
	pass(1);
	end(0, 0);
	pass(10);
	end(1, 0);
	ck_assert_uint_eq(waiting(5), 1);
	post(5, 1, 0, 0);
	end(2, 1);
}
END_TEST

START_TEST(a_signal_ends_the_wait_and_loses_nothing)
{
	start_waiter(0, .deadline = _i ? START + 10 : FOREVER);
	shim_interrupt(&waiters[0].worker.task);
	end(0, -ERESTARTSYS);
	post(5, 1, 0, 0);
	expect_ready(5, "1");
	/* A message wins over a signal, as a deadline does. */
	shim_interrupt(current);
	expect_result(take(5, 1, 0, 0, FOREVER), 1);
	expect_result(take(5, 1, 0, 0, START), 0);
	refused(take(5, 1, 0, 0, START + 1), -ERESTARTSYS);
	refused(take(5, 1, 0, 0, FOREVER), -ERESTARTSYS);
}
END_TEST

START_TEST(the_end_of_the_mailbox_ends_the_wait)
{
	for (unsigned int i = 0; i < WAITERS; i++)
		start_waiter(i, .deadline = FOREVER);
	if (_i)
		done(slmbx_do_shutdown());
	else
		done(slmbx_do_destroy(5));
	for (unsigned int i = 0; i < WAITERS; i++)
		end(i, _i ? -ENODEV : -ENOENT);
}
END_TEST

START_TEST(a_message_is_for_one)
{
	for (unsigned int i = 0; i < WAITERS; i++)
		start_waiter(i, .deadline = FOREVER);
	for (unsigned int left = WAITERS; left--;) {
		post(5, left, 0, 0);
		wait_until_waiting(5, left);
	}
	for (unsigned int i = 0; i < WAITERS; i++)
		end(i, 1);
	expect_held(5, 0, 0, 0);
	for (unsigned int i = 0; i < WAITERS; i++)
		for (unsigned int j = 0; j < i; j++)
			ck_assert_uint_ne(waiters[i].number, waiters[j].number);
}
END_TEST

START_TEST(a_batch_is_for_as_many_as_it_has)
{
	for (unsigned int i = 0; i < WAITERS; i++)
		start_waiter(i, .deadline = FOREVER);
	post_many(5, 1, 3);
	wait_until_waiting(5, 1);
	post(5, 4, 0, 0);
	for (unsigned int i = 0; i < WAITERS; i++)
		end(i, 1);
}
END_TEST

/* Who looks only leaves it to the next: here the last takes it. */
START_TEST(a_message_is_seen_by_all_who_peek)
{
	for (unsigned int i = 0; i < WAITERS; i++)
		start_waiter(i, .deadline = FOREVER, .flags = i < 3 ? PEEK : 0);
	post(5, 1, 0, 0);
	for (unsigned int i = 0; i < WAITERS; i++) {
		end(i, 1);
		ck_assert_uint_eq(waiters[i].number, 1);
	}
	expect_held(5, 0, 0, 0);
}
END_TEST

/* Who can't take it: no room, no memory there, no quota. The next does. */
enum reason { NO_ROOM, NO_BUFFER, NO_QUOTA, REASONS };

START_TEST(who_can_not_take_it_leaves_it_to_the_next)
{
	static const long answers[] = { -EMSGSIZE, -EFAULT, -EDQUOT };
	unsigned char byte = 0;

	done(set_attr(5, .mask = 0));
	if (_i == NO_ROOM) {
		start_waiter(0, .deadline = FOREVER, .size = 1);
	} else if (_i == NO_BUFFER) {
		start_waiter(0, .deadline = FOREVER, .faults = true);
	} else {
		/* His account is full, the owner's isn't. */
		done(slmbx_do_create(6, 0));
		slmbx_limits.bytes = quota_used(0).bytes + 500;
		become(ALICE);
		while (quota_used(uid_of[ALICE]).bytes + slmbx_annex_cost() <= slmbx_limits.bytes)
			done(slmbx_do_send(6, &byte, 1));
		become(ROOT);
		start_waiter(0, .worker.task.fsuid = KUIDT_INIT(uid_of[ALICE]), .deadline = FOREVER,
			     .flags = LEASE, .lease = 10);
	}
	start_waiter(1, .deadline = FOREVER);
	post(5, 1, 0, 0);
	end(0, answers[_i]);
	end(1, 1);
	ck_assert_uint_eq(waiters[1].number, 1);
}
END_TEST

START_TEST(what_becomes_ready_ends_the_wait)
{
	struct slmbx_settle_item lease;

	switch (_i) {
	case 0:
		post(5, 1, 10, 0);
		start_waiter(0, .deadline = FOREVER);
		pass(11);
		break;
	case 1:
		post(5, 1, 0, 0);
		lease_one(5, 1, 10);
		start_waiter(0, .deadline = FOREVER);
		pass(11);
		break;
	case 2:
		post(5, 1, 0, 0);
		lease = lease_one(5, 1, 10);
		start_waiter(0, .deadline = FOREVER);
		done(settle(5, lease, SLMBX_SETTLE_RELEASE, 0));
		break;
	case 3:
		post(5, 1, 0, 0);
		lease = lease_one(5, 1, 100);
		start_waiter(0, .deadline = FOREVER);
		done(settle(5, lease, SLMBX_SETTLE_RELEASE, 10));
		ck_assert_uint_eq(waiting(5), 1);
		pass(11);
		break;
	default:
		done(slmbx_do_create(6, 0));
		done(set_attr(6, .mask = SLMBX_ATTR_DEAD_LETTER, .dead_letter = 5));
		post(6, 1, 0, 10);
		start_waiter(0, .deadline = FOREVER);
		pass(11);
		break;
	}
	end(0, 1);
	ck_assert_uint_eq(waiters[0].number, 1);
}
END_TEST

START_TEST(what_leaves_does_not_end_the_wait)
{
	post(5, 1, 10, 5);
	start_waiter(0, .deadline = FOREVER);
	pass(11);
	expect_held(5, 0, 0, 0);
	ck_assert_uint_eq(waiting(5), 1);
	post(5, 2, 0, 0);
	end(0, 1);
	ck_assert_uint_eq(waiters[0].number, 2);
}
END_TEST

START_TEST(a_message_wins_over_the_deadline)
{
	post(5, 1, 10, 0);
	start_waiter(0, .deadline = START + 10 + _i);
	pass(10 + _i);
	end(0, 1);
	ck_assert_uint_eq(waiters[0].number, 1);
}
END_TEST

START_TEST(a_waiter_may_lease)
{
	start_waiter(0, .deadline = FOREVER, .flags = LEASE, .lease = 10);
	pass(100);
	post(5, 1, 0, 0);
	end(0, 1);
	expect_held(5, 0, 1, 0);
	pass(9);
	expect_held(5, 0, 1, 0);
	pass(1);
	expect_held(5, 1, 0, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("waiting");
	TCase *one = unit_case(suite, "one"), *many = unit_case(suite, "many");

	tcase_add_checked_fixture(one, setup, post_teardown);
	tcase_add_checked_fixture(many, setup, post_teardown);
	tcase_add_loop_test(one, a_message_ends_the_wait, 0, 2);
	tcase_add_test(one, who_need_not_wait_does_not);
	tcase_add_test(one, the_deadline_ends_the_wait);
	tcase_add_loop_test(one, a_signal_ends_the_wait_and_loses_nothing, 0, 2);
	tcase_add_loop_test(one, what_becomes_ready_ends_the_wait, 0, 5);
	tcase_add_test(one, what_leaves_does_not_end_the_wait);
	tcase_add_loop_test(one, a_message_wins_over_the_deadline, 0, 2);
	tcase_add_test(one, a_waiter_may_lease);
	tcase_add_loop_test(many, the_end_of_the_mailbox_ends_the_wait, 0, 2);
	tcase_add_test(many, a_message_is_for_one);
	tcase_add_test(many, a_batch_is_for_as_many_as_it_has);
	tcase_add_test(many, a_message_is_seen_by_all_who_peek);
	tcase_add_loop_test(many, who_can_not_take_it_leaves_it_to_the_next, 0, REASONS);
	return unit_run(suite);
}
