// SPDX-License-Identifier: MIT
/*
 * Sorts the calls of a history by mailbox and hands each part to its checks.
 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

const char *const property_names[PROPERTIES] = {
	[ANSWERS] = "answers",	 [EXISTENCE] = "existence", [ACCESS] = "access",
	[CONTENTS] = "contents", [ORIGIN] = "origin",	    [ONCE] = "once",
	[ORDER] = "order",	 [LOSS] = "loss",	    [COUNTS] = "counts",
};

void violation(struct findings *findings, enum property property, const char *what,
	       const struct op *a, const struct op *b, const struct op *c)
{
	const struct op *const calls[3] = { a, b, c };

	findings->violated[property]++;
	if (findings->report)
		findings->report(findings->arg, property, what, calls);
}

void ops_add(struct ops *ops, const struct op *op)
{
	ops->at = grown(ops->at, ops->n, sizeof(const struct op *));
	ops->at[ops->n++] = op;
}

bool is_blank(const struct op *send)
{
	return send->len == 0;
}

bool is_unnamed(const struct op *take)
{
	if (!op_done(take))
		return true;
	return take->seen == SEEN_NOTHING && (take->result > 0 || take->len == 0);
}

static void add_to_box(struct box *box, const struct op *op)
{
	ops_add(&box->calls, op);
	if (!op_may_have_worked(op))
		return;
	if (op->kind == OP_CREATE)
		ops_add(&box->makes, op);
	if (op->kind == OP_DESTROY)
		ops_add(&box->ends, op);
	if (op->kind == OP_SEND)
		ops_add(&box->sends, op);
	if (op->kind == OP_RECV)
		ops_add(&box->takes, op);
}

static void add_to_boxes(struct box *boxes, size_t n, const struct op *op)
{
	if (op->box != NO_BOX)
		add_to_box(&boxes[op->box], op);
	else if (op->kind == OP_SHUTDOWN && op_may_have_worked(op))
		for (size_t i = 0; i < n; i++)
			ops_add(&boxes[i].ends, op);
}

static void prepare_box(struct box *box)
{
	for (size_t i = 0; i < box->ends.n; i++)
		soonest_add(&box->next_end, box->ends.at[i]->end, box->ends.at[i]->begin,
			    box->ends.at[i]);
	for (size_t i = 0; i < box->takes.n; i++)
		if (is_unnamed(box->takes.at[i]))
			soonest_add(&box->next_unnamed, box->takes.at[i]->end,
				    box->takes.at[i]->begin, box->takes.at[i]);
	soonest_sort(&box->next_end);
	soonest_sort(&box->next_unnamed);
}

static void free_box(struct box *box)
{
	free(box->calls.at);
	free(box->makes.at);
	free(box->ends.at);
	free(box->sends.at);
	free(box->takes.at);
	free(box->messages);
	free(box->next_end.at);
	free(box->next_unnamed.at);
}

static void check_box(struct box *box, struct findings *findings)
{
	prepare_box(box);
	match_messages(box, findings);
	check_existence(box, findings);
	check_order(box, findings);
	check_emptiness(box, findings);
	check_counts(box, findings);
}

void check_history(const struct history *history, struct findings *findings)
{
	struct box boxes[MAX_BOXES] = {};
	size_t n = history->plan->n_boxes;

	check_answers(history, findings);
	check_system(history, findings);
	for (size_t i = 0; i < history->n; i++)
		add_to_boxes(boxes, n, &history->ops[i]);
	for (size_t i = 0; i < n; i++) {
		boxes[i].plan = &history->plan->boxes[i];
		check_box(&boxes[i], findings);
		free_box(&boxes[i]);
	}
}
