// SPDX-License-Identifier: MIT
/*
 * The daemon engine: what each call says to slmbxd, and what becomes of the reply.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <linux/slmbx.h>
#include "../engine.h"
#include "../slmbx.h"
#include "daemon.h"

/* A struct larger than this is a mistake, as in copy_struct_from_user(). */
#define STRUCT_SIZE_MAX 4096

static pthread_once_t setup_once = PTHREAD_ONCE_INIT;
static int setup_err;

static void setup(void)
{
	slmbx_paths_read();
	slmbx_memory_setup();
	slmbx_generation_setup();
	setup_err = slmbx_conn_setup();
}

static struct slmbxd_request request_of(const struct slmbx_call *call)
{
	struct slmbxd_request request = slmbx_request(call->nr, call->id, call->as);

	request.arg = call->arg;
	return request;
}

static long call_plain(struct slmbx_conn *conn, const struct slmbx_call *call)
{
	struct slmbxd_request request = request_of(call);
	struct slmbxd_reply reply;
	int err = slmbx_exchange(conn, &request, &reply, 0, 0);

	return err ? err : slmbx_exchange_final(conn, &reply);
}

/*
 * The message can't be read: the daemon is asked all the same, because other errors
 * come before EFAULT. @begun: it has a part of the message, and must forget it.
 */
static long send_fault(struct slmbx_conn *conn, struct slmbxd_request *request, bool begun)
{
	struct slmbxd_reply reply;
	long ret;
	int err;

	if (begun) {
		err = slmbx_exchange_anew(&conn);
		if (err)
			return err;
	}

	request->flags |= SLMBXD_FAULT;
	request->body_len = 0;
	err = slmbx_exchange(conn, request, &reply, 0, 0);
	if (err)
		return err;

	ret = slmbx_exchange_final(conn, &reply);
	return ret < 0 ? ret : slmbx_exchange_broken(conn);
}

static long call_send(struct slmbx_conn *conn, const struct slmbx_call *call)
{
	struct slmbxd_request request = request_of(call);
	struct slmbxd_reply reply;
	bool begun;
	int err, put;

	request.arg = (uint32_t)call->size;
	if (call->size <= SLMBXD_INLINE_MAX)
		request.body_len = request.arg;

	put = slmbx_frames_put(conn, &request, call->mem, request.body_len, &begun);
	if (put == -EFAULT)
		return send_fault(conn, &request, begun);
	err = slmbx_exchange_get(conn, put, &reply, 0, 0);
	if (err)
		return err;

	if (reply.kind == SLMBXD_GO_AHEAD && call->size > SLMBXD_INLINE_MAX) {
		put = slmbx_frames_put_body(conn, call->mem, call->size);
		if (put == -EFAULT)
			return send_fault(conn, &request, true);
		err = slmbx_exchange_get(conn, put, &reply, 0, 0);
		if (err)
			return err;
	}
	return slmbx_exchange_final(conn, &reply);
}

static long call_recv(struct slmbx_conn *conn, const struct slmbx_call *call)
{
	struct slmbxd_request request = request_of(call);
	size_t room = slmbx_room_first(conn, call->mem, call->size);
	struct slmbxd_reply reply;
	long ret;
	int err;

	request.arg = (uint32_t)call->size;
	for (;;) {
		request.room = (uint32_t)room;
		err = slmbx_exchange(conn, &request, &reply, call->mem, room);
		if (err)
			return err;
		if (reply.kind != SLMBXD_NEED_ROOM)
			break;

		if (reply.result <= (int64_t)room || reply.result > (int64_t)call->size)
			return slmbx_exchange_broken(conn);
		room = (size_t)reply.result;
		if (slmbx_memory_writable(call->mem, room) < room)
			return -EFAULT;
	}

	ret = slmbx_exchange_final(conn, &reply);
	if (ret < 0)
		return ret;
	if ((uint64_t)ret != reply.body_len)
		return slmbx_exchange_broken(conn);
	conn->last_size = (size_t)ret;
	return ret;
}

static bool is_zero(const unsigned char *byte, size_t len)
{
	while (len--)
		if (*byte++)
			return false;
	return true;
}

/*
 * Hands out the @known bytes of a struct the caller thinks has @size. What the caller
 * has beyond them must be 0, for it asks what we can't answer.
 */
static long copy_struct_out(uintptr_t mem, size_t size, const void *from, size_t known)
{
	if (size > STRUCT_SIZE_MAX)
		return -E2BIG;
	if (size > known) {
		if (slmbx_memory_readable(mem + known, size - known) < size - known)
			return -EFAULT;
		if (!is_zero((const unsigned char *)mem + known, size - known))
			return -E2BIG;
	}
	if (slmbx_memory_writable(mem, known) < known)
		return -EFAULT;
	memcpy((void *)mem, from, known);
	return 0;
}

static long call_stat(struct slmbx_conn *conn, const struct slmbx_call *call)
{
	struct slmbxd_request request = request_of(call);
	unsigned char st[STRUCT_SIZE_MAX];
	struct slmbxd_reply reply;
	long ret;
	int err;

	request.arg = call->size < sizeof(st) ? (uint32_t)call->size : sizeof(st);
	err = slmbx_exchange(conn, &request, &reply, (uintptr_t)st, request.arg);
	if (err)
		return err;

	ret = slmbx_exchange_final(conn, &reply);
	if (ret < 0)
		return ret;
	if (ret || reply.body_len < SLMBX_STAT_SIZE_V0)
		return slmbx_exchange_broken(conn);
	return copy_struct_out(call->mem, call->size, st, reply.body_len);
}

static long call_once(struct slmbx_conn *conn, const struct slmbx_call *call)
{
	switch (call->nr) {
	case SLMBX_CALL_SEND:
		return call_send(conn, call);
	case SLMBX_CALL_RECV:
		return call_recv(conn, call);
	case SLMBX_CALL_STAT:
		return call_stat(conn, call);
	case SLMBX_CALL_SENDV:
		return slmbx_call_sendv(conn, call);
	case SLMBX_CALL_SETTLE:
		return slmbx_call_settle(conn, call);
	case SLMBX_CALL_SETATTR:
		return slmbx_call_setattr(conn, call);
	case SLMBX_CALL_RECVV:
	case SLMBX_CALL_LIST:
		return slmbx_call_fetch(conn, call);
	default:
		return call_plain(conn, call);
	}
}

static long daemon_call(const struct slmbx_call *call)
{
	struct slmbx_conn *conn;
	long ret;
	int err;

	pthread_once(&setup_once, setup);
	if (setup_err)
		return setup_err;

	/* Twice: the daemon may have been restarted since the call before. */
	for (int i = 0; i < 2; i++) {
		err = slmbx_conn_get(&conn);
		if (err)
			return err;

		conn->busy = true;
		ret = call_once(conn, call);
		conn->busy = false;
		if (ret != SLMBX_LOST)
			return ret;
	}
	return -ECONNREFUSED;
}

static size_t daemon_send_batch(uid_t as, struct slmbx_outgoing *out, size_t n)
{
	pthread_once(&setup_once, setup);
	return setup_err ? 0 : slmbx_batch_send(as, out, n);
}

static bool daemon_present(void)
{
	pthread_once(&setup_once, setup);
	return !setup_err && slmbx_conn_alive();
}

const struct slmbx_engine_ops slmbx_engine_daemon = {
	.name = "daemon",
	.present = daemon_present,
	.call = daemon_call,
	.send_batch = daemon_send_batch,
};
