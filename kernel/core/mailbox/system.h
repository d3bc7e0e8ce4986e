/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBX_SYSTEM_H
#define SLMBX_SYSTEM_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct slmbx_mailbox;
struct slmbx_setattr;
struct slmbx_skiplist_shape;

/* What the functions below answer is SPEC's, in the order of its checks. */

/* 0, -EINVAL, -EEXIST, -ENOMEM. */
int __must_check slmbx_system_init(u32 ptrs, u32 prob);
/* 0, -ENODEV. Waits for a grace period, and for nobody's user memory. */
int __must_check slmbx_system_shutdown(void);
/* 0, -ENODEV, -EINVAL, -EEXIST, -EDQUOT, -ENOMEM. */
int __must_check slmbx_system_create(u32 id, kuid_t owner, bool protected);
/* 0, -ENODEV, -ENOENT, -EPERM. */
int __must_check slmbx_system_destroy(u32 id, kuid_t uid);

/*
 * Sets what @attr says of its mailbox, for @uid; @owner is what attr->owner means.
 * 0, -ENODEV, -ENOENT, -EPERM, -ELOOP, -EDQUOT, -ENOMEM.
 */
int __must_check slmbx_system_set(const struct slmbx_setattr *attr, kuid_t owner, kuid_t uid);

/*
 * The mailbox @id, with a reference for the caller, if @uid may use it. Takes no
 * lock. ERR_PTR: -ENODEV, -ENOENT, -EPERM.
 */
struct slmbx_mailbox *slmbx_system_get(u32 id, kuid_t uid);

/*
 * The mailbox with the lowest id at or above @from, whoever's it is, with a
 * reference for the caller; NULL without one. Takes no lock. ERR_PTR: -ENODEV.
 */
struct slmbx_mailbox *slmbx_system_next(u32 from);

/* 0, -ENODEV. */
int __must_check slmbx_system_shape(struct slmbx_skiplist_shape *shape);

/* Mailboxes and messages there are; both 0 if the system is not initialised. */
void slmbx_system_totals(u64 *mailboxes, u64 *messages);

#endif /* SLMBX_SYSTEM_H */
