/* SPDX-License-Identifier: MIT */
/*
 * How the syscall engine enters the kernel. Inline: for a call whose number the compiler
 * knows, nothing is left of it but the registers.
 */
#ifndef SLMBX_SYSCALL_H
#define SLMBX_SYSCALL_H

#include <linux/slmbx.h>
#include "../engine.h"
#include "arch.h"

/* As the thread itself, whatever @call->as is. Leaves errno alone. */
static inline long slmbx_syscall_enter(const struct slmbx_call *call)
{
	long nr = SLMBX_SYSCALL(call->nr);

	switch (call->nr) {
	case SLMBX_CALL_SEND:
	case SLMBX_CALL_RECV:
	case SLMBX_CALL_STAT:
		return slmbx_syscall3(nr, call->id, call->mem, call->size);
	case SLMBX_CALL_SENDV:
	case SLMBX_CALL_RECVV:
	case SLMBX_CALL_SETTLE:
	case SLMBX_CALL_LIST:
	case SLMBX_CALL_SETATTR:
		return slmbx_syscall3(nr, call->mem, call->size, 0);
	default:
		return slmbx_syscall3(nr, call->id, call->arg, 0);
	}
}

#endif /* SLMBX_SYSCALL_H */
