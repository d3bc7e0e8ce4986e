/* SPDX-License-Identifier: MIT */
/* Mailbox 7, with a message in it, and what those may who may and those who may not. */
#ifndef HARNESS_GUARDED_H
#define HARNESS_GUARDED_H

#include "driver.h"

#define GUARDED_LENGTH 7
extern const unsigned char guarded_bytes[GUARDED_LENGTH];

/* Makes it, as @owner. */
void guarded_make(uid_t owner, int protect);

/* Every call on it as the user we are, who may not: EPERM, and no byte comes through. */
void guarded_refused(void);

/* Every call on it but destroy as the user we are, who owns it; leaves it as it was. */
void guarded_allowed(void);

#define refused_to(uid) expect(as_user(uid, (guarded_refused(), 0)), 0)
#define allowed_to(uid) expect(as_user(uid, (guarded_allowed(), 0)), 0)

#endif /* HARNESS_GUARDED_H */
