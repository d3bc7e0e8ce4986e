// SPDX-License-Identifier: MIT
/*
 * What count, stat and length answer lies between what was in the mailbox in any case
 * and what may have been. An empty mailbox is one with the count 0, which bounds what
 * was taken without a name, too.
 */
#include <errno.h>
#include <stdlib.h>

#include "internal.h"

/**
 * struct traffic - begins and ends of what went in and out
 * @sent: ends of the sends that surely worked
 * @maybe_sent: begins of those that may have
 * @taken: ends of the receives that surely worked
 * @maybe_taken: begins of those that may have
 * @first_end: when messages may have gone with their mailbox for the first time
 */
struct traffic {
	struct ticks sent, maybe_sent, taken, maybe_taken;
	uint64_t first_end;
};

static void add_calls(const struct ops *ops, struct ticks *sure, struct ticks *maybe)
{
	for (size_t i = 0; i < ops->n; i++) {
		ticks_add(maybe, ops->at[i]->begin);
		if (op_worked(ops->at[i]))
			ticks_add(sure, ops->at[i]->end);
	}
	ticks_sort(sure);
	ticks_sort(maybe);
}

static void find_traffic(const struct box *box, struct traffic *traffic)
{
	add_calls(&box->sends, &traffic->sent, &traffic->maybe_sent);
	add_calls(&box->takes, &traffic->taken, &traffic->maybe_taken);
	traffic->first_end = soonest_value(&box->next_end, 0);
}

static void free_traffic(struct traffic *traffic)
{
	free(traffic->sent.at);
	free(traffic->maybe_sent.at);
	free(traffic->taken.at);
	free(traffic->maybe_taken.at);
}

/* Whether @op says how many messages there are, and how many. */
static bool claims_count(const struct op *op, size_t *count)
{
	if (!op_done(op))
		return false;
	*count = op->result < 0 ? 0 : (size_t)op->result;
	if (op->kind == OP_COUNT || op->kind == OP_STAT)
		return op->result >= 0;
	return (op->kind == OP_RECV || op->kind == OP_LENGTH) && op->result == -ESRCH;
}

static void check_count(const struct op *op, const struct traffic *traffic, size_t count,
			struct findings *findings)
{
	size_t sent = ticks_before(&traffic->sent, op->begin);
	size_t maybe_taken = ticks_before(&traffic->maybe_taken, op->end);
	size_t maybe_sent = ticks_before(&traffic->maybe_sent, op->end);
	size_t taken = ticks_before(&traffic->taken, op->begin);

	findings->checked[COUNTS]++;
	if (count + taken > maybe_sent)
		violation(findings, COUNTS, "more messages than there can be", op, NULL, NULL);
	if (traffic->first_end > op->end && count + maybe_taken < sent)
		violation(findings, count ? COUNTS : LOSS, "fewer messages than there must be", op,
			  NULL, NULL);
}

/* Nobody takes more than was sent until then. */
static void check_takes(const struct box *box, const struct traffic *traffic,
			struct findings *findings)
{
	for (size_t i = 0; i < box->takes.n; i++) {
		const struct op *take = box->takes.at[i];

		if (op_worked(take) && ticks_before(&traffic->taken, take->end) + 1 >
					       ticks_before(&traffic->maybe_sent, take->end))
			violation(findings, ORIGIN, "more messages received than were sent", take,
				  NULL, NULL);
	}
}

/* A message that may have been at the head. */
struct head {
	uint32_t length;
	uint64_t from, to;
};

static int by_length_and_time(const void *a, const void *b)
{
	const struct head *one = a, *other = b;

	if (one->length != other->length)
		return one->length < other->length ? -1 : 1;
	return (one->from > other->from) - (one->from < other->from);
}

static struct head *find_heads(const struct box *box, size_t *n)
{
	struct head *heads = NULL;

	*n = 0;
	for (size_t i = 0; i < box->n_messages; i++) {
		const struct message *message = &box->messages[i];

		heads = grown(heads, *n, sizeof(*heads));
		heads[(*n)++] = (struct head){ .length = message->send->len,
					       .from = message->send->begin,
					       .to = message->recv ? message->recv->end : NEVER };
	}
	for (size_t i = 0; i < box->sends.n; i++) {
		if (!is_blank(box->sends.at[i]))
			continue;
		heads = grown(heads, *n, sizeof(*heads));
		heads[(*n)++] = (struct head){ .from = box->sends.at[i]->begin, .to = NEVER };
	}
	if (*n)
		qsort(heads, *n, sizeof(*heads), by_length_and_time);
	return heads;
}

static bool can_be_head(const struct head *heads, size_t n, const struct op *op)
{
	const struct head last = { .length = (uint32_t)op->result, .from = op->end };
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (by_length_and_time(&heads[middle], &last) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (low-- > 0 && heads[low].length == last.length)
		if (heads[low].to > op->begin)
			return true;
	return false;
}

static void check_lengths(const struct box *box, struct findings *findings)
{
	size_t n;
	struct head *heads = find_heads(box, &n);

	for (size_t i = 0; i < box->calls.n; i++) {
		const struct op *op = box->calls.at[i];

		if (op->kind != OP_LENGTH || !op_worked(op))
			continue;
		findings->checked[COUNTS]++;
		if (!can_be_head(heads, n, op))
			violation(findings, COUNTS, "no message of this length was at the head", op,
				  NULL, NULL);
	}
	free(heads);
}

void check_counts(const struct box *box, struct findings *findings)
{
	struct traffic traffic = {};
	size_t count;

	find_traffic(box, &traffic);
	for (size_t i = 0; i < box->calls.n; i++)
		if (claims_count(box->calls.at[i], &count))
			check_count(box->calls.at[i], &traffic, count, findings);
	check_takes(box, &traffic, findings);
	check_lengths(box, findings);
	free_traffic(&traffic);
}
