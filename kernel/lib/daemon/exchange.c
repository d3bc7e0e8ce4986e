// SPDX-License-Identifier: MIT
/*
 * A request and its final reply.
 */
#include <errno.h>
#include <sys/socket.h>
#include "daemon.h"

/*
 * The reply to what was put; @put is the result of putting it. A daemon may answer
 * before it has read all, and hang up. Any failure ends the connection.
 */
int slmbx_exchange_get(struct slmbx_conn *conn, int put, struct slmbxd_reply *reply, uintptr_t body,
		       size_t room)
{
	int err = put;

	if (!put || put == SLMBX_HUNG_UP)
		err = slmbx_frames_get(conn, reply, body, room);
	if (!err && reply->kind == SLMBXD_REFUSED)
		err = slmbx_refusal(reply->result);
	if (err || put)
		slmbx_conn_close(conn);
	return err;
}

/* A request without a body, and its reply. */
int slmbx_exchange(struct slmbx_conn *conn, const struct slmbxd_request *request,
		   struct slmbxd_reply *reply, uintptr_t body, size_t room)
{
	bool sent;
	int put = slmbx_frames_put(conn, request, 0, 0, &sent);

	return slmbx_exchange_get(conn, put, reply, body, room);
}

/* The peer said what slmbxd never says: its stream makes no more sense. */
long slmbx_exchange_broken(struct slmbx_conn *conn)
{
	slmbx_conn_close(conn);
	return -EPROTO;
}

long slmbx_exchange_final(struct slmbx_conn *conn, const struct slmbxd_reply *reply)
{
	return reply->kind == SLMBXD_DONE ? (long)reply->result : slmbx_exchange_broken(conn);
}

/*
 * Hangs up, and waits until the daemon has done so too. Then it has forgotten what it had
 * of a request, and nobody is charged for that any more.
 */
static void hang_up(struct slmbx_conn *conn)
{
	struct slmbxd_reply reply;
	int err;

	shutdown(conn->fd, SHUT_WR);
	do
		err = slmbx_frames_get(conn, &reply, 0, 0);
	while (!err);
	slmbx_conn_close(conn);
}

/* A new connection, because the daemon must forget what it has of a request. */
int slmbx_exchange_anew(struct slmbx_conn **conn)
{
	int err;

	hang_up(*conn);
	err = slmbx_conn_get(conn);
	if (!err)
		(*conn)->busy = true;
	return err;
}
