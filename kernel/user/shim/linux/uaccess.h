/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_UACCESS_H
#define SHIM_LINUX_UACCESS_H

#include <linux/sched.h>

static inline unsigned long __must_check copy_from_user(void *to, const void __user *from,
							unsigned long n)
{
	return current->memory->read(current, to, from, n);
}

static inline unsigned long __must_check copy_to_user(void __user *to, const void *from,
						      unsigned long n)
{
	return current->memory->write(current, to, from, n);
}

/* 1 if all bytes are 0, 0 if not, -EFAULT if they can't be read. */
int __must_check check_zeroed_user(const void __user *from, size_t size);

#endif /* SHIM_LINUX_UACCESS_H */
