// SPDX-License-Identifier: MIT
/*
 * The syscall engine: a kernel with the calls of its own.
 */
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/slmbx.h>
#include "../engine.h"
#include "../slmbx.h"
#include "kernel.h"

static long enter(const struct slmbx_call *call)
{
	long nr = SLMBX_SYSCALL(call->nr);

	switch (call->nr) {
	case SLMBX_CALL_SEND:
	case SLMBX_CALL_RECV:
	case SLMBX_CALL_STAT:
		return slmbx_result(syscall(nr, call->id, call->mem, call->size));
	default:
		return slmbx_result(syscall(nr, call->id, call->arg));
	}
}

static long syscall_call(const struct slmbx_call *call)
{
	struct slmbx_identity own;
	long ret;

	if (call->as == SLMBX_SELF)
		return enter(call);
	ret = slmbx_identity_take(call->as, &own);
	if (ret)
		return ret;
	ret = enter(call);
	slmbx_identity_restore(&own);
	return ret;
}

static bool syscall_present(void)
{
	const struct slmbx_call question = { .nr = SLMBX_CALL_COUNT, .id = SLMBX_ID_NONE };

	return slmbx_is_answer(enter(&question));
}

const struct slmbx_engine_ops slmbx_engine_syscall = {
	.name = "syscall",
	.lasting = true,
	.present = syscall_present,
	.call = syscall_call,
};
