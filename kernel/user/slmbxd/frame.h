/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBXD_FRAME_H
#define SLMBXD_FRAME_H

#include <stddef.h>

#include <linux/slmbxd.h>

#define FRAME_MAX	(sizeof(struct slmbxd_request) + SLMBXD_INLINE_MAX)

/*
 * Looks at the @len bytes received so far. Returns 0 with the request in @req if
 * they hold a whole frame, whose size is in @size; -EAGAIN if they are the start of
 * one, with the size it will need as far as is known; -EPROTO if they can't be one.
 * Whatever the bytes are, @size is FRAME_MAX at most.
 */
int frame_parse(const unsigned char *bytes, size_t len, struct slmbxd_request *req, size_t *size);

#endif /* SLMBXD_FRAME_H */
