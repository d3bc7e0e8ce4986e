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

#endif /* _UAPI_LINUX_SLMBX_H */
