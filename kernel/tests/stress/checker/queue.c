// SPDX-License-Identifier: MIT
/*
 * First in, first out, and nothing lost.
 */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

/* Until when a message was in its mailbox in any case, once it was sent. */
static uint64_t stays_until(const struct box *box, const struct message *message)
{
	uint64_t end, taken;

	if (message->recv)
		return message->recv->begin;
	end = soonest_value(&box->next_end, message->send->begin);
	taken = soonest_value(&box->next_unnamed, message->send->begin);
	return end < taken ? end : taken;
}

/* It was sent in any case: its send returned, or somebody has it. */
static bool surely_sent(const struct message *message)
{
	return message->recv || op_worked(message->send);
}

static struct soonest receives_by_send(const struct box *box)
{
	struct soonest receives = {};

	for (size_t i = 0; i < box->n_messages; i++)
		if (box->messages[i].recv)
			soonest_add(&receives, box->messages[i].send->begin,
				    box->messages[i].recv->end, box->messages[i].recv);
	soonest_sort(&receives);
	return receives;
}

/*
 * While a message is in its mailbox nobody receives one that was sent after it. Of the
 * messages sent after it, the one received first decides.
 */
static void check_message(const struct box *box, const struct message *message,
			  const struct soonest *receives, struct findings *findings)
{
	const struct soon *later = soonest_after(receives, message->send->end);

	findings->checked[message->recv ? ORDER : LOSS]++;
	if (!later || later->value >= stays_until(box, message))
		return;
	if (message->recv)
		violation(findings, ORDER, "received after one that was sent later", message->recv,
			  message->send, later->op);
	else
		violation(findings, LOSS, "lost: one that was sent later was received",
			  message->send, later->op, NULL);
}

void check_order(const struct box *box, struct findings *findings)
{
	struct soonest receives = receives_by_send(box);

	for (size_t i = 0; i < box->n_messages; i++)
		if (surely_sent(&box->messages[i]))
			check_message(box, &box->messages[i], &receives, findings);
	free(receives.at);
}

static bool claims_empty(const struct op *op)
{
	if (!op_done(op))
		return false;
	if (op->kind == OP_RECV || op->kind == OP_LENGTH)
		return op->result == -ESRCH;
	return (op->kind == OP_COUNT || op->kind == OP_STAT) && op->result == 0;
}

void check_emptiness(const struct box *box, struct findings *findings)
{
	struct spans present = {};

	for (size_t i = 0; i < box->n_messages; i++)
		if (surely_sent(&box->messages[i]))
			spans_add(&present, box->messages[i].send->end,
				  stays_until(box, &box->messages[i]), box->messages[i].send);
	spans_merge(&present);
	for (size_t i = 0; i < box->calls.n; i++) {
		const struct op *op = box->calls.at[i];
		const struct span *span;

		if (!claims_empty(op))
			continue;
		findings->checked[LOSS]++;
		span = spans_cover(&present, op->begin, op->end);
		if (span)
			violation(findings, LOSS, "found empty with messages in it", op, span->why,
				  NULL);
	}
	free(present.at);
}
