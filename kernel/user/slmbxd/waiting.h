/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBXD_WAITING_H
#define SLMBXD_WAITING_H

#include <stdbool.h>

struct connection;

/*
 * Prepares for a call that may wait: while it does, a client that hangs up or cancels
 * interrupts it. 0 or -errno, of a connection that is of no more use.
 */
int waiting_begin(struct connection *conn);

/* Whether the client still listens; else the connection is of no more use. */
bool waiting_client_is_there(struct connection *conn);

#endif /* SLMBXD_WAITING_H */
