/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SLMBXD_CLIENT_MEMORY_H
#define SLMBXD_CLIENT_MEMORY_H

#include <linux/sched.h>

/*
 * The memory of a task that is a struct connection: the one buffer its request
 * speaks of, which starts at this address; or if its arguments are a struct, windows.
 */
#define CLIENT_BUFFER	((unsigned char __user *)4096)

extern const struct shim_user_memory client_memory;

#endif /* SLMBXD_CLIENT_MEMORY_H */
