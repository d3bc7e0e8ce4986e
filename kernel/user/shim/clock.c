// SPDX-License-Identifier: GPL-2.0
#include <pthread.h>
#include <time.h>

#include <linux/errno.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/sched/signal.h>
#include <linux/time64.h>
#include <linux/timekeeping.h>

#include "clock.h"
#include "shim.h"

/* A task that sleeps until a moment, on its own stack. */
struct sleeper {
	struct list_head link;
	struct task_struct *task;
};

/* Who is in the list is there to be woken as long as the lock is held. */
static pthread_mutex_t sleepers_lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_HEAD(sleepers);

static bool stopped;
static u64 stopped_at;

bool shim_clock_is_stopped(void)
{
	return __atomic_load_n(&stopped, __ATOMIC_ACQUIRE);
}

static u64 read_clock(clockid_t id)
{
	struct timespec now;

	if (unlikely(shim_clock_is_stopped()))
		return READ_ONCE(stopped_at);
	clock_gettime(id, &now);
	return (u64)now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

u64 ktime_get_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

u64 ktime_get_coarse_ns(void)
{
	return read_clock(CLOCK_MONOTONIC_COARSE);
}

/* They look at the clock again. */
static void wake_sleepers(void)
{
	struct sleeper *sleeper;

	pthread_mutex_lock(&sleepers_lock);
	list_for_each_entry(sleeper, &sleepers, link)
		shim_wake(sleeper->task);
	pthread_mutex_unlock(&sleepers_lock);
}

void shim_clock_stop(u64 now)
{
	WRITE_ONCE(stopped_at, now);
	__atomic_store_n(&stopped, true, __ATOMIC_RELEASE);
	shim_work_pause();
	wake_sleepers();
}

void shim_clock_advance(u64 ns)
{
	WRITE_ONCE(stopped_at, stopped_at + ns);
	shim_work_run_due();
	wake_sleepers();
}

void shim_clock_run(void)
{
	__atomic_store_n(&stopped, false, __ATOMIC_RELEASE);
	shim_work_resume();
	wake_sleepers();
}

/* Nobody ended the sleep of current. */
static bool sleeps_on(void)
{
	return __atomic_load_n(&current->state, __ATOMIC_ACQUIRE) != TASK_RUNNING &&
	       !signal_pending(current);
}

static void sleep_until(u64 moment)
{
	struct sleeper sleeper = { .task = current };

	pthread_mutex_lock(&sleepers_lock);
	list_add_tail(&sleeper.link, &sleepers);
	pthread_mutex_unlock(&sleepers_lock);
	while (sleeps_on() && ktime_get_ns() < moment)
		shim_sleep(moment);
	pthread_mutex_lock(&sleepers_lock);
	list_del(&sleeper.link);
	pthread_mutex_unlock(&sleepers_lock);
}

int schedule_hrtimeout(ktime_t *expires, const enum hrtimer_mode mode)
{
	bool over = false;

	if (expires) {
		sleep_until(*expires);
		over = sleeps_on();
	} else {
		while (sleeps_on())
			shim_sleep(SHIM_FOREVER);
	}
	__atomic_store_n(&current->state, TASK_RUNNING, __ATOMIC_RELEASE);
	return over ? 0 : -EINTR;
}
