/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_MM_H
#define SHIM_LINUX_MM_H

#include <linux/slab.h>

#define PAGE_SIZE	4096UL
#define PAGE_ALIGN(n)	(((n) + (typeof(n))PAGE_SIZE - 1) & ~((typeof(n))PAGE_SIZE - 1))

#endif /* SHIM_LINUX_MM_H */
