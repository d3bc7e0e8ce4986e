// SPDX-License-Identifier: MIT
/* The shim's wait queues and sleeps: that they do what the kernel's do. */
#include <poll.h>
#include <unistd.h>

#include <linux/errno.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/sched/signal.h>
#include <linux/timekeeping.h>
#include <linux/wait.h>

#include "clock.h"
#include "people.h"
#include "shim.h"
#include "threads.h"
#include "unit.h"

#define SLEEPERS	5
#define TURNS		5000

static struct wait_queue_head queue;

/* One that sleeps in the queue, until it is woken or @deadline. */
struct sleeper {
	struct worker worker;
	int flags;
	bool forever;
	ktime_t deadline;
	long interrupted;
	int result;
};

static void sleep_in_queue(struct worker *worker)
{
	struct sleeper *sleeper = container_of(worker, struct sleeper, worker);
	struct wait_queue_entry entry;

	init_wait_entry(&entry, sleeper->flags);
	sleeper->interrupted = prepare_to_wait_event(&queue, &entry, TASK_INTERRUPTIBLE);
	if (!sleeper->interrupted)
		sleeper->result = schedule_hrtimeout(sleeper->forever ? NULL : &sleeper->deadline,
						     HRTIMER_MODE_ABS);
	finish_wait(&queue, &entry);
}

/* Who is in the queue, as a number with a digit for each, first to last: its task's uid. */
static unsigned int who_waits(void)
{
	struct wait_queue_entry *entry;
	unsigned int digits = 0;

	spin_lock(&queue.lock);
	list_for_each_entry(entry, &queue.head, entry)
		digits = digits * 10 + __kuid_val(((struct task_struct *)entry->private)->fsuid);
	spin_unlock(&queue.lock);
	return digits;
}

static unsigned int waiting(void)
{
	unsigned int n = 0;

	for (unsigned int digits = who_waits(); digits; digits /= 10)
		n++;
	return n;
}

/* Starts them one after the other; the first is 1. */
static void start(struct sleeper *sleepers, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		sleepers[i].worker.run = sleep_in_queue;
		sleepers[i].worker.task.fsuid = (kuid_t)KUIDT_INIT(i + 1);
		workers_start(&sleepers[i].worker, 1, 0);
		while (waiting() < i + 1)
			sleep_ms(1);
	}
}

static void end(struct sleeper *sleepers, unsigned int n, int result)
{
	for (unsigned int i = 0; i < n; i++) {
		workers_end(&sleepers[i].worker, 1);
		expect_result(sleepers[i].interrupted, 0);
		expect_result(sleepers[i].result, result);
	}
}

static void begin(void)
{
	people_begin();
	init_waitqueue_head(&queue);
}

START_TEST(wakes_exclusive_ones_in_their_order)
{
	struct sleeper sleepers[SLEEPERS] = {};

	begin();
	ck_assert(!waitqueue_active(&queue));
	for (unsigned int i = 0; i < SLEEPERS; i++)
		sleepers[i] = (struct sleeper){ .flags = WQ_FLAG_EXCLUSIVE, .forever = true };
	start(sleepers, SLEEPERS);
	ck_assert(waitqueue_active(&queue));
	ck_assert_uint_eq(who_waits(), 12345);
	wake_up_interruptible(&queue);
	ck_assert_uint_eq(who_waits(), 2345);
	end(&sleepers[0], 1, -EINTR);
	wake_up_interruptible_nr(&queue, 2);
	ck_assert_uint_eq(who_waits(), 45);
	end(&sleepers[1], 2, -EINTR);
	wake_up_interruptible_all(&queue);
	ck_assert_uint_eq(who_waits(), 0);
	end(&sleepers[3], 2, -EINTR);
	people_end();
}
END_TEST

START_TEST(wakes_all_that_are_not_exclusive)
{
	struct sleeper sleepers[] = {
		{ .flags = WQ_FLAG_EXCLUSIVE, .forever = true },
		{ .forever = true },
		{ .flags = WQ_FLAG_EXCLUSIVE, .forever = true },
		{ .forever = true },
	};

	begin();
	start(sleepers, 4);
	ck_assert_uint_eq(who_waits(), 4213);
	wake_up_interruptible(&queue);
	ck_assert_uint_eq(who_waits(), 3);
	wake_up_interruptible(&queue);
	ck_assert_uint_eq(who_waits(), 0);
	end(sleepers, 4, -EINTR);
	people_end();
}
END_TEST

/* As one that timed out and hasn't left the queue yet: a wake-up is for the next. */
START_TEST(passes_over_who_is_awake)
{
	struct sleeper sleeper = { .flags = WQ_FLAG_EXCLUSIVE, .forever = true };
	struct wait_queue_entry entry;

	begin();
	become_uid(7);
	init_wait_entry(&entry, WQ_FLAG_EXCLUSIVE);
	expect_result(prepare_to_wait_event(&queue, &entry, TASK_INTERRUPTIBLE), 0);
	sleeper.worker.run = sleep_in_queue;
	sleeper.worker.task.fsuid = (kuid_t)KUIDT_INIT(1);
	workers_start(&sleeper.worker, 1, 0);
	while (waiting() < 2)
		sleep_ms(1);
	current->state = TASK_RUNNING;
	wake_up_interruptible(&queue);
	ck_assert_uint_eq(who_waits(), 7);
	end(&sleeper, 1, -EINTR);
	finish_wait(&queue, &entry);
	ck_assert_uint_eq(who_waits(), 0);
	people_end();
}
END_TEST

START_TEST(stays_where_it_is_when_it_prepares_again)
{
	struct wait_queue_entry first, second;

	begin();
	become_uid(1);
	init_wait_entry(&first, WQ_FLAG_EXCLUSIVE);
	init_wait_entry(&second, WQ_FLAG_EXCLUSIVE);
	expect_result(prepare_to_wait_event(&queue, &first, TASK_INTERRUPTIBLE), 0);
	expect_result(prepare_to_wait_event(&queue, &second, TASK_INTERRUPTIBLE), 0);
	expect_result(prepare_to_wait_event(&queue, &first, TASK_INTERRUPTIBLE), 0);
	ck_assert_ptr_eq(queue.head.next, &first.entry);
	ck_assert_ptr_eq(queue.head.prev, &second.entry);
	finish_wait(&queue, &first);
	finish_wait(&queue, &second);
	people_end();
}
END_TEST

START_TEST(a_signal_keeps_from_waiting)
{
	struct wait_queue_entry entry;

	begin();
	become_uid(1);
	init_wait_entry(&entry, WQ_FLAG_EXCLUSIVE);
	expect_result(prepare_to_wait_event(&queue, &entry, TASK_INTERRUPTIBLE), 0);
	shim_interrupt(current);
	ck_assert(signal_pending(current));
	expect_result(schedule_hrtimeout(NULL, HRTIMER_MODE_ABS), -EINTR);
	ck_assert_uint_eq(who_waits(), 1);
	expect_result(prepare_to_wait_event(&queue, &entry, TASK_INTERRUPTIBLE), -ERESTARTSYS);
	ck_assert_uint_eq(who_waits(), 0);
	finish_wait(&queue, &entry);
	people_end();
}
END_TEST

START_TEST(a_signal_ends_a_sleep)
{
	struct sleeper sleeper = { .forever = true };

	begin();
	start(&sleeper, 1);
	shim_interrupt(&sleeper.worker.task);
	end(&sleeper, 1, -EINTR);
	people_end();
}
END_TEST

START_TEST(a_wake_up_before_the_sleep_ends_it)
{
	struct wait_queue_entry entry;
	ktime_t never = KTIME_MAX;

	begin();
	become_uid(1);
	init_wait_entry(&entry, WQ_FLAG_EXCLUSIVE);
	expect_result(prepare_to_wait_event(&queue, &entry, TASK_INTERRUPTIBLE), 0);
	wake_up_interruptible(&queue);
	expect_result(schedule_hrtimeout(NULL, HRTIMER_MODE_ABS), -EINTR);
	expect_result(prepare_to_wait_event(&queue, &entry, TASK_INTERRUPTIBLE), 0);
	wake_up_interruptible(&queue);
	expect_result(schedule_hrtimeout(&never, HRTIMER_MODE_ABS), -EINTR);
	ck_assert_uint_eq(current->state, TASK_RUNNING);
	finish_wait(&queue, &entry);
	people_end();
}
END_TEST

START_TEST(a_moment_that_is_over_ends_a_sleep)
{
	ktime_t past = ktime_get_ns();

	begin();
	current->state = TASK_INTERRUPTIBLE;
	expect_result(schedule_hrtimeout(&past, HRTIMER_MODE_ABS), 0);
	ck_assert_uint_eq(current->state, TASK_RUNNING);
	current->state = TASK_INTERRUPTIBLE;
	past = ktime_get_ns() + 1000000;
	expect_result(schedule_hrtimeout(&past, HRTIMER_MODE_ABS), 0);
	ck_assert_int_ge(ktime_get_ns(), past);
	people_end();
}
END_TEST

START_TEST(a_stopped_clock_ends_sleeps_when_it_is_advanced)
{
	struct sleeper sleepers[] = {
		{ .deadline = 1300 },
		{ .deadline = 1100 },
		{ .deadline = 1200 },
	};

	begin();
	shim_clock_stop(1000);
	start(sleepers, 3);
	shim_clock_advance(99);
	ck_assert_uint_eq(waiting(), 3);
	shim_clock_advance(1);
	end(&sleepers[1], 1, 0);
	ck_assert_uint_eq(waiting(), 2);
	shim_clock_advance(200);
	end(&sleepers[0], 1, 0);
	end(&sleepers[2], 1, 0);
	people_end();
}
END_TEST

START_TEST(a_clock_that_goes_again_ends_sleeps)
{
	struct sleeper sleeper = { .deadline = ktime_get_ns() };

	begin();
	shim_clock_stop(0);
	start(&sleeper, 1);
	shim_clock_run();
	end(&sleeper, 1, 0);
	people_end();
}
END_TEST

/*
 * Two that wake each other in turn. Each looks at the turn between setting its state and
 * sleeping; the other may give it in that very moment, and never again.
 */
static struct {
	struct wait_queue_head queue;
	unsigned int turn;
	ktime_t *deadline;
} game;

static void wait_for_turn(unsigned int turn)
{
	struct wait_queue_entry entry;

	init_wait_entry(&entry, WQ_FLAG_EXCLUSIVE);
	for (;;) {
		expect_result(prepare_to_wait_event(&game.queue, &entry, TASK_INTERRUPTIBLE), 0);
		if (READ_ONCE(game.turn) >= turn)
			break;
		expect_result(schedule_hrtimeout(game.deadline, HRTIMER_MODE_ABS), -EINTR);
	}
	finish_wait(&game.queue, &entry);
}

static void play(struct worker *worker)
{
	for (unsigned int turn = worker->number; turn < TURNS; turn += 2) {
		wait_for_turn(turn);
		__atomic_store_n(&game.turn, turn + 1, __ATOMIC_SEQ_CST);
		wake_up_interruptible_all(&game.queue);
	}
}

static bool take_away(struct task_struct *task, short revents)
{
	char byte;

	return read(task->watch->fd, &byte, 1) == 1 && byte == 'i';
}

static void play_game(const struct shim_watch *watch, ktime_t *deadline)
{
	struct worker players[2] = {};

	people_begin();
	init_waitqueue_head(&game.queue);
	game.turn = 0;
	game.deadline = deadline;
	for (unsigned int i = 0; i < 2; i++) {
		players[i].run = play;
		players[i].task.watch = watch;
	}
	workers_start(players, 2, 0);
	workers_end(players, 2);
	ck_assert_uint_eq(game.turn, TURNS);
	people_end();
}

START_TEST(no_wake_up_is_lost)
{
	ktime_t never = KTIME_MAX;

	play_game(NULL, _i ? &never : NULL);
}
END_TEST

START_TEST(no_wake_up_is_lost_while_a_file_is_heeded)
{
	struct shim_watch watch = { .events = POLLIN, .interrupts = take_away };
	ktime_t never = KTIME_MAX;
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	watch.fd = ends[0];
	play_game(&watch, _i ? &never : NULL);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

/* One that came after the task had looked and before it slept. */
START_TEST(a_wake_is_kept_until_a_sleep_ended_for_it)
{
	struct shim_watch watch = { .events = POLLIN, .interrupts = take_away };
	int ends[2];

	begin();
	ck_assert_int_eq(pipe(ends), 0);
	watch.fd = ends[0];
	current->watch = _i ? &watch : NULL;
	shim_wake(current);
	shim_wake(current);
	shim_sleep(SHIM_FOREVER);
	/* And no longer. */
	shim_sleep(ktime_get_ns() + 1000000);
	ck_assert(!current->woken);
	close(ends[0]);
	close(ends[1]);
	people_end();
}
END_TEST

START_TEST(a_file_that_is_heeded_interrupts)
{
	struct shim_watch watch = { .events = POLLIN, .interrupts = take_away };
	struct sleeper sleeper = { .forever = true, .worker.task.watch = &watch };
	struct pollfd left = { .events = POLLIN };
	int ends[2];

	begin();
	ck_assert_int_eq(pipe(ends), 0);
	watch.fd = ends[0];
	left.fd = ends[0];
	start(&sleeper, 1);
	/* What doesn't interrupt it is taken away. */
	ck_assert_int_eq(write(ends[1], "-", 1), 1);
	while (poll(&left, 1, 0))
		sleep_ms(1);
	ck_assert_uint_eq(who_waits(), 1);
	ck_assert_int_eq(write(ends[1], "i", 1), 1);
	end(&sleeper, 1, -EINTR);
	ck_assert(sleeper.worker.task.interrupted);
	close(ends[0]);
	close(ends[1]);
	people_end();
}
END_TEST

START_TEST(who_heeds_a_file_sleeps_until_the_moment)
{
	struct shim_watch watch = { .events = POLLIN, .interrupts = take_away };
	ktime_t until = ktime_get_ns() + 1000000;
	int ends[2];

	begin();
	ck_assert_int_eq(pipe(ends), 0);
	watch.fd = ends[0];
	current->watch = &watch;
	current->state = TASK_INTERRUPTIBLE;
	expect_result(schedule_hrtimeout(&until, HRTIMER_MODE_ABS), 0);
	ck_assert_int_ge(ktime_get_ns(), until);
	close(ends[0]);
	close(ends[1]);
	people_end();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("wait");
	TCase *queues = unit_case(suite, "queues"), *sleeps = unit_case(suite, "sleeps");

	tcase_add_test(queues, wakes_exclusive_ones_in_their_order);
	tcase_add_test(queues, wakes_all_that_are_not_exclusive);
	tcase_add_test(queues, passes_over_who_is_awake);
	tcase_add_test(queues, stays_where_it_is_when_it_prepares_again);
	tcase_add_test(queues, a_signal_keeps_from_waiting);
	tcase_add_test(sleeps, a_signal_ends_a_sleep);
	tcase_add_test(sleeps, a_wake_up_before_the_sleep_ends_it);
	tcase_add_test(sleeps, a_moment_that_is_over_ends_a_sleep);
	tcase_add_test(sleeps, a_stopped_clock_ends_sleeps_when_it_is_advanced);
	tcase_add_test(sleeps, a_clock_that_goes_again_ends_sleeps);
	tcase_add_loop_test(sleeps, no_wake_up_is_lost, 0, 2);
	tcase_add_loop_test(sleeps, no_wake_up_is_lost_while_a_file_is_heeded, 0, 2);
	tcase_add_loop_test(sleeps, a_wake_is_kept_until_a_sleep_ended_for_it, 0, 2);
	tcase_add_test(sleeps, a_file_that_is_heeded_interrupts);
	tcase_add_test(sleeps, who_heeds_a_file_sleeps_until_the_moment);
	return unit_run(suite);
}
