// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/slmbx.h>

#include "client_memory.h"
#include "connection.h"
#include "dispatch.h"
#include "frame.h"
#include "shim.h"
#include "stream.h"
#include "waiting.h"
#include "windows.h"

/* Most messages are small. */
#define BUFFER_MIN 16384

static struct slmbxd_reply make_reply(__u32 kind, __s64 result, size_t body_len)
{
	return (struct slmbxd_reply){
		.magic = SLMBXD_MAGIC,
		.kind = kind,
		.result = result,
		.body_len = body_len,
	};
}

void connection_refuse(int fd, int why)
{
	struct slmbxd_reply reply = make_reply(SLMBXD_REFUSED, why, 0);

	send(fd, &reply, sizeof(reply), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Sends the replies that wait, and the @len bytes of @body and @more behind the last. */
static int send_replies(struct connection *conn, const void *body, size_t len,
			const struct connection_buffer *more)
{
	struct iovec pieces[3] = {
		{ .iov_base = conn->replies, .iov_len = conn->n_replies * sizeof(*conn->replies) },
	};
	size_t n = 1;

	conn->n_replies = 0;
	if (len)
		pieces[n++] = (struct iovec){ .iov_base = (void *)body, .iov_len = len };
	if (more && more->len)
		pieces[n++] = (struct iovec){ .iov_base = more->bytes, .iov_len = more->len };
	return stream_write(conn->fd, pieces, n);
}

int connection_flush(struct connection *conn)
{
	return conn->n_replies ? send_replies(conn, NULL, 0, NULL) : 0;
}

int connection_reply(struct connection *conn, __u32 kind, __s64 result, const void *body,
		     size_t len)
{
	conn->replies[conn->n_replies++] = make_reply(kind, result, len);
	if (kind == SLMBXD_GO_AHEAD || len || conn->n_replies == CONNECTION_REPLIES)
		return send_replies(conn, body, len, NULL);
	return 0;
}

/* The final reply with what the call wrote to the client's memory, if it succeeded. */
static int reply_done(struct connection *conn, long result)
{
	size_t len = conn->array.len + conn->out.len;

	if (result < 0 || !len)
		return connection_reply(conn, SLMBXD_DONE, result, NULL, 0);
	conn->replies[conn->n_replies++] = make_reply(SLMBXD_DONE, result, len);
	return send_replies(conn, conn->array.bytes, conn->array.len, &conn->out);
}

int connection_reply_early(struct connection *conn, const unsigned char *body, size_t len)
{
	conn->replies[conn->n_replies++] = make_reply(SLMBXD_DONE, len, len);
	conn->last = body[len - 1];
	return send_replies(conn, body, len - 1, NULL);
}

int connection_in_grow(struct connection *conn, size_t size)
{
	unsigned char *in;

	if (size <= conn->in_size)
		return 0;
	in = realloc(conn->in, size);
	if (!in)
		return -ENOMEM;
	conn->in = in;
	conn->in_size = size;
	return 0;
}

/* What of the bytes received is still to be read, up to @len of them. */
static size_t take_received(struct connection *conn, void *to, size_t len)
{
	size_t have = conn->in_end - conn->in_start;

	if (have > len)
		have = len;
	memcpy(to, conn->in + conn->in_start, have);
	conn->in_start += have;
	return have;
}

/* With nothing received left to read, receives more, behind the request in hand. */
static int refill(struct connection *conn)
{
	size_t got;
	int err;

	conn->in_start = conn->body + conn->req.body_len;
	conn->in_end = conn->in_start;
	err = connection_in_grow(conn, conn->in_start + BUFFER_MIN);
	if (!err)
		err = stream_wait(conn->fd, conn->timeout_ms);
	if (!err)
		err = stream_read_some(conn->fd, conn->in + conn->in_end,
				       conn->in_size - conn->in_end, &got);
	if (!err)
		conn->in_end += got;
	return err;
}

int connection_read(struct connection *conn, void *to, size_t len)
{
	size_t done = take_received(conn, to, len);
	int err = 0;

	/* Small messages come many at a time. */
	while (done < len && len - done < BUFFER_MIN / 4 && !err) {
		err = refill(conn);
		if (!err)
			done += take_received(conn, (char *)to + done, len - done);
	}
	return err ?: stream_read(conn->fd, (char *)to + done, len - done, conn->timeout_ms);
}

/* What the client sends all the same, of what it was told to. */
static int discard(struct connection *conn, u64 len)
{
	unsigned char bytes[16384];
	size_t some;
	int err = 0;

	for (; len && !err; len -= some) {
		some = len < sizeof(bytes) ? len : sizeof(bytes);
		err = connection_read(conn, bytes, some);
	}
	return err;
}

bool connection_buffer_grow(struct connection_buffer *buffer, size_t size)
{
	unsigned char *bytes;

	if (size <= buffer->size)
		return true;
	if (size < 2 * buffer->size)
		size = 2 * buffer->size;
	bytes = realloc(buffer->bytes, size);
	if (!bytes)
		return false;
	buffer->bytes = bytes;
	buffer->size = size;
	return true;
}

/* Makes room for a frame of @size bytes that starts at in_start. */
static int make_room(struct connection *conn, size_t size)
{
	if (conn->in_end > conn->in_start)
		memmove(conn->in, conn->in + conn->in_start, conn->in_end - conn->in_start);
	conn->in_end -= conn->in_start;
	conn->in_start = 0;
	return connection_in_grow(conn, size);
}

/* Receives until the request in hand is whole. Between frames a client may rest for ever. */
static int next_request(struct connection *conn, size_t *size)
{
	size_t have, got;
	int err;

	for (;;) {
		have = conn->in_end - conn->in_start;
		err = frame_parse(conn->in + conn->in_start, have, &conn->req, size);
		if (err != -EAGAIN)
			return err;
		err = connection_flush(conn);
		if (err)
			return err;
		if (conn->in_start + *size > conn->in_size || !have) {
			err = make_room(conn, *size);
			if (err)
				return err;
		}
		err = have ? stream_wait(conn->fd, conn->timeout_ms) : 0;
		if (!err)
			err = stream_read_some(conn->fd, conn->in + conn->in_end,
					       conn->in_size - conn->in_end, &got);
		if (err)
			return err;
		conn->in_end += got;
	}
}

/* Whether the core may wait: unless it can't even read that. */
static bool waits(struct connection *conn)
{
	__u64 deadline;

	return conn->req.call == SLMBX_CALL_RECVV &&
	       !window_read(conn, &deadline, SLMBXD_ARGS + offsetof(struct slmbx_recvv, deadline),
			    sizeof(deadline)) &&
	       deadline;
}

/* Nothing of the request before. */
static void begin(struct connection *conn)
{
	conn->need = 0;
	conn->array.len = 0;
	conn->out.len = 0;
	conn->data_at = 0;
	conn->went_ahead = false;
	conn->answered = false;
	conn->task.interrupted = false;
	if (frame_has_memory(conn->req.call))
		conn->memory = frame_memory(conn->in + conn->body);
	conn->may_wait = waits(conn);
}

static int answer(struct connection *conn, long result)
{
	if (conn->answered)
		return send_replies(conn, &conn->last, 1, NULL);
	if (result == -EFAULT && conn->need)
		return connection_reply(conn, SLMBXD_NEED_ROOM, conn->need, NULL, 0);
	if (result == -EMSGSIZE && conn->req.call == SLMBX_CALL_RECVV)
		return connection_reply(conn, SLMBXD_TOO_LONG, conn->needed, NULL, 0);
	return reply_done(conn, result == -ERESTARTSYS ? -EINTR : result);
}

static int handle(struct connection *conn)
{
	long result;
	int err;

	/* It came too late. */
	if (conn->req.call == SLMBXD_CANCEL)
		return 0;
	if (conn->req.flags & SLMBXD_AS_UID && !conn->trusted)
		return -EACCES;
	conn->task.fsuid.val = conn->req.flags & SLMBXD_AS_UID ? conn->req.uid : conn->peer;
	begin(conn);
	err = conn->may_wait ? waiting_begin(conn) : 0;
	if (err)
		return err;
	result = dispatch(&conn->req);
	if (conn->error)
		return conn->error;
	if (conn->went_ahead)
		err = discard(conn, conn->memory.data - conn->data_at);
	return err ?: answer(conn, result);
}

static int serve_one(struct connection *conn)
{
	size_t size;
	int err;

	err = next_request(conn, &size);
	if (err)
		return err;
	conn->body = conn->in_start + sizeof(conn->req);
	conn->in_start += size;
	return handle(conn);
}

void connection_serve(struct connection *conn)
{
	int err;

	shim_thread_begin(&conn->task);
	conn->task.memory = &client_memory;
	err = make_room(conn, BUFFER_MIN);
	while (!err)
		err = serve_one(conn);
	/* A refusal in the place of a reply that lacks would be taken for it. */
	if ((err == -EPROTO || err == -ETIMEDOUT || err == -EACCES) && !connection_flush(conn))
		connection_refuse(conn->fd, err);
	free(conn->in);
	free(conn->array.bytes);
	free(conn->out.bytes);
	shim_thread_end();
}
