/* SPDX-License-Identifier: MIT */
/*
 * The daemon engine: the calls as frames on a Unix stream socket to slmbxd.
 *
 * Each thread has a connection of its own, so a call takes no lock and its reply
 * can be nobody else's. What may be done with a descriptor depends on whose it is:
 *
 *  - the thread that opened it, in the process that opened it: everything;
 *  - a child of fork: close its copy, and open its own. Not a byte may be
 *    written or read, and no shutdown(2), because the parent goes on with it;
 *  - after the program closed the number behind our back: nothing, it may be
 *    somebody else's file by now.
 */
#ifndef SLMBX_DAEMON_H
#define SLMBX_DAEMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <linux/slmbxd.h>

struct slmbx_call;
struct slmbx_outgoing;

/*
 * Results of an exchange beside 0 and -errno; no errno is that large.
 * LOST: the connection ended before an answer, so the daemon did not act, and the
 *	request may be sent anew on another.
 * HUNG_UP: the daemon takes no more, but it may have answered first.
 */
#define SLMBX_LOST (-4096)
#define SLMBX_HUNG_UP (-4097)

/**
 * struct slmbx_conn - a thread's connection
 * @fd: the socket, -1 without one
 * @busy: a frame is on its way. Found set at the start of a call, the call
 *	before was left by longjmp(3) or the like, and the stream is of no more use
 * @generation: the process that opened it, see slmbx_generation()
 * @euid: the uid the daemon knows this connection by
 * @dev, @ino: of the socket, to tell it from a file that took its number
 * @last_size: bytes of the message received last
 */
struct slmbx_conn {
	int fd;
	bool busy;
	uint32_t generation;
	uid_t euid;
	dev_t dev;
	ino_t ino;
	size_t last_size;
};

/* paths.c: where the daemon may listen, in the order to try. */
void slmbx_paths_read(void);
const char *slmbx_path(unsigned int i);

/* connect.c: a connected socket, or -errno. */
int slmbx_connect(void);

/* generation.c: a number that differs between a process and its children. */
void slmbx_generation_setup(void);
uint32_t slmbx_generation(void);

/* conn.c */
int slmbx_conn_setup(void);
int slmbx_conn_get(struct slmbx_conn **conn);
bool slmbx_conn_alive(void);
void slmbx_conn_close(struct slmbx_conn *conn);

/* frames.c */
int slmbx_frames_put(struct slmbx_conn *conn, const struct slmbxd_request *request, uintptr_t body,
		     size_t len, bool *sent);
int slmbx_frames_put_body(struct slmbx_conn *conn, uintptr_t body, size_t len);
int slmbx_frames_put_pieces(struct slmbx_conn *conn, struct iovec *iov, size_t count, size_t len,
			    size_t *sent);
int slmbx_frames_get(struct slmbx_conn *conn, struct slmbxd_reply *reply, uintptr_t body,
		     size_t room);
int slmbx_frames_get_head(struct slmbx_conn *conn, struct slmbxd_reply *reply, uint64_t room,
			  bool interruptible, size_t *got);
int slmbx_frames_get_body(struct slmbx_conn *conn, struct iovec *iov, size_t count, size_t len);
size_t slmbx_frames_get_many(struct slmbx_conn *conn, struct slmbxd_reply *replies, size_t n,
			     int *err);

/* request.c */
struct slmbxd_request slmbx_request(unsigned int nr, unsigned int id, uid_t as);
int slmbx_refusal(long why);

/* exchange.c */
int slmbx_exchange_get(struct slmbx_conn *conn, int put, struct slmbxd_reply *reply, uintptr_t body,
		       size_t room);
int slmbx_exchange(struct slmbx_conn *conn, const struct slmbxd_request *request,
		   struct slmbxd_reply *reply, uintptr_t body, size_t room);
int slmbx_exchange_anew(struct slmbx_conn **conn);
long slmbx_exchange_final(struct slmbx_conn *conn, const struct slmbxd_reply *reply);
long slmbx_exchange_broken(struct slmbx_conn *conn);

/* arguments.c, fetch.c: the calls whose arguments are a struct. */
long slmbx_call_sendv(struct slmbx_conn *conn, const struct slmbx_call *call);
long slmbx_call_settle(struct slmbx_conn *conn, const struct slmbx_call *call);
long slmbx_call_setattr(struct slmbx_conn *conn, const struct slmbx_call *call);
long slmbx_call_fetch(struct slmbx_conn *conn, const struct slmbx_call *call);

/* many.c */
size_t slmbx_batch_send(uid_t as, struct slmbx_outgoing *out, size_t n);

/* memory.c: what may be done with the caller's memory. */
void slmbx_memory_setup(void);
size_t slmbx_memory_page_rest(uintptr_t mem);
size_t slmbx_memory_writable(uintptr_t mem, size_t len);
size_t slmbx_memory_readable(uintptr_t mem, size_t len);

/* room.c */
size_t slmbx_room_first(const struct slmbx_conn *conn, uintptr_t mem, size_t len);
size_t slmbx_room_next(uintptr_t mem, size_t len, size_t room, size_t needed);

#endif /* SLMBX_DAEMON_H */
