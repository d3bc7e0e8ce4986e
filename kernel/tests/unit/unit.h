/* SPDX-License-Identifier: MIT */
/* What the programs of this folder share. */
#ifndef UNIT_H
#define UNIT_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_LENGTH(array)	(sizeof(array) / sizeof((array)[0]))

/* A sanitizer on a busy machine is slow; a test that gets near this hangs. */
#define UNIT_TIMEOUT		120

/* Runs @suite as check's environment says (TAP, selection); main()'s result. */
int unit_run(Suite *suite);

/* A new case of @suite. */
TCase *unit_case(Suite *suite, const char *name);

/* ck_assert_msg() for loops: it doesn't report each success to the runner as well. */
#define expect(cond, ...)				\
	do {						\
		if (!(cond))				\
			ck_abort_msg(__VA_ARGS__);	\
	} while (0)

/* Expects a call's result, both said by name. */
#define expect_result(result, wanted)							\
	do {										\
		long result_ = (result), wanted_ = (wanted);				\
		expect(result_ == wanted_, "%s is %s, not %s", #result,			\
		       result_name(result_), result_name(wanted_));			\
	} while (0)

/* "-ENOENT", "17". Good until four calls later in the same thread. */
const char *result_name(long result);

/* The same numbers for the same start, anywhere; @state must not be 0. */
uint64_t random_next(uint64_t *state);
/* 0 to @below - 1. */
uint32_t random_below(uint64_t *state, uint32_t below);

/* Bytes that depend on @seed and their place, zeros among them; and whether they are there. */
void fill(unsigned char *to, size_t len, uint32_t seed);
bool is_filled(const unsigned char *bytes, size_t len, uint32_t seed);

void sleep_ms(unsigned int ms);
/* Milliseconds since some moment. */
uint64_t now_ms(void);

/* Puts 0 to @n - 1 into @order: rising, falling, or shuffled by @state. */
enum order { ASCENDING, DESCENDING, SHUFFLED, ORDERS };
void make_order(uint32_t *order, uint32_t n, enum order kind, uint64_t *state);

#endif /* UNIT_H */
