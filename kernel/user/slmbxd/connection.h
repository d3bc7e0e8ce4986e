/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBXD_CONNECTION_H
#define SLMBXD_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <linux/sched.h>
#include <linux/slmbxd.h>

/* Replies sent at once at most. */
#define CONNECTION_REPLIES 64

/* Bytes collected for the client, in memory that is kept for the next. */
struct connection_buffer {
	unsigned char *bytes;
	size_t size, len;
};

/**
 * struct connection - one client, served by one thread
 * @task: as whom the core sees the request in hand
 * @fd: the stream; the connection's
 * @peer: uid of SO_PEERCRED
 * @trusted: may act for another uid
 * @timeout_ms: how long a client may keep half a frame
 * @in: bytes received; from @in_start to @in_end not consumed yet
 * @req: the request in hand
 * @body: where in @in its body is
 * @memory: if its arguments are a struct: what there is of the client's memory
 * @need: bytes of room at the client's that it lacked, 0 if it had room
 * @needed: what a recvv said its first message takes
 * @array: what it wrote to SLMBXD_ARRAY, sent with the reply
 * @out: what else it wrote to the client's memory, sent behind that
 * @data_at: bytes of SLMBXD_DATA read from the stream, or written
 * @went_ahead: the client was asked for what it sends behind the request
 * @may_wait: so the client may leave meanwhile
 * @watch: how it is heeded then
 * @answered: the reply to the request in hand is sent already, but for
 * @last: its last byte
 * @replies: replies not sent yet: they go together once no whole request waits
 * @error: why the stream can't be used any more, or 0
 */
struct connection {
	struct task_struct task;
	int fd;
	uid_t peer;
	bool trusted;
	int timeout_ms;

	unsigned char *in;
	size_t in_size, in_start, in_end;

	struct slmbxd_request req;
	size_t body;
	struct slmbxd_memory memory;
	unsigned long need;
	u64 needed;

	struct connection_buffer array, out;
	u64 data_at;
	bool went_ahead, may_wait;
	struct shim_watch watch;
	bool answered;
	unsigned char last;

	struct slmbxd_reply replies[CONNECTION_REPLIES];
	unsigned int n_replies;
	int error;
};

/* Serves requests until the client leaves or is refused. Closes nothing. */
void connection_serve(struct connection *conn);

/* Says that it ends, and why; the client may not be listening. */
void connection_refuse(int fd, int why);

/*
 * One reply with the @len bytes of @body. Without any it may wait for those of requests
 * that are there already.
 */
int connection_reply(struct connection *conn, __u32 kind, __s64 result, const void *body,
		     size_t len);

/* Sends what waits so. */
int connection_flush(struct connection *conn);

/*
 * The reply to a receive of @len bytes (at least 1), without the last of them: that
 * follows once the request is done.
 */
int connection_reply_early(struct connection *conn, const unsigned char *body, size_t len);

/* Reads @len bytes that follow the request, those already received first. */
int connection_read(struct connection *conn, void *to, size_t len);

/* Makes @in hold @size bytes in all; what it held stays where it is in it. -ENOMEM. */
int connection_in_grow(struct connection *conn, size_t size);

/* The same of another buffer. */
bool connection_buffer_grow(struct connection_buffer *buffer, size_t size);

#endif /* SLMBXD_CONNECTION_H */
