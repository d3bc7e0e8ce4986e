// SPDX-License-Identifier: MIT
#include <stdint.h>
#include <stdio.h>
#include <slmbx.h>

#include "../common/command.h"
#include "../common/failure.h"
#include "../common/output.h"

#define PAGE 1024

static const struct command command = {
	.name = "slmbx_list",
	.synopsis = "[AFTER]",
	.about = "Prints the ids of the mailboxes that you may use, one a line, lowest first.\n"
		 "With AFTER, only those above it.\n",
	.min = 0,
	.max = 1,
};

/* The ids of one page, the last of which becomes args->after. */
static long show_page(struct slmbx_list *args)
{
	uint32_t ids[PAGE];
	long count;

	args->ids = (uintptr_t)ids;
	args->count = PAGE;
	count = slmbx_list(args, sizeof(*args));
	for (long i = 0; i < count; i++)
		printf("%u\n", args->after = ids[i]);
	return count;
}

int main(int argc, char **argv)
{
	struct slmbx_list args = { .after = 0 };
	long count;

	if (command_parse(&command, argc, argv))
		args.after = command_number(&command, "AFTER", argv[0]);
	do
		count = show_page(&args);
	while (count == PAGE);
	if (count < 0)
		return failure_call(command.name, args.after, count);
	return output_finish(command.name);
}
