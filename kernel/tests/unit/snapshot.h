/* SPDX-License-Identifier: MIT */
/* All that the core holds, as text, to see that a call changed nothing. */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "unit.h"

/*
 * Every mailbox with its owner and attributes, and each message, ready, leased or
 * delayed, with all that is known of it and its bytes (their sum); every account; whether
 * there is a system. The caller frees it. Fails the test if the skip list, a mailbox's
 * counters or its timers are inconsistent.
 */
char *snapshot_take(void);

/* Takes another one, fails the test unless it equals @before, and frees both. */
void snapshot_expect(char *before, const char *after_what);

/* A call that must fail, and then have changed nothing. */
#define refused(call, why)				\
	do {						\
		char *before_ = snapshot_take();	\
							\
		expect_result(call, why);		\
		snapshot_expect(before_, #call);	\
	} while (0)

#endif /* SNAPSHOT_H */
