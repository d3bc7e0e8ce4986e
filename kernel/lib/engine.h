/* SPDX-License-Identifier: MIT */
/*
 * What libslmbx asks of an engine: one call in, one result out.
 */
#ifndef SLMBX_ENGINE_H
#define SLMBX_ENGINE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct slmbx_outgoing;

/**
 * struct slmbx_call - one call of the ABI
 * @nr: SLMBX_CALL_*
 * @id: mailbox id; init: ptrs
 * @arg: init: prob; create: protected; else 0
 * @as: uid to act for, SLMBX_SELF for none
 * @mem: send, recv, stat, and calls whose arguments are a struct: the caller's
 *	memory. An integer, because it may point anywhere: only the kernel may be asked
 *	to read or write it, so that a bad address is EFAULT and no signal
 * @size: bytes at @mem
 */
struct slmbx_call {
	unsigned int nr;
	unsigned int id;
	unsigned int arg;
	uid_t as;
	uintptr_t mem;
	size_t size;
};

/**
 * struct slmbx_engine_ops - one engine
 * @name: as SLMBX_ENGINE spells it
 * @lasting: whether it is there or not, it stays so for the life of a process
 * @present: whether it is there
 * @call: the result of the call, or -errno. May change errno
 * @send_batch: for an engine to which several sends together are cheaper, else NULL:
 *	SLMBX_CALL_SEND for the first few of @n. Returns how many have a result; the
 *	one after those must go by @call, and so must the first if that is 0
 */
struct slmbx_engine_ops {
	const char *name;
	bool lasting;
	bool (*present)(void);
	long (*call)(const struct slmbx_call *call);
	size_t (*send_batch)(uid_t as, struct slmbx_outgoing *out, size_t n);
};

/* What is compiled visible for libslmbx.so would otherwise reach these by its GOT. */
#pragma GCC visibility push(hidden)

extern const struct slmbx_engine_ops slmbx_engine_syscall;
extern const struct slmbx_engine_ops slmbx_engine_device;
extern const struct slmbx_engine_ops slmbx_engine_daemon;

/* The engine of this process; NULL until it is chosen. Set once. */
extern _Atomic(const struct slmbx_engine_ops *) slmbx_engine_current;

/*
 * The same, chosen now if it is the first call; NULL with the reason in *@err. May
 * change errno.
 */
const struct slmbx_engine_ops *slmbx_engine_chosen(int *err);

#pragma GCC visibility pop

#endif /* SLMBX_ENGINE_H */
