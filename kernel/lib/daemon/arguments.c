// SPDX-License-Identifier: MIT
/*
 * Calls whose arguments are a struct: what goes to slmbxd of the caller's memory, and
 * the calls of which no more comes back than the struct's array has.
 *
 * The daemon checks everything. Here it only matters how long the array is, if its
 * count is one there may be, and where it is.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <linux/slmbx.h>
#include "../engine.h"
#include "arguments.h"
#include "daemon.h"

/* Messages whose descriptors need no memory from the heap. */
#define FEW 16

void slmbx_arguments_read(struct slmbx_arguments *arguments, const struct slmbx_call *call)
{
	struct slmbxd_request *request = &arguments->request;
	size_t size = call->size;

	*request = slmbx_request(call->nr, 0, call->as);
	request->arg = size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
	arguments->memory = (struct slmbxd_memory){ .args = 0 };
	/* The longest of those that have a name. */
	arguments->args.recvv = (struct slmbx_recvv){ .count = 0 };

	/* Of any other size it will not be looked at. */
	if (size <= SLMBXD_ARGS_MAX)
		arguments->memory.args = (uint32_t)slmbx_memory_readable(call->mem, size);
	if (arguments->memory.args)
		memcpy(&arguments->args, (const void *)call->mem, arguments->memory.args);
}

bool slmbx_arguments_have(const struct slmbx_arguments *arguments, size_t first_size,
			  uint32_t count, uint32_t max)
{
	return arguments->memory.args >= first_size && count && count <= max;
}

int slmbx_arguments_put(struct slmbx_conn *conn, struct slmbx_arguments *arguments,
			struct iovec *rest, size_t count, bool *begun)
{
	size_t len =
		sizeof(arguments->request) + sizeof(arguments->memory) + arguments->memory.args;
	size_t sent;
	int err;

	rest[0] = (struct iovec){ .iov_base = &arguments->request, .iov_len = len };
	for (size_t i = 1; i < count; i++)
		len += rest[i].iov_len;
	arguments->request.body_len = (uint32_t)(len - sizeof(arguments->request));
	err = slmbx_frames_put_pieces(conn, rest, count, len, &sent);
	*begun = sent > 0;
	return err;
}

/* Puts it without anything that can't be read, on a new connection if it was @begun. */
static int put_fault(struct slmbx_conn **conn, struct slmbx_arguments *arguments,
		     struct iovec *rest, size_t count, bool begun)
{
	int err = begun ? slmbx_exchange_anew(conn) : 0;

	return err ? err : slmbx_arguments_put(*conn, arguments, rest, count, &begun);
}

/* As the reply to what can't have succeeded: there was nothing to take or to write. */
static long only_failed(struct slmbx_conn *conn, long ret)
{
	return ret < 0 ? ret : slmbx_exchange_broken(conn);
}

long slmbx_call_setattr(struct slmbx_conn *conn, const struct slmbx_call *call)
{
	struct slmbx_arguments arguments;
	struct slmbxd_reply reply;
	struct iovec iov[1];
	bool begun;
	int err;

	slmbx_arguments_read(&arguments, call);
	err = slmbx_arguments_put(conn, &arguments, iov, 1, &begun);
	err = slmbx_exchange_get(conn, err, &reply, 0, 0);
	return err ? err : slmbx_exchange_final(conn, &reply);
}

/* The items are sent from where they are, and come back there, all of them. */
long slmbx_call_settle(struct slmbx_conn *conn, const struct slmbx_call *call)
{
	struct slmbx_arguments arguments;
	struct slmbx_settle *args = &arguments.args.settle;
	struct slmbxd_reply reply;
	struct iovec iov[2];
	uintptr_t items = 0;
	size_t size = 0;
	bool begun;
	int put, err;
	long ret;

	slmbx_arguments_read(&arguments, call);
	if (slmbx_arguments_have(&arguments, SLMBX_SETTLE_SIZE_V0, args->count, SLMBX_BATCH_MAX)) {
		items = slmbx_arguments_address(args->items);
		size = args->count * sizeof(struct slmbx_settle_item);
		args->items = SLMBXD_ARRAY;
		arguments.memory.array = (uint32_t)size;
		arguments.memory.array_room = (uint32_t)slmbx_memory_writable(items, size);
	}
	iov[1] = (struct iovec){ .iov_base = (void *)items, .iov_len = size };
	put = slmbx_arguments_put(conn, &arguments, iov, size ? 2 : 1, &begun);
	if (put == -EFAULT) {
		arguments.memory.array = 0;
		put = put_fault(&conn, &arguments, iov, 1, begun);
	}
	err = slmbx_exchange_get(conn, put, &reply, items, arguments.memory.array_room);
	if (err)
		return err;
	ret = slmbx_exchange_final(conn, &reply);
	if (ret < 0)
		return ret;
	if (!arguments.memory.array || reply.body_len != size || ret > (long)args->count)
		return slmbx_exchange_broken(conn);
	return ret;
}

/**
 * struct outgoing - the messages of a sendv
 * @descs: their descriptors, as the daemon is told
 * @iov: pieces of the frame: [0] its beginning, [1] @descs, then all that aren't empty
 * @pieces: how many
 * @few_descs, @few_iov: of a few messages
 */
struct outgoing {
	struct slmbx_sendv_msg *descs;
	struct iovec *iov;
	size_t pieces;
	struct slmbx_sendv_msg few_descs[FEW];
	struct iovec few_iov[2 + FEW];
};

static int outgoing_alloc(struct outgoing *out, uint32_t count)
{
	out->descs = out->few_descs;
	out->iov = out->few_iov;
	out->pieces = 1;
	if (count <= FEW)
		return 0;
	out->iov = malloc((2 + count) * sizeof(*out->iov) + count * sizeof(*out->descs));
	if (!out->iov)
		return -ENOMEM;
	out->descs = (struct slmbx_sendv_msg *)(out->iov + 2 + count);
	return 0;
}

static void outgoing_free(struct outgoing *out)
{
	if (out->iov != out->few_iov)
		free(out->iov);
}

/* Says in the descriptors where the daemon finds each message. */
static uint64_t place(struct outgoing *out, uint32_t count)
{
	uint64_t at = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct slmbx_sendv_msg *desc = &out->descs[i];

		if (desc->len)
			out->iov[out->pieces++] = (struct iovec){
				.iov_base = (void *)slmbx_arguments_address(desc->data),
				.iov_len = desc->len,
			};
		desc->data = SLMBXD_DATA + at;
		at += desc->len;
	}
	return at;
}

/* Takes the descriptors, if they can be read. */
static void read_descs(struct slmbx_arguments *arguments, struct outgoing *out, uint32_t count)
{
	struct slmbx_sendv *args = &arguments->args.sendv;
	uintptr_t messages = slmbx_arguments_address(args->messages);
	size_t size = count * sizeof(*out->descs);

	if (slmbx_memory_readable(messages, size) == size) {
		memcpy(out->descs, (const void *)messages, size);
		arguments->memory.array = (uint32_t)size;
		out->iov[out->pieces++] = (struct iovec){ .iov_base = out->descs, .iov_len = size };
		arguments->memory.data = place(out, count);
	}
	args->messages = SLMBXD_ARRAY;
}

static bool fits_inline(const struct slmbx_arguments *arguments)
{
	const struct slmbxd_memory *memory = &arguments->memory;

	return memory->data <= SLMBXD_INLINE_MAX &&
	       sizeof(*memory) + memory->args + memory->array + memory->data <= SLMBXD_INLINE_MAX;
}

/* Some message can't be read, so none is offered. */
static long sendv_fault(struct slmbx_conn *conn, struct slmbx_arguments *arguments,
			struct outgoing *out, bool begun)
{
	struct slmbxd_reply reply;
	int err;

	arguments->memory.data = 0;
	out->iov[1] = (struct iovec){
		.iov_base = out->descs,
		.iov_len = arguments->memory.array,
	};
	err = put_fault(&conn, arguments, out->iov, 2, begun);
	err = slmbx_exchange_get(conn, err, &reply, 0, 0);
	return err ? err : only_failed(conn, slmbx_exchange_final(conn, &reply));
}

static long sendv(struct slmbx_conn *conn, struct slmbx_arguments *arguments, struct outgoing *out)
{
	bool is_inline = fits_inline(arguments), begun;
	size_t sent, head = is_inline || out->pieces == 1 ? out->pieces : 2;
	struct slmbxd_reply reply;
	int err, put;
	long ret;

	put = slmbx_arguments_put(conn, arguments, out->iov, head, &begun);
	if (put == -EFAULT)
		return sendv_fault(conn, arguments, out, begun);
	err = slmbx_exchange_get(conn, put, &reply, 0, 0);
	if (err)
		return err;

	if (reply.kind == SLMBXD_GO_AHEAD && !is_inline) {
		put = slmbx_frames_put_pieces(conn, out->iov + 2, out->pieces - 2,
					      arguments->memory.data, &sent);
		if (put == -EFAULT)
			return sendv_fault(conn, arguments, out, true);
		err = slmbx_exchange_get(conn, put, &reply, 0, 0);
		if (err)
			return err;
	}
	ret = slmbx_exchange_final(conn, &reply);
	return ret <= (long)arguments->args.sendv.count ? ret : slmbx_exchange_broken(conn);
}

long slmbx_call_sendv(struct slmbx_conn *conn, const struct slmbx_call *call)
{
	struct slmbx_arguments arguments;
	struct slmbx_sendv *args = &arguments.args.sendv;
	struct outgoing out;
	uint32_t count = 0;
	long ret;

	slmbx_arguments_read(&arguments, call);
	if (slmbx_arguments_have(&arguments, SLMBX_SENDV_SIZE_V0, args->count, SLMBX_BATCH_MAX))
		count = args->count;
	ret = outgoing_alloc(&out, count);
	if (ret)
		return ret;
	if (count)
		read_descs(&arguments, &out, count);
	ret = sendv(conn, &arguments, &out);
	outgoing_free(&out);
	return ret;
}
