/* SPDX-License-Identifier: MIT */
/* The engine a driver runs against: a private daemon, or one the environment names. */
#ifndef HARNESS_ENGINE_H
#define HARNESS_ENGINE_H

#include <stdbool.h>

#include "limits.h"

/*
 * Starts a slmbxd of our own on a socket in a new directory and points libslmbx at it. If SLMBX_SOCKET
 * or SLMBX_ENGINE is set, takes that engine, but only if it isn't set up, since the drivers delete
 * what an engine holds. @limits, unless NULL, are the engine's until engine_end(); a daemon that runs
 * already keeps its own. False after saying why on standard error.
 */
bool engine_begin(const struct limits *limits);

/* Ends what engine_begin() started. False, and said why, if the daemon didn't end cleanly. */
bool engine_end(void);

/* Has the engine the limits engine_begin() was given? */
bool engine_is_limited(void);

#endif /* HARNESS_ENGINE_H */
