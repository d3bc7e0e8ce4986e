// SPDX-License-Identifier: MIT
/* The life of the system, of its mailboxes, and what outlives a process. */
#include <stdatomic.h>
#include <stdio.h>

#include "harness.h"
#include "mail.h"
#include "memory.h"
#include "users.h"

#define BOX 42

/* Mistake 5: every call while the system isn't initialised. */
static void expect_uninitialised(void)
{
	unsigned char bytes[16] = "not to be lost!";

	expect(-ENODEV, slmbx_shutdown());
	expect(-ENODEV, slmbx_create(BOX, 0));
	expect(-ENODEV, slmbx_create(SLMBX_ID_INVALID, 1));
	expect(-ENODEV, slmbx_destroy(BOX));
	expect(-ENODEV, slmbx_count(BOX));
	expect(-ENODEV, slmbx_send(BOX, bytes, sizeof(bytes)));
	expect(-ENODEV, slmbx_recv(BOX, bytes, sizeof(bytes)));
	expect(-ENODEV, slmbx_length(BOX));
	ck_assert_msg(memcmp(bytes, "not to be lost!", sizeof(bytes)) == 0, "buffer was written");
}

START_TEST(test_before_init_and_after_shutdown)
{
	expect_uninitialised();
	for (unsigned int i = 0; i < 3; i++) {
		expect(0, slmbx_init(8, 2));
		expect(0, slmbx_create(BOX, 0));
		send_pattern(BOX, 100, 1);
		expect(0, slmbx_shutdown());
		expect_uninitialised();
	}
}
END_TEST

/* Mistake 6, as far as one can see from here: nothing of the old system is left. */
START_TEST(test_shutdown_forgets)
{
	for (unsigned int i = 0; i < 5; i++) {
		expect(0, slmbx_init(1 + i, 2));
		expect(-ENOENT, slmbx_count(BOX));
		expect(0, slmbx_create(BOX, 1));
		expect_empty(BOX);
		for (unsigned int m = 0; m < 50; m++)
			send_pattern(BOX, m * 100, m);
		expect(0, slmbx_shutdown());
	}
}
END_TEST

START_TEST(test_destroy_forgets)
{
	expect(0, slmbx_init(8, 2));
	for (unsigned int i = 0; i < 5; i++) {
		expect(-ENOENT, slmbx_count(BOX));
		expect(0, slmbx_create(BOX, 0));
		expect_empty(BOX);
		send_pattern(BOX, 70000, 1);
		send_pattern(BOX, 0, 2);
		expect(0, slmbx_destroy(BOX));
		expect(-ENOENT, slmbx_destroy(BOX));
	}
}
END_TEST

START_TEST(test_double_init)
{
	expect(0, slmbx_init(8, 2));
	expect(0, slmbx_create(BOX, 1));
	send_pattern(BOX, 10, 1);
	for (unsigned int i = 0; i < 10; i++)
		expect(-EEXIST, slmbx_init(4 + i, 4));
	expect(1, slmbx_count(BOX));
	recv_pattern(BOX, 10, 10, 1);
	expect(0, slmbx_shutdown());
	expect(-ENODEV, slmbx_shutdown());
}
END_TEST

static void try_to_shut_down(void *unused)
{
	expect(-EPERM, slmbx_shutdown());
}

/* Mistake 3: a refused shutdown keeps all. */
START_TEST(test_refused_shutdown)
{
	need_root();
	expect(0, slmbx_init(8, 2));
	expect(0, slmbx_create(BOX, 1));
	expect(0, slmbx_create(BOX + 1, 0));
	send_pattern(BOX, 10, 1);
	send_pattern(BOX + 1, 20, 2);
	as_user(NOBODY, try_to_shut_down, NULL);
	as_user(OTHER, try_to_shut_down, NULL);
	expect(-EEXIST, slmbx_init(8, 2));
	recv_pattern(BOX, 10, 10, 1);
	recv_pattern(BOX + 1, 20, 20, 2);
}
END_TEST

/*
 * Mistake 4: thousands of ids come and go, in orders that empty the levels of the
 * list from either end or all over, until it is flat; and again. The model is one
 * bit for each id.
 */
enum order { ASCENDING, DESCENDING, RANDOM };

#define IDS 3000

struct ids {
	unsigned int id[IDS];	/* ascending */
	bool exists[IDS];
	unsigned int turn[IDS];	/* the order of this pass */
	uint64_t random;
};

static void order_ids(struct ids *ids, enum order order)
{
	for (unsigned int i = 0; i < IDS; i++)
		ids->turn[i] = order == DESCENDING ? IDS - 1 - i : i;
	for (unsigned int i = IDS - 1; order == RANDOM && i > 0; i--) {
		unsigned int j = random_next(&ids->random) % (i + 1);
		unsigned int swapped = ids->turn[i];

		ids->turn[i] = ids->turn[j];
		ids->turn[j] = swapped;
	}
}

static void expect_model(const struct ids *ids)
{
	for (unsigned int i = 0; i < IDS; i++) {
		long want = ids->exists[i] ? 0 : -ENOENT;

		if (slmbx_count(ids->id[i]) != want)
			ck_abort_msg("count(%u) isn't %s", ids->id[i], result_name(want));
	}
}

static void flip(struct ids *ids, unsigned int i)
{
	long result = ids->exists[i] ? slmbx_destroy(ids->id[i]) : slmbx_create(ids->id[i], 0);

	if (result != 0)
		ck_abort_msg("%s(%u) is %s", ids->exists[i] ? "destroy" : "create", ids->id[i],
			     result_name(result));
	ids->exists[i] = !ids->exists[i];
}

static void flip_all(struct ids *ids, enum order order)
{
	order_ids(ids, order);
	for (unsigned int i = 0; i < IDS; i++) {
		flip(ids, ids->turn[i]);
		if (i == IDS / 2)
			expect_model(ids);
	}
	expect_model(ids);
}

static void start_ids(struct ids *ids, unsigned int salt)
{
	unsigned int gap = UINT_MAX / IDS;

	memset(ids, 0, sizeof(*ids));
	ids->random = random_seed(salt);
	for (unsigned int i = 0; i < IDS; i++)
		ids->id[i] = 1 + i * gap + random_next(&ids->random) % gap;
}

START_TEST(test_create_and_destroy)
{
	enum order create = _i / 3, destroy = _i % 3;
	struct ids ids;

	start_ids(&ids, (unsigned int)_i);
	expect(0, slmbx_init(12, 4));
	for (unsigned int round = 0; round < 2; round++) {
		flip_all(&ids, create);
		flip_all(&ids, destroy);
	}
}
END_TEST

static void orders_name(int row, char *name, size_t size)
{
	static const char *const orders[] = { "ascending", "descending", "random" };

	snprintf(name, size, "%d ids created %s and destroyed %s", IDS, orders[row / 3],
		 orders[row % 3]);
}

/* Creates and destroys in any mixture, refused ones too. */
START_TEST(test_random_churn)
{
	struct ids ids;

	start_ids(&ids, 100);
	expect(0, slmbx_init(32, 2));
	for (unsigned int step = 0; step < 15000; step++) {
		unsigned int i = random_next(&ids.random) % IDS;

		if (random_next(&ids.random) % 4) {
			flip(&ids, i);
		} else if (ids.exists[i]) {
			expect(-EEXIST, slmbx_create(ids.id[i], 1));
		} else {
			expect(-ENOENT, slmbx_destroy(ids.id[i]));
		}
	}
	expect_model(&ids);
	order_ids(&ids, RANDOM);
	for (unsigned int i = 0; i < IDS; i++) {
		if (ids.exists[ids.turn[i]])
			flip(&ids, ids.turn[i]);
	}
	expect_model(&ids);
}
END_TEST

static void create_and_leave(void *unused)
{
	expect(0, slmbx_init(8, 2));
	expect(0, slmbx_create(BOX, 1));
	send_pattern(BOX, 70000, 1);
	send_pattern(BOX, 3, 2);
}

START_TEST(test_state_outlives_the_creator)
{
	as_user(SAME_USER, create_and_leave, NULL);
	expect(2, slmbx_count(BOX));
	expect(-EEXIST, slmbx_init(8, 2));
	recv_pattern(BOX, 70000, 70000, 1);
	recv_pattern(BOX, 3, 3, 2);
	expect_empty(BOX);
}
END_TEST

/*
 * A process that is killed in mid-use. @done calls were confirmed to it; one more may
 * have been under way, and an engine may be at it for a moment longer.
 */
struct victim {
	unsigned int id;
	unsigned int limit;	/* calls it makes before it only waits for its end */
	_Atomic unsigned int done;
};

#define LARGEST 150000

static unsigned int victim_len(unsigned int i)
{
	return i % 4 == 3 ? LARGEST - i : i * 31 % 3000;
}

static void send_until_killed(void *arg)
{
	struct victim *victim = arg;

	for (unsigned int i = 0; i < victim->limit; i++) {
		send_pattern(victim->id, victim_len(i), i);
		atomic_fetch_add(&victim->done, 1);
	}
	pause();
}

static void recv_until_killed(void *arg)
{
	struct victim *victim = arg;

	for (unsigned int i = 0; i < victim->limit; i++) {
		recv_pattern(victim->id, LARGEST, victim_len(i), i);
		atomic_fetch_add(&victim->done, 1);
	}
	pause();
}

/* SIGKILL at any moment of a loop of calls. */
static void kill_in_mid_use(user_fn fn, struct victim *victim)
{
	struct crowd crowd = { .size = 0 };
	uint64_t random = random_seed(victim->id);
	pid_t pid;

	atomic_store(&victim->done, 0);
	pid = crowd_add(&crowd, SAME_USER, fn, victim);
	while (atomic_load(&victim->done) == 0)
		usleep(100);
	usleep(random_next(&random) % 5000);
	crowd_kill(&crowd, pid);
}

/* Confirmed messages are all there, whole, in order; after them one more at most. */
START_TEST(test_killed_sender)
{
	struct victim *victim = shared_alloc(sizeof(*victim));

	expect(0, slmbx_init(8, 2));
	victim->limit = 1000;
	for (victim->id = 1; victim->id <= 12; victim->id++) {
		unsigned int sent, i = 0;

		expect(0, slmbx_create(victim->id, 1));
		kill_in_mid_use(send_until_killed, victim);
		sent = atomic_load(&victim->done);
		for (; i < sent; i++)
			recv_pattern(victim->id, LARGEST, victim_len(i), i);
		for (; slmbx_count(victim->id) > 0; i++)
			recv_pattern(victim->id, LARGEST, victim_len(i), i);
		ck_assert_msg(i <= sent + 1, "%u messages of which %u were confirmed", i, sent);
	}
}
END_TEST

/* The number of the next message, which is @next unless that went to the dead. */
static unsigned int recv_next(unsigned int id, unsigned int next)
{
	struct buffer buffer = buffer_new(LARGEST);
	long len = slmbx_recv(id, buffer.bytes, LARGEST);

	if (len != (long)victim_len(next) || !pattern_matches(buffer.bytes, (size_t)len, next))
		next++;
	ck_assert_msg(len == (long)victim_len(next) &&
			      pattern_matches(buffer.bytes, (size_t)len, next),
		      "neither message %u nor %u", next - 1, next);
	buffer_free(&buffer);
	return next;
}

/* What the dead receiver didn't take is there, whole, in order; it took one more at most. */
START_TEST(test_killed_receiver)
{
	enum { MESSAGES = 300 };
	struct victim *victim = shared_alloc(sizeof(*victim));

	expect(0, slmbx_init(8, 2));
	victim->limit = MESSAGES - 10;
	for (victim->id = 1; victim->id <= 6; victim->id++) {
		unsigned int next, received = 0;

		expect(0, slmbx_create(victim->id, 1));
		for (unsigned int i = 0; i < MESSAGES; i++)
			send_pattern(victim->id, victim_len(i), i);
		kill_in_mid_use(recv_until_killed, victim);
		next = atomic_load(&victim->done);
		for (; slmbx_count(victim->id) > 0; next++, received++)
			next = recv_next(victim->id, next);
		ck_assert_uint_eq(next, MESSAGES);
		ck_assert_msg(received + atomic_load(&victim->done) >= MESSAGES - 1,
			      "more than one message is lost");
	}
}
END_TEST

Suite *lifecycle_suite(void)
{
	Suite *suite = suite_create("lifecycle");
	TCase *tc = harness_case(suite, "lifecycle/system", 10);

	tcase_add_test(tc, test_before_init_and_after_shutdown);
	tcase_add_test(tc, test_shutdown_forgets);
	tcase_add_test(tc, test_destroy_forgets);
	tcase_add_test(tc, test_double_init);
	tcase_add_test(tc, test_refused_shutdown);
	tc = harness_case(suite, "lifecycle/mailboxes", 30);
	harness_add_rows(tc, test_create_and_destroy, 9, orders_name);
	tcase_add_test(tc, test_random_churn);
	tc = harness_case(suite, "lifecycle/processes", 20);
	tcase_add_test(tc, test_state_outlives_the_creator);
	tcase_add_test(tc, test_killed_sender);
	tcase_add_test(tc, test_killed_receiver);
	return suite;
}
