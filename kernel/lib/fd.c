// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "fd.h"

#define FD_FLOOR 256

int slmbx_fd_raise(int fd)
{
	int high = fcntl(fd, F_DUPFD_CLOEXEC, FD_FLOOR);

	if (high < 0)
		return fd;
	slmbx_fd_close(fd);
	return high;
}

void slmbx_fd_close(int fd)
{
	syscall(SYS_close, fd);
}
