// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "listener.h"
#include "report.h"

#define BACKLOG	1024

/* The pid is for whoever is refused; the lock alone decides. */
static void write_pid(int fd)
{
	char pid[32];
	int len = snprintf(pid, sizeof(pid), "%d\n", getpid());

	if (ftruncate(fd, 0) || pwrite(fd, pid, len, 0) != len)
		report("the lock file has no pid: %s", strerror(errno));
}

static void read_pid(int fd, char *pid, size_t size)
{
	ssize_t len = pread(fd, pid, size - 1, 0);

	pid[len > 0 ? len : 0] = '\0';
	pid[strcspn(pid, "\n")] = '\0';
}

/*
 * Of several daemons at one path only the holder of the lock may touch the
 * socket file. The lock goes with its holder, so a file under a lock that is free
 * is stale.
 */
static int take_lock(const char *path)
{
	char name[sizeof(((struct sockaddr_un *)0)->sun_path) + sizeof(".lock")], pid[32];
	int fd;

	snprintf(name, sizeof(name), "%s.lock", path);
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		report("can't open %s: %s; choose another place with --socket", name,
		       strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		read_pid(fd, pid, sizeof(pid));
		report("another slmbxd (pid %s) serves %s; stop it or choose another --socket",
		       *pid ? pid : "unknown", path);
		close(fd);
		return -1;
	}
	write_pid(fd);
	return fd;
}

static int remove_stale(const char *path)
{
	struct stat st;
	bool there = !lstat(path, &st);

	if (there && !S_ISSOCK(st.st_mode)) {
		report("%s is not a socket; move it away or choose another --socket", path);
		return -1;
	}
	if (there ? unlink(path) : errno != ENOENT) {
		report("can't remove the stale socket %s: %s; choose another --socket", path,
		       strerror(errno));
		return -1;
	}
	return 0;
}

/*
 * The file has @mode from the first moment: with less, a client that comes just then
 * would be told that it may not. chmod() is for directories that overrule umask.
 */
static int bind_and_listen(int fd, const struct sockaddr_un *addr, mode_t mode)
{
	mode_t umask_before = umask(~mode & 0777);
	int err = bind(fd, (const struct sockaddr *)addr, sizeof(*addr));

	umask(umask_before);
	if (err)
		return -1;
	if (chmod(addr->sun_path, mode) || listen(fd, BACKLOG)) {
		err = errno;
		unlink(addr->sun_path);
		errno = err;
		return -1;
	}
	return 0;
}

bool listener_path_fits(const char *path)
{
	return strlen(path) < sizeof(((struct sockaddr_un *)0)->sun_path);
}

int listener_open(struct listener *listener, const char *path, mode_t mode)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	if (!listener_path_fits(path)) {
		report("the socket's path has %zu bytes, %zu at most: %s", strlen(path),
		       sizeof(addr.sun_path) - 1, path);
		return -1;
	}
	strcpy(addr.sun_path, path);
	listener->path = path;
	listener->lock_fd = take_lock(path);
	if (listener->lock_fd < 0)
		return -1;
	if (remove_stale(path)) {
		close(listener->lock_fd);
		return -1;
	}
	listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener->fd < 0 || bind_and_listen(listener->fd, &addr, mode)) {
		report("can't listen on %s: %s; choose another place with --socket", path,
		       strerror(errno));
		if (listener->fd >= 0)
			close(listener->fd);
		close(listener->lock_fd);
		return -1;
	}
	return 0;
}

void listener_close(struct listener *listener)
{
	close(listener->fd);
	unlink(listener->path);
	close(listener->lock_fd);
}
