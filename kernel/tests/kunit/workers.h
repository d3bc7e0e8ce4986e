/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Threads of a test. What goes wrong in one it counts, and the test's own thread
 * expects that to be nothing: an assertion that fails ends the thread it is in,
 * which must be the test's.
 */
#ifndef SLMBX_TESTS_WORKERS_H
#define SLMBX_TESTS_WORKERS_H

#include <kunit/test.h>

#include <linux/completion.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/types.h>

/**
 * struct worker - a thread of a test
 * @run: what it does
 * @arg: what it works on
 * @number: its place among the workers started together
 * @wrong: how much went wrong, so far as it counts that
 * @task: the thread, with a reference until worker_end()
 * @done: it will not touch this struct any more
 */
struct worker {
	void (*run)(struct worker *worker);
	void *arg;
	u32 number;
	u32 wrong;
	struct task_struct *task;
	struct completion done;
};

static int worker_thread_main(void *data)
{
	struct worker *worker = data;

	worker->run(worker);
	complete(&worker->done);
	return 0;
}

static inline void worker_start(struct kunit *test, struct worker *worker)
{
	init_completion(&worker->done);
	worker->task = kthread_create(worker_thread_main, worker, "slmbx-kunit/%u", worker->number);
	KUNIT_ASSERT_FALSE_MSG(test, IS_ERR(worker->task), "no thread");
	get_task_struct(worker->task);
	wake_up_process(worker->task);
}

/* Waits for its end. */
static inline void worker_end(struct kunit *test, struct worker *worker)
{
	wait_for_completion(&worker->done);
	put_task_struct(worker->task);
	KUNIT_EXPECT_EQ_MSG(test, worker->wrong, 0U, "worker %u", worker->number);
}

#endif /* SLMBX_TESTS_WORKERS_H */
