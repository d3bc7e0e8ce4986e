// SPDX-License-Identifier: MIT
/*
 * EDQUOT: the quotas an administrator sets, which the ABI has no call for. The
 * daemon engine gets a second daemon with small ones; a kernel has sysctls.
 */
#include <stdatomic.h>
#include <stdio.h>

#include "daemon.h"
#include "harness.h"
#include "mail.h"
#include "memory.h"
#include "sysctl.h"
#include "users.h"

#define BOX 42
#define BYTES (4 << 20)
#define BYTES_TEXT "4194304"
#define MAILBOXES 50
#define MAILBOXES_TEXT "50"
#define CHUNK 65536

static bool quotas_set;
static struct daemon limited;
static char unlimited_socket[128];

#define RACERS 3
static _Atomic unsigned int *racing;	/* shared: children that still send */

static void set_quotas(void)
{
	static const char *const extra[] = {
		"--max-bytes-per-uid", BYTES_TEXT, "--max-mailboxes-per-uid", MAILBOXES_TEXT, NULL,
	};

	if (engine_is_daemon()) {
		snprintf(unlimited_socket, sizeof(unlimited_socket), "%s", getenv("SLMBX_SOCKET"));
		quotas_set = daemon_start(&limited, options.daemon, extra);
	} else {
		/* Who isn't root skips these tests, as all on a kernel engine. */
		quotas_set = geteuid() == 0 && sysctl_set_quotas(BYTES_TEXT, MAILBOXES_TEXT);
	}
}

static void reset_quotas(void)
{
	if (!quotas_set)
		return;
	if (engine_is_daemon()) {
		setenv("SLMBX_SOCKET", unlimited_socket, 1);
		suite_failed |= !daemon_stop(&limited);
	} else {
		suite_failed |= !sysctl_reset_quotas();
	}
}

static void start(void)
{
	ck_assert_msg(quotas_set, "the quotas could not be set");
	expect(0, slmbx_init(8, 2));
	expect(0, slmbx_create(BOX, 0));
}

/* Sends until that is refused: the number of messages that found room. */
static unsigned int fill(unsigned int id)
{
	struct buffer buffer = buffer_new(CHUNK);
	unsigned int sent = 0;
	long result;

	while ((result = slmbx_send(id, buffer.bytes, CHUNK)) == 0 && sent <= BYTES / CHUNK)
		sent++;
	expect(-EDQUOT, result);
	ck_assert_msg(sent >= BYTES / CHUNK / 2, "only %u messages of %u bytes", sent, CHUNK);
	buffer_free(&buffer);
	return sent;
}

static void fill_box(void *unused)
{
	fill(BOX);
}

START_TEST(test_bytes)
{
	unsigned int sent;

	start();
	sent = fill(BOX);
	expect(sent, slmbx_count(BOX));
	expect(-EDQUOT, slmbx_send(BOX, bad_pointer(BAD_READ_ONLY), CHUNK));
	expect(sent, slmbx_count(BOX));
	expect(CHUNK, slmbx_recv(BOX, buffer_new(CHUNK).bytes, CHUNK));
	send_pattern(BOX, CHUNK, 1);
	expect(sent, slmbx_count(BOX));
}
END_TEST

START_TEST(test_bytes_come_back)
{
	unsigned int sent;

	start();
	sent = fill(BOX);
	expect(0, slmbx_destroy(BOX));
	expect(0, slmbx_create(BOX, 0));
	ck_assert_uint_eq(fill(BOX), sent);
	expect(0, slmbx_shutdown());
	start();
	ck_assert_uint_eq(fill(BOX), sent);
	while (slmbx_count(BOX) > 0)
		expect(0, slmbx_recv(BOX, NULL, 0));
	ck_assert_uint_eq(fill(BOX), sent);
}
END_TEST

/* Mistake 6: an error path that keeps what it took. */
START_TEST(test_failed_sends_cost_nothing)
{
	unsigned int sent;

	start();
	sent = fill(BOX);
	expect(0, slmbx_destroy(BOX));
	expect(0, slmbx_create(BOX, 0));
	for (unsigned int i = 0; i < 3 * BYTES / CHUNK; i++) {
		expect(-EFAULT, slmbx_send(BOX, NULL, CHUNK));
		expect(-ENOENT, slmbx_send(BOX + 1, bad_pointer(BAD_READ_ONLY), CHUNK));
	}
	ck_assert_uint_eq(fill(BOX), sent);
}
END_TEST

START_TEST(test_message_beyond_the_quota)
{
	start();
	expect(-EDQUOT, slmbx_send(BOX, buffer_new(BYTES + 1).bytes, BYTES + 1));
	expect(-EDQUOT, slmbx_send(BOX, NULL, UINT_MAX));
	expect(0, slmbx_count(BOX));
	send_pattern(BOX, CHUNK, 1);
	recv_pattern(BOX, CHUNK, CHUNK, 1);
}
END_TEST

static void create_protected(void *unused)
{
	expect(0, slmbx_create(BOX + 1, 1));
}

/* ENODEV, ENOENT and EPERM before EDQUOT, EFAULT after it. */
START_TEST(test_order_of_send)
{
	start();
	fill(BOX);
	expect(-ENOENT, slmbx_send(BOX + 2, bad_pointer(BAD_READ_ONLY), CHUNK));
	expect(-ENOENT, slmbx_send(SLMBX_ID_INVALID, NULL, CHUNK));
	for (enum bad kind = 0; kind < BAD_SOURCES; kind++)
		expect(-EDQUOT, slmbx_send(BOX, bad_pointer(kind), CHUNK));
	if (geteuid() == 0) {
		as_user(NOBODY, create_protected, NULL);
		expect(-EPERM, slmbx_send(BOX + 1, NULL, CHUNK));
	}
	expect(0, slmbx_shutdown());
	expect(-ENODEV, slmbx_send(BOX, NULL, CHUNK));
}
END_TEST

START_TEST(test_bytes_are_per_uid)
{
	need_root();
	start();
	as_user(NOBODY, fill_box, NULL);
	send_pattern(BOX, CHUNK, 1);
	as_user(OTHER, fill_box, NULL);
	fill(BOX);
}
END_TEST

static void send_and_recv(void *unused)
{
	struct buffer buffer = buffer_new(CHUNK);

	for (unsigned int i = 0; i < 1000; i++) {
		slmbx_send(BOX, buffer.bytes, CHUNK);
		if (i % 8 == 0)
			slmbx_recv(BOX, buffer.bytes, CHUNK);
	}
	atomic_fetch_sub(racing, 1);
}

/* Mistakes 6 and 12: a call that loses the race with the end of its mailbox keeps nothing. */
START_TEST(test_races_cost_nothing)
{
	struct crowd crowd = { .size = 0 };
	unsigned int sent;

	start();
	sent = fill(BOX);
	racing = shared_alloc(sizeof(*racing));
	atomic_store(racing, RACERS);
	for (unsigned int i = 0; i < RACERS; i++)
		crowd_add(&crowd, SAME_USER, send_and_recv, NULL);
	for (unsigned int i = 0; atomic_load(racing); i++) {
		expect(0, i % 20 ? slmbx_destroy(BOX) : slmbx_shutdown());
		if (i % 20 == 0)
			expect(0, slmbx_init(8, 2));
		expect(0, slmbx_create(BOX, 0));
	}
	crowd_wait(&crowd);
	expect(0, slmbx_destroy(BOX));
	expect(0, slmbx_create(BOX, 0));
	ck_assert_uint_eq(fill(BOX), sent);
}
END_TEST

static void create_all(void)
{
	for (unsigned int id = 1; id <= MAILBOXES; id++)
		expect(id == BOX ? -EEXIST : 0, slmbx_create(id, 0));
}

START_TEST(test_mailboxes)
{
	start();
	create_all();
	expect(-EDQUOT, slmbx_create(MAILBOXES + 1, 0));
	expect(-EDQUOT, slmbx_create(MAILBOXES + 1, 1));
	expect(-ENOENT, slmbx_count(MAILBOXES + 1));
	/* EINVAL and EEXIST come before. */
	expect(-EINVAL, slmbx_create(SLMBX_ID_NONE, 0));
	expect(-EINVAL, slmbx_create(SLMBX_ID_INVALID, 0));
	expect(-EEXIST, slmbx_create(1, 0));
	expect(0, slmbx_destroy(1));
	expect(0, slmbx_create(MAILBOXES + 1, 0));
	expect(-EDQUOT, slmbx_create(1, 0));
	expect(0, slmbx_shutdown());
	start();
	create_all();
}
END_TEST

/* Mistake 6, again. */
START_TEST(test_failed_creates_cost_nothing)
{
	start();
	for (unsigned int i = 0; i < 3 * MAILBOXES; i++) {
		expect(-EEXIST, slmbx_create(BOX, 0));
		expect(-EINVAL, slmbx_create(SLMBX_ID_NONE, 0));
	}
	create_all();
	for (unsigned int i = 0; i < 3 * MAILBOXES; i++)
		expect(-EDQUOT, slmbx_create(MAILBOXES + 1, 0));
	expect(0, slmbx_destroy(1));
	expect(0, slmbx_create(1, 0));
}
END_TEST

static void create_101(void *unused)
{
	expect(0, slmbx_create(101, 0));
}

static void destroy_1(void *unused)
{
	expect(0, slmbx_destroy(1));
}

START_TEST(test_mailboxes_are_per_uid)
{
	need_root();
	start();
	create_all();
	as_user(NOBODY, create_101, NULL);
	expect(-EDQUOT, slmbx_create(102, 0));
	/* Destroyed by another, given back to the owner. */
	as_user(NOBODY, destroy_1, NULL);
	expect(0, slmbx_create(102, 0));
	expect(-EDQUOT, slmbx_create(103, 0));
}
END_TEST

Suite *quota_suite(void)
{
	Suite *suite = suite_create("quota");
	TCase *tc = harness_case(suite, "quota", 10);

	tcase_add_unchecked_fixture(tc, set_quotas, reset_quotas);
	tcase_add_test(tc, test_bytes);
	tcase_add_test(tc, test_bytes_come_back);
	tcase_add_test(tc, test_failed_sends_cost_nothing);
	tcase_add_test(tc, test_message_beyond_the_quota);
	tcase_add_test(tc, test_order_of_send);
	tcase_add_test(tc, test_bytes_are_per_uid);
	tcase_add_test(tc, test_races_cost_nothing);
	tcase_add_test(tc, test_mailboxes);
	tcase_add_test(tc, test_failed_creates_cost_nothing);
	tcase_add_test(tc, test_mailboxes_are_per_uid);
	return suite;
}
