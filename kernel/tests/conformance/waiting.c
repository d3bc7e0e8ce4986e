// SPDX-License-Identifier: MIT
/*
 * recvv with a deadline: what wakes who waits, what ends the wait, and who else can go on
 * meanwhile. Waiters are given a moment to fall asleep; without it a test finds less.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/time.h>

#include "delivery.h"
#include "harness.h"
#include "mail.h"
#include "memory.h"
#include "users.h"

#define BOX 42
#define OTHER_BOX 43
#define SHORT (20 * MS)
#define A_MOMENT 10000		/* microseconds */

static void open_box(void)
{
	expect(0, slmbx_init(8, 2));
	expect(0, slmbx_create(BOX, 0));
}

/* What waiters share. */
struct room {
	struct slmbx_recvv args;	/* of each waiter, but for its memory */
	long want[2];			/* what it may answer */
	_Atomic unsigned int started, ended, received;
	_Atomic unsigned int times[8];	/* how often each message came; the first byte tells */
	_Atomic unsigned int ticks;
};

static struct room *new_room(unsigned int flags)
{
	struct room *room = shared_alloc(sizeof(*room));

	room->args = (struct slmbx_recvv){
		.size = 64, .deadline = SLMBX_FOREVER, .count = 1, .id = BOX, .flags = flags
	};
	if (flags & SLMBX_RECVV_LEASE)
		room->args.lease = AGES;
	room->want[0] = room->want[1] = 1;
	return room;
}

static long recv_in_room(struct room *room, struct slmbx_recvv_msg *messages, unsigned char *bytes)
{
	struct slmbx_recvv args = room->args;

	args.messages = address(messages);
	if (!args.buf)
		args.buf = address(bytes);
	atomic_fetch_add(&room->started, 1);
	return slmbx_recvv(&args, sizeof(args));
}

static void wait_in_room(void *arg)
{
	struct room *room = arg;
	struct slmbx_recvv_msg messages[8];
	unsigned char bytes[64];
	long got = recv_in_room(room, messages, bytes);

	if (got != room->want[0] && got != room->want[1])
		ck_abort_msg("a waiter is answered %s, should be %s or %s", result_name(got),
			     result_name(room->want[0]), result_name(room->want[1]));
	for (long i = 0; i < got; i++) {
		atomic_fetch_add(&room->times[bytes[messages[i].offset] % 8], 1);
		atomic_fetch_add(&room->received, 1);
	}
	atomic_fetch_add(&room->ended, 1);
}

static void add_waiters(struct crowd *crowd, struct room *room, unsigned int count)
{
	unsigned int before = room->started;

	for (unsigned int i = 0; i < count; i++)
		crowd_add(crowd, SAME_USER, wait_in_room, room);
	await(room->started == before + count);
	usleep(A_MOMENT);
}

static void send_number(unsigned char number)
{
	expect(0, slmbx_send(BOX, &number, 1));
}

/* The ways a message becomes ready. Some need something that is prepared. */
static struct slmbx_recvv_msg prepared;

static void prepare_lease(void)
{
	send_pattern(BOX, 8, 1);
	prepared = lease_pattern(BOX, AGES, 8, 1);
}

static void by_send(void)
{
	send_number(1);
}

static void by_sendv(void)
{
	send_timed(BOX, 8, 1, 0, 0);
}

static void by_delay(void)
{
	send_timed(BOX, 8, 1, SHORT, 0);
}

static void by_release(void)
{
	expect(0, settle_one(BOX, &prepared, SLMBX_SETTLE_RELEASE, 0));
}

static void by_late_release(void)
{
	expect(0, settle_one(BOX, &prepared, SLMBX_SETTLE_RELEASE, MS));
}

static void by_deadline(void)
{
	expect(0, settle_one(BOX, &prepared, SLMBX_SETTLE_EXTEND, MS));
}

static void prepare_dead_letter(void)
{
	expect(0, slmbx_create(OTHER_BOX, 0));
	set_dead_letter(OTHER_BOX, BOX, 1);
	send_pattern(OTHER_BOX, 8, 1);
	prepared = lease_pattern(OTHER_BOX, AGES, 8, 1);
}

static void by_dead_letter(void)
{
	expect(0, settle_one(OTHER_BOX, &prepared, SLMBX_SETTLE_RELEASE, 0));
}

static void by_expiry(void)
{
	send_timed(OTHER_BOX, 8, 1, 0, MS);
}

static void prepare_nothing(void)
{
}

static const struct {
	const char *name;
	void (*prepare)(void);
	void (*wake)(void);
} wakers[] = {
	{ "send", prepare_nothing, by_send },
	{ "sendv", prepare_nothing, by_sendv },
	{ "the end of a delay", prepare_nothing, by_delay },
	{ "a release", prepare_lease, by_release },
	{ "a release with a delay", prepare_lease, by_late_release },
	{ "the end of a lease", prepare_lease, by_deadline },
	{ "a dead letter", prepare_dead_letter, by_dead_letter },
	{ "an expired dead letter", prepare_dead_letter, by_expiry },
};

static const unsigned int all_flags[] = { 0, SLMBX_RECVV_PEEK, SLMBX_RECVV_LEASE };

START_TEST(test_woken)
{
	struct crowd crowd = { .size = 0 };
	struct room *room;
	unsigned int flags = all_flags[(unsigned int)_i % ARRAY_SIZE(all_flags)];

	open_box();
	wakers[(unsigned int)_i / ARRAY_SIZE(all_flags)].prepare();
	room = new_room(flags);
	add_waiters(&crowd, room, 1);
	ck_assert_uint_eq(room->ended, 0);
	wakers[(unsigned int)_i / ARRAY_SIZE(all_flags)].wake();
	crowd_wait(&crowd);
	ck_assert_uint_eq(room->received, 1);
	expect_held(BOX, flags & SLMBX_RECVV_PEEK ? 1 : 0, flags & SLMBX_RECVV_LEASE ? 1 : 0, 0);
}
END_TEST

static void woken_name(int row, char *name, size_t size)
{
	static const char *const kinds[] = { "receives", "peeks", "leases" };

	snprintf(name, size, "who %s is woken by %s",
		 kinds[(unsigned int)row % ARRAY_SIZE(all_flags)],
		 wakers[(unsigned int)row / ARRAY_SIZE(all_flags)].name);
}

static void *wait_in_thread(void *room)
{
	wait_in_room(room);
	return NULL;
}

/* Other threads of the process go on, and one of them may be who sends. */
START_TEST(test_threads)
{
	struct room *room = new_room(0);
	pthread_t threads[3];

	open_box();
	for (unsigned int i = 0; i < ARRAY_SIZE(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, wait_in_thread, room), 0);
	await(room->started == ARRAY_SIZE(threads));
	usleep(A_MOMENT);
	expect(0, slmbx_create(OTHER_BOX, 0));
	send_pattern(OTHER_BOX, 100, 1);
	recv_pattern(OTHER_BOX, 100, 100, 1);
	expect_empty(BOX);
	for (unsigned char i = 0; i < ARRAY_SIZE(threads); i++)
		send_number(i);
	for (unsigned int i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	for (unsigned int i = 0; i < ARRAY_SIZE(threads); i++)
		ck_assert_uint_eq(room->times[i], 1);
	expect_empty(BOX);
}
END_TEST

/* In one call, numbered from @first. */
static void send_three(unsigned char first)
{
	unsigned char bytes[3];
	struct slmbx_sendv_msg messages[3];
	struct slmbx_sendv args = { .messages = address(messages), .count = 3, .id = BOX };

	for (unsigned int i = 0; i < 3; i++) {
		bytes[i] = first + i;
		messages[i] = (struct slmbx_sendv_msg){ .data = address(&bytes[i]), .len = 1 };
	}
	expect(3, slmbx_sendv(&args, sizeof(args)));
}

/* One message wakes one waiter, and no message is left while somebody waits. */
START_TEST(test_one_each)
{
	struct room *room = new_room(0);
	struct crowd crowd = { .size = 0 };

	open_box();
	add_waiters(&crowd, room, 5);
	send_number(0);
	send_number(1);
	await(room->ended == 2);
	usleep(A_MOMENT);
	ck_assert_uint_eq(room->ended, 2);
	expect_empty(BOX);
	/* All of one batch at once. */
	send_three(2);
	crowd_wait(&crowd);
	for (unsigned int i = 0; i < 5; i++)
		ck_assert_uint_eq(room->times[i], 1);
	expect_empty(BOX);
}
END_TEST

/* Who has room for all of a batch gets all of it. */
START_TEST(test_whole_batch)
{
	struct room *room = new_room(0);
	struct crowd crowd = { .size = 0 };

	open_box();
	room->args.count = 8;
	room->want[0] = room->want[1] = 3;
	add_waiters(&crowd, room, 1);
	send_three(0);
	crowd_wait(&crowd);
	expect_empty(BOX);
}
END_TEST

/*
 * Who is woken and doesn't take the message leaves it to another: for a lack of room, of
 * memory, or of the will. Or that other is the first; then its mailbox's end ends the wait.
 */
static const struct {
	const char *name;
	unsigned int flags;
	uint64_t size;
	bool bad;
	long want;
} idlers[] = {
	{ "lacks room", 0, 4, false, -EMSGSIZE },
	{ "has bad memory", 0, 64, true, -EFAULT },
	{ "peeks", SLMBX_RECVV_PEEK, 64, false, 1 },
};

START_TEST(test_passes_it_on)
{
	struct room *idle = new_room(idlers[_i].flags), *room = new_room(0);
	struct crowd crowd = { .size = 0 };

	open_box();
	idle->args.size = idlers[_i].size;
	idle->args.buf = idlers[_i].bad ? address(bad_pointer(BAD_NO_ACCESS)) : 0;
	idle->want[0] = idlers[_i].want;
	idle->want[1] = -ENOENT;
	add_waiters(&crowd, idle, 2);
	add_waiters(&crowd, room, 1);
	send_pattern(BOX, 50, 1);
	await(room->ended == 1);
	ck_assert_uint_eq(room->received, 1);
	expect_empty(BOX);
	expect(0, slmbx_destroy(BOX));
	crowd_wait(&crowd);
}
END_TEST

static void idler_name(int row, char *name, size_t size)
{
	snprintf(name, size, "who %s leaves the message to another", idlers[row].name);
}

static long try_recvv(uint64_t deadline)
{
	struct slmbx_recvv_msg message;
	unsigned char bytes[64];
	struct slmbx_recvv args = { .messages = address(&message),
				    .buf = address(bytes),
				    .size = sizeof(bytes),
				    .deadline = deadline,
				    .count = 1,
				    .id = BOX };

	return slmbx_recvv(&args, sizeof(args));
}

START_TEST(test_deadline)
{
	uint64_t deadline;

	open_box();
	deadline = now() + SHORT;
	expect(0, try_recvv(deadline));
	ck_assert_uint_ge(now(), deadline);
	/* Passed long ago; a message wins all the same. */
	expect(0, try_recvv(1));
	expect(0, try_recvv(now()));
	send_number(1);
	expect(1, try_recvv(1));
	expect_empty(BOX);
}
END_TEST

/* Those whose time is over leave nothing behind that would take a message. */
START_TEST(test_after_the_deadline)
{
	struct room *room = new_room(0);
	struct crowd crowd = { .size = 0 };

	open_box();
	room->args.deadline = now() + SHORT;
	room->want[0] = room->want[1] = 0;
	for (unsigned int i = 0; i < 4; i++)
		crowd_add(&crowd, SAME_USER, wait_in_room, room);
	crowd_wait(&crowd);
	ck_assert_uint_ge(now(), room->args.deadline);
	send_pattern(BOX, 10, 1);
	await_pattern(BOX, 10, 1);
}
END_TEST

static long destroy_box(void)
{
	return slmbx_destroy(BOX);
}

static long replace_box(void)
{
	return slmbx_destroy(BOX) ?: slmbx_create(BOX, 0) ?: slmbx_send(BOX, NULL, 0);
}

static const struct {
	const char *name;
	long (*end)(void);
	long want;
} ends[] = {
	{ "destroyed", destroy_box, -ENOENT },
	{ "replaced", replace_box, -ENOENT },
	{ "shut down", slmbx_shutdown, -ENODEV },
};

START_TEST(test_end_of_the_mailbox)
{
	struct room *room = new_room(0);
	struct crowd crowd = { .size = 0 };

	open_box();
	send_timed(BOX, 10, 1, AGES, 0);
	room->want[0] = room->want[1] = ends[_i].want;
	add_waiters(&crowd, room, 3);
	expect(0, ends[_i].end());
	crowd_wait(&crowd);
}
END_TEST

static void end_name(int row, char *name, size_t size)
{
	snprintf(name, size, "the mailbox is %s", ends[row].name);
}

static struct room *storm_room;

static void on_alarm(int sig)
{
	atomic_fetch_add(&storm_room->ticks, 1);
}

/* A signal again and again, so that one comes in the wait whenever that begins. */
static void start_storm(struct room *room, int flags)
{
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = flags };
	struct itimerval every = { { 0, 2000 }, { 0, 2000 } };

	storm_room = room;
	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &every, NULL), 0);
}

static void stop_storm(void)
{
	struct itimerval never = { 0 };

	ck_assert_int_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
}

START_TEST(test_interrupted)
{
	open_box();
	start_storm(new_room(0), 0);
	for (unsigned int i = 0; i < 5; i++) {
		errno = E2BIG;
		expect(-EINTR, try_recvv(SLMBX_FOREVER));
		ck_assert_int_eq(errno, E2BIG);
		expect(-EINTR, try_recvv(now() + AGES));
	}
	stop_storm();
	/* It has left nothing behind that would take a message. */
	send_number(1);
	expect(1, slmbx_count(BOX));
	expect(1, try_recvv(0));
}
END_TEST

/* Messages and the deadline win over a signal; without a wait there is no EINTR. */
START_TEST(test_not_interrupted)
{
	open_box();
	start_storm(new_room(0), 0);
	for (unsigned int i = 0; i < 300; i++) {
		expect(0, try_recvv(0));
		expect(0, try_recvv(1));
		send_number(1);
		expect(1, try_recvv(i % 2 ? SLMBX_FOREVER : 1));
	}
	await(storm_room->ticks > 5);
	stop_storm();
	expect_empty(BOX);
}
END_TEST

static void wait_in_storm(void *room)
{
	start_storm(room, SA_RESTART);
	wait_in_room(room);
	stop_storm();
}

/* The wait goes on after the handler, to the same deadline. */
START_TEST(test_restarted)
{
	struct room *room = new_room(0);
	struct crowd crowd = { .size = 0 };

	open_box();
	crowd_add(&crowd, SAME_USER, wait_in_storm, room);
	await(room->started == 1 && room->ticks >= 5);
	usleep(A_MOMENT);
	ck_assert_uint_eq(room->ended, 0);
	send_number(1);
	crowd_wait(&crowd);
	ck_assert_uint_eq(room->times[1], 1);

	room->args.deadline = now() + SHORT;
	room->want[0] = room->want[1] = 0;
	as_user(SAME_USER, wait_in_storm, room);
	ck_assert_uint_ge(now(), room->args.deadline);
}
END_TEST

/* A stop and what goes on after it are no handler's. */
START_TEST(test_stopped)
{
	struct room *room = new_room(0);
	struct crowd crowd = { .size = 0 };

	open_box();
	add_waiters(&crowd, room, 1);
	for (unsigned int i = 0; i < 3; i++) {
		kill(crowd.pids[0], SIGSTOP);
		usleep(1000);
		kill(crowd.pids[0], SIGCONT);
		kill(crowd.pids[0], SIGWINCH);
		usleep(1000);
	}
	ck_assert_uint_eq(room->ended, 0);
	send_number(1);
	crowd_wait(&crowd);
	ck_assert_uint_eq(room->times[1], 1);
}
END_TEST

/* Who is killed takes nothing, and keeps nobody from anything. */
START_TEST(test_killed)
{
	struct room *room = new_room(all_flags[_i]);
	struct crowd crowd = { .size = 0 };

	open_box();
	add_waiters(&crowd, room, 3);
	while (crowd.size)
		crowd_kill(&crowd, crowd.pids[0]);
	send_pattern(BOX, 10, 1);
	ck_assert_uint_eq(recv_one(BOX, SLMBX_RECVV_LEASE, AGES, SLMBX_FOREVER, 10, 1).deliveries,
			  1);
	expect_held(BOX, 0, 1, 0);
}
END_TEST

static void killed_name(int row, char *name, size_t size)
{
	static const char *const kinds[] = { "receive", "peek", "lease" };

	snprintf(name, size, "killed while waiting to %s", kinds[row]);
}

/* One that waits is killed among others: the message is for one of those. */
START_TEST(test_killed_among_others)
{
	struct room *room = new_room(0);
	struct crowd crowd = { .size = 0 };

	open_box();
	add_waiters(&crowd, room, 3);
	crowd_kill(&crowd, crowd.pids[0]);
	send_number(1);
	await(room->ended == 1);
	send_number(2);
	crowd_wait(&crowd);
	expect_empty(BOX);
}
END_TEST

#define TURNS 100

static void play_ball(void *arg)
{
	unsigned int mine = *(unsigned int *)arg, theirs = BOX + OTHER_BOX - mine;

	for (unsigned int i = 0; i < TURNS; i++) {
		if (mine == BOX)
			send_pattern(theirs, i % 50, i);
		await_pattern(mine, i % 50, i);
		if (mine != BOX)
			send_pattern(theirs, i % 50, i);
	}
}

/* To and fro: no wake-up is ever lost. */
START_TEST(test_ping_pong)
{
	static unsigned int ids[] = { BOX, OTHER_BOX };
	struct crowd crowd = { .size = 0 };

	open_box();
	expect(0, slmbx_create(OTHER_BOX, 0));
	for (unsigned int i = 0; i < ARRAY_SIZE(ids); i++)
		crowd_add(&crowd, SAME_USER, play_ball, &ids[i]);
	crowd_wait(&crowd);
	expect_empty(BOX);
	expect_empty(OTHER_BOX);
}
END_TEST

Suite *waiting_suite(void)
{
	Suite *suite = suite_create("waiting");
	TCase *tc = harness_case(suite, "waiting/woken", 20);

	harness_add_rows(tc, test_woken, ARRAY_SIZE(wakers) * ARRAY_SIZE(all_flags), woken_name);
	tcase_add_test(tc, test_threads);
	tcase_add_test(tc, test_one_each);
	tcase_add_test(tc, test_whole_batch);
	harness_add_rows(tc, test_passes_it_on, ARRAY_SIZE(idlers), idler_name);
	tcase_add_test(tc, test_ping_pong);
	tc = harness_case(suite, "waiting/ends", 20);
	tcase_add_test(tc, test_deadline);
	tcase_add_test(tc, test_after_the_deadline);
	harness_add_rows(tc, test_end_of_the_mailbox, ARRAY_SIZE(ends), end_name);
	tc = harness_case(suite, "waiting/signals", 20);
	tcase_add_test(tc, test_interrupted);
	tcase_add_test(tc, test_not_interrupted);
	tcase_add_test(tc, test_restarted);
	tcase_add_test(tc, test_stopped);
	harness_add_rows(tc, test_killed, ARRAY_SIZE(all_flags), killed_name);
	tcase_add_test(tc, test_killed_among_others);
	return suite;
}
