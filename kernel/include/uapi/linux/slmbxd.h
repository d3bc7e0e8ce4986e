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

/**
 * struct slmbxd_request - one call
 * @magic: SLMBXD_MAGIC
 * @call: SLMBX_CALL_*
 * @flags: SLMBXD_*; a bit unknown to the daemon is a malformed frame
 * @id: mailbox id; init: @ptrs
 * @arg: init: @prob; create: @protected; send, recv: @len; stat: struct size
 * @room: recv: writable bytes at the start of the buffer; else 0
 * @uid: with SLMBXD_AS_UID the uid to act for; else 0
 * @body_len: bytes that follow; only send has any, and then exactly @arg
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

/* struct slmbxd_reply.kind */
#define SLMBXD_DONE		0U	/* final; @result is the call's */
#define SLMBXD_GO_AHEAD		1U	/* send the body now */
#define SLMBXD_NEED_ROOM	2U	/* final; nothing changed; @result bytes needed */
#define SLMBXD_REFUSED		3U	/* final, then the daemon hangs up; @result: why */

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
 * @body_len: bytes that follow: a message (recv), struct slmbx_stat (stat)
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
