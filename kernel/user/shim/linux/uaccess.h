/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_UACCESS_H
#define SHIM_LINUX_UACCESS_H

#include <errno.h>
#include <stdint.h>

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

#define u64_to_user_ptr(x)	((void __user *)(uintptr_t)(x))

#define put_user(x, ptr) ({							\
	typeof(*(ptr)) put_ = (x);						\
	copy_to_user(ptr, &put_, sizeof(put_)) ? -EFAULT : 0; })

/* The first @known bytes of the caller's @size, zeros where it has less. -E2BIG, -EFAULT. */
int __must_check copy_struct_from_user(void *to, size_t known, const void __user *from,
				       size_t size);

/* 1 if all bytes are 0, 0 if not, -EFAULT if they can't be read. */
int __must_check check_zeroed_user(const void __user *from, size_t size);

#endif /* SHIM_LINUX_UACCESS_H */
