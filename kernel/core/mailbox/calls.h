/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The calls as a task makes them, on its uid and its memory: what a system call,
 * an ioctl or a frame of the daemon enters by. Each returns a non-negative
 * value or -errno; SPEC says which, and in which order they are checked.
 */
#ifndef SLMBX_CALLS_H
#define SLMBX_CALLS_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct slmbx_list;
struct slmbx_recvv;
struct slmbx_sendv;
struct slmbx_setattr;
struct slmbx_settle;
struct slmbx_stat;

/*
 * A uid beside 0 that may initialise and shut down; INVALID_UID for none. The
 * daemon's own, where the core runs in one. Set before the first call.
 */
extern kuid_t slmbx_second_admin;

long slmbx_do_init(u32 ptrs, u32 prob);
long slmbx_do_shutdown(void);
long slmbx_do_create(u32 id, int protected);
long slmbx_do_destroy(u32 id);
long slmbx_do_count(u32 id);
long slmbx_do_send(u32 id, const u8 __user *buf, u32 len);
long slmbx_do_recv(u32 id, u8 __user *buf, u32 len);
long slmbx_do_length(u32 id);
/* @size of the caller's struct: -EINVAL under the first's, -E2BIG with a tail that isn't 0. */
long slmbx_do_stat(u32 id, struct slmbx_stat __user *buf, size_t size);

/* kernel/DELIVERY.md says what these do; @size is of the caller's struct. */
long slmbx_do_sendv(const struct slmbx_sendv __user *args, size_t size);
/* -ERESTARTSYS if a signal came before a message. */
long slmbx_do_recvv(struct slmbx_recvv __user *args, size_t size);
long slmbx_do_settle(const struct slmbx_settle __user *args, size_t size);
long slmbx_do_list(const struct slmbx_list __user *args, size_t size);
long slmbx_do_setattr(const struct slmbx_setattr __user *args, size_t size);
long slmbx_do_purge(u32 id);

#endif /* SLMBX_CALLS_H */
