/* SPDX-License-Identifier: MIT */
/* A probe's command line: options, operands, --help, --version and wrong usage. */
#ifndef COMMON_COMMAND_H
#define COMMON_COMMAND_H

#include <getopt.h>

#define EXIT_USAGE 2 /* beside EXIT_SUCCESS, and EXIT_FAILURE for a call that failed */

/**
 * struct command - what a probe takes
 * @name: the program
 * @synopsis: what follows the name in the usage line; operands first
 * @about: what it does, its options and examples, for --help
 * @min: operands it needs
 * @max: operands it takes at most
 * @options: its own options, up to COMMAND_OPTIONS_MAX, ended by zeros; or NULL
 * @option: called for each of them with its .val and value
 */
struct command {
	const char *name;
	const char *synopsis;
	const char *about;
	int min;
	int max;
	const struct option *options;
	void (*option)(int val, char *value);
};

#define COMMAND_OPTIONS_MAX 6

/*
 * Reads the command line. Moves the operands to argv[0] and up and returns how many there are:
 * between min and max. Ends the program for --help, --version and wrong usage.
 */
int command_parse(const struct command *command, int argc, char **argv);

/* The number in @word, called @what in the sentence that ends the program if it is none. */
unsigned int command_number(const struct command *command, const char *what, const char *word);

/* Says what is wrong with the command line, in one sentence, and ends the program. */
void command_misused(const struct command *command, const char *format, ...)
	__attribute__((noreturn, format(printf, 2, 3)));

#endif /* COMMON_COMMAND_H */
