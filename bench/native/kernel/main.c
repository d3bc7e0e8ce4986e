// SPDX-License-Identifier: MIT
/*
 * kernel MEASURE=NUMBER...: what slmbx costs inside a kernel that has its system
 * calls, beside the mechanisms Linux has. See measures.h, and sample.h for what
 * it prints. As root in a guest: `limits=1` lifts the kernel's limits first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measures.h"

static void limits(unsigned int yes)
{
	if (yes)
		lift_limits();
}

static const struct {
	const char *name;
	void (*run)(unsigned int number);
} measures[] = {
	{ "limits", limits },
	{ "pair", measure_pairs },
	{ "charged", measure_charged_pairs },
	{ "mailboxes", measure_mailboxes },
	{ "contention", measure_contention },
	{ "memory", measure_memory },
};

#define MEASURES	(sizeof(measures) / sizeof(*measures))

static void usage(void)
{
	fprintf(stderr, "usage: kernel limits=1|pair=ROUNDS|charged=ROUNDS|mailboxes=MOST|"
			"contention=MESSAGES|memory=COUNT ...\n");
	exit(2);
}

static void run(const char *argument)
{
	const char *number = strchr(argument, '=');
	size_t i;

	if (!number || atoi(number + 1) < 1)
		usage();
	for (i = 0; i < MEASURES; i++) {
		if (strlen(measures[i].name) == (size_t)(number - argument) &&
		    !strncmp(argument, measures[i].name, number - argument)) {
			measures[i].run(atoi(number + 1));
			return;
		}
	}
	usage();
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 2)
		usage();
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 1; i < argc; i++)
		run(argv[i]);
	return 0;
}
