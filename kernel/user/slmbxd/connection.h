/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBXD_CONNECTION_H
#define SLMBXD_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <linux/sched.h>
#include <linux/slmbxd.h>

/* Replies sent at once at most. */
#define CONNECTION_REPLIES	64

/**
 * struct connection - one client, served by one thread
 * @task: as whom the core sees the request in hand
 * @fd: the stream; the connection's
 * @peer: uid of SO_PEERCRED
 * @trusted: may act for another uid
 * @timeout_ms: how long a client may keep half a frame
 * @in: bytes received; from @in_start to @in_end not consumed yet
 * @req: the request in hand
 * @body: what came with it
 * @need: bytes of the client's buffer a recv lacked, 0 if it had room
 * @out: what the request wrote to the client's memory, sent with the reply
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
	const unsigned char *body;
	unsigned long need;

	unsigned char *out;
	size_t out_size, out_len;
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

/*
 * The reply to a receive of @len bytes (at least 1), without the last of them: that
 * follows once the request is done.
 */
int connection_reply_early(struct connection *conn, const unsigned char *body, size_t len);

/* Reads @len bytes that follow the request, those already received first. */
int connection_read(struct connection *conn, void *to, size_t len);

#endif /* SLMBXD_CONNECTION_H */
