// SPDX-License-Identifier: MIT
/*
 * Writes inputs to begin with: one folder for each target, of sequences that go
 * through the whole of it. The fuzzers find the rest from there.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <linux/slmbx.h>
#include <linux/slmbxd.h>

static void write_seed(const char *dir, const char *name, const void *bytes, size_t len)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "wb");
	if (!file || fwrite(bytes, 1, len, file) != len || fclose(file)) {
		perror(path);
		exit(EXIT_FAILURE);
	}
}

#define REQUEST(...)	{ .magic = SLMBXD_MAGIC, __VA_ARGS__ }

struct frame_seed {
	const char *name;
	unsigned char kind;	/* trusted 1, root 2, in pieces 4 */
	size_t n;
	struct slmbxd_request reqs[8];
};

/* A line a request. */
/* clang-format off */
static const struct frame_seed frame_seeds[] = {
	{ "administer", 3, 4, {
		REQUEST(.call = SLMBX_CALL_SHUTDOWN),
		REQUEST(.call = SLMBX_CALL_INIT, .id = 8, .arg = 4),
		REQUEST(.call = SLMBX_CALL_CREATE, .id = 9, .arg = 1),
		REQUEST(.call = SLMBX_CALL_DESTROY, .id = 9) } },
	{ "look", 0, 4, {
		REQUEST(.call = SLMBX_CALL_COUNT, .id = 1),
		REQUEST(.call = SLMBX_CALL_LENGTH, .id = 2),
		REQUEST(.call = SLMBX_CALL_STAT, .id = 2, .arg = 32),
		REQUEST(.call = SLMBX_CALL_STAT, .id = 4, .arg = 64) } },
	{ "receive", 0, 4, {
		REQUEST(.call = SLMBX_CALL_RECV, .id = 1, .arg = 10, .room = 10),
		REQUEST(.call = SLMBX_CALL_RECV, .id = 1, .arg = 10),
		REQUEST(.call = SLMBX_CALL_RECV, .id = 2, .arg = 300, .room = 20),
		REQUEST(.call = SLMBX_CALL_RECV, .id = 2, .arg = 300, .room = 300) } },
	{ "as", 1, 3, {
		REQUEST(.call = SLMBX_CALL_COUNT, .id = 4, .flags = SLMBXD_AS_UID),
		REQUEST(.call = SLMBX_CALL_CREATE, .id = 7, .flags = SLMBXD_AS_UID, .uid = 7),
		REQUEST(.call = SLMBX_CALL_SEND, .id = 7, .flags = SLMBXD_AS_UID | SLMBXD_FAULT,
			.uid = 7, .arg = 100) } },
	{ "stranger", 0, 1, {
		REQUEST(.call = SLMBX_CALL_COUNT, .id = 4, .flags = SLMBXD_AS_UID) } },
	/* The requests behind the first are its body. */
	{ "inline", 4, 3, {
		REQUEST(.call = SLMBX_CALL_SEND, .id = 3, .arg = 32, .body_len = 32),
		REQUEST(.call = SLMBX_CALL_COUNT, .id = 3),
		REQUEST(.call = SLMBX_CALL_RECV, .id = 3, .arg = 64, .room = 64) } },
	{ "go_ahead", 4, 4, {
		REQUEST(.call = SLMBX_CALL_SEND, .id = 3, .arg = 64),
		REQUEST(.call = SLMBX_CALL_COUNT, .id = 3),
		REQUEST(.call = SLMBX_CALL_COUNT, .id = 3),
		REQUEST(.call = SLMBX_CALL_COUNT, .id = 3) } },
	{ "too_large", 0, 2, {
		REQUEST(.call = SLMBX_CALL_SEND, .id = 3, .arg = UINT_MAX),
		REQUEST(.call = SLMBX_CALL_COUNT, .id = 3) } },
	{ "malformed", 0, 2, {
		REQUEST(.call = SLMBX_CALL_COUNT, .id = 1),
		REQUEST(.call = SLMBX_CALL_COUNT, .id = 1, .pad = 1) } },
	{ "unknown", 0, 1, { REQUEST(.call = 99) } },
	{ "cancel", 0, 3, {
		REQUEST(.call = SLMBXD_CANCEL),
		REQUEST(.call = SLMBX_CALL_PURGE, .id = 2),
		REQUEST(.call = SLMBXD_CANCEL) } },
};
/* clang-format on */

/* A request whose arguments are a struct, and what lies behind that. */
struct args_seed {
	const char *name;
	struct slmbxd_request req;
	struct slmbxd_memory memory;
	union {
		struct {
			struct slmbx_sendv args;
			struct slmbx_sendv_msg messages[2];
			char data[8];
		} sendv;
		struct {
			struct slmbx_settle args;
			struct slmbx_settle_item items[2];
		} settle;
		struct slmbx_recvv recvv;
		struct slmbx_list list;
		struct slmbx_setattr setattr;
	};
	/* What follows the frame. */
	struct slmbxd_request then[2];
};

/* clang-format off */
#define ARGS(call_, size, rest) \
	REQUEST(.call = call_, .arg = size, .body_len = sizeof(struct slmbxd_memory) + size + rest)
#define RECVV(...)								\
	.memory = { .args = 64, .array_room = 256, .data_room = 500 },		\
	.recvv = { .messages = SLMBXD_ARRAY, .buf = SLMBXD_DATA, .count = 4, __VA_ARGS__ }

static const struct args_seed args_seeds[] = {
	{ "sendv", ARGS(SLMBX_CALL_SENDV, 24, 72), { .args = 24, .array = 64, .data = 8 },
	  .sendv = { { .messages = SLMBXD_ARRAY, .count = 2, .id = 3 },
		     { { .data = SLMBXD_DATA, .len = 3, .ttl = 5 },
		       { .data = SLMBXD_DATA + 3, .len = 5, .delay = 5 } }, "abcdefg" } },
	{ "sendv_stream", ARGS(SLMBX_CALL_SENDV, 24, 64), { .args = 24, .array = 64, .data = 8 },
	  .sendv = { { .messages = SLMBXD_ARRAY, .count = 2, .id = 3 },
		     { { .data = SLMBXD_DATA, .len = 3 },
		       { .data = SLMBXD_DATA + 3, .len = 5 } }, "abcdefg" } },
	{ "recvv", ARGS(SLMBX_CALL_RECVV, 64, 0), RECVV(.id = 1, .size = 500) },
	{ "recvv_peek", ARGS(SLMBX_CALL_RECVV, 64, 0),
	  RECVV(.id = 2, .size = 500, .flags = SLMBX_RECVV_PEEK) },
	{ "recvv_lease", ARGS(SLMBX_CALL_RECVV, 64, 0),
	  RECVV(.id = 2, .size = 500, .flags = SLMBX_RECVV_LEASE, .lease = 9) },
	{ "recvv_long", ARGS(SLMBX_CALL_RECVV, 64, 0), RECVV(.id = 2, .size = 20) },
	{ "recvv_wait", ARGS(SLMBX_CALL_RECVV, 64, 0),
	  RECVV(.id = 3, .size = 500, .deadline = SLMBX_FOREVER) },
	{ "recvv_cancel", ARGS(SLMBX_CALL_RECVV, 64, 0),
	  RECVV(.id = 3, .size = 500, .deadline = SLMBX_FOREVER),
	  .then = { REQUEST(.call = SLMBXD_CANCEL), REQUEST(.call = SLMBX_CALL_COUNT, .id = 1) } },
	{ "settle", ARGS(SLMBX_CALL_SETTLE, 24, 64),
	  { .args = 24, .array = 64, .array_room = 64 },
	  .settle = { { .items = SLMBXD_ARRAY, .count = 2, .id = 2 },
		      { { .seq = 1, .action = SLMBX_SETTLE_ACK },
			{ .seq = 1, .action = SLMBX_SETTLE_RELEASE, .time = 5 } } } },
	{ "list", ARGS(SLMBX_CALL_LIST, 24, 0), { .args = 24, .data_room = 40 },
	  .list = { .ids = SLMBXD_DATA, .count = 10 } },
	{ "setattr", ARGS(SLMBX_CALL_SETATTR, 40, 0), { .args = 40 },
	  .setattr = { .id = 1, .mask = SLMBX_ATTR_DEAD_LETTER | SLMBX_ATTR_MAX_DELIVERIES,
		       .dead_letter = 2, .max_deliveries = 1 } },
};
/* clang-format on */

static void write_args_seeds(const char *dir)
{
	for (size_t i = 0; i < sizeof(args_seeds) / sizeof(args_seeds[0]); i++) {
		const struct args_seed *seed = &args_seeds[i];
		size_t len = sizeof(seed->req) + seed->req.body_len;
		unsigned char bytes[1 + sizeof(*seed)];

		bytes[0] = 0;
		memcpy(bytes + 1, &seed->req, len);
		/* Messages that aren't in the body come behind it. */
		if (seed->memory.data && seed->req.body_len == sizeof(seed->memory) + 24 + 64) {
			memcpy(bytes + 1 + len, seed->sendv.data, 8);
			len += 8;
		}
		memcpy(bytes + 1 + len, seed->then, sizeof(seed->then));
		write_seed(dir, seed->name, bytes,
			   1 + len + (seed->then[0].magic ? sizeof(seed->then) : 0));
	}
}

static void write_frame_seeds(const char *dir)
{
	for (size_t i = 0; i < sizeof(frame_seeds) / sizeof(frame_seeds[0]); i++) {
		const struct frame_seed *seed = &frame_seeds[i];
		unsigned char bytes[2 + sizeof(seed->reqs)];
		size_t head = seed->kind & 4 ? 2 : 1, len = seed->n * sizeof(seed->reqs[0]);

		bytes[0] = seed->kind;
		bytes[1] = 10;
		memcpy(bytes + head, seed->reqs, len);
		write_seed(dir, seed->name, bytes, head + len);
		/* And its end cut off. */
		bytes[0] |= 8;
		write_seed(dir, strcat(strcpy((char[64]){ 0 }, seed->name), "_cut"), bytes,
			   head + len - 5);
	}
}

/* The steps of fuzz_calls.c by their numbers. */
static void write_call_seeds(const char *dir)
{
	static const unsigned char basics[] = {
		0, 0, 4, 0, 2, 5, 3, 6, 1, 7, 5, 10, 0, 7, 5, 0, 0, 5, 5, 6, 5, 13, 5, 32, 0,
		11, 5, 20, 0, 12, 5, 20, 0, 14, 1, 5, 6, 4, 6, 14, 0, 4, 5, 1,
	};
	static const unsigned char rows[] = {
		0, 0, 4, 0, 17, 1, 100, 0, 18, 1, 50, 1, 17, 1, 60, 2, 19, 18, 1, 120, 0, 1,
	};
	static const unsigned char quotas[] = {
		1, 0, 4, 1, 15, 10, 2, 2, 5, 2, 6, 2, 7, 7, 5, 100, 0, 7, 5, 0xc0, 0, 10, 0,
		15, 0xff, 0xff, 7, 5, 0xc0, 0, 10, 0, 14, 1, 7, 5, 10, 0, 1,
	};
	static const unsigned char lacking[] = {
		0, 16, 0, 0, 4, 0, 0, 4, 0, 16, 0, 2, 5, 16, 1, 2, 5, 16, 2, 2, 5, 2, 5,
		16, 1, 7, 5, 10, 0, 16, 0, 7, 5, 10, 0, 7, 5, 10, 0xc5, 11, 5, 10, 0xf5,
	};

	write_seed(dir, "basics", basics, sizeof(basics));
	write_seed(dir, "rows", rows, sizeof(rows));
	write_seed(dir, "quotas", quotas, sizeof(quotas));
	write_seed(dir, "lacking", lacking, sizeof(lacking));
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: %s FRAME_DIRECTORY CALLS_DIRECTORY\n", argv[0]);
		return EXIT_FAILURE;
	}
	write_frame_seeds(argv[1]);
	write_args_seeds(argv[1]);
	write_call_seeds(argv[2]);
	return EXIT_SUCCESS;
}
