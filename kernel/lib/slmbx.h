/* SPDX-License-Identifier: MIT */
/*
 * libslmbx: mailboxes that outlive the processes that use them.
 *
 * Every call returns a non-negative integer, or -errno; errno itself is left
 * alone. Calls are thread-safe and may be used on both sides of a fork. They
 * are not async-signal-safe, and no cancellation points. See slmbx(7) and the
 * page of each call.
 *
 * Beside the errors listed in each page, a call answers
 *   -ENOSYS        SLMBX_ENGINE names an engine this machine doesn't have
 *   -EINVAL        SLMBX_ENGINE isn't one of auto, syscall, device, daemon
 *   -ECONNREFUSED  daemon engine: no daemon listens on the socket, or it hung
 *                  up twice without an answer
 *   -EACCES        the daemon's socket or /dev/slmbx may not be used, or
 *                  slmbx_act_as() without the right to
 *   -EUSERS        daemon engine: the daemon has no connection left
 *   -EMFILE, -ENFILE, -ENOMEM
 *                  daemon and device engine: nothing left to make a
 *                  connection with, or to open the device with
 *   -ENAMETOOLONG  daemon engine: the socket's path has more than 107 bytes
 *   -EPROTO        daemon engine: the peer broke off in an answer, or gave one
 *                  no slmbxd gives; whether the call was done is unknown
 */
#ifndef SLMBX_H
#define SLMBX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <linux/slmbx.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SLMBX_VERSION "0.1.0"

/* slmbx_act_as(): nobody else, the thread's own uid again. */
#define SLMBX_SELF ((uid_t)-1)

long slmbx_init(unsigned int ptrs, unsigned int prob);
long slmbx_shutdown(void);
long slmbx_create(unsigned int id, int protect);
long slmbx_destroy(unsigned int id);
long slmbx_count(unsigned int id);
long slmbx_send(unsigned int id, const unsigned char *msg, unsigned int len);
long slmbx_recv(unsigned int id, unsigned char *msg, unsigned int len);
long slmbx_length(unsigned int id);

/*
 * Extension: fill @st, of which the caller knows @size bytes.
 * -ENODEV, -ENOENT, -EPERM, -EINVAL (@size under SLMBX_STAT_SIZE_V0), -E2BIG, -EFAULT.
 */
long slmbx_stat(unsigned int id, struct slmbx_stat *st, size_t size);

/*
 * Extensions: each takes a struct of which the caller knows @size bytes. See the page of
 * each for what it does and its errors. @args holds addresses as integers.
 */

/* Queues all of args->messages, or none. Returns how many. */
long slmbx_sendv(const struct slmbx_sendv *args, size_t size);

/*
 * Receives, leases or looks at up to args->count messages; waits for one until
 * args->deadline. Returns how many, 0 at the deadline. -EINTR if a signal was handled, by
 * a handler set without SA_RESTART, before a message came. While the thread acts for
 * another uid, by slmbx_act_as(), a kernel engine holds signals back until the call ends.
 */
long slmbx_recvv(struct slmbx_recvv *args, size_t size);

/* Settles leases, each with a result of its own in args->items. Returns how many it settled. */
long slmbx_settle(const struct slmbx_settle *args, size_t size);

/* Ids above args->after of mailboxes that the caller may use. Returns how many. */
long slmbx_list(const struct slmbx_list *args, size_t size);

/* Sets limits of a mailbox, and whose it is. */
long slmbx_setattr(const struct slmbx_setattr *args, size_t size);

/* Drops the messages that are ready or delayed. Returns how many. */
long slmbx_purge(unsigned int id);

/**
 * struct slmbx_outgoing - one message of slmbx_send_many()
 * @id: mailbox to send to
 * @len: bytes at @msg
 * @msg: the message
 * @result: set to what slmbx_send() would have returned
 */
struct slmbx_outgoing {
	unsigned int id;
	unsigned int len;
	const unsigned char *msg;
	long result;
};

/*
 * Extension: slmbx_send() for each of the @n messages in turn. Each succeeds or fails by
 * itself. With the daemon engine many of them cost little more than one.
 */
void slmbx_send_many(struct slmbx_outgoing *out, size_t n);

/*
 * Make this thread's following calls as @uid; SLMBX_SELF ends it. Takes the right to
 * setfsuid(2) in a kernel (CAP_SETUID for any @uid), and with the daemon engine uid 0 or
 * the uid the daemon runs as; without that right the calls answer -EACCES. Returns the
 * uid in force before (SLMBX_SELF if none).
 */
uid_t slmbx_act_as(uid_t uid);

/* The engine in use: "syscall", "device" or "daemon"; NULL if none is there. */
const char *slmbx_engine(void);

#ifdef __cplusplus
}
#endif

#endif /* SLMBX_H */
