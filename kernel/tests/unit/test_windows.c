// SPDX-License-Identifier: MIT
/*
 * Requests whose arguments are a struct, written by hand: what there is of the client's
 * memory, what isn't, and clients that leave or cancel while they wait.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "calls.h"
#include "server.h"
#include "shim.h"
#include "unit.h"
#include "wire.h"

#define ID 5
#define NEVER SLMBX_FOREVER

/* A frame under construction. */
static struct {
	struct slmbxd_request req;
	struct slmbxd_memory memory;
	unsigned char rest[SLMBXD_INLINE_MAX - sizeof(struct slmbxd_memory)];
} frame;

static unsigned char got[1 << 20];

/* Calls of the core by this thread itself, as uid 7 too. */
static struct task_struct self = { .fsuid = { 7 }, .memory = &shim_own_memory };

static void setup(void)
{
	server_setup();
	shim_thread_begin(&self);
	expect_result(slmbx_do_create(ID, 0), 0);
}

static void teardown(void)
{
	shim_thread_end();
	server_teardown();
}

static void send_text(const char *text)
{
	expect_result(slmbx_do_send(ID, (const unsigned char *)text, strlen(text)), 0);
}

static struct slmbx_stat stat_now(void)
{
	struct slmbx_stat st;

	expect_result(slmbx_do_stat(ID, &st, sizeof(st)), 0);
	return st;
}

/* Begins a frame with the struct. */
static void begin(__u16 call, const void *args, size_t size)
{
	frame.req = REQUEST(.call = call, .arg = size);
	frame.memory = (struct slmbxd_memory){ .args = size };
	memcpy(frame.rest, args, size);
	frame.req.body_len = sizeof(frame.memory) + size;
}

/* What follows in the body. */
static void append(const void *bytes, size_t len)
{
	if (len)
		memcpy((unsigned char *)&frame.memory + frame.req.body_len, bytes, len);
	frame.req.body_len += len;
}

static void put(void)
{
	wire_put(client, &frame, sizeof(frame.req) + frame.req.body_len);
}

static long call(void)
{
	put();
	return wire_expect(client, SLMBXD_DONE, got, sizeof(got));
}

/* A sendv of @count descriptors. Their messages are to be appended, or to come later. */
static void begin_sendv(const struct slmbx_sendv_msg *descs, __u32 count, __u64 data)
{
	struct slmbx_sendv args = { .messages = SLMBXD_ARRAY, .count = count, .id = ID };

	begin(SLMBX_CALL_SENDV, &args, sizeof(args));
	append(descs, count * sizeof(*descs));
	frame.memory.array = count * sizeof(*descs);
	frame.memory.data = data;
}

static void begin_recvv(__u32 count, __u64 size, __u64 room, __u32 flags, __u64 deadline)
{
	struct slmbx_recvv args = {
		.messages = SLMBXD_ARRAY,
		.buf = SLMBXD_DATA,
		.size = size,
		.deadline = deadline,
		.lease = flags & SLMBX_RECVV_LEASE ? 3600000000000ULL : 0,
		.count = count,
		.id = ID,
		.flags = flags,
	};

	begin(SLMBX_CALL_RECVV, &args, sizeof(args));
	frame.memory.array_room = count * sizeof(struct slmbx_recvv_msg);
	frame.memory.data_room = room;
}

static void set_args(size_t at, __u64 value)
{
	memcpy(frame.rest + at, &value, sizeof(value));
}

static void expect_text(const char *text)
{
	unsigned char buf[100];

	expect_result(slmbx_do_recv(ID, buf, sizeof(buf)), strlen(text));
	ck_assert_mem_eq(buf, text, strlen(text));
}

/* Bytes of a message may be anywhere in a window, in any order. */
START_TEST(messages_anywhere)
{
	const struct slmbx_sendv_msg descs[] = {
		{ .data = SLMBXD_DATA + 4, .len = 3 },
		{ .data = SLMBXD_DATA, .len = 7 },
		{ .data = SLMBXD_DATA + 6, .len = 1 },
		{ .data = SLMBXD_DATA + 7, .len = 0 },
		{ .data = 0, .len = 0 },
	};

	server_start(false, 10000);
	begin_sendv(descs, ARRAY_LENGTH(descs), 7);
	append("abcdefg", 7);
	expect_result(call(), 5);
	expect_text("efg");
	expect_text("abcdefg");
	expect_text("g");
	expect_text("");
	expect_text("");
	server_stop();
}
END_TEST

static const struct {
	__u64 data;
	__u32 len;
} nowhere[] = {
	{ SLMBXD_DATA, 8 },
	{ SLMBXD_DATA + 1, 7 },
	{ SLMBXD_DATA + 7, 1 },
	{ SLMBXD_DATA + 8, 1 },
	{ SLMBXD_DATA, UINT_MAX - 1000 },
	{ SLMBXD_DATA - 1, 1 },
	{ SLMBXD_DATA - 1, 2 },
	{ SLMBXD_ARRAY + 31, 2 },
	{ SLMBXD_ARRAY + 32, 1 },
	{ SLMBXD_ARRAY - 1, 1 },
	{ SLMBXD_ARGS + 23, 2 },
	{ SLMBXD_ARGS + 24, 1 },
	{ SLMBXD_ARGS - 1, 1 },
	{ 0, 1 },
	{ 1, 100 },
	{ UINT64_MAX, 1 },
	{ UINT64_MAX, 2 },
	{ UINT64_MAX - 6, 7 },
	{ INT64_MAX, 1 },
	{ 1ULL << 63, 7 },
};

START_TEST(messages_nowhere)
{
	struct slmbx_sendv_msg desc = { .data = nowhere[_i].data, .len = nowhere[_i].len };
	long result;

	server_start(false, 10000);
	begin_sendv(&desc, 1, 7);
	append("abcdefg", 7);
	result = call();
	/* Gigabytes may lack before they do. */
	expect(result == -EFAULT || (desc.len > INT_MAX && result == -ENOMEM), "%s",
	       result_name(result));
	/* Nor behind the request. */
	begin_sendv(&desc, 1, 7);
	put();
	wire_put(client, "abcdefg", 7);
	while (wire_reply(client, got, 0).kind == SLMBXD_GO_AHEAD)
		;
	expect_result(slmbx_do_count(ID), 0);
	server_stop();
}
END_TEST

/* Descriptors that aren't where the struct says, or end too early. */
START_TEST(array_nowhere)
{
	static const __u64 addresses[] = {
		0,	    SLMBXD_ARRAY + 1, SLMBXD_ARRAY - 1, SLMBXD_ARGS, SLMBXD_DATA + 1,
		UINT64_MAX, UINT64_MAX - 31,  SLMBXD_DATA - 32
	};
	struct slmbx_sendv_msg descs[2] = { 0 };

	server_start(false, 10000);
	for (size_t i = 0; i < ARRAY_LENGTH(addresses); i++) {
		begin_sendv(descs, 1, 0);
		set_args(offsetof(struct slmbx_sendv, messages), addresses[i]);
		expect_result(call(), -EFAULT);
	}
	begin_sendv(descs, 2, 0);
	frame.memory.array--;
	frame.req.body_len--;
	expect_result(call(), -EFAULT);
	expect_result(slmbx_do_count(ID), 0);
	server_stop();
}
END_TEST

/* What there is of the struct: less than said is a fault, less than there must be an error. */
START_TEST(struct_cut)
{
	static const __u16 calls[] = { SLMBX_CALL_SENDV, SLMBX_CALL_RECVV, SLMBX_CALL_SETTLE,
				       SLMBX_CALL_LIST, SLMBX_CALL_SETATTR };
	static const __u32 first[] = { SLMBX_SENDV_SIZE_V0, SLMBX_RECVV_SIZE_V0,
				       SLMBX_SETTLE_SIZE_V0, SLMBX_LIST_SIZE_V0,
				       SLMBX_SETATTR_SIZE_V0 };
	static const unsigned char zeros[SLMBXD_ARGS_MAX];

	server_start(false, 10000);
	for (__u32 have = 0; have < 100; have++) {
		begin(calls[_i], zeros, have);
		frame.req.arg = first[_i] - 1 > have ? first[_i] - 1 : have;
		if (frame.req.arg < first[_i])
			expect_result(call(), -EINVAL);
		frame.req.arg = first[_i] > have ? first[_i] : have + 1;
		expect_result(call(), -EFAULT);
		frame.req.arg = SLMBXD_ARGS_MAX;
		expect_result(call(), -EFAULT);
		frame.req.arg = SLMBXD_ARGS_MAX + 1;
		expect_result(call(), -E2BIG);
		frame.req.arg = UINT_MAX;
		expect_result(call(), -E2BIG);
	}
	begin(calls[_i], zeros, SLMBXD_ARGS_MAX);
	expect_result(call(), calls[_i] == SLMBX_CALL_SETATTR ? -ENOENT : -EINVAL);
	frame.rest[SLMBXD_ARGS_MAX - 1] = 1;
	expect_result(call(), -E2BIG);
	server_stop();
}
END_TEST

/* Messages behind the request: asked for once, in order, and all of them read. */
START_TEST(streamed)
{
	const struct slmbx_sendv_msg descs[] = {
		{ .data = SLMBXD_DATA, .len = 100000 },
		{ .data = SLMBXD_DATA + 7, .len = 0 },
		{ .data = SLMBXD_DATA + 100000, .len = 50000 },
	};
	unsigned char *bytes = malloc(150000), *buf = malloc(100000);

	fill(bytes, 150000, 6);
	server_start(false, 10000);
	begin_sendv(descs, 3, 150000);
	put();
	expect_result(wire_expect(client, SLMBXD_GO_AHEAD, NULL, 0), 0);
	ck_assert(wire_is_silent(client, 20));
	wire_put(client, bytes, 150000);
	expect_result(wire_expect(client, SLMBXD_DONE, NULL, 0), 3);
	expect_result(slmbx_do_recv(ID, buf, 100000), 100000);
	ck_assert_mem_eq(buf, bytes, 100000);
	expect_result(slmbx_do_recv(ID, buf, 100000), 0);
	expect_result(slmbx_do_recv(ID, buf, 100000), 50000);
	ck_assert_mem_eq(buf, bytes + 100000, 50000);

	/* Nobody is asked for what nobody wants. */
	begin_sendv(descs, 3, 150000);
	set_args(offsetof(struct slmbx_sendv, count), 3 | (__u64)(ID + 1) << 32);
	expect_result(call(), -ENOENT);
	server_stop();
	free(bytes);
	free(buf);
}
END_TEST

/* Many small messages, with the next request right behind them, in pieces of any size. */
START_TEST(streamed_small)
{
	static struct slmbx_sendv_msg descs[SLMBX_BATCH_MAX];
	static unsigned char bytes[sizeof(frame) + SLMBX_BATCH_MAX * 100];
	struct slmbxd_request count = REQUEST(.call = SLMBX_CALL_COUNT, .id = ID);
	unsigned char buf[100];
	size_t head, data = 0, step;

	for (__u32 i = 0; i < SLMBX_BATCH_MAX; i++, data += i % 100)
		descs[i] = (struct slmbx_sendv_msg){ .data = SLMBXD_DATA + data,
						     .len = (i + 1) % 100 };
	begin_sendv(descs, SLMBX_BATCH_MAX, data);
	head = sizeof(frame.req) + frame.req.body_len;
	memcpy(bytes, &frame, head);
	fill(bytes + head, data, 8);
	memcpy(bytes + head + data, &count, sizeof(count));
	server_start(false, 10000);
	for (int round = 0; round < 3; round++) {
		step = round ? round * 30011U : sizeof(bytes);
		for (size_t at = 0; at < head + data + sizeof(count); at += step) {
			size_t left = head + data + sizeof(count) - at;

			wire_put(client, bytes + at, left < step ? left : step);
			if (round)
				sleep_ms(10);
		}
		expect_result(wire_expect(client, SLMBXD_GO_AHEAD, NULL, 0), 0);
		expect_result(wire_expect(client, SLMBXD_DONE, NULL, 0), SLMBX_BATCH_MAX);
		expect_result(wire_expect(client, SLMBXD_DONE, NULL, 0), SLMBX_BATCH_MAX);
		for (__u32 i = 0, at = 0; i < SLMBX_BATCH_MAX; at += descs[i++].len) {
			expect_result(slmbx_do_recv(ID, buf, sizeof(buf)), descs[i].len);
			expect(!memcmp(buf, bytes + head + at, descs[i].len), "message %u", i);
		}
	}
	server_stop();
}
END_TEST

/* Streams that end too early for their descriptors, are too long, or of the wrong order. */
START_TEST(streamed_wrongly)
{
	const struct {
		struct slmbx_sendv_msg descs[2];
		__u64 data;
		long result;
	} streams[] = {
		{ { { .data = SLMBXD_DATA, .len = 5 }, { .data = SLMBXD_DATA + 5, .len = 5 } },
		  9,
		  -EFAULT },
		{ { { .data = SLMBXD_DATA, .len = 5 }, { .data = SLMBXD_DATA + 5, .len = 5 } },
		  70000,
		  2 },
		{ { { .data = SLMBXD_DATA, .len = 5 }, { .data = SLMBXD_DATA + 6, .len = 4 } },
		  10,
		  -EFAULT },
		{ { { .data = SLMBXD_DATA, .len = 5 }, { .data = SLMBXD_DATA, .len = 5 } },
		  10,
		  -EFAULT },
		{ { { .data = SLMBXD_DATA, .len = 5 }, { .data = 0, .len = 1 } }, 10, -EFAULT },
	};
	static unsigned char bytes[70000];

	server_start(false, 10000);
	for (size_t i = 0; i < ARRAY_LENGTH(streams); i++) {
		begin_sendv(streams[i].descs, 2, streams[i].data);
		put();
		expect_result(wire_expect(client, SLMBXD_GO_AHEAD, NULL, 0), 0);
		wire_put(client, bytes, streams[i].data);
		expect_result(wire_expect(client, SLMBXD_DONE, NULL, 0), streams[i].result);
		/* The next request is where it should be. */
		expect_result(wire_count(client, ID), streams[i].result > 0 ? 2 : 0);
		slmbx_do_purge(ID);
	}
	server_stop();
}
END_TEST

/* Nothing of a stream that doesn't end is queued. */
START_TEST(stream_cut)
{
	const struct slmbx_sendv_msg descs[] = {
		{ .data = SLMBXD_DATA, .len = 5 },
		{ .data = SLMBXD_DATA + 5, .len = 5 },
	};

	server_start(false, 10000);
	begin_sendv(descs, 2, UINT64_MAX);
	put();
	expect_result(wire_expect(client, SLMBXD_GO_AHEAD, NULL, 0), 0);
	wire_put(client, "012345678", 9);
	server_stop();
	expect_result(slmbx_do_count(ID), 0);

	server_start(false, 50);
	begin_sendv(descs, 2, 10);
	put();
	expect_result(wire_expect(client, SLMBXD_GO_AHEAD, NULL, 0), 0);
	wire_put(client, "012345678", 9);
	wire_expect_refused(client, -ETIMEDOUT);
	server_finish();
	expect_result(slmbx_do_count(ID), 0);
}
END_TEST

/* A receive without enough room changes nothing and says what it takes. */
START_TEST(room_for_messages)
{
	static const __u32 flags[] = { 0, SLMBX_RECVV_PEEK, SLMBX_RECVV_LEASE };
	struct slmbxd_reply reply;

	send_text("first");
	send_text("");
	send_text("third");
	server_start(false, 10000);
	for (__u64 room = 0; room < 10; room++) {
		begin_recvv(3, 100, room, flags[_i], 0);
		put();
		expect_result(wire_expect(client, SLMBXD_NEED_ROOM, NULL, 0), room < 5 ? 5 : 10);
		ck_assert_uint_eq(stat_now().count, 3);
	}
	/* Room for structs it can't say more of. */
	for (__u32 room = 0; room < 3 * 64; room += 9) {
		begin_recvv(3, 100, 10, flags[_i], 0);
		frame.memory.array_room = room;
		expect_result(call(), -EFAULT);
	}
	begin_recvv(3, 4, 4, flags[_i], 0);
	put();
	expect_result(wire_expect(client, SLMBXD_TOO_LONG, NULL, 0), 5);
	ck_assert_uint_eq(stat_now().count, 3);
	ck_assert_uint_eq(stat_now().leased, 0);

	begin_recvv(3, 100, 10, flags[_i], 0);
	put();
	reply = wire_reply(client, got, sizeof(got));
	ck_assert_int_eq(reply.result, 3);
	ck_assert_uint_eq(reply.body_len, 3 * sizeof(struct slmbx_recvv_msg) + 10);
	ck_assert_mem_eq(got + 3 * sizeof(struct slmbx_recvv_msg), "firstthird", 10);
	ck_assert_uint_eq(stat_now().count, flags[_i] == SLMBX_RECVV_PEEK ? 3 : 0);
	server_stop();
}
END_TEST

/* Addresses to write to that are none, or another window's. */
START_TEST(written_nowhere)
{
	static const __u64 addresses[] = {
		0,	    SLMBXD_ARGS,    SLMBXD_ARGS + 24, SLMBXD_DATA - 1, SLMBXD_ARRAY - 1,
		UINT64_MAX, UINT64_MAX - 4, INT64_MAX
	};

	send_text("first");
	server_start(false, 10000);
	for (size_t i = 0; i < ARRAY_LENGTH(addresses); i++) {
		begin_recvv(1, 100, 100, 0, 0);
		set_args(offsetof(struct slmbx_recvv, messages), addresses[i]);
		expect_result(call(), -EFAULT);
		begin_recvv(1, 100, 100, 0, 0);
		set_args(offsetof(struct slmbx_recvv, buf), addresses[i]);
		expect_result(call(), -EFAULT);
	}
	/* Not from its beginning. */
	begin_recvv(1, 100, 100, 0, 0);
	set_args(offsetof(struct slmbx_recvv, buf), SLMBXD_DATA + 1);
	expect_result(call(), -EFAULT);
	begin_recvv(1, 100, 100, 0, 0);
	set_args(offsetof(struct slmbx_recvv, messages), SLMBXD_ARRAY + 1);
	frame.memory.array_room = 100;
	expect_result(call(), -EFAULT);
	expect_result(slmbx_do_count(ID), 1);
	server_stop();
}
END_TEST

/* What is large goes in pieces, what is small with the reply; in order all the same. */
START_TEST(pieces)
{
	static const __u32 lens[] = { 10, 32768, 5, 20000, 13000, 0, 200000, 32763, 5 };
	size_t n = ARRAY_LENGTH(lens), size = 0, at = 0, total = 0;
	unsigned char *bytes = malloc(400000);
	struct slmbxd_reply reply;

	for (size_t i = 0; i < n; i++)
		total += lens[i];
	fill(bytes, total, 2);
	for (size_t i = 0; i < n; i++, size += lens[i - 1])
		expect_result(slmbx_do_send(ID, bytes + size, lens[i]), 0);
	server_start(false, 10000);
	begin_recvv(n, total, total, SLMBX_RECVV_PEEK, 0);
	put();
	while ((reply = wire_reply(client, got + at, sizeof(got) - at)).kind == SLMBXD_PIECE)
		at += reply.body_len;
	ck_assert_int_eq(reply.kind, SLMBXD_DONE);
	ck_assert_int_eq(reply.result, n);
	ck_assert_uint_eq(at + reply.body_len, total + n * sizeof(struct slmbx_recvv_msg));
	ck_assert_uint_gt(at, 0);
	memmove(got + at, got + at + n * sizeof(struct slmbx_recvv_msg), total - at);
	ck_assert_mem_eq(got, bytes, total);

	/* Room for half: the pieces that came are void, and nothing left. */
	begin_recvv(n, total, total / 2, 0, 0);
	put();
	while ((reply = wire_reply(client, got, sizeof(got))).kind == SLMBXD_PIECE)
		;
	ck_assert_int_eq(reply.kind, SLMBXD_NEED_ROOM);
	expect_result(slmbx_do_count(ID), n);
	server_stop();
	free(bytes);
}
END_TEST

/* A client that reads nothing of a large message: the message stays. */
START_TEST(unread_pieces)
{
	__u32 len = 4 << 20;
	unsigned char *msg = calloc(1, len);

	expect_result(slmbx_do_send(ID, msg, len), 0);
	server_start(true, 100);
	begin_recvv(1, len, len, 0, 0);
	put();
	server_finish();
	expect_result(slmbx_do_count(ID), 1);
	close(client);
	free(msg);
}
END_TEST

START_TEST(items_nowhere)
{
	static const __u64 addresses[] = { 0, SLMBXD_ARGS, SLMBXD_ARRAY + 1, SLMBXD_DATA,
					   UINT64_MAX - 31 };
	struct slmbx_settle args = { .items = SLMBXD_ARRAY, .count = 1, .id = ID };
	struct slmbx_settle_item item = { .action = SLMBX_SETTLE_ACK };
	struct slmbx_recvv_msg msg;
	struct slmbx_recvv recvv = { .messages = (unsigned long)&msg,
				     .count = 1,
				     .id = ID,
				     .flags = SLMBX_RECVV_LEASE,
				     .lease = 3600000000000ULL };

	send_text("");
	expect_result(slmbx_do_recvv(&recvv, sizeof(recvv)), 1);
	item.seq = msg.seq;
	item.token = msg.token;
	server_start(false, 10000);
	for (size_t i = 0; i < ARRAY_LENGTH(addresses); i++) {
		args.items = addresses[i];
		begin(SLMBX_CALL_SETTLE, &args, sizeof(args));
		append(&item, sizeof(item));
		frame.memory.array = sizeof(item);
		frame.memory.array_room = sizeof(item);
		expect_result(call(), -EFAULT);
	}
	args.items = SLMBXD_ARRAY;
	/* Room for less than is read; less to read than there is room for. */
	begin(SLMBX_CALL_SETTLE, &args, sizeof(args));
	append(&item, sizeof(item));
	frame.memory.array = sizeof(item);
	frame.memory.array_room = sizeof(item) - 1;
	expect_result(call(), -EFAULT);
	begin(SLMBX_CALL_SETTLE, &args, sizeof(args));
	append(&item, sizeof(item) - 1);
	frame.memory.array = sizeof(item) - 1;
	frame.memory.array_room = sizeof(item);
	expect_result(call(), -EFAULT);
	ck_assert_uint_eq(stat_now().leased, 1);

	begin(SLMBX_CALL_SETTLE, &args, sizeof(args));
	append(&item, sizeof(item));
	frame.memory.array = sizeof(item);
	frame.memory.array_room = sizeof(item);
	expect_result(call(), 1);
	memcpy(&item, got, sizeof(item));
	ck_assert_int_eq(item.result, 0);
	ck_assert_uint_eq(item.token, msg.token);
	ck_assert_uint_eq(stat_now().leased, 0);
	server_stop();
}
END_TEST

START_TEST(ids)
{
	struct slmbx_list args = { .ids = SLMBXD_DATA, .count = 5000, .after = ID };
	size_t at = 0;
	struct slmbxd_reply reply;

	for (__u32 id = 1000; id < 11000; id += 2)
		expect_result(slmbx_do_create(id, 0), 0);
	server_start(false, 10000);
	for (__u64 room = 0; room < 20000; room += 1999) {
		begin(SLMBX_CALL_LIST, &args, sizeof(args));
		frame.memory.data_room = room;
		put();
		expect(wire_expect(client, SLMBXD_NEED_ROOM, NULL, 0) > (long)room, "%llu", room);
	}
	begin(SLMBX_CALL_LIST, &args, sizeof(args));
	frame.memory.data_room = 20000;
	put();
	while ((reply = wire_reply(client, got + at, sizeof(got) - at)).kind == SLMBXD_PIECE)
		at += reply.body_len;
	ck_assert_int_eq(reply.result, 5000);
	ck_assert_uint_eq(at + reply.body_len, 20000);
	for (__u32 i = 0; i < 5000; i++)
		expect(((__u32 *)got)[i] == 1000 + 2 * i, "id %u", ((__u32 *)got)[i]);
	/* None, which takes no room. */
	args.after = 20000;
	begin(SLMBX_CALL_LIST, &args, sizeof(args));
	expect_result(call(), 0);
	server_stop();
}
END_TEST

/* Waiting. */

static const struct slmbxd_request cancel = REQUEST(.call = SLMBXD_CANCEL);

static void expect_received(const char *text)
{
	struct slmbxd_reply reply = wire_reply(client, got, sizeof(got));

	ck_assert_int_eq(reply.kind, SLMBXD_DONE);
	ck_assert_int_eq(reply.result, 1);
	ck_assert_uint_eq(reply.body_len, sizeof(struct slmbx_recvv_msg) + strlen(text));
	ck_assert_mem_eq(got + sizeof(struct slmbx_recvv_msg), text, strlen(text));
}

START_TEST(waits)
{
	server_start(false, 50);
	for (int i = 0; i < 3; i++) {
		begin_recvv(1, 100, 100, 0, NEVER);
		put();
		/* Longer than half a frame may take. */
		ck_assert(wire_is_silent(client, 100));
		send_text("hello");
		expect_received("hello");
	}
	begin_recvv(1, 100, 100, 0, 1);
	expect_result(call(), 0);
	server_stop();
}
END_TEST

START_TEST(cancelled)
{
	server_start(false, 10000);
	for (int i = 0; i < 3; i++) {
		begin_recvv(1, 100, 100, 0, NEVER);
		put();
		if (i)
			ck_assert(wire_is_silent(client, 20));
		/* In one piece, or in many. */
		for (size_t at = 0; at < sizeof(cancel); at += i == 2 ? 1 : sizeof(cancel))
			wire_put(client, (const char *)&cancel + at, i == 2 ? 1 : sizeof(cancel));
		expect_result(wire_expect(client, SLMBXD_DONE, NULL, 0), -EINTR);
	}
	/* Nobody waits. */
	send_text("later");
	for (int i = 0; i < 3; i++)
		wire_put(client, &cancel, sizeof(cancel));
	ck_assert(wire_is_silent(client, 20));
	expect_result(wire_count(client, ID), 1);
	server_stop();
}
END_TEST

/* The request and its cancellation in one write, as all before. */
START_TEST(cancelled_at_once)
{
	unsigned char together[2 * sizeof(frame.req) + 200];
	size_t len;

	server_start(false, 10000);
	begin_recvv(1, 100, 100, 0, NEVER);
	len = sizeof(frame.req) + frame.req.body_len;
	memcpy(together, &frame, len);
	memcpy(together + len, &cancel, sizeof(cancel));
	for (int i = 0; i < 10; i++) {
		wire_put(client, together, len + sizeof(cancel));
		expect_result(wire_expect(client, SLMBXD_DONE, NULL, 0), -EINTR);
	}
	/* A message is first. */
	send_text("first");
	wire_put(client, together, len + sizeof(cancel));
	expect_received("first");
	expect_result(wire_count(client, ID), 0);
	server_stop();
}
END_TEST

/* Who sends on waits: even with a cancellation, which isn't of that request. */
START_TEST(sends_on)
{
	struct slmbxd_request count = REQUEST(.call = SLMBX_CALL_COUNT, .id = ID);
	unsigned char together[1000];
	size_t len;

	server_start(false, 10000);
	begin_recvv(1, 100, 100, 0, NEVER);
	len = sizeof(frame.req) + frame.req.body_len;
	/* The answers to those before don't wait. */
	memcpy(together, &count, sizeof(count));
	memcpy(together + sizeof(count), &frame, len);
	wire_put(client, together, sizeof(count) + len);
	expect_result(wire_expect(client, SLMBXD_DONE, NULL, 0), 0);
	wire_put(client, &count, 20);
	ck_assert(wire_is_silent(client, 20));
	wire_put(client, (char *)&count + 20, sizeof(count) - 20);
	wire_put(client, &cancel, sizeof(cancel));
	wire_put(client, &count, sizeof(count));
	ck_assert(wire_is_silent(client, 20));
	send_text("a");
	send_text("b");
	expect_received("a");
	expect_result(wire_expect(client, SLMBXD_DONE, NULL, 0), 1);
	expect_result(wire_expect(client, SLMBXD_DONE, NULL, 0), 1);
	server_stop();
}
END_TEST

/* Hung up on while it waits: in full, or by half; with bytes behind the request, or none. */
START_TEST(left)
{
	struct slmbxd_request count = REQUEST(.call = SLMBX_CALL_COUNT, .id = ID);

	server_start(false, 10000);
	begin_recvv(1, 100, 100, _i & 1 ? SLMBX_RECVV_LEASE : 0, NEVER);
	put();
	if (_i & 2)
		wire_put(client, &count, _i & 4 ? sizeof(count) : 7);
	ck_assert(wire_is_silent(client, 20));
	if (_i & 8) {
		shutdown(client, SHUT_WR);
		wire_expect_end(client);
	} else {
		close(client);
	}
	server_finish();
	send_text("kept");
	ck_assert_uint_eq(stat_now().count, 1);
	expect_text("kept");
}
END_TEST

/* At the same moment as a message comes: it is there, unless it was sent before that. */
START_TEST(left_as_a_message_comes)
{
	for (int i = 0; i < 200; i++) {
		server_start(false, 10000);
		begin_recvv(1, 100, 100, SLMBX_RECVV_LEASE, NEVER);
		put();
		if (i % 2)
			ck_assert(wire_is_silent(client, 1));
		close(client);
		send_text("x");
		server_finish();
		ck_assert_uint_eq(stat_now().leased, 0);
		ck_assert_uint_eq(stat_now().count, 1);
		expect_text("x");
	}
}
END_TEST

/* As the daemon does when it stops. */
START_TEST(stopped)
{
	server_start(false, 10000);
	begin_recvv(1, 100, 100, 0, NEVER);
	put();
	ck_assert(wire_is_silent(client, 20));
	shutdown(server_fd(), SHUT_RD);
	wire_expect_end(client);
	server_finish();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("windows");
	TCase *tcase = unit_case(suite, "windows");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, messages_anywhere);
	tcase_add_loop_test(tcase, messages_nowhere, 0, ARRAY_LENGTH(nowhere));
	tcase_add_test(tcase, array_nowhere);
	tcase_add_loop_test(tcase, struct_cut, 0, 5);
	tcase_add_test(tcase, streamed);
	tcase_add_test(tcase, streamed_small);
	tcase_add_test(tcase, streamed_wrongly);
	tcase_add_test(tcase, stream_cut);
	tcase_add_loop_test(tcase, room_for_messages, 0, 3);
	tcase_add_test(tcase, written_nowhere);
	tcase_add_test(tcase, pieces);
	tcase_add_test(tcase, unread_pieces);
	tcase_add_test(tcase, items_nowhere);
	tcase_add_test(tcase, ids);

	tcase = unit_case(suite, "waiting");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, waits);
	tcase_add_test(tcase, cancelled);
	tcase_add_test(tcase, cancelled_at_once);
	tcase_add_test(tcase, sends_on);
	tcase_add_loop_test(tcase, left, 0, 16);
	tcase_add_test(tcase, left_as_a_message_comes);
	tcase_add_test(tcase, stopped);
	return unit_run(suite);
}
