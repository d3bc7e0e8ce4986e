// SPDX-License-Identifier: MIT
/* The shim's clock, and the work that is done by it. */
#include <pthread.h>
#include <semaphore.h>

#include <linux/container_of.h>
#include <linux/jiffies.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "people.h"
#include "shim.h"
#include "unit.h"

#define WORKS	4

/* Work that writes down when it was done, and says so. */
struct note {
	struct delayed_work work;
	unsigned int number;
	u64 again;
	unsigned int times;
};

static unsigned int done;	/* a digit for each, as they were done */
static pthread_t done_by;
static sem_t was_done;

static void write_down(struct work_struct *work)
{
	struct note *note = container_of(work, struct note, work.work);

	done = done * 10 + note->number;
	done_by = pthread_self();
	note->times++;
	if (note->again)
		mod_delayed_work(system_wq, &note->work, nsecs_to_jiffies(note->again));
	sem_post(&was_done);
}

static struct note notes[WORKS];

static void begin(void)
{
	people_begin();
	sem_init(&was_done, 0, 0);
	done = 0;
	for (unsigned int i = 0; i < WORKS; i++) {
		notes[i] = (struct note){ .number = i + 1 };
		INIT_DELAYED_WORK(&notes[i].work, write_down);
	}
}

static bool queue(unsigned int number, u64 ns)
{
	return mod_delayed_work(system_wq, &notes[number - 1].work, nsecs_to_jiffies(ns));
}

static void wait_until_done(void)
{
	while (sem_wait(&was_done))
		;
}

START_TEST(a_stopped_clock_stands_still)
{
	people_begin();
	shim_clock_stop(1000);
	ck_assert_uint_eq(ktime_get_ns(), 1000);
	ck_assert_uint_eq(ktime_get_coarse_ns(), 1000);
	shim_clock_advance(234);
	ck_assert_uint_eq(ktime_get_ns(), 1234);
	ck_assert_uint_eq(ktime_get_coarse_ns(), 1234);
	shim_clock_run();
	ck_assert_uint_gt(ktime_get_ns(), 1234);
	people_end();
}
END_TEST

START_TEST(the_coarse_clock_is_never_ahead)
{
	for (unsigned int i = 0; i < 10000; i++) {
		u64 coarse = ktime_get_coarse_ns();

		expect(coarse <= ktime_get_ns(), "it is");
	}
}
END_TEST

START_TEST(work_is_done_by_when_it_is_due)
{
	begin();
	shim_clock_stop(0);
	ck_assert(!queue(1, 30));
	ck_assert(!queue(2, 10));
	ck_assert(!queue(3, 30));
	ck_assert(!queue(4, 20));
	shim_clock_advance(9);
	ck_assert_uint_eq(done, 0);
	shim_clock_advance(1);
	ck_assert_uint_eq(done, 2);
	shim_clock_advance(100);
	ck_assert_uint_eq(done, 2413);
	ck_assert(pthread_equal(done_by, pthread_self()));
	people_end();
}
END_TEST

START_TEST(work_is_due_when_it_was_said_last)
{
	begin();
	shim_clock_stop(0);
	ck_assert(!queue(1, 10));
	ck_assert(queue(1, 30));
	ck_assert(!queue(2, 20));
	ck_assert(queue(2, 5));
	shim_clock_advance(20);
	ck_assert_uint_eq(done, 2);
	shim_clock_advance(10);
	ck_assert_uint_eq(done, 21);
	shim_clock_advance(100);
	ck_assert_uint_eq(done, 21);
	people_end();
}
END_TEST

START_TEST(work_queues_itself_again)
{
	begin();
	shim_clock_stop(0);
	notes[0].again = 10;
	queue(1, 10);
	for (unsigned int i = 1; i <= 5; i++) {
		shim_clock_advance(10);
		ck_assert_uint_eq(notes[0].times, i);
	}
	/* Late: it counts from when it is done. */
	shim_clock_advance(100);
	ck_assert_uint_eq(notes[0].times, 6);
	ck_assert(cancel_delayed_work_sync(&notes[0].work));
	shim_clock_advance(100);
	ck_assert_uint_eq(notes[0].times, 6);
	people_end();
}
END_TEST

START_TEST(cancelled_work_is_not_done)
{
	begin();
	shim_clock_stop(0);
	queue(1, 10);
	queue(2, 10);
	ck_assert(cancel_delayed_work_sync(&notes[0].work));
	ck_assert(!cancel_delayed_work_sync(&notes[0].work));
	shim_clock_advance(10);
	ck_assert_uint_eq(done, 2);
	ck_assert(!cancel_delayed_work_sync(&notes[1].work));
	people_end();
}
END_TEST

START_TEST(a_thread_does_work_in_time)
{
	begin();
	queue(1, NSEC_PER_MSEC);
	wait_until_done();
	ck_assert_uint_eq(done, 1);
	ck_assert(!pthread_equal(done_by, pthread_self()));
	/* One that is due before what the thread waits for. */
	queue(2, 3600 * (u64)NSEC_PER_SEC);
	queue(3, 0);
	wait_until_done();
	ck_assert_uint_eq(done, 13);
	ck_assert(cancel_delayed_work_sync(&notes[1].work));
	people_end();
}
END_TEST

START_TEST(work_waits_while_the_clock_is_stopped)
{
	begin();
	shim_clock_stop(ktime_get_ns());
	queue(1, 0);
	ck_assert_uint_eq(done, 0);
	shim_clock_run();
	wait_until_done();
	ck_assert_uint_eq(done, 1);
	shim_clock_stop(ktime_get_ns());
	queue(2, 0);
	ck_assert_uint_eq(done, 1);
	shim_clock_advance(0);
	ck_assert_uint_eq(done, 12);
	people_end();
}
END_TEST

START_TEST(work_stays_pending_without_the_thread)
{
	begin();
	queue(1, 0);
	wait_until_done();
	queue(2, 3600 * (u64)NSEC_PER_SEC);
	shim_work_stop();
	shim_work_stop();
	queue(3, 0);
	wait_until_done();
	ck_assert_uint_eq(done, 13);
	ck_assert(cancel_delayed_work_sync(&notes[1].work));
	people_end();
}
END_TEST

/* Work that isn't over before it is let go. */
static sem_t begun, let_go;
static bool over;

static void take_long(struct work_struct *work)
{
	sem_post(&begun);
	while (sem_wait(&let_go))
		;
	over = true;
}

static DECLARE_DELAYED_WORK(long_work, take_long);

static void *let_it_go(void *arg)
{
	sleep_ms(20);
	sem_post(&let_go);
	return arg;
}

/* While it is done, in the thread: @then must wait for its end. */
static void expect_waits(void (*then)(void))
{
	pthread_t helper;

	people_begin();
	sem_init(&begun, 0, 0);
	sem_init(&let_go, 0, 0);
	mod_delayed_work(system_wq, &long_work, 0);
	while (sem_wait(&begun))
		;
	ck_assert_int_eq(pthread_create(&helper, NULL, let_it_go, NULL), 0);
	then();
	ck_assert(over);
	pthread_join(helper, NULL);
	people_end();
}

static void cancel(void)
{
	ck_assert(!cancel_delayed_work_sync(&long_work));
}

static void stop(void)
{
	shim_clock_stop(0);
}

START_TEST(cancelling_waits_for_what_is_being_done)
{
	expect_waits(cancel);
}
END_TEST

START_TEST(stopping_the_clock_waits_for_what_is_being_done)
{
	expect_waits(stop);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("clock");
	TCase *clock = unit_case(suite, "clock"), *work = unit_case(suite, "work");

	tcase_add_test(clock, a_stopped_clock_stands_still);
	tcase_add_test(clock, the_coarse_clock_is_never_ahead);
	tcase_add_test(work, work_is_done_by_when_it_is_due);
	tcase_add_test(work, work_is_due_when_it_was_said_last);
	tcase_add_test(work, work_queues_itself_again);
	tcase_add_test(work, cancelled_work_is_not_done);
	tcase_add_test(work, a_thread_does_work_in_time);
	tcase_add_test(work, work_waits_while_the_clock_is_stopped);
	tcase_add_test(work, work_stays_pending_without_the_thread);
	tcase_add_test(work, cancelling_waits_for_what_is_being_done);
	tcase_add_test(work, stopping_the_clock_waits_for_what_is_being_done);
	return unit_run(suite);
}
