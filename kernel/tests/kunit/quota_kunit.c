// SPDX-License-Identifier: GPL-2.0
/*
 * The quotas: what one uid may hold and what is said when it may hold no more.
 * The limits are one for the whole kernel; each test finds and leaves them as an
 * administrator had set them.
 */
#include <kunit/test.h>

#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/limits.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "../mailbox/quota.h"
#include "holdings.h"
#include "workers.h"

/* uids nobody has while tests run. */
#define UID		KUIDT_INIT(0x7a000000)
#define OTHER_UID	KUIDT_INIT(0x7a000001)

static void set_limits(s64 bytes, s64 mailboxes)
{
	slmbx_limits = (struct slmbx_limits){ .bytes = bytes, .mailboxes = mailboxes };
}

static struct slmbx_account *charge(struct kunit *test, kuid_t uid, s64 bytes, s64 mailboxes)
{
	struct slmbx_account *account = slmbx_quota_charge(uid, NULL, bytes, mailboxes);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, account);
	return account;
}

/* What a charge that must not succeed answers. */
static long refusal(kuid_t uid, s64 bytes, s64 mailboxes)
{
	struct slmbx_account *account = slmbx_quota_charge(uid, NULL, bytes, mailboxes);

	if (!IS_ERR(account))
		slmbx_quota_uncharge(account, bytes, mailboxes);
	return PTR_ERR_OR_ZERO(account);
}

static void quota_test_charge_bytes(struct kunit *test)
{
	struct slmbx_account *account;

	set_limits(1000, 3);
	KUNIT_EXPECT_EQ(test, refusal(UID, 1001, 0), -EDQUOT);
	KUNIT_EXPECT_TRUE(test, holdings_are(UID, 0, 0));
	account = charge(test, UID, 600, 0);
	KUNIT_EXPECT_EQ(test, refusal(UID, 401, 0), -EDQUOT);
	KUNIT_EXPECT_TRUE(test, holdings_are(UID, 600, 0));
	KUNIT_EXPECT_PTR_EQ(test, charge(test, UID, 400, 0), account);
	KUNIT_EXPECT_EQ(test, refusal(UID, 1, 0), -EDQUOT);
	KUNIT_EXPECT_TRUE(test, holdings_are(UID, 1000, 0));
	slmbx_quota_uncharge(account, 1000, 0);
}

static void quota_test_charge_mailboxes(struct kunit *test)
{
	struct slmbx_account *account;

	set_limits(1000, 3);
	KUNIT_EXPECT_EQ(test, refusal(UID, 10, 4), -EDQUOT);
	account = charge(test, UID, 10, 1);
	charge(test, UID, 10, 2);
	/* The bytes that went with a mailbox too many are given back. */
	KUNIT_EXPECT_EQ(test, refusal(UID, 10, 1), -EDQUOT);
	KUNIT_EXPECT_TRUE(test, holdings_are(UID, 20, 3));
	/* A message needs no mailbox. */
	charge(test, UID, 10, 0);
	KUNIT_EXPECT_TRUE(test, holdings_are(UID, 30, 3));
	slmbx_quota_uncharge(account, 30, 3);
}

static void quota_test_uncharge(struct kunit *test)
{
	struct slmbx_account *account;

	set_limits(1000, 3);
	account = charge(test, UID, 1000, 3);
	slmbx_quota_uncharge(account, 1, 1);
	KUNIT_EXPECT_TRUE(test, holdings_are(UID, 999, 2));
	KUNIT_EXPECT_EQ(test, refusal(UID, 2, 0), -EDQUOT);
	charge(test, UID, 1, 1);
	slmbx_quota_uncharge(account, 1000, 3);
	KUNIT_EXPECT_TRUE(test, holdings_are(UID, 0, 0));

	/* An account that came to nothing is gone; a new one starts from nothing. */
	account = charge(test, UID, 1000, 3);
	slmbx_quota_uncharge(account, 1000, 3);
	KUNIT_EXPECT_TRUE(test, holdings_are(UID, 0, 0));
}

/* More is refused, nothing is taken away. */
static void quota_test_limits_below_holdings(struct kunit *test)
{
	struct slmbx_account *account;

	set_limits(1000, 3);
	account = charge(test, UID, 900, 3);
	set_limits(500, 1);
	KUNIT_EXPECT_TRUE(test, holdings_are(UID, 900, 3));
	KUNIT_EXPECT_EQ(test, refusal(UID, 1, 0), -EDQUOT);
	slmbx_quota_uncharge(account, 400, 2);
	KUNIT_EXPECT_EQ(test, refusal(UID, 1, 0), -EDQUOT);
	slmbx_quota_uncharge(account, 100, 0);
	KUNIT_EXPECT_EQ(test, refusal(UID, 1, 1), -EDQUOT);
	charge(test, UID, 100, 0);
	slmbx_quota_uncharge(account, 500, 1);
}

static void quota_test_limits_of_nothing(struct kunit *test)
{
	set_limits(0, S64_MAX);
	KUNIT_EXPECT_EQ(test, refusal(UID, 1, 0), -EDQUOT);
	set_limits(S64_MAX, 0);
	KUNIT_EXPECT_EQ(test, refusal(UID, 1, 1), -EDQUOT);
	slmbx_quota_uncharge(charge(test, UID, 1, 0), 1, 0);
	KUNIT_EXPECT_TRUE(test, holdings_are(UID, 0, 0));
}

/* No sum overflows into a grant. */
static void quota_test_limits_of_everything(struct kunit *test)
{
	struct slmbx_account *account;

	set_limits(S64_MAX, S64_MAX);
	account = charge(test, UID, S64_MAX - 10, S64_MAX - 1);
	KUNIT_EXPECT_EQ(test, refusal(UID, 11, 0), -EDQUOT);
	KUNIT_EXPECT_EQ(test, refusal(UID, S64_MAX, 0), -EDQUOT);
	KUNIT_EXPECT_EQ(test, refusal(UID, 1, 2), -EDQUOT);
	charge(test, UID, 10, 1);
	KUNIT_EXPECT_EQ(test, refusal(UID, 1, 0), -EDQUOT);
	slmbx_quota_uncharge(account, S64_MAX, S64_MAX);
	KUNIT_EXPECT_TRUE(test, holdings_are(UID, 0, 0));
}

/* More uids than the table has buckets, so that some share one. */
static void quota_test_uids_are_apart(struct kunit *test)
{
	static struct slmbx_account *accounts[600];
	u32 i;

	set_limits(1000, 3);
	for (i = 0; i < ARRAY_SIZE(accounts); i++)
		accounts[i] = charge(test, KUIDT_INIT(0x7a000000 + i), 400 + i, 2);
	KUNIT_EXPECT_EQ(test, refusal(UID, 601, 0), -EDQUOT);
	KUNIT_EXPECT_EQ(test, refusal(OTHER_UID, 600, 0), -EDQUOT);
	for (i = 0; i < ARRAY_SIZE(accounts); i += 2)
		slmbx_quota_uncharge(accounts[i], 400 + i, 2);
	for (i = 0; i < ARRAY_SIZE(accounts); i++)
		KUNIT_EXPECT_TRUE(test, holdings_are(KUIDT_INIT(0x7a000000 + i),
						     i % 2 ? 400 + i : 0, i % 2 ? 2 : 0));
	for (i = 1; i < ARRAY_SIZE(accounts); i += 2)
		slmbx_quota_uncharge(accounts[i], 400 + i, 2);
}

/*
 * Tasks that charge and uncharge one uid at once. Often the last charge goes while
 * another comes: the account dies under the one, who must open a new one.
 *
 *	A			B			C
 *	uncharge: 0 bytes	finds the account
 *	takes it out		dead: opens another
 *				charge			finds B's, not a third
 */
#define CHARGERS	4
#define CHARGES		3000
#define ROOM		250	/* for two of the charges of 100, and not for three */

static atomic_t in_force;

static void charge_and_uncharge(struct worker *worker)
{
	struct slmbx_account *account;
	u32 i;

	for (i = 0; i < CHARGES; i++) {
		account = slmbx_quota_charge(UID, NULL, 100, 1);
		if (IS_ERR(account)) {
			worker->wrong += PTR_ERR(account) != -EDQUOT;
		} else {
			worker->wrong += atomic_inc_return(&in_force) > 2;
			cond_resched();
			atomic_dec(&in_force);
			slmbx_quota_uncharge(account, 100, 1);
		}
		cond_resched();
	}
}

static void quota_test_races(struct kunit *test)
{
	struct worker *workers = kunit_kcalloc(test, CHARGERS, sizeof(*workers), GFP_KERNEL);
	u32 i;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, workers);
	set_limits(ROOM, S64_MAX);
	atomic_set(&in_force, 0);
	for (i = 0; i < CHARGERS; i++) {
		workers[i] = (struct worker){ .run = charge_and_uncharge, .number = i };
		worker_start(test, &workers[i]);
	}
	for (i = 0; i < CHARGERS; i++)
		worker_end(test, &workers[i]);
	KUNIT_EXPECT_TRUE(test, holdings_are(UID, 0, 0));
}

static int quota_test_setup(struct kunit *test)
{
	struct slmbx_limits *before = kunit_kzalloc(test, sizeof(*before), GFP_KERNEL);

	if (!before)
		return -ENOMEM;
	*before = slmbx_limits;
	test->priv = before;
	return 0;
}

static void quota_test_teardown(struct kunit *test)
{
	if (test->priv)
		slmbx_limits = *(struct slmbx_limits *)test->priv;
	/* Accounts on their way out would look like leaks. */
	rcu_barrier();
}

/* clang-format off */
static struct kunit_case quota_test_cases[] = {
	KUNIT_CASE(quota_test_charge_bytes),
	KUNIT_CASE(quota_test_charge_mailboxes),
	KUNIT_CASE(quota_test_uncharge),
	KUNIT_CASE(quota_test_limits_below_holdings),
	KUNIT_CASE(quota_test_limits_of_nothing),
	KUNIT_CASE(quota_test_limits_of_everything),
	KUNIT_CASE(quota_test_uids_are_apart),
	KUNIT_CASE(quota_test_races),
	{}
};

/* clang-format on */

static struct kunit_suite quota_test_suite = {
	.name = "slmbx_quota",
	.init = quota_test_setup,
	.exit = quota_test_teardown,
	.test_cases = quota_test_cases,
};

kunit_test_suites(&quota_test_suite);
