/* SPDX-License-Identifier: MIT */
/*
 * Histories written by hand, and what the checker must say of them.
 *
 * Each begins with an init at [1, 2] and a create of each mailbox at [3, 4]; the calls a
 * test adds come later. Messages are of LENGTH(seq) bytes.
 */
#ifndef STRESS_STORY_H
#define STRESS_STORY_H

#include <check.h>
#include <errno.h>
#include <string.h>

#include "../checker/checker.h"

#define LENGTH(seq) (100U + (seq))
#define ROOM 1000U

/* The mailboxes: anybody's, one for user 1 alone, and anybody's again. */
enum { OPEN, PRIVATE, OTHER, BOXES };

struct story {
	struct plan plan;
	struct op ops[4096];
	size_t n;
};

void story_begin(struct story *story);

/* Adds a call that returned @result. What the returned call says may be changed further. */
struct op *call(struct story *story, enum op_kind kind, uint32_t box, uint64_t begin, uint64_t end,
		int32_t result);
/* Message @seq of @from, sent and received in order and as it should be. */
struct op *sends(struct story *story, uint32_t box, uint32_t from, uint32_t seq, uint64_t begin,
		 uint64_t end);
struct op *receives(struct story *story, uint32_t box, uint32_t from, uint32_t seq, uint64_t begin,
		    uint64_t end);
/* As if its process had been killed; it takes no effect after @end. */
void killed(struct op *op, uint64_t end);

/* Looks only; see last_findings. */
void check_story(const struct story *story);
void expect_well(const struct story *story);
/* Violates that property, and no other. */
void expect_violation(const struct story *story, enum property property);

/* What the last check of a story found. */
extern struct findings last_findings;

Suite *answers_suite(void);
Suite *existence_suite(void);
Suite *queue_suite(void);
Suite *random_suite(void);

#endif /* STRESS_STORY_H */
