// SPDX-License-Identifier: MIT
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "totals.h"

#define OTHER_TESTS 5

static const char *const property_texts[PROPERTIES] = {
	[ANSWERS] = "answers are among those the call may give",
	[EXISTENCE] = "answers fit what was made and ended before",
	[ACCESS] = "calls were granted and refused as they should",
	[CONTENTS] = "messages came with the bytes they were sent with",
	[ORIGIN] = "messages received were sent before",
	[ONCE] = "messages came once",
	[ORDER] = "messages came in the order of their sends",
	[LOSS] = "messages and findings of emptiness show that nothing was lost",
	[COUNTS] = "counts and lengths were possible",
};

static struct {
	unsigned int number;
	bool all_well;
} tap;

void totals_add(struct totals *totals, const struct history *history)
{
	totals->epochs[history->plan->phase]++;
	totals->calls[history->plan->phase] += history->n;
	for (size_t i = 0; i < history->n; i++) {
		const struct op *op = &history->ops[i];

		totals->unfinished += !op_done(op);
		totals->answered[op->kind] += op_worked(op);
		if (op_done(op) && op->result == -EFAULT)
			totals->faults[op->kind == OP_RECV]++;
	}
}

void totals_begin(void)
{
	tap.all_well = true;
	printf("1..%d\n", PHASES + PROPERTIES + OTHER_TESTS);
}

__attribute__((format(printf, 2, 3))) static void tell(bool well, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("%sok %u - ", well ? "" : "not ", ++tap.number);
	vprintf(format, args);
	putchar('\n');
	va_end(args);
	tap.all_well &= well;
}

/* What never happened proves nothing. */
static void tell_phase(const struct totals *totals, enum phase phase)
{
	tell(totals->epochs[phase] > 0, "%s: %lu epochs, %lu calls", phase_names[phase],
	     totals->epochs[phase], totals->calls[phase]);
}

static void tell_property(const struct totals *totals, enum property property)
{
	unsigned long checked = totals->findings.checked[property];
	unsigned long violated = totals->findings.violated[property];

	if (violated)
		tell(false, "%s: %lu of %lu violate it", property_names[property], violated,
		     checked);
	else
		tell(checked > 0, "%s: %lu %s", property_names[property], checked,
		     property_texts[property]);
}

static void tell_stalls(const struct crew *crew, int error)
{
	unsigned long n[2][FATES], ways[2] = {}, fates[FATES] = {};

	if (error) {
		tell(true, "stalls # SKIP %s",
		     error == ENOTSUP ? "this engine copies in user space" : strerror(error));
		return;
	}
	for (int to_user = 0; to_user < 2; to_user++)
		for (int fate = 0; fate < FATES; fate++) {
			n[to_user][fate] = crew->arena->stalls[to_user][fate];
			ways[to_user] += n[to_user][fate];
			fates[fate] += n[to_user][fate];
		}
	tell(ways[0] && ways[1] && fates[FATE_GO_ON] && fates[FATE_FAULT] && fates[FATE_KILL],
	     "stalls: %lu copies in and %lu out went on, %lu and %lu faulted, %lu and %lu were killed",
	     n[0][FATE_GO_ON], n[1][FATE_GO_ON], n[0][FATE_FAULT], n[1][FATE_FAULT],
	     n[0][FATE_KILL], n[1][FATE_KILL]);
}

static void tell_calls(const struct totals *totals)
{
	unsigned long all = 0;

	for (int i = 0; i < PHASES; i++)
		all += totals->calls[i];
	printf("# %lu calls in %.1f s, %.0f a second; worked: %lu sends, %lu receives, %lu creates, "
	       "%lu destroys, %lu inits, %lu shutdowns\n",
	       all, totals->seconds, totals->seconds > 0 ? (double)all / totals->seconds : 0,
	       totals->answered[OP_SEND], totals->answered[OP_RECV], totals->answered[OP_CREATE],
	       totals->answered[OP_DESTROY], totals->answered[OP_INIT],
	       totals->answered[OP_SHUTDOWN]);
}

bool totals_tell(const struct totals *totals, const struct crew *crew, int stall_error,
		 bool clean_end)
{
	for (int i = 0; i < PHASES; i++)
		tell_phase(totals, i);
	for (int i = 0; i < PROPERTIES; i++)
		tell_property(totals, i);
	tell(totals->faults[0] && totals->faults[1],
	     "bad pointers: %lu sends and %lu receives faulted", totals->faults[0],
	     totals->faults[1]);
	tell_stalls(crew, stall_error);
	tell(crew->killed > 0, "kills: %lu processes killed, which cut %lu calls short",
	     crew->killed, totals->unfinished);
	tell(!totals->failed && !crew->failed, "every process worked and ended when told");
	tell(clean_end, "the engine is as it was before");
	tell_calls(totals);
	return tap.all_well;
}
