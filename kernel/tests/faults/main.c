// SPDX-License-Identifier: MIT
/*
 * Each call of the kernel engines with every allocation and copy in it failing in
 * turn: it answers ENOMEM or EFAULT and has changed nothing, or does without what
 * lacked. Root's, on a kernel that injects faults, with nobody else's mailboxes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "../guest/entry.h"
#include "../guest/messages.h"
#include "../guest/tap.h"
#include "holdings.h"
#include "inject.h"
#include "walk.h"

struct test {
	const struct walk *walk;
	enum engine engine;
};

static void run(const void *arg)
{
	const struct test *test = arg;

	walk_through(test->walk, test->engine);
}

/* A walk that failed leaves its mailboxes to nobody. */
static void clean_up(void)
{
	long result = shut_down();

	if (result != 0 && result != -ENODEV)
		tap_bail_out("shutdown is %s", result_name(result));
}

static void run_all(enum engine engine)
{
	char name[100];

	for (unsigned int i = 0; i < walks_number; i++) {
		struct test test = { .walk = &walks[i], .engine = engine };

		snprintf(name, sizeof(name), "%s: %s", engine_names[engine], walks[i].name);
		tap_run(name, run, &test, 600);
		clean_up();
	}
}

int main(void)
{
	const char *lacking;

	for (enum engine engine = 0; engine < ENGINES; engine++) {
		if (!entry_use(engine))
			tap_bail_out("this kernel has no %s engine", engine_names[engine]);
		if (count(1) != -ENODEV)
			tap_bail_out("the system is in use: shut it down first");
	}
	lacking = inject_begin();
	if (lacking)
		tap_bail_out("this kernel lacks %s", lacking);
	holdings_measure();
	for (enum engine engine = 0; engine < ENGINES; engine++) {
		if (!entry_use(engine))
			tap_bail_out("the %s engine is gone", engine_names[engine]);
		run_all(engine);
	}
	inject_end();
	return tap_end() ? EXIT_SUCCESS : EXIT_FAILURE;
}
