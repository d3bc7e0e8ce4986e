// SPDX-License-Identifier: MIT
/*
 * Frames: what the library says, and what it makes of a peer that slmbxd would never be.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/socket.h>
#include <unistd.h>
#include "support.h"

#define LARGE (8U << 20)

static unsigned char body[SLMBXD_INLINE_MAX];

/* What each call looks like on the wire. */

static void expect_request(int fd, unsigned int call, unsigned int id, unsigned int arg)
{
	struct slmbxd_request request = peer_whole_request(fd, body, sizeof(body));

	ck_assert_uint_eq(request.call, call);
	ck_assert_uint_eq(request.id, id);
	ck_assert_uint_eq(request.arg, arg);
	ck_assert_uint_eq(request.flags, 0);
	ck_assert_uint_eq(request.uid, 0);
	if (call != SLMBX_CALL_RECV)
		ck_assert_uint_eq(request.room, 0);
	ck_assert_uint_eq(request.body_len, call == SLMBX_CALL_SEND ? arg : 0);
}

static void one_of_each(int listener)
{
	int fd = peer_accept(listener);
	struct slmbxd_request request;
	struct slmbx_stat st = { .count = 7, .owner = 8 };

	expect_request(fd, SLMBX_CALL_INIT, 1000000, 16);
	peer_reply(fd, SLMBXD_DONE, 0, NULL, 0);
	expect_request(fd, SLMBX_CALL_SHUTDOWN, 0, 0);
	peer_reply(fd, SLMBXD_DONE, -EPERM, NULL, 0);
	expect_request(fd, SLMBX_CALL_CREATE, 1, UINT_MAX);
	peer_reply(fd, SLMBXD_DONE, 0, NULL, 0);
	expect_request(fd, SLMBX_CALL_DESTROY, UINT_MAX, 0);
	peer_reply(fd, SLMBXD_DONE, -ENOENT, NULL, 0);
	expect_request(fd, SLMBX_CALL_COUNT, 2, 0);
	peer_reply(fd, SLMBXD_DONE, 1L << 40, NULL, 0);
	expect_request(fd, SLMBX_CALL_SEND, 3, 4);
	ck_assert_int_eq(memcmp(body, "a\0bc", 4), 0);
	peer_reply(fd, SLMBXD_DONE, 0, NULL, 0);
	expect_request(fd, SLMBX_CALL_RECV, 4, 10);
	peer_reply(fd, SLMBXD_DONE, 4, "x\0yz", 4);
	expect_request(fd, SLMBX_CALL_LENGTH, 5, 0);
	peer_reply(fd, SLMBXD_DONE, UINT_MAX, NULL, 0);
	expect_request(fd, SLMBX_CALL_STAT, 6, sizeof(st));
	peer_reply(fd, SLMBXD_DONE, 0, &st, sizeof(st));

	request = peer_whole_request(fd, body, sizeof(body));
	ck_assert_uint_eq(request.flags, SLMBXD_AS_UID);
	ck_assert_uint_eq(request.uid, 1234);
	peer_reply(fd, SLMBXD_DONE, 0, NULL, 0);
	peer_answer_last(fd);
}

START_TEST(requests)
{
	unsigned char in[] = "0123456789";
	struct slmbx_stat st;

	peer_start(one_of_each);
	ck_assert_int_eq(slmbx_init(1000000, 16), 0);
	ck_assert_int_eq(slmbx_shutdown(), -EPERM);
	ck_assert_int_eq(slmbx_create(1, -1), 0);
	ck_assert_int_eq(slmbx_destroy(UINT_MAX), -ENOENT);
	ck_assert_int_eq(slmbx_count(2), 1L << 40);
	ck_assert_int_eq(slmbx_send(3, (const unsigned char *)"a\0bc", 4), 0);
	ck_assert_int_eq(slmbx_recv(4, in, 10), 4);
	ck_assert_int_eq(memcmp(in, "x\0yz456789", 11), 0);
	ck_assert_int_eq(slmbx_length(5), UINT_MAX);
	ck_assert_int_eq(slmbx_stat(6, &st, sizeof(st)), 0);
	ck_assert_uint_eq(st.count, 7);
	ck_assert_uint_eq(st.owner, 8);
	slmbx_act_as(1234);
	ck_assert_int_eq(slmbx_destroy(1), 0);
	slmbx_act_as(SLMBX_SELF);
	peer_last_call();
}
END_TEST

/* Room is asked for once, and then offered. */
static void ask_for_room(int listener)
{
	int fd = peer_accept(listener);
	struct slmbxd_request request = peer_request(fd);

	ck_assert_uint_eq(request.arg, 60000);
	ck_assert_uint_ge(request.room, 256);
	ck_assert_uint_le(request.room, 4096);
	peer_reply(fd, SLMBXD_NEED_ROOM, 20000, NULL, 0);
	/* Another receiver was faster, and the next message is longer still. */
	ck_assert_uint_eq(peer_request(fd).room, 20000);
	peer_reply(fd, SLMBXD_NEED_ROOM, 50000, NULL, 0);
	ck_assert_uint_eq(peer_request(fd).room, 50000);
	peer_reply(fd, SLMBXD_DONE, 50000, body, 50000);

	ck_assert_uint_ge(peer_request(fd).room, 50000);
	peer_reply(fd, SLMBXD_DONE, 50000, body, 50000);
	ck_assert_uint_eq(peer_request(fd).room, 100);
	peer_reply(fd, SLMBXD_DONE, 100, body, 100);
	/* No room at all; and as much as there is. */
	ck_assert_uint_eq(peer_request(fd).room, 0);
	peer_reply(fd, SLMBXD_NEED_ROOM, 1, NULL, 0);
	ck_assert_uint_eq(peer_request(fd).room, 10);
	peer_reply(fd, SLMBXD_NEED_ROOM, 11, NULL, 0);
	peer_answer_last(fd);
}

START_TEST(room)
{
	long page = sysconf(_SC_PAGESIZE);
	unsigned char *in = malloc(60000), *end;
	unsigned char *pages = mmap(NULL, 2 * (size_t)page, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(pages, MAP_FAILED);
	end = pages + page;
	ck_assert_int_eq(mprotect(end, (size_t)page, PROT_NONE), 0);
	peer_start(ask_for_room);
	ck_assert_int_eq(slmbx_recv(1, in, 60000), 50000);
	ck_assert_int_eq(slmbx_recv(1, in, 60000), 50000);
	ck_assert_int_eq(slmbx_recv(1, in, 100), 100);
	ck_assert_int_eq(slmbx_recv(1, NULL, 100), -EFAULT);
	ck_assert_int_eq(slmbx_recv(1, end - 10, 100), -EFAULT);
	peer_last_call();
	munmap(pages, 2 * (size_t)page);
	free(in);
}
END_TEST

/* A fault before the first byte keeps the connection; one after it needs another. */
static void ask_about_faults(int listener)
{
	int fd = peer_accept(listener), next;
	struct slmbxd_request request = peer_request(fd);
	ssize_t n;

	ck_assert_uint_eq(request.flags, SLMBXD_FAULT);
	ck_assert_uint_eq(request.arg, 10);
	ck_assert_uint_eq(request.body_len, 0);
	peer_reply(fd, SLMBXD_DONE, -EDQUOT, NULL, 0);

	request = peer_request(fd);
	ck_assert_uint_eq(request.flags, 0);
	ck_assert_uint_eq(request.arg, LARGE);
	ck_assert_uint_eq(request.body_len, 0);
	peer_reply(fd, SLMBXD_GO_AHEAD, 0, NULL, 0);
	do
		n = recv(fd, body, sizeof(body), 0);
	while (n > 0);
	ck_assert_int_eq(n, 0);
	close(fd);

	next = peer_accept(listener);
	request = peer_request(next);
	ck_assert_uint_eq(request.flags, SLMBXD_FAULT);
	ck_assert_uint_eq(request.arg, LARGE);
	ck_assert_uint_eq(request.body_len, 0);
	peer_reply(next, SLMBXD_DONE, -EFAULT, NULL, 0);
	peer_answer_last(next);
}

START_TEST(faults)
{
	unsigned char *half =
		mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(half, MAP_FAILED);
	ck_assert_int_eq(munmap(half + LARGE / 2, LARGE / 2), 0);
	peer_start(ask_about_faults);
	ck_assert_int_eq(slmbx_send(1, NULL, 10), -EDQUOT);
	ck_assert_int_eq(slmbx_send(1, half, LARGE), -EFAULT);
	peer_last_call();
	munmap(half, LARGE / 2);
}
END_TEST

/* Replies without sense: the call is EPROTO, the connection is ended, the next has its own. */

enum test_call { COUNT, RECV, SEND, SEND_LARGE, SEND_FAULT, STAT };

static const struct nonsense {
	enum test_call call;
	uint32_t magic, kind;
	int64_t result;
	uint32_t body_len, pad;
	uint32_t body_sent;
} nonsense[] = {
	{ COUNT, SLMBXD_MAGIC + 1, SLMBXD_DONE, 0, 0, 0, 0 },
	{ COUNT, 0, 0, 0, 0, 0, 0 },
	{ COUNT, SLMBXD_MAGIC, 6, 0, 0, 0, 0 },
	{ COUNT, SLMBXD_MAGIC, SLMBXD_PIECE, 0, 0, 0, 0 },
	{ COUNT, SLMBXD_MAGIC, SLMBXD_PIECE, 0, 1, 0, 1 },
	{ COUNT, SLMBXD_MAGIC, SLMBXD_TOO_LONG, 10, 0, 0, 0 },
	{ RECV, SLMBXD_MAGIC, SLMBXD_PIECE, 0, 10, 0, 10 },
	{ RECV, SLMBXD_MAGIC, SLMBXD_TOO_LONG, 1000, 0, 0, 0 },
	{ COUNT, SLMBXD_MAGIC, UINT_MAX, 0, 0, 0, 0 },
	{ COUNT, SLMBXD_MAGIC, SLMBXD_DONE, 0, 0, 1, 0 },
	{ COUNT, SLMBXD_MAGIC, SLMBXD_DONE, -4096, 0, 0, 0 },
	{ COUNT, SLMBXD_MAGIC, SLMBXD_DONE, -4097, 0, 0, 0 },
	{ COUNT, SLMBXD_MAGIC, SLMBXD_DONE, INT64_MIN, 0, 0, 0 },
	{ COUNT, SLMBXD_MAGIC, SLMBXD_DONE, 3, 1, 0, 1 },
	{ COUNT, SLMBXD_MAGIC, SLMBXD_DONE, 3, UINT_MAX, 0, 0 },
	{ COUNT, SLMBXD_MAGIC, SLMBXD_GO_AHEAD, 0, 0, 0, 0 },
	{ COUNT, SLMBXD_MAGIC, SLMBXD_NEED_ROOM, 10, 0, 0, 0 },
	{ COUNT, SLMBXD_MAGIC, SLMBXD_REFUSED, -EPROTO, 0, 0, 0 },
	{ COUNT, SLMBXD_MAGIC, SLMBXD_REFUSED, 0, 0, 0, 0 },
	{ COUNT, SLMBXD_MAGIC, SLMBXD_REFUSED, -ENOENT, 0, 0, 0 },
	{ COUNT, SLMBXD_MAGIC, SLMBXD_REFUSED, -EACCES, 5, 0, 5 },
	{ RECV, SLMBXD_MAGIC, SLMBXD_DONE, 101, 101, 0, 101 },
	{ RECV, SLMBXD_MAGIC, SLMBXD_DONE, 60000, 60000, 0, 60000 },
	{ RECV, SLMBXD_MAGIC, SLMBXD_DONE, UINT_MAX, UINT_MAX, 0, 1000 },
	{ RECV, SLMBXD_MAGIC, SLMBXD_DONE, 10, 9, 0, 9 },
	{ RECV, SLMBXD_MAGIC, SLMBXD_DONE, 9, 10, 0, 10 },
	{ RECV, SLMBXD_MAGIC, SLMBXD_DONE, 10, 0, 0, 0 },
	{ RECV, SLMBXD_MAGIC, SLMBXD_DONE, -ESRCH, 10, 0, 10 },
	{ RECV, SLMBXD_MAGIC, SLMBXD_DONE, 10, 10, 0, 11 },
	{ RECV, SLMBXD_MAGIC, SLMBXD_DONE, -ESRCH, 0, 0, 5 },
	{ RECV, SLMBXD_MAGIC, SLMBXD_NEED_ROOM, 0, 0, 0, 0 },
	{ RECV, SLMBXD_MAGIC, SLMBXD_NEED_ROOM, -1, 0, 0, 0 },
	{ RECV, SLMBXD_MAGIC, SLMBXD_NEED_ROOM, 100, 0, 0, 0 },
	{ RECV, SLMBXD_MAGIC, SLMBXD_NEED_ROOM, 101, 0, 0, 0 },
	{ RECV, SLMBXD_MAGIC, SLMBXD_NEED_ROOM, 1LL << 32, 0, 0, 0 },
	{ RECV, SLMBXD_MAGIC, SLMBXD_GO_AHEAD, 0, 0, 0, 0 },
	{ SEND, SLMBXD_MAGIC, SLMBXD_GO_AHEAD, 0, 0, 0, 0 },
	{ SEND, SLMBXD_MAGIC, SLMBXD_NEED_ROOM, 10, 0, 0, 0 },
	{ SEND, SLMBXD_MAGIC, SLMBXD_DONE, 0, 10, 0, 10 },
	{ SEND_LARGE, SLMBXD_MAGIC, SLMBXD_NEED_ROOM, 10, 0, 0, 0 },
	{ SEND_LARGE, SLMBXD_MAGIC, SLMBXD_GO_AHEAD, 0, 1, 0, 1 },
	{ SEND_FAULT, SLMBXD_MAGIC, SLMBXD_DONE, 0, 0, 0, 0 },
	{ SEND_FAULT, SLMBXD_MAGIC, SLMBXD_DONE, 1, 0, 0, 0 },
	{ SEND_FAULT, SLMBXD_MAGIC, SLMBXD_GO_AHEAD, 0, 0, 0, 0 },
	{ STAT, SLMBXD_MAGIC, SLMBXD_DONE, 0, 0, 0, 0 },
	{ STAT, SLMBXD_MAGIC, SLMBXD_DONE, 0, 31, 0, 31 },
	{ STAT, SLMBXD_MAGIC, SLMBXD_DONE, 0, sizeof(struct slmbx_stat) + 1, 0,
	  sizeof(struct slmbx_stat) + 1 },
	{ STAT, SLMBXD_MAGIC, SLMBXD_DONE, 1, 32, 0, 32 },
};

static const struct nonsense *current;

static long make_call(enum test_call call)
{
	static unsigned char large[100000];
	unsigned char buffer[104];
	struct slmbx_stat st;
	long ret = 0;

	switch (call) {
	case COUNT:
		return slmbx_count(1);
	case RECV:
		/* Nothing beyond the 100 bytes of the buffer, whatever the peer sends. */
		memset(buffer, 0x55, sizeof(buffer));
		ret = slmbx_recv(1, buffer, 100);
		ck_assert_int_eq(memcmp(buffer + 100, "\x55\x55\x55\x55", 4), 0);
		return ret;
	case SEND:
		return slmbx_send(1, large, 10);
	case SEND_LARGE:
		return slmbx_send(1, large, sizeof(large));
	case SEND_FAULT:
		return slmbx_send(1, NULL, 10);
	case STAT:
		return slmbx_stat(1, &st, sizeof(st));
	}
	return ret;
}

static void talk_nonsense(int listener)
{
	struct slmbxd_reply reply = {
		.magic = current->magic,
		.kind = current->kind,
		.result = current->result,
		.body_len = current->body_len,
		.pad = current->pad,
	};
	struct {
		struct slmbxd_reply reply;
		unsigned char rest[SLMBXD_INLINE_MAX];
	} frame = { .reply = reply };
	int fd = peer_accept(listener);

	peer_whole_request(fd, body, sizeof(body));
	peer_write(fd, &frame, sizeof(reply) + current->body_sent);
	peer_expect_end(fd);

	fd = peer_accept(listener);
	peer_answer_last(fd);
}

START_TEST(senseless_reply)
{
	current = &nonsense[_i];
	peer_start(talk_nonsense);
	ck_assert_int_eq(make_call(current->call), -EPROTO);
	peer_last_call();
}
END_TEST

/* A reply that ends too early may follow an act: the request is not repeated. */

static size_t cut_at;

static void cut_reply(int listener)
{
	struct {
		struct slmbxd_reply reply;
		unsigned char message[100];
	} frame = { { SLMBXD_MAGIC, SLMBXD_DONE, 100, 100, 0 }, "" };
	int fd = peer_accept(listener);

	peer_whole_request(fd, body, sizeof(body));
	peer_write(fd, &frame, cut_at);
	close(fd);
	fd = peer_accept(listener);
	peer_answer_last(fd);
}

START_TEST(reply_cut)
{
	cut_at = (size_t)_i;
	peer_start(cut_reply);
	ck_assert_int_eq(make_call(RECV), -EPROTO);
	peer_last_call();
}
END_TEST

static void dribble(int listener)
{
	struct {
		struct slmbxd_reply reply;
		unsigned char message[60];
	} frame = { { SLMBXD_MAGIC, SLMBXD_DONE, 60, 60, 0 }, "" };
	int fd = peer_accept(listener);

	fill(frame.message, sizeof(frame.message), 1);
	peer_whole_request(fd, body, sizeof(body));
	for (size_t i = 0; i < offsetof(typeof(frame), message) + 60; i++) {
		peer_write(fd, (char *)&frame + i, 1);
		sleep_ms(1);
	}
	peer_answer_last(fd);
}

START_TEST(reply_byte_by_byte)
{
	unsigned char in[100];

	peer_start(dribble);
	ck_assert_int_eq(slmbx_recv(1, in, sizeof(in)), 60);
	ck_assert(is_filled(in, 60, 1));
	peer_last_call();
}
END_TEST

/* The peer hangs up before it answers: the request is repeated once. */

enum { AT_ACCEPT, AFTER_HEADER, AFTER_REQUEST, TIMED_OUT, WAYS_TO_HANG_UP };

static const enum test_call repeated[] = { COUNT, RECV, SEND, SEND_LARGE, SEND_FAULT, STAT };

#define HANG_UPS (WAYS_TO_HANG_UP * (int)(sizeof(repeated) / sizeof(*repeated)))

static int way, hang_ups;
static enum test_call repeated_call;

static void hang_up(int listener)
{
	int fd = peer_accept(listener);
	struct slmbxd_request request;

	if (way == AFTER_HEADER)
		peer_request(fd);
	if (way == AFTER_REQUEST || way == TIMED_OUT) {
		request = peer_whole_request(fd, body, sizeof(body));
		if (request.call == SLMBX_CALL_SEND && request.arg == 100000) {
			peer_reply(fd, SLMBXD_GO_AHEAD, 0, NULL, 0);
			peer_read(fd, body, 1000);
		}
	}
	if (way == TIMED_OUT)
		peer_reply(fd, SLMBXD_REFUSED, -ETIMEDOUT, NULL, 0);
	close(fd);
}

static void answer_well(int fd)
{
	struct slmbxd_request request = peer_whole_request(fd, body, sizeof(body));
	static unsigned char large[100000];
	struct slmbx_stat st = { 0 };

	switch (request.call) {
	case SLMBX_CALL_RECV:
		peer_reply(fd, SLMBXD_DONE, 10, body, 10);
		break;
	case SLMBX_CALL_STAT:
		peer_reply(fd, SLMBXD_DONE, 0, &st, sizeof(st));
		break;
	case SLMBX_CALL_SEND:
		if (request.arg == sizeof(large)) {
			peer_reply(fd, SLMBXD_GO_AHEAD, 0, NULL, 0);
			peer_read(fd, large, sizeof(large));
		}
		peer_reply(fd, SLMBXD_DONE, request.flags ? -EFAULT : 0, NULL, 0);
		break;
	default:
		peer_reply(fd, SLMBXD_DONE, 0, NULL, 0);
	}
}

static void hang_up_first(int listener)
{
	int fd;

	for (int i = 0; i < hang_ups; i++)
		hang_up(listener);
	fd = peer_accept(listener);
	if (hang_ups < 2)
		answer_well(fd);
	peer_answer_last(fd);
}

static void choose_hang_up(int i, int times)
{
	way = i % WAYS_TO_HANG_UP;
	repeated_call = repeated[i / WAYS_TO_HANG_UP];
	hang_ups = times;
}

START_TEST(hung_up)
{
	choose_hang_up(_i, 1);
	peer_start(hang_up_first);
	ck_assert_int_eq(make_call(repeated_call), repeated_call == RECV       ? 10 :
						   repeated_call == SEND_FAULT ? -EFAULT :
										 0);
	peer_last_call();
}
END_TEST

/* Twice is enough. */
START_TEST(hung_up_twice)
{
	choose_hang_up(_i, 2);
	peer_start(hang_up_first);
	ck_assert_int_eq(make_call(repeated_call), -ECONNREFUSED);
	peer_last_call();
}
END_TEST

/* Refusals. */

static int refused_with, refused_at_accept;

static void refuse(int listener)
{
	int fd = peer_accept(listener);

	if (!refused_at_accept)
		peer_whole_request(fd, body, sizeof(body));
	peer_reply(fd, SLMBXD_REFUSED, refused_with, NULL, 0);
	close(fd);
	fd = peer_accept(listener);
	peer_answer_last(fd);
}

START_TEST(refused)
{
	static const int reasons[] = { -EACCES, -EUSERS };

	refused_with = reasons[_i / 2];
	refused_at_accept = _i % 2;
	peer_start(refuse);
	if (refused_at_accept)
		sleep_ms(50);
	ck_assert_int_eq(make_call(SEND), refused_with);
	peer_last_call();
}
END_TEST

/* The answer comes while most of a large message is on its way, and then the end. */
static void answer_early(int listener)
{
	int fd = peer_accept(listener);

	peer_request(fd);
	peer_reply(fd, SLMBXD_GO_AHEAD, 0, NULL, 0);
	peer_read(fd, body, 50000);
	peer_reply(fd, SLMBXD_DONE, -ENOMEM, NULL, 0);
	close(fd);
	fd = peer_accept(listener);
	peer_answer_last(fd);
}

START_TEST(early_answer)
{
	unsigned char *large = calloc(LARGE, 1);

	peer_start(answer_early);
	ck_assert_int_eq(slmbx_send(1, large, LARGE), -ENOMEM);
	peer_last_call();
	free(large);
}
END_TEST

/* Two connections of a parent and its child, told apart by who says what. */
static void parent_and_child(int listener)
{
	int parent = peer_accept(listener), child, next;

	ck_assert_uint_eq(peer_request(parent).id, 1);
	peer_reply(parent, SLMBXD_DONE, 1, NULL, 0);
	child = peer_accept(listener);
	ck_assert_uint_eq(peer_request(child).id, 2);
	peer_reply(child, SLMBXD_DONE, 2, NULL, 0);
	peer_expect_end(child);
	/* The child's copy of this one was closed without an end for the parent. */
	ck_assert_uint_eq(peer_request(parent).id, 3);
	peer_reply(parent, SLMBXD_DONE, 3, NULL, 0);

	/* A child that never calls has a copy, and yet the parent can end it. */
	peer_expect_end(parent);
	next = peer_accept(listener);
	peer_answer_last(next);
}

START_TEST(connections_of_a_fork)
{
	pid_t child;

	if (!is_root())
		skip_test("needs uid 0");
	peer_start(parent_and_child);
	ck_assert_int_eq(slmbx_count(1), 1);
	child = fork();
	if (!child) {
		ck_assert_int_eq(slmbx_count(2), 2);
		exit(0);
	}
	wait_child(child);
	ck_assert_int_eq(slmbx_count(3), 3);

	child = fork();
	if (!child) {
		pause();
		_exit(0);
	}
	ck_assert_int_eq(chmod(test_socket, 0666), 0);
	ck_assert_int_eq(seteuid(UID_NOBODY), 0);
	peer_last_call();
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
}
END_TEST

/* A thread cancelled in a call ends it first. */

static pthread_barrier_t asked, cancelled;
static volatile long late_result;

static void answer_late(int listener)
{
	int fd = peer_accept(listener);

	peer_whole_request(fd, body, sizeof(body));
	pthread_barrier_wait(&asked);
	pthread_barrier_wait(&cancelled);
	sleep_ms(100);
	peer_reply(fd, SLMBXD_DONE, 10, body, 10);
	peer_expect_end(fd);
	fd = peer_accept(listener);
	peer_answer_last(fd);
}

static void *receive_one(void *arg)
{
	static unsigned char in[10];

	/* No assertion here: that is a cancellation point. */
	late_result = slmbx_recv(1, in, sizeof(in));
	pthread_testcancel();
	return NULL;
}

START_TEST(cancelled_in_call)
{
	pthread_t thread;
	void *result;

	pthread_barrier_init(&asked, NULL, 2);
	pthread_barrier_init(&cancelled, NULL, 2);
	peer_start(answer_late);
	ck_assert_int_eq(pthread_create(&thread, NULL, receive_one, NULL), 0);
	pthread_barrier_wait(&asked);
	ck_assert_int_eq(pthread_cancel(thread), 0);
	pthread_barrier_wait(&cancelled);
	ck_assert_int_eq(pthread_join(thread, &result), 0);
	ck_assert_ptr_eq(result, PTHREAD_CANCELED);
	ck_assert_int_eq(late_result, 10);
	peer_last_call();
}
END_TEST

/* slmbx_engine() says nothing to the daemon, and sees through a dead connection. */
static void silent(int listener)
{
	int fd = peer_accept(listener);

	close(fd);
	fd = peer_accept(listener);
	peer_answer_last(fd);
}

START_TEST(engine_of_a_dead_connection)
{
	peer_start(silent);
	ck_assert_str_eq(slmbx_engine(), "daemon");
	sleep_ms(50);
	ck_assert_str_eq(slmbx_engine(), "daemon");
	ck_assert_str_eq(slmbx_engine(), "daemon");
	peer_last_call();
}
END_TEST

Suite *peer_suite(void)
{
	Suite *s = suite_create("peer");
	TCase *tc = directory_case("peer");

	tcase_add_test(tc, requests);
	tcase_add_test(tc, room);
	tcase_add_test(tc, faults);
	tcase_add_loop_test(tc, senseless_reply, 0, (int)(sizeof(nonsense) / sizeof(*nonsense)));
	tcase_add_loop_test(tc, reply_cut, 1, (int)sizeof(struct slmbxd_reply) + 100);
	tcase_add_test(tc, reply_byte_by_byte);
	tcase_add_loop_test(tc, hung_up, 0, HANG_UPS);
	tcase_add_loop_test(tc, hung_up_twice, 0, HANG_UPS);
	tcase_add_loop_test(tc, refused, 0, 4);
	tcase_add_test(tc, early_answer);
	tcase_add_test(tc, connections_of_a_fork);
	tcase_add_test(tc, cancelled_in_call);
	tcase_add_test(tc, engine_of_a_dead_connection);
	suite_add_tcase(s, tc);
	return s;
}
