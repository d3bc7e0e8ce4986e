/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBXD_FRAME_H
#define SLMBXD_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/slmbxd.h>

#define FRAME_MAX (sizeof(struct slmbxd_request) + SLMBXD_INLINE_MAX)

/*
 * Looks at the @len bytes received so far. Returns 0 with the request in @req if
 * they hold a whole frame, whose size is in @size; -EAGAIN if they are the start of
 * one, with the size it will need as far as is known; -EPROTO if they can't be one.
 * Whatever the bytes are, @size is FRAME_MAX at most.
 */
int frame_parse(const unsigned char *bytes, size_t len, struct slmbxd_request *req, size_t *size);

/* Whether the arguments of @call are a struct: then a frame's body begins with @memory. */
bool frame_has_memory(unsigned int call);

/* Of a whole frame that does: what its body begins with. */
struct slmbxd_memory frame_memory(const unsigned char *body);

/* Whether the messages of such a frame come after it. */
bool frame_is_streamed(const struct slmbxd_request *req, const struct slmbxd_memory *memory);

#endif /* SLMBXD_FRAME_H */
