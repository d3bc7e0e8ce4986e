// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <linux/slmbx.h>

#include "guest.h"

#define DEVICE "/dev/slmbx"
#define UNLOAD_TRIES 100	/* of 20 ms */

static int insert(const char *path, const char *parameters)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int result;

	if (fd < 0)
		return -1;
	result = syscall(SYS_finit_module, fd, parameters, 0);
	close(fd);
	return result;
}

/* /modules/list has them one a line, what is needed first before what needs it. */
void load_boot_modules(void)
{
	char *list = read_file_at(AT_FDCWD, "/modules/list", NULL);
	char path[512];

	if (!list)
		return;
	for (char *name = strtok(list, "\n"); name; name = strtok(NULL, "\n")) {
		snprintf(path, sizeof(path), "/modules/%s", name);
		if (insert(path, "") && errno != EEXIST)
			give_up("loading %s", name);
	}
	free(list);
}

void load_module(void)
{
	const char *path = getenv("vm_module");
	const char *parameters = getenv("vm_params");

	if (!path)
		return;
	if (insert(path, parameters ? parameters : ""))
		give_up("loading %s", path);
}

/* The mailboxes go first: while there can be any, the module stays. */
static void shut_down(void)
{
	int device = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (device < 0)
		return;
	if (ioctl(device, SLMBX_IOC_SHUTDOWN) && errno != ENODEV)
		complain("shutting the mailboxes down");
	close(device);
}

void unload_module(void)
{
	const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
	int tries = 0;

	if (!getenv("vm_module"))
		return;
	shut_down();
	/* A process that was just killed may not have let go of it yet. */
	while (syscall(SYS_delete_module, "slmbx", O_NONBLOCK)) {
		if (errno == ENOENT)
			break;
		if (++tries == UNLOAD_TRIES) {
			complain("unloading slmbx");
			return;
		}
		nanosleep(&pause, NULL);
	}
	errno = 0;
	if (!access(DEVICE, F_OK))
		complain("slmbx is unloaded and %s is still there", DEVICE);
	note("slmbx is unloaded");
}
