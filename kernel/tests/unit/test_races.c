// SPDX-License-Identifier: MIT
/*
 * All calls at once from several threads and users, while mailboxes are destroyed and
 * the system is shut down under them. Each result must be one that some order of the
 * calls explains, and no message may be had twice, changed, or kept.
 */
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <linux/slmbx.h>

#include "calls.h"
#include "inside_quota.h"
#include "inside_system.h"
#include "mailbox.h"
#include "message.h"
#include "people.h"
#include "shim.h"
#include "threads.h"
#include "unit.h"

#define USERS		5
#define IDS		6
#define MESSAGES	(USERS * 20000)

static struct {
	bool done;
	unsigned int users_left;
	/* How often a message came out, and how many went in and out. */
	unsigned char taken[MESSAGES];
	unsigned long sent, received, made, ended;
} world;

static void add(unsigned long *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

static void setup(void)
{
	people_begin();
}

static void teardown(void)
{
	become(ROOT);
	slmbx_do_shutdown();
	ck_assert_uint_eq(quota_accounts(), 0);
	people_end();
}

/* Nobody but who holds a protected mailbox hears anything else than EPERM of it. */
static bool is_private(u32 id)
{
	return id == IDS;
}

#define one_of(result, ...)								\
	do {										\
		static const long allowed_[] = { __VA_ARGS__ };				\
		long got_ = (result);							\
		bool found_ = false;							\
		for (size_t i_ = 0; i_ < ARRAY_LENGTH(allowed_); i_++)			\
			found_ |= got_ == allowed_[i_];					\
		expect(found_, "%s is %s", #result, result_name(got_));			\
	} while (0)

/* What any call on a mailbox may answer at any time. */
#define UNAVAILABLE	-ENODEV, -ENOENT, -EPERM

static void send_some(u32 id, u32 serial)
{
	unsigned char msg[64];
	u32 len = sizeof(serial) + serial % 50;
	long result;

	memcpy(msg, &serial, sizeof(serial));
	fill(msg + sizeof(serial), serial % 50, serial);
	result = slmbx_do_send(id, msg, len);
	one_of(result, 0, UNAVAILABLE);
	if (!result)
		add(&world.sent);
}

static void recv_some(u32 id)
{
	unsigned char msg[64];
	u32 serial;
	long result = slmbx_do_recv(id, msg, sizeof(msg));

	if (result < 0) {
		one_of(result, -ESRCH, UNAVAILABLE);
		return;
	}
	memcpy(&serial, msg, sizeof(serial));
	expect(serial < MESSAGES, "a message nobody sent");
	expect(result == (long)(sizeof(serial) + serial % 50), "message %u has %ld bytes", serial,
	       result);
	expect(is_filled(msg + sizeof(serial), serial % 50, serial), "message %u changed", serial);
	expect(!__atomic_fetch_add(&world.taken[serial], 1, __ATOMIC_RELAXED),
	       "message %u came twice", serial);
	add(&world.received);
}

static void expect_count(u32 id)
{
	long result = slmbx_do_count(id);

	if (result < 0)
		one_of(result, UNAVAILABLE);
}

static void expect_length(u32 id)
{
	long result = slmbx_do_length(id);

	if (result < 0)
		one_of(result, -ESRCH, UNAVAILABLE);
	else
		expect(result >= 4 && result < 54, "a message of %ld bytes", result);
}

static void expect_stat(u32 id)
{
	struct slmbx_stat st;
	long result = slmbx_do_stat(id, &st, sizeof(st));

	one_of(result, 0, UNAVAILABLE);
	if (result)
		return;
	/* Of one instant: the parts agree. */
	expect(!st.count == !(st.flags & SLMBX_STAT_HEAD), "%llu messages, flags %x", st.count,
	       st.flags);
	expect(st.bytes >= 4 * st.count && st.bytes < 54 * st.count + 1,
	       "%llu messages, %llu bytes", st.count, st.bytes);
	expect(!!(st.flags & SLMBX_STAT_PROTECTED) == is_private(id), "flags of %u: %x", id,
	       st.flags);
}

static void make(u32 id)
{
	long result = slmbx_do_create(id, is_private(id));

	one_of(result, 0, -ENODEV, -EEXIST);
	if (!result)
		add(&world.made);
}

static void end(u32 id)
{
	long result = slmbx_do_destroy(id);

	one_of(result, 0, UNAVAILABLE);
	if (!result)
		add(&world.ended);
}

static void use_mailboxes(struct worker *worker)
{
	u32 serial = worker->number * (MESSAGES / USERS);
	u32 last = serial + MESSAGES / USERS, id;

	become(worker->number % 2 ? ALICE : BOB);
	while (serial < last) {
		id = 1 + random_below(&worker->random, IDS);
		switch (random_below(&worker->random, 16)) {
		case 0:
			end(id);
			break;
		case 1:
		case 2:
			make(id);
			break;
		case 3:
			expect_count(id);
			break;
		case 4:
			expect_length(id);
			break;
		case 5:
			expect_stat(id);
			break;
		case 6 ... 10:
			recv_some(id);
			break;
		default:
			send_some(id, serial++);
		}
	}
	__atomic_sub_fetch(&world.users_left, 1, __ATOMIC_RELEASE);
}

/* Shuts the system down and sets it up again until the users are done. */
static void restart(struct worker *worker)
{
	become(ROOT);
	while (__atomic_load_n(&world.users_left, __ATOMIC_ACQUIRE)) {
		one_of(slmbx_do_shutdown(), 0, -ENODEV);
		one_of(slmbx_do_init(1 + random_below(&worker->random, 6), 2), 0, -EEXIST);
		for (u32 i = random_below(&worker->random, 200); i; i--)
			sched_yield();
	}
}

static void take_the_rest(void)
{
	for (u32 id = 1; id <= IDS; id++)
		for (int person = 0; person < PEOPLE; person++) {
			become(person);
			while (slmbx_do_count(id) > 0)
				recv_some(id);
		}
}

/* Two that restart at once, too. */
START_TEST(everything_at_once)
{
	struct worker workers[USERS + 2] = {};
	unsigned int n = USERS + _i;

	world.users_left = USERS;
	expect_result(slmbx_do_init(3, 2), 0);
	for (unsigned int i = 0; i < n; i++)
		workers[i].run = i < USERS ? use_mailboxes : restart;
	workers_start(workers, n, 50 + _i);
	workers_end(workers, n);
	take_the_rest();
	ck_assert_uint_gt(world.made, 10);
	ck_assert_uint_gt(world.ended, 10);
	ck_assert_uint_gt(world.received, 100);
	ck_assert_uint_le(world.received, world.sent);
}
END_TEST

/* One mailbox that is never destroyed loses nothing, whatever goes on around it. */
static void send_all(struct worker *worker)
{
	u32 first = worker->number * (MESSAGES / USERS);

	become(ROOT);
	for (u32 i = 0; i < 5000; i++) {
		u32 neighbour = 2 + random_below(&worker->random, 40);

		send_some(1, first + i);
		if (!slmbx_do_create(neighbour, 0))
			expect_result(slmbx_do_count(neighbour) > 0, 0);
		one_of(slmbx_do_destroy(2 + random_below(&worker->random, 40)), 0, -ENOENT);
	}
	__atomic_sub_fetch(&world.users_left, 1, __ATOMIC_RELEASE);
}

static void receive_all(struct worker *worker)
{
	unsigned char bad[8];

	become(ROOT);
	fault_at(bad, sizeof(bad));
	while (__atomic_load_n(&world.users_left, __ATOMIC_ACQUIRE) || slmbx_do_count(1) > 0) {
		recv_some(1);
		/* Its memory faults: the message goes to somebody else. */
		one_of(slmbx_do_recv(1, bad, sizeof(bad)), -EFAULT, -ESRCH);
	}
}

START_TEST(a_mailbox_that_stays)
{
	struct worker workers[6] = {};

	world.users_left = 3;
	expect_result(slmbx_do_init(3, 2), 0);
	expect_result(slmbx_do_create(1, 0), 0);
	for (int i = 0; i < 6; i++)
		workers[i].run = i < 3 ? send_all : receive_all;
	workers_start(workers, 6, 77);
	workers_end(workers, 6);
	ck_assert_uint_eq(world.sent, 15000);
	ck_assert_uint_eq(world.received, 15000);
	for (u32 sender = 0; sender < 3; sender++)
		for (u32 i = 0; i < 5000; i++)
			expect(world.taken[sender * (MESSAGES / USERS) + i] == 1,
			       "message %u of sender %u is lost", i, sender);
}
END_TEST

/* Quotas hold under all of it, and what is refused is refused for them alone. */
static void use_quota(struct worker *worker)
{
	become(ALICE);
	for (u32 i = 0; i < 6000; i++) {
		u32 id = 1 + random_below(&worker->random, IDS - 1);

		one_of(slmbx_do_create(id, 0), 0, -EEXIST, -EDQUOT);
		one_of(slmbx_do_send(id, (void *)&i, sizeof(i)), 0, -ENOENT, -EDQUOT);
		if (i % 3 == 0)
			one_of(slmbx_do_destroy(id), 0, -ENOENT);
	}
}

START_TEST(quotas_hold)
{
	struct worker workers[4] = {};
	u64 mailboxes, messages;
	struct quota_use use;

	slmbx_limits = (struct slmbx_limits){ .bytes = 2000, .mailboxes = 3 };
	expect_result(slmbx_do_init(3, 2), 0);
	for (int i = 0; i < 4; i++)
		workers[i].run = use_quota;
	workers_start(workers, 4, 78);
	workers_end(workers, 4);

	slmbx_system_totals(&mailboxes, &messages);
	use = quota_used(uid_of[ALICE]);
	ck_assert_int_le(use.mailboxes, 3);
	ck_assert_int_eq(use.mailboxes, mailboxes);
	ck_assert_int_le(use.bytes, 2000);
	ck_assert_int_eq(use.bytes, mailboxes * slmbx_mailbox_cost() +
					    messages * slmbx_message_cost(sizeof(u32)));
	slmbx_limits = (struct slmbx_limits){ .bytes = LLONG_MAX, .mailboxes = LLONG_MAX };
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("races");
	TCase *tcase = unit_case(suite, "races");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, everything_at_once, 0, 3);
	tcase_add_test(tcase, a_mailbox_that_stays);
	tcase_add_test(tcase, quotas_hold);
	return unit_run(suite);
}
