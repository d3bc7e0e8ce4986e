// SPDX-License-Identifier: MIT
/*
 * A system and a mailbox come and go; each answer says whether there was one. From the
 * calls that make and end it follows when there surely was, and when there surely was not.
 */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

enum claim { NO_CLAIM, CLAIMS_PRESENT, CLAIMS_ABSENT };

/**
 * struct lifetime - of the system or a mailbox
 * @makes: calls that made it, or may have
 * @ends: calls that ended it, or may have
 * @present: when it was there in any case
 * @absent: when it was not, in any case
 */
struct lifetime {
	const struct ops *makes;
	const struct ops *ends;
	struct spans present;
	struct spans absent;
};

/* From each of @first that worked until one of @then may have. */
static void add_spans(struct spans *spans, const struct ops *first, const struct ops *then)
{
	struct soonest next = {};

	for (size_t i = 0; i < then->n; i++)
		soonest_add(&next, then->at[i]->end, then->at[i]->begin, then->at[i]);
	soonest_sort(&next);
	for (size_t i = 0; i < first->n; i++)
		if (op_worked(first->at[i]))
			spans_add(spans, first->at[i]->end,
				  soonest_value(&next, first->at[i]->begin), first->at[i]);
	free(next.at);
}

static uint64_t first_begin(const struct ops *ops)
{
	uint64_t first = NEVER;

	for (size_t i = 0; i < ops->n; i++)
		if (ops->at[i]->begin < first)
			first = ops->at[i]->begin;
	return first;
}

static void find_spans(struct lifetime *life)
{
	add_spans(&life->present, life->makes, life->ends);
	add_spans(&life->absent, life->ends, life->makes);
	spans_add(&life->absent, 0, first_begin(life->makes), NULL);
	spans_merge(&life->present);
	spans_merge(&life->absent);
}

static void check_claim(const struct lifetime *life, const struct op *op, enum claim claim,
			struct findings *findings)
{
	const struct span *span;

	if (claim == NO_CLAIM)
		return;
	findings->checked[EXISTENCE]++;
	span = spans_cover(claim == CLAIMS_PRESENT ? &life->absent : &life->present, op->begin,
			   op->end);
	if (span)
		violation(findings, EXISTENCE,
			  claim == CLAIMS_PRESENT ? "answered by what isn't there" :
						    "what is there was not found",
			  op, span->why, NULL);
}

static size_t count_worked(const struct ops *ops)
{
	size_t n = 0;

	for (size_t i = 0; i < ops->n; i++)
		n += op_worked(ops->at[i]);
	return n;
}

static void free_spans(struct lifetime *life)
{
	free(life->present.at);
	free(life->absent.at);
}

static enum claim system_claim(const struct op *op)
{
	if (!op_done(op))
		return NO_CLAIM;
	if (op->result == -ENODEV)
		return CLAIMS_ABSENT;
	if (op->kind == OP_INIT && op->result != -EEXIST)
		return op->result ? NO_CLAIM : CLAIMS_ABSENT;
	if (op->kind == OP_SHUTDOWN && op->result == -EPERM)
		return NO_CLAIM;
	return CLAIMS_PRESENT;
}

void check_system(const struct history *history, struct findings *findings)
{
	struct ops makes = {}, ends = {};
	struct lifetime life = { .makes = &makes, .ends = &ends };

	for (size_t i = 0; i < history->n; i++) {
		const struct op *op = &history->ops[i];

		if (op->kind == OP_INIT && op_may_have_worked(op))
			ops_add(&makes, op);
		if (op->kind == OP_SHUTDOWN && op_may_have_worked(op))
			ops_add(&ends, op);
	}
	find_spans(&life);
	for (size_t i = 0; i < history->n; i++)
		check_claim(&life, &history->ops[i], system_claim(&history->ops[i]), findings);
	if (count_worked(&ends) > makes.n)
		violation(findings, EXISTENCE, "more shutdowns than inits", ends.at[ends.n - 1],
			  NULL, NULL);
	free_spans(&life);
	free(makes.at);
	free(ends.at);
}

static enum claim box_claim(const struct op *op)
{
	if (!op_done(op))
		return NO_CLAIM;
	if (op->result == -ENODEV || op->result == -ENOENT)
		return CLAIMS_ABSENT;
	if (op->kind == OP_CREATE && op->result != -EEXIST)
		return op->result ? NO_CLAIM : CLAIMS_ABSENT;
	return CLAIMS_PRESENT;
}

static size_t count_destroys(const struct ops *ends)
{
	size_t n = 0;

	for (size_t i = 0; i < ends->n; i++)
		n += ends->at[i]->kind == OP_DESTROY && op_worked(ends->at[i]);
	return n;
}

void check_existence(const struct box *box, struct findings *findings)
{
	struct lifetime life = { .makes = &box->makes, .ends = &box->ends };

	find_spans(&life);
	for (size_t i = 0; i < box->calls.n; i++)
		check_claim(&life, box->calls.at[i], box_claim(box->calls.at[i]), findings);
	/* Calls that overlap leave no span between them, but their number tells. */
	if (count_destroys(&box->ends) > box->makes.n)
		violation(findings, EXISTENCE, "destroyed more often than created",
			  box->ends.at[box->ends.n - 1], NULL, NULL);
	if (count_worked(&box->makes) > box->ends.n + 1)
		violation(findings, EXISTENCE, "created again without an end",
			  box->makes.at[box->makes.n - 1], NULL, NULL);
	free_spans(&life);
}
