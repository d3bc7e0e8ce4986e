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

unsigned long __must_check clear_user(void __user *to, unsigned long n);

#endif /* SHIM_LINUX_UACCESS_H */
