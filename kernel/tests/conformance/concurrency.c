// SPDX-License-Identifier: MIT
/*
 * Many processes at once: each call is atomic. Nothing is lost, nothing comes
 * twice, order holds, and a call that races the end of a mailbox or of the system
 * ran before it or answers ENOENT or ENODEV. Mistake 12 is what this looks for.
 */
#include <pthread.h>
#include <sched.h>
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
#define SENDERS 4
#define RECEIVERS 4
#define EACH 1000
#define TOTAL (SENDERS * EACH)
#define MAX_LEN 120000

/* Every message begins with its number; the number decides its length and bytes. */
static unsigned int len_of(unsigned int number)
{
	if (number % 97 == 0)
		return MAX_LEN - number % 1000;
	return sizeof(number) + number * 13 % 700;
}

static void fill_message(unsigned char *bytes, unsigned int number)
{
	pattern_fill(bytes, len_of(number), number);
	memcpy(bytes, &number, sizeof(number));
}

static unsigned int number_of(unsigned char *bytes, long len)
{
	unsigned int number, word;

	ck_assert_int_ge(len, sizeof(number));
	memcpy(&number, bytes, sizeof(number));
	pattern_fill((unsigned char *)&word, sizeof(word), number);
	memcpy(bytes, &word, sizeof(word));
	ck_assert_msg(len == (long)len_of(number) && pattern_matches(bytes, (size_t)len, number),
		      "a message of %ld bytes that claims to be number %u", len, number);
	return number;
}

static bool is_one_of(long result, const long *allowed, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		if (result == allowed[i])
			return true;
	}
	return false;
}

/* The value of @call, which is one of the results listed, or not negative where 0 is. */
#define expect_any(call, ...)                                                               \
	({                                                                                  \
		static const long allowed_[] = { __VA_ARGS__ };                             \
		long got_ = (call);                                                         \
		if (!is_one_of(got_ > 0 ? 0 : got_, allowed_, ARRAY_SIZE(allowed_)))        \
			ck_abort_msg("%s is %s, should be one of " #__VA_ARGS__, #call,     \
				     result_name(got_));                                    \
		got_;                                                                       \
	})

static void open_box(void)
{
	expect(0, slmbx_init(8, 2));
	expect(0, slmbx_create(BOX, 0));
}

/* When a message was sent and received, on one clock of all processes. */
struct interval {
	unsigned int start, end;
};

struct traffic {
	_Atomic unsigned int clock;
	_Atomic unsigned int senders, received;
	struct interval sent[TOTAL], got[TOTAL];
	_Atomic unsigned char times[TOTAL];
};

static unsigned int tick(struct traffic *traffic)
{
	return atomic_fetch_add(&traffic->clock, 1);
}

static void send_each(void *arg)
{
	struct traffic *traffic = arg;
	unsigned int first = atomic_fetch_add(&traffic->senders, 1) * EACH;
	unsigned char *bytes = malloc(MAX_LEN);

	for (unsigned int number = first; number < first + EACH; number++) {
		fill_message(bytes, number);
		traffic->sent[number].start = tick(traffic);
		expect_any(slmbx_send(BOX, bytes, len_of(number)), 0);
		traffic->sent[number].end = tick(traffic);
	}
	free(bytes);
}

static void recv_all(void *arg)
{
	struct traffic *traffic = arg;
	unsigned char *bytes = malloc(MAX_LEN);

	while (atomic_load(&traffic->received) < TOTAL) {
		struct interval got = { .start = tick(traffic) };
		long len = expect_any(slmbx_recv(BOX, bytes, MAX_LEN), 0, -ESRCH);
		unsigned int number;

		if (len < 0) {
			sched_yield();
			continue;
		}
		got.end = tick(traffic);
		number = number_of(bytes, len);
		ck_assert_uint_lt(number, TOTAL);
		traffic->got[number] = got;
		atomic_fetch_add(&traffic->times[number], 1);
		atomic_fetch_add(&traffic->received, 1);
	}
	free(bytes);
}

/* @a was surely sent before @b, and surely received after it. */
static bool overtaken(const struct traffic *traffic, unsigned int a, unsigned int b)
{
	return traffic->sent[a].end < traffic->sent[b].start &&
	       traffic->got[b].end < traffic->got[a].start;
}

static void check_traffic(const struct traffic *traffic)
{
	for (unsigned int a = 0; a < TOTAL; a++) {
		ck_assert_msg(traffic->times[a] == 1, "message %u came %u times", a,
			      traffic->times[a]);
		for (unsigned int b = 0; b < TOTAL; b++) {
			if (overtaken(traffic, a, b))
				ck_abort_msg("message %u overtook message %u", b, a);
		}
	}
	expect_empty(BOX);
}

START_TEST(test_senders_and_receivers)
{
	struct traffic *traffic = shared_alloc(sizeof(*traffic));
	struct crowd crowd = { .size = 0 };

	open_box();
	for (unsigned int i = 0; i < SENDERS; i++)
		crowd_add(&crowd, SAME_USER, send_each, traffic);
	for (unsigned int i = 0; i < RECEIVERS; i++)
		crowd_add(&crowd, SAME_USER, recv_all, traffic);
	crowd_wait(&crowd);
	check_traffic(traffic);
}
END_TEST

static void *send_each_thread(void *traffic)
{
	send_each(traffic);
	return NULL;
}

static void *recv_all_thread(void *traffic)
{
	recv_all(traffic);
	return NULL;
}

/* The same with threads of one process. */
START_TEST(test_threads)
{
	struct traffic *traffic = shared_alloc(sizeof(*traffic));
	pthread_t threads[SENDERS + RECEIVERS];

	open_box();
	for (unsigned int i = 0; i < ARRAY_SIZE(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL,
						i < SENDERS ? send_each_thread : recv_all_thread,
						traffic),
				 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(threads); i++)
		pthread_join(threads[i], NULL);
	check_traffic(traffic);
}
END_TEST

#define LEASED 1000

struct work {
	_Atomic unsigned int turn, done;
	_Atomic unsigned char times[LEASED];	/* how often each was acknowledged */
};

static void send_work(void *unused)
{
	for (unsigned int number = 0; number < LEASED; number++)
		expect_any(slmbx_send(BOX, (unsigned char *)&number, sizeof(number)), 0);
}

/* Acknowledges, releases, or forgets; what it is late for is another's. */
static void finish_work(struct work *work, const struct slmbx_recvv_msg *lease, unsigned int number,
			uint64_t *random)
{
	unsigned int choice = random_next(random) % 8;
	long result;

	ck_assert_uint_lt(number, LEASED);
	if (choice == 0)
		return;
	if (choice == 1) {
		settle_one(BOX, lease, SLMBX_SETTLE_RELEASE, random_next(random) % MS);
		return;
	}
	result = expect_any(settle_one(BOX, lease, SLMBX_SETTLE_ACK, 0), 0, -ESTALE);
	if (result == 0) {
		atomic_fetch_add(&work->times[number], 1);
		atomic_fetch_add(&work->done, 1);
	}
}

static void do_work(void *arg)
{
	struct work *work = arg;
	uint64_t random = random_seed(atomic_fetch_add(&work->turn, 1));
	struct slmbx_recvv_msg leases[5];
	unsigned int numbers[5];

	while (atomic_load(&work->done) < LEASED) {
		struct slmbx_recvv args = { .messages = address(leases),
					    .buf = address(numbers),
					    .size = sizeof(numbers),
					    .deadline = now() + 5 * MS,
					    .lease = 5 * MS,
					    .count = 5,
					    .id = BOX,
					    .flags = SLMBX_RECVV_LEASE };
		long got = slmbx_recvv(&args, sizeof(args));

		ck_assert_msg(got >= 0, "recvv is %s", result_name(got));
		for (long i = 0; i < got; i++)
			finish_work(work, &leases[i], numbers[i], &random);
	}
}

/* Whoever leases it, and however often: each is acknowledged once. */
START_TEST(test_leases)
{
	struct work *work = shared_alloc(sizeof(*work));
	struct crowd crowd = { .size = 0 };

	open_box();
	crowd_add(&crowd, SAME_USER, send_work, NULL);
	for (unsigned int i = 0; i < RECEIVERS; i++)
		crowd_add(&crowd, SAME_USER, do_work, work);
	crowd_wait(&crowd);
	for (unsigned int number = 0; number < LEASED; number++)
		ck_assert_msg(work->times[number] == 1, "message %u was acknowledged %u times",
			      number, work->times[number]);
	expect_held(BOX, 0, 0, 0);
	expect_empty(BOX);
}
END_TEST

#define STRICT 2500

struct strict {
	_Atomic bool done;
};

static void send_in_order(void *unused)
{
	unsigned char *bytes = malloc(MAX_LEN);

	for (unsigned int number = 0; number < STRICT; number++) {
		fill_message(bytes, number);
		expect_any(slmbx_send(BOX, bytes, len_of(number)), 0);
	}
	free(bytes);
}

static void recv_in_order(void *arg)
{
	struct strict *strict = arg;
	unsigned char *bytes = malloc(MAX_LEN);

	for (unsigned int number = 0; number < STRICT;) {
		long len = expect_any(slmbx_recv(BOX, bytes, MAX_LEN), 0, -ESRCH);

		if (len < 0) {
			sched_yield();
			continue;
		}
		if (number_of(bytes, len) != number)
			ck_abort_msg("message %u isn't next", number);
		number++;
	}
	free(bytes);
	atomic_store(&strict->done, true);
}

static void recv_badly(void *arg)
{
	struct strict *strict = arg;

	for (unsigned int i = 0; !atomic_load(&strict->done); i++)
		expect_any(slmbx_recv(BOX, bad_pointer(i % BAD_DESTINATIONS), MAX_LEN), -EFAULT,
			   -ESRCH);
}

static void send_badly(void *arg)
{
	struct strict *strict = arg;

	for (unsigned int i = 0; !atomic_load(&strict->done); i++)
		expect_any(slmbx_send(BOX, bad_pointer(i % BAD_SOURCES), i % 3 ? 9 : MAX_LEN),
			   -EFAULT);
}

/* A recv that faults has never moved the head; a send that faults was never there. */
START_TEST(test_bad_pointers_keep_the_order)
{
	struct strict *strict = shared_alloc(sizeof(*strict));
	struct crowd crowd = { .size = 0 };

	open_box();
	crowd_add(&crowd, SAME_USER, recv_in_order, strict);
	for (unsigned int i = 0; i < 2; i++)
		crowd_add(&crowd, SAME_USER, recv_badly, strict);
	crowd_add(&crowd, SAME_USER, send_badly, strict);
	crowd_add(&crowd, SAME_USER, send_in_order, strict);
	crowd_wait(&crowd);
	expect_empty(BOX);
}
END_TEST

#define BOXES 6
#define USERS_OF_BOXES 4
#define STEPS 3000

struct balance {
	_Atomic unsigned int turn;
	_Atomic int waiting[BOXES];
};

/* The number of a message tells its mailbox. */
static void use_boxes(void *arg)
{
	struct balance *balance = arg;
	uint64_t random = random_seed(atomic_fetch_add(&balance->turn, 1));
	unsigned char *bytes = malloc(MAX_LEN);

	for (unsigned int step = 0; step < STEPS; step++) {
		unsigned int box = random_next(&random) % BOXES;
		unsigned int number = step * BOXES + box;

		if (random_next(&random) % 2) {
			fill_message(bytes, number);
			expect_any(slmbx_send(1 + box, bytes, len_of(number)), 0);
			atomic_fetch_add(&balance->waiting[box], 1);
		} else {
			long len = expect_any(slmbx_recv(1 + box, bytes, MAX_LEN), 0, -ESRCH);

			if (len < 0)
				continue;
			ck_assert_msg(number_of(bytes, len) % BOXES == box,
				      "a message of another mailbox");
			atomic_fetch_sub(&balance->waiting[box], 1);
		}
	}
	free(bytes);
}

START_TEST(test_several_mailboxes)
{
	struct balance *balance = shared_alloc(sizeof(*balance));
	struct crowd crowd = { .size = 0 };

	expect(0, slmbx_init(8, 2));
	for (unsigned int box = 0; box < BOXES; box++)
		expect(0, slmbx_create(1 + box, 0));
	for (unsigned int i = 0; i < USERS_OF_BOXES; i++)
		crowd_add(&crowd, SAME_USER, use_boxes, balance);
	crowd_wait(&crowd);
	for (unsigned int box = 0; box < BOXES; box++)
		expect(balance->waiting[box], slmbx_count(1 + box));
}
END_TEST

#define PLAYERS 6
#define ROUNDS 100

struct contest {
	pthread_barrier_t start, end;
	_Atomic unsigned int winners;
	long (*play)(void);
	long lost;	/* the result of all but one */
};

static void play_rounds(void *arg)
{
	struct contest *contest = arg;

	for (unsigned int round = 0; round < ROUNDS; round++) {
		long result;

		pthread_barrier_wait(&contest->start);
		result = contest->play();
		if (result == 0)
			atomic_fetch_add(&contest->winners, 1);
		else if (result != contest->lost)
			ck_abort_msg("is %s, should be 0 or %s", result_name(result),
				     result_name(contest->lost));
		pthread_barrier_wait(&contest->end);
	}
}

static long do_nothing(void)
{
	return 0;
}

static long play_init(void)
{
	return slmbx_init(8, 2);
}

static long play_create(void)
{
	return slmbx_create(BOX, 0);
}

static long play_destroy(void)
{
	return slmbx_destroy(BOX);
}

static long play_recv(void)
{
	return slmbx_recv(BOX, NULL, 0);
}

static long create_and_send(void)
{
	return slmbx_create(BOX, 0) ?: slmbx_send(BOX, NULL, 0);
}

static const struct {
	const char *name;
	long (*set_up)(void);
	long (*before)(void);
	long (*play)(void);
	long lost;
	long (*after)(void);
} contests[] = {
	{ "init", do_nothing, do_nothing, play_init, -EEXIST, slmbx_shutdown },
	{ "shutdown", do_nothing, play_init, slmbx_shutdown, -ENODEV, do_nothing },
	{ "create", play_init, do_nothing, play_create, -EEXIST, play_destroy },
	{ "destroy", play_init, create_and_send, play_destroy, -ENOENT, do_nothing },
	{ "recv", play_init, create_and_send, play_recv, -ESRCH, play_destroy },
};

static void init_barrier(pthread_barrier_t *barrier)
{
	pthread_barrierattr_t shared;

	pthread_barrierattr_init(&shared);
	pthread_barrierattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
	ck_assert_int_eq(pthread_barrier_init(barrier, &shared, PLAYERS + 1), 0);
}

static void referee(void *arg)
{
	struct contest *contest = arg;
	unsigned int i = 0;

	while (contests[i].play != contest->play)
		i++;
	expect(0, contests[i].set_up());
	for (unsigned int round = 0; round < ROUNDS; round++) {
		atomic_store(&contest->winners, 0);
		expect(0, contests[i].before());
		pthread_barrier_wait(&contest->start);
		pthread_barrier_wait(&contest->end);
		ck_assert_msg(contest->winners == 1, "%u of %u succeeded", contest->winners,
			      PLAYERS);
		expect(0, contests[i].after());
	}
}

/* All try the same at the same moment: exactly one succeeds. */
START_TEST(test_one_winner)
{
	struct contest *contest = shared_alloc(sizeof(*contest));
	struct crowd crowd = { .size = 0 };

	contest->play = contests[_i].play;
	contest->lost = contests[_i].lost;
	init_barrier(&contest->start);
	init_barrier(&contest->end);
	for (unsigned int i = 0; i < PLAYERS; i++)
		crowd_add(&crowd, SAME_USER, play_rounds, contest);
	crowd_add(&crowd, SAME_USER, referee, contest);
	crowd_wait(&crowd);
}
END_TEST

static void winner_name(int row, char *name, size_t size)
{
	snprintf(name, size, "one winner of %s", contests[row].name);
}

/* The races: what a call may answer while mailboxes and the system come and go. */
struct race {
	_Atomic unsigned int seed;
	_Atomic bool over;
	unsigned int rounds;	/* of mailboxes that come and go */
};

static void race_boxes(void *arg)
{
	struct race *race = arg;
	uint64_t random = random_seed(race->seed++);

	for (unsigned int i = 0; i < race->rounds; i++) {
		unsigned int id = 1 + random_next(&random) % 3;

		expect_any(slmbx_create(id, 0), 0, -EEXIST, -ENODEV);
		if (i % 4 == 0)
			sched_yield();
		expect_any(slmbx_destroy(id), 0, -ENOENT, -ENODEV);
	}
	race->over = true;
}

static void race_system(void *arg)
{
	struct race *race = arg;

	while (!race->over) {
		expect_any(slmbx_shutdown(), 0, -ENODEV);
		expect_any(slmbx_init(4, 2), 0, -EEXIST);
		usleep(500);
	}
}

static void race_send(void *arg)
{
	struct race *race = arg;
	unsigned char *bytes = malloc(MAX_LEN);

	for (unsigned int number = 0; !race->over; number++) {
		fill_message(bytes, number);
		expect_any(slmbx_send(1 + number % 3, bytes, len_of(number)), 0, -ENOENT, -ENODEV);
	}
	free(bytes);
}

static void race_recv(void *arg)
{
	struct race *race = arg;
	unsigned char *bytes = malloc(MAX_LEN);

	for (unsigned int i = 0; !race->over; i++) {
		long len = expect_any(slmbx_recv(1 + i % 3, bytes, MAX_LEN), 0, -ESRCH, -ENOENT,
				      -ENODEV);

		if (len >= 0 && number_of(bytes, len) % 3 != i % 3)
			ck_abort_msg("a message of another mailbox");
	}
	free(bytes);
}

static void race_recv_badly(void *arg)
{
	struct race *race = arg;

	for (unsigned int i = 0; !race->over; i++)
		expect_any(slmbx_recv(1 + i % 3, NULL, MAX_LEN), -EFAULT, -ESRCH, -ENOENT, -ENODEV);
}

static void race_look(void *arg)
{
	struct race *race = arg;

	for (unsigned int i = 0; !race->over; i++) {
		expect_any(slmbx_count(1 + i % 3), 0, -ENOENT, -ENODEV);
		expect_any(slmbx_length(1 + i % 3), 0, -ESRCH, -ENOENT, -ENODEV);
	}
}

/* The same with what waits, leases and comes back: in mailboxes that are dead letters' too. */
static void race_sendv(void *arg)
{
	struct race *race = arg;
	static const unsigned char bytes[64];
	struct slmbx_sendv_msg messages[3] = {
		{ .data = address(bytes), .len = 64 },
		{ .data = address(bytes), .len = 3, .delay = MS },
		{ .len = 0, .ttl = MS },
	};
	struct slmbx_sendv args = { .messages = address(messages), .count = 3 };

	for (unsigned int i = 0; !race->over; i++) {
		args.id = 1 + i % 3;
		expect_any(slmbx_sendv(&args, sizeof(args)), 0, -ENOENT, -ENODEV);
	}
}

static void race_settle(unsigned int id, const struct slmbx_recvv_msg *leases, unsigned int count,
			unsigned int turn)
{
	struct slmbx_settle_item items[4];
	struct slmbx_settle args = { .items = address(items), .count = count, .id = id };

	for (unsigned int i = 0; i < count; i++)
		items[i] = (struct slmbx_settle_item){ .seq = leases[i].seq,
						       .token = leases[i].token,
						       .action = (turn + i) % 2 ?
									 SLMBX_SETTLE_ACK :
									 SLMBX_SETTLE_RELEASE };
	expect_any(slmbx_settle(&args, sizeof(args)), 0, -ENOENT, -ENODEV);
}

static void race_recvv(void *arg)
{
	static const unsigned int flags[] = { SLMBX_RECVV_LEASE, 0, SLMBX_RECVV_PEEK };
	struct race *race = arg;
	struct slmbx_recvv_msg messages[4];
	unsigned char bytes[256];

	for (unsigned int i = 0; !race->over; i++) {
		struct slmbx_recvv args = { .messages = address(messages),
					    .buf = address(bytes),
					    .size = sizeof(bytes),
					    .deadline = now() + MS,
					    .lease = i % 3 ? 0 : MS,
					    .count = 4,
					    .id = 1 + i / 3 % 3,
					    .flags = flags[i % 3] };
		long got;

		got = expect_any(slmbx_recvv(&args, sizeof(args)), 0, -ENOENT, -ENODEV);
		if (got > 0 && args.lease)
			race_settle(args.id, messages, (unsigned int)got, i / 3);
	}
}

static void race_setattr(void *arg)
{
	struct race *race = arg;
	unsigned int ids[3];
	struct slmbx_list list = { .ids = address(ids), .count = 3 };

	for (unsigned int i = 0; !race->over; i++) {
		const struct slmbx_setattr attributes = { .id = 1 + i % 3,
							  .dead_letter = i / 3 % 4,
							  .max_deliveries = i % 4,
							  .mask = SLMBX_ATTR_DEAD_LETTER |
								  SLMBX_ATTR_MAX_DELIVERIES };
		struct slmbx_stat st;

		expect_any(slmbx_setattr(&attributes, sizeof(attributes)), 0, -ELOOP, -ENOENT,
			   -ENODEV);
		expect_any(slmbx_list(&list, sizeof(list)), 0, -ENODEV);
		expect_any(slmbx_stat(1 + i % 3, &st, sizeof(st)), 0, -ENOENT, -ENODEV);
		if (i % 50 == 0)
			expect_any(slmbx_purge(1 + i % 3), 0, -ENOENT, -ENODEV);
	}
}

START_TEST(test_delivery_races)
{
	struct race *race = shared_alloc(sizeof(*race));
	struct crowd crowd = { .size = 0 };

	race->rounds = 800;
	expect(0, slmbx_init(4, 2));
	crowd_add(&crowd, SAME_USER, race_boxes, race);
	crowd_add(&crowd, SAME_USER, race_setattr, race);
	for (unsigned int i = 0; i < 2; i++) {
		crowd_add(&crowd, SAME_USER, race_sendv, race);
		crowd_add(&crowd, SAME_USER, race_recvv, race);
	}
	if (_i)
		crowd_add(&crowd, SAME_USER, race_system, race);
	crowd_wait(&crowd);
}
END_TEST

static void delivery_race_name(int row, char *name, size_t size)
{
	snprintf(name, size, "deliveries race %s",
		 row ? "create, destroy, init and shutdown" : "create and destroy");
}

START_TEST(test_races)
{
	struct race *race = shared_alloc(sizeof(*race));
	struct crowd crowd = { .size = 0 };

	race->rounds = 3000;
	expect(0, slmbx_init(4, 2));
	for (unsigned int i = 0; i < 2; i++) {
		crowd_add(&crowd, SAME_USER, race_boxes, race);
		crowd_add(&crowd, SAME_USER, race_send, race);
		crowd_add(&crowd, SAME_USER, race_recv, race);
	}
	crowd_add(&crowd, SAME_USER, race_recv_badly, race);
	crowd_add(&crowd, SAME_USER, race_look, race);
	if (_i)
		crowd_add(&crowd, SAME_USER, race_system, race);
	crowd_wait(&crowd);
}
END_TEST

static void race_name(int row, char *name, size_t size)
{
	snprintf(name, size, "calls race %s",
		 row ? "create, destroy, init and shutdown" : "create and destroy");
}

/* What a mailbox held ends with it: never does a later one of its id deliver it. */
struct lives {
	_Atomic unsigned int ended;	/* lives whose destroy has returned */
	_Atomic bool over;
};

static void live_and_die(void *arg)
{
	struct lives *lives = arg;

	for (unsigned int life = 1; life <= 600; life++) {
		expect_any(slmbx_create(BOX, 0), 0);
		for (unsigned int i = 0; i < 3; i++)
			expect_any(slmbx_send(BOX, (unsigned char *)&life, sizeof(life)), 0);
		expect_any(slmbx_destroy(BOX), 0);
		lives->ended = life;
	}
	lives->over = true;
}

static void recv_from_the_living(void *arg)
{
	struct lives *lives = arg;

	while (!lives->over) {
		unsigned int ended = lives->ended, life;
		long len = expect_any(slmbx_recv(BOX, (unsigned char *)&life, sizeof(life)), 0,
				      -ESRCH, -ENOENT);

		if (len >= 0 && life <= ended)
			ck_abort_msg("a message of life %u after the end of life %u", life, ended);
	}
}

START_TEST(test_messages_end_with_their_mailbox)
{
	struct lives *lives = shared_alloc(sizeof(*lives));
	struct crowd crowd = { .size = 0 };

	expect(0, slmbx_init(4, 2));
	for (unsigned int i = 0; i < 3; i++)
		crowd_add(&crowd, SAME_USER, recv_from_the_living, lives);
	crowd_add(&crowd, SAME_USER, live_and_die, lives);
	crowd_wait(&crowd);
}
END_TEST

static void on_alarm(int sig)
{
}

/* Signals without SA_RESTART, far more often than calls end. */
static void start_storm(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct itimerval every = { { 0, 300 }, { 0, 300 } };

	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &every, NULL), 0);
}

static void stop_storm(void)
{
	struct itimerval never = { 0 };

	ck_assert_int_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
}

static void call_in_storm(void *unused)
{
	start_storm();
	for (unsigned int i = 0; i < 100; i++) {
		unsigned int len = i % 50 == 0 ? 8 << 20 : i % 10 == 0 ? 1 << 20 : i;

		expect(0, slmbx_create(7 + i, 1));
		send_pattern(7 + i, len, i);
		send_pattern(7 + i, 1, i);
		expect(2, slmbx_count(7 + i));
		expect(len, slmbx_length(7 + i));
		if (len)
			expect(-EFAULT, slmbx_recv(7 + i, NULL, len));
		recv_pattern(7 + i, len, len, i);
		expect(0, slmbx_destroy(7 + i));
	}
	stop_storm();
}

static void init_in_storm(void *unused)
{
	start_storm();
	for (unsigned int i = 0; i < 50; i++) {
		expect(0, slmbx_init(8, 2));
		expect(0, slmbx_shutdown());
	}
	stop_storm();
}

/* Never EINTR, whatever interrupts; and all bytes are right. */
START_TEST(test_signals)
{
	as_user(SAME_USER, init_in_storm, NULL);
	expect(0, slmbx_init(8, 2));
	as_user(SAME_USER, call_in_storm, NULL);
}
END_TEST

static void use_own_box(void *arg)
{
	unsigned int id = 1 + *(unsigned int *)arg;

	expect(0, slmbx_create(id, 1));
	send_pattern(id, 5000, id);
	recv_pattern(id, 5000, 5000, id);
	expect(0, slmbx_destroy(id));
}

static void *call_until_over(void *arg)
{
	struct race *race = arg;
	unsigned int i;

	for (i = 0; !race->over; i++) {
		expect_any(slmbx_send(BOX, (unsigned char *)&i, sizeof(i)), 0);
		expect_any(slmbx_recv(BOX, (unsigned char *)&i, sizeof(i)), 0);
	}
	return NULL;
}

/* Processes forked while another thread is in a call: both sides go on. */
START_TEST(test_fork_beside_calls)
{
	struct race *race = shared_alloc(sizeof(*race));
	pthread_t thread;

	open_box();
	ck_assert_int_eq(pthread_create(&thread, NULL, call_until_over, race), 0);
	for (unsigned int i = 100; i < 200; i++)
		as_user(SAME_USER, use_own_box, &i);
	race->over = true;
	pthread_join(thread, NULL);
	expect_empty(BOX);
}
END_TEST

Suite *concurrency_suite(void)
{
	Suite *suite = suite_create("concurrency");
	TCase *tc = harness_case(suite, "concurrency/traffic", 30);

	tcase_add_test(tc, test_senders_and_receivers);
	tcase_add_test(tc, test_threads);
	tcase_add_test(tc, test_bad_pointers_keep_the_order);
	tcase_add_test(tc, test_several_mailboxes);
	tcase_add_test(tc, test_leases);
	tc = harness_case(suite, "concurrency/races", 30);
	harness_add_rows(tc, test_one_winner, ARRAY_SIZE(contests), winner_name);
	harness_add_rows(tc, test_races, 2, race_name);
	harness_add_rows(tc, test_delivery_races, 2, delivery_race_name);
	tcase_add_test(tc, test_messages_end_with_their_mailbox);
	tc = harness_case(suite, "concurrency/interruptions", 30);
	tcase_add_test(tc, test_signals);
	tcase_add_test(tc, test_fork_beside_calls);
	return suite;
}
