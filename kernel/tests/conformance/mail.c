// SPDX-License-Identifier: MIT
#include "harness.h"
#include "mail.h"
#include "memory.h"

void send_pattern(unsigned int id, unsigned int len, unsigned int seed)
{
	struct buffer buffer = buffer_new(len);

	pattern_fill(buffer.bytes, len, seed);
	expect(0, slmbx_send(id, buffer.bytes, len));
	ck_assert_msg(pattern_matches(buffer.bytes, len, seed),
		      "send of %u bytes changed its source", len);
	buffer_free(&buffer);
}

void recv_pattern(unsigned int id, unsigned int room, unsigned int len, unsigned int seed)
{
	unsigned int copied = room < len ? room : len;
	struct buffer buffer = buffer_new(room);

	expect(copied, slmbx_recv(id, buffer.bytes, room));
	ck_assert_msg(pattern_matches(buffer.bytes, copied, seed),
		      "recv of %u bytes into %u: not the bytes sent", len, room);
	ck_assert_msg(buffer_poisoned_beyond(&buffer, copied),
		      "recv of %u bytes into %u wrote outside the bytes copied", len, room);
	buffer_free(&buffer);
}

void expect_empty(unsigned int id)
{
	struct buffer buffer = buffer_new(16);

	expect(0, slmbx_count(id));
	expect(-ESRCH, slmbx_length(id));
	expect(-ESRCH, slmbx_recv(id, buffer.bytes, 16));
	ck_assert_msg(buffer_poisoned_beyond(&buffer, 0), "recv of nothing wrote to the buffer");
	buffer_free(&buffer);
}
