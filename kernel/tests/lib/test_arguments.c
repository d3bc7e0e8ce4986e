// SPDX-License-Identifier: MIT
/*
 * Calls whose arguments are a struct, as frames: what the library says, and what it makes
 * of a peer that slmbxd would never be.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include "support.h"

#define LARGE (4U << 20)
#define BAD ((void *)8)

static unsigned char *bad_byte = BAD;

/* A frame that the peer read. */
static struct {
	struct slmbxd_request request;
	struct slmbxd_memory memory;
	union {
		unsigned char bytes[SLMBXD_INLINE_MAX];
		struct {
			struct slmbx_sendv args;
			struct slmbx_sendv_msg messages[4];
			char data[64];
		} sendv;
		struct {
			struct slmbx_settle args;
			struct slmbx_settle_item items[4];
		} settle;
		struct slmbx_recvv recvv;
		struct slmbx_list list;
		struct slmbx_setattr setattr;
	};
} got;

static void get(int fd, unsigned int call)
{
	got.request = peer_whole_request(fd, &got.memory, SLMBXD_INLINE_MAX);
	ck_assert_uint_eq(got.request.call, call);
	ck_assert_uint_eq(got.request.id, 0);
	ck_assert_uint_eq(got.request.room, 0);
	ck_assert_uint_eq(got.memory.pad, 0);
	ck_assert_uint_ge(got.request.body_len, sizeof(got.memory));
}

/* What follows in the body, but for messages. */
static void expect_memory(uint32_t arg, uint32_t args, uint32_t array, uint64_t data)
{
	ck_assert_uint_eq(got.request.arg, arg);
	ck_assert_uint_eq(got.memory.args, args);
	ck_assert_uint_eq(got.memory.array, array);
	ck_assert_uint_eq(got.memory.data, data);
}

static void expect_inline(uint64_t data)
{
	ck_assert_uint_eq(got.request.body_len,
			  sizeof(got.memory) + got.memory.args + got.memory.array + data);
}

static void done(int fd, long result)
{
	peer_reply(fd, SLMBXD_DONE, result, NULL, 0);
}

/* A writable page, with one behind it that can't even be read. */
static unsigned char *page_end(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char *pages =
		mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(pages, MAP_FAILED);
	ck_assert_int_eq(mprotect(pages + page, page, PROT_NONE), 0);
	return pages + page;
}

/* The struct goes as it is, whatever is wrong with its size; what can't be read doesn't. */
static void structs(int listener)
{
	static const struct {
		uint32_t arg, args;
	} sizes[] = {
		{ 40, 40 },	 { 0, 0 },	  { 39, 39 }, { 4096, 4096 }, { 4097, 0 },
		{ UINT_MAX, 0 }, { UINT_MAX, 0 }, { 40, 0 },  { 40, 10 },
	};
	int fd = peer_accept(listener);

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		get(fd, SLMBX_CALL_SETATTR);
		expect_memory(sizes[i].arg, sizes[i].args, 0, 0);
		expect_inline(0);
		ck_assert_uint_eq(got.memory.array_room, 0);
		ck_assert_uint_eq(got.memory.data_room, 0);
		ck_assert(is_all(got.bytes, sizes[i].args, 0x5a));
		done(fd, i ? -EINVAL : 0);
	}
	get(fd, SLMBX_CALL_SETATTR);
	ck_assert_uint_eq(got.request.flags, SLMBXD_AS_UID);
	ck_assert_uint_eq(got.request.uid, 1234);
	done(fd, -EPERM);
	ck_assert_uint_eq(peer_request(fd).call, SLMBX_CALL_PURGE);
	done(fd, 1L << 33);
	peer_answer_last(fd);
}

START_TEST(structs_as_they_are)
{
	static const size_t sizes[] = { 0, 39, 4096, 4097, UINT_MAX, SIZE_MAX };
	unsigned char bytes[4097], *end = page_end();
	struct slmbx_setattr *args = (void *)bytes;

	memset(bytes, 0x5a, sizeof(bytes));
	memset(end - 10, 0x5a, 10);
	peer_start(structs);
	ck_assert_int_eq(slmbx_setattr(args, 40), 0);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		ck_assert_int_eq(slmbx_setattr(args, sizes[i]), -EINVAL);
	ck_assert_int_eq(slmbx_setattr(BAD, 40), -EINVAL);
	ck_assert_int_eq(slmbx_setattr((void *)(end - 10), 40), -EINVAL);
	slmbx_act_as(1234);
	ck_assert_int_eq(slmbx_setattr(args, 40), -EPERM);
	slmbx_act_as(SLMBX_SELF);
	ck_assert_int_eq(slmbx_purge(7), 1L << 33);
	peer_last_call();
}
END_TEST

static void expect_descriptor(unsigned int i, uint64_t at, uint32_t len)
{
	ck_assert_uint_eq(got.sendv.messages[i].data, SLMBXD_DATA + at);
	ck_assert_uint_eq(got.sendv.messages[i].len, len);
	ck_assert_uint_eq(got.sendv.messages[i].flags, 7);
	ck_assert_uint_eq(got.sendv.messages[i].delay, 8);
	ck_assert_uint_eq(got.sendv.messages[i].ttl, 9);
}

static void sends(int listener)
{
	int fd = peer_accept(listener);

	get(fd, SLMBX_CALL_SENDV);
	expect_memory(24, 24, 96, 5);
	expect_inline(5);
	ck_assert_uint_eq(got.sendv.args.messages, SLMBXD_ARRAY);
	ck_assert_uint_eq(got.sendv.args.count, 3);
	ck_assert_uint_eq(got.sendv.args.id, 11);
	ck_assert_uint_eq(got.sendv.args.flags, 12);
	ck_assert_uint_eq(got.sendv.args.pad, 13);
	expect_descriptor(0, 0, 2);
	expect_descriptor(1, 2, 0);
	expect_descriptor(2, 2, 3);
	ck_assert_mem_eq(got.bytes + 24 + 96, "abcde", 5);
	done(fd, 3);

	/* A message, then the descriptors can't be read; no messages; a wrong count. */
	get(fd, SLMBX_CALL_SENDV);
	expect_memory(24, 24, 96, 0);
	expect_inline(0);
	done(fd, -EDQUOT);
	get(fd, SLMBX_CALL_SENDV);
	expect_memory(24, 24, 0, 0);
	expect_inline(0);
	done(fd, -EFAULT);
	get(fd, SLMBX_CALL_SENDV);
	expect_memory(24, 24, 64, 0);
	expect_inline(0);
	done(fd, 2);
	for (int i = 0; i < 2; i++) {
		get(fd, SLMBX_CALL_SENDV);
		expect_memory(24, 24, 0, 0);
		expect_inline(0);
		done(fd, -EINVAL);
	}
	peer_answer_last(fd);
}

static struct slmbx_sendv_msg message(const void *data, uint32_t len)
{
	return (struct slmbx_sendv_msg){
		.data = (uintptr_t)data, .len = len, .flags = 7, .delay = 8, .ttl = 9
	};
}

START_TEST(sendv_inline)
{
	struct slmbx_sendv_msg messages[] = {
		message("ab", 2),
		message(bad_byte, 0),
		message("cde", 3),
	};
	struct slmbx_sendv args = {
		.messages = (uintptr_t)messages, .count = 3, .id = 11, .flags = 12, .pad = 13
	};

	peer_start(sends);
	ck_assert_int_eq(slmbx_sendv(&args, sizeof(args)), 3);
	messages[2].data = (uintptr_t)bad_byte;
	ck_assert_int_eq(slmbx_sendv(&args, sizeof(args)), -EDQUOT);
	args.messages = (uintptr_t)(page_end() - 90);
	ck_assert_int_eq(slmbx_sendv(&args, sizeof(args)), -EFAULT);
	args.messages = (uintptr_t)messages;
	args.count = 2;
	messages[0].len = 0;
	ck_assert_int_eq(slmbx_sendv(&args, sizeof(args)), 2);
	args.count = 0;
	ck_assert_int_eq(slmbx_sendv(&args, sizeof(args)), -EINVAL);
	args.count = SLMBX_BATCH_MAX + 1;
	ck_assert_int_eq(slmbx_sendv(&args, sizeof(args)), -EINVAL);
	peer_last_call();
}
END_TEST

/* As many as there may be, more than a system call takes pieces. */
static void sends_many(int listener)
{
	static unsigned char in[SLMBX_BATCH_MAX * 100];
	int fd = peer_accept(listener);

	get(fd, SLMBX_CALL_SENDV);
	expect_memory(24, 24, SLMBX_BATCH_MAX * 32, SLMBX_BATCH_MAX * 5);
	expect_inline(SLMBX_BATCH_MAX * 5);
	ck_assert(is_filled(got.bytes + 24 + SLMBX_BATCH_MAX * 32, SLMBX_BATCH_MAX * 5, 1));
	done(fd, SLMBX_BATCH_MAX);

	get(fd, SLMBX_CALL_SENDV);
	expect_memory(24, 24, SLMBX_BATCH_MAX * 32, sizeof(in));
	expect_inline(0);
	peer_reply(fd, SLMBXD_GO_AHEAD, 0, NULL, 0);
	peer_read(fd, in, sizeof(in));
	ck_assert(is_filled(in, sizeof(in), 1));
	done(fd, SLMBX_BATCH_MAX);

	/* Refused before the messages are asked for. */
	get(fd, SLMBX_CALL_SENDV);
	done(fd, -ENOENT);
	peer_answer_last(fd);
}

static long send_batch(const unsigned char *bytes, uint32_t len)
{
	static struct slmbx_sendv_msg messages[SLMBX_BATCH_MAX];
	struct slmbx_sendv args = { .messages = (uintptr_t)messages, .count = SLMBX_BATCH_MAX };

	for (unsigned int i = 0; i < SLMBX_BATCH_MAX; i++)
		messages[i] = message(bytes + i * len, len);
	return slmbx_sendv(&args, sizeof(args));
}

START_TEST(sendv_many)
{
	static unsigned char bytes[SLMBX_BATCH_MAX * 100];

	fill(bytes, sizeof(bytes), 1);
	peer_start(sends_many);
	ck_assert_int_eq(send_batch(bytes, 5), SLMBX_BATCH_MAX);
	ck_assert_int_eq(send_batch(bytes, 100), SLMBX_BATCH_MAX);
	ck_assert_int_eq(send_batch(bytes, 100), -ENOENT);
	peer_last_call();
}
END_TEST

static void swallow(int fd)
{
	static unsigned char bytes[65536];
	ssize_t n;

	do
		n = recv(fd, bytes, sizeof(bytes), 0);
	while (n > 0);
	ck_assert_int_eq(n, 0);
	close(fd);
}

/* A fault after the first byte takes another connection, to which no message is offered. */
static void sends_fault(int listener)
{
	int fd = peer_accept(listener);

	get(fd, SLMBX_CALL_SENDV);
	expect_memory(24, 24, 64, LARGE + 1);
	expect_inline(0);
	peer_reply(fd, SLMBXD_GO_AHEAD, 0, NULL, 0);
	swallow(fd);
	fd = peer_accept(listener);
	get(fd, SLMBX_CALL_SENDV);
	expect_memory(24, 24, 64, 0);
	expect_inline(0);
	done(fd, -EFAULT);
	/* What can't have been done wasn't. */
	get(fd, SLMBX_CALL_SENDV);
	expect_memory(24, 24, 32, 0);
	done(fd, 1);
	peer_expect_end(fd);
	peer_answer_last(peer_accept(listener));
}

START_TEST(sendv_faults)
{
	unsigned char *half =
		mmap(NULL, LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct slmbx_sendv_msg messages[] = { message("x", 1), message(half, LARGE) };
	struct slmbx_sendv args = { .messages = (uintptr_t)messages, .count = 2 };

	ck_assert_ptr_ne(half, MAP_FAILED);
	ck_assert_int_eq(munmap(half + LARGE / 2, LARGE / 2), 0);
	peer_start(sends_fault);
	ck_assert_int_eq(slmbx_sendv(&args, sizeof(args)), -EFAULT);
	messages[0] = message(bad_byte, 1);
	args.count = 1;
	ck_assert_int_eq(slmbx_sendv(&args, sizeof(args)), -EPROTO);
	peer_last_call();
	munmap(half, LARGE / 2);
}
END_TEST

static void settles(int listener)
{
	struct slmbx_settle_item items[2];
	int fd = peer_accept(listener);

	get(fd, SLMBX_CALL_SETTLE);
	expect_memory(24, 24, 64, 0);
	expect_inline(0);
	ck_assert_uint_eq(got.memory.array_room, 64);
	ck_assert_uint_eq(got.settle.args.items, SLMBXD_ARRAY);
	ck_assert_uint_eq(got.settle.args.id, 11);
	ck_assert_uint_eq(got.settle.items[1].token, 22);
	memcpy(items, got.settle.items, sizeof(items));
	items[0].result = -ESTALE;
	items[1].result = 0;
	peer_reply(fd, SLMBXD_DONE, 1, items, sizeof(items));

	/* Items that can be read, but not written; that can't be read either. */
	get(fd, SLMBX_CALL_SETTLE);
	expect_memory(24, 24, 64, 0);
	ck_assert_uint_eq(got.memory.array_room, 0);
	done(fd, -EFAULT);
	get(fd, SLMBX_CALL_SETTLE);
	expect_memory(24, 24, 0, 0);
	expect_inline(0);
	done(fd, -EFAULT);
	get(fd, SLMBX_CALL_SETTLE);
	expect_memory(24, 24, 0, 0);
	done(fd, -EINVAL);
	peer_answer_last(fd);
}

START_TEST(settle_items)
{
	struct slmbx_settle_item items[] = {
		{ .seq = 1, .token = 21, .time = 31, .action = 41, .result = 51 },
		{ .seq = 2, .token = 22, .time = 32, .action = 42, .result = 52 },
	};
	struct slmbx_settle args = { .items = (uintptr_t)items, .count = 2, .id = 11 };
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char *end = page_end();

	peer_start(settles);
	ck_assert_int_eq(slmbx_settle(&args, sizeof(args)), 1);
	ck_assert_int_eq(items[0].result, -ESTALE);
	ck_assert_int_eq(items[1].result, 0);
	ck_assert_uint_eq(items[1].time, 32);
	args.items = (uintptr_t)(end - sizeof(items));
	ck_assert_int_eq(mprotect(end - page, page, PROT_READ), 0);
	ck_assert_int_eq(slmbx_settle(&args, sizeof(args)), -EFAULT);
	args.items++;
	ck_assert_int_eq(slmbx_settle(&args, sizeof(args)), -EFAULT);
	args.count = SLMBX_BATCH_MAX + 1;
	ck_assert_int_eq(slmbx_settle(&args, sizeof(args)), -EINVAL);
	peer_last_call();
}
END_TEST

/* A receive's reply: structs of these lengths, one after the other, then their bytes. */
static struct {
	struct slmbx_recvv_msg messages[4];
	unsigned char bytes[SLMBXD_INLINE_MAX];
} outgoing;

static void received(int fd, unsigned int n, uint32_t bytes)
{
	unsigned char frame[sizeof(outgoing)];
	size_t len = n * sizeof(outgoing.messages[0]);

	for (unsigned int i = 0; i < n; i++)
		outgoing.messages[i].seq = 100 + i;
	memcpy(frame, outgoing.messages, len);
	memcpy(frame + len, outgoing.bytes, bytes);
	peer_reply(fd, SLMBXD_DONE, n, frame, (uint32_t)len + bytes);
}

static void expect_recvv(int fd, uint64_t array_room, uint64_t least, uint64_t most)
{
	get(fd, SLMBX_CALL_RECVV);
	expect_memory(64, 64, 0, 0);
	expect_inline(0);
	ck_assert_uint_eq(got.memory.array_room, array_room);
	ck_assert_uint_ge(got.memory.data_room, least);
	ck_assert_uint_le(got.memory.data_room, most);
	ck_assert_uint_eq(got.recvv.messages, SLMBXD_ARRAY);
	ck_assert_uint_eq(got.recvv.buf, SLMBXD_DATA);
	ck_assert_uint_eq(got.recvv.lease, 5);
	ck_assert_uint_eq(got.recvv.flags, 6);
}

static void receives(int listener)
{
	int fd = peer_accept(listener);

	fill(outgoing.bytes, sizeof(outgoing.bytes), 3);
	expect_recvv(fd, 256, 100, 100);
	received(fd, 2, 90);
	/* Nothing came in time. */
	expect_recvv(fd, 256, 100, 100);
	done(fd, 0);
	/* More room, more than asked for; a part of it as pieces, which are void then. */
	expect_recvv(fd, 256, 256, 4096);
	peer_reply(fd, SLMBXD_PIECE, 0, outgoing.bytes + 7, 50);
	peer_reply(fd, SLMBXD_NEED_ROOM, 20000, NULL, 0);
	expect_recvv(fd, 256, 20000, 60000);
	peer_reply(fd, SLMBXD_NEED_ROOM, (int64_t)got.memory.data_room + 1, NULL, 0);
	expect_recvv(fd, 256, 40000, 60000);
	peer_reply(fd, SLMBXD_PIECE, 0, outgoing.bytes, 10000);
	peer_reply(fd, SLMBXD_PIECE, 0, outgoing.bytes + 10000, 1);
	memmove(outgoing.bytes, outgoing.bytes + 10001, 20000);
	received(fd, 4, 20000);
	/* All of it in pieces. */
	fill(outgoing.bytes, sizeof(outgoing.bytes), 3);
	expect_recvv(fd, 256, 30001, 60000);
	peer_reply(fd, SLMBXD_PIECE, 0, outgoing.bytes, 30000);
	received(fd, 1, 0);
	/* Too small a buffer. */
	expect_recvv(fd, 256, 100, 100);
	peer_reply(fd, SLMBXD_TOO_LONG, 1L << 40, NULL, 0);
	peer_answer_last(fd);
}

static struct slmbx_recvv_msg in_messages[4];

static struct slmbx_recvv receive_args(void *buf, uint64_t size)
{
	return (struct slmbx_recvv){
		.messages = (uintptr_t)in_messages,
		.buf = (uintptr_t)buf,
		.size = size,
		.needed = 77,
		.lease = 5,
		.count = 4,
		.flags = 6,
	};
}

START_TEST(recvv_pieces)
{
	static unsigned char in[60000];
	struct slmbx_recvv args = receive_args(in, 100);

	peer_start(receives);
	memset(in, 0x55, sizeof(in));
	ck_assert_int_eq(slmbx_recvv(&args, sizeof(args)), 2);
	ck_assert_uint_eq(in_messages[1].seq, 101);
	ck_assert_uint_eq(in_messages[2].seq, 0);
	ck_assert(is_filled(in, 90, 3));
	ck_assert(is_all(in + 90, sizeof(in) - 90, 0x55));
	memset(in, 0x55, sizeof(in));
	ck_assert_int_eq(slmbx_recvv(&args, sizeof(args)), 0);
	ck_assert(is_all(in, sizeof(in), 0x55));

	args.size = sizeof(in);
	ck_assert_int_eq(slmbx_recvv(&args, sizeof(args)), 4);
	ck_assert(is_filled(in, 30001, 3));
	ck_assert(is_all(in + 30001, sizeof(in) - 30001, 0x55));
	memset(in, 0x55, sizeof(in));
	ck_assert_int_eq(slmbx_recvv(&args, sizeof(args)), 1);
	ck_assert(is_filled(in, 30000, 3));
	ck_assert(is_all(in + 30000, sizeof(in) - 30000, 0x55));

	args.size = 100;
	ck_assert_uint_eq(args.needed, 77);
	ck_assert_int_eq(slmbx_recvv(&args, sizeof(args)), -EMSGSIZE);
	ck_assert_uint_eq(args.needed, 1L << 40);
	ck_assert_uint_eq(args.messages, (uintptr_t)in_messages);
	ck_assert_uint_eq(args.buf, (uintptr_t)in);
	peer_last_call();
}
END_TEST

/* Room is what there is, of the structs and of the buffer. */
static void receives_nowhere(int listener)
{
	int fd = peer_accept(listener);

	expect_recvv(fd, 256, 0, 0);
	peer_reply(fd, SLMBXD_NEED_ROOM, 1, NULL, 0);
	expect_recvv(fd, 256, 10, 10);
	peer_reply(fd, SLMBXD_NEED_ROOM, 11, NULL, 0);
	expect_recvv(fd, 256, 10, 10);
	received(fd, 1, 10);
	expect_recvv(fd, 100, 100, 100);
	done(fd, -EFAULT);
	get(fd, SLMBX_CALL_RECVV);
	ck_assert_uint_eq(got.memory.args, 64);
	ck_assert_uint_eq(got.memory.array_room, 0);
	ck_assert_uint_eq(got.memory.data_room, 0);
	done(fd, -EINVAL);
	/* The struct can be read, but not written. */
	expect_recvv(fd, 256, 100, 100);
	peer_reply(fd, SLMBXD_TOO_LONG, 101, NULL, 0);
	peer_answer_last(fd);
}

START_TEST(recvv_faults)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char *end = page_end(), in[100];
	struct slmbx_recvv args = receive_args(NULL, 100), *read_only = (void *)(end - page);

	peer_start(receives_nowhere);
	ck_assert_int_eq(slmbx_recvv(&args, sizeof(args)), -EFAULT);
	args.buf = (uintptr_t)(end - 10);
	ck_assert_int_eq(slmbx_recvv(&args, sizeof(args)), -EFAULT);
	ck_assert_int_eq(slmbx_recvv(&args, sizeof(args)), 1);
	args.buf = (uintptr_t)in;
	args.messages = (uintptr_t)(end - 100);
	ck_assert_int_eq(slmbx_recvv(&args, sizeof(args)), -EFAULT);
	args.count = SLMBX_BATCH_MAX + 1;
	ck_assert_int_eq(slmbx_recvv(&args, sizeof(args)), -EINVAL);
	*read_only = receive_args(in, 100);
	ck_assert_int_eq(mprotect(read_only, page, PROT_READ), 0);
	ck_assert_int_eq(slmbx_recvv(read_only, sizeof(args)), -EFAULT);
	peer_last_call();
}
END_TEST

static void lists(int listener)
{
	uint32_t ids[5000];
	int fd = peer_accept(listener);

	for (uint32_t i = 0; i < 5000; i++)
		ids[i] = 10 + i;
	get(fd, SLMBX_CALL_LIST);
	expect_memory(24, 24, 0, 0);
	ck_assert_uint_eq(got.list.ids, SLMBXD_DATA);
	ck_assert_uint_eq(got.list.after, 9);
	ck_assert_uint_eq(got.memory.array_room, 0);
	ck_assert_uint_ge(got.memory.data_room, 256);
	peer_reply(fd, SLMBXD_NEED_ROOM, 20000, NULL, 0);
	get(fd, SLMBX_CALL_LIST);
	ck_assert_uint_ge(got.memory.data_room, 20000);
	peer_reply(fd, SLMBXD_PIECE, 0, ids, 8000);
	peer_reply(fd, SLMBXD_DONE, 5000, ids + 2000, 12000);
	get(fd, SLMBX_CALL_LIST);
	ck_assert_uint_eq(got.memory.data_room, 0);
	done(fd, -EINVAL);
	get(fd, SLMBX_CALL_LIST);
	ck_assert_uint_eq(got.memory.data_room, 0);
	done(fd, 0);
	peer_answer_last(fd);
}

START_TEST(list_ids)
{
	static uint32_t ids[SLMBX_LIST_MAX];
	struct slmbx_list args = { .ids = (uintptr_t)ids, .count = SLMBX_LIST_MAX, .after = 9 };

	peer_start(lists);
	ck_assert_int_eq(slmbx_list(&args, sizeof(args)), 5000);
	for (uint32_t i = 0; i < SLMBX_LIST_MAX; i++)
		ck_assert_uint_eq(ids[i], i < 5000 ? 10 + i : 0);
	args.count++;
	ck_assert_int_eq(slmbx_list(&args, sizeof(args)), -EINVAL);
	args.count = 1;
	args.ids = 8;
	ck_assert_int_eq(slmbx_list(&args, sizeof(args)), 0);
	peer_last_call();
}
END_TEST

/* Replies without sense: EPROTO, nothing beyond the caller's memory, another connection. */

enum struct_call { SENDV, SENDV_LARGE, RECVV, SETTLE, LIST, SETATTR };

static const struct nonsense {
	enum struct_call call;
	uint32_t kind;
	int64_t result;
	uint32_t body_len;
	/* Of another reply before it, SLMBXD_PIECE. */
	uint32_t piece;
} nonsense[] = {
	{ SENDV, SLMBXD_GO_AHEAD, 0, 0, 0 },
	{ SENDV, SLMBXD_DONE, 2, 0, 0 },
	{ SENDV, SLMBXD_DONE, 1, 1, 0 },
	{ SENDV, SLMBXD_NEED_ROOM, 10, 0, 0 },
	{ SENDV, SLMBXD_TOO_LONG, 10, 0, 0 },
	{ SENDV_LARGE, SLMBXD_GO_AHEAD, 0, 1, 0 },
	{ SENDV_LARGE, SLMBXD_NEED_ROOM, 10, 0, 0 },
	{ RECVV, SLMBXD_GO_AHEAD, 0, 0, 0 },
	{ RECVV, SLMBXD_DONE, 3, 3 * 64, 0 },
	{ RECVV, SLMBXD_DONE, 1, 0, 0 },
	{ RECVV, SLMBXD_DONE, 1, 63, 0 },
	{ RECVV, SLMBXD_DONE, 1, 64 + 101, 0 },
	{ RECVV, SLMBXD_DONE, 0, 101, 0 },
	{ RECVV, SLMBXD_DONE, 0, UINT_MAX, 0 },
	{ RECVV, SLMBXD_DONE, INT64_MAX, 64, 0 },
	{ RECVV, SLMBXD_DONE, -ENOENT, 8, 0 },
	{ RECVV, SLMBXD_DONE, 1, 64 + 51, 50 },
	{ RECVV, SLMBXD_PIECE, 0, 101, 0 },
	{ RECVV, SLMBXD_PIECE, 0, 51, 50 },
	{ RECVV, SLMBXD_PIECE, 0, 0, 0 },
	{ RECVV, SLMBXD_PIECE, 1, 1, 0 },
	{ RECVV, SLMBXD_PIECE, 0, UINT_MAX, 0 },
	{ RECVV, SLMBXD_NEED_ROOM, 100, 0, 0 },
	{ RECVV, SLMBXD_NEED_ROOM, 101, 0, 0 },
	{ RECVV, SLMBXD_NEED_ROOM, -1, 0, 0 },
	{ RECVV, SLMBXD_NEED_ROOM, INT64_MAX, 0, 0 },
	{ RECVV, SLMBXD_TOO_LONG, 100, 0, 0 },
	{ RECVV, SLMBXD_TOO_LONG, -1, 0, 0 },
	{ RECVV, SLMBXD_TOO_LONG, 101, 8, 0 },
	{ RECVV, SLMBXD_REFUSED, -EPROTO, 0, 0 },
	{ SETTLE, SLMBXD_DONE, 1, 0, 0 },
	{ SETTLE, SLMBXD_DONE, 0, 31, 0 },
	{ SETTLE, SLMBXD_DONE, 0, 33, 0 },
	{ SETTLE, SLMBXD_DONE, 2, 32, 0 },
	{ SETTLE, SLMBXD_PIECE, 0, 32, 0 },
	{ SETTLE, SLMBXD_NEED_ROOM, 32, 0, 0 },
	{ LIST, SLMBXD_DONE, 1, 0, 0 },
	{ LIST, SLMBXD_DONE, 1, 3, 0 },
	{ LIST, SLMBXD_DONE, 1, 8, 0 },
	{ LIST, SLMBXD_DONE, 26, 104, 0 },
	{ LIST, SLMBXD_DONE, 25, 100, 4 },
	{ LIST, SLMBXD_PIECE, 0, 101, 0 },
	{ LIST, SLMBXD_NEED_ROOM, 101, 0, 0 },
	{ LIST, SLMBXD_TOO_LONG, 101, 0, 0 },
	{ SETATTR, SLMBXD_DONE, 0, 1, 0 },
	{ SETATTR, SLMBXD_GO_AHEAD, 0, 0, 0 },
};

static const struct nonsense *current;

static void talk_nonsense(int listener)
{
	static unsigned char bytes[300];
	struct slmbxd_reply reply = {
		.magic = SLMBXD_MAGIC,
		.kind = current->kind,
		.result = current->result,
		.body_len = current->body_len,
	};
	int fd = peer_accept(listener);

	peer_whole_request(fd, &got.memory, SLMBXD_INLINE_MAX);
	if (current->piece)
		peer_reply(fd, SLMBXD_PIECE, 0, bytes, current->piece);
	memcpy(bytes, &reply, sizeof(reply));
	peer_write(fd, bytes, sizeof(reply) + (reply.body_len < 200 ? reply.body_len : 200));
	peer_expect_end(fd);
	peer_answer_last(peer_accept(listener));
}

static long call_with_100(enum struct_call call)
{
	static unsigned char large[LARGE];
	struct {
		unsigned char bytes[100];
		unsigned char beyond[4];
	} buffer = { .beyond = "\x55\x55\x55\x55" };
	struct {
		struct slmbx_recvv_msg messages[2];
		unsigned char beyond[4];
	} array = { .beyond = "\x55\x55\x55\x55" };
	struct slmbx_settle_item item = { .seq = 1 };
	struct slmbx_sendv_msg msg = message(large, call == SENDV_LARGE ? LARGE : 10);
	struct slmbx_sendv sendv = { .messages = (uintptr_t)&msg, .count = 1 };
	struct slmbx_recvv recvv = { .messages = (uintptr_t)array.messages,
				     .buf = (uintptr_t)buffer.bytes,
				     .size = 100,
				     .count = 2 };
	struct slmbx_settle settle_args = { .items = (uintptr_t)&item, .count = 1 };
	struct slmbx_list list_args = { .ids = (uintptr_t)buffer.bytes, .count = 25 };
	struct slmbx_setattr setattr = { .id = 1 };
	long ret = 0;

	switch (call) {
	case SENDV:
	case SENDV_LARGE:
		return slmbx_sendv(&sendv, sizeof(sendv));
	case RECVV:
		ret = slmbx_recvv(&recvv, sizeof(recvv));
		break;
	case SETTLE:
		return slmbx_settle(&settle_args, sizeof(settle_args));
	case LIST:
		ret = slmbx_list(&list_args, sizeof(list_args));
		break;
	case SETATTR:
		return slmbx_setattr(&setattr, sizeof(setattr));
	}
	ck_assert(is_all(buffer.beyond, 4, 0x55));
	ck_assert(is_all(array.beyond, 4, 0x55));
	return ret;
}

START_TEST(senseless_reply)
{
	current = &nonsense[_i];
	peer_start(talk_nonsense);
	ck_assert_int_eq(call_with_100(current->call), -EPROTO);
	peer_last_call();
}
END_TEST

/* Cut anywhere: it may have been done. In single bytes it is whole. */

static size_t cut_at;

static size_t make_reply(unsigned char *frame)
{
	struct slmbxd_reply piece = { .magic = SLMBXD_MAGIC, .kind = SLMBXD_PIECE, .body_len = 5 };
	struct slmbxd_reply reply = { .magic = SLMBXD_MAGIC, .result = 2, .body_len = 128 + 5 };

	memcpy(frame, &piece, sizeof(piece));
	memcpy(frame + 24, "01234", 5);
	memcpy(frame + 29, &reply, sizeof(reply));
	memset(frame + 53, 1, 128);
	memcpy(frame + 53 + 128, "56789", 5);
	return 53 + 128 + 5;
}

static void cut_reply(int listener)
{
	unsigned char frame[256];
	int fd = peer_accept(listener);

	make_reply(frame);
	get(fd, SLMBX_CALL_RECVV);
	peer_write(fd, frame, cut_at);
	close(fd);
	peer_answer_last(peer_accept(listener));
}

START_TEST(reply_cut)
{
	cut_at = (size_t)_i;
	peer_start(cut_reply);
	ck_assert_int_eq(call_with_100(RECVV), -EPROTO);
	peer_last_call();
}
END_TEST

static void dribble(int listener)
{
	unsigned char frame[256];
	int fd = peer_accept(listener);
	size_t len = make_reply(frame);

	get(fd, SLMBX_CALL_RECVV);
	for (size_t i = 0; i < len; i++) {
		peer_write(fd, frame + i, 1);
		sleep_ms(1);
	}
	peer_answer_last(fd);
}

START_TEST(reply_byte_by_byte)
{
	unsigned char in[10];
	struct slmbx_recvv args = receive_args(in, sizeof(in));

	peer_start(dribble);
	ck_assert_int_eq(slmbx_recvv(&args, sizeof(args)), 2);
	ck_assert_mem_eq(in, "0123456789", 10);
	ck_assert_uint_eq(in_messages[1].pad, 0x01010101);
	peer_last_call();
}
END_TEST

/* Without an answer the request is made again, as it was. */
static void hang_up(int listener)
{
	int fd = peer_accept(listener);

	peer_whole_request(fd, &got.memory, SLMBXD_INLINE_MAX);
	if (cut_at == SENDV_LARGE) {
		peer_reply(fd, SLMBXD_GO_AHEAD, 0, NULL, 0);
		peer_read(fd, got.bytes, 1000);
	}
	close(fd);
	fd = peer_accept(listener);
	peer_whole_request(fd, &got.memory, SLMBXD_INLINE_MAX);
	done(fd, -ENOENT);
	peer_answer_last(fd);
}

START_TEST(hung_up)
{
	cut_at = (size_t)_i;
	peer_start(hang_up);
	ck_assert_int_eq(call_with_100((enum struct_call)_i), -ENOENT);
	peer_last_call();
}
END_TEST

/* A signal while a receive waits. */

static pthread_t waiter;
static volatile sig_atomic_t alarms;
static uint64_t deadline;
static int sa_flags;

static void on_alarm(int sig)
{
	alarms++;
}

static void handle_alarm(void)
{
	struct sigaction action = { .sa_handler = on_alarm, .sa_flags = sa_flags };
	sigset_t set;

	ck_assert_int_eq(sigaction(SIGALRM, &action, NULL), 0);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* The peer's thread has it blocked. */
static void block_alarm(void)
{
	sigset_t set;

	directory_setup();
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void interrupt(void)
{
	int before = alarms;

	/* Once it sleeps. */
	sleep_ms(50);
	ck_assert_int_eq(pthread_kill(waiter, SIGALRM), 0);
	while (alarms == before)
		sleep_ms(1);
}

static void expect_cancel(int fd)
{
	struct slmbxd_request request = peer_request(fd);

	ck_assert_uint_eq(request.call, SLMBXD_CANCEL);
	ck_assert_uint_eq(request.flags | request.id | request.arg | request.room | request.uid |
				  request.body_len,
			  0);
}

static void cancels(int listener)
{
	int fd = peer_accept(listener);

	/* The wait ends. Further signals change nothing. */
	get(fd, SLMBX_CALL_RECVV);
	interrupt();
	expect_cancel(fd);
	interrupt();
	done(fd, -EINTR);
	/* A message was faster. */
	get(fd, SLMBX_CALL_RECVV);
	interrupt();
	expect_cancel(fd);
	received(fd, 1, 9);
	/* And one without room, which is gone when the room is there. */
	get(fd, SLMBX_CALL_RECVV);
	interrupt();
	expect_cancel(fd);
	peer_reply(fd, SLMBXD_NEED_ROOM, 10000, NULL, 0);
	get(fd, SLMBX_CALL_RECVV);
	expect_cancel(fd);
	done(fd, -EINTR);
	/* Room is asked for first: then it waits, and no signal came yet. */
	get(fd, SLMBX_CALL_RECVV);
	peer_reply(fd, SLMBXD_NEED_ROOM, 10000, NULL, 0);
	get(fd, SLMBX_CALL_RECVV);
	interrupt();
	expect_cancel(fd);
	done(fd, -EINTR);
	peer_answer_last(fd);
}

static long wait_for_message(void)
{
	static unsigned char in[20000];
	struct slmbx_recvv args = receive_args(in, sizeof(in));

	args.deadline = deadline;
	return slmbx_recvv(&args, sizeof(args));
}

START_TEST(cancelled)
{
#ifdef __SANITIZE_THREAD__
	skip_test("TSan holds signals back until the call ends");
#endif
	waiter = pthread_self();
	deadline = SLMBX_FOREVER;
	peer_start(cancels);
	handle_alarm();
	ck_assert_int_eq(wait_for_message(), -EINTR);
	ck_assert_int_eq(wait_for_message(), 1);
	ck_assert_int_eq(wait_for_message(), -EINTR);
	ck_assert_int_eq(wait_for_message(), -EINTR);
	peer_last_call();
}
END_TEST

/* What comes next is the next call, so nothing was cancelled. */
static void not_cancelled(int listener)
{
	int fd = peer_accept(listener);

	get(fd, SLMBX_CALL_RECVV);
	interrupt();
	interrupt();
	received(fd, 1, 9);
	peer_answer_last(fd);
}

START_TEST(restarted)
{
#ifdef __SANITIZE_THREAD__
	skip_test("TSan holds signals back until the call ends");
#endif
	waiter = pthread_self();
	deadline = _i ? 0 : SLMBX_FOREVER;
	sa_flags = _i ? 0 : SA_RESTART;
	peer_start(not_cancelled);
	handle_alarm();
	ck_assert_int_eq(wait_for_message(), 1);
	peer_last_call();
}
END_TEST

/* The daemon goes while a receive waits, and while it takes it back. */
static void leaves(int listener)
{
	int fd = peer_accept(listener);

	get(fd, SLMBX_CALL_RECVV);
	interrupt();
	expect_cancel(fd);
	close(fd);
	fd = peer_accept(listener);
	get(fd, SLMBX_CALL_RECVV);
	done(fd, -ENODEV);
	peer_answer_last(fd);
}

START_TEST(daemon_left)
{
#ifdef __SANITIZE_THREAD__
	skip_test("TSan holds signals back until the call ends");
#endif
	waiter = pthread_self();
	deadline = SLMBX_FOREVER;
	peer_start(leaves);
	handle_alarm();
	ck_assert_int_eq(wait_for_message(), -ENODEV);
	peer_last_call();
}
END_TEST

Suite *arguments_suite(void)
{
	Suite *s = suite_create("arguments");
	TCase *tc = directory_case("arguments");

	tcase_add_test(tc, structs_as_they_are);
	tcase_add_test(tc, sendv_inline);
	tcase_add_test(tc, sendv_many);
	tcase_add_test(tc, sendv_faults);
	tcase_add_test(tc, settle_items);
	tcase_add_test(tc, recvv_pieces);
	tcase_add_test(tc, recvv_faults);
	tcase_add_test(tc, list_ids);
	tcase_add_loop_test(tc, senseless_reply, 0, (int)(sizeof(nonsense) / sizeof(*nonsense)));
	tcase_add_loop_test(tc, reply_cut, 1, 53 + 128 + 5);
	tcase_add_test(tc, reply_byte_by_byte);
	tcase_add_loop_test(tc, hung_up, 0, SETATTR + 1);
	suite_add_tcase(s, tc);

	tc = tcase_create("signals");
	tcase_set_timeout(tc, TEST_TIMEOUT);
	tcase_add_checked_fixture(tc, block_alarm, directory_teardown);
	tcase_add_test(tc, cancelled);
	tcase_add_loop_test(tc, restarted, 0, 2);
	tcase_add_test(tc, daemon_left);
	suite_add_tcase(s, tc);
	return s;
}
