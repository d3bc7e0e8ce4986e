// SPDX-License-Identifier: MIT
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <string.h>

#include <linux/err.h>
#include <linux/limits.h>
#include <linux/rcupdate.h>

#include "inside_quota.h"
#include "shim.h"
#include "threads.h"
#include "unit.h"

#define UID	1000

static struct task_struct task;

static void setup(void)
{
	shim_thread_begin(&task);
	slmbx_limits = (struct slmbx_limits){ .bytes = 1000, .mailboxes = 3 };
}

/* Every test gives back what it took. */
static void teardown(void)
{
	ck_assert_uint_eq(quota_accounts(), 0);
	rcu_barrier();
	shim_thread_end();
}

static struct slmbx_account *charge_uid(uid_t uid, s64 bytes, s64 mailboxes)
{
	return slmbx_quota_charge((kuid_t)KUIDT_INIT(uid), NULL, bytes, mailboxes);
}

static struct slmbx_account *charge(s64 bytes, s64 mailboxes)
{
	struct slmbx_account *account = charge_uid(UID, bytes, mailboxes);

	ck_assert_msg(!IS_ERR(account), "a charge of %ld bytes, %ld mailboxes: %s", (long)bytes,
		      (long)mailboxes, result_name(PTR_ERR(account)));
	return account;
}

static void expect_used(uid_t uid, s64 bytes, s64 mailboxes)
{
	struct quota_use use = quota_used(uid);

	ck_assert_int_eq(use.bytes, bytes);
	ck_assert_int_eq(use.mailboxes, mailboxes);
}

/* The charge is refused and changes nothing. */
static void expect_refused(uid_t uid, s64 bytes, s64 mailboxes, int why)
{
	struct quota_use before = quota_used(uid);
	unsigned int accounts = quota_accounts();
	struct slmbx_account *account = charge_uid(uid, bytes, mailboxes);

	ck_assert_msg(IS_ERR(account), "a charge of %ld bytes, %ld mailboxes is not refused",
		      (long)bytes, (long)mailboxes);
	expect_result(PTR_ERR(account), why);
	expect_used(uid, before.bytes, before.mailboxes);
	ck_assert_uint_eq(quota_accounts(), accounts);
}

START_TEST(bytes_are_exact)
{
	struct slmbx_account *account;

	expect_refused(UID, 1001, 0, -EDQUOT);
	account = charge(999, 0);
	expect_refused(UID, 2, 0, -EDQUOT);
	ck_assert_ptr_eq(charge(1, 0), account);
	expect_used(UID, 1000, 0);
	expect_refused(UID, 1, 0, -EDQUOT);
	slmbx_quota_uncharge(account, 1, 0);
	expect_refused(UID, 2, 0, -EDQUOT);
	ck_assert_ptr_eq(charge(1, 0), account);
	slmbx_quota_uncharge(account, 1000, 0);
	/* All of it at once. */
	account = charge(1000, 0);
	expect_refused(UID, 1, 0, -EDQUOT);
	slmbx_quota_uncharge(account, 1000, 0);
}
END_TEST

START_TEST(mailboxes_are_exact)
{
	struct slmbx_account *account;

	expect_refused(UID, 10, 4, -EDQUOT);
	account = charge(10, 1);
	charge(10, 2);
	expect_used(UID, 20, 3);
	/* What was charged in bytes is given back. */
	expect_refused(UID, 10, 1, -EDQUOT);
	/* Messages need no mailbox. */
	charge(10, 0);
	slmbx_quota_uncharge(account, 10, 1);
	charge(10, 1);
	slmbx_quota_uncharge(account, 40 - 10, 3);
	expect_used(UID, 0, 0);
}
END_TEST

/* The likely account is charged if it is the uid's, by the same limits, and no other. */
START_TEST(likely_accounts)
{
	struct slmbx_account *account = charge(10, 0), *other;

	ck_assert_ptr_eq(slmbx_quota_charge((kuid_t)KUIDT_INIT(UID), &account, 990, 0), account);
	expect_used(UID, 1000, 0);
	ck_assert_int_eq(PTR_ERR(slmbx_quota_charge((kuid_t)KUIDT_INIT(UID), &account, 1, 0)),
			 -EDQUOT);
	expect_used(UID, 1000, 0);
	other = slmbx_quota_charge((kuid_t)KUIDT_INIT(UID + 1), &account, 1, 1);
	ck_assert(!IS_ERR(other) && other != account);
	expect_used(UID, 1000, 0);
	expect_used(UID + 1, 1, 1);
	slmbx_quota_uncharge(other, 1, 1);
	slmbx_quota_uncharge(account, 1000, 0);
}
END_TEST

START_TEST(nothing_is_allowed)
{
	slmbx_limits = (struct slmbx_limits){ .bytes = 0, .mailboxes = 1 };
	expect_refused(UID, 1, 0, -EDQUOT);
	slmbx_limits = (struct slmbx_limits){ .bytes = 1, .mailboxes = 0 };
	expect_refused(UID, 1, 1, -EDQUOT);
	slmbx_quota_uncharge(charge(1, 0), 1, 0);
}
END_TEST

/* No sum overflows into a grant. */
START_TEST(everything_is_allowed)
{
	struct slmbx_account *account;

	slmbx_limits = (struct slmbx_limits){ .bytes = S64_MAX, .mailboxes = S64_MAX };
	account = charge(S64_MAX - 10, S64_MAX - 1);
	expect_refused(UID, 11, 0, -EDQUOT);
	expect_refused(UID, S64_MAX, 0, -EDQUOT);
	expect_refused(UID, 1, 2, -EDQUOT);
	charge(10, 1);
	expect_used(UID, S64_MAX, S64_MAX);
	slmbx_quota_uncharge(account, S64_MAX, S64_MAX);
}
END_TEST

START_TEST(limits_below_use)
{
	struct slmbx_account *account = charge(900, 3);

	slmbx_limits = (struct slmbx_limits){ .bytes = 500, .mailboxes = 1 };
	expect_refused(UID, 1, 0, -EDQUOT);
	slmbx_quota_uncharge(account, 400, 1);
	expect_used(UID, 500, 2);
	expect_refused(UID, 1, 0, -EDQUOT);
	slmbx_quota_uncharge(account, 10, 1);
	expect_refused(UID, 1, 1, -EDQUOT);
	slmbx_quota_uncharge(account, 10, 1);
	charge(20, 1);
	expect_used(UID, 500, 1);
	slmbx_quota_uncharge(account, 500, 1);
}
END_TEST

/* The memory of an account itself: asked for last, and only by a first charge. */
START_TEST(no_memory)
{
	struct slmbx_account *account;

	shim_fail_allocations(1, ULONG_MAX);
	expect_refused(UID, 1, 0, -ENOMEM);
	expect_refused(UID, 1001, 0, -EDQUOT);
	expect_refused(UID, 1, 4, -EDQUOT);
	shim_fail_allocations(0, 0);
	account = charge(1, 0);
	shim_fail_allocations(1, ULONG_MAX);
	charge(1, 1);
	ck_assert_uint_eq(shim_fail_allocations(0, 0), 0);
	slmbx_quota_uncharge(account, 2, 1);
}
END_TEST

/* uids don't see each other, in one bucket of the table neither; each goes by itself. */
START_TEST(uids_are_apart)
{
	uid_t uids[4] = { 7 };
	struct slmbx_account *accounts[4];

	for (int i = 1; i < 4; i++)
		for (uids[i] = uids[i - 1] + 1; !quota_neighbours(uids[0], uids[i]); uids[i]++)
			;
	for (int i = 0; i < 4; i++) {
		accounts[i] = charge_uid(uids[i], 1000, 3);
		ck_assert(!IS_ERR(accounts[i]));
		ck_assert_uint_eq(quota_accounts(), i + 1);
	}
	for (int i = 0; i < 4; i++)
		expect_refused(uids[i], 1, 0, -EDQUOT);

	/* From the middle, the ends last. */
	static const int order[] = { 2, 1, 0, 3 };

	for (int i = 0; i < 4; i++) {
		slmbx_quota_uncharge(accounts[order[i]], 1000, 3);
		expect_used(uids[order[i]], 0, 0);
		for (int j = i + 1; j < 4; j++)
			expect_used(uids[order[j]], 1000, 3);
	}
}
END_TEST

START_TEST(extreme_uids)
{
	static const uid_t uids[] = { 0, 1, 65534, 0x80000000, UINT_MAX - 1 };
	struct slmbx_account *account;

	for (size_t i = 0; i < ARRAY_LENGTH(uids); i++) {
		account = charge_uid(uids[i], 1000, 1);
		ck_assert(!IS_ERR(account));
		expect_refused(uids[i], 1, 0, -EDQUOT);
		slmbx_quota_uncharge(account, 1000, 1);
	}
}
END_TEST

#define THREADS	6

static struct {
	s64 held;
	s64 limit;
	unsigned long granted, refused;
} together;

/* Holds up to 8 charges of 10 bytes at a time, and adds up what all hold. */
static void hold_charges(struct worker *worker)
{
	struct slmbx_account *held[8];
	unsigned int n = 0;

	for (int i = 0; i < 30000; i++) {
		if (i % 64 == 0)
			sched_yield();
		if (n < ARRAY_LENGTH(held) && random_below(&worker->random, 2)) {
			held[n] = charge_uid(UID, 10, 1);
			if (IS_ERR(held[n])) {
				expect_result(PTR_ERR(held[n]), -EDQUOT);
				__atomic_fetch_add(&together.refused, 1, __ATOMIC_RELAXED);
				continue;
			}
			n++;
			__atomic_fetch_add(&together.granted, 1, __ATOMIC_RELAXED);
			expect(__atomic_add_fetch(&together.held, 10, __ATOMIC_SEQ_CST) <=
				       together.limit,
			       "more is held than allowed");
		} else if (n) {
			__atomic_sub_fetch(&together.held, 10, __ATOMIC_SEQ_CST);
			slmbx_quota_uncharge(held[--n], 10, 1);
		}
	}
	while (n) {
		__atomic_sub_fetch(&together.held, 10, __ATOMIC_SEQ_CST);
		slmbx_quota_uncharge(held[--n], 10, 1);
	}
}

static void run_together(void (*run)(struct worker *worker), u64 seed)
{
	struct worker workers[THREADS] = {};

	for (int i = 0; i < THREADS; i++)
		workers[i].run = run;
	workers_start(workers, THREADS, seed);
	workers_end(workers, THREADS);
	expect_used(UID, 0, 0);
}

/* The limit is one of bytes, then one of mailboxes. */
START_TEST(threads_never_exceed_a_limit)
{
	/* One thread alone would want more. */
	together.limit = 70;
	slmbx_limits =
		(struct slmbx_limits){ .bytes = _i ? S64_MAX : 70, .mailboxes = _i ? 7 : S64_MAX };
	run_together(hold_charges, 5);
	ck_assert_uint_gt(together.granted, 0);
	ck_assert_uint_gt(together.refused, 0);
}
END_TEST

/* The account is born and dies with almost each charge, and nobody is refused. */
static void charge_and_uncharge(struct worker *worker)
{
	for (int i = 0; i < 30000; i++) {
		struct slmbx_account *account = charge_uid(UID, 1, i % 2);

		expect(!IS_ERR(account), "a charge far below the limit: %s",
		       result_name(PTR_ERR(account)));
		slmbx_quota_uncharge(account, 1, i % 2);
	}
}

START_TEST(threads_kill_and_revive_an_account)
{
	slmbx_limits.mailboxes = THREADS;
	run_together(charge_and_uncharge, 6);
}
END_TEST

/* As many first charges at once as the limit allows, and as many more: exactly half. */
static void charge_once(struct worker *worker)
{
	struct slmbx_account *account = charge_uid(UID, 10, 1);

	__atomic_fetch_add(IS_ERR(account) ? &together.refused : &together.granted, 1,
			   __ATOMIC_RELAXED);
}

START_TEST(threads_share_what_is_allowed)
{
	struct worker workers[THREADS];
	struct quota_use use;

	slmbx_limits.bytes = 10 * THREADS / 2;
	for (int round = 0; round < 200; round++) {
		memset(workers, 0, sizeof(workers));
		memset(&together, 0, sizeof(together));
		slmbx_limits.mailboxes = S64_MAX;
		for (int i = 0; i < THREADS; i++)
			workers[i].run = charge_once;
		workers_start(workers, THREADS, round);
		workers_end(workers, THREADS);
		ck_assert_uint_eq(together.granted, THREADS / 2);
		ck_assert_uint_eq(together.refused, THREADS / 2);
		use = quota_used(UID);
		ck_assert_int_eq(use.bytes, 10 * THREADS / 2);
		ck_assert_uint_eq(quota_accounts(), 1);

		/* Give all of it back through one account. */
		slmbx_limits = (struct slmbx_limits){ .bytes = S64_MAX, .mailboxes = S64_MAX };
		slmbx_quota_uncharge(charge(1, 0), use.bytes + 1, use.mailboxes);
		slmbx_limits.bytes = 10 * THREADS / 2;
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("quota");
	TCase *tcase = unit_case(suite, "quota");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, bytes_are_exact);
	tcase_add_test(tcase, mailboxes_are_exact);
	tcase_add_test(tcase, likely_accounts);
	tcase_add_test(tcase, nothing_is_allowed);
	tcase_add_test(tcase, everything_is_allowed);
	tcase_add_test(tcase, limits_below_use);
	tcase_add_test(tcase, no_memory);
	tcase_add_test(tcase, uids_are_apart);
	tcase_add_test(tcase, extreme_uids);
	tcase_add_loop_test(tcase, threads_never_exceed_a_limit, 0, 2);
	tcase_add_test(tcase, threads_kill_and_revive_an_account);
	tcase_add_test(tcase, threads_share_what_is_allowed);
	return unit_run(suite);
}
