/* SPDX-License-Identifier: MIT */
/* What one user may use up, as the administrator of an engine sets it. */
#ifndef HARNESS_LIMITS_H
#define HARNESS_LIMITS_H

#include <stdbool.h>

/* As text: what the daemon's options and a kernel's sysctls take. */
struct limits {
	const char *mailboxes;
	const char *bytes;
};

/* Sets those of the kernel we run on. False, with nothing set, after saying why on standard error. */
bool limits_set(const struct limits *limits);

/* Sets them to what they were before limits_set(), if it was called. */
bool limits_restore(void);

#endif /* HARNESS_LIMITS_H */
