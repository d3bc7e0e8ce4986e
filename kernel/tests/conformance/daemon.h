/* SPDX-License-Identifier: MIT */
/* A private slmbxd on a socket of its own, for the daemon engine. */
#ifndef CONFORMANCE_DAEMON_H
#define CONFORMANCE_DAEMON_H

#include <stdbool.h>
#include <sys/types.h>

struct daemon {
	pid_t pid;
	char dir[80];
	char socket[96];
};

/*
 * Starts @path with the options @extra (NULL-terminated) besides the socket's, and
 * points SLMBX_SOCKET at it. On failure says why on stderr.
 */
bool daemon_start(struct daemon *daemon, const char *path, const char *const extra[]);

/* Ends it with SIGTERM. False, with a word on stderr, unless it ended cleanly in time. */
bool daemon_stop(struct daemon *daemon);

#endif /* CONFORMANCE_DAEMON_H */
