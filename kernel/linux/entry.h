/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where calls enter the kernel, be it by a system call or an ioctl: what either
 * does beyond the calls themselves, which is to tell of them by a tracepoint.
 * Calls that change nothing, init and shutdown have none, and enter by
 * mailbox/calls.h.
 */
#ifndef SLMBX_ENTRY_H
#define SLMBX_ENTRY_H

#include <linux/compiler.h>
#include <linux/types.h>

long slmbx_enter_create(u32 id, int protected);
long slmbx_enter_destroy(u32 id);
long slmbx_enter_send(u32 id, const u8 __user *buf, u32 len);
long slmbx_enter_recv(u32 id, u8 __user *buf, u32 len);

#endif /* SLMBX_ENTRY_H */
