// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/uaccess.h>

#include "clock.h"
#include "shim.h"

__thread struct task_struct *shim_current;

void shim_thread_begin(struct task_struct *task)
{
	shim_current = task;
	urcu_memb_register_thread();
}

void shim_thread_end(void)
{
	urcu_memb_unregister_thread();
	shim_sleep_end();
	shim_current = NULL;
}

void shim_become(struct task_struct *task)
{
	shim_current = task;
}

static unsigned long own_read(struct task_struct *task, void *to, const void __user *from,
			      unsigned long n)
{
	memcpy(to, (const void __force *)from, n);
	return 0;
}

static unsigned long own_write(struct task_struct *task, void __user *to, const void *from,
			       unsigned long n)
{
	memcpy((void __force *)to, from, n);
	return 0;
}

const struct shim_user_memory shim_own_memory = { .read = own_read, .write = own_write };

int check_zeroed_user(const void __user *from, size_t size)
{
	unsigned long at = (unsigned long)from, end = at + size;
	char byte;

	for (; at < end; at++) {
		if (copy_from_user(&byte, (const void __force __user *)at, 1))
			return -EFAULT;
		if (byte)
			return 0;
	}
	return 1;
}

int copy_struct_from_user(void *to, size_t known, const void __user *from, size_t size)
{
	size_t common = size < known ? size : known;
	const char __user *tail = (const char __user *)from + common;
	int zeroed = size > known ? check_zeroed_user(tail, size - known) : 1;

	if (zeroed <= 0)
		return zeroed ?: -E2BIG;
	memset((char *)to + common, 0, known - common);
	return copy_from_user(to, from, common) ? -EFAULT : 0;
}

u64 get_random_u64(void)
{
	u64 value;

	if (getrandom(&value, sizeof(value), 0) != sizeof(value))
		abort();
	return value;
}
