/* SPDX-License-Identifier: MIT */
/* The quotas of a kernel engine, which its administrator sets in /proc/sys. */
#ifndef CONFORMANCE_SYSCTL_H
#define CONFORMANCE_SYSCTL_H

#include <stdbool.h>

/* Sets both, and keeps what they were. On failure says why on stderr. */
bool sysctl_set_quotas(const char *bytes, const char *mailboxes);

/* Sets them to what they were. */
bool sysctl_reset_quotas(void);

#endif /* CONFORMANCE_SYSCTL_H */
