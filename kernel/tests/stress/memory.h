/* SPDX-License-Identifier: MIT */
/*
 * A thread's memory to send from and receive into: good, bad, and good up to a point.
 */
#ifndef STRESS_MEMORY_H
#define STRESS_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct memory - of one thread
 * @buffer: MESSAGE_MAX good bytes
 * @cliff: good bytes end here, and such that may not be touched follow
 * @shelf: writable bytes end here, and such that may only be read follow
 */
struct memory {
	unsigned char *buffer;
	unsigned char *cliff;
	unsigned char *shelf;
};

/* Good bytes before each edge. */
#define MEMORY_LEDGE 8192U

/* The first @room bytes there can be used, the next not. */
struct place {
	unsigned char *at;
	uint32_t room;
};

bool memory_map(struct memory *memory);
void memory_unmap(struct memory *memory);

/* A place for @len bytes (at least 1) that doesn't hold them all, at random. */
struct place memory_bad_place(const struct memory *memory, bool to_write, uint32_t len,
			      uint64_t *random);

#endif /* STRESS_MEMORY_H */
