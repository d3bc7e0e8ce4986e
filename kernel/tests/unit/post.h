/* SPDX-License-Identifier: MIT */
/* What tests of the calls of kernel/DELIVERY.md share. Their clock is stopped. */
#ifndef POST_H
#define POST_H

#include <linux/slmbx.h>
#include <linux/types.h>

#include "people.h"
#include "snapshot.h"
#include "unit.h"

/* A moment; all begins at START. */
#define START		(1000 * SECOND)
#define SECOND		1000000000ULL

/* As setup and teardown of a case: a system without mailboxes, and then none, and nothing held. */
void post_setup(void);
void post_teardown(void);

/* Moves the clock on. */
void pass(u64 nanoseconds);

#define done(call)	expect_result(call, 0)

/* A message is known by its number, which it begins with; its length depends on it. */
u32 post_length(u32 number);
/* Sends @number, by sendv or by send; answers what the call does. */
long post(u32 id, u32 number, u64 delay, u64 ttl);
long post_plainly(u32 id, u32 number);
/* Sends @first to @last at once, each to be ready at once and for ever. */
void post_many(u32 id, u32 first, u32 last);

/* What recvv said of messages, the last time this thread took some. */
extern __thread struct slmbx_recvv_msg received[SLMBX_BATCH_MAX];
/* Their numbers. */
extern __thread u32 received_numbers[SLMBX_BATCH_MAX];

/* Receives up to @count messages; checks that what is said of each is plausible. */
long take(u32 id, u32 count, u32 flags, u64 lease, u64 deadline);
/* Receives one by recv; what it answers, but of a message its number. */
long take_plainly(u32 id);
/* Leases one, expects it to be @number, and says by what it is known. */
struct slmbx_settle_item lease_one(u32 id, u32 number, u64 lease);
/* Does @action to a lease: the item's result, which the call's must agree with. */
long settle(u32 id, struct slmbx_settle_item item, u32 action, u64 time);

/* Numbers of the ready messages, as "1 2 3". */
void expect_ready(u32 id, const char *numbers);
struct slmbx_stat post_stat(u32 id);
/* @ready, leased and delayed messages. */
void expect_held(u32 id, u64 ready, u64 leased, u64 delayed);

/* setattr of what @attr sets. */
long set(u32 id, struct slmbx_setattr attr);
#define set_attr(id, ...)	set(id, (struct slmbx_setattr){ __VA_ARGS__ })

#endif /* POST_H */
