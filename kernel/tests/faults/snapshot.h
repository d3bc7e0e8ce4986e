/* SPDX-License-Identifier: MIT */
/* What the system shows of itself, as text, to see that a call changed nothing. */
#ifndef FAULTS_SNAPSHOT_H
#define FAULTS_SNAPSHOT_H

/* What each id answers and the administrator's listing. To be freed. */
char *snapshot_take(void);

/* Takes another one, and fails the test unless it equals @before. */
void snapshot_expect(const char *before);

#endif /* FAULTS_SNAPSHOT_H */
