/* SPDX-License-Identifier: MIT */
/* Messages that can be told apart and that show when a byte of them is wrong. */
#ifndef HARNESS_PAYLOAD_H
#define HARNESS_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fills @bytes with what only @seed gives: every value, zeros among them, no short period. */
void payload_fill(unsigned char *bytes, size_t length, uint32_t seed);

/* Are they what payload_fill() makes of @seed? */
bool payload_intact(const unsigned char *bytes, size_t length, uint32_t seed);

/* Are they all @value? */
bool payload_all(const unsigned char *bytes, size_t length, unsigned char value);

#endif /* HARNESS_PAYLOAD_H */
