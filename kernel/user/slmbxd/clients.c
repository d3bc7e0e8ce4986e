// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <linux/container_of.h>
#include <linux/list.h>

#include "clients.h"
#include "connection.h"

/* The core and glibc need little; the sanitizers several times that. */
#define STACK_BYTES	(256 * 1024)
/* How long a client that doesn't read its reply holds up the end of the daemon. */
#define STOP_SECONDS	2

struct client {
	struct connection conn;
	struct list_head link;
};

static struct clients_config config;
static uid_t own_uid;
static pthread_attr_t thread_attr;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t left = PTHREAD_COND_INITIALIZER;
static LIST_HEAD(clients);
static unsigned int count;

int clients_start(const struct clients_config *wanted)
{
	int err;

	config = *wanted;
	own_uid = geteuid();
	err = pthread_attr_init(&thread_attr);
	if (!err)
		err = pthread_attr_setstacksize(&thread_attr, STACK_BYTES);
	if (!err)
		err = pthread_attr_setdetachstate(&thread_attr, PTHREAD_CREATE_DETACHED);
	return -err;
}

static void client_leave(struct client *client)
{
	pthread_mutex_lock(&lock);
	list_del(&client->link);
	close(client->conn.fd);
	count--;
	pthread_cond_signal(&left);
	pthread_mutex_unlock(&lock);
	free(client);
}

static void *client_thread(void *arg)
{
	struct client *client = arg;

	connection_serve(&client->conn);
	client_leave(client);
	return NULL;
}

static bool client_enter(struct client *client)
{
	bool fits;

	pthread_mutex_lock(&lock);
	fits = count < config.max;
	if (fits) {
		list_add(&client->link, &clients);
		count++;
	}
	pthread_mutex_unlock(&lock);
	return fits;
}

static int start_client(int fd)
{
	struct timeval timeout = { .tv_sec = config.timeout_ms / 1000,
				   .tv_usec = config.timeout_ms % 1000 * 1000 };
	socklen_t len = sizeof(struct ucred);
	struct client *client;
	struct ucred peer;
	pthread_t thread;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)))
		return -EPROTO;
	client = calloc(1, sizeof(*client));
	if (!client)
		return -EUSERS;
	client->conn.fd = fd;
	client->conn.peer = peer.uid;
	client->conn.trusted = peer.uid == 0 || peer.uid == own_uid;
	client->conn.timeout_ms = config.timeout_ms;
	if (!client_enter(client)) {
		free(client);
		return -EUSERS;
	}
	if (pthread_create(&thread, &thread_attr, client_thread, client)) {
		connection_refuse(fd, -EUSERS);
		client_leave(client);
	}
	return 0;
}

void clients_add(int fd)
{
	int err = start_client(fd);

	if (err) {
		connection_refuse(fd, err);
		close(fd);
	}
}

static void end_streams(int how)
{
	struct client *client, *next;

	list_for_each_entry_safe(client, next, &clients, link)
		shutdown(client->conn.fd, how);
}

void clients_stop(void)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += STOP_SECONDS;
	pthread_mutex_lock(&lock);
	end_streams(SHUT_RD);
	while (count && !pthread_cond_timedwait(&left, &lock, &until))
		;
	end_streams(SHUT_RDWR);
	while (count)
		pthread_cond_wait(&left, &lock);
	pthread_mutex_unlock(&lock);
}
