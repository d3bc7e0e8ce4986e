// SPDX-License-Identifier: MIT
#include <inttypes.h>
#include <stdio.h>
#include <slmbx.h>

#include "../common/command.h"
#include "../common/failure.h"
#include "../common/output.h"

static const struct command command = {
	.name = "slmbx_stat",
	.synopsis = "ID",
	.about = "Prints what a mailbox is at one instant, one 'name value' a line:\n"
		 "\n"
		 "  count       messages that wait\n"
		 "  bytes       their bytes together\n"
		 "  head_length bytes of the next one; '-' if none waits\n"
		 "  owner       uid of the user who made it\n"
		 "  protected   yes or no\n",
	.min = 1,
	.max = 1,
};

static void show(const struct slmbx_stat *st)
{
	printf("count %" PRIu64 "\n", (uint64_t)st->count);
	printf("bytes %" PRIu64 "\n", (uint64_t)st->bytes);
	if (st->flags & SLMBX_STAT_HEAD)
		printf("head_length %" PRIu32 "\n", st->head_length);
	else
		printf("head_length -\n");
	printf("owner %" PRIu32 "\n", st->owner);
	printf("protected %s\n", st->flags & SLMBX_STAT_PROTECTED ? "yes" : "no");
}

int main(int argc, char **argv)
{
	struct slmbx_stat st;
	unsigned int id;
	long result;

	command_parse(&command, argc, argv);
	id = command_number(&command, "ID", argv[0]);
	result = slmbx_stat(id, &st, sizeof(st));
	if (result < 0)
		return failure_call(command.name, id, result);
	show(&st);
	return output_finish(command.name);
}
