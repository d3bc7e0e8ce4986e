// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <slmbx.h>

#include "../common/command.h"
#include "../common/failure.h"

static const struct command command = {
	.name = "slmbx_shutdown",
	.synopsis = "",
	.about = "Deletes every mailbox and message of everybody; the system must be set up again\n"
		 "with slmbx_init. Only root may.\n",
};

int main(int argc, char **argv)
{
	long result;

	command_parse(&command, argc, argv);
	result = slmbx_shutdown();
	return result < 0 ? failure_call(command.name, 0, result) : EXIT_SUCCESS;
}
