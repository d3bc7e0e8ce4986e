/* SPDX-License-Identifier: MIT */
/*
 * Descriptors the library keeps. They live above the numbers a program gets for its
 * own files: one that closes descriptors it never opened then finds EBADF in our
 * place, and not some file of its own.
 */
#ifndef SLMBX_FD_H
#define SLMBX_FD_H

/* The same file at a higher number, close-on-exec; @fd itself where there is none. */
int slmbx_fd_raise(int fd);

/* close(2), which is a cancellation point, without being one. */
void slmbx_fd_close(int fd);

#endif /* SLMBX_FD_H */
