// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "client_memory.h"
#include "connection.h"
#include "dispatch.h"
#include "frame.h"
#include "shim.h"
#include "stream.h"

/* Most messages are small. */
#define BUFFER_MIN	16384

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

/* Sends the replies that wait, and @body behind the last. */
static int send_replies(struct connection *conn, const void *body, size_t len)
{
	struct iovec pieces[] = {
		{ .iov_base = conn->replies, .iov_len = conn->n_replies * sizeof(*conn->replies) },
		{ .iov_base = (void *)body, .iov_len = len },
	};

	conn->n_replies = 0;
	return stream_write(conn->fd, pieces, len ? 2 : 1);
}

int connection_reply(struct connection *conn, __u32 kind, __s64 result, const void *body,
		     size_t len)
{
	conn->replies[conn->n_replies++] = make_reply(kind, result, len);
	if (kind == SLMBXD_GO_AHEAD || len || conn->n_replies == CONNECTION_REPLIES)
		return send_replies(conn, body, len);
	return 0;
}

int connection_reply_early(struct connection *conn, const unsigned char *body, size_t len)
{
	conn->replies[conn->n_replies++] = make_reply(SLMBXD_DONE, len, len);
	conn->last = body[len - 1];
	return send_replies(conn, body, len - 1);
}

int connection_read(struct connection *conn, void *to, size_t len)
{
	size_t have = conn->in_end - conn->in_start;

	if (have > len)
		have = len;
	memcpy(to, conn->in + conn->in_start, have);
	conn->in_start += have;
	return stream_read(conn->fd, (char *)to + have, len - have, conn->timeout_ms);
}

/* Makes room for a frame of @size bytes that starts at in_start. */
static int make_room(struct connection *conn, size_t size)
{
	unsigned char *in;

	if (conn->in_end > conn->in_start)
		memmove(conn->in, conn->in + conn->in_start, conn->in_end - conn->in_start);
	conn->in_end -= conn->in_start;
	conn->in_start = 0;
	if (size <= conn->in_size)
		return 0;
	in = realloc(conn->in, size);
	if (!in)
		return -ENOMEM;
	conn->in = in;
	conn->in_size = size;
	return 0;
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
		err = conn->n_replies ? send_replies(conn, NULL, 0) : 0;
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

static int handle(struct connection *conn)
{
	long result;

	if (conn->req.flags & SLMBXD_AS_UID && !conn->trusted)
		return -EACCES;
	conn->task.fsuid.val = conn->req.flags & SLMBXD_AS_UID ? conn->req.uid : conn->peer;
	conn->need = 0;
	conn->out_len = 0;
	conn->answered = false;

	result = dispatch(&conn->req);
	if (conn->error)
		return conn->error;
	if (conn->answered)
		return send_replies(conn, &conn->last, 1);
	if (result == -EFAULT && conn->need)
		return connection_reply(conn, SLMBXD_NEED_ROOM, conn->need, NULL, 0);
	return connection_reply(conn, SLMBXD_DONE, result, conn->out,
				result < 0 ? 0 : conn->out_len);
}

static int serve_one(struct connection *conn)
{
	size_t size;
	int err;

	err = next_request(conn, &size);
	if (err)
		return err;
	conn->body = conn->in + conn->in_start + sizeof(conn->req);
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
	if ((err == -EPROTO || err == -ETIMEDOUT || err == -EACCES) && !send_replies(conn, NULL, 0))
		connection_refuse(conn->fd, err);
	free(conn->in);
	free(conn->out);
	shim_thread_end();
}
