/* SPDX-License-Identifier: MIT */
#ifndef SLMBX_BENCH_H
#define SLMBX_BENCH_H

#include <stdint.h>
#include <time.h>

static inline double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

/* xorshift64: the same sequence in every run. */
static inline uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

#endif /* SLMBX_BENCH_H */
