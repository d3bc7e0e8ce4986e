/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The frames libslmbx and slmbxd exchange over a Unix stream socket.
 *
 * A connection carries requests one after the other; each gets one final reply
 * in the order of the requests. Integers are in host byte order: both ends are
 * on one machine. The caller is the uid of SO_PEERCRED at connect, unless the
 * peer is uid 0 or the daemon's own uid and sets SLMBXD_AS_UID.
 *
 * User memory lives in the client, so what a kernel does by page faults the two
 * ends do by mail:
 *
 *  send, up to SLMBXD_INLINE_MAX bytes: the body follows the request.
 *  send, more: the request goes alone (body_len 0). A daemon that would accept
 *    the message answers SLMBXD_GO_AHEAD and the client sends the @len bytes;
 *    the final reply follows. Otherwise the final reply comes at once.
 *  send from memory the client can't read: SLMBXD_FAULT, and no body. The
 *    daemon makes every check that comes before EFAULT, then answers EFAULT.
 *    A client that finds the fault after it began a body hangs up (the daemon
 *    queues nothing) and asks so on a new connection.
 *  recv: @room says how many bytes at the start of the buffer are known to be
 *    writable. If the message needs more (and @len allows more), the daemon leaves
 *    it at the head and answers SLMBXD_NEED_ROOM with the bytes needed in
 *    @result; the client makes sure of them and asks again, or reports EFAULT.
 *
 * Calls whose arguments are a struct (sendv, recvv, settle, list, setattr) have a
 * body, which begins with struct slmbxd_memory: it says what of the client's memory
 * there is. The daemon sees three windows of it, and all else as memory that isn't
 * there:
 *
 *    SLMBXD_ARGS   the caller's struct, as it is but for the addresses in it
 *    SLMBXD_ARRAY  @messages of sendv and recvv, @items of settle
 *    SLMBXD_DATA   the bytes of sendv's messages, one message after the other;
 *		     @buf of recvv; @ids of list
 *
 *  The client puts these addresses in the place of the caller's. What it can't read
 *  it leaves out, and what it can't write it offers no room for: the daemon makes
 *  every check that comes before EFAULT, and then finds that itself. Of sizes, flags
 *  and counts only the daemon judges.
 *
 *  sendv: the messages are in the body, all or none of them. If none are, and @data
 *    isn't 0, they come after SLMBXD_GO_AHEAD, in one piece; the final reply after
 *    all of them, even if the daemon has no more use for them. A client that finds
 *    a fault after it began a body does as for send, and says 0 for @data.
 *  recvv, list: @data_room is as @room is for recv, and may be answered by
 *    SLMBXD_NEED_ROOM. What is written there comes in order, in any number of
 *    SLMBXD_PIECE, which belong to the reply, and the rest in the final one. It is void
 *    unless that is of success. Messages leave their mailbox before the final one, and
 *    after the pieces.
 *  recvv whose messages don't fit into @buf: SLMBXD_TOO_LONG.
 *  recvv that waits: ends without a reply if the client hangs up. SLMBXD_CANCEL,
 *    right behind the request, ends the wait with EINTR, unless a message came first.
 *    It has no reply, and does nothing to a request that doesn't wait, or no more. The
 *    deadline is of CLOCK_MONOTONIC, which both ends share.
 *
 * The daemon closes a connection only before it acts on a request, after it
 * answered one, or as it exits and its mailboxes with it. So a request whose
 * connection closed without a reply may be sent anew.
 */
#ifndef _UAPI_LINUX_SLMBXD_H
#define _UAPI_LINUX_SLMBXD_H

#include <linux/types.h>

#define SLMBXD_MAGIC		0x31424d53U	/* "SMB1" */
#define SLMBXD_INLINE_MAX	65536U		/* bytes of a body within a request */

/* Names below the runtime directory (/run/slmbx for uid 0). */
#define SLMBXD_RUNTIME_DIR	"/run/slmbx"
#define SLMBXD_SOCKET_NAME	"slmbxd.sock"

/* struct slmbxd_request.flags */
#define SLMBXD_AS_UID		(1U << 0)	/* act for @uid */
#define SLMBXD_FAULT		(1U << 1)	/* send: the body can't be read */
#define SLMBXD_FLAGS		(SLMBXD_AS_UID | SLMBXD_FAULT)

/* struct slmbxd_request.call, beside SLMBX_CALL_*. All else but @magic is 0. */
#define SLMBXD_CANCEL		0x8000U

/**
 * struct slmbxd_request - one call
 * @magic: SLMBXD_MAGIC
 * @call: SLMBX_CALL_*
 * @flags: SLMBXD_*; a bit unknown to the daemon is a malformed frame
 * @id: mailbox id; init: @ptrs; 0 where the arguments are a struct
 * @arg: init: @prob; create: @protected; send, recv: @len; stat, and where the
 *	arguments are a struct: its size as the caller has it, at most 2^32-1
 * @room: recv: writable bytes at the start of the buffer; else 0
 * @uid: with SLMBXD_AS_UID the uid to act for; else 0
 * @body_len: bytes that follow, up to SLMBXD_INLINE_MAX. send: none, or exactly @arg;
 *	where the arguments are a struct: struct slmbxd_memory and what that says
 * @pad: 0
 */
struct slmbxd_request {
	__u32 magic;
	__u16 call;
	__u16 flags;
	__u32 id;
	__u32 arg;
	__u32 room;
	__u32 uid;
	__u32 body_len;
	__u32 pad;
};

/* Where the daemon sees the client's memory. */
#define SLMBXD_ARGS		0x1000U
#define SLMBXD_ARRAY		0x10000U
#define SLMBXD_DATA		0x100000U

#define SLMBXD_ARGS_MAX		4096U		/* bytes; no caller's struct may be larger */
#define SLMBXD_ARRAY_MAX	65536U

/**
 * struct slmbxd_memory - what there is of the client's memory
 * @args: bytes of the caller's struct, from its beginning, that follow: those of its
 *	@arg bytes that can be read, up to SLMBXD_ARGS_MAX
 * @array: sendv, settle: bytes of the array that follow those; else 0
 * @data: sendv: bytes of the messages, which follow or come later; else 0
 * @data_room: recvv, list: writable bytes at the start of SLMBXD_DATA; else 0
 * @array_room: recvv, settle: writable bytes at the start of SLMBXD_ARRAY, up to
 *	SLMBXD_ARRAY_MAX; else 0
 * @pad: 0
 */
struct slmbxd_memory {
	__u32 args;
	__u32 array;
	__u64 data;
	__u64 data_room;
	__u32 array_room;
	__u32 pad;
};

/* struct slmbxd_reply.kind */
#define SLMBXD_DONE		0U	/* final; @result is the call's */
#define SLMBXD_GO_AHEAD		1U	/* send the body now */
#define SLMBXD_NEED_ROOM	2U	/* final; nothing changed; @result bytes needed */
#define SLMBXD_REFUSED		3U	/* final, then the daemon hangs up; @result: why */
#define SLMBXD_PIECE		4U	/* the next bytes of SLMBXD_DATA; @result 0 */
#define SLMBXD_TOO_LONG		5U	/* final: -EMSGSIZE, and @needed is @result */

/*
 * @result of SLMBXD_REFUSED: -EPROTO malformed frame, -ETIMEDOUT half a frame
 * and no more in time, -EUSERS too many connections, -EACCES SLMBXD_AS_UID by
 * a peer that may not.
 */

/**
 * struct slmbxd_reply - what a call returned
 * @magic: SLMBXD_MAGIC
 * @kind: SLMBXD_DONE and its siblings
 * @result: the call's result, negative errno on failure
 * @body_len: bytes that follow: a message (recv), struct slmbx_stat (stat), bytes of
 *	SLMBXD_DATA (SLMBXD_PIECE). After success, what was written: @result structs
 *	and the rest of SLMBXD_DATA (recvv), all items (settle), the rest of
 *	SLMBXD_DATA (list)
 * @pad: 0
 */
struct slmbxd_reply {
	__u32 magic;
	__u32 kind;
	__s64 result;
	__u32 body_len;
	__u32 pad;
};

#endif /* _UAPI_LINUX_SLMBXD_H */
