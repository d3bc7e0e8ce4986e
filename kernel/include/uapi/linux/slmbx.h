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
/* Extensions: kernel/DELIVERY.md says what they do. 14 is kept for open. */
#define SLMBX_CALL_SENDV	9
#define SLMBX_CALL_RECVV	10
#define SLMBX_CALL_SETTLE	11
#define SLMBX_CALL_STAT		12
#define SLMBX_CALL_LIST		13
#define SLMBX_CALL_SETATTR	15
#define SLMBX_CALL_PURGE	16

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
 * @count: messages ready
 * @bytes: sum of their lengths
 * @owner: uid of the owner, as the caller's user namespace names it
 * @flags: SLMBX_STAT_*
 * @head_length: length of the head message in bytes, 0 without one
 * @dead_letter: id of the dead-letter mailbox, 0 for none
 * @leased: messages leased
 * @delayed: messages delayed
 * @oldest: nanoseconds since the head message was sent, 0 without one
 * @sent: messages that ever became ready here
 * @expired: messages whose time to live ended here
 * @dead: messages that moved from here to the dead-letter mailbox
 * @max_messages: SLMBX_ATTR_MAX_MESSAGES; 0: no limit
 * @max_bytes: SLMBX_ATTR_MAX_BYTES; 0: no limit
 * @max_deliveries: SLMBX_ATTR_MAX_DELIVERIES; 0: no limit
 * @pad: 0
 */
struct slmbx_stat {
	__u64 count;
	__u64 bytes;
	__u32 owner;
	__u32 flags;
	__u32 head_length;
	__u32 dead_letter;
	__u64 leased;
	__u64 delayed;
	__u64 oldest;
	__u64 sent;
	__u64 expired;
	__u64 dead;
	__u64 max_messages;
	__u64 max_bytes;
	__u32 max_deliveries;
	__u32 pad;
};

#define SLMBX_STAT_SIZE_V0	32U	/* sizeof the first published struct */

/* Items in one call of sendv, recvv or settle, and ids in one of list. */
#define SLMBX_BATCH_MAX		1024U
#define SLMBX_LIST_MAX		65536U

/* No moment: to wait for ever. */
#define SLMBX_FOREVER		(~(__u64)0)

/**
 * struct slmbx_sendv_msg - a message to send
 * @data: address of its bytes
 * @len: how many
 * @flags: 0
 * @delay: nanoseconds until it is ready
 * @ttl: nanoseconds from the call until it expires, 0 for never
 */
struct slmbx_sendv_msg {
	__u64 data;
	__u32 len;
	__u32 flags;
	__u64 delay;
	__u64 ttl;
};

/**
 * struct slmbx_sendv - arguments of sendv
 * @messages: address of @count struct slmbx_sendv_msg
 * @count: 1 to SLMBX_BATCH_MAX
 * @id: the mailbox
 * @flags: 0
 * @pad: 0
 */
struct slmbx_sendv {
	__u64 messages;
	__u32 count;
	__u32 id;
	__u32 flags;
	__u32 pad;
};

#define SLMBX_SENDV_SIZE_V0	24U

/* struct slmbx_recvv.flags */
#define SLMBX_RECVV_PEEK	(1U << 0)	/* leave the messages as they are */
#define SLMBX_RECVV_LEASE	(1U << 1)	/* lease the messages */

/* struct slmbx_recvv_msg.flags */
#define SLMBX_RECVV_DEAD	(1U << 0)	/* a dead letter: @from is valid */

/**
 * struct slmbx_recvv_msg - a message received
 * @offset: of its bytes in the buffer
 * @seq: its number in the mailbox
 * @token: with SLMBX_RECVV_LEASE, the lease's; else 0
 * @age: nanoseconds since it was sent
 * @len: its length in bytes
 * @deliveries: how often it was leased here, this time included
 * @flags: SLMBX_RECVV_DEAD
 * @from: the mailbox it was moved from
 * @from_deliveries: how often it had been leased there
 * @pad: 0
 * @moved: nanoseconds since it was moved
 */
struct slmbx_recvv_msg {
	__u64 offset;
	__u64 seq;
	__u64 token;
	__u64 age;
	__u32 len;
	__u32 deliveries;
	__u32 flags;
	__u32 from;
	__u32 from_deliveries;
	__u32 pad;
	__u64 moved;
};

/**
 * struct slmbx_recvv - arguments of recvv
 * @messages: address of @count struct slmbx_recvv_msg, of which as many are written
 *	as messages are received
 * @buf: address of @size bytes for what they hold
 * @size: bytes at @buf
 * @needed: out, with EMSGSIZE: bytes that the first message takes
 * @deadline: moment until which to wait for a message
 * @lease: with SLMBX_RECVV_LEASE, nanoseconds until the lease ends; else 0
 * @count: 1 to SLMBX_BATCH_MAX
 * @id: the mailbox
 * @flags: SLMBX_RECVV_*
 * @pad: 0
 */
struct slmbx_recvv {
	__u64 messages;
	__u64 buf;
	__u64 size;
	__u64 needed;
	__u64 deadline;
	__u64 lease;
	__u32 count;
	__u32 id;
	__u32 flags;
	__u32 pad;
};

#define SLMBX_RECVV_SIZE_V0	64U

/* struct slmbx_settle_item.action */
#define SLMBX_SETTLE_ACK	1U
#define SLMBX_SETTLE_RELEASE	2U
#define SLMBX_SETTLE_EXTEND	3U

/**
 * struct slmbx_settle_item - what to do with a lease
 * @seq: number of the message
 * @token: of the lease
 * @time: release: nanoseconds until it is ready; extend: until the lease ends; else 0
 * @action: SLMBX_SETTLE_*
 * @result: out: 0, or a negative errno
 */
struct slmbx_settle_item {
	__u64 seq;
	__u64 token;
	__u64 time;
	__u32 action;
	__s32 result;
};

/**
 * struct slmbx_settle - arguments of settle
 * @items: address of @count struct slmbx_settle_item
 * @count: 1 to SLMBX_BATCH_MAX
 * @id: the mailbox
 * @flags: 0
 * @pad: 0
 */
struct slmbx_settle {
	__u64 items;
	__u32 count;
	__u32 id;
	__u32 flags;
	__u32 pad;
};

#define SLMBX_SETTLE_SIZE_V0	24U

/**
 * struct slmbx_list - arguments of list
 * @ids: address of @count __u32
 * @count: 1 to SLMBX_LIST_MAX
 * @after: ids above this one
 * @flags: 0
 * @pad: 0
 */
struct slmbx_list {
	__u64 ids;
	__u32 count;
	__u32 after;
	__u32 flags;
	__u32 pad;
};

#define SLMBX_LIST_SIZE_V0	24U

/* struct slmbx_setattr.mask */
#define SLMBX_ATTR_MAX_MESSAGES		(1U << 0)
#define SLMBX_ATTR_MAX_BYTES		(1U << 1)
#define SLMBX_ATTR_MAX_DELIVERIES	(1U << 2)
#define SLMBX_ATTR_DEAD_LETTER		(1U << 3)
#define SLMBX_ATTR_OWNER		(1U << 4)
#define SLMBX_ATTR_PROTECTED		(1U << 5)
#define SLMBX_ATTR_ALL			((1U << 6) - 1)

#define SLMBX_MAX_DELIVERIES		65535U
/* Dead-letter mailboxes one behind the other. */
#define SLMBX_DEAD_LETTERS_MAX		32U

/**
 * struct slmbx_setattr - arguments of setattr
 * @max_messages: messages it may hold; 0: no limit
 * @max_bytes: sum of their lengths; 0: no limit
 * @id: the mailbox
 * @mask: SLMBX_ATTR_*: the fields that are set. The others must be 0
 * @max_deliveries: up to SLMBX_MAX_DELIVERIES; 0: no limit
 * @dead_letter: id of the dead-letter mailbox, 0 for none
 * @owner: uid
 * @protect: not 0: only the owner may use it
 */
struct slmbx_setattr {
	__u64 max_messages;
	__u64 max_bytes;
	__u32 id;
	__u32 mask;
	__u32 max_deliveries;
	__u32 dead_letter;
	__u32 owner;
	__u32 protect;
};

#define SLMBX_SETATTR_SIZE_V0	40U

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

/* Calls whose arguments are a struct: @size bytes at @args */
struct slmbx_ioc_args {
	__u64 args;
	__u64 size;
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
#define SLMBX_IOC_SENDV		_IOW(SLMBX_IOC_MAGIC, SLMBX_CALL_SENDV, struct slmbx_ioc_args)
#define SLMBX_IOC_RECVV		_IOW(SLMBX_IOC_MAGIC, SLMBX_CALL_RECVV, struct slmbx_ioc_args)
#define SLMBX_IOC_SETTLE	_IOW(SLMBX_IOC_MAGIC, SLMBX_CALL_SETTLE, struct slmbx_ioc_args)
#define SLMBX_IOC_LIST		_IOW(SLMBX_IOC_MAGIC, SLMBX_CALL_LIST, struct slmbx_ioc_args)
#define SLMBX_IOC_SETATTR	_IOW(SLMBX_IOC_MAGIC, SLMBX_CALL_SETATTR, struct slmbx_ioc_args)
#define SLMBX_IOC_PURGE		_IOW(SLMBX_IOC_MAGIC, SLMBX_CALL_PURGE, __u32)
#define SLMBX_IOC_STAT		_IOW(SLMBX_IOC_MAGIC, SLMBX_CALL_STAT, struct slmbx_ioc_stat)

#endif /* _UAPI_LINUX_SLMBX_H */
