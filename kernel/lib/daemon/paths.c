// SPDX-License-Identifier: MIT
/*
 * Where slmbxd's socket may be. Read from the environment once: later changes of
 * the environment or the effective uid must not move a process to other mailboxes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "daemon.h"

#define PATH_SIZE sizeof(((struct sockaddr_un *)0)->sun_path)

static struct {
	/* One byte more than fits, so that connect() can see that a path is too long. */
	char path[2][PATH_SIZE + 1];
	unsigned int count;
} paths;

/* The variable's value; NULL if unset, empty, or not to be trusted (set-user-ID). */
static const char *variable(const char *name)
{
	const char *value = secure_getenv(name);

	return value && *value ? value : NULL;
}

static void add(const char *dir, const char *below, const char *name)
{
	snprintf(paths.path[paths.count++], PATH_SIZE + 1, "%s%s%s", dir, below, name);
}

void slmbx_paths_read(void)
{
	const char *socket_path = variable("SLMBX_SOCKET");
	const char *runtime_dir = variable("SLMBX_RUNTIME_DIR");
	const char *xdg = variable("XDG_RUNTIME_DIR");
	const char *home = variable("HOME");

	if (socket_path) {
		add(socket_path, "", "");
		return;
	}
	if (runtime_dir) {
		add(runtime_dir, "/", SLMBXD_SOCKET_NAME);
		return;
	}
	if (geteuid() != 0) {
		if (xdg)
			add(xdg, "/slmbx/", SLMBXD_SOCKET_NAME);
		else if (home)
			add(home, "/.local/state/slmbx/", SLMBXD_SOCKET_NAME);
	}
	add(SLMBXD_RUNTIME_DIR, "/", SLMBXD_SOCKET_NAME);
}

const char *slmbx_path(unsigned int i)
{
	return i < paths.count ? paths.path[i] : NULL;
}
