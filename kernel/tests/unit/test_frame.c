// SPDX-License-Identifier: MIT
/* What the daemon takes for a frame: of whole ones, parts of them and what is none. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <linux/slmbx.h>

#include "frame.h"
#include "unit.h"
#include "wire.h"

/* frame_parse() of @len bytes that end where memory may not be read. */
static int parse(const void *bytes, size_t len, struct slmbxd_request *req, size_t *size)
{
	unsigned char *copy = malloc(len ? len : 1);
	int err;

	memcpy(copy, bytes, len);
	err = frame_parse(copy, len, req, size);
	free(copy);
	return err;
}

static int parse_request(const struct slmbxd_request *req)
{
	struct slmbxd_request out;
	size_t size;
	int err = parse(req, sizeof(*req), &out, &size);

	ck_assert_uint_le(size, FRAME_MAX);
	return err;
}

static const struct slmbxd_request valid[] = {
	REQUEST(.call = SLMBX_CALL_INIT, .id = 16, .arg = 2),
	REQUEST(.call = SLMBX_CALL_SHUTDOWN),
	REQUEST(.call = SLMBX_CALL_CREATE, .id = UINT_MAX, .arg = UINT_MAX),
	REQUEST(.call = SLMBX_CALL_DESTROY, .id = 5),
	REQUEST(.call = SLMBX_CALL_COUNT, .id = 5, .flags = SLMBXD_AS_UID, .uid = 0),
	REQUEST(.call = SLMBX_CALL_LENGTH, .id = 5, .flags = SLMBXD_AS_UID, .uid = UINT_MAX - 1),
	REQUEST(.call = SLMBX_CALL_STAT, .id = 5, .arg = 32),
	REQUEST(.call = SLMBX_CALL_RECV, .id = 5, .arg = 100, .room = 100),
	REQUEST(.call = SLMBX_CALL_RECV, .id = 5, .arg = UINT_MAX, .room = 0),
	REQUEST(.call = SLMBX_CALL_SEND, .id = 5),
	REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = 1, .body_len = 1),
	REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = SLMBXD_INLINE_MAX,
		.body_len = SLMBXD_INLINE_MAX),
	/* The body comes later. */
	REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = 10),
	REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = UINT_MAX),
	REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = 10, .flags = SLMBXD_FAULT),
	REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = 10, .flags = SLMBXD_FAULT | SLMBXD_AS_UID,
		.uid = 7),
	REQUEST(.call = SLMBX_CALL_PURGE, .id = 5),
	REQUEST(.call = SLMBXD_CANCEL),
	/* A call nobody has is well-formed; dispatch answers it. */
	REQUEST(.call = 0),
	REQUEST(.call = USHRT_MAX, .id = 1, .arg = 2),
};

/* Every part of the frame is the start of one; all of it, and more after it, is one. */
START_TEST(truncations)
{
	const struct slmbxd_request *req = &valid[_i];
	size_t whole = sizeof(*req) + req->body_len, size, len;
	unsigned char *bytes = calloc(1, whole + 64);
	struct slmbxd_request out;

	memcpy(bytes, req, sizeof(*req));
	fill(bytes + sizeof(*req), req->body_len + 64, 1);
	for (len = 0; len < whole; len++) {
		expect_result(parse(bytes, len, &out, &size), -EAGAIN);
		expect(size == (len < sizeof(*req) ? sizeof(*req) : whole),
		       "%zu of %zu bytes: wants %zu", len, whole, size);
		/* Most of a body is like the rest of it. */
		if (len > sizeof(*req) + 100 && len + 100 < whole)
			len += 99;
	}
	for (len = whole; len < whole + 64; len++) {
		expect_result(parse(bytes, len, &out, &size), 0);
		ck_assert_uint_eq(size, whole);
		ck_assert_mem_eq(&out, req, sizeof(out));
	}
	free(bytes);
}
END_TEST

/* A field that can't be so, in any valid frame. */
START_TEST(fields_that_must_be_so)
{
	const struct slmbxd_request *req = &valid[_i];
	struct slmbxd_request bad;

	for (int bit = 0; bit < 32; bit++) {
		bad = *req;
		bad.magic ^= 1U << bit;
		expect_result(parse_request(&bad), -EPROTO);
		bad = *req;
		bad.pad ^= 1U << bit;
		expect_result(parse_request(&bad), -EPROTO);
	}
	for (int bit = 2; bit < 16; bit++) {
		bad = *req;
		bad.flags |= 1U << bit;
		expect_result(parse_request(&bad), -EPROTO);
	}
	bad = *req;
	bad.magic = __builtin_bswap32(bad.magic);
	expect_result(parse_request(&bad), -EPROTO);
}
END_TEST

static const struct slmbxd_request invalid[] = {
	/* A body where none belongs, or of another length than said, or too long. */
	REQUEST(.call = SLMBX_CALL_RECV, .id = 5, .arg = 5, .body_len = 5),
	REQUEST(.call = SLMBX_CALL_CREATE, .id = 5, .arg = 1, .body_len = 1),
	REQUEST(.call = SLMBX_CALL_STAT, .id = 5, .arg = 32, .body_len = 32),
	REQUEST(.call = 99, .arg = 1, .body_len = 1),
	REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = 5, .body_len = 4),
	REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = 5, .body_len = 6),
	REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = 0, .body_len = 1),
	REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = SLMBXD_INLINE_MAX + 1,
		.body_len = SLMBXD_INLINE_MAX + 1),
	REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = UINT_MAX, .body_len = UINT_MAX),
	REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = 5, .body_len = 5, .flags = SLMBXD_FAULT),
	/* A cancellation says nothing else. */
	REQUEST(.call = SLMBXD_CANCEL, .id = 1),
	REQUEST(.call = SLMBXD_CANCEL, .arg = 1),
	REQUEST(.call = SLMBXD_CANCEL, .room = 1),
	REQUEST(.call = SLMBXD_CANCEL, .flags = SLMBXD_AS_UID, .uid = 7),
	REQUEST(.call = SLMBXD_CANCEL, .arg = 1, .body_len = 1),
	REQUEST(.call = SLMBX_CALL_PURGE, .id = 5, .body_len = 32),
	/* A fault where nothing is read. */
	REQUEST(.call = SLMBX_CALL_RECV, .id = 5, .arg = 5, .flags = SLMBXD_FAULT),
	REQUEST(.call = SLMBX_CALL_COUNT, .id = 5, .flags = SLMBXD_FAULT),
	REQUEST(.call = 0, .flags = SLMBXD_FAULT),
	/* A uid without its flag, and one nobody has. */
	REQUEST(.call = SLMBX_CALL_COUNT, .id = 5, .uid = 1),
	REQUEST(.call = SLMBX_CALL_COUNT, .id = 5, .uid = UINT_MAX),
	REQUEST(.call = SLMBX_CALL_COUNT, .id = 5, .flags = SLMBXD_AS_UID, .uid = UINT_MAX),
	/* Room where nothing is written, and more than there is. */
	REQUEST(.call = SLMBX_CALL_SEND, .id = 5, .arg = 5, .body_len = 5, .room = 5),
	REQUEST(.call = SLMBX_CALL_STAT, .id = 5, .arg = 32, .room = 32),
	REQUEST(.call = SLMBX_CALL_RECV, .id = 5, .arg = 5, .room = 6),
	REQUEST(.call = SLMBX_CALL_RECV, .id = 5, .arg = 0, .room = UINT_MAX),
};

/* Refused as soon as the request is there, with no wait for a body. */
START_TEST(malformed)
{
	struct slmbxd_request out;
	size_t size;

	expect_result(parse(&invalid[_i], sizeof(invalid[_i]), &out, &size), -EPROTO);
	ck_assert_uint_le(size, FRAME_MAX);
	for (size_t len = 0; len < sizeof(out); len++)
		expect_result(parse(&invalid[_i], len, &out, &size), -EAGAIN);
}
END_TEST

/* Whatever the bytes are: no more than a frame's size is wanted, and an answer given. */
START_TEST(noise)
{
	unsigned char bytes[200];
	uint64_t state = 31;

	for (int i = 0; i < 20000; i++) {
		struct slmbxd_request out;
		size_t size, len = random_below(&state, sizeof(bytes) + 1);
		int err;

		for (size_t at = 0; at < len; at++)
			bytes[at] = random_below(&state, 4) ? 0 : random_next(&state) >> 56;
		if (len >= 4 && i % 4)
			memcpy(bytes, &(__u32){ SLMBXD_MAGIC }, 4);
		err = parse(bytes, len, &out, &size);
		expect(err == 0 || err == -EAGAIN || err == -EPROTO, "%s", result_name(err));
		expect(size >= sizeof(out) && size <= FRAME_MAX, "wants %zu bytes", size);
		expect(err != 0 || size <= len, "%zu of %zu bytes are a frame", len, size);
		expect(err != -EAGAIN || size > len, "wants %zu bytes and has %zu", size, len);
	}
}
END_TEST

/* Requests whose arguments are a struct, with the beginning of their body. */
struct with_memory {
	struct slmbxd_request req;
	struct slmbxd_memory memory;
};

#define WITH(call_, arg_, rest, ...) \
	{ \
		.req = REQUEST(.call = call_, .arg = arg_, \
			       .body_len = sizeof(struct slmbxd_memory) + (rest)), \
		.memory = { __VA_ARGS__ }, \
	}

#define INLINE_REST (SLMBXD_INLINE_MAX - sizeof(struct slmbxd_memory))

static const struct with_memory valid_memory[] = {
	/* Nothing can be read, of a struct of any size. */
	WITH(SLMBX_CALL_SENDV, 0, 0, .args = 0),
	WITH(SLMBX_CALL_SETATTR, UINT_MAX, 0, .args = 0),
	WITH(SLMBX_CALL_SETATTR, 40, 40, .args = 40),
	WITH(SLMBX_CALL_SETATTR, UINT_MAX, 4096, .args = 4096),
	WITH(SLMBX_CALL_SENDV, 24, 24, .args = 24),
	WITH(SLMBX_CALL_SENDV, 24, 24 + 32, .args = 24, .array = 32),
	WITH(SLMBX_CALL_SENDV, 24, 24 + 32 + 5, .args = 24, .array = 32, .data = 5),
	WITH(SLMBX_CALL_SENDV, 24, INLINE_REST, .args = 24, .array = 32,
	     .data = INLINE_REST - 24 - 32),
	/* The messages come later. */
	WITH(SLMBX_CALL_SENDV, 24, 24 + 32, .args = 24, .array = 32, .data = 5),
	WITH(SLMBX_CALL_SENDV, 24, 24 + 32, .args = 24, .array = 32, .data = UINT64_MAX),
	WITH(SLMBX_CALL_RECVV, 64, 64, .args = 64, .array_room = 65536, .data_room = UINT64_MAX),
	WITH(SLMBX_CALL_SETTLE, 24, 24 + 64, .args = 24, .array = 64, .array_room = 64),
	WITH(SLMBX_CALL_LIST, 24, 24, .args = 24, .data_room = 4),
};

static const struct with_memory invalid_memory[] = {
	/* More, or less, than said. */
	WITH(SLMBX_CALL_SENDV, 24, 25, .args = 24),
	WITH(SLMBX_CALL_SENDV, 24, 23, .args = 24),
	WITH(SLMBX_CALL_SENDV, 24, 24 + 31, .args = 24, .array = 32),
	WITH(SLMBX_CALL_SENDV, 24, 24 + 4, .args = 24, .data = 5),
	WITH(SLMBX_CALL_SENDV, 24, 24 + 6, .args = 24, .data = 5),
	/* Sums past the end. */
	WITH(SLMBX_CALL_SENDV, 24, 23, .args = 24, .data = UINT64_MAX),
	WITH(SLMBX_CALL_SENDV, 24, 24, .args = 24, .array = UINT_MAX, .data = 1),
	WITH(SLMBX_CALL_SENDV, UINT_MAX, 0, .args = UINT_MAX, .array = 1),
	/* More than there is of a struct, than one may have, than an array may. */
	WITH(SLMBX_CALL_SETATTR, 39, 40, .args = 40),
	WITH(SLMBX_CALL_SETATTR, 5000, 4097, .args = 4097),
	WITH(SLMBX_CALL_RECVV, 64, 64, .args = 64, .array_room = 65537),
	/* What the call has no use for. */
	WITH(SLMBX_CALL_RECVV, 64, 64 + 64, .args = 64, .array = 64),
	WITH(SLMBX_CALL_RECVV, 64, 64 + 5, .args = 64, .data = 5),
	WITH(SLMBX_CALL_SETTLE, 24, 24 + 5, .args = 24, .data = 5),
	WITH(SLMBX_CALL_SETTLE, 24, 24, .args = 24, .data_room = 5),
	WITH(SLMBX_CALL_SENDV, 24, 24, .args = 24, .array_room = 5),
	WITH(SLMBX_CALL_SENDV, 24, 24, .args = 24, .data_room = 5),
	WITH(SLMBX_CALL_LIST, 24, 24, .args = 24, .array_room = 5),
	WITH(SLMBX_CALL_LIST, 24, 24 + 4, .args = 24, .array = 4),
	WITH(SLMBX_CALL_SETATTR, 40, 40, .args = 40, .data_room = 1),
	WITH(SLMBX_CALL_SETATTR, 40, 40, .args = 40, .array_room = 1),
	WITH(SLMBX_CALL_SETATTR, 40, 40, .args = 40, .pad = 1),
};

START_TEST(whole_with_memory)
{
	const struct with_memory *frame = &valid_memory[_i];
	size_t whole = sizeof(frame->req) + frame->req.body_len, size;
	unsigned char *bytes = calloc(1, whole);
	struct slmbxd_request out;
	struct slmbxd_memory memory;

	memcpy(bytes, frame, sizeof(*frame));
	for (size_t len = 0; len < whole; len++) {
		expect_result(parse(bytes, len, &out, &size), -EAGAIN);
		expect(size == (len < sizeof(out) ? sizeof(out) : whole),
		       "%zu of %zu bytes: wants %zu", len, whole, size);
		if (len > sizeof(*frame) + 100 && len + 100 < whole)
			len += 99;
	}
	expect_result(parse(bytes, whole, &out, &size), 0);
	ck_assert_uint_eq(size, whole);
	ck_assert_mem_eq(&out, &frame->req, sizeof(out));
	ck_assert(frame_has_memory(out.call));
	memory = frame_memory(bytes + sizeof(out));
	ck_assert_mem_eq(&memory, &frame->memory, sizeof(memory));
	ck_assert_int_eq(frame_is_streamed(&out, &memory),
			 memory.data &&
				 out.body_len == sizeof(memory) + memory.args + memory.array);
	free(bytes);
}
END_TEST

/* Refused as soon as that part is there, with no wait for the rest of the body. */
START_TEST(malformed_memory)
{
	const struct with_memory *frame = &invalid_memory[_i];
	struct slmbxd_request out;
	size_t size;

	for (size_t len = 0; len < sizeof(*frame); len++)
		expect_result(parse(frame, len, &out, &size), -EAGAIN);
	expect_result(parse(frame, sizeof(*frame), &out, &size), -EPROTO);
	ck_assert_uint_le(size, FRAME_MAX);
}
END_TEST

/* The request alone shows that it can't be. */
START_TEST(malformed_before_memory)
{
	static const __u16 calls[] = { SLMBX_CALL_SENDV, SLMBX_CALL_RECVV, SLMBX_CALL_SETTLE,
				       SLMBX_CALL_LIST, SLMBX_CALL_SETATTR };
	struct slmbxd_request req = REQUEST(.call = calls[_i], .arg = 100, .body_len = 32), bad;

	expect_result(parse_request(&req), -EAGAIN);
	bad = req;
	bad.id = 1;
	expect_result(parse_request(&bad), -EPROTO);
	bad = req;
	bad.room = 1;
	expect_result(parse_request(&bad), -EPROTO);
	bad = req;
	bad.flags = SLMBXD_FAULT;
	expect_result(parse_request(&bad), -EPROTO);
	for (bad = req; bad.body_len;) {
		bad.body_len--;
		expect_result(parse_request(&bad), -EPROTO);
	}
	bad.body_len = SLMBXD_INLINE_MAX;
	expect_result(parse_request(&bad), -EAGAIN);
	bad.body_len = SLMBXD_INLINE_MAX + 1;
	expect_result(parse_request(&bad), -EPROTO);
	bad.body_len = UINT_MAX;
	expect_result(parse_request(&bad), -EPROTO);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("frame");
	TCase *tcase = unit_case(suite, "frame");

	tcase_add_loop_test(tcase, truncations, 0, ARRAY_LENGTH(valid));
	tcase_add_loop_test(tcase, fields_that_must_be_so, 0, ARRAY_LENGTH(valid));
	tcase_add_loop_test(tcase, malformed, 0, ARRAY_LENGTH(invalid));
	tcase_add_loop_test(tcase, whole_with_memory, 0, ARRAY_LENGTH(valid_memory));
	tcase_add_loop_test(tcase, malformed_memory, 0, ARRAY_LENGTH(invalid_memory));
	tcase_add_loop_test(tcase, malformed_before_memory, 0, 5);
	tcase_add_test(tcase, noise);
	return unit_run(suite);
}
