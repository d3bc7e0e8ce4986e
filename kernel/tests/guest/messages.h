/* SPDX-License-Identifier: MIT */
/* Messages whose bytes tell which they are, and the calls most tests make. */
#ifndef GUEST_MESSAGES_H
#define GUEST_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that depend on @seed and their place, zeros among them. */
void fill(unsigned char *bytes, size_t len, unsigned int seed);
bool is_filled(const unsigned char *bytes, size_t len, unsigned int seed);

long init_system(void);
long shut_down(void);
long create(unsigned int id, int protect);
long destroy(unsigned int id);
long count(unsigned int id);
long length(unsigned int id);
long send_bytes(unsigned int id, const void *bytes, size_t len);
long receive_bytes(unsigned int id, void *bytes, size_t len);

/* A filled message of @len bytes goes, or comes: -EBADMSG if it isn't that one. */
long send_filled(unsigned int id, size_t len, unsigned int seed);
long receive_filled(unsigned int id, size_t len, unsigned int seed);

#endif /* GUEST_MESSAGES_H */
