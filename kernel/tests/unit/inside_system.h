/* SPDX-License-Identifier: MIT */
/* The system seen from inside, while nobody changes it. */
#ifndef INSIDE_SYSTEM_H
#define INSIDE_SYSTEM_H

#include "system.h"

struct slmbx_skiplist;

/* Its mailboxes; NULL while it is not initialised. */
const struct slmbx_skiplist *system_mailboxes(void);

#endif /* INSIDE_SYSTEM_H */
