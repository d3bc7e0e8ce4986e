// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <slmbx.h>

#include "../common/command.h"
#include "../common/failure.h"

static const struct command command = {
	.name = "slmbx_init",
	.synopsis = "PTRS PROB",
	.about = "Sets the mailbox system up, empty, for everybody. Only root may.\n"
		 "\n"
		 "  PTRS        most pointers a node of the skip list may have, at least 1\n"
		 "  PROB        each further pointer has chance 1/PROB: 2, 4, 8 or 16\n"
		 "\n"
		 "Example: slmbx_init 16 4\n",
	.min = 2,
	.max = 2,
};

int main(int argc, char **argv)
{
	unsigned int ptrs, prob;
	long result;

	command_parse(&command, argc, argv);
	ptrs = command_number(&command, "PTRS", argv[0]);
	prob = command_number(&command, "PROB", argv[1]);
	result = slmbx_init(ptrs, prob);
	return result < 0 ? failure_call(command.name, 0, result) : EXIT_SUCCESS;
}
