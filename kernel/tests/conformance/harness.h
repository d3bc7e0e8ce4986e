/* SPDX-License-Identifier: MIT */
/*
 * What every file of the suite leans on: the options of this run, skips, the
 * fixture that starts and ends each test on an uninitialised system, and the
 * registration of table rows as tests with names of their own.
 */
#ifndef CONFORMANCE_HARNESS_H
#define CONFORMANCE_HARNESS_H

#include <check.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <slmbx.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct options {
	const char *engine;	/* daemon, syscall or device */
	const char *daemon;	/* the slmbxd to start; NULL on a kernel engine */
	unsigned long seed;	/* of everything random */
};

extern struct options options;

/* A failure outside any test, for instance of a daemon's end. */
extern bool suite_failed;

bool engine_is_daemon(void);

/* Ends the test at once; main.c shows and counts it as skipped, with the reason. */
#define SKIP_MARK "SKIP: "
#define skip(...) ck_abort_msg(SKIP_MARK __VA_ARGS__)

/* Skips the test unless the suite runs as root. */
void need_root(void);

/* "3" or "-ENOENT". The text lives until the fourth call after this one. */
const char *result_name(long result);

/* @call is an expression whose value must be @want. */
#define expect(want, call)                                                     \
	do {                                                                   \
		long got_ = (call), want_ = (want);                            \
		ck_assert_msg(got_ == want_, "%s is %s, should be %s", #call,  \
			      result_name(got_), result_name(want_));          \
	} while (0)

/* xorshift64*; the state must not be 0. */
uint64_t random_next(uint64_t *state);
uint64_t random_seed(unsigned int salt);

/* A test case every test of which starts and must end on an uninitialised system. */
TCase *harness_case(Suite *suite, const char *name, double timeout);

/* Adds @n tests which call @fn(0) to @fn(@n - 1), each named by @name. */
typedef void (*row_name_fn)(int row, char *name, size_t size);
void harness_add_rows(TCase *tc, const TTest *test, unsigned int n, row_name_fn name);

/* Says where each failure is, which TAP has no place for. Returns how many are skips. */
int harness_list_failures(SRunner *runner);

Suite *table_suite(void);
Suite *messages_suite(void);
Suite *pointers_suite(void);
Suite *access_suite(void);
Suite *limits_suite(void);
Suite *lifecycle_suite(void);
Suite *concurrency_suite(void);
Suite *quota_suite(void);
Suite *stat_suite(void);
Suite *errors_suite(void);
Suite *structs_suite(void);
Suite *deliveries_suite(void);
Suite *batches_suite(void);
Suite *leases_suite(void);
Suite *times_suite(void);
Suite *dead_letters_suite(void);
Suite *attributes_suite(void);
Suite *waiting_suite(void);

#endif /* CONFORMANCE_HARNESS_H */
