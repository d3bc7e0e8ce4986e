// SPDX-License-Identifier: MIT
/*
 * What can be said of an answer by itself: its result is one the call may give, for
 * this memory and this caller, and the bytes it handed out are some that were sent.
 */
#include <errno.h>

#include "internal.h"

/* Errors of each call, 0-terminated. ENODEV is any call's but init's, EPERM any call's but create's. */
static const int errors_of[OP_KINDS][4] = {
	[OP_INIT] = { EPERM, EEXIST, ENOMEM },
	[OP_SHUTDOWN] = { EPERM, ENODEV },
	[OP_CREATE] = { ENODEV, EEXIST, ENOMEM },
	[OP_DESTROY] = { ENODEV, ENOENT, EPERM },
	[OP_COUNT] = { ENODEV, ENOENT, EPERM },
	[OP_SEND] = { ENODEV, ENOENT, EPERM },
	[OP_RECV] = { ENODEV, ENOENT, EPERM, ESRCH },
	[OP_LENGTH] = { ENODEV, ENOENT, EPERM, ESRCH },
	[OP_STAT] = { ENODEV, ENOENT, EPERM },
};

static bool may_fault(const struct op *op)
{
	return (op->kind == OP_SEND || op->kind == OP_RECV) &&
	       (op->room < op->len || op->flags & OP_MAY_FAULT);
}

static bool may_fail_with(const struct op *op, int error)
{
	if (error == EFAULT)
		return may_fault(op);
	if (error == ENOMEM && op->kind == OP_SEND)
		return true;
	/* A quota is wider than all that is sent, but for what no machine holds. */
	if (error == EDQUOT && op->kind == OP_SEND)
		return op->len > INT32_MAX;
	for (unsigned int i = 0; i < ARRAY_SIZE(errors_of[0]); i++)
		if (error == errors_of[op->kind][i])
			return true;
	return false;
}

static bool may_return(const struct op *op, int32_t result)
{
	switch (op->kind) {
	case OP_COUNT:
	case OP_LENGTH:
	case OP_STAT:
		return true;
	case OP_RECV:
		return (uint32_t)result <= op->room && (uint32_t)result <= op->len;
	case OP_SEND:
		return result == 0 && op->room >= op->len;
	default:
		return result == 0;
	}
}

static void check_answer(const struct op *op, struct findings *findings)
{
	bool allowed = op->result < 0 ? may_fail_with(op, -op->result) : may_return(op, op->result);

	findings->checked[ANSWERS]++;
	if (!allowed)
		violation(findings, ANSWERS, "a result that the call can't have", op, NULL, NULL);
}

static bool is_allowed(const struct op *op, const struct plan *plan)
{
	if (op->box == NO_BOX)
		return op->user == 0;
	return op->kind == OP_CREATE || !plan->boxes[op->box].protect ||
	       plan->boxes[op->box].owner == op->user;
}

static void check_access(const struct op *op, const struct plan *plan, struct findings *findings)
{
	bool denied = op->result == -EPERM;

	findings->checked[ACCESS]++;
	if (is_allowed(op, plan)) {
		if (denied)
			violation(findings, ACCESS, "refused to one who may", op, NULL, NULL);
		return;
	}
	/* That there is no such mailbox is said to anybody; who may init is asked first of all. */
	if (denied || (op->box != NO_BOX && (op->result == -ENODEV || op->result == -ENOENT)))
		return;
	violation(findings, ACCESS, "granted to one who may not", op, NULL, NULL);
}

void check_answers(const struct history *history, struct findings *findings)
{
	for (size_t i = 0; i < history->n; i++) {
		const struct op *op = &history->ops[i];

		if (!op_done(op))
			continue;
		check_answer(op, findings);
		check_access(op, history->plan, findings);
		if (op->seen == SEEN_BROKEN)
			violation(findings, CONTENTS, "bytes that nobody sent", op, NULL, NULL);
	}
}
