// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/slmbx.h>

#include "../guest/messages.h"
#include "../guest/tap.h"
#include "holdings.h"
#include "inject.h"
#include "snapshot.h"
#include "walk.h"

/* No call has as many allocations. */
#define TOO_MANY	20000

/**
 * struct tally - what came of the faults
 * @faults: how many came
 * @failed: calls that failed for it
 */
struct tally {
	unsigned int faults;
	unsigned int failed;
};

static bool may_fail_with(const struct walk *walk, enum engine engine, long result)
{
	/* The device copies the call's arguments. */
	unsigned int errors = walk->errors | (engine == DEVICE && walk->copies ? BAD_ADDRESS : 0);

	return (result == -ENOMEM && errors & NO_MEMORY) ||
	       (result == -EFAULT && errors & BAD_ADDRESS);
}

/* Makes the call with its @nth chance to fail taken; whether there was one. */
static bool attempt(const struct walk *walk, const struct call *call, unsigned int nth,
		    bool lasting, long *result)
{
	bool fault;

	become(walk->caller);
	inject_arm(nth, lasting);
	*result = enter(call);
	fault = inject_disarm();
	become(0);
	return fault;
}

static void *new_memory(const struct walk *walk)
{
	unsigned char *mem = malloc(walk->call.size + 1);

	expect(mem, "no memory");
	/* Of a page that isn't there yet the call would do the first copy. */
	memset(mem, 0xee, walk->call.size + 1);
	if (walk->call.nr == SLMBX_CALL_SEND)
		fill(mem, walk->call.size, 2);
	return mem;
}

static void start_over(const struct walk *walk)
{
	long result = shut_down();

	expect(result == 0 || result == -ENODEV, "shutdown is %s", result_name(result));
	walk->build(walk);
}

static struct tally fail_each(const struct walk *walk, enum engine engine, bool lasting)
{
	struct tally tally = {};
	struct call call = walk->call;
	bool fault = true;
	char *before;
	long result;

	call.mem = new_memory(walk);
	walk->build(walk);
	before = snapshot_take();
	for (unsigned int nth = 1; fault; nth++) {
		expect(nth < TOO_MANY, "%u faults and no end", nth);
		if (walk->arguments)
			walk->arguments(call.mem);
		fault = attempt(walk, &call, nth, lasting, &result);
		tally.faults += fault;
		if (result < 0 && result != walk->success) {
			expect(fault && may_fail_with(walk, engine, result), "%s %s fault %u",
			       result_name(result), fault ? "for" : "without", nth);
			snapshot_expect(before);
			tally.failed++;
			continue;
		}
		/* None came, or what lacked could be done without. */
		expect_result(result, walk->success);
		walk->verify(walk, call.mem);
		free(before);
		start_over(walk);
		before = snapshot_take();
	}
	free(before);
	free(call.mem);
	expect_result(shut_down(), walk->call.nr == SLMBX_CALL_INIT ? -ENODEV : 0);
	return tally;
}

/* Calls that failed for their faults. */
static unsigned int fail_all(const struct walk *walk, enum engine engine, bool lasting)
{
	struct tally tally = fail_each(walk, engine, lasting);

	tap_note("%u faults%s: %u calls failed, %u did without", tally.faults,
		 lasting ? " and no page after" : "", tally.failed, tally.faults - tally.failed);
	return tally.failed;
}

void walk_through(const struct walk *walk, enum engine engine)
{
	unsigned int least = walk->least + (engine == DEVICE ? walk->copies : 0), failed;

	expect(entry_use(engine), "no %s engine: %m", engine_names[engine]);
	inject_open();
	/* What a debugging kernel allocates besides may hide one of the call's once, not twice. */
	failed = fail_all(walk, engine, false);
	failed += fail_all(walk, engine, true);
	expect(failed >= least, "only %u faults failed the call, not %u", failed, least);
	holdings_expect_same();
}
