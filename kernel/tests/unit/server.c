// SPDX-License-Identifier: MIT
#include <check.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <linux/rcupdate.h>

#include "calls.h"
#include "connection.h"
#include "inside_quota.h"
#include "server.h"
#include "shim.h"
#include "unit.h"
#include "wire.h"

int client;
static struct connection conn;
static pthread_t server;

void server_set_timeout(int fd, int option, int ms)
{
	struct timeval timeout = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, option, &timeout, sizeof(timeout)), 0);
}

void server_open_pair(int fds[2])
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
}

int server_fd(void)
{
	return conn.fd;
}

static void *serve(void *arg)
{
	connection_serve(&conn);
	close(conn.fd);
	return NULL;
}

void server_start(bool trusted, int timeout_ms)
{
	int fds[2];

	server_open_pair(fds);
	client = fds[0];
	server_set_timeout(fds[1], SO_SNDTIMEO, timeout_ms);
	conn = (struct connection){
		.fd = fds[1], .peer = 7, .trusted = trusted, .timeout_ms = timeout_ms
	};
	ck_assert_int_eq(pthread_create(&server, NULL, serve, NULL), 0);
}

void server_finish(void)
{
	ck_assert_int_eq(pthread_join(server, NULL), 0);
}

void server_stop(void)
{
	shutdown(client, SHUT_WR);
	wire_expect_end(client);
	server_finish();
}

/* Administers as root what connections find. */
static void as_root(long (*call)(void), long wanted)
{
	struct task_struct root = { .fsuid = GLOBAL_ROOT_UID, .memory = &shim_own_memory };

	shim_thread_begin(&root);
	expect_result(call(), wanted);
	rcu_barrier();
	shim_thread_end();
}

static long init(void)
{
	return slmbx_do_init(16, 4);
}

void server_setup(void)
{
	as_root(init, 0);
}

void server_teardown(void)
{
	as_root(slmbx_do_shutdown, 0);
	ck_assert_uint_eq(quota_accounts(), 0);
}
