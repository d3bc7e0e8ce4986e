// SPDX-License-Identifier: MIT
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "op.h"

static const char *const names[OP_KINDS] = {
	[OP_INIT] = "init",	  [OP_SHUTDOWN] = "shutdown", [OP_CREATE] = "create",
	[OP_DESTROY] = "destroy", [OP_COUNT] = "count",	      [OP_SEND] = "send",
	[OP_RECV] = "recv",	  [OP_LENGTH] = "length",     [OP_STAT] = "stat",
};

static void describe_result(const struct op *op, char *text, size_t size)
{
	const char *name = op->result < 0 ? strerrorname_np(-op->result) : NULL;

	if (!op_done(op))
		snprintf(text, size, "was killed");
	else if (name)
		snprintf(text, size, "-%s", name);
	else
		snprintf(text, size, "%" PRId32, op->result);
}

static void describe_message(const struct op *op, char *text, size_t size)
{
	bool named = op->kind == OP_SEND || op->seen == SEEN_WHOLE;

	*text = '\0';
	if (op->kind != OP_SEND && op->kind != OP_RECV)
		return;
	if (named)
		snprintf(text, size, ", message %" PRIu32 ".%" PRIu32 ", %" PRIu32 " bytes",
			 op->from, op->seq, op->len);
	else
		snprintf(text, size, ", %s, %" PRIu32 " bytes",
			 op->seen == SEEN_BROKEN ? "broken bytes" : "no name", op->len);
}

void op_describe(const struct op *op, const struct plan *plan, char *text, unsigned long size)
{
	char box[16] = "", message[80], result[32];

	if (op->box != NO_BOX)
		snprintf(box, sizeof(box), "0x%" PRIx32, plan->boxes[op->box].id);
	describe_message(op, message, sizeof(message));
	describe_result(op, result, sizeof(result));
	snprintf(text, size,
		 "%s(%s%s) as uid %" PRIu32 " by actor %" PRIu32 ": %s [%" PRIu64 ", %" PRIu64 "]",
		 names[op->kind], box, message, plan->users[op->user], op->actor, result, op->begin,
		 op->end);
}
