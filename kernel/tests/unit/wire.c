// SPDX-License-Identifier: MIT
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit.h"
#include "wire.h"

void wire_put(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len) {
		/* send() is the daemon's, where a test watches it. */
		struct iovec piece = { .iov_base = (char *)at, .iov_len = len };
		struct msghdr msg = { .msg_iov = &piece, .msg_iovlen = 1 };
		ssize_t n = sendmsg(fd, &msg, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		expect(n >= 0, "%zu bytes can't be sent: %s", len, strerror(errno));
		at += n;
		len -= n;
	}
}

void wire_request(int fd, struct slmbxd_request req, const void *body)
{
	wire_put(fd, &req, sizeof(req));
	wire_put(fd, body, req.body_len);
}

static void get(int fd, void *to, size_t len)
{
	ssize_t n;

	if (!len)
		return;
	do
		n = recv(fd, to, len, MSG_WAITALL);
	while (n < 0 && errno == EINTR);
	expect(n == (ssize_t)len, "%zd of %zu bytes came: %s", n, len,
	       n < 0 ? strerror(errno) : "the daemon hung up");
}

struct slmbxd_reply wire_reply(int fd, void *body, size_t room)
{
	struct slmbxd_reply reply;

	get(fd, &reply, sizeof(reply));
	expect(reply.magic == SLMBXD_MAGIC && !reply.pad && reply.kind <= SLMBXD_TOO_LONG,
	       "a reply of magic %x, kind %u, pad %u", reply.magic, reply.kind, reply.pad);
	expect(reply.body_len <= room, "a reply with a body of %u bytes", reply.body_len);
	expect(!reply.body_len || (reply.kind == SLMBXD_DONE && reply.result >= 0) ||
		       reply.kind == SLMBXD_PIECE,
	       "a reply of kind %u, result %lld with a body", reply.kind, reply.result);
	get(fd, body, reply.body_len);
	return reply;
}

long wire_expect(int fd, __u32 kind, void *body, size_t room)
{
	struct slmbxd_reply reply = wire_reply(fd, body, room);

	expect(reply.kind == kind, "a reply of kind %u, result %s, not of kind %u", reply.kind,
	       result_name(reply.result), kind);
	return reply.result;
}

long wire_call(int fd, struct slmbxd_request req, const void *body)
{
	wire_request(fd, req, body);
	return wire_expect(fd, SLMBXD_DONE, NULL, 0);
}

long wire_init(int fd)
{
	return wire_call(fd, REQUEST(.call = SLMBX_CALL_INIT, .id = 16, .arg = 4), NULL);
}

long wire_create(int fd, __u32 id)
{
	return wire_call(fd, REQUEST(.call = SLMBX_CALL_CREATE, .id = id), NULL);
}

long wire_count(int fd, __u32 id)
{
	return wire_call(fd, REQUEST(.call = SLMBX_CALL_COUNT, .id = id), NULL);
}

long wire_send(int fd, __u32 id, const void *msg, __u32 len)
{
	struct slmbxd_request req = REQUEST(.call = SLMBX_CALL_SEND, .id = id, .arg = len);
	struct slmbxd_reply reply;

	if (len <= SLMBXD_INLINE_MAX) {
		req.body_len = len;
		return wire_call(fd, req, msg);
	}
	wire_request(fd, req, NULL);
	reply = wire_reply(fd, NULL, 0);
	if (reply.kind == SLMBXD_DONE)
		return reply.result;
	expect(reply.kind == SLMBXD_GO_AHEAD, "a reply of kind %u", reply.kind);
	wire_put(fd, msg, len);
	return wire_expect(fd, SLMBXD_DONE, NULL, 0);
}

long wire_recv(int fd, __u32 id, void *to, __u32 room)
{
	struct slmbxd_reply reply;

	wire_request(fd, REQUEST(.call = SLMBX_CALL_RECV, .id = id, .arg = room, .room = room),
		     NULL);
	reply = wire_reply(fd, to, room);
	expect(reply.kind == SLMBXD_DONE, "a reply of kind %u", reply.kind);
	expect(reply.result < 0 || reply.result == reply.body_len, "%lld bytes, of which %u come",
	       reply.result, reply.body_len);
	return reply.result;
}

void wire_wait(int fd, __u32 id)
{
	struct {
		struct slmbxd_request req;
		struct slmbxd_memory memory;
		struct slmbx_recvv args;
	} frame = {
		.req = REQUEST(.call = SLMBX_CALL_RECVV, .arg = sizeof(frame.args),
			       .body_len = sizeof(frame.memory) + sizeof(frame.args)),
		.memory = { .args = sizeof(frame.args),
			    .array_room = sizeof(struct slmbx_recvv_msg),
			    .data_room = UINT64_MAX },
		.args = { .messages = SLMBXD_ARRAY,
			  .buf = SLMBXD_DATA,
			  .size = UINT64_MAX,
			  .deadline = SLMBX_FOREVER,
			  .count = 1,
			  .id = id },
	};

	wire_put(fd, &frame, sizeof(frame));
}

long wire_waited(int fd, void *to, size_t room)
{
	unsigned char got[sizeof(struct slmbx_recvv_msg) + 4096];
	struct slmbx_recvv_msg msg;
	struct slmbxd_reply reply = wire_reply(fd, got, sizeof(got));

	expect(reply.kind == SLMBXD_DONE && reply.result <= 1, "a reply of kind %u, result %lld",
	       reply.kind, reply.result);
	if (reply.result != 1)
		return reply.result < 0 ? reply.result : -ETIMEDOUT;
	memcpy(&msg, got, sizeof(msg));
	expect(msg.len <= room && reply.body_len == sizeof(msg) + msg.len,
	       "a message of %u bytes, of which %u come", msg.len, reply.body_len);
	memcpy(to, got + sizeof(msg), msg.len);
	return msg.len;
}

void wire_expect_end(int fd)
{
	char byte;
	ssize_t n = recv(fd, &byte, 1, 0);

	expect(n == 0 || (n < 0 && errno == ECONNRESET), "the daemon does not hang up");
	close(fd);
}

void wire_expect_refused(int fd, int why)
{
	expect_result(wire_expect(fd, SLMBXD_REFUSED, NULL, 0), why);
	wire_expect_end(fd);
}

bool wire_is_silent(int fd, int ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	return poll(&pfd, 1, ms) == 0;
}
