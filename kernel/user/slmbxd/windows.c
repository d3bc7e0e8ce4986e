// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <string.h>

#include <linux/slmbx.h>

#include "connection.h"
#include "frame.h"
#include "waiting.h"
#include "windows.h"

/*
 * From so many bytes on, what goes to SLMBXD_DATA is sent at once, and not collected. So
 * a connection holds no more than that, and large messages leave their mailbox only when
 * the socket has them: see DIRECT_MIN.
 */
#define COLLECT_MAX 32768

static bool is_within(u64 at, u64 n, u64 size)
{
	return at <= size && n <= size - at;
}

/*
 * Messages that come behind the request, in their order: only now that the core wants
 * them is the client asked for them.
 */
static unsigned long read_stream(struct connection *conn, void *to, u64 at, unsigned long n)
{
	if (at != conn->data_at)
		return n;
	if (!conn->went_ahead)
		conn->error = connection_reply(conn, SLMBXD_GO_AHEAD, 0, NULL, 0);
	conn->went_ahead = true;
	if (!conn->error)
		conn->error = connection_read(conn, to, n);
	conn->data_at += n;
	return conn->error ? n : 0;
}

static unsigned long read_data(struct connection *conn, void *to, u64 at, unsigned long n)
{
	const struct slmbxd_memory *memory = &conn->memory;

	if (!is_within(at, n, memory->data))
		return n;
	if (frame_is_streamed(&conn->req, memory))
		return read_stream(conn, to, at, n);
	memcpy(to, conn->in + conn->body + sizeof(*memory) + memory->args + memory->array + at, n);
	return 0;
}

unsigned long window_read(struct connection *conn, void *to, u64 from, unsigned long n)
{
	const struct slmbxd_memory *memory = &conn->memory;
	const unsigned char *args = conn->in + conn->body + sizeof(*memory);

	if (from >= SLMBXD_DATA)
		return read_data(conn, to, from - SLMBXD_DATA, n);
	if (from >= SLMBXD_ARRAY && is_within(from - SLMBXD_ARRAY, n, memory->array))
		memcpy(to, args + memory->args + (from - SLMBXD_ARRAY), n);
	else if (from >= SLMBXD_ARGS && is_within(from - SLMBXD_ARGS, n, memory->args))
		memcpy(to, args + (from - SLMBXD_ARGS), n);
	else
		return n;
	return 0;
}

/* A piece of SLMBXD_DATA: what was collected, then this. */
static unsigned long send_data(struct connection *conn, const void *from, unsigned long n)
{
	struct connection_buffer *out = &conn->out;

	if (out->len)
		conn->error = connection_reply(conn, SLMBXD_PIECE, 0, out->bytes, out->len);
	out->len = 0;
	if (!conn->error)
		conn->error = connection_reply(conn, SLMBXD_PIECE, 0, from, n);
	return conn->error ? n : 0;
}

/* In order, as the core fills a buffer. */
static unsigned long write_data(struct connection *conn, u64 at, const void *from, unsigned long n)
{
	struct connection_buffer *out = &conn->out;

	if (at != conn->data_at)
		return n;
	if (!is_within(at, n, conn->memory.data_room)) {
		conn->need = at + n;
		return n;
	}
	conn->data_at += n;
	if (out->len + n > COLLECT_MAX)
		return send_data(conn, from, n);
	if (!connection_buffer_grow(out, out->len + n))
		return n;
	memcpy(out->bytes + out->len, from, n);
	out->len += n;
	return 0;
}

static unsigned long write_array(struct connection *conn, u64 at, const void *from, unsigned long n)
{
	struct connection_buffer *array = &conn->array;

	if (!is_within(at, n, conn->memory.array_room) || at > array->len ||
	    !connection_buffer_grow(array, at + n))
		return n;
	memcpy(array->bytes + at, from, n);
	if (at + n > array->len)
		array->len = at + n;
	return 0;
}

/* Of the struct itself there is one field to write, which the reply has by itself. */
static unsigned long write_args(struct connection *conn, u64 at, const void *from, unsigned long n)
{
	if (conn->req.call != SLMBX_CALL_RECVV || n != sizeof(conn->needed) ||
	    at != offsetof(struct slmbx_recvv, needed))
		return n;
	memcpy(&conn->needed, from, n);
	return 0;
}

unsigned long window_write(struct connection *conn, u64 to, const void *from, unsigned long n)
{
	/* A message must not go to a client that left while it waited for it. */
	if (conn->may_wait && !waiting_client_is_there(conn))
		return n;
	if (to >= SLMBXD_DATA)
		return write_data(conn, to - SLMBXD_DATA, from, n);
	if (to >= SLMBXD_ARRAY)
		return write_array(conn, to - SLMBXD_ARRAY, from, n);
	return to >= SLMBXD_ARGS ? write_args(conn, to - SLMBXD_ARGS, from, n) : n;
}
