// SPDX-License-Identifier: MIT
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <slmbx.h>

#include "../common/command.h"
#include "../common/failure.h"
#include "../common/input.h"

static const char *string, *file;
static int sources;

static void take_option(int val, char *value)
{
	if (val == 's')
		string = value;
	else
		file = value;
	sources++;
}

static const struct option options[] = {
	{ "string", required_argument, NULL, 's' },
	{ "file", required_argument, NULL, 'f' },
	{ 0 },
};

static const struct command command = {
	.name = "slmbx_send",
	.synopsis = "ID (--string S | --file F | -)",
	.about = "Puts a message behind those that wait in a mailbox. Any bytes, none included.\n"
		 "\n"
		 "  --string S  the bytes of S, without an end mark\n"
		 "  --file F    the bytes of the file F\n"
		 "  -           standard input, read to its end\n"
		 "\n"
		 "Examples: slmbx_send 42 --string hello\n"
		 "          tar c notes | slmbx_send 42 -\n",
	.min = 1,
	.max = 2,
	.options = options,
	.option = take_option,
};

static void check_sources(int operands, char **argv)
{
	if (operands == 2 && strcmp(argv[1], "-"))
		command_misused(&command,
				"'%s' is one operand too many; a text goes after --string",
				argv[1]);
	sources += operands - 1;
	if (sources != 1)
		command_misused(&command,
				"give the message by one of --string, --file and -, not by %s",
				sources ? "several" : "none");
}

int main(int argc, char **argv)
{
	struct input in = { 0 };
	unsigned int id;
	int operands, error = 0;
	long result;

	operands = command_parse(&command, argc, argv);
	id = command_number(&command, "ID", argv[0]);
	check_sources(operands, argv);
	if (string)
		in = (struct input){ (const unsigned char *)string, (unsigned int)strlen(string) };
	else
		error = input_read(&in, file);
	if (error == EFBIG)
		return failure_io(command.name, error,
				  "a message has at most %u bytes; nothing was sent", UINT_MAX);
	if (error)
		return failure_io(command.name, error, "can't read %s; nothing was sent",
				  file ? file : "standard input");
	result = slmbx_send(id, in.bytes, in.length);
	return result < 0 ? failure_call(command.name, id, result) : EXIT_SUCCESS;
}
