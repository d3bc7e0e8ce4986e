// SPDX-License-Identifier: GPL-2.0
/*
 * Commits the fault that its parameter names when it is loaded, and refuses to
 * stay: `insmod faults.ko fault=leak` fails with ECANCELED, having done it.
 */
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

static char *fault = "none";
module_param(fault, charp, 0);
MODULE_PARM_DESC(fault, "the fault to commit");

/* More than twice what the tests let a task sleep, and a CPU be kept. */
#define LONG_MS 20000

static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);
static DEFINE_SPINLOCK(spinlock);
static int __rcu *guarded;
static volatile int index = 4;

static void warn(void)
{
	WARN(1, "asked for");
}

static void leak(void)
{
	void *lost = kmalloc(100, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(lost);
}

static void overflow(void)
{
	char *bytes = kmalloc(32, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(bytes);
	if (bytes)
		bytes[32] = 1;
	kfree(bytes);
}

static void use_after_free(void)
{
	char *bytes = kmalloc(32, GFP_KERNEL);

	kfree(bytes);
	OPTIMIZER_HIDE_VAR(bytes);
	if (bytes)
		WRITE_ONCE(bytes[8], 1);
}

static void out_of_bounds(void)
{
	static int table[4];

	table[index] = 1;
	barrier_data(table);
}

static void lock_order(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);
	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static void sleep_in_atomic(void)
{
	spin_lock(&spinlock);
	msleep(1);
	spin_unlock(&spinlock);
}

static void rcu_unlocked(void)
{
	rcu_dereference(guarded);
}

static void oops(void)
{
	int *nowhere = NULL;

	OPTIMIZER_HIDE_VAR(nowhere);
	WRITE_ONCE(*nowhere, 1);
}

static void hang(void)
{
	msleep(LONG_MS);
}

static void lockup(void)
{
	ktime_t end = ktime_add_ms(ktime_get(), LONG_MS);

	preempt_disable();
	while (ktime_before(ktime_get(), end))
		cpu_relax();
	preempt_enable();
}

static int raced;

static int race_on(void *unused)
{
	while (!kthread_should_stop()) {
		for (int i = 0; i < 1000; i++) {
			raced++;
			barrier();
		}
		cond_resched();
	}
	return 0;
}

static void race(void)
{
	struct task_struct *other = kthread_run(race_on, NULL, "race");
	ktime_t end = ktime_add_ms(ktime_get(), LONG_MS);

	if (IS_ERR(other))
		return;
	while (ktime_before(ktime_get(), end)) {
		raced++;
		barrier();
		cond_resched();
	}
	kthread_stop(other);
}

static const struct {
	const char *name;
	void (*commit)(void);
} faults[] = {
	{ "warn", warn },
	{ "leak", leak },
	{ "overflow", overflow },
	{ "use-after-free", use_after_free },
	{ "out-of-bounds", out_of_bounds },
	{ "lock-order", lock_order },
	{ "sleep-in-atomic", sleep_in_atomic },
	{ "rcu-unlocked", rcu_unlocked },
	{ "oops", oops },
	{ "hang", hang },
	{ "lockup", lockup },
	{ "race", race },
};

static int __init faults_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		if (!strcmp(fault, faults[i].name)) {
			faults[i].commit();
			return -ECANCELED;
		}
	}
	return -EINVAL;
}
module_init(faults_init);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Faults, to see that they are noticed");
