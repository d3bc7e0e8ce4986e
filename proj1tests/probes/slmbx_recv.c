// SPDX-License-Identifier: MIT
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <slmbx.h>

#include "../common/command.h"
#include "../common/failure.h"
#include "../common/output.h"

#define ROUNDS 1000 /* lost against faster receivers before recv gives up */
#define HEX_LINE 32U /* bytes in a line of --hex */

static const char *out_path, *max_word;
static bool hex;

static void take_option(int val, char *value)
{
	switch (val) {
	case 'm':
		max_word = value;
		break;
	case 'o':
		out_path = value;
		break;
	case 'x':
		hex = true;
		break;
	}
}

static const struct option options[] = {
	{ "max", required_argument, NULL, 'm' },
	{ "out", required_argument, NULL, 'o' },
	{ "hex", no_argument, NULL, 'x' },
	{ 0 },
};

static const struct command command = {
	.name = "slmbx_recv",
	.synopsis = "ID [--max N] [--out F] [--hex]",
	.about =
		"Takes the message that waits longest out of a mailbox and writes its bytes, and\n"
		"nothing else, to standard output. It doesn't wait: empty is the error ESRCH.\n"
		"\n"
		"  --max N     keep the first N bytes; the rest of the message is gone then\n"
		"  --out F     write to the file F instead; F changes only if a message was taken\n"
		"  --hex       write two hexadecimal digits a byte, 32 bytes a line\n"
		"\n"
		"Examples: slmbx_recv 42\n"
		"          slmbx_recv 42 --max 16 --hex\n",
	.min = 1,
	.max = 1,
	.options = options,
	.option = take_option,
};

/* Memory that ends at a page nobody can write to. */
struct room {
	unsigned char *start;
	size_t size;
};

/* Makes @room hold @length bytes at least; what it held is gone. Returns 0 or -ENOMEM. */
static long make_room(struct room *room, size_t length)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size = (length + page - 1) / page * page;
	unsigned char *start;

	if (room->start && size <= room->size)
		return 0;
	if (room->start)
		munmap(room->start, room->size + page);
	room->start = NULL;
	start = mmap(NULL, size + page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED)
		return -ENOMEM;
	if (size && mprotect(start, size, PROT_READ | PROT_WRITE)) {
		munmap(start, size + page);
		return -ENOMEM;
	}
	*room = (struct room){ start, size };
	return 0;
}

/*
 * Takes the head message, @limit bytes of it at most, into @room.
 *
 * Between slmbx_length() and slmbx_recv() another receiver may take the message and
 * leave a longer one at the head. So recv is told of @limit bytes while the memory that is
 * there ends at a guard page: a message that doesn't fit ends in EFAULT, which leaves it whole
 * at the head, and the next round makes more room. Nothing but @limit can truncate.
 */
static long take_message(unsigned int id, unsigned int limit, struct room *room)
{
	long result = -EFAULT;

	for (int round = 0; round < ROUNDS && result == -EFAULT; round++) {
		long length = slmbx_length(id);

		if (length < 0)
			return length;
		result = make_room(room, (size_t)(length < limit ? length : limit));
		if (!result)
			result = slmbx_recv(id, room->start, limit);
	}
	return result;
}

static void write_hex(struct output *out, const unsigned char *bytes, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	char line[2 * HEX_LINE + 1];

	while (length) {
		size_t part = length < HEX_LINE ? length : HEX_LINE;

		for (size_t i = 0; i < part; i++) {
			line[2 * i] = digits[bytes[i] >> 4];
			line[2 * i + 1] = digits[bytes[i] & 15];
		}
		line[2 * part] = '\n';
		output_write(out, line, 2 * part + 1);
		bytes += part;
		length -= part;
	}
}

static int write_message(struct output *out, const unsigned char *bytes, size_t length)
{
	int error = output_start(out);
	int close_error;

	if (!error && hex)
		write_hex(out, bytes, length);
	else if (!error)
		output_write(out, bytes, length);
	close_error = output_close(out);
	return error ? error : close_error;
}

int main(int argc, char **argv)
{
	unsigned int id, max = UINT_MAX, limit = UINT_MAX;
	struct room room = { 0 };
	struct output out;
	long result;
	int error;

	command_parse(&command, argc, argv);
	id = command_number(&command, "ID", argv[0]);
	if (max_word)
		max = command_number(&command, "--max", max_word);
	/* One byte more than is kept, so that the call itself tells if the message was longer. */
	if (max < UINT_MAX)
		limit = max + 1;

	error = output_open(&out, out_path);
	if (error)
		return failure_io(command.name, error, "can't write to %s; no message was taken",
				  out.name);
	result = take_message(id, limit, &room);
	if (result < 0) {
		output_abandon(&out);
		return failure_call(command.name, id, result);
	}
	if (result > max) {
		fprintf(stderr,
			"%s: kept the first %u bytes (--max %u); the rest of the message is gone\n",
			command.name, max, max);
		result = max;
	}
	error = write_message(&out, room.start, (size_t)result);
	if (error)
		return failure_io(
			command.name, error,
			"can't write to %s; the message of %ld bytes was taken out of mailbox %u and is lost",
			out.name, result, id);
	return EXIT_SUCCESS;
}
