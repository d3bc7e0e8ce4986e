// SPDX-License-Identifier: MIT
/*
 * The thread's connection: opened when first needed, opened anew when it is no
 * longer this process's or this uid's, closed when the thread ends.
 */
#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "daemon.h"

static __thread struct slmbx_conn thread_conn = { .fd = -1 };

/* Carries no data: its destructor is how we hear of the end of a thread. */
static pthread_key_t thread_key;
static bool thread_key_made;

static void thread_end(void *value)
{
	slmbx_conn_close(value);
}

int slmbx_conn_setup(void)
{
	int err = pthread_key_create(&thread_key, thread_end);

	thread_key_made = !err;
	return err ? -ENOMEM : 0;
}

/* A program may unload the library and keep the threads: leave no pointer into it. */
__attribute__((destructor)) static void unload(void)
{
	if (thread_key_made)
		pthread_key_delete(thread_key);
	slmbx_conn_close(&thread_conn);
}

/* Whether @conn->fd is the socket we opened, and not a file that took its number. */
static bool is_ours(const struct slmbx_conn *conn)
{
	struct stat st;

	return fstat(conn->fd, &st) == 0 && S_ISSOCK(st.st_mode) && st.st_dev == conn->dev &&
	       st.st_ino == conn->ino;
}

void slmbx_conn_close(struct slmbx_conn *conn)
{
	int cancel_state;

	if (conn->fd < 0)
		return;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
	if (is_ours(conn)) {
		/* A child may hold a copy; the daemon must see the end of it all the same. */
		if (conn->generation == slmbx_generation())
			shutdown(conn->fd, SHUT_RDWR);
		close(conn->fd);
	}
	conn->fd = -1;
	conn->busy = false;
	pthread_setcancelstate(cancel_state, NULL);
}

/*
 * The daemon takes the uid at connect. Another thread's seteuid(2) changes ours
 * too, so look before and after.
 */
static int open_as_self(uid_t *euid)
{
	int fd;

	for (;;) {
		*euid = geteuid();
		fd = slmbx_connect();
		if (fd < 0 || *euid == geteuid())
			return fd;
		close(fd);
	}
}

static int conn_open(struct slmbx_conn *conn)
{
	struct stat st;
	uid_t euid;
	int cancel_state, err, fd;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);

	fd = open_as_self(&euid);
	err = fd < 0 ? fd : 0;
	/* EINVAL: unload() was here, and the process is about to end. */
	if (!err && (fstat(fd, &st) || pthread_setspecific(thread_key, conn) == ENOMEM)) {
		close(fd);
		err = -ENOMEM;
	}
	if (!err) {
		conn->fd = fd;
		conn->busy = false;
		conn->generation = slmbx_generation();
		conn->euid = euid;
		conn->dev = st.st_dev;
		conn->ino = st.st_ino;
	}

	pthread_setcancelstate(cancel_state, NULL);
	return err;
}

static bool is_usable(const struct slmbx_conn *conn)
{
	return conn->fd >= 0 && !conn->busy && conn->generation == slmbx_generation() &&
	       conn->euid == geteuid();
}

int slmbx_conn_get(struct slmbx_conn **conn)
{
	*conn = &thread_conn;
	if (is_usable(&thread_conn))
		return 0;

	slmbx_conn_close(&thread_conn);
	return conn_open(&thread_conn);
}

/* Whether a call made now would reach a daemon. */
bool slmbx_conn_alive(void)
{
	struct slmbx_conn *conn;
	char byte;

	if (slmbx_conn_get(&conn))
		return false;
	/* Not by glibc's recv(): that is a cancellation point. */
	if (syscall(SYS_recvfrom, conn->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT, NULL, NULL) < 0 &&
	    errno == EAGAIN)
		return true;

	slmbx_conn_close(conn);
	return slmbx_conn_get(&conn) == 0;
}
