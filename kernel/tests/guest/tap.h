/* SPDX-License-Identifier: MIT */
/*
 * Tests of one kernel, each in a process of its own: TAP on stdout, what went wrong
 * as comments. A test fails when it says so, ends by a signal, or takes too long.
 */
#ifndef GUEST_TAP_H
#define GUEST_TAP_H

#include <stdbool.h>

/* Fails the running test unless @cond. */
#define expect(cond, ...)						\
	do {								\
		if (!(cond))						\
			tap_fail(__FILE__, __LINE__, __VA_ARGS__);	\
	} while (0)

/* Expects a call's result, both said by name. */
#define expect_result(result, wanted)						\
	do {									\
		long result_ = (result), wanted_ = (wanted);			\
		expect(result_ == wanted_, "%s is %s, not %s", #result,		\
		       result_name(result_), result_name(wanted_));		\
	} while (0)

/* Ends the running test, or process of a test, as failed. */
void tap_fail(const char *file, int line, const char *format, ...)
	__attribute__((noreturn, format(printf, 3, 4)));

/* A comment, beside the running test's result. */
void tap_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends the program: it can't run here. */
void tap_bail_out(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* Runs @test(@arg) in a child of at most @seconds. */
void tap_run(const char *name, void (*test)(const void *arg), const void *arg,
	     unsigned int seconds);

/* Prints the plan. Whether every test passed, and there was one. */
bool tap_end(void);

/* "3" or "-ENOENT". The text lives until the fourth call after this one. */
const char *result_name(long result);

#endif /* GUEST_TAP_H */
