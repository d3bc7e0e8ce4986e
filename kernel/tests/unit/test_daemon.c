// SPDX-License-Identifier: MIT
/* slmbxd and clients that do what they should not, beside some that do what they should. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon.h"
#include "unit.h"
#include "wire.h"

static struct daemon daemon_now;
/* A client that does nothing wrong, and must not notice what others do. */
static int good;

static void setup(void)
{
	daemon_now = daemon_start(OPTIONS("--frame-timeout", "1"));
	good = dial();
	expect_result(wire_init(good), 0);
	expect_result(wire_create(good, 5), 0);
	expect_result(wire_send(good, 5, "kept", 4), 0);
}

static void teardown(void)
{
	expect_result(wire_count(good, 5), 1);
	daemon_stop(&daemon_now, 1, 1);
	wire_expect_end(good);
}

START_TEST(malformed_frames)
{
	static const struct slmbxd_request bad[] = {
		{ .magic = 0 },
		{ .magic = 0x20544547 }, /* "GET " */
		REQUEST(.call = SLMBX_CALL_COUNT, .id = 5, .pad = 1),
		REQUEST(.call = SLMBX_CALL_COUNT, .id = 5, .flags = 1 << 15),
		REQUEST(.call = SLMBX_CALL_COUNT, .id = 5, .uid = 1),
		REQUEST(.call = SLMBX_CALL_DESTROY, .id = 5, .body_len = 10),
		REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = 10, .body_len = 11),
		REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = UINT_MAX, .body_len = UINT_MAX),
		REQUEST(.call = SLMBX_CALL_RECV, .id = 5, .arg = 5, .room = 6),
	};
	struct slmbxd_request requests[] = {
		[1] = REQUEST(.call = SLMBX_CALL_DESTROY, .id = 5),
	};
	int fd;

	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		fd = dial();
		expect_result(wire_count(fd, 5), 1);
		/* More behind it, which nobody reads; in one write, for the end may come at once. */
		requests[0] = bad[i];
		wire_put(fd, requests, sizeof(requests));
		wire_expect_refused(fd, -EPROTO);
		expect_result(wire_count(good, 5), 1);
	}
}
END_TEST

/* A frame's memory that can't be so: refused before the rest of it has come. */
START_TEST(malformed_memory)
{
	static const struct {
		struct slmbxd_request req;
		struct slmbxd_memory memory;
	} bad[] = {
		{ REQUEST(.call = SLMBX_CALL_RECVV, .arg = 64, .body_len = 96),
		  { .args = 64, .array_room = SLMBXD_ARRAY_MAX + 1 } },
		{ REQUEST(.call = SLMBX_CALL_SENDV, .arg = 24, .body_len = SLMBXD_INLINE_MAX),
		  { .args = 24, .array = UINT_MAX, .data = UINT64_MAX } },
		{ REQUEST(.call = SLMBX_CALL_SETATTR, .arg = UINT_MAX, .body_len = 100),
		  { .args = UINT_MAX } },
		{ REQUEST(.call = SLMBX_CALL_LIST, .arg = 24, .body_len = 56),
		  { .args = 24, .data = UINT64_MAX } },
	};
	int fd;

	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		fd = dial();
		wire_put(fd, &bad[i], sizeof(bad[i]));
		wire_expect_refused(fd, -EPROTO);
		expect_result(wire_count(good, 5), 1);
	}
}
END_TEST

START_TEST(noise)
{
	unsigned char bytes[4096];
	uint64_t state = 8;
	int fd;

	for (int i = 0; i < 100; i++) {
		for (size_t at = 0; at < sizeof(bytes); at++)
			bytes[at] = random_next(&state) >> 56;
		fd = dial();
		/* It may hang up before it has read all. */
		send(fd, bytes, 32 + random_below(&state, sizeof(bytes) - 32), MSG_NOSIGNAL);
		wire_expect_refused(fd, -EPROTO);
	}
}
END_TEST

/* Who stays with half a frame is hung up on; who rests between frames is not. */
START_TEST(half_a_frame)
{
	struct slmbxd_request req =
		REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = 100, .body_len = 100);
	static const size_t parts[] = { 1, 4, 31, 32, 131 };
	unsigned char bytes[sizeof(req) + 100] = {};
	int fds[ARRAY_LENGTH(parts)];
	uint64_t since = now_ms();

	memcpy(bytes, &req, sizeof(req));
	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
		fds[i] = dial();
		wire_put(fds[i], bytes, parts[i]);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
		wire_expect_refused(fds[i], -ETIMEDOUT);
	ck_assert_uint_ge(now_ms() - since, 900);
	expect_result(wire_count(good, 5), 1);
}
END_TEST

/* Slow, but never silent for as long as the timeout. */
START_TEST(slow_frames)
{
	struct slmbxd_request req = REQUEST(.call = SLMBX_CALL_COUNT, .id = 5);
	int fd = dial();

	for (size_t i = 0; i < sizeof(req); i += 4) {
		wire_put(fd, (char *)&req + i, 4);
		sleep_ms(200);
	}
	expect_result(wire_expect(fd, SLMBXD_DONE, NULL, 0), 1);
	close(fd);
}
END_TEST

/* Half of a large message, and then silence or the end: nothing is queued. */
START_TEST(half_a_large_message)
{
	__u32 len = 1 << 20;
	unsigned char *msg = calloc(1, len);
	int fds[2];

	for (int i = 0; i < 2; i++) {
		fds[i] = dial();
		wire_request(fds[i], REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = len), NULL);
		wire_expect(fds[i], SLMBXD_GO_AHEAD, NULL, 0);
		wire_put(fds[i], msg, len / 2);
	}
	close(fds[0]);
	expect_result(wire_count(good, 5), 1);
	wire_expect_refused(fds[1], -ETIMEDOUT);
	expect_result(wire_count(good, 5), 1);
	free(msg);
}
END_TEST

START_TEST(go_ahead_and_room)
{
	__u32 len = 200000;
	unsigned char *msg = malloc(len), *got = malloc(len);
	struct slmbxd_request recv_req = REQUEST(.call = SLMBX_CALL_RECV, .id = 6, .arg = UINT_MAX);
	int fd = dial();

	fill(msg, len, 1);
	/* What would be refused anyway is refused before the body. */
	wire_request(fd, REQUEST(.call = SLMBX_CALL_SEND, .id = 6, .arg = len), NULL);
	expect_result(wire_expect(fd, SLMBXD_DONE, NULL, 0), -ENOENT);
	expect_result(wire_create(fd, 6), 0);
	expect_result(wire_send(fd, 6, msg, len), 0);
	wire_request(fd, recv_req, NULL);
	expect_result(wire_expect(fd, SLMBXD_NEED_ROOM, NULL, 0), len);
	recv_req.room = len - 1;
	wire_request(fd, recv_req, NULL);
	expect_result(wire_expect(fd, SLMBXD_NEED_ROOM, NULL, 0), len);
	expect_result(wire_count(fd, 6), 1);
	recv_req.room = len;
	wire_request(fd, recv_req, NULL);
	expect_result(wire_expect(fd, SLMBXD_DONE, got, len), len);
	ck_assert(is_filled(got, len, 1));
	expect_result(wire_call(fd, REQUEST(.call = SLMBX_CALL_DESTROY, .id = 6), NULL), 0);
	close(fd);
	free(msg);
	free(got);
}
END_TEST

/* A hundred requests in one write; the replies come in their order. */
START_TEST(pipelined)
{
	struct slmbxd_request reqs[300];
	unsigned char got[8];
	int fd = dial();

	expect_result(wire_create(fd, 6), 0);
	for (int i = 0; i < 300; i += 3) {
		reqs[i] = REQUEST(.call = SLMBX_CALL_SEND, .id = 6);
		reqs[i + 1] = REQUEST(.call = SLMBX_CALL_COUNT, .id = 6);
		reqs[i + 2] =
			i % 2 ? REQUEST(.call = SLMBX_CALL_RECV, .id = 6, .arg = 8, .room = 8) :
				REQUEST(.call = SLMBX_CALL_LENGTH, .id = 7);
	}
	wire_put(fd, reqs, sizeof(reqs));
	for (int i = 0, count = 0; i < 300; i += 3) {
		expect_result(wire_expect(fd, SLMBXD_DONE, NULL, 0), 0);
		expect_result(wire_expect(fd, SLMBXD_DONE, NULL, 0), ++count);
		expect_result(wire_expect(fd, SLMBXD_DONE, got, sizeof(got)), i % 2 ? 0 : -ENOENT);
		count -= i % 2;
	}
	expect_result(wire_call(fd, REQUEST(.call = SLMBX_CALL_DESTROY, .id = 6), NULL), 0);
	close(fd);
}
END_TEST

/* Each with a reply of its own that it never reads. */
START_TEST(clients_that_read_nothing)
{
	__u32 len = 2 << 20;
	unsigned char *msg = calloc(1, len);
	int fds[5];

	expect_result(wire_create(good, 6), 0);
	for (size_t i = 0; i < ARRAY_LENGTH(fds); i++)
		expect_result(wire_send(good, 6, msg, len), 0);
	for (size_t i = 0; i < ARRAY_LENGTH(fds); i++) {
		fds[i] = dial();
		wire_request(fds[i],
			     REQUEST(.call = SLMBX_CALL_RECV, .id = 6, .arg = len, .room = len),
			     NULL);
	}
	for (int i = 0; i < 100; i++)
		expect_result(wire_count(good, 5), 1);
	/* They are hung up on in time, and what comes of their replies is not all. */
	for (size_t i = 0; i < ARRAY_LENGTH(fds); i++) {
		struct pollfd hang_up = { .fd = fds[i] };
		size_t came = 0;
		ssize_t n;

		ck_assert_int_eq(poll(&hang_up, 1, 30000), 1);
		while ((n = recv(fds[i], msg, len, 0)) > 0)
			came += n;
		ck_assert_uint_lt(came, len);
		close(fds[i]);
	}
	expect_result(wire_call(good, REQUEST(.call = SLMBX_CALL_DESTROY, .id = 6), NULL), 0);
	free(msg);
}
END_TEST

/*
 * A large message leaves its mailbox only once its receiver's socket has all of it: one
 * that hangs up, or reads no further, leaves it at the head for the next.
 */
START_TEST(large_messages_stay)
{
	struct slmbxd_request recv_req =
		REQUEST(.call = SLMBX_CALL_RECV, .id = 9, .arg = 4 << 20, .room = 4 << 20);
	unsigned char *msg = malloc(recv_req.arg), *got = malloc(recv_req.arg);
	int other = dial(), fd;

	fill(msg, recv_req.arg, 9);
	expect_result(wire_create(good, 9), 0);
	expect_result(wire_send(good, 9, msg, recv_req.arg), 0);
	expect_result(wire_send(good, 9, "behind", 6), 0);

	for (int leaves = 0; leaves < 2; leaves++) {
		fd = dial();
		wire_request(fd, recv_req, NULL);
		ck_assert_int_eq(recv(fd, got, 1000, MSG_WAITALL), 1000);
		expect_result(wire_count(good, 9), 2);
		/* Either way the next one's turn comes; by --frame-timeout if it must. */
		if (leaves)
			close(fd);
		wire_request(other, recv_req, NULL);
		ck_assert(leaves || wire_is_silent(other, 100));
		expect_result(wire_expect(other, SLMBXD_DONE, got, recv_req.arg), recv_req.arg);
		ck_assert(!memcmp(got, msg, recv_req.arg));
		if (!leaves)
			close(fd);
		expect_result(wire_recv(good, 9, got, 100), 6);
		expect_result(wire_count(good, 9), 0);
		expect_result(wire_send(good, 9, msg, recv_req.arg), 0);
		expect_result(wire_send(good, 9, "behind", 6), 0);
	}
	/* Nor does a receiver that stalls hold up the end of the mailbox, or its next life. */
	fd = dial();
	wire_request(fd, recv_req, NULL);
	ck_assert_int_eq(recv(fd, got, 1000, MSG_WAITALL), 1000);
	expect_result(wire_call(good, REQUEST(.call = SLMBX_CALL_DESTROY, .id = 9), NULL), 0);
	expect_result(wire_count(good, 9), -ENOENT);
	expect_result(wire_create(good, 9), 0);
	expect_result(wire_count(good, 9), 0);
	expect_result(wire_call(good, REQUEST(.call = SLMBX_CALL_DESTROY, .id = 9), NULL), 0);
	close(fd);
	close(other);
	free(msg);
	free(got);
}
END_TEST

#define WAITERS 60

/* Of clients that wait each gets a message of its own, and those that leave get none. */
START_TEST(waiters)
{
	unsigned int i, seen[WAITERS] = {}, number;
	int fds[WAITERS];

	expect_result(wire_create(good, 6), 0);
	for (i = 0; i < WAITERS; i++) {
		fds[i] = dial();
		wire_wait(fds[i], 6);
	}
	/* Half of them leave, while there is nothing and while messages come. */
	for (i = 0; i < WAITERS; i += 4)
		close(fds[i]);
	for (i = 0; i < WAITERS / 2; i++) {
		expect_result(wire_send(good, 6, &i, sizeof(i)), 0);
		if (i % 2 == 0)
			close(fds[2 * i + 2]);
	}
	for (i = 1; i < WAITERS; i += 2) {
		/* Who left may have had one already, sent before. */
		while (wire_is_silent(fds[i], 100))
			expect_result(wire_send(good, 6, &(int){ WAITERS - 1 }, sizeof(int)), 0);
		expect_result(wire_waited(fds[i], &number, sizeof(number)), sizeof(number));
		expect(number < WAITERS && (number == WAITERS - 1 || !seen[number]), "%u again",
		       number);
		seen[number]++;
		expect_result(wire_count(fds[i], 5), 1);
		close(fds[i]);
	}
	expect_result(wire_call(good, REQUEST(.call = SLMBX_CALL_DESTROY, .id = 6), NULL), 0);
}
END_TEST

/* What they wait for ends; then the daemon does, which says nothing more to them. */
START_TEST(waiters_at_the_end)
{
	unsigned char byte;
	int fds[20];

	for (int round = 0; round < 2; round++) {
		expect_result(wire_create(good, 6), 0);
		for (size_t i = 0; i < ARRAY_LENGTH(fds); i++) {
			fds[i] = dial();
			wire_wait(fds[i], 6);
		}
		ck_assert(wire_is_silent(fds[19], 50));
		if (round)
			break;
		expect_result(wire_call(good, REQUEST(.call = SLMBX_CALL_DESTROY, .id = 6), NULL),
			      0);
		for (size_t i = 0; i < ARRAY_LENGTH(fds); i++) {
			expect_result(wire_waited(fds[i], &byte, 1), -ENOENT);
			close(fds[i]);
		}
	}
	daemon_stop(&daemon_now, 1, 2);
	for (size_t i = 0; i < ARRAY_LENGTH(fds); i++)
		wire_expect_end(fds[i]);
	wire_expect_end(good);
	setup();
}
END_TEST

/* The uid is the kernel's word, and acting for another a right of few. */
START_TEST(strangers)
{
	struct slmbxd_request count = REQUEST(.call = SLMBX_CALL_COUNT, .id = 6);
	struct slmbxd_request as_other = REQUEST(.call = SLMBX_CALL_COUNT, .id = 6,
						 .flags = SLMBXD_AS_UID, .uid = UID_OTHER);
	int nobody = dial_as(UID_NOBODY), other = dial_as(UID_OTHER), root = dial();

	expect_result(wire_call(other, REQUEST(.call = SLMBX_CALL_CREATE, .id = 6, .arg = 1), NULL),
		      0);
	expect_result(wire_call(nobody, count, NULL), -EPERM);
	expect_result(wire_call(root, count, NULL), -EPERM);
	expect_result(wire_call(root, as_other, NULL), 0);
	/* For that one request only. */
	expect_result(wire_call(root, count, NULL), -EPERM);
	expect_result(wire_call(nobody, REQUEST(.call = SLMBX_CALL_SHUTDOWN), NULL), -EPERM);
	expect_result(wire_init(nobody), -EPERM);

	/* Not even as oneself. */
	wire_request(other, as_other, NULL);
	wire_expect_refused(other, -EACCES);
	wire_request(nobody, as_other, NULL);
	wire_expect_refused(nobody, -EACCES);
	as_other.call = SLMBX_CALL_DESTROY;
	expect_result(wire_call(root, as_other, NULL), 0);
	close(root);
}
END_TEST

/* Whoever made them, mailboxes and messages stay when their maker is killed. */
START_TEST(state_outlives_clients)
{
	char got[8];
	pid_t child = fork();
	int status;

	if (!child) {
		int fd = dial();

		wire_create(fd, 6);
		wire_send(fd, 6, "six", 3);
		kill(getpid(), SIGKILL);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status));
	expect_result(wire_count(good, 6), 1);
	expect_result(wire_recv(good, 6, got, sizeof(got)), 3);
	ck_assert_mem_eq(got, "six", 3);
	expect_result(wire_call(good, REQUEST(.call = SLMBX_CALL_DESTROY, .id = 6), NULL), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("daemon");
	TCase *tcase = daemon_case(suite, "clients");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, malformed_frames);
	tcase_add_test(tcase, malformed_memory);
	tcase_add_test(tcase, noise);
	tcase_add_test(tcase, half_a_frame);
	tcase_add_test(tcase, slow_frames);
	tcase_add_test(tcase, half_a_large_message);
	tcase_add_test(tcase, go_ahead_and_room);
	tcase_add_test(tcase, pipelined);
	tcase_add_test(tcase, clients_that_read_nothing);
	tcase_add_test(tcase, large_messages_stay);
	tcase_add_test(tcase, waiters);
	tcase_add_test(tcase, waiters_at_the_end);
	tcase_add_test(tcase, state_outlives_clients);
	if (is_root())
		tcase_add_test(tcase, strangers);
	else
		puts("# not run: strangers needs root, to be several users");
	return unit_run(suite);
}
