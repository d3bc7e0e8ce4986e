// SPDX-License-Identifier: MIT
/*
 * Sends to slmbxd many at a time: their requests go together, and so do the replies.
 */
#include <errno.h>
#include <linux/slmbx.h>
#include "../slmbx.h"
#include "daemon.h"

/* What the socket takes at once, so that neither side waits for the other to read. */
#define BATCH_MAX	64
#define BATCH_BYTES	(2 * SLMBXD_INLINE_MAX)

/**
 * struct batch - requests to be put together
 * @n: how many
 * @len: bytes of all
 * @end: bytes up to the end of each
 * @pieces: entries of @iov
 */
struct batch {
	size_t n;
	size_t len;
	size_t end[BATCH_MAX];
	struct slmbxd_request request[BATCH_MAX];
	size_t pieces;
	struct iovec iov[2 * BATCH_MAX];
};

static void add_piece(struct batch *batch, const void *from, size_t len)
{
	batch->iov[batch->pieces++] = (struct iovec){
		.iov_base = (void *)from,
		.iov_len = len,
	};
	batch->len += len;
}

static bool fits(const struct batch *batch, const struct slmbx_outgoing *out)
{
	return batch->n < BATCH_MAX && out->len <= SLMBXD_INLINE_MAX &&
	       batch->len + sizeof(struct slmbxd_request) + out->len <= BATCH_BYTES;
}

static void add(struct batch *batch, uid_t as, const struct slmbx_outgoing *out)
{
	struct slmbxd_request *request = &batch->request[batch->n];

	*request = slmbx_request(SLMBX_CALL_SEND, out->id, as);
	request->arg = out->len;
	request->body_len = out->len;
	add_piece(batch, request, sizeof(*request));
	if (out->len)
		add_piece(batch, out->msg, out->len);
	batch->end[batch->n++] = batch->len;
}

/* Requests that are whole within the first @sent bytes. */
static size_t whole(const struct batch *batch, size_t sent)
{
	size_t n = 0;

	while (n < batch->n && batch->end[n] <= sent)
		n++;
	return n;
}

static long result_of(const struct slmbxd_reply *reply)
{
	switch (reply->kind) {
	case SLMBXD_DONE:
		return (long)reply->result;
	case SLMBXD_REFUSED:
		return slmbx_refusal(reply->result);
	default:
		return -EPROTO;
	}
}

/*
 * Reads the replies to the first @n. Returns how many have a result, all of them if
 * the connection is still of use.
 */
static size_t take_results(struct slmbx_conn *conn, struct slmbx_outgoing *out, size_t n)
{
	struct slmbxd_reply reply[BATCH_MAX];
	size_t got, i;
	int err;

	got = slmbx_frames_get_many(conn, reply, n, &err);
	for (i = 0; i < got; i++) {
		out[i].result = result_of(&reply[i]);
		if (out[i].result == SLMBX_LOST)
			return i;
	}
	/* The stream broke, not the daemon: it may have acted on all, and none must be sent again. */
	while (err == -EPROTO && i < n)
		out[i++].result = err;
	return i;
}

/*
 * Sends the first few of the @n messages together. Returns how many have a result;
 * the one after those must go by itself, and so must the first if that is 0: what
 * can't be read, or is too large, or met the end of the connection.
 */
size_t slmbx_batch_send(uid_t as, struct slmbx_outgoing *out, size_t n)
{
	struct batch batch = { .n = 0 };
	struct slmbx_conn *conn;
	size_t sent, gone, done;
	int err;

	while (batch.n < n && fits(&batch, &out[batch.n]))
		add(&batch, as, &out[batch.n]);
	if (batch.n < 2 || slmbx_conn_get(&conn))
		return 0;

	conn->busy = true;
	err = slmbx_frames_put_pieces(conn, batch.iov, batch.pieces, batch.len, &sent);
	gone = whole(&batch, sent);
	done = take_results(conn, out, gone);
	conn->busy = false;
	if (err || done < gone)
		slmbx_conn_close(conn);
	return done;
}
