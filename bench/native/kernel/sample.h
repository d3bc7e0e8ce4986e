/* SPDX-License-Identifier: MIT */
/*
 * A measured stretch: between the marks that count.c sees, with the clock and the
 * processor's counter read inside them. One line each on standard output, in the
 * order they were taken, so that the plugin's marks can be told by their order:
 *
 *     sample WHAT VARIANT MECHANISM OPERATIONS NANOSECONDS TICKS
 */
#ifndef SLMBX_BENCH_SAMPLE_H
#define SLMBX_BENCH_SAMPLE_H

#include <stdint.h>
#include <stdio.h>

#include "bench.h"
#include "mark.h"

struct sample {
	double ns;
	uint64_t ticks;
};

/* Instructions, in a guest of QEMU's -icount shift=0. */
static inline uint64_t ticks(void)
{
#ifdef __x86_64__
	return __builtin_ia32_rdtsc();
#else
	return 0;
#endif
}

static inline void sample_begin(struct sample *s)
{
	s->ns = now_ns();
	s->ticks = ticks();
	mark();
}

static inline void sample_end(struct sample *s)
{
	mark();
	s->ticks = ticks() - s->ticks;
	s->ns = now_ns() - s->ns;
}

static inline void sample_print(const struct sample *s, const char *what, size_t variant,
				const char *mechanism, unsigned long operations)
{
	printf("sample\t%s\t%zu\t%s\t%lu\t%.0f\t%lu\n", what, variant, mechanism, operations, s->ns,
	       (unsigned long)s->ticks);
}

#endif /* SLMBX_BENCH_SAMPLE_H */
