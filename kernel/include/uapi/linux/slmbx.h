/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The mailbox ABI: call numbers, structs and limits shared by every engine.
 *
 * Structs handed across the boundary are extensible the way openat2(2) does
 * it: the caller says how large its struct is, a newer kernel zeroes the tail
 * an older caller lacks, and an older kernel refuses (E2BIG) a tail of a newer
 * caller that isn't zero.
 */
#ifndef _UAPI_LINUX_SLMBX_H
#define _UAPI_LINUX_SLMBX_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* The eight calls of the ABI, in the order of the system call table. */
#define SLMBX_CALL_INIT		1
#define SLMBX_CALL_SHUTDOWN	2
#define SLMBX_CALL_CREATE	3
#define SLMBX_CALL_DESTROY	4
#define SLMBX_CALL_COUNT	5
#define SLMBX_CALL_SEND		6
#define SLMBX_CALL_RECV		7
#define SLMBX_CALL_LENGTH	8
/* Extensions follow; 9 to 11 are kept for sendv, recvv and settle. */
#define SLMBX_CALL_STAT		12

/*
 * System call number of a call, on every architecture: far above what Linux
 * uses, so that it is the same in every kernel. 600 to 607 are the eight; up to
 * 619 is kept for extensions.
 */
#define SLMBX_SYSCALL(call)	(599 + (call))

/* Ids no mailbox may have. */
#define SLMBX_ID_NONE		0U
#define SLMBX_ID_INVALID	0xffffffffU

/* struct slmbx_stat.flags */
#define SLMBX_STAT_PROTECTED	(1U << 0)	/* only the owner may use it */
#define SLMBX_STAT_HEAD		(1U << 1)	/* head_length is valid: not empty */

/**
 * struct slmbx_stat - a mailbox at one instant
 * @count: messages waiting
 * @bytes: sum of the lengths of the messages waiting
 * @owner: uid of the owner, as the caller's user namespace names it
 * @flags: SLMBX_STAT_*
 * @head_length: length of the head message in bytes, 0 without one
 * @pad: 0
 */
struct slmbx_stat {
	__u64 count;
	__u64 bytes;
	__u32 owner;
	__u32 flags;
	__u32 head_length;
	__u32 pad;
};

#define SLMBX_STAT_SIZE_V0	32U	/* sizeof the first published struct */

/*
 * /dev/slmbx: each call is one ioctl(2), with the call's number, and returns what
 * the call does. The structs below hold the call's arguments in its own terms, and
 * are the same for 32-bit and 64-bit callers; addresses are zero-extended.
 */

/* SLMBX_IOC_INIT */
struct slmbx_ioc_init {
	__u32 ptrs;
	__u32 prob;
};

/* SLMBX_IOC_CREATE */
struct slmbx_ioc_create {
	__u32 id;
	__s32 protect;
};

/* SLMBX_IOC_SEND, SLMBX_IOC_RECV: @len bytes at @msg */
struct slmbx_ioc_message {
	__u64 msg;
	__u32 id;
	__u32 len;
};

/* SLMBX_IOC_STAT: a struct slmbx_stat of @size bytes at @stat */
struct slmbx_ioc_stat {
	__u64 stat;
	__u32 id;
	__u32 size;
};

#define SLMBX_IOC_MAGIC		0xe9
#define SLMBX_IOC_INIT		_IOW(SLMBX_IOC_MAGIC, SLMBX_CALL_INIT, struct slmbx_ioc_init)
#define SLMBX_IOC_SHUTDOWN	_IO(SLMBX_IOC_MAGIC, SLMBX_CALL_SHUTDOWN)
#define SLMBX_IOC_CREATE	_IOW(SLMBX_IOC_MAGIC, SLMBX_CALL_CREATE, struct slmbx_ioc_create)
#define SLMBX_IOC_DESTROY	_IOW(SLMBX_IOC_MAGIC, SLMBX_CALL_DESTROY, __u32)
#define SLMBX_IOC_COUNT		_IOW(SLMBX_IOC_MAGIC, SLMBX_CALL_COUNT, __u32)
#define SLMBX_IOC_SEND		_IOW(SLMBX_IOC_MAGIC, SLMBX_CALL_SEND, struct slmbx_ioc_message)
#define SLMBX_IOC_RECV		_IOW(SLMBX_IOC_MAGIC, SLMBX_CALL_RECV, struct slmbx_ioc_message)
#define SLMBX_IOC_LENGTH	_IOW(SLMBX_IOC_MAGIC, SLMBX_CALL_LENGTH, __u32)
#define SLMBX_IOC_STAT		_IOW(SLMBX_IOC_MAGIC, SLMBX_CALL_STAT, struct slmbx_ioc_stat)

#endif /* _UAPI_LINUX_SLMBX_H */
