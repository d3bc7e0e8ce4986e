/* SPDX-License-Identifier: MIT */
/*
 * Memory for messages: patterns to recognise them by, buffers between guard
 * pages with poison around what a call may write, and pointers no call may use.
 */
#ifndef CONFORMANCE_MEMORY_H
#define CONFORMANCE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

size_t page_size(void);

/* The content of a message is a function of @seed; any byte occurs, NUL too. */
void pattern_fill(unsigned char *bytes, size_t len, unsigned int seed);
bool pattern_matches(const unsigned char *bytes, size_t len, unsigned int seed);

/* @len bytes that end where an inaccessible page begins; all poison at first. */
struct buffer {
	unsigned char *bytes;
	size_t len;
	unsigned char *map;
	size_t map_len;
};

struct buffer buffer_new(size_t len);
void buffer_free(struct buffer *buffer);
/* Whether all but the first @used bytes are still poison, what lies before included. */
bool buffer_poisoned_beyond(const struct buffer *buffer, size_t used);

/* Ways for a pointer to be bad. */
enum bad {
	BAD_NULL,
	BAD_UNMAPPED,
	BAD_NO_ACCESS,		/* PROT_NONE */
	BAD_KERNEL,		/* an address of the kernel's half */
	BAD_ABOVE_USER,		/* the first one past a user's half (x86-64) */
	BAD_WRAP,		/* so high that it wraps */
	BAD_BEYOND_EOF,		/* a mapped file that was cut: SIGBUS when touched */
	BAD_SOURCES,		/* the ones above are bad for send and recv, */
	BAD_READ_ONLY = BAD_SOURCES,	/* this for recv alone */
	BAD_DESTINATIONS,
};

const char *bad_name(enum bad kind);
/* Bad for the next 2 MiB; mapped once for this process and its children. */
unsigned char *bad_pointer(enum bad kind);

/*
 * The edge of good memory: @len bytes before it are good, the pages behind it bad.
 * @kind is one that has a mapping to be next to: BAD_UNMAPPED, BAD_NO_ACCESS,
 * BAD_BEYOND_EOF, BAD_READ_ONLY. Once for each kind in a process.
 */
unsigned char *cliff_new(size_t len, enum bad kind);

#endif /* CONFORMANCE_MEMORY_H */
