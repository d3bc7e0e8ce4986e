// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "stream.h"

int stream_wait(int fd, int timeout_ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int n;

	do
		n = poll(&pfd, 1, timeout_ms);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n ? 0 : -ETIMEDOUT;
}

int stream_read_some(int fd, void *to, size_t len, size_t *got)
{
	ssize_t n;

	do
		n = recv(fd, to, len, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	*got = n;
	return n ? 0 : -ECONNRESET;
}

int stream_read(int fd, void *to, size_t len, int timeout_ms)
{
	char *at = to;
	size_t got;
	int err;

	while (len) {
		err = stream_wait(fd, timeout_ms);
		if (!err)
			err = stream_read_some(fd, at, len, &got);
		if (err)
			return err;
		at += got;
		len -= got;
	}
	return 0;
}

/* Drops the first @done bytes of the pieces. */
static void advance(struct msghdr *msg, size_t done)
{
	while (msg->msg_iovlen && done >= msg->msg_iov->iov_len) {
		done -= msg->msg_iov->iov_len;
		msg->msg_iov++;
		msg->msg_iovlen--;
	}
	if (msg->msg_iovlen) {
		msg->msg_iov->iov_base = (char *)msg->msg_iov->iov_base + done;
		msg->msg_iov->iov_len -= done;
	}
}

/* A single piece spares the kernel a header to copy in. */
static ssize_t write_some(int fd, const struct msghdr *msg)
{
	if (msg->msg_iovlen == 1)
		return send(fd, msg->msg_iov->iov_base, msg->msg_iov->iov_len, MSG_NOSIGNAL);
	return sendmsg(fd, msg, MSG_NOSIGNAL);
}

int stream_write(int fd, struct iovec *pieces, size_t n)
{
	struct msghdr msg = { .msg_iov = pieces, .msg_iovlen = n };
	ssize_t sent;

	while (msg.msg_iovlen) {
		sent = write_some(fd, &msg);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN ? -EPIPE : -errno;
		advance(&msg, sent);
	}
	return 0;
}
