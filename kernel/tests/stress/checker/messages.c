// SPDX-License-Identifier: MIT
/*
 * Finds for each message that was received the send it comes from.
 */
#include <stdlib.h>

#include "internal.h"

static int by_name(const struct op *a, const struct op *b)
{
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->seq > b->seq) - (a->seq < b->seq);
}

static int by_name_and_time(const void *a, const void *b)
{
	const struct op *one = *(const struct op *const *)a, *other = *(const struct op *const *)b;
	int order = by_name(one, other);

	return order ? order : (one->end > other->end) - (one->end < other->end);
}

static void sort_by_name(struct ops *ops)
{
	if (ops->n)
		qsort(ops->at, ops->n, sizeof(const struct op *), by_name_and_time);
}

/* The sends that have a name, those that failed included. */
static struct ops named_sends(const struct box *box)
{
	struct ops sends = {};

	for (size_t i = 0; i < box->calls.n; i++)
		if (box->calls.at[i]->kind == OP_SEND && !is_blank(box->calls.at[i]))
			ops_add(&sends, box->calls.at[i]);
	sort_by_name(&sends);
	return sends;
}

static struct ops named_takes(const struct box *box)
{
	struct ops takes = {};

	for (size_t i = 0; i < box->takes.n; i++)
		if (op_done(box->takes.at[i]) && box->takes.at[i]->seen == SEEN_WHOLE)
			ops_add(&takes, box->takes.at[i]);
	sort_by_name(&takes);
	return takes;
}

/* When each destroy and shutdown that surely worked began, and ended. */
static struct soonest sure_ends(const struct box *box)
{
	struct soonest ends = {};

	for (size_t i = 0; i < box->ends.n; i++)
		if (op_worked(box->ends.at[i]))
			soonest_add(&ends, box->ends.at[i]->begin, box->ends.at[i]->end,
				    box->ends.at[i]);
	soonest_sort(&ends);
	return ends;
}

static void check_origin(const struct message *message, const struct soonest *ends,
			 struct findings *findings)
{
	const struct op *send = message->send, *recv = message->recv;
	uint32_t length = send->len < recv->len ? send->len : recv->len;
	const struct soon *end;

	findings->checked[ORIGIN]++;
	findings->checked[CONTENTS]++;
	if (op_done(send) && send->result < 0)
		violation(findings, ORIGIN, "received though its send failed", recv, send, NULL);
	if (recv->end < send->begin)
		violation(findings, ORIGIN, "received before it was sent", recv, send, NULL);
	end = op_done(send) ? soonest_after(ends, send->end) : NULL;
	if (end && end->value < recv->begin)
		violation(findings, ORIGIN, "it outlived its mailbox", recv, send, end->op);
	if ((uint32_t)recv->result != length)
		violation(findings, CONTENTS, "not as long as it was sent", recv, send, NULL);
}

/* Moves *@next over the takes of the message @send, and returns the first. */
static const struct op *takes_of(const struct op *send, const struct ops *takes, size_t *next,
				 struct findings *findings)
{
	const struct op *first = NULL;

	for (; *next < takes->n && by_name(takes->at[*next], send) == 0; ++*next) {
		findings->checked[ONCE]++;
		if (first)
			violation(findings, ONCE, "received twice", takes->at[*next], first, send);
		else
			first = takes->at[*next];
	}
	return first;
}

static void nobody_sent(const struct op *take, struct findings *findings)
{
	findings->checked[ORIGIN]++;
	violation(findings, ORIGIN, "received but never sent to this mailbox", take, NULL, NULL);
}

/* What was taken without a name can't be matched, only counted. */
static void check_blanks(const struct box *box, struct findings *findings)
{
	const struct op *last = NULL;
	size_t sent = 0, taken = 0;

	for (size_t i = 0; i < box->sends.n; i++)
		sent += is_blank(box->sends.at[i]);
	for (size_t i = 0; i < box->takes.n; i++) {
		const struct op *take = box->takes.at[i];

		if (op_done(take) && take->seen == SEEN_NOTHING && !is_unnamed(take)) {
			taken++;
			last = take;
		}
	}
	findings->checked[ORIGIN] += taken;
	if (taken > sent)
		violation(findings, ORIGIN, "more empty messages than were sent", last, NULL, NULL);
}

static void add_message(struct box *box, const struct op *send, const struct op *recv)
{
	box->messages = grown(box->messages, box->n_messages, sizeof(*box->messages));
	box->messages[box->n_messages++] = (struct message){ .send = send, .recv = recv };
}

void match_messages(struct box *box, struct findings *findings)
{
	struct ops sends = named_sends(box), takes = named_takes(box);
	struct soonest ends = sure_ends(box);
	size_t next = 0;

	for (size_t i = 0; i < sends.n; i++) {
		struct message message = { .send = sends.at[i] };

		for (; next < takes.n && by_name(takes.at[next], message.send) < 0; next++)
			nobody_sent(takes.at[next], findings);
		message.recv = takes_of(message.send, &takes, &next, findings);
		if (message.recv)
			check_origin(&message, &ends, findings);
		if (message.recv || op_may_have_worked(message.send))
			add_message(box, message.send, message.recv);
	}
	for (; next < takes.n; next++)
		nobody_sent(takes.at[next], findings);
	check_blanks(box, findings);
	free(sends.at);
	free(takes.at);
	free(ends.at);
}
