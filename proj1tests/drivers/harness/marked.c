// SPDX-License-Identifier: MIT
#include <string.h>

#include "marked.h"
#include "payload.h"

static unsigned int marked_length(uint32_t seed)
{
	return sizeof(seed) + seed % 500;
}

long marked_send(unsigned int id, uint32_t seed)
{
	unsigned char bytes[512];
	unsigned int length = marked_length(seed);

	memcpy(bytes, &seed, sizeof(seed));
	payload_fill(bytes + sizeof(seed), length - sizeof(seed), seed);
	return slmbx_send(id, bytes, length);
}

long marked_receive(unsigned int id, uint32_t *seed)
{
	unsigned char bytes[512];
	long result = slmbx_recv(id, bytes, sizeof(bytes));

	if (result < 0)
		return result;
	ck_assert_int_ge(result, sizeof(*seed));
	memcpy(seed, bytes, sizeof(*seed));
	ck_assert_int_eq(result, marked_length(*seed));
	ck_assert(payload_intact(bytes + sizeof(*seed), (size_t)result - sizeof(*seed), *seed));
	return result;
}

bool among(long result, const long *allowed)
{
	if (result >= 0)
		return true;
	for (; *allowed; allowed++)
		if (result == *allowed)
			return true;
	return false;
}
