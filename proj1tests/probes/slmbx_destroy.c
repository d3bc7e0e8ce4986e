// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <slmbx.h>

#include "../common/command.h"
#include "../common/failure.h"

static const struct command command = {
	.name = "slmbx_destroy",
	.synopsis = "ID",
	.about = "Deletes a mailbox and the messages in it.\n",
	.min = 1,
	.max = 1,
};

int main(int argc, char **argv)
{
	unsigned int id;
	long result;

	command_parse(&command, argc, argv);
	id = command_number(&command, "ID", argv[0]);
	result = slmbx_destroy(id);
	return result < 0 ? failure_call(command.name, id, result) : EXIT_SUCCESS;
}
