// SPDX-License-Identifier: MIT
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "options.h"

static const char usage[] =
	"Usage: stress --engine daemon|syscall|device [options]\n"
	"       stress --check RECORD\n"
	"Many processes make random calls of the mailbox ABI, are killed and replaced; a checker\n"
	"proves from what they wrote down that no message was lost, doubled, changed or passed\n"
	"over. TAP on stdout.\n"
	"\n"
	"  --engine NAME     daemon: starts a slmbxd of its own and ends it after;\n"
	"                    syscall, device: takes what is there, and shuts it down\n"
	"  --daemon PATH     the slmbxd to start (default: beside this program)\n"
	"  --seconds N       how long (default: 60)\n"
	"  --processes N     at a time, 2 to 64 (default: 16)\n"
	"  --threads N       in each process, 1 to 4 (default: 2)\n"
	"  --seed N          of all that is random (default: the time)\n"
	"  --epoch-ms N      how long they work before all is checked (default: 2500)\n"
	"  --calls N         calls a thread writes down in an epoch, 64 to 1000000; its log takes\n"
	"                    48 bytes for each (default: 16384)\n"
	"  --patience N      seconds in which a process must end when told (default: 60)\n"
	"  --keep DIR        where the record of an epoch with violations goes (default: $TMPDIR\n"
	"                    or /tmp)\n"
	"  --wipe            run even if the engine is in use: all mailboxes are lost\n"
	"  --check RECORD    check such a record again\n"
	"  --help            this text\n"
	"\n"
	"Run it as root: it then uses three uids. Exits with 0 if all is well, 1 if not, 2 if it\n"
	"could not run.\n";

enum { NO_SHORT = 256, SECONDS, PROCESSES, THREADS, SEED, EPOCH_MS, CALLS, PATIENCE };

static const struct option names[] = {
	{ "engine", required_argument, NULL, 'e' },
	{ "daemon", required_argument, NULL, 'd' },
	{ "check", required_argument, NULL, 'c' },
	{ "keep", required_argument, NULL, 'k' },
	{ "wipe", no_argument, NULL, 'w' },
	{ "help", no_argument, NULL, 'h' },
	{ "seconds", required_argument, NULL, SECONDS },
	{ "processes", required_argument, NULL, PROCESSES },
	{ "threads", required_argument, NULL, THREADS },
	{ "seed", required_argument, NULL, SEED },
	{ "epoch-ms", required_argument, NULL, EPOCH_MS },
	{ "calls", required_argument, NULL, CALLS },
	{ "patience", required_argument, NULL, PATIENCE },
	{ NULL, 0, NULL, 0 },
};

static bool read_number(unsigned int *number, unsigned int min, unsigned int max)
{
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(optarg, &end, 0);
	if (*optarg >= '0' && *optarg <= '9' && !*end && !errno && value >= min && value <= max) {
		*number = (unsigned int)value;
		return true;
	}
	fprintf(stderr, "stress: \"%s\" is not a number from %u to %u\n", optarg, min, max);
	return false;
}

static bool read_seed(uint64_t *seed)
{
	char *end;

	errno = 0;
	*seed = strtoull(optarg, &end, 0);
	if (*optarg >= '0' && *optarg <= '9' && !*end && !errno)
		return true;
	fprintf(stderr, "stress: \"%s\" is not a seed, which is a number\n", optarg);
	return false;
}

static bool read_one(struct options *options, int name)
{
	switch (name) {
	case 'e':
		options->engine = optarg;
		return true;
	case 'd':
		options->daemon = optarg;
		return true;
	case 'c':
		options->check = optarg;
		return true;
	case 'k':
		options->keep = optarg;
		return true;
	case 'w':
		options->wipe = true;
		return true;
	case SECONDS:
		return read_number(&options->seconds, 1, 1000000);
	case PROCESSES:
		return read_number(&options->processes, 2, MAX_PROCESSES);
	case THREADS:
		return read_number(&options->threads, 1, MAX_THREADS);
	case SEED:
		return read_seed(&options->seed);
	case EPOCH_MS:
		return read_number(&options->epoch_ms, 10, 1000000);
	case CALLS:
		return read_number(&options->calls, 64, 1000000);
	case PATIENCE:
		return read_number(&options->patience, 1, 10000);
	case 'h':
		fputs(usage, stdout);
		exit(0);
	default:
		return false;
	}
}

static const char *beside(const char *program)
{
	static char path[4096];
	char *copy = strdup(program);

	snprintf(path, sizeof(path), "%s/slmbxd", copy ? dirname(copy) : ".");
	free(copy);
	return path;
}

static bool are_sound(const struct options *options)
{
	const char *engine = options->engine;
	bool daemon;

	if (options->check)
		return !engine;
	if (!engine)
		return false;
	daemon = strcmp(engine, "daemon") == 0;
	return daemon || (!options->daemon &&
			  (strcmp(engine, "syscall") == 0 || strcmp(engine, "device") == 0));
}

bool options_read(struct options *options, int argc, char *const argv[])
{
	const char *tmp = getenv("TMPDIR");
	int name;

	*options = (struct options){ .keep = tmp ? tmp : "/tmp",
				     .seconds = 60,
				     .epoch_ms = 2500,
				     .processes = 16,
				     .threads = 2,
				     .calls = 16384,
				     .patience = 60,
				     .seed = (uint64_t)time(NULL) };
	while ((name = getopt_long(argc, argv, "", names, NULL)) != -1)
		if (!read_one(options, name))
			return false;
	if (optind != argc || !are_sound(options)) {
		fputs(usage, stderr);
		return false;
	}
	if (!options->daemon)
		options->daemon = beside(argv[0]);
	return true;
}
