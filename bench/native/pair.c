// SPDX-License-Identifier: MIT
/*
 * pair PLACEMENT ROUNDS CALLS: nanoseconds of one send and one receive of a
 * message, for each size and each mechanism in turn, ROUNDS times; a line a
 * sample: size, mechanism, nanoseconds.
 *
 *   daemon  slmbx_send() and slmbx_recv() on the slmbxd of $SLMBX_SOCKET
 *   floor   two bare AF_UNIX stream round trips to a process that only reads and
 *           writes as many bytes as the daemon's frames have
 *   echo    one AF_UNIX round trip of the message to a thread that echoes it
 *   mq      mq_send() and mq_receive() of this process
 *
 * PLACEMENT: "same" puts this process and its peers on one CPU, "apart" on two;
 * the daemon is placed by whoever starts it (taskset).
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <mqueue.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/slmbxd.h>
#include <slmbx.h>

#include "bench.h"

#define MAILBOX		77
#define SIZE_MAX_BYTES	65536

static unsigned char message[SIZE_MAX_BYTES];
static unsigned char buffer[SIZE_MAX_BYTES + sizeof(struct slmbxd_request)];
static bool apart;

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void place(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		fail("sched_setaffinity");
}

static void write_all(int fd, const void *from, size_t len)
{
	const char *at = from;
	ssize_t n;

	for (; len; at += n, len -= n) {
		n = send(fd, at, len, MSG_NOSIGNAL);
		if (n < 0)
			fail("send");
	}
}

static bool read_all(int fd, void *to, size_t len)
{
	char *at = to;
	ssize_t n;

	for (; len; at += n, len -= n) {
		n = recv(fd, at, len, 0);
		if (n <= 0)
			return false;
	}
	return true;
}

static void socket_pair(int fd[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd))
		fail("socketpair");
}

/* Peers. Each times @calls pairs of @size and returns nanoseconds a pair. */

static double run_daemon(size_t size, int calls)
{
	double start = now_ns();
	int i;

	for (i = 0; i < calls; i++)
		if (slmbx_send(MAILBOX, message, size) ||
		    slmbx_recv(MAILBOX, buffer, size) != (long)size)
			exit(1);
	return (now_ns() - start) / calls;
}

/* What the daemon's socket work is, with nothing between. */
static void serve_floor(int fd, size_t size)
{
	place(apart);
	for (;;) {
		if (!read_all(fd, buffer, sizeof(struct slmbxd_request) + size))
			_exit(0);
		write_all(fd, buffer, sizeof(struct slmbxd_reply));
		if (!read_all(fd, buffer, sizeof(struct slmbxd_request)))
			_exit(0);
		write_all(fd, buffer, sizeof(struct slmbxd_reply) + size);
	}
}

static double run_floor(size_t size, int calls)
{
	double start;
	pid_t pid;
	int fd[2], i;

	socket_pair(fd);
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (!pid) {
		close(fd[0]);
		serve_floor(fd[1], size);
	}
	close(fd[1]);
	start = now_ns();
	for (i = 0; i < calls; i++) {
		write_all(fd[0], buffer, sizeof(struct slmbxd_request) + size);
		if (!read_all(fd[0], buffer, sizeof(struct slmbxd_reply)))
			fail("floor");
		write_all(fd[0], buffer, sizeof(struct slmbxd_request));
		if (!read_all(fd[0], buffer, sizeof(struct slmbxd_reply) + size))
			fail("floor");
	}
	start = now_ns() - start;
	close(fd[0]);
	waitpid(pid, NULL, 0);
	return start / calls;
}

struct echo {
	int fd;
	size_t size;
};

static void *echo_thread(void *arg)
{
	static unsigned char bytes[SIZE_MAX_BYTES];
	struct echo *echo = arg;

	place(apart);
	while (read_all(echo->fd, bytes, echo->size))
		write_all(echo->fd, bytes, echo->size);
	return NULL;
}

static double run_echo(size_t size, int calls)
{
	/* A stream has no empty message: one byte stands for it. */
	struct echo echo = { .size = size ? size : 1 };
	pthread_t thread;
	double start;
	int fd[2], i;

	socket_pair(fd);
	echo.fd = fd[1];
	if (pthread_create(&thread, NULL, echo_thread, &echo))
		fail("pthread_create");
	start = now_ns();
	for (i = 0; i < calls; i++) {
		write_all(fd[0], message, echo.size);
		if (!read_all(fd[0], buffer, echo.size))
			fail("echo");
	}
	start = now_ns() - start;
	shutdown(fd[0], SHUT_RDWR);
	pthread_join(thread, NULL);
	close(fd[0]);
	close(fd[1]);
	return start / calls;
}

static double run_mq(size_t size, int calls)
{
	/* Beyond fs.mqueue.msgsize_max there is no queue, and no sample. */
	struct mq_attr attr = { .mq_maxmsg = 1, .mq_msgsize = size ? size : 1 };
	char name[32];
	double start;
	mqd_t queue;
	int i;

	snprintf(name, sizeof(name), "/slmbx-bench-%d", getpid());
	queue = mq_open(name, O_RDWR | O_CREAT | O_EXCL, 0600, &attr);
	if (queue == (mqd_t)-1)
		return -1;
	mq_unlink(name);
	start = now_ns();
	for (i = 0; i < calls; i++)
		if (mq_send(queue, (char *)message, size, 0) ||
		    mq_receive(queue, (char *)buffer, SIZE_MAX_BYTES, NULL) < 0)
			fail("mq");
	start = now_ns() - start;
	mq_close(queue);
	return start / calls;
}

static const struct {
	const char *name;
	double (*run)(size_t size, int calls);
} peers[] = {
	{ "daemon", run_daemon },
	{ "floor", run_floor },
	{ "echo", run_echo },
	{ "mq", run_mq },
};

static const size_t sizes[] = { 0, 64, 1024, 8192, 65536 };

int main(int argc, char **argv)
{
	int rounds = argc > 2 ? atoi(argv[2]) : 0, calls = argc > 3 ? atoi(argv[3]) : 0;
	int round;
	size_t s, p;
	double ns;

	if (rounds < 1 || calls < 1 || (strcmp(argv[1], "same") && strcmp(argv[1], "apart"))) {
		fprintf(stderr, "usage: pair same|apart ROUNDS CALLS\n");
		return 2;
	}
	apart = !strcmp(argv[1], "apart");
	place(0);
	slmbx_init(16, 4);
	if (slmbx_create(MAILBOX, 0)) {
		fprintf(stderr, "pair: no daemon on $SLMBX_SOCKET, or mailbox %d is taken\n", MAILBOX);
		return 1;
	}
	for (round = 0; round < rounds; round++) {
		for (s = 0; s < sizeof(sizes) / sizeof(*sizes); s++) {
			for (p = 0; p < sizeof(peers) / sizeof(*peers); p++) {
				ns = peers[p].run(sizes[s], calls);
				if (ns >= 0)
					printf("%zu\t%s\t%.0f\n", sizes[s], peers[p].name, ns);
			}
		}
	}
	slmbx_destroy(MAILBOX);
	return 0;
}
