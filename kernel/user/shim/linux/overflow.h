/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_OVERFLOW_H
#define SHIM_LINUX_OVERFLOW_H

#include <stddef.h>
#include <stdint.h>

static inline size_t shim_struct_size(size_t head, size_t element, size_t count)
{
	size_t bytes;

	if (__builtin_mul_overflow(element, count, &bytes) ||
	    __builtin_add_overflow(head, bytes, &bytes))
		return SIZE_MAX;
	return bytes;
}

/* SIZE_MAX, which no allocator grants, where the sum doesn't fit. */
#define struct_size(p, member, count) \
	shim_struct_size(sizeof(*(p)), sizeof((p)->member[0]), count)

#endif /* SHIM_LINUX_OVERFLOW_H */
