/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where calls enter the kernel, be it by a system call or an ioctl: what either
 * does beyond the calls themselves, which is to tell of them by a tracepoint.
 * Calls that move no message and make or end no mailbox have none, nor have init,
 * shutdown and purge, and enter by mailbox/calls.h.
 */
#ifndef SLMBX_ENTRY_H
#define SLMBX_ENTRY_H

#include <linux/compiler.h>
#include <linux/types.h>

struct slmbx_recvv;
struct slmbx_sendv;
struct slmbx_settle;

long slmbx_enter_create(u32 id, int protected);
long slmbx_enter_destroy(u32 id);
long slmbx_enter_send(u32 id, const u8 __user *buf, u32 len);
long slmbx_enter_recv(u32 id, u8 __user *buf, u32 len);
long slmbx_enter_sendv(const struct slmbx_sendv __user *args, size_t size);
long slmbx_enter_recvv(struct slmbx_recvv __user *args, size_t size);
long slmbx_enter_settle(const struct slmbx_settle __user *args, size_t size);

#endif /* SLMBX_ENTRY_H */
