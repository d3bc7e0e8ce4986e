// SPDX-License-Identifier: MIT
/*
 * recvv and list: calls that fill as much of a buffer as there is to say. What comes
 * goes straight to the caller's memory, which was looked at before the daemon was asked.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <linux/slmbx.h>
#include "../engine.h"
#include "arguments.h"
#include "daemon.h"

/**
 * struct fetch - such a call under way
 * @arguments: its request
 * @count: of structs or ids that may come; 0 if the daemon will refuse the call
 * @array: recvv: where the structs go
 * @data: where the rest goes
 * @size: bytes at @data
 * @at: bytes that came there so far
 * @waits: the daemon may take its time
 * @cancelled: it was told to make an end
 */
struct fetch {
	struct slmbx_arguments *arguments;
	uint32_t count;
	uintptr_t array;
	uintptr_t data;
	size_t size;
	size_t at;
	bool waits;
	bool cancelled;
};

static bool is_recvv(const struct fetch *fetch)
{
	return fetch->arguments->request.call == SLMBX_CALL_RECVV;
}

static void prepare_recvv(struct fetch *fetch)
{
	struct slmbx_recvv *args = &fetch->arguments->args.recvv;

	if (!slmbx_arguments_have(fetch->arguments, SLMBX_RECVV_SIZE_V0, args->count,
				  SLMBX_BATCH_MAX))
		return;
	fetch->count = args->count;
	fetch->array = slmbx_arguments_address(args->messages);
	fetch->data = slmbx_arguments_address(args->buf);
	fetch->size = args->size < SIZE_MAX ? (size_t)args->size : SIZE_MAX;
	fetch->waits = args->deadline != 0;
	fetch->arguments->memory.array_room =
		(uint32_t)slmbx_memory_writable(fetch->array,
						fetch->count * sizeof(struct slmbx_recvv_msg));
	args->messages = SLMBXD_ARRAY;
	args->buf = SLMBXD_DATA;
}

static void prepare_list(struct fetch *fetch)
{
	struct slmbx_list *args = &fetch->arguments->args.list;

	if (!slmbx_arguments_have(fetch->arguments, SLMBX_LIST_SIZE_V0, args->count,
				  SLMBX_LIST_MAX))
		return;
	fetch->count = args->count;
	fetch->data = slmbx_arguments_address(args->ids);
	fetch->size = fetch->count * sizeof(uint32_t);
	args->ids = SLMBXD_DATA;
}

/* The reply says what came of it: the wait's end, or a message that was faster. */
static void cancel(struct slmbx_conn *conn, struct fetch *fetch)
{
	const struct slmbxd_request request = { .magic = SLMBXD_MAGIC, .call = SLMBXD_CANCEL };
	bool sent;

	slmbx_frames_put(conn, &request, 0, 0, &sent);
	fetch->cancelled = true;
}

static int put(struct slmbx_conn *conn, struct fetch *fetch)
{
	struct iovec iov[1];
	bool begun;
	int err;

	fetch->at = 0;
	err = slmbx_arguments_put(conn, fetch->arguments, iov, 1, &begun);
	/* The signal came while a message did that found no room. */
	if (!err && fetch->cancelled)
		cancel(conn, fetch);
	return err;
}

static size_t room_left(const struct fetch *fetch)
{
	return fetch->arguments->memory.data_room - fetch->at;
}

static int get_head(struct slmbx_conn *conn, struct fetch *fetch, struct slmbxd_reply *reply)
{
	uint64_t room = (uint64_t)room_left(fetch) + fetch->arguments->memory.array_room;
	size_t got = 0;
	int err;

	do {
		err = slmbx_frames_get_head(conn, reply, room, fetch->waits && !fetch->cancelled,
					    &got);
		if (err == -EINTR)
			cancel(conn, fetch);
	} while (err == -EINTR);
	return err;
}

/* The @array_len bytes of structs of a reply, and its @len bytes of the rest. */
static int get_body(struct slmbx_conn *conn, struct fetch *fetch, size_t array_len, size_t len)
{
	struct iovec iov[2];
	size_t pieces = 0;

	if (len > room_left(fetch))
		return -EPROTO;
	if (array_len)
		iov[pieces++] = (struct iovec){
			.iov_base = (void *)fetch->array,
			.iov_len = array_len,
		};
	if (len)
		iov[pieces++] = (struct iovec){
			.iov_base = (void *)(fetch->data + fetch->at),
			.iov_len = len,
		};
	fetch->at += len;
	return slmbx_frames_get_body(conn, iov, pieces, array_len + len);
}

static int get_result(struct slmbx_conn *conn, struct fetch *fetch,
		      const struct slmbxd_reply *reply)
{
	size_t array_len = 0;

	if (reply->result < 0)
		return 0;
	if (reply->result > fetch->count)
		return -EPROTO;
	if (is_recvv(fetch))
		array_len = (size_t)reply->result * sizeof(struct slmbx_recvv_msg);
	else if (fetch->at + reply->body_len != (size_t)reply->result * sizeof(uint32_t))
		return -EPROTO;
	if (array_len > reply->body_len || array_len > fetch->arguments->memory.array_room)
		return -EPROTO;
	return get_body(conn, fetch, array_len, reply->body_len - array_len);
}

/* All that comes up to the final reply. */
static int get(struct slmbx_conn *conn, struct fetch *fetch, struct slmbxd_reply *reply)
{
	int err = get_head(conn, fetch, reply);

	while (!err && reply->kind == SLMBXD_PIECE) {
		err = get_body(conn, fetch, 0, reply->body_len);
		if (!err)
			err = get_head(conn, fetch, reply);
		/* A reply that breaks off may follow an act of the daemon. */
		if (err == SLMBX_LOST)
			err = -EPROTO;
	}
	if (!err && reply->kind == SLMBXD_DONE)
		err = get_result(conn, fetch, reply);
	if (!err && reply->kind == SLMBXD_REFUSED)
		err = slmbx_refusal(reply->result);
	return err;
}

static int exchange(struct slmbx_conn *conn, struct fetch *fetch, struct slmbxd_reply *reply)
{
	int sent = put(conn, fetch), err = sent;

	if (!sent || sent == SLMBX_HUNG_UP)
		err = get(conn, fetch, reply);
	if (err || sent)
		slmbx_conn_close(conn);
	return err;
}

static long too_long(struct slmbx_conn *conn, const struct fetch *fetch, uintptr_t args,
		     uint64_t needed)
{
	uintptr_t to = args + offsetof(struct slmbx_recvv, needed);

	if (!is_recvv(fetch) || needed <= fetch->size || needed > INT64_MAX)
		return slmbx_exchange_broken(conn);
	if (slmbx_memory_writable(to, sizeof(needed)) < sizeof(needed))
		return -EFAULT;
	memcpy((void *)to, &needed, sizeof(needed));
	return -EMSGSIZE;
}

long slmbx_call_fetch(struct slmbx_conn *conn, const struct slmbx_call *call)
{
	struct slmbx_arguments arguments;
	struct fetch fetch = { .arguments = &arguments };
	struct slmbxd_reply reply;
	size_t room;
	int err;

	slmbx_arguments_read(&arguments, call);
	if (is_recvv(&fetch))
		prepare_recvv(&fetch);
	else
		prepare_list(&fetch);
	room = slmbx_room_first(conn, fetch.data, fetch.size);
	for (;;) {
		arguments.memory.data_room = room;
		err = exchange(conn, &fetch, &reply);
		if (err)
			return err;
		if (reply.kind != SLMBXD_NEED_ROOM)
			break;
		if (reply.result <= (int64_t)room || (uint64_t)reply.result > fetch.size)
			return slmbx_exchange_broken(conn);
		room = slmbx_room_next(fetch.data, fetch.size, room, (size_t)reply.result);
		if (room < (size_t)reply.result)
			return -EFAULT;
	}
	if (reply.kind == SLMBXD_TOO_LONG)
		return too_long(conn, &fetch, call->mem, (uint64_t)reply.result);
	if (is_recvv(&fetch) && reply.result >= 0)
		conn->last_size = fetch.at;
	return slmbx_exchange_final(conn, &reply);
}
