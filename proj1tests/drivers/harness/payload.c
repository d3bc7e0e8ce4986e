// SPDX-License-Identifier: MIT
#include "payload.h"

/* splitmix64 of the seed and the place: eight bytes at a time. */
static unsigned char byte_at(uint32_t seed, size_t i)
{
	uint64_t z = ((uint64_t)seed << 32 ^ i / 8) * 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return (unsigned char)((z ^ (z >> 31)) >> 8 * (i % 8));
}

void payload_fill(unsigned char *bytes, size_t length, uint32_t seed)
{
	for (size_t i = 0; i < length; i++)
		bytes[i] = byte_at(seed, i);
}

bool payload_intact(const unsigned char *bytes, size_t length, uint32_t seed)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != byte_at(seed, i))
			return false;
	return true;
}

bool payload_all(const unsigned char *bytes, size_t length, unsigned char value)
{
	for (size_t i = 0; i < length; i++)
		if (bytes[i] != value)
			return false;
	return true;
}
