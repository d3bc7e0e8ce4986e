// SPDX-License-Identifier: MIT
/*
 * A new connection to slmbxd.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "../fd.h"
#include "daemon.h"

static int connect_path(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	int fd, ret;

	if (len >= sizeof(addr.sun_path))
		return -ENAMETOOLONG;
	memcpy(addr.sun_path, path, len + 1);

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;

	do {
		ret = connect(fd, (struct sockaddr *)&addr, sizeof(addr));
	} while (ret < 0 && errno == EINTR);

	if (ret < 0) {
		ret = -errno;
		close(fd);
		return ret;
	}
	return slmbx_fd_raise(fd);
}

/* The errors a caller may see, each with one meaning. */
static int public_error(int err)
{
	switch (err) {
	case -EACCES:
	case -EPERM:
		return -EACCES;
	case -EMFILE:
	case -ENFILE:
	case -ENAMETOOLONG:
		return err;
	case -ENOMEM:
	case -ENOBUFS:
		return -ENOMEM;
	default:
		return -ECONNREFUSED;
	}
}

int slmbx_connect(void)
{
	const char *path;
	int ret = -ENOENT;

	for (unsigned int i = 0; (path = slmbx_path(i)); i++) {
		ret = connect_path(path);
		if (ret != -ENOENT && ret != -ECONNREFUSED)
			break;
	}
	return ret < 0 ? public_error(ret) : ret;
}
