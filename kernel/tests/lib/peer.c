// SPDX-License-Identifier: MIT
/*
 * A peer on the daemon's socket that follows a script, to say what slmbxd never says.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "support.h"

static pthread_t thread;
static int listener = -1;
static peer_script script;

static void *run(void *arg)
{
	script(listener);
	return NULL;
}

void peer_start(peer_script s)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	script = s;
	strcpy(addr.sun_path, test_socket);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(listener, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&addr, sizeof(addr)), 0);
	ck_assert_int_eq(listen(listener, 16), 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, run, NULL), 0);
}

void peer_end(void)
{
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	close(listener);
}

int peer_accept(int from)
{
	int fd = accept4(from, NULL, NULL, SOCK_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	return fd;
}

void peer_read(int fd, void *buf, size_t len)
{
	/* recv(2) of nothing waits for something. */
	if (len)
		ck_assert_int_eq(recv(fd, buf, len, MSG_WAITALL), (ssize_t)len);
}

struct slmbxd_request peer_request(int fd)
{
	struct slmbxd_request request;

	peer_read(fd, &request, sizeof(request));
	ck_assert_uint_eq(request.magic, SLMBXD_MAGIC);
	ck_assert_uint_eq(request.flags & ~SLMBXD_FLAGS, 0);
	ck_assert_uint_eq(request.pad, 0);
	return request;
}

struct slmbxd_request peer_whole_request(int fd, void *body, size_t room)
{
	struct slmbxd_request request = peer_request(fd);

	ck_assert_uint_le(request.body_len, room);
	peer_read(fd, body, request.body_len);
	return request;
}

void peer_write(int fd, const void *buf, size_t len)
{
	ck_assert_int_eq(send(fd, buf, len, MSG_NOSIGNAL), (ssize_t)len);
}

void peer_reply(int fd, uint32_t kind, int64_t result, const void *body, uint32_t body_len)
{
	struct slmbxd_reply reply = {
		.magic = SLMBXD_MAGIC,
		.kind = kind,
		.result = result,
		.body_len = body_len,
	};

	peer_write(fd, &reply, sizeof(reply));
	if (body_len)
		peer_write(fd, body, body_len);
}

void peer_expect_end(int fd)
{
	char byte;
	ssize_t n = recv(fd, &byte, 1, 0);

	ck_assert_msg(n == 0 || (n < 0 && errno == ECONNRESET), "the library did not hang up");
	close(fd);
}

void peer_answer_last(int fd)
{
	struct slmbxd_request request = peer_request(fd);

	ck_assert_uint_eq(request.call, SLMBX_CALL_COUNT);
	ck_assert_uint_eq(request.id, 99);
	peer_reply(fd, SLMBXD_DONE, 5, NULL, 0);
}

void peer_last_call(void)
{
	ck_assert_int_eq(slmbx_count(99), 5);
	peer_end();
}
