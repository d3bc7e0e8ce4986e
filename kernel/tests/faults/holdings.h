/* SPDX-License-Identifier: MIT */
/* What uids hold against their quotas, found by limits that just do and just don't. */
#ifndef FAULTS_HOLDINGS_H
#define FAULTS_HOLDINGS_H

#include <sys/types.h>

/*
 * Of uid 0 and NEWCOMER, on an uninitialised system, which it is again afterwards. The
 * limits are as before afterwards. Needs uid 0.
 */
void holdings_measure(void);
/* Fails the test unless they hold what they held then. */
void holdings_expect_same(void);

/* The calls that follow are @uid's. */
void become(uid_t uid);

#endif /* FAULTS_HOLDINGS_H */
