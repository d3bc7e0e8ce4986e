/* SPDX-License-Identifier: MIT */
#ifndef SLMBX_BENCH_MECHANISMS_H
#define SLMBX_BENCH_MECHANISMS_H

#include <stdbool.h>
#include <stddef.h>

#define SIZE_MAX_BYTES	65536
/* A message has this much room in front of it, for the type that SysV's have there. */
#define HEADROOM	sizeof(long)

/**
 * struct queue - one queue of messages of up to @size bytes
 * @in: what a send names: a descriptor, or the id of a mailbox or queue
 * @out: what a receive names
 * @size: of its messages
 */
struct queue {
	int in, out;
	size_t size;
};

/**
 * struct mechanism - a way to pass messages through the kernel
 * @name: in the results
 * @open: makes a queue that holds @depth messages, more or fewer; false if there can be none
 * @send: 0, or -errno. Never waits
 * @recv: the length, or -errno. Never waits
 * @close: ends the queue
 */
struct mechanism {
	const char *name;
	bool (*open)(struct queue *queue, size_t size, unsigned int depth);
	long (*send)(const struct queue *queue, const unsigned char *msg, size_t len);
	long (*recv)(const struct queue *queue, unsigned char *buf);
	void (*close)(struct queue *queue);
};

extern const struct mechanism mechanisms[];
extern const size_t mechanism_count;

/* slmbx by bare system calls, which is mechanisms[0]. */
#define SLMBX	(&mechanisms[0])

/* Whether a call that failed so would have waited: a queue is full or empty. */
bool would_wait(long err);

/* A buffer of SIZE_MAX_BYTES with the headroom before it. */
unsigned char *message_buffer(void);

/* Says @what and why by errno, and ends the process. */
__attribute__((noreturn)) void fail(const char *what);

/* Initialises the system of mailboxes; ends the process if it can't. */
void start_slmbx(void);

#endif /* SLMBX_BENCH_MECHANISMS_H */
