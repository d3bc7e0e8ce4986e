/* SPDX-License-Identifier: MIT */
/*
 * The calls as the kernel sees them, without a library between: between the arming
 * of a fault and its end nothing may enter the kernel but the call itself.
 */
#ifndef GUEST_ENTRY_H
#define GUEST_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

enum engine { SYSCALL, DEVICE, ENGINES };

extern const char *const engine_names[ENGINES];

/**
 * struct call - one call of the ABI
 * @nr: SLMBX_CALL_*
 * @id: mailbox id; init: ptrs
 * @arg: init: prob; create: protected
 * @mem: send, recv, stat: the caller's memory; sendv and its like: their struct
 * @size: bytes at @mem
 */
struct call {
	unsigned int nr;
	unsigned int id;
	unsigned int arg;
	void *mem;
	size_t size;
};

/* The engine of the calls that follow; false with errno if this kernel doesn't have it. */
bool entry_use(enum engine engine);

/* Its result, or -errno. */
long enter(const struct call *call);

#endif /* GUEST_ENTRY_H */
