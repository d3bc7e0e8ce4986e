/* SPDX-License-Identifier: MIT */
/* What every driver is made of: cases on an engine that was just set up, and plain assertions. */
#ifndef HARNESS_DRIVER_H
#define HARNESS_DRIVER_H

#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <slmbx.h>

#include "engine.h"
#include "people.h"

/* Runs a driver's suite, TAP on standard output; returns main's exit status. */
int driver_run(Suite *suite);

/* The same on an engine with these limits, if it is one we may set them on. */
int driver_run_limited(Suite *suite, const struct limits *limits);

/* A case of @suite whose tests may take @seconds each. The engine isn't set up when one begins. */
TCase *driver_case(Suite *suite, const char *name, int seconds);

/* The same; the engine is set up and empty. */
TCase *driver_case_ready(Suite *suite, const char *name, int seconds);

/*
 * Adds @test once for each of @n rows of a table; _i is the row, and @name fills in what the row is
 * called in the results.
 */
void driver_rows(TCase *tcase, const TTest *test, int n,
		 void (*name)(int row, char *text, size_t size));

/* The call must answer exactly this. */
#define expect(call, want) \
	do { \
		long got_ = (call), want_ = (want); \
		char got_name_[RESULT_NAME], want_name_[RESULT_NAME]; \
		ck_assert_msg(got_ == want_, "line %d: %s answered %s, not %s", __LINE__, #call, \
			      result_name(got_, got_name_), result_name(want_, want_name_)); \
	} while (0)

#define RESULT_NAME 24

/* "-ENOENT", or the number. */
const char *result_name(long result, char *name);

/* A test that can't be run here says so and ends; the runner counts it as skipped, not passed. */
#define skip_unless(condition, why) \
	do { \
		if (!(condition)) { \
			printf("# SKIP %s\n", why); \
			return; \
		} \
	} while (0)

#define skip_unless_root() skip_unless(geteuid() == 0, "needs root, to be several users")

/* What a user sees of a mailbox without changing it. */
struct view {
	long count;
	long length;
	long stat;
	struct slmbx_stat details;
};

/* Takes a view; after a call that failed it must still be the same. */
struct view view_of(unsigned int id);
#define expect_same(id, before) \
	do { \
		struct view now_ = view_of(id); \
		ck_assert_msg(view_equal(&now_, before), "line %d: mailbox %u changed", __LINE__, \
			      id); \
	} while (0)
bool view_equal(const struct view *a, const struct view *b);

#endif /* HARNESS_DRIVER_H */
