/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBXD_LISTENER_H
#define SLMBXD_LISTENER_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * struct listener - the daemon's socket
 * @path: where it is
 * @fd: listens
 * @lock_fd: holds the lock on PATH.lock, which says whose the path is
 */
struct listener {
	const char *path;
	int fd;
	int lock_fd;
};

/* Whether a socket can have this path, by its length. */
bool listener_path_fits(const char *path);

/*
 * Listens at @path with @mode, on which a client's right to connect depends. A socket
 * file without a daemon is taken over. Returns 0, or -1 after it said why on stderr.
 */
int listener_open(struct listener *listener, const char *path, mode_t mode);
/* Stops listening and removes the socket file. */
void listener_close(struct listener *listener);

#endif /* SLMBXD_LISTENER_H */
