// SPDX-License-Identifier: MIT
/*
 * Bytes on a connection of the daemon. They go through the frame parser piece by
 * piece, then through a connection that reads them in pieces of chosen sizes; its
 * replies must be those the requests in the bytes call for, in their order.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/rcupdate.h>
#include <linux/slmbx.h>

#include "calls.h"
#include "connection.h"
#include "frame.h"
#include "inside_quota.h"
#include "inside_skiplist.h"
#include "inside_system.h"
#include "input.h"
#include "shim.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
ssize_t __real_recv(int fd, void *to, size_t len, int flags);
ssize_t __wrap_recv(int fd, void *to, size_t len, int flags);

/* Of the stream. */
#define LONGEST 8192
/* Replies that fit the socket, for nobody reads them meanwhile. Of more the end may lack. */
#define FIT 100000
/* The moment at which all happens. */
#define NOW 1000000000

static struct {
	unsigned int largest_piece;
	uint64_t random;
	bool trusted;
	uid_t peer;
} client;

static void __attribute__((format(printf, 1, 2), noreturn)) fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}

/* The connection's: as if the bytes came in pieces. */
ssize_t __wrap_recv(int fd, void *to, size_t len, int flags)
{
	client.random = client.random * 6364136223846793005ULL + 1442695040888963407ULL;
	if (client.largest_piece && len > 1)
		len = 1 + (client.random >> 33) %
				  (len < client.largest_piece ? len : client.largest_piece);
	return __real_recv(fd, to, len, flags);
}

/* Every beginning of the bytes, each in memory that ends where it does. */
static void parse_prefixes(const uint8_t *bytes, size_t size)
{
	size_t wanted = sizeof(struct slmbxd_request), whole;
	int before = -EAGAIN, err;
	struct slmbxd_request req;

	for (size_t len = 0; len <= size && len < 300; len++) {
		uint8_t *copy = malloc(len + !len);

		memcpy(copy, bytes, len);
		err = frame_parse(copy, len, &req, &whole);
		free(copy);
		if (err != 0 && err != -EAGAIN && err != -EPROTO)
			fail("%zu bytes: %d", len, err);
		if (whole > FRAME_MAX || whole < wanted)
			fail("%zu bytes want %zu, then %zu", len, wanted, whole);
		/* What is decided stays so, and nothing is decided early. */
		if (before != -EAGAIN && err != before)
			fail("%zu bytes: %d, before %d", len, err, before);
		if ((err == 0 && len < whole) || (err == -EAGAIN && len >= whole))
			fail("%zu of %zu bytes: %d", len, whole, err);
		before = err;
		wanted = whole;
	}
}

static bool is_struct_call(unsigned int call)
{
	return (call >= SLMBX_CALL_SENDV && call <= SLMBX_CALL_SETTLE) || call == SLMBX_CALL_LIST ||
	       call == SLMBX_CALL_SETATTR;
}

/**
 * struct frame - what the stream holds of one
 * @req: the request
 * @memory: what its body begins with, if it is of a call with a struct
 * @args: the struct, as much of it as is there
 */
struct frame {
	struct slmbxd_request req;
	struct slmbxd_memory memory;
	const uint8_t *args;
};

/* What slmbxd.h says of a request, once more. */
static bool well_formed(const struct slmbxd_request *req)
{
	bool is_send = req->call == SLMBX_CALL_SEND, is_recv = req->call == SLMBX_CALL_RECV;

	if (req->magic != SLMBXD_MAGIC || req->pad)
		return false;
	if (req->call == SLMBXD_CANCEL)
		return !req->flags && !req->id && !req->arg && !req->room && !req->uid &&
		       !req->body_len;
	if (req->flags != 0 && req->flags != SLMBXD_AS_UID && req->flags != SLMBXD_FAULT &&
	    req->flags != (SLMBXD_AS_UID | SLMBXD_FAULT))
		return false;
	if (req->flags & SLMBXD_AS_UID ? req->uid == UINT_MAX : req->uid != 0)
		return false;
	if (is_struct_call(req->call))
		return !(req->flags & SLMBXD_FAULT) && !req->id && !req->room &&
		       req->body_len >= sizeof(struct slmbxd_memory) &&
		       req->body_len <= SLMBXD_INLINE_MAX;
	if (req->flags & SLMBXD_FAULT && (!is_send || req->body_len))
		return false;
	if (req->body_len &&
	    (!is_send || req->body_len != req->arg || req->body_len > SLMBXD_INLINE_MAX))
		return false;
	return is_recv ? req->room <= req->arg : !req->room;
}

static bool is_streamed(const struct frame *frame)
{
	return frame->memory.data && frame->req.body_len == sizeof(frame->memory) +
								    frame->memory.args +
								    frame->memory.array;
}

/* Of the memory as well. */
static bool memory_well_formed(const struct frame *frame)
{
	const struct slmbxd_memory *memory = &frame->memory;
	unsigned int call = frame->req.call;
	__uint128_t before = (__uint128_t)sizeof(*memory) + memory->args + memory->array;

	if (memory->pad || memory->args > 4096 || memory->args > frame->req.arg ||
	    memory->array > 65536 || memory->array_room > 65536)
		return false;
	if (memory->data && call != SLMBX_CALL_SENDV)
		return false;
	if (memory->array && call != SLMBX_CALL_SENDV && call != SLMBX_CALL_SETTLE)
		return false;
	if (memory->array_room && call != SLMBX_CALL_RECVV && call != SLMBX_CALL_SETTLE)
		return false;
	if (memory->data_room && call != SLMBX_CALL_RECVV && call != SLMBX_CALL_LIST)
		return false;
	return frame->req.body_len == before || frame->req.body_len == before + memory->data;
}

/* Whether it may end the connection: the client doesn't listen for it while it waits. */
static bool may_wait(const struct frame *frame)
{
	size_t at = offsetof(struct slmbx_recvv, deadline);
	__u64 deadline;

	if (frame->req.call != SLMBX_CALL_RECVV || frame->memory.args < at + sizeof(deadline))
		return false;
	memcpy(&deadline, frame->args + at, sizeof(deadline));
	return deadline;
}

static bool is_cancel(const struct input *stream)
{
	struct slmbxd_request req;

	if ((size_t)(stream->end - stream->at) < sizeof(req))
		return false;
	memcpy(&req, stream->at, sizeof(req));
	return req.magic == SLMBXD_MAGIC && req.call == SLMBXD_CANCEL;
}

static struct slmbxd_reply next_reply(struct input *replies)
{
	struct slmbxd_reply reply;

	if ((size_t)(replies->end - replies->at) < sizeof(reply))
		fail("a reply lacks");
	memcpy(&reply, replies->at, sizeof(reply));
	replies->at += sizeof(reply);
	if (reply.magic != SLMBXD_MAGIC || reply.pad || reply.kind > SLMBXD_TOO_LONG)
		fail("a reply of magic %x, kind %u, pad %u", reply.magic, reply.kind, reply.pad);
	if (reply.body_len > (size_t)(replies->end - replies->at))
		fail("%u bytes of a reply, and %td came", reply.body_len,
		     replies->end - replies->at);
	replies->at += reply.body_len;
	return reply;
}

static void expect_refusal(struct input *replies, int why)
{
	struct slmbxd_reply reply = next_reply(replies);

	if (reply.kind != SLMBXD_REFUSED || reply.result != why)
		fail("kind %u, result %lld, not a refusal for %d", reply.kind, reply.result, why);
}

static void expect_too_long(const struct slmbxd_reply *reply)
{
	if (reply->result <= 0 || reply->body_len)
		fail("too long by %lld, body of %u", reply->result, reply->body_len);
}

static bool is_call(unsigned int call)
{
	return call >= SLMBX_CALL_INIT && call <= SLMBX_CALL_PURGE && call != 14;
}

/* The body of a reply that is no failure; @pieces bytes came before it. */
static void check_body(const struct frame *frame, const struct slmbxd_reply *reply, __u64 pieces)
{
	const struct slmbxd_memory *memory = &frame->memory;
	__u64 body = reply->body_len, least = 0, most = 0;

	switch (frame->req.call) {
	case SLMBX_CALL_RECV:
		least = reply->result;
		most = frame->req.room;
		break;
	case SLMBX_CALL_STAT:
		least = SLMBX_STAT_SIZE_V0;
		most = frame->req.arg < sizeof(struct slmbx_stat) ? frame->req.arg :
								    sizeof(struct slmbx_stat);
		break;
	case SLMBX_CALL_RECVV:
		body += pieces;
		least = reply->result * sizeof(struct slmbx_recvv_msg);
		most = memory->array_room + memory->data_room;
		if (most < memory->data_room)
			most = UINT64_MAX;
		break;
	case SLMBX_CALL_SETTLE:
		least = (reply->result ?: 1) * sizeof(struct slmbx_settle_item);
		most = memory->array_room;
		break;
	case SLMBX_CALL_LIST:
		body += pieces;
		least = reply->result * sizeof(__u32);
		most = least;
		if (least > memory->data_room)
			fail("list: %llu bytes into %llu", least, memory->data_room);
		break;
	}
	if (body < least || body > most)
		fail("call %u: result %lld, body of %llu", frame->req.call, reply->result, body);
}

static void check_done(const struct frame *frame, const struct slmbxd_reply *reply, __u64 pieces,
		       const struct input *stream)
{
	if (reply->result < -4095)
		fail("call %u: result %lld", frame->req.call, reply->result);
	if (reply->result == -EINTR && !(may_wait(frame) && is_cancel(stream)))
		fail("call %u: interrupted", frame->req.call);
	if (!is_call(frame->req.call) && reply->result != -ENOSYS)
		fail("call %u: result %lld", frame->req.call, reply->result);
	if (reply->result >= 0)
		check_body(frame, reply, pieces);
	else if (reply->body_len)
		fail("call %u: result %lld, body of %u", frame->req.call, reply->result,
		     reply->body_len);
}

static void check_need_room(const struct frame *frame, const struct slmbxd_reply *reply)
{
	const struct slmbxd_request *req = &frame->req;
	bool is_recv = req->call == SLMBX_CALL_RECV;
	bool is_fetch = req->call == SLMBX_CALL_RECVV || req->call == SLMBX_CALL_LIST;
	__u64 room = is_recv ? req->room : frame->memory.data_room;

	if ((!is_recv && !is_fetch) || reply->result <= 0 || (__u64)reply->result <= room ||
	    (is_recv && reply->result > req->arg) || reply->body_len)
		fail("call %u: %lld bytes of room", req->call, reply->result);
}

/* Bytes that a go-ahead asks for. */
static __u64 asked_for(const struct frame *frame)
{
	const struct slmbxd_request *req = &frame->req;

	if (req->call == SLMBX_CALL_SEND && !req->body_len && !(req->flags & SLMBXD_FAULT))
		return req->arg;
	return req->call == SLMBX_CALL_SENDV && is_streamed(frame) ? frame->memory.data : 0;
}

/* The final reply, after its go-ahead if it is one of those; false if the stream ends. */
static bool check_reply(const struct frame *frame, struct input *stream, struct input *replies)
{
	struct slmbxd_reply reply = next_reply(replies);
	__u64 asked = asked_for(frame), pieces = 0;

	if (reply.kind == SLMBXD_GO_AHEAD) {
		if (!asked || reply.body_len || reply.result)
			fail("call %u: a go-ahead", frame->req.call);
		if ((size_t)(stream->end - stream->at) < asked)
			return false;
		stream->at += asked;
		reply = next_reply(replies);
		if (reply.kind != SLMBXD_DONE ||
		    (frame->req.call == SLMBX_CALL_SEND && reply.result))
			fail("kind %u, result %lld after a body", reply.kind, reply.result);
	}
	for (; reply.kind == SLMBXD_PIECE; reply = next_reply(replies)) {
		pieces += reply.body_len;
		if (!reply.body_len || reply.result || pieces > frame->memory.data_room)
			fail("call %u: %llu bytes in pieces", frame->req.call, pieces);
	}
	if (reply.kind == SLMBXD_NEED_ROOM)
		check_need_room(frame, &reply);
	else if (reply.kind == SLMBXD_TOO_LONG && frame->req.call == SLMBX_CALL_RECVV)
		expect_too_long(&reply);
	else if (reply.kind == SLMBXD_DONE)
		check_done(frame, &reply, pieces, stream);
	else
		fail("call %u: kind %u, result %lld", frame->req.call, reply.kind, reply.result);
	return true;
}

/* Takes what there is of a frame. 0, -EPROTO, or -EAGAIN if not all of it is there. */
static int next_frame(struct input *stream, struct frame *frame)
{
	size_t left = stream->end - stream->at;

	memset(frame, 0, sizeof(*frame));
	if (left < sizeof(frame->req))
		return -EAGAIN;
	memcpy(&frame->req, stream->at, sizeof(frame->req));
	stream->at += sizeof(frame->req);
	left -= sizeof(frame->req);
	if (!well_formed(&frame->req))
		return -EPROTO;
	if (is_struct_call(frame->req.call) && left >= sizeof(frame->memory)) {
		memcpy(&frame->memory, stream->at, sizeof(frame->memory));
		frame->args = stream->at + sizeof(frame->memory);
		if (!memory_well_formed(frame))
			return -EPROTO;
	}
	if (left < frame->req.body_len)
		return -EAGAIN;
	stream->at += frame->req.body_len;
	return 0;
}

static void check_replies(struct input stream, struct input replies)
{
	struct frame frame;
	int err;

	while (!(err = next_frame(&stream, &frame))) {
		if (frame.req.call == SLMBXD_CANCEL)
			continue;
		if (frame.req.flags & SLMBXD_AS_UID && !client.trusted)
			err = -EACCES;
		if (err || (may_wait(&frame) && !input_left(&replies)) ||
		    !check_reply(&frame, &stream, &replies))
			break;
	}
	if (err == -EPROTO || err == -EACCES)
		expect_refusal(&replies, err);
	if (input_left(&replies))
		fail("%td bytes more than the replies", replies.end - replies.at);
}

static void put(int fd, const uint8_t *bytes, size_t size)
{
	if (size && send(fd, bytes, size, 0) != (ssize_t)size)
		fail("the stream doesn't fit: %s", strerror(errno));
	shutdown(fd, SHUT_WR);
}

static size_t take(int fd, uint8_t *bytes, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while ((n = __real_recv(fd, bytes + len, size - len, MSG_DONTWAIT)) > 0)
		len += n;
	if (len == size)
		fail("the replies don't fit");
	return len;
}

static void serve(struct input stream)
{
	static uint8_t bytes[4 << 20];
	struct connection conn = { .peer = client.peer, .trusted = client.trusted };
	struct input replies = { .at = bytes };
	int fds[2], room = 1 << 20;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) || fcntl(fds[0], F_SETFL, O_NONBLOCK))
		fail("socketpair: %s", strerror(errno));
	setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	put(fds[1], stream.at, stream.end - stream.at);
	conn.fd = fds[0];
	connection_serve(&conn);
	replies.end = bytes + take(fds[1], bytes, sizeof(bytes));
	close(fds[0]);
	close(fds[1]);
	if (replies.end - replies.at < FIT)
		check_replies(stream, replies);
}

/* Mailboxes of several owners, some with messages in them. */
static void prepare(void)
{
	static const uint8_t msg[300] = "a message";

	slmbx_do_init(4, 2);
	for (u32 id = 1; id <= 5; id++)
		slmbx_do_create(id, id == 4);
	slmbx_do_send(1, msg, 0);
	slmbx_do_send(1, msg, 5);
	slmbx_do_send(2, msg, sizeof(msg));
	slmbx_do_send(4, msg, 9);
}

static void finish(void)
{
	const char *fault = system_mailboxes() ? skiplist_fault(system_mailboxes()) : NULL;

	if (fault)
		fail("%s", fault);
	slmbx_do_shutdown();
	rcu_barrier();
	if (quota_accounts())
		fail("%u accounts are left", quota_accounts());
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct task_struct root = { .fsuid = GLOBAL_ROOT_UID, .memory = &shim_own_memory };
	struct input in = { .at = data, .end = data + size };
	uint8_t kind = input_byte(&in);

	client.trusted = kind & 1;
	client.peer = kind & 2 ? 0 : 1000;
	client.largest_piece = kind & 4 ? 1 + input_byte(&in) : 0;
	client.random = kind;
	if (in.end - in.at > LONGEST)
		return -1;
	slmbx_limits = (struct slmbx_limits){ .bytes = 1 << 20, .mailboxes = 100 };
	parse_prefixes(in.at, in.end - in.at);
	shim_clock_stop(NOW);

	shim_thread_begin(&root);
	prepare();
	shim_thread_end();
	serve(in);
	shim_thread_begin(&root);
	finish();
	shim_thread_end();
	return 0;
}
