// SPDX-License-Identifier: MIT
/*
 * Frames out and in, straight from and to the caller's memory.
 *
 * The system calls are made directly: glibc's wrappers are cancellation points, and
 * a thread cancelled between a request and its reply would lose a message; the
 * sanitizers' wrappers look at memory that only the kernel may look at.
 */
#include <errno.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include "daemon.h"

#define MAX_ERRNO 4095

/* A single piece needs no header copied in by the kernel: a tenth of a call's time. */

static long send_some(int fd, const struct msghdr *msg)
{
	const struct iovec *iov = msg->msg_iov;
	struct msghdr some = *msg;

	if (msg->msg_iovlen == 1)
		return syscall(SYS_sendto, fd, iov->iov_base, iov->iov_len, MSG_NOSIGNAL, NULL, 0);
	if (some.msg_iovlen > IOV_MAX)
		some.msg_iovlen = IOV_MAX;
	return syscall(SYS_sendmsg, fd, &some, MSG_NOSIGNAL);
}

static long receive_some(int fd, struct msghdr *msg)
{
	const struct iovec *iov = msg->msg_iov;

	if (msg->msg_iovlen > 1)
		return syscall(SYS_recvmsg, fd, msg, 0);
	return syscall(SYS_recvfrom, fd, iov->iov_base, iov->iov_len, 0, NULL, NULL);
}

/* Drops the first @n bytes of @msg. */
static void advance(struct msghdr *msg, size_t n)
{
	while (n && n >= msg->msg_iov->iov_len) {
		n -= msg->msg_iov->iov_len;
		msg->msg_iov++;
		msg->msg_iovlen--;
	}
	if (n) {
		msg->msg_iov->iov_base = (char *)msg->msg_iov->iov_base + n;
		msg->msg_iov->iov_len -= n;
	}
}

static int send_error(int err)
{
	switch (err) {
	case EFAULT:
		return -EFAULT;
	case ENOMEM:
	case ENOBUFS:
		return -ENOMEM;
	case EPIPE:
	case ECONNRESET:
		return SLMBX_HUNG_UP;
	case ENOTCONN:
	case EBADF:
	case ENOTSOCK:
		return SLMBX_LOST;
	default:
		return -EPROTO;
	}
}

/* Sends @len bytes, all of @iov, which it changes. *@sent says how many have gone. */
static int send_all(int fd, struct iovec *iov, size_t count, size_t len, size_t *sent)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = count };

	*sent = 0;
	for (;;) {
		long n = send_some(fd, &msg);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			return send_error(errno);
		}
		*sent += (size_t)n;
		if (*sent == len)
			return 0;
		advance(&msg, (size_t)n);
	}
}

int slmbx_frames_put(struct slmbx_conn *conn, const struct slmbxd_request *request, uintptr_t body,
		     size_t len, bool *sent)
{
	struct iovec iov[2] = {
		{ .iov_base = (void *)request, .iov_len = sizeof(*request) },
		{ .iov_base = (void *)body, .iov_len = len },
	};
	size_t gone;
	int err = send_all(conn->fd, iov, len ? 2 : 1, sizeof(*request) + len, &gone);

	*sent = gone;
	return err;
}

int slmbx_frames_put_body(struct slmbx_conn *conn, uintptr_t body, size_t len)
{
	struct iovec iov = { .iov_base = (void *)body, .iov_len = len };
	size_t gone;

	return send_all(conn->fd, &iov, 1, len, &gone);
}

/* No piece is empty: a row of such would be sent for ever. */
int slmbx_frames_put_pieces(struct slmbx_conn *conn, struct iovec *iov, size_t count, size_t len,
			    size_t *sent)
{
	return send_all(conn->fd, iov, count, len, sent);
}

/* Bytes read, at least one; SLMBX_LOST at the end of the stream; -EFAULT, -EPROTO, -EINTR. */
static long receive_once(int fd, struct msghdr *msg)
{
	long n = receive_some(fd, msg);

	if (n > 0)
		return n;
	if (n == 0 || errno == ECONNRESET)
		return SLMBX_LOST;
	return errno == EFAULT || errno == EINTR ? -errno : -EPROTO;
}

/* The same, whatever signals are handled meanwhile. */
static long receive(int fd, struct msghdr *msg)
{
	long n;

	do
		n = receive_once(fd, msg);
	while (n == -EINTR);
	return n;
}

static bool is_sound(const struct slmbxd_reply *reply, uint64_t room)
{
	if (reply->magic != SLMBXD_MAGIC || reply->pad)
		return false;
	if (reply->result < -MAX_ERRNO || reply->result > LONG_MAX)
		return false;

	switch (reply->kind) {
	case SLMBXD_DONE:
		return reply->body_len <= room && (reply->result >= 0 || !reply->body_len);
	case SLMBXD_PIECE:
		return reply->body_len && reply->body_len <= room && !reply->result;
	case SLMBXD_GO_AHEAD:
	case SLMBXD_NEED_ROOM:
	case SLMBXD_REFUSED:
	case SLMBXD_TOO_LONG:
		return !reply->body_len;
	default:
		return false;
	}
}

/*
 * One reply, its body into @room bytes at @body. A reply that breaks off may follow
 * an act of the daemon, so it is -EPROTO and never SLMBX_LOST.
 */
int slmbx_frames_get(struct slmbx_conn *conn, struct slmbxd_reply *reply, uintptr_t body,
		     size_t room)
{
	struct iovec iov[2] = {
		{ .iov_base = reply, .iov_len = sizeof(*reply) },
		{ .iov_base = (void *)body, .iov_len = room },
	};
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = room ? 2 : 1 };
	size_t got = 0, frame_len;
	long n;

	while (got < sizeof(*reply)) {
		n = receive(conn->fd, &msg);
		if (n < 0)
			return n == SLMBX_LOST && got ? -EPROTO : (int)n;
		got += (size_t)n;
		advance(&msg, (size_t)n);
	}

	frame_len = sizeof(*reply) + reply->body_len;
	if (!is_sound(reply, room) || got > frame_len)
		return -EPROTO;

	for (; got < frame_len; got += (size_t)n) {
		msg.msg_iov->iov_len = frame_len - got;
		n = receive(conn->fd, &msg);
		if (n < 0)
			return n == SLMBX_LOST ? -EPROTO : (int)n;
		/* advance() would run off the end after the last byte. */
		msg.msg_iov->iov_base = (char *)msg.msg_iov->iov_base + n;
	}
	return 0;
}

/*
 * One reply without its body, which is @room bytes at most. A signal that is handled and
 * restarts no calls makes it -EINTR, if @interruptible; it can be called again then, with
 * @got as it is. That is 0 at first.
 */
int slmbx_frames_get_head(struct slmbx_conn *conn, struct slmbxd_reply *reply, uint64_t room,
			  bool interruptible, size_t *got)
{
	long n;

	while (*got < sizeof(*reply)) {
		struct iovec iov = {
			.iov_base = (char *)reply + *got,
			.iov_len = sizeof(*reply) - *got,
		};
		struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

		n = interruptible ? receive_once(conn->fd, &msg) : receive(conn->fd, &msg);
		if (n < 0)
			return n == SLMBX_LOST && *got ? -EPROTO : (int)n;
		*got += (size_t)n;
	}
	return is_sound(reply, room) ? 0 : -EPROTO;
}

/* The @len bytes of its body, into all of @iov, which it changes. */
int slmbx_frames_get_body(struct slmbx_conn *conn, struct iovec *iov, size_t count, size_t len)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = count };
	long n;

	while (len) {
		n = receive(conn->fd, &msg);
		if (n < 0)
			return n == SLMBX_LOST ? -EPROTO : (int)n;
		len -= (size_t)n;
		if (len)
			advance(&msg, (size_t)n);
	}
	return 0;
}

/*
 * Up to @n replies without a body. Returns how many came whole and sound; if those
 * are fewer, *@err says why the next did not: SLMBX_LOST or -EPROTO.
 */
size_t slmbx_frames_get_many(struct slmbx_conn *conn, struct slmbxd_reply *replies, size_t n,
			     int *err)
{
	struct iovec iov = { .iov_base = replies, .iov_len = n * sizeof(*replies) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	size_t got = 0, sound = 0;
	long ret = 0;

	while (got < n * sizeof(*replies)) {
		ret = receive(conn->fd, &msg);
		if (ret < 0)
			break;
		got += (size_t)ret;
		iov.iov_base = (char *)iov.iov_base + ret;
		iov.iov_len -= (size_t)ret;
	}
	while (sound < got / sizeof(*replies) && is_sound(&replies[sound], 0))
		sound++;

	*err = 0;
	if (sound < n)
		*err = ret == SLMBX_LOST && got == sound * sizeof(*replies) ? SLMBX_LOST : -EPROTO;
	return sound;
}
