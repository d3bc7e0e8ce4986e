// SPDX-License-Identifier: MIT
#include <ctype.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <slmbx.h>

#include "command.h"
#include "number.h"
#include "output.h"

enum { OPTION_HELP = 0x100, OPTION_VERSION };

static const struct option standard_options[] = {
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "version", no_argument, NULL, OPTION_VERSION },
};

#define STANDARD_OPTIONS (sizeof(standard_options) / sizeof(standard_options[0]))

void command_misused(const struct command *command, const char *format, ...)
{
	char sentence[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	/* A word of the command line may hold anything; it stays on its line. */
	for (char *c = sentence; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
	fprintf(stderr, "%s: %s (see %s --help)\n", command->name, sentence, command->name);
	exit(EXIT_USAGE);
}

unsigned int command_number(const struct command *command, const char *what, const char *word)
{
	unsigned int value;

	if (!number_parse(word, &value))
		command_misused(command, "%s must be a whole number from 0 to 4294967295, not '%s'",
				what, word);
	return value;
}

static void show_help(const struct command *command)
{
	printf("Usage: %s%s%s\n"
	       "%s\n"
	       "  --help      show this text\n"
	       "  --version   show the version\n"
	       "\n"
	       "Exit status: 0 done; 1 the call failed and standard error names the errno;\n"
	       "2 wrong usage, and nothing was called.\n",
	       command->name, *command->synopsis ? " " : "", command->synopsis, command->about);
	exit(output_finish(command->name));
}

static void show_version(const struct command *command)
{
	printf("%s %s\n", command->name, SLMBX_VERSION);
	exit(output_finish(command->name));
}

/* getopt takes the "-1" of a mistyped number for an option. */
static void unknown_option(const struct command *command, const char *word)
{
	if (word[1] >= '0' && word[1] <= '9')
		command_misused(command, "'%s' is not a whole number from 0 to 4294967295", word);
	command_misused(command, "there is no option '%s'", word);
}

static void join_options(const struct command *command, struct option *all)
{
	size_t n = 0;

	memcpy(all, standard_options, sizeof(standard_options));
	for (; command->options && command->options[n].name && n < COMMAND_OPTIONS_MAX; n++)
		all[STANDARD_OPTIONS + n] = command->options[n];
	memset(&all[STANDARD_OPTIONS + n], 0, sizeof(*all));
}

static int check_count(const struct command *command, int count, char **operands)
{
	if (count < command->min)
		command_misused(command, "%s: usage is %s %s",
				count ? "an operand is missing" : "operands are missing",
				command->name, command->synopsis);
	if (count > command->max)
		command_misused(command, "'%s' is one operand too many", operands[command->max]);
	return count;
}

int command_parse(const struct command *command, int argc, char **argv)
{
	struct option all[STANDARD_OPTIONS + COMMAND_OPTIONS_MAX + 1];
	int count = 0;

	/* A reader that went away is an error to report, not a reason to die unheard. */
	signal(SIGPIPE, SIG_IGN);
	join_options(command, all);
	opterr = 0;
	while (optind < argc) {
		const char *word = argv[optind];
		int val = getopt_long(argc, argv, "-:", all, NULL);

		if (val == -1)
			break;
		switch (val) {
		case 1:
			argv[count++] = optarg;
			break;
		case OPTION_HELP:
			show_help(command);
			break;
		case OPTION_VERSION:
			show_version(command);
			break;
		case ':':
			command_misused(command, "option '%s' needs a value", word);
		case '?':
			unknown_option(command, word);
			break;
		default:
			command->option(val, optarg);
		}
	}
	while (optind < argc)
		argv[count++] = argv[optind++];
	return check_count(command, count, argv);
}
