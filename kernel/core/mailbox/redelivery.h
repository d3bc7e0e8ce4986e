/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBX_REDELIVERY_H
#define SLMBX_REDELIVERY_H

#include <linux/types.h>

struct list_head;
struct slmbx_exit;
struct slmbx_mailbox;

/*
 * Does what is due in @mailbox: ends leases, delays and times to live, and moves what
 * goes to the dead-letter mailbox. Every call that looks at messages does so first, so
 * that nobody sees what is over; the timer does it when nobody calls. Costs next to
 * nothing if nothing is due. May sleep.
 */
void slmbx_redeliver(struct slmbx_mailbox *mailbox);
/* The same, whose deadline has come and is to be set again. */
void slmbx_redeliver_and_set(struct slmbx_mailbox *mailbox);

/* Where messages may go from @mailbox that leave it. */
struct slmbx_exit slmbx_redelivery_exit(struct slmbx_mailbox *mailbox);

/* Moves or frees each of the messages that left @mailbox. */
void slmbx_redelivery_finish(struct slmbx_mailbox *mailbox, struct list_head *leaving);

#endif /* SLMBX_REDELIVERY_H */
