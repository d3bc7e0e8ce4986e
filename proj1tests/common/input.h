/* SPDX-License-Identifier: MIT */
/* The bytes of a message to send. */
#ifndef COMMON_INPUT_H
#define COMMON_INPUT_H

#include <stddef.h>

struct input {
	const unsigned char *bytes;
	unsigned int length;
};

/*
 * Reads @path, or standard input for NULL, to its end. Returns 0 or an errno; EFBIG for more bytes
 * than a message can have, 4294967295. The bytes stay until the program ends.
 */
int input_read(struct input *in, const char *path);

#endif /* COMMON_INPUT_H */
