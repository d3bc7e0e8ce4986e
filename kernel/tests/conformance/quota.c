// SPDX-License-Identifier: MIT
/*
 * EDQUOT: the quotas an administrator sets, which the ABI has no call for. The
 * daemon engine gets a second daemon with small ones; a kernel has sysctls.
 */
#include <stdatomic.h>
#include <stdio.h>

#include "daemon.h"
#include "delivery.h"
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

static long send_chunks(unsigned int count, const unsigned char *bytes, uint64_t delay,
			uint64_t ttl)
{
	static struct slmbx_sendv_msg messages[SLMBX_BATCH_MAX];
	struct slmbx_sendv args = { .messages = address(messages), .count = count, .id = BOX };

	for (unsigned int i = 0; i < count; i++)
		messages[i] = (struct slmbx_sendv_msg){
			.data = address(bytes), .len = CHUNK, .delay = delay, .ttl = ttl
		};
	return slmbx_sendv(&args, sizeof(args));
}

/* The whole batch or nothing, and what isn't sent costs nothing. EDQUOT before EFAULT. */
START_TEST(test_batches)
{
	struct buffer buffer = buffer_new(CHUNK);
	unsigned int sent;

	start();
	sent = fill(BOX);
	expect(-EDQUOT, send_chunks(1, buffer.bytes, 0, 0));
	expect(-EDQUOT, send_chunks(1, NULL, 0, 0));
	expect(sent, slmbx_count(BOX));
	expect(sent, slmbx_purge(BOX));
	for (unsigned int i = 0; i < 20; i++) {
		expect(-EDQUOT, send_chunks(sent + 1, buffer.bytes, i % 2 ? AGES : 0, 0));
		expect(-EDQUOT, send_chunks(sent + 1, NULL, 0, i % 2 ? AGES : 0));
		expect(-EFAULT, send_chunks(sent / 2, NULL, AGES, AGES));
		expect_held(BOX, 0, 0, 0);
	}
	expect(sent, send_chunks(sent, buffer.bytes, 0, 0));
	expect(sent, slmbx_destroy(BOX) ?: slmbx_create(BOX, 0) ?: (long)fill(BOX));
	buffer_free(&buffer);
}
END_TEST

/* However a message goes, all that it cost comes back. */
START_TEST(test_timed_bytes_come_back)
{
	struct buffer buffer = buffer_new(CHUNK);
	struct slmbx_recvv_msg lease;
	unsigned int sent, half;

	start();
	sent = fill(BOX);
	half = sent / 2;
	pattern_fill(buffer.bytes, CHUNK, 0);
	expect(sent, slmbx_purge(BOX));
	for (unsigned int i = 0; i < 5; i++) {
		expect(half, send_chunks(half, buffer.bytes, AGES, AGES));
		expect(half, slmbx_purge(BOX));
		expect(half, send_chunks(half, buffer.bytes, 0, 10 * MS));
		await(slmbx_count(BOX) == 0);
		expect(1, send_chunks(1, buffer.bytes, 0, AGES));
		recv_one(BOX, SLMBX_RECVV_PEEK, 0, 0, CHUNK, 0);
		lease = recv_one(BOX, SLMBX_RECVV_LEASE, AGES, 0, CHUNK, 0);
		expect(0, settle_one(BOX, &lease, SLMBX_SETTLE_RELEASE, 0));
		lease = recv_one(BOX, SLMBX_RECVV_LEASE, AGES, 0, CHUNK, 0);
		if (i % 2)
			expect(0, settle_one(BOX, &lease, SLMBX_SETTLE_ACK, 0));
		else
			expect(0, slmbx_destroy(BOX) ?: slmbx_create(BOX, 0));
	}
	expect(0, slmbx_destroy(BOX) ?: slmbx_create(BOX, 0));
	ck_assert_uint_eq(fill(BOX), sent);
	buffer_free(&buffer);
}
END_TEST

/* Leaves the caller no room for as little as a message of no bytes. */
static void fill_to_the_brim(void *unused)
{
	static const unsigned char bytes[1024];

	fill(BOX + 1);
	while (slmbx_send(BOX + 1, bytes, sizeof(bytes)) == 0)
		;
	while (slmbx_send(BOX + 1, NULL, 0) == 0)
		;
	expect(-EDQUOT, slmbx_send(BOX + 1, NULL, 0));
}

static long try_lease(uint64_t room, const unsigned char *bytes, struct slmbx_recvv_msg *message)
{
	struct slmbx_recvv args = { .messages = address(message),
				    .buf = address(bytes),
				    .size = room,
				    .lease = AGES,
				    .count = 1,
				    .id = BOX,
				    .flags = SLMBX_RECVV_LEASE };

	return slmbx_recvv(&args, sizeof(args));
}

#define LEASABLE 100

/* A lease is charged to who takes it: EMSGSIZE, EDQUOT, EFAULT in this order. */
static void lease_until_refused(void *unused)
{
	struct slmbx_recvv_msg message;
	unsigned char bytes[8];
	unsigned int leased = 0;

	while (try_lease(8, bytes, &message) == 1)
		leased++;
	expect_held(BOX, LEASABLE - leased, leased, 0);
	expect(-EDQUOT, try_lease(8, bytes, &message));
	expect(-EDQUOT, try_lease(8, NULL, &message));
	expect(-EMSGSIZE, try_lease(7, NULL, &message));
	expect_held(BOX, LEASABLE - leased, leased, 0);
	ck_assert_uint_eq(recv_one(BOX, SLMBX_RECVV_PEEK, 0, 0, 8, 1).deliveries, 0);
}

START_TEST(test_leases)
{
	need_root();
	start();
	expect(0, slmbx_create(BOX + 1, 0));
	for (unsigned int i = 0; i < LEASABLE; i++)
		send_pattern(BOX, 8, 1);
	as_user(NOBODY, fill_to_the_brim, NULL);
	as_user(NOBODY, lease_until_refused, NULL);
	lease_pattern(BOX, AGES, 8, 1);
	expect(0, slmbx_destroy(BOX + 1));
	as_user(NOBODY, fill_box, NULL);
}
END_TEST

static void create_own(void *unused)
{
	for (unsigned int id = 101; id <= 100 + MAILBOXES; id++)
		expect(0, slmbx_create(id, 0));
}

static long give_to_nobody(unsigned int dead_letter)
{
	return try_setattr((struct slmbx_setattr){
		.id = BOX,
		.mask = SLMBX_ATTR_OWNER | SLMBX_ATTR_MAX_MESSAGES | SLMBX_ATTR_DEAD_LETTER,
		.max_messages = 9,
		.dead_letter = dead_letter,
		.owner = NOBODY });
}

/* A mailbox is charged to its owner, new or old; ELOOP comes before. */
START_TEST(test_new_owner)
{
	need_root();
	start();
	as_user(NOBODY, create_own, NULL);
	expect(-EDQUOT, give_to_nobody(1));
	expect(-ELOOP, give_to_nobody(BOX));
	ck_assert_uint_eq(stat_of(BOX).owner, 0);
	ck_assert_uint_eq(stat_of(BOX).max_messages | stat_of(BOX).dead_letter, 0);
	create_all();
	expect(0, slmbx_destroy(101));
	expect(0, give_to_nobody(1));
	ck_assert_uint_eq(stat_of(BOX).owner, NOBODY);
	/* Root has one less, nobody one more. */
	expect(0, slmbx_create(101, 0));
	expect(-EDQUOT, slmbx_create(100, 0));
	expect(0, slmbx_destroy(101));
	expect(0, slmbx_destroy(BOX));
	as_user(NOBODY, create_101, NULL);
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
	tcase_add_test(tc, test_batches);
	tcase_add_test(tc, test_timed_bytes_come_back);
	tcase_add_test(tc, test_leases);
	tcase_add_test(tc, test_new_owner);
	return suite;
}
