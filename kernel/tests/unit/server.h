/* SPDX-License-Identifier: MIT */
/* One connection of the daemon in this process, on a pair of sockets. */
#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>

/* The other end. */
extern int client;

/* Checked fixtures: the system is initialised; it is shut down, and nobody is charged. */
void server_setup(void);
void server_teardown(void);

/* The daemon at the other end of @client, which is uid 7; @trusted as root is. */
void server_start(bool trusted, int timeout_ms);
/* Waits until the daemon ended of itself. */
void server_finish(void);
/* Hangs up, and waits until it ended. */
void server_stop(void);
/* Its end of the pair. */
int server_fd(void);

void server_open_pair(int fds[2]);
void server_set_timeout(int fd, int option, int ms);

#endif /* SERVER_H */
