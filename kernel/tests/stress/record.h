/* SPDX-License-Identifier: MIT */
/*
 * A history in a file, to be checked again and looked at.
 */
#ifndef STRESS_RECORD_H
#define STRESS_RECORD_H

#include "checker/checker.h"

/* Both say on stderr what went wrong. */
bool record_save(const char *path, const struct history *history);
/* What it allocates is never freed. */
bool record_load(const char *path, struct history *history);

#endif /* STRESS_RECORD_H */
