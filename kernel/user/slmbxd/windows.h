/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBXD_WINDOWS_H
#define SLMBXD_WINDOWS_H

#include <stddef.h>

#include <linux/types.h>

struct connection;

/*
 * The memory of a client whose call's arguments are a struct: the windows that slmbxd.h
 * tells of. The core takes any address of the client's for good; what is none of a
 * window's, or beyond what the client has there, can't be copied. Each returns how many
 * bytes could not be.
 */
unsigned long window_read(struct connection *conn, void *to, u64 from, unsigned long n);
unsigned long window_write(struct connection *conn, u64 to, const void *from, unsigned long n);

#endif /* SLMBXD_WINDOWS_H */
