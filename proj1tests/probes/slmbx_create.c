// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <slmbx.h>

#include "../common/command.h"
#include "../common/failure.h"

static int protect;

static void take_option(int val, char *value)
{
	protect = 1;
}

static const struct option options[] = {
	{ "protected", no_argument, NULL, 'p' },
	{ 0 },
};

static const struct command command = {
	.name = "slmbx_create",
	.synopsis = "ID [--protected]",
	.about = "Makes an empty mailbox that belongs to you.\n"
		 "\n"
		 "  ID          1 to 4294967294\n"
		 "  --protected nobody but you may use or delete it; without it, everybody may\n"
		 "\n"
		 "Example: slmbx_create 42\n",
	.min = 1,
	.max = 1,
	.options = options,
	.option = take_option,
};

int main(int argc, char **argv)
{
	unsigned int id;
	long result;

	command_parse(&command, argc, argv);
	id = command_number(&command, "ID", argv[0]);
	result = slmbx_create(id, protect);
	return result < 0 ? failure_call(command.name, id, result) : EXIT_SUCCESS;
}
