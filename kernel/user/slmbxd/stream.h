/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBXD_STREAM_H
#define SLMBXD_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

/*
 * Each returns 0, or -errno: -ECONNRESET if the peer left, -ETIMEDOUT if it let
 * @timeout_ms pass without a byte. Interrupted calls go on.
 */

/* Waits until there is something to read. */
int stream_wait(int fd, int timeout_ms);
/* Reads what there is, 1 to @len bytes; the count is in @got. Waits for ever. */
int stream_read_some(int fd, void *to, size_t len, size_t *got);
/* Reads exactly @len bytes. */
int stream_read(int fd, void *to, size_t len, int timeout_ms);
/*
 * Writes all of the @n pieces, which it changes. -EPIPE if the peer left, or reads
 * nothing for as long as the socket's SO_SNDTIMEO: what is written next would end up
 * in the middle of these pieces, so nobody may.
 */
int stream_write(int fd, struct iovec *pieces, size_t n);

#endif /* SLMBXD_STREAM_H */
