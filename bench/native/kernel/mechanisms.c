// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/socket.h>

#include <slmbx.h>

#include "mechanisms.h"
#include "raw.h"

#define FIRST_MAILBOX	1000

void fail(const char *what)
{
	fprintf(stderr, "kernel: %s: %s\n", what, strerror(errno));
	exit(1);
}

unsigned char *message_buffer(void)
{
	unsigned char *buffer = calloc(1, HEADROOM + SIZE_MAX_BYTES);

	if (!buffer)
		fail("calloc");
	/* Type 1; receives overwrite it with the same. */
	buffer[0] = 1;
	return buffer + HEADROOM;
}

bool would_wait(long err)
{
	return err == -EAGAIN || err == -ENOMSG || err == -ESRCH;
}

/* slmbx by bare system calls. */

static long slmbx_call(unsigned int nr, uintptr_t a, uintptr_t b, uintptr_t c)
{
	return raw_syscall(SLMBX_SYSCALL(nr), a, b, c, 0, 0, 0);
}

static unsigned int next_mailbox(void)
{
	static unsigned int made;

	return FIRST_MAILBOX + made++;
}

static bool open_slmbx(struct queue *queue, size_t size, unsigned int depth)
{
	queue->in = queue->out = next_mailbox();
	return !slmbx_call(SLMBX_CALL_CREATE, queue->in, 0, 0);
}

static void close_slmbx(struct queue *queue)
{
	slmbx_call(SLMBX_CALL_DESTROY, queue->in, 0, 0);
}

static long send_slmbx(const struct queue *queue, const unsigned char *msg, size_t len)
{
	return slmbx_call(SLMBX_CALL_SEND, queue->in, (uintptr_t)msg, len);
}

static long recv_slmbx(const struct queue *queue, unsigned char *buf)
{
	return slmbx_call(SLMBX_CALL_RECV, queue->out, (uintptr_t)buf, SIZE_MAX_BYTES);
}

/* slmbx through libslmbx, whose engine may be another one. */

void start_slmbx(void)
{
	long err = slmbx_init(32, 4);

	if (err && err != -EEXIST) {
		errno = -err;
		fail("slmbx_init");
	}
}

static bool open_library(struct queue *queue, size_t size, unsigned int depth)
{
	queue->in = queue->out = next_mailbox();
	return !slmbx_create(queue->in, 0);
}

static void close_library(struct queue *queue)
{
	slmbx_destroy(queue->in);
}

static long send_library(const struct queue *queue, const unsigned char *msg, size_t len)
{
	return slmbx_send(queue->in, msg, len);
}

static long recv_library(const struct queue *queue, unsigned char *buf)
{
	return slmbx_recv(queue->out, buf, SIZE_MAX_BYTES);
}

static void close_fds(struct queue *queue)
{
	close(queue->in);
	if (queue->out != queue->in)
		close(queue->out);
}

static bool open_pipe(struct queue *queue, size_t size, unsigned int depth)
{
	int fd[2];

	/* No message of 0 bytes; and one of the most it holds by default fits. */
	if (!size || pipe2(fd, O_NONBLOCK | O_CLOEXEC))
		return false;
	queue->out = fd[0];
	queue->in = fd[1];
	if (size * depth > SIZE_MAX_BYTES)
		fcntl(fd[0], F_SETPIPE_SZ, size * depth);
	return true;
}

static long send_pipe(const struct queue *queue, const unsigned char *msg, size_t len)
{
	long ret = raw_syscall(SYS_write, queue->in, (uintptr_t)msg, len, 0, 0, 0);

	return ret == (long)len ? 0 : ret < 0 ? ret : -EMSGSIZE;
}

static long recv_pipe(const struct queue *queue, unsigned char *buf)
{
	/* A pipe has no message boundaries: they agreed on the size. */
	return raw_syscall(SYS_read, queue->out, (uintptr_t)buf, queue->size, 0, 0, 0);
}

static bool open_mq(struct queue *queue, size_t size, unsigned int depth)
{
	struct mq_attr attr = { .mq_maxmsg = depth, .mq_msgsize = size ? size : 1 };
	static unsigned int made;
	char name[48];
	mqd_t mq;

	snprintf(name, sizeof(name), "/slmbx-bench-%d-%u", getpid(), made++);
	mq = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_NONBLOCK | O_CLOEXEC, 0600, &attr);
	if (mq == (mqd_t)-1)
		return false;
	mq_unlink(name);
	queue->in = queue->out = mq;
	return true;
}

static long send_mq(const struct queue *queue, const unsigned char *msg, size_t len)
{
	return raw_syscall(SYS_mq_timedsend, queue->in, (uintptr_t)msg, len, 0, 0, 0);
}

static long recv_mq(const struct queue *queue, unsigned char *buf)
{
	return raw_syscall(SYS_mq_timedreceive, queue->out, (uintptr_t)buf, SIZE_MAX_BYTES, 0, 0,
			   0);
}

static bool open_sysv(struct queue *queue, size_t size, unsigned int depth)
{
	struct msginfo info;
	struct msqid_ds ds;
	int id;

	if (msgctl(0, IPC_INFO, (struct msqid_ds *)&info) < 0 || info.msgmax < (int)size)
		return false;
	id = msgget(IPC_PRIVATE, 0600);
	if (id < 0)
		return false;
	queue->in = queue->out = id;
	if (!msgctl(id, IPC_STAT, &ds) && ds.msg_qbytes < size * depth) {
		ds.msg_qbytes = size * depth;
		/* Root's right; who hasn't it has a shorter queue. */
		msgctl(id, IPC_SET, &ds);
	}
	return true;
}

static long send_sysv(const struct queue *queue, const unsigned char *msg, size_t len)
{
	return raw_syscall(SYS_msgsnd, queue->in, (uintptr_t)(msg - HEADROOM), len, IPC_NOWAIT, 0,
			   0);
}

static long recv_sysv(const struct queue *queue, unsigned char *buf)
{
	return raw_syscall(SYS_msgrcv, queue->out, (uintptr_t)(buf - HEADROOM), SIZE_MAX_BYTES, 0,
			   IPC_NOWAIT, 0);
}

static void close_sysv(struct queue *queue)
{
	msgctl(queue->in, IPC_RMID, NULL);
}

static bool open_seqpacket(struct queue *queue, size_t size, unsigned int depth)
{
	/* A message is charged with some hundred bytes beside its own. */
	int bytes = (size + 1024) * depth, fd[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fd))
		return false;
	queue->in = fd[0];
	queue->out = fd[1];
	setsockopt(fd[0], SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes));
	return true;
}

static long send_seqpacket(const struct queue *queue, const unsigned char *msg, size_t len)
{
	long ret = raw_syscall(SYS_sendto, queue->in, (uintptr_t)msg, len, 0, 0, 0);

	return ret == (long)len ? 0 : ret;
}

static long recv_seqpacket(const struct queue *queue, unsigned char *buf)
{
	return raw_syscall(SYS_recvfrom, queue->out, (uintptr_t)buf, SIZE_MAX_BYTES, 0, 0, 0);
}

const struct mechanism mechanisms[] = {
	{ "slmbx", open_slmbx, send_slmbx, recv_slmbx, close_slmbx },
	{ "libslmbx", open_library, send_library, recv_library, close_library },
	{ "pipe", open_pipe, send_pipe, recv_pipe, close_fds },
	{ "mq", open_mq, send_mq, recv_mq, close_fds },
	{ "sysv", open_sysv, send_sysv, recv_sysv, close_sysv },
	{ "seqpacket", open_seqpacket, send_seqpacket, recv_seqpacket, close_fds },
};

const size_t mechanism_count = sizeof(mechanisms) / sizeof(*mechanisms);
