// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/container_of.h>
#include <linux/slmbx.h>

#include "client_memory.h"
#include "connection.h"

static struct connection *connection_of(struct task_struct *task)
{
	return container_of(task, struct connection, task);
}

/* A large message: only now that the core wants its bytes is the client asked for them. */
static unsigned long read_from_stream(struct connection *conn, void *to, unsigned long n)
{
	conn->error = connection_reply(conn, SLMBXD_GO_AHEAD, 0);
	if (!conn->error)
		conn->error = connection_read(conn, to, n);
	return conn->error ? n : 0;
}

static unsigned long client_read(struct task_struct *task, void *to, const void __user *from,
				 unsigned long n)
{
	struct connection *conn = connection_of(task);
	size_t at = (const unsigned char __user *)from - CLIENT_BUFFER;

	if (conn->req.flags & SLMBXD_FAULT)
		return n;
	if (!conn->req.body_len)
		return read_from_stream(conn, to, n);
	memcpy(to, conn->body + at, n);
	return 0;
}

/* Bytes of the buffer that the client answers for. */
static size_t room(const struct connection *conn)
{
	return conn->req.call == SLMBX_CALL_RECV ? conn->req.room : conn->req.arg;
}

static bool grow_out(struct connection *conn, size_t size)
{
	unsigned char *out;

	if (size <= conn->out_size)
		return true;
	out = realloc(conn->out, size);
	if (!out)
		return false;
	conn->out = out;
	conn->out_size = size;
	return true;
}

static unsigned long client_write(struct task_struct *task, void __user *to, const void *from,
				  unsigned long n)
{
	struct connection *conn = connection_of(task);
	size_t at = (unsigned char __user *)to - CLIENT_BUFFER;

	if (at + n > room(conn)) {
		conn->need = at + n;
		return n;
	}
	if (!grow_out(conn, at + n))
		return n;
	memcpy(conn->out + at, from, n);
	conn->out_len = at + n;
	return 0;
}

const struct shim_user_memory client_memory = { .read = client_read, .write = client_write };
