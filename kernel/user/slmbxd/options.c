// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/slmbxd.h>

#include "options.h"
#include "report.h"

#ifndef SLMBX_VERSION
#error "SLMBX_VERSION comes from the Makefile"
#endif

#define MIN_DEFAULT_BYTES	(8LL << 30)

enum { OPT_MODE = 256, OPT_MAX_CONNECTIONS, OPT_FRAME_TIMEOUT, OPT_MAX_BYTES, OPT_MAX_MAILBOXES };

static const struct option long_options[] = {
	{ "socket", required_argument, NULL, 's' },
	{ "mode", required_argument, NULL, OPT_MODE },
	{ "max-connections", required_argument, NULL, OPT_MAX_CONNECTIONS },
	{ "frame-timeout", required_argument, NULL, OPT_FRAME_TIMEOUT },
	{ "max-bytes-per-uid", required_argument, NULL, OPT_MAX_BYTES },
	{ "max-mailboxes-per-uid", required_argument, NULL, OPT_MAX_MAILBOXES },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

static const char help[] =
	"Usage: slmbxd [OPTION]...\n"
	"Keeps mailboxes in its memory and serves them on a Unix socket. Runs in the foreground.\n"
	"\n"
	"  -s, --socket PATH            listen there (default: slmbxd.sock in $SLMBX_RUNTIME_DIR;\n"
	"                               else /run/slmbx for uid 0; else $XDG_RUNTIME_DIR/slmbx;\n"
	"                               else $HOME/.local/state/slmbx)\n"
	"      --mode OCTAL             mode of the socket (default: 0666 for uid 0, else 0600)\n"
	"      --max-connections N      clients at once, 1 to 1000000 (default: 4096)\n"
	"      --frame-timeout SECONDS  patience with half a frame, 1 to 86400 (default: 30)\n"
	"      --max-bytes-per-uid N    memory a uid may use (default: half of the machine's,\n"
	"                               8 GiB at least)\n"
	"      --max-mailboxes-per-uid N  mailboxes a uid may own (default: 16777216)\n"
	"  -h, --help                   show this\n"
	"  -V, --version                show the version\n";

/* Strict: the whole word, in @base, from @min to @max. */
static bool read_number(const char *word, int base, long long min, long long max, long long *value)
{
	char *end;

	errno = 0;
	*value = strtoll(word, &end, base);
	return *word >= '0' && *word <= '9' && !*end && !errno && *value >= min && *value <= max;
}

/* The runtime directory of this uid; false if the environment names none. */
static bool runtime_dir(char *dir, size_t size)
{
	const char *own = getenv("SLMBX_RUNTIME_DIR"), *xdg = getenv("XDG_RUNTIME_DIR");
	const char *home = getenv("HOME");

	if (own && *own)
		snprintf(dir, size, "%s", own);
	else if (!geteuid())
		snprintf(dir, size, "%s", SLMBXD_RUNTIME_DIR);
	else if (xdg && *xdg)
		snprintf(dir, size, "%s/slmbx", xdg);
	else if (home && *home)
		snprintf(dir, size, "%s/.local/state/slmbx", home);
	else
		return false;
	return true;
}

static int set_default_socket(struct options *options)
{
	char dir[PATH_MAX - sizeof(SLMBXD_SOCKET_NAME) - 1];

	if (!runtime_dir(dir, sizeof(dir))) {
		report("neither SLMBX_RUNTIME_DIR, XDG_RUNTIME_DIR nor HOME is set; say --socket PATH");
		return -1;
	}
	snprintf(options->socket, sizeof(options->socket), "%s/%s", dir, SLMBXD_SOCKET_NAME);
	options->default_socket = true;
	return 0;
}

static long long default_max_bytes(void)
{
	long long bytes = (long long)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE) / 2;

	return bytes > MIN_DEFAULT_BYTES ? bytes : MIN_DEFAULT_BYTES;
}

static bool read_option(struct options *options, int opt, const char *word)
{
	long long value;

	switch (opt) {
	case 's':
		return *word && snprintf(options->socket, sizeof(options->socket), "%s", word) <
					(int)sizeof(options->socket);
	case OPT_MODE:
		if (!read_number(word, 8, 0, 0777, &value))
			return false;
		options->mode = value;
		return true;
	case OPT_MAX_CONNECTIONS:
		if (!read_number(word, 10, 1, 1000000, &value))
			return false;
		options->max_connections = value;
		return true;
	case OPT_FRAME_TIMEOUT:
		if (!read_number(word, 10, 1, 86400, &value))
			return false;
		options->frame_timeout = value;
		return true;
	case OPT_MAX_BYTES:
		return read_number(word, 10, 0, LLONG_MAX, &options->max_bytes_per_uid);
	case OPT_MAX_MAILBOXES:
		return read_number(word, 10, 0, LLONG_MAX, &options->max_mailboxes_per_uid);
	default:
		return false;
	}
}

int options_read(struct options *options, int argc, char **argv)
{
	int opt, index = 0;
	const char *word;

	*options = (struct options){
		.mode = geteuid() ? 0600 : 0666,
		.max_connections = 4096,
		.frame_timeout = 30,
		.max_bytes_per_uid = default_max_bytes(),
		.max_mailboxes_per_uid = 1 << 24,
	};
	/* "+": ends at the first word that is no option; ":": leaves it to us to say what is wrong. */
	while (word = argv[optind],
	       (opt = getopt_long(argc, argv, "+:s:hV", long_options, &index)) != -1) {
		switch (opt) {
		case 'h':
			fputs(help, stdout);
			return 1;
		case 'V':
			puts("slmbxd " SLMBX_VERSION);
			return 1;
		case ':':
			report("%s needs a value; see slmbxd --help", word);
			return -1;
		case '?':
			report("\"%s\" is not an option; see slmbxd --help", word);
			return -1;
		default:
			if (read_option(options, opt, optarg))
				continue;
			report("--%s: \"%s\" is not a value it takes; see slmbxd --help",
			       opt == 's' ? "socket" : long_options[index].name, optarg);
			return -1;
		}
	}
	if (optind < argc) {
		report("\"%s\" is not an option; see slmbxd --help", argv[optind]);
		return -1;
	}
	return *options->socket ? 0 : set_default_socket(options);
}
