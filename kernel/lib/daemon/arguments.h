/* SPDX-License-Identifier: MIT */
/*
 * A call whose arguments are a struct, as a request to slmbxd.
 */
#ifndef SLMBX_ARGUMENTS_H
#define SLMBX_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>
#include <linux/slmbx.h>
#include <linux/slmbxd.h>

struct slmbx_call;
struct slmbx_conn;

/**
 * struct slmbx_arguments - the beginning of a frame, as it is sent
 * @request: the call
 * @memory: what of the caller's memory follows, and what may be written
 * @args: the caller's struct, @memory.args bytes of it: what it lacks of ours is 0
 */
struct slmbx_arguments {
	struct slmbxd_request request;
	struct slmbxd_memory memory;
	union {
		struct slmbx_sendv sendv;
		struct slmbx_recvv recvv;
		struct slmbx_settle settle;
		struct slmbx_list list;
		unsigned char bytes[SLMBXD_ARGS_MAX];
	} args;
};

/* Takes what can be read of the struct; there is no more memory yet. */
void slmbx_arguments_read(struct slmbx_arguments *arguments, const struct slmbx_call *call);

/* Where the caller says it is. A program of 32 bits may say more than it can have: nowhere. */
static inline uintptr_t slmbx_arguments_address(uint64_t address)
{
	return address <= UINTPTR_MAX ? (uintptr_t)address : UINTPTR_MAX;
}

/*
 * Whether there is an array: the struct has its first @first_size bytes, and @count, which
 * is among them, may be. It isn't read before that.
 */
bool slmbx_arguments_have(const struct slmbx_arguments *arguments, size_t first_size,
			  uint32_t count, uint32_t max);

/*
 * Puts the frame, with the pieces from @rest[1] to @rest[count - 1] as the rest of its
 * body. @rest[0] is its beginning's.
 */
int slmbx_arguments_put(struct slmbx_conn *conn, struct slmbx_arguments *arguments,
			struct iovec *rest, size_t count, bool *begun);

#endif /* SLMBX_ARGUMENTS_H */
