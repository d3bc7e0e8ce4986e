/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBXD_OPTIONS_H
#define SLMBXD_OPTIONS_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

struct options {
	char socket[PATH_MAX];
	bool default_socket;
	mode_t mode;
	unsigned int max_connections;
	unsigned int frame_timeout;
	long long max_bytes_per_uid;
	long long max_mailboxes_per_uid;
};

/*
 * Reads the command line and the environment. Returns 0; 1 if the program has done
 * what it was asked (--help, --version); -1 after it said on stderr what is wrong.
 */
int options_read(struct options *options, int argc, char **argv);

#endif /* SLMBXD_OPTIONS_H */
