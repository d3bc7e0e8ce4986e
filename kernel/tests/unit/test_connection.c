// SPDX-License-Identifier: MIT
/* One connection of the daemon in this process, on a pair of sockets. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "calls.h"
#include "connection.h"
#include "inside_quota.h"
#include "server.h"
#include "stream.h"
#include "unit.h"
#include "wire.h"

/* A refusal that the daemon wrote. */
static bool refused;
/* The client's end takes no replies, as if it was full. */
static bool full;

ssize_t __real_send(int fd, const void *bytes, size_t len, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t len, int flags);
ssize_t __real_sendmsg(int fd, const struct msghdr *msg, int flags);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *msg, int flags);

static bool takes_nothing(int fd)
{
	errno = EAGAIN;
	return full && fd == server_fd();
}

/* A refusal is what the daemon sends without waiting. */
ssize_t __wrap_send(int fd, const void *bytes, size_t len, int flags)
{
	refused |= !!(flags & MSG_DONTWAIT);
	return takes_nothing(fd) ? -1 : __real_send(fd, bytes, len, flags);
}

ssize_t __wrap_sendmsg(int fd, const struct msghdr *msg, int flags)
{
	return takes_nothing(fd) ? -1 : __real_sendmsg(fd, msg, flags);
}

START_TEST(waits_and_times_out)
{
	size_t got;
	char byte;
	int fds[2];

	server_open_pair(fds);
	expect_result(stream_wait(fds[0], 20), -ETIMEDOUT);
	expect_result(stream_read(fds[0], &byte, 1, 20), -ETIMEDOUT);
	wire_put(fds[1], "ab", 2);
	expect_result(stream_wait(fds[0], 20), 0);
	expect_result(stream_read_some(fds[0], &byte, 1, &got), 0);
	ck_assert_uint_eq(got, 1);
	ck_assert_int_eq(byte, 'a');
	close(fds[1]);
	expect_result(stream_read(fds[0], &byte, 1, 20), 0);
	expect_result(stream_wait(fds[0], 20), 0);
	expect_result(stream_read_some(fds[0], &byte, 1, &got), -ECONNRESET);
	expect_result(stream_read(fds[0], &byte, 1, 20), -ECONNRESET);
	expect_result(stream_read(fds[0], &byte, 0, 20), 0);
	close(fds[0]);
}
END_TEST

struct writing {
	int fd;
	unsigned char *bytes;
	size_t len;
};

static void *write_pieces(void *arg)
{
	struct writing *writing = arg;
	struct iovec pieces[] = {
		{ .iov_base = writing->bytes, .iov_len = 1 },
		{ .iov_base = NULL, .iov_len = 0 },
		{ .iov_base = writing->bytes + 1, .iov_len = writing->len - 2 },
		{ .iov_base = writing->bytes + writing->len - 1, .iov_len = 1 },
		{ .iov_base = NULL, .iov_len = 0 },
	};

	expect_result(stream_write(writing->fd, pieces, ARRAY_LENGTH(pieces)), 0);
	return NULL;
}

/* More than the socket takes at once, through a reader that takes little at a time. */
START_TEST(writes_all_pieces)
{
	struct writing writing = { .len = 3 << 20 };
	unsigned char *got = malloc(writing.len);
	pthread_t writer;
	size_t at = 0;
	int fds[2];

	server_open_pair(fds);
	writing.fd = fds[0];
	writing.bytes = malloc(writing.len);
	fill(writing.bytes, writing.len, 1);
	ck_assert_int_eq(pthread_create(&writer, NULL, write_pieces, &writing), 0);
	while (at < writing.len) {
		size_t step = 1 + at % 70000;

		if (step > writing.len - at)
			step = writing.len - at;
		expect_result(stream_read(fds[1], got + at, step, 10000), 0);
		at += step;
	}
	ck_assert_int_eq(pthread_join(writer, NULL), 0);
	ck_assert(is_filled(got, writing.len, 1));
	free(got);
	free(writing.bytes);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

START_TEST(write_to_nobody)
{
	static unsigned char bytes[4 << 20];
	struct iovec piece = { .iov_base = bytes, .iov_len = sizeof(bytes) };
	uint64_t since = now_ms();
	int fds[2];

	server_open_pair(fds);
	server_set_timeout(fds[0], SO_SNDTIMEO, 100);
	expect_result(stream_write(fds[0], &piece, 1), -EPIPE);
	ck_assert_uint_ge(now_ms() - since, 90);
	close(fds[1]);
	piece = (struct iovec){ .iov_base = bytes, .iov_len = 1 };
	expect_result(stream_write(fds[0], &piece, 1), -EPIPE);
	close(fds[0]);
}
END_TEST

/* In one piece, in single bytes, and cut at every place. */
START_TEST(frames_in_any_pieces)
{
	struct slmbxd_request create = REQUEST(.call = SLMBX_CALL_CREATE, .id = 5);
	struct slmbxd_request send_req =
		REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = 9, .body_len = 9);
	unsigned char bytes[2 * sizeof(create) + 9], got[16];

	memcpy(bytes, &create, sizeof(create));
	memcpy(bytes + sizeof(create), &send_req, sizeof(send_req));
	memcpy(bytes + 2 * sizeof(create), "nine byte", 9);

	server_start(false, 10000);
	for (size_t i = 0; i < sizeof(bytes); i++)
		wire_put(client, bytes + i, 1);
	for (int i = 0; i < 2; i++)
		expect_result(wire_expect(client, SLMBXD_DONE, NULL, 0), 0);
	for (size_t cut = 0; cut <= sizeof(bytes); cut++) {
		wire_put(client, bytes, cut);
		if (cut % 8 == 0)
			sleep_ms(2);
		wire_put(client, bytes + cut, sizeof(bytes) - cut);
		expect_result(wire_expect(client, SLMBXD_DONE, NULL, 0), -EEXIST);
		expect_result(wire_expect(client, SLMBXD_DONE, NULL, 0), 0);
	}
	for (size_t i = 0; i < sizeof(bytes) + 2; i++) {
		expect_result(wire_recv(client, 5, got, sizeof(got)), 9);
		ck_assert_mem_eq(got, "nine byte", 9);
	}
	expect_result(wire_count(client, 5), 0);
	server_stop();
}
END_TEST

static void *send_many(void *arg)
{
	static unsigned char body[SLMBXD_INLINE_MAX];
	uint64_t state = 5;

	for (int i = 0; i < 1500; i++) {
		__u32 len = random_below(&state, i % 20 ? 3000 : sizeof(body) + 1);

		fill(body, len, i);
		wire_request(client,
			     REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = len, .body_len = len),
			     body);
	}
	return NULL;
}

/* Bodies of all lengths, one request behind the other, over every place of the buffer. */
START_TEST(pipelined)
{
	static unsigned char got[SLMBXD_INLINE_MAX];
	uint64_t state = 5;
	pthread_t sender;

	server_start(false, 10000);
	expect_result(wire_create(client, 5), 0);
	ck_assert_int_eq(pthread_create(&sender, NULL, send_many, NULL), 0);
	for (int i = 0; i < 1500; i++)
		expect_result(wire_expect(client, SLMBXD_DONE, NULL, 0), 0);
	ck_assert_int_eq(pthread_join(sender, NULL), 0);
	for (int i = 0; i < 1500; i++) {
		__u32 len = random_below(&state, i % 20 ? 3000 : sizeof(got) + 1);

		expect_result(wire_recv(client, 5, got, sizeof(got)), len);
		expect(is_filled(got, len, i), "message %d differs", i);
	}
	server_stop();
}
END_TEST

/* A large body follows the go-ahead, or doesn't wait for it; the next request behind it. */
START_TEST(go_ahead)
{
	__u32 len = 300000;
	unsigned char *msg = malloc(len), *got = malloc(len);
	struct slmbxd_request count = REQUEST(.call = SLMBX_CALL_COUNT, .id = 5);
	unsigned char together[2 * sizeof(count) + 1000];

	fill(msg, len, 3);
	server_start(false, 10000);
	expect_result(wire_create(client, 5), 0);
	wire_request(client, REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = len), NULL);
	wire_expect(client, SLMBXD_GO_AHEAD, NULL, 0);
	ck_assert(wire_is_silent(client, 20));
	wire_put(client, msg, len);
	expect_result(wire_expect(client, SLMBXD_DONE, NULL, 0), 0);

	/* All in one write, so that the body comes with the request. */
	memcpy(together, &REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = 1000), sizeof(count));
	memcpy(together + sizeof(count), msg, 1000);
	memcpy(together + sizeof(count) + 1000, &count, sizeof(count));
	wire_put(client, together, sizeof(together));
	wire_expect(client, SLMBXD_GO_AHEAD, NULL, 0);
	expect_result(wire_expect(client, SLMBXD_DONE, NULL, 0), 0);
	expect_result(wire_expect(client, SLMBXD_DONE, NULL, 0), 2);

	expect_result(wire_recv(client, 5, got, len), len);
	ck_assert_mem_eq(got, msg, len);
	expect_result(wire_recv(client, 5, got, len), 1000);
	ck_assert_mem_eq(got, msg, 1000);

	/* What is refused needs no body. */
	wire_request(client, REQUEST(.call = SLMBX_CALL_SEND, .id = 6, .arg = len), NULL);
	expect_result(wire_expect(client, SLMBXD_DONE, NULL, 0), -ENOENT);
	wire_request(client, REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = UINT32_MAX), NULL);
	expect_result(wire_expect(client, SLMBXD_DONE, NULL, 0), -ENOMEM);
	expect_result(wire_count(client, 5), 0);
	server_stop();
	free(msg);
	free(got);
}
END_TEST

/* Memory the client lacks: after every other check, and nothing changes. */
START_TEST(client_faults)
{
	struct slmbxd_request fault =
		REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = 100, .flags = SLMBXD_FAULT);

	server_start(false, 10000);
	expect_result(wire_call(client, fault, NULL), -ENOENT);
	expect_result(wire_create(client, 5), 0);
	expect_result(wire_call(client, fault, NULL), -EFAULT);
	slmbx_limits.bytes = 50;
	expect_result(wire_call(client, fault, NULL), -EDQUOT);
	slmbx_limits.bytes = INT64_MAX;
	fault.arg = 1 << 20;
	expect_result(wire_call(client, fault, NULL), -EFAULT);
	expect_result(wire_count(client, 5), 0);
	fault.arg = 0;
	expect_result(wire_call(client, fault, NULL), 0);
	expect_result(wire_count(client, 5), 1);
	server_stop();
}
END_TEST

START_TEST(need_room)
{
	unsigned char msg[1000], got[1000];
	struct slmbxd_request req = REQUEST(.call = SLMBX_CALL_RECV, .id = 5);

	fill(msg, sizeof(msg), 8);
	server_start(false, 10000);
	expect_result(wire_create(client, 5), 0);
	expect_result(wire_send(client, 5, msg, sizeof(msg)), 0);
	for (__u32 arg = 1; arg < 2000; arg += 333) {
		__u32 wanted = arg < sizeof(msg) ? arg : sizeof(msg);

		for (__u32 room = 0; room < wanted; room += wanted / 3 + 1) {
			req.arg = arg;
			req.room = room;
			wire_request(client, req, NULL);
			expect_result(wire_expect(client, SLMBXD_NEED_ROOM, NULL, 0), wanted);
		}
	}
	expect_result(wire_count(client, 5), 1);
	req.arg = UINT32_MAX;
	req.room = sizeof(msg);
	wire_request(client, req, NULL);
	expect_result(wire_expect(client, SLMBXD_DONE, got, sizeof(got)), sizeof(msg));
	ck_assert_mem_eq(got, msg, sizeof(msg));
	server_stop();
}
END_TEST

START_TEST(acts_for_another)
{
	struct slmbxd_request req = REQUEST(.call = SLMBX_CALL_CREATE, .id = 5, .arg = 1,
					    .flags = SLMBXD_AS_UID, .uid = 1234);

	server_start(true, 10000);
	expect_result(wire_call(client, req, NULL), 0);
	/* For itself again. */
	expect_result(wire_count(client, 5), -EPERM);
	req.call = SLMBX_CALL_COUNT;
	expect_result(wire_call(client, req, NULL), 0);
	req.uid = 1235;
	expect_result(wire_call(client, req, NULL), -EPERM);
	ck_assert_int_eq(quota_used(1234).mailboxes, 1);
	server_stop();

	server_start(false, 10000);
	wire_request(client, req, NULL);
	wire_expect_refused(client, -EACCES);
	server_finish();
}
END_TEST

START_TEST(malformed)
{
	/* In one write: the peer hangs up once it has seen the second. */
	struct slmbxd_request requests[] = {
		REQUEST(.call = SLMBX_CALL_COUNT, .id = 5),
		REQUEST(.call = SLMBX_CALL_COUNT, .id = 5, .pad = 1),
		REQUEST(.call = SLMBX_CALL_DESTROY, .id = 5),
	};

	server_start(true, 10000);
	expect_result(wire_create(client, 5), 0);
	wire_put(client, requests, sizeof(requests));
	expect_result(wire_expect(client, SLMBXD_DONE, NULL, 0), 0);
	wire_expect_refused(client, -EPROTO);
	server_finish();

	server_start(true, 10000);
	expect_result(wire_count(client, 5), 0);
	server_stop();
}
END_TEST

/* The client leaves with half a request, or half a body: nothing happens. */
START_TEST(leaves_in_the_middle)
{
	struct slmbxd_request req =
		REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = 100, .body_len = 100);
	static unsigned char body[100000];

	server_start(true, 10000);
	expect_result(wire_create(client, 5), 0);
	server_stop();
	for (size_t cut = 0; cut < sizeof(req) + 100; cut += 11) {
		server_start(true, 10000);
		wire_put(client, &req, cut < sizeof(req) ? cut : sizeof(req));
		if (cut > sizeof(req))
			wire_put(client, body, cut - sizeof(req));
		server_stop();
	}
	server_start(true, 10000);
	wire_request(client, REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = sizeof(body)), NULL);
	wire_expect(client, SLMBXD_GO_AHEAD, NULL, 0);
	wire_put(client, body, sizeof(body) - 1);
	server_stop();
	server_start(true, 10000);
	expect_result(wire_count(client, 5), 0);
	server_stop();
	ck_assert_int_eq(refused, false);
}
END_TEST

/* Half of anything and no more: the client hears why it is hung up on. */
START_TEST(stalls_in_the_middle)
{
	struct slmbxd_request req =
		REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = 100, .body_len = 100);
	static unsigned char body[100000];

	server_start(true, 10000);
	expect_result(wire_create(client, 5), 0);
	/* Between requests it may rest. */
	server_stop();
	server_start(true, 50);
	sleep_ms(150);
	expect_result(wire_count(client, 5), 0);
	wire_put(client, &req, 20);
	wire_expect_refused(client, -ETIMEDOUT);
	server_finish();

	server_start(true, 50);
	wire_put(client, &req, sizeof(req));
	wire_put(client, body, 99);
	wire_expect_refused(client, -ETIMEDOUT);
	server_finish();

	server_start(true, 50);
	wire_request(client, REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = sizeof(body)), NULL);
	wire_expect(client, SLMBXD_GO_AHEAD, NULL, 0);
	wire_put(client, body, sizeof(body) / 2);
	wire_expect_refused(client, -ETIMEDOUT);
	server_finish();

	server_start(true, 10000);
	expect_result(wire_count(client, 5), 0);
	server_stop();
}
END_TEST

/*
 * A client that reads nothing of a large reply is hung up on. A refusal behind a part
 * of the reply would be taken for bytes of the message.
 */
START_TEST(nothing_follows_half_a_reply)
{
	__u32 len = 4 << 20;
	unsigned char *msg = calloc(1, len);
	struct slmbxd_reply reply;
	size_t came = 0;
	ssize_t n;

	server_start(true, 100);
	expect_result(wire_create(client, 5), 0);
	expect_result(wire_send(client, 5, msg, len), 0);
	refused = false;
	wire_request(client, REQUEST(.call = SLMBX_CALL_RECV, .id = 5, .arg = len, .room = len),
		     NULL);
	server_finish();
	ck_assert_int_eq(refused, false);
	while ((n = recv(client, msg, len, 0)) > 0) {
		if (!came)
			memcpy(&reply, msg, sizeof(reply));
		came += n;
	}
	ck_assert_int_eq(reply.kind, SLMBXD_DONE);
	ck_assert_uint_lt(came, sizeof(reply) + len);
	close(client);
	free(msg);
}
END_TEST

/* Nor does a refusal take the place of replies that could not be sent. */
START_TEST(nothing_follows_a_lost_reply)
{
	struct slmbxd_request reqs[] = {
		REQUEST(.call = SLMBX_CALL_CREATE, .id = 5),
		REQUEST(.call = SLMBX_CALL_COUNT, .id = 5, .pad = 1),
	};

	full = true;
	server_start(true, 100);
	wire_put(client, reqs, sizeof(reqs));
	server_finish();
	full = false;
	ck_assert_int_eq(refused, false);
	wire_expect_end(client);
	server_start(true, 10000);
	expect_result(wire_count(client, 5), 0);
	server_stop();
}
END_TEST

/* A whole request is answered though the next one has begun. */
START_TEST(replies_do_not_wait)
{
	struct slmbxd_request reqs[100];

	server_start(true, 10000);
	expect_result(wire_create(client, 5), 0);
	for (size_t i = 0; i < ARRAY_LENGTH(reqs); i++)
		reqs[i] = REQUEST(.call = SLMBX_CALL_COUNT, .id = 5);
	for (size_t n = 1; n < ARRAY_LENGTH(reqs); n++) {
		wire_put(client, reqs, n * sizeof(reqs[0]) + 16);
		for (size_t i = 0; i < n; i++)
			expect_result(wire_expect(client, SLMBXD_DONE, NULL, 0), 0);
		ck_assert(wire_is_silent(client, 0));
		wire_put(client, (char *)reqs + 16, 16);
		expect_result(wire_expect(client, SLMBXD_DONE, NULL, 0), 0);
	}
	server_stop();
}
END_TEST

START_TEST(unknown_calls)
{
	static const __u16 calls[] = { 0, 14, 17, 99, SLMBXD_CANCEL - 1, 0xffff };

	server_start(true, 10000);
	for (size_t i = 0; i < ARRAY_LENGTH(calls); i++)
		expect_result(wire_call(client, REQUEST(.call = calls[i]), NULL), -ENOSYS);
	server_stop();
}
END_TEST

START_TEST(stat)
{
	struct {
		struct slmbx_stat st;
		unsigned char more[8];
	} out;

	server_start(false, 10000);
	expect_result(wire_create(client, 5), 0);
	expect_result(wire_send(client, 5, "four", 4), 0);
	for (__u32 size = 0; size < 70; size++) {
		wire_request(client, REQUEST(.call = SLMBX_CALL_STAT, .id = 5, .arg = size), NULL);
		memset(&out, 1, sizeof(out));
		expect_result(wire_expect(client, SLMBXD_DONE, &out, sizeof(out)),
			      size < SLMBX_STAT_SIZE_V0 ? -EINVAL : 0);
		if (size < SLMBX_STAT_SIZE_V0)
			continue;
		ck_assert_uint_eq(out.st.bytes, 4);
		ck_assert_uint_eq(out.st.owner, 7);
	}
	server_stop();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("connection");
	TCase *tcase = unit_case(suite, "stream");

	tcase_add_test(tcase, waits_and_times_out);
	tcase_add_test(tcase, writes_all_pieces);
	tcase_add_test(tcase, write_to_nobody);

	tcase = unit_case(suite, "connection");
	tcase_add_checked_fixture(tcase, server_setup, server_teardown);
	tcase_add_test(tcase, frames_in_any_pieces);
	tcase_add_test(tcase, pipelined);
	tcase_add_test(tcase, go_ahead);
	tcase_add_test(tcase, client_faults);
	tcase_add_test(tcase, need_room);
	tcase_add_test(tcase, acts_for_another);
	tcase_add_test(tcase, malformed);
	tcase_add_test(tcase, leaves_in_the_middle);
	tcase_add_test(tcase, stalls_in_the_middle);
	tcase_add_test(tcase, nothing_follows_half_a_reply);
	tcase_add_test(tcase, nothing_follows_a_lost_reply);
	tcase_add_test(tcase, replies_do_not_wait);
	tcase_add_test(tcase, unknown_calls);
	tcase_add_test(tcase, stat);
	return unit_run(suite);
}
