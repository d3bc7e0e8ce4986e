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

/* Of the stream: its requests' replies must fit the socket, for nobody reads them meanwhile. */
#define LONGEST		8192

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

/* What slmbxd.h says of a request, once more. */
static bool well_formed(const struct slmbxd_request *req)
{
	bool is_send = req->call == SLMBX_CALL_SEND, is_recv = req->call == SLMBX_CALL_RECV;

	if (req->magic != SLMBXD_MAGIC || req->pad)
		return false;
	if (req->flags != 0 && req->flags != SLMBXD_AS_UID && req->flags != SLMBXD_FAULT &&
	    req->flags != (SLMBXD_AS_UID | SLMBXD_FAULT))
		return false;
	if (req->flags & SLMBXD_AS_UID ? req->uid == UINT_MAX : req->uid != 0)
		return false;
	if (req->flags & SLMBXD_FAULT && (!is_send || req->body_len))
		return false;
	if (req->body_len &&
	    (!is_send || req->body_len != req->arg || req->body_len > SLMBXD_INLINE_MAX))
		return false;
	return is_recv ? req->room <= req->arg : !req->room;
}

static struct slmbxd_reply next_reply(struct input *replies)
{
	struct slmbxd_reply reply;

	if ((size_t)(replies->end - replies->at) < sizeof(reply))
		fail("a reply lacks");
	memcpy(&reply, replies->at, sizeof(reply));
	replies->at += sizeof(reply);
	if (reply.magic != SLMBXD_MAGIC || reply.pad || reply.kind > SLMBXD_REFUSED)
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

static void check_done(const struct slmbxd_request *req, const struct slmbxd_reply *reply)
{
	long body = 0;

	if (reply->result < -4095)
		fail("call %u: result %lld", req->call, reply->result);
	if (reply->result >= 0 && req->call == SLMBX_CALL_RECV)
		body = reply->result;
	if (reply->result >= 0 && req->call == SLMBX_CALL_STAT)
		body = sizeof(struct slmbx_stat);
	if (reply->body_len != body)
		fail("call %u: result %lld, body of %u", req->call, reply->result, reply->body_len);
	if (req->call == SLMBX_CALL_RECV && reply->result > req->room)
		fail("recv into %u bytes: %lld", req->room, reply->result);
	if ((req->call < SLMBX_CALL_INIT || req->call > SLMBX_CALL_STAT ||
	     (req->call > SLMBX_CALL_LENGTH && req->call < SLMBX_CALL_STAT)) &&
	    reply->result != -ENOSYS)
		fail("call %u: result %lld", req->call, reply->result);
}

/* The final reply to @req, after its go-ahead if it is one of those; false if the stream ends. */
static bool check_reply(const struct slmbxd_request *req, struct input *stream,
			struct input *replies)
{
	struct slmbxd_reply reply = next_reply(replies);

	if (reply.kind == SLMBXD_GO_AHEAD) {
		if (req->call != SLMBX_CALL_SEND || req->body_len || !req->arg ||
		    req->flags & SLMBXD_FAULT || reply.body_len || reply.result)
			fail("call %u: a go-ahead", req->call);
		if ((size_t)(stream->end - stream->at) < req->arg)
			return false;
		stream->at += req->arg;
		reply = next_reply(replies);
		if (reply.kind != SLMBXD_DONE || reply.result)
			fail("kind %u, result %lld after a body", reply.kind, reply.result);
	} else if (reply.kind == SLMBXD_NEED_ROOM) {
		if (req->call != SLMBX_CALL_RECV || reply.result <= req->room ||
		    reply.result > req->arg || reply.body_len)
			fail("call %u: %lld bytes of room", req->call, reply.result);
	} else if (reply.kind == SLMBXD_DONE) {
		check_done(req, &reply);
	} else {
		fail("call %u: refused for %lld", req->call, reply.result);
	}
	return true;
}

static void check_replies(struct input stream, struct input replies)
{
	struct slmbxd_request req;

	while ((size_t)(stream.end - stream.at) >= sizeof(req)) {
		memcpy(&req, stream.at, sizeof(req));
		stream.at += sizeof(req);
		if (!well_formed(&req)) {
			expect_refusal(&replies, -EPROTO);
			break;
		}
		if ((size_t)(stream.end - stream.at) < req.body_len)
			break;
		stream.at += req.body_len;
		if (req.flags & SLMBXD_AS_UID && !client.trusted) {
			expect_refusal(&replies, -EACCES);
			break;
		}
		if (!check_reply(&req, &stream, &replies))
			break;
	}
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

	shim_thread_begin(&root);
	prepare();
	shim_thread_end();
	serve(in);
	shim_thread_begin(&root);
	finish();
	shim_thread_end();
	return 0;
}
