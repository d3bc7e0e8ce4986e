// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>

#include "lack.h"
#include "shim.h"
#include "snapshot.h"
#include "unit.h"

unsigned long lack_memory(long (*call)(void), long wanted, const char *name)
{
	unsigned long nth, asked;
	char *before;
	long result;

	for (nth = 1;; nth++) {
		before = snapshot_take();
		shim_fail_allocations(nth, nth);
		result = call();
		asked = shim_fail_allocations(0, 0);
		if (asked < nth)
			break;
		expect(result == -ENOMEM, "%s without its allocation %lu is %s", name, nth,
		       result_name(result));
		snapshot_expect(before, name);
	}
	free(before);
	expect(result == wanted, "%s with memory is %s", name, result_name(result));
	return asked;
}
