/* SPDX-License-Identifier: MIT */
/* The fuzzer's bytes as numbers. Behind the end are zeros. */
#ifndef INPUT_H
#define INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct input {
	const uint8_t *at;
	const uint8_t *end;
};

static inline bool input_left(const struct input *in)
{
	return in->at < in->end;
}

static inline uint8_t input_byte(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

static inline uint16_t input_u16(struct input *in)
{
	uint16_t low = input_byte(in);

	return low | input_byte(in) << 8;
}

#endif /* INPUT_H */
