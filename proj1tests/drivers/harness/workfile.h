/* SPDX-License-Identifier: MIT */
/* One file in a directory of the driver's own, for probes to read and write. */
#ifndef HARNESS_WORKFILE_H
#define HARNESS_WORKFILE_H

#include <check.h>

/* Runs a suite whose tests use it. */
int workfile_run(Suite *suite);

/* As set-up of a test: the file isn't there. */
void workfile_remove(void);

const char *workfile(void);
const char *workfile_directory(void);

void workfile_write(const void *bytes, size_t length);
void workfile_expect(const void *bytes, size_t length);
void workfile_expect_none(void);

#endif /* HARNESS_WORKFILE_H */
