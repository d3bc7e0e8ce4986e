// SPDX-License-Identifier: MIT
/*
 * The syscall engine: a kernel with the calls of its own.
 */
#include "../slmbx.h"
#include "kernel.h"
#include "syscall.h"

static long syscall_call(const struct slmbx_call *call)
{
	struct slmbx_identity own;
	long ret;

	if (call->as == SLMBX_SELF)
		return slmbx_syscall_enter(call);
	ret = slmbx_identity_take(call->as, &own);
	if (ret)
		return ret;
	ret = slmbx_syscall_enter(call);
	slmbx_identity_restore(&own);
	return ret;
}

static bool syscall_present(void)
{
	const struct slmbx_call question = { .nr = SLMBX_CALL_COUNT, .id = SLMBX_ID_NONE };

	return slmbx_is_answer(slmbx_syscall_enter(&question));
}

const struct slmbx_engine_ops slmbx_engine_syscall = {
	.name = "syscall",
	.lasting = true,
	.present = syscall_present,
	.call = syscall_call,
};
