// SPDX-License-Identifier: MIT
/*
 * The same call by all in the same moment: each is atomic, so one wins and the others get the answer
 * of having come after it.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "harness/driver.h"

#define RACERS 6
#define ROUNDS 150

/**
 * struct race - one call, made by all racers in the same moment, again and again
 * @prepare: before each round, by one of them
 * @call: what they do
 * @loser: what all but one must get; the one gets a non-negative number
 */
struct race {
	void (*prepare)(unsigned int round);
	long (*call)(unsigned int round);
	long loser;
	pthread_barrier_t barrier;
	atomic_uint winners;
};

static void racer(unsigned int index, void *shared)
{
	struct race *race = shared;

	for (unsigned int round = 0; round < ROUNDS; round++) {
		long result;

		if (index == 0) {
			atomic_store(&race->winners, 0);
			race->prepare(round);
		}
		pthread_barrier_wait(&race->barrier);
		result = race->call(round);
		if (result >= 0)
			atomic_fetch_add(&race->winners, 1);
		else
			expect(result, race->loser);
		pthread_barrier_wait(&race->barrier);
		ck_assert_uint_eq(atomic_load(&race->winners), 1);
		pthread_barrier_wait(&race->barrier);
	}
}

static void one_wins(void (*prepare)(unsigned int round), long (*call)(unsigned int round),
		     long loser)
{
	struct race *race = shared_memory(sizeof(*race));
	pthread_barrierattr_t attributes;

	race->prepare = prepare;
	race->call = call;
	race->loser = loser;
	pthread_barrierattr_init(&attributes);
	pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	ck_assert(!pthread_barrier_init(&race->barrier, &attributes, RACERS));
	together(RACERS, racer, race);
}

static void prepare_nothing(unsigned int round)
{
}

static void prepare_mailbox(unsigned int round)
{
	expect(slmbx_create(round + 1, 0), 0);
}

static void prepare_message(unsigned int round)
{
	if (round == 0)
		expect(slmbx_create(1, 0), 0);
	expect(slmbx_send(1, (unsigned char *)&round, sizeof(round)), 0);
}

static void prepare_unset(unsigned int round)
{
	expect(slmbx_shutdown(), 0);
}

static void prepare_set_up(unsigned int round)
{
	long result = slmbx_init(16, 4);

	ck_assert(result == 0 || result == -EEXIST);
}

static long call_create(unsigned int round)
{
	return slmbx_create(round + 1, 0);
}

static long call_destroy(unsigned int round)
{
	return slmbx_destroy(round + 1);
}

static long call_recv(unsigned int round)
{
	unsigned int got;
	long result = slmbx_recv(1, (unsigned char *)&got, sizeof(got));

	ck_assert(result < 0 || (result == sizeof(got) && got == round));
	return result;
}

static long call_init(unsigned int round)
{
	return slmbx_init(16, 4);
}

static long call_shutdown(unsigned int round)
{
	return slmbx_shutdown();
}

START_TEST(one_creates)
{
	one_wins(prepare_nothing, call_create, -EEXIST);
}
END_TEST

START_TEST(one_destroys)
{
	one_wins(prepare_mailbox, call_destroy, -ENOENT);
}
END_TEST

START_TEST(one_receives)
{
	one_wins(prepare_message, call_recv, -ESRCH);
}
END_TEST

START_TEST(one_inits)
{
	one_wins(prepare_unset, call_init, -EEXIST);
}
END_TEST

START_TEST(one_shuts_down)
{
	one_wins(prepare_set_up, call_shutdown, -ENODEV);
	expect(slmbx_init(16, 4), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("race");
	TCase *races = driver_case_ready(suite, "races", 240);

	tcase_add_test(races, one_creates);
	tcase_add_test(races, one_destroys);
	tcase_add_test(races, one_receives);
	tcase_add_test(races, one_inits);
	tcase_add_test(races, one_shuts_down);
	return driver_run(suite);
}
