// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>

#include <linux/slmbx.h>

#include "entry.h"
#include "messages.h"
#include "tap.h"

static unsigned char byte_at(unsigned int seed, size_t at)
{
	return (seed * 31 + at) % 251 % 250;
}

void fill(unsigned char *bytes, size_t len, unsigned int seed)
{
	for (size_t at = 0; at < len; at++)
		bytes[at] = byte_at(seed, at);
}

bool is_filled(const unsigned char *bytes, size_t len, unsigned int seed)
{
	for (size_t at = 0; at < len; at++)
		if (bytes[at] != byte_at(seed, at))
			return false;
	return true;
}

long init_system(void)
{
	return enter(&(struct call){ .nr = SLMBX_CALL_INIT, .id = 8, .arg = 2 });
}

long shut_down(void)
{
	return enter(&(struct call){ .nr = SLMBX_CALL_SHUTDOWN });
}

long create(unsigned int id, int protect)
{
	return enter(
		&(struct call){ .nr = SLMBX_CALL_CREATE, .id = id, .arg = (unsigned int)protect });
}

long destroy(unsigned int id)
{
	return enter(&(struct call){ .nr = SLMBX_CALL_DESTROY, .id = id });
}

long count(unsigned int id)
{
	return enter(&(struct call){ .nr = SLMBX_CALL_COUNT, .id = id });
}

long length(unsigned int id)
{
	return enter(&(struct call){ .nr = SLMBX_CALL_LENGTH, .id = id });
}

long send_bytes(unsigned int id, const void *bytes, size_t len)
{
	return enter(&(struct call){
		.nr = SLMBX_CALL_SEND, .id = id, .mem = (void *)bytes, .size = len });
}

long receive_bytes(unsigned int id, void *bytes, size_t len)
{
	return enter(&(struct call){ .nr = SLMBX_CALL_RECV, .id = id, .mem = bytes, .size = len });
}

static unsigned char *allocate(size_t len)
{
	unsigned char *bytes = calloc(1, len + 1);

	expect(bytes, "no memory for %zu bytes", len);
	return bytes;
}

long send_filled(unsigned int id, size_t len, unsigned int seed)
{
	unsigned char *bytes = allocate(len);
	long result;

	fill(bytes, len, seed);
	result = send_bytes(id, bytes, len);
	free(bytes);
	return result;
}

long receive_filled(unsigned int id, size_t len, unsigned int seed)
{
	unsigned char *bytes = allocate(len);
	/* One byte more, so that a longer message would be seen. */
	long result = receive_bytes(id, bytes, len + 1);

	if (result == (long)len && !is_filled(bytes, len, seed))
		result = -EBADMSG;
	free(bytes);
	return result;
}
