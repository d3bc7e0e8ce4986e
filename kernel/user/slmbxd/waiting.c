// SPDX-License-Identifier: GPL-2.0
/*
 * A client whose call waits: it may hang up, cancel, or send on. Of what it sends, only
 * the head of the next frame is received meanwhile, to see whether it cancels.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include <linux/container_of.h>

#include "connection.h"
#include "stream.h"
#include "waiting.h"

static size_t head_lacks(const struct connection *conn)
{
	size_t have = conn->in_end - conn->in_start;

	return have < sizeof(conn->req) ? sizeof(conn->req) - have : 0;
}

/* frame_parse() will judge of the rest, once it is its turn. */
static bool is_cancelled(const struct connection *conn)
{
	struct slmbxd_request next;

	if (head_lacks(conn))
		return false;
	memcpy(&next, conn->in + conn->in_start, sizeof(next));
	return next.magic == SLMBXD_MAGIC && next.call == SLMBXD_CANCEL;
}

/* With the head complete, what else the client sends has to wait for the reply. */
static void watch(struct connection *conn)
{
	conn->watch.events = head_lacks(conn) ? POLLRDHUP | POLLIN : POLLRDHUP;
}

static bool lose(struct connection *conn, int err)
{
	conn->error = err;
	return true;
}

static bool interrupts(struct task_struct *task, short revents)
{
	struct connection *conn = container_of(task, struct connection, task);
	size_t got;
	int err;

	if (!(revents & POLLIN))
		return lose(conn, -ECONNRESET);
	err = stream_read_some(conn->fd, conn->in + conn->in_end, head_lacks(conn), &got);
	if (err)
		return lose(conn, err);
	conn->in_end += got;
	watch(conn);
	return is_cancelled(conn);
}

int waiting_begin(struct connection *conn)
{
	int err = connection_in_grow(conn, conn->in_start + sizeof(conn->req));

	if (err)
		return err;
	conn->watch = (struct shim_watch){ .fd = conn->fd, .interrupts = interrupts };
	watch(conn);
	conn->task.watch = &conn->watch;
	conn->task.interrupted = is_cancelled(conn);
	/* Who waits for those can't know that this takes time. */
	return connection_flush(conn);
}

bool waiting_client_is_there(struct connection *conn)
{
	struct pollfd pfd = { .fd = conn->fd, .events = POLLRDHUP };

	if (poll(&pfd, 1, 0) <= 0)
		return true;
	return !lose(conn, -ECONNRESET);
}
