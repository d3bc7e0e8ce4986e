// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <slmbx.h>

#include "../common/command.h"
#include "../common/failure.h"
#include "../common/output.h"

static const struct command command = {
	.name = "slmbx_purge",
	.synopsis = "ID",
	.about = "Drops the messages that wait in a mailbox, delayed ones too, and prints how\n"
		 "many they were. Those that are leased stay.\n",
	.min = 1,
	.max = 1,
};

int main(int argc, char **argv)
{
	unsigned int id;
	long result;

	command_parse(&command, argc, argv);
	id = command_number(&command, "ID", argv[0]);
	result = slmbx_purge(id);
	if (result < 0)
		return failure_call(command.name, id, result);
	printf("%ld\n", result);
	return output_finish(command.name);
}
