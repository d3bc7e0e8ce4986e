/* SPDX-License-Identifier: MIT */
/*
 * The instruction by which a program in a guest tells the plugin count.c where a
 * measured stretch begins and ends. It does nothing, on any x86 processor.
 */
#ifndef SLMBX_BENCH_MARK_H
#define SLMBX_BENCH_MARK_H

/* nopl 0x736c6d62(%rax) */
#define MARK_BYTES	0x0f, 0x1f, 0x80, 0x62, 0x6d, 0x6c, 0x73

#define MARK_TEXT_(...)	#__VA_ARGS__
#define MARK_TEXT(...)	MARK_TEXT_(__VA_ARGS__)

static inline void mark(void)
{
#ifdef __x86_64__
	__asm__ volatile(".byte " MARK_TEXT(MARK_BYTES) : : : "memory");
#endif
}

#endif /* SLMBX_BENCH_MARK_H */
