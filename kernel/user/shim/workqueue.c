// SPDX-License-Identifier: GPL-2.0
/*
 * One thread does what is due, from the first time something is; while the clock is
 * stopped it does nothing.
 */
#include <pthread.h>
#include <signal.h>

#include <linux/container_of.h>
#include <linux/jiffies.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "clock.h"
#include "shim.h"

/* Guards all below. Never held while something is done. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t idle = PTHREAD_COND_INITIALIZER;
/* What is to be done, by time. */
static LIST_HEAD(pending);
/* What is being done, and by whom. */
static struct work_struct *running;
static pthread_t runner;

static pthread_t thread;
static bool started;
static bool stopping;
/* The thread's. */
static struct task_struct worker;

static struct delayed_work *delayed_work_of(struct list_head *entry)
{
	return container_of(entry, struct delayed_work, work.entry);
}

/* The first that is due at @now, taken out; NULL without one. */
static struct work_struct *take_due(u64 now)
{
	struct delayed_work *first;

	if (list_empty(&pending))
		return NULL;
	first = delayed_work_of(pending.next);
	if (first->due > now)
		return NULL;
	list_del_init(&first->work.entry);
	return &first->work;
}

/* With the lock, which it leaves meanwhile. Says whether something was due. */
static bool run_one(void)
{
	struct work_struct *work = take_due(ktime_get_ns());

	if (!work)
		return false;
	running = work;
	runner = pthread_self();
	pthread_mutex_unlock(&lock);
	work->func(work);
	pthread_mutex_lock(&lock);
	running = NULL;
	pthread_cond_broadcast(&idle);
	return true;
}

static u64 next_due(void)
{
	if (shim_clock_is_stopped() || list_empty(&pending))
		return SHIM_FOREVER;
	return delayed_work_of(pending.next)->due;
}

static void *worker_main(void *arg)
{
	u64 due;

	shim_thread_begin(&worker);
	pthread_mutex_lock(&lock);
	while (!stopping) {
		if (!shim_clock_is_stopped() && run_one())
			continue;
		due = next_due();
		pthread_mutex_unlock(&lock);
		shim_sleep(due);
		pthread_mutex_lock(&lock);
	}
	pthread_mutex_unlock(&lock);
	shim_thread_end();
	return NULL;
}

/*
 * With the lock: there is a thread, and it looks again. One that can't be started now is
 * started by whoever comes next: what is due waits. No signal is for it.
 */
static void kick(void)
{
	sigset_t all, before;

	if (shim_clock_is_stopped())
		return;
	if (started) {
		shim_wake(&worker);
		return;
	}
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	worker = (struct task_struct){ .memory = &shim_own_memory };
	started = !pthread_create(&thread, NULL, worker_main, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Behind all that are due no later. */
static void insert(struct delayed_work *dwork)
{
	struct list_head *at = pending.prev;

	while (at != &pending && delayed_work_of(at)->due > dwork->due)
		at = at->prev;
	list_add(&dwork->work.entry, at);
}

bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay)
{
	bool was_pending;

	pthread_mutex_lock(&lock);
	was_pending = !list_empty(&dwork->work.entry);
	list_del_init(&dwork->work.entry);
	dwork->due = ktime_get_ns() + delay * (NSEC_PER_SEC / HZ);
	insert(dwork);
	if (pending.next == &dwork->work.entry)
		kick();
	pthread_mutex_unlock(&lock);
	return was_pending;
}

static bool is_being_done(const struct work_struct *work)
{
	return running == work && !pthread_equal(runner, pthread_self());
}

bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	bool was_pending;

	pthread_mutex_lock(&lock);
	was_pending = !list_empty(&dwork->work.entry);
	while (is_being_done(&dwork->work))
		pthread_cond_wait(&idle, &lock);
	/* It may have queued itself meanwhile. */
	list_del_init(&dwork->work.entry);
	pthread_mutex_unlock(&lock);
	return was_pending;
}

void shim_work_pause(void)
{
	pthread_mutex_lock(&lock);
	while (running)
		pthread_cond_wait(&idle, &lock);
	pthread_mutex_unlock(&lock);
}

void shim_work_run_due(void)
{
	pthread_mutex_lock(&lock);
	while (run_one())
		;
	pthread_mutex_unlock(&lock);
}

void shim_work_resume(void)
{
	pthread_mutex_lock(&lock);
	if (!list_empty(&pending))
		kick();
	pthread_mutex_unlock(&lock);
}

void shim_work_stop(void)
{
	bool join;

	pthread_mutex_lock(&lock);
	join = started;
	stopping = join;
	if (join)
		shim_wake(&worker);
	pthread_mutex_unlock(&lock);
	if (!join)
		return;
	pthread_join(thread, NULL);
	pthread_mutex_lock(&lock);
	started = false;
	stopping = false;
	pthread_mutex_unlock(&lock);
}
