// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/container_of.h>
#include <linux/slmbx.h>

#include "client_memory.h"
#include "connection.h"
#include "frame.h"
#include "windows.h"

static struct connection *connection_of(struct task_struct *task)
{
	return container_of(task, struct connection, task);
}

/* A large message: only now that the core wants its bytes is the client asked for them. */
static unsigned long read_from_stream(struct connection *conn, void *to, unsigned long n)
{
	conn->error = connection_reply(conn, SLMBXD_GO_AHEAD, 0, NULL, 0);
	if (!conn->error)
		conn->error = connection_read(conn, to, n);
	return conn->error ? n : 0;
}

static unsigned long client_read(struct task_struct *task, void *to, const void __user *from,
				 unsigned long n)
{
	struct connection *conn = connection_of(task);
	size_t at = (const unsigned char __user *)from - CLIENT_BUFFER;

	if (frame_has_memory(conn->req.call))
		return window_read(conn, to, (unsigned long)from, n);
	if (conn->req.flags & SLMBXD_FAULT)
		return n;
	if (!conn->req.body_len)
		return read_from_stream(conn, to, n);
	memcpy(to, conn->in + conn->body + at, n);
	return 0;
}

/* Bytes of the buffer that the client answers for. */
static size_t room(const struct connection *conn)
{
	return conn->req.call == SLMBX_CALL_RECV ? conn->req.room : conn->req.arg;
}

/*
 * A message of this size goes to the client straight from its mailbox, which it leaves
 * only once the socket has all but its last byte. Until then it is charged to its
 * sender, and stays if the client reads no further. Receivers of that mailbox wait
 * meanwhile, as they do for a kernel's copy to memory that takes long to come; smaller
 * messages spare them that.
 */
#define DIRECT_MIN 32768

/*
 * The client has the message only with its last byte, which follows when it has left the
 * mailbox: nobody who knows of the receive may find it there. Should the mailbox end
 * meanwhile, the client received before it did.
 */
static unsigned long write_to_stream(struct connection *conn, const void *from, unsigned long n)
{
	conn->error = connection_reply_early(conn, from, n);
	conn->answered = !conn->error;
	return conn->error ? n : 0;
}

static unsigned long client_write(struct task_struct *task, void __user *to, const void *from,
				  unsigned long n)
{
	struct connection *conn = connection_of(task);
	size_t at = (unsigned char __user *)to - CLIENT_BUFFER;

	if (frame_has_memory(conn->req.call))
		return window_write(conn, (unsigned long)to, from, n);
	if (at + n > room(conn)) {
		conn->need = at + n;
		return n;
	}
	if (conn->req.call == SLMBX_CALL_RECV && n >= DIRECT_MIN)
		return write_to_stream(conn, from, n);
	if (!connection_buffer_grow(&conn->out, at + n))
		return n;
	memcpy(conn->out.bytes + at, from, n);
	conn->out.len = at + n;
	return 0;
}

const struct shim_user_memory client_memory = { .read = client_read, .write = client_write };
