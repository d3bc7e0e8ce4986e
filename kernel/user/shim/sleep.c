// SPDX-License-Identifier: GPL-2.0
/*
 * How a task sleeps: on a futex, or if it heeds a file meanwhile, in poll(2) with an eventfd
 * of its thread's. A wake is kept until a sleep has ended for it, so none is lost between
 * looking and sleeping.
 */
#include <linux/futex.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/minmax.h>
#include <linux/time64.h>
#include <linux/timekeeping.h>

#include "clock.h"
#include "shim.h"

/* Without an eventfd, which the process may be out of, a task looks so often. */
#define LOOK_AGAIN_NS	(10 * NSEC_PER_MSEC)

/* The thread's eventfd, plus 1. */
static __thread int own_alarm;

static int get_alarm(void)
{
	if (!own_alarm)
		own_alarm = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) + 1;
	return own_alarm;
}

void shim_sleep_end(void)
{
	if (own_alarm)
		close(own_alarm - 1);
	own_alarm = 0;
}

static struct timespec timespec_of(u64 ns)
{
	return (struct timespec){ .tv_sec = ns / NSEC_PER_SEC, .tv_nsec = ns % NSEC_PER_SEC };
}

static bool is_woken(const struct task_struct *task)
{
	return __atomic_load_n(&task->woken, __ATOMIC_SEQ_CST);
}

static void sleep_on_futex(struct task_struct *task, u64 until)
{
	struct timespec moment = timespec_of(until);

	syscall(SYS_futex, &task->woken, FUTEX_WAIT_BITSET_PRIVATE, 0,
		until == SHIM_FOREVER ? NULL : &moment, NULL, FUTEX_BITSET_MATCH_ANY);
}

/* Nanoseconds until @until; SHIM_FOREVER stays. */
static u64 time_left(u64 until)
{
	u64 now = ktime_get_ns();

	if (until == SHIM_FOREVER)
		return until;
	return until > now ? until - now : 0;
}

static void poll_watch(struct task_struct *task, int alarm, u64 left)
{
	const struct shim_watch *watch = task->watch;
	struct pollfd fds[] = {
		{ .fd = watch->fd, .events = watch->events },
		{ .fd = alarm - 1, .events = POLLIN },
	};
	struct timespec timeout = timespec_of(left);
	eventfd_t count;

	if (ppoll(fds, alarm ? 2 : 1, left == SHIM_FOREVER ? NULL : &timeout, NULL) <= 0)
		return;
	if (alarm && fds[1].revents)
		eventfd_read(alarm - 1, &count);
	if (fds[0].revents && watch->interrupts(task, fds[0].revents))
		WRITE_ONCE(task->interrupted, true);
}

static void sleep_on_watch(struct task_struct *task, u64 until)
{
	int alarm = get_alarm();
	u64 left = time_left(until);

	/* Either who wakes sees this, or it was before and is seen here. */
	__atomic_store_n(&task->alarm, alarm, __ATOMIC_SEQ_CST);
	if (!is_woken(task))
		poll_watch(task, alarm, alarm ? left : min_t(u64, left, LOOK_AGAIN_NS));
	__atomic_store_n(&task->alarm, 0, __ATOMIC_SEQ_CST);
}

void shim_sleep(u64 until)
{
	if (shim_clock_is_stopped())
		until = SHIM_FOREVER;
	if (current->watch)
		sleep_on_watch(current, until);
	else
		sleep_on_futex(current, until);
	/* What who woke it did before is seen after. */
	__atomic_exchange_n(&current->woken, 0, __ATOMIC_ACQ_REL);
}

void shim_wake(struct task_struct *task)
{
	int alarm;

	__atomic_store_n(&task->woken, 1, __ATOMIC_SEQ_CST);
	alarm = __atomic_load_n(&task->alarm, __ATOMIC_SEQ_CST);
	if (alarm)
		eventfd_write(alarm - 1, 1);
	else
		syscall(SYS_futex, &task->woken, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

void shim_interrupt(struct task_struct *task)
{
	__atomic_store_n(&task->interrupted, true, __ATOMIC_SEQ_CST);
	shim_wake(task);
}
