/* SPDX-License-Identifier: MIT */
#ifndef STRESS_CHECKER_INTERNAL_H
#define STRESS_CHECKER_INTERNAL_H

#include "checker.h"
#include "sorted.h"

/**
 * struct ops - calls of one sort, by their begin
 * @at: they
 * @n: how many
 */
struct ops {
	const struct op **at;
	size_t n;
};

void ops_add(struct ops *ops, const struct op *op);

/**
 * struct message - one that was sent with a name, or may have been
 * @send: how it was sent
 * @recv: how it was received, or NULL
 */
struct message {
	const struct op *send;
	const struct op *recv;
};

/**
 * struct box - what happened to one mailbox, by time
 * @plan: what was planned for it
 * @calls: every call on it
 * @makes: creates that worked, or may have
 * @ends: destroys and shutdowns that worked, or may have
 * @sends: sends that worked, or may have
 * @takes: receives that worked, or may have
 * @messages: sends with a name, each with its receive
 * @n_messages: how many
 * @next_end: for a tick, the first end that may come after it
 * @next_unnamed: for a tick, the first receive after it that may have taken any message
 */
struct box {
	const struct box_plan *plan;
	struct ops calls, makes, ends, sends, takes;
	struct message *messages;
	size_t n_messages;
	struct soonest next_end, next_unnamed;
};

/* A take of which nobody knows which message it took. One of an empty message isn't. */
bool is_unnamed(const struct op *take);
/* A send of a message with no bytes, which can bear no name. */
bool is_blank(const struct op *send);

/* Counts and reports one violation. @calls may be followed by fewer than three, and NULL. */
void violation(struct findings *findings, enum property property, const char *what,
	       const struct op *a, const struct op *b, const struct op *c);

/* Each file's part. */
void check_answers(const struct history *history, struct findings *findings);
void check_system(const struct history *history, struct findings *findings);
void check_existence(const struct box *box, struct findings *findings);
/* Finds the messages, which the others need. */
void match_messages(struct box *box, struct findings *findings);
void check_order(const struct box *box, struct findings *findings);
void check_emptiness(const struct box *box, struct findings *findings);
void check_counts(const struct box *box, struct findings *findings);

#endif /* STRESS_CHECKER_INTERNAL_H */
