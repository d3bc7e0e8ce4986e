// SPDX-License-Identifier: GPL-2.0
/* The system calls, which a kernel has that the mailboxes are built into. */
#include <linux/slmbx.h>
#include <linux/syscalls.h>

#include "entry.h"
#include "mailbox/calls.h"

SYSCALL_DEFINE2(slmbx_init, u32, ptrs, u32, prob)
{
	return slmbx_do_init(ptrs, prob);
}

SYSCALL_DEFINE0(slmbx_shutdown)
{
	return slmbx_do_shutdown();
}

SYSCALL_DEFINE2(slmbx_create, u32, id, int, protected)
{
	return slmbx_enter_create(id, protected);
}

SYSCALL_DEFINE1(slmbx_destroy, u32, id)
{
	return slmbx_enter_destroy(id);
}

SYSCALL_DEFINE1(slmbx_count, u32, id)
{
	return slmbx_do_count(id);
}

SYSCALL_DEFINE3(slmbx_send, u32, id, const u8 __user *, buf, u32, len)
{
	return slmbx_enter_send(id, buf, len);
}

SYSCALL_DEFINE3(slmbx_recv, u32, id, u8 __user *, buf, u32, len)
{
	return slmbx_enter_recv(id, buf, len);
}

SYSCALL_DEFINE1(slmbx_length, u32, id)
{
	return slmbx_do_length(id);
}

SYSCALL_DEFINE2(slmbx_sendv, const struct slmbx_sendv __user *, args, size_t, size)
{
	return slmbx_enter_sendv(args, size);
}

SYSCALL_DEFINE2(slmbx_recvv, struct slmbx_recvv __user *, args, size_t, size)
{
	return slmbx_enter_recvv(args, size);
}

SYSCALL_DEFINE2(slmbx_settle, const struct slmbx_settle __user *, args, size_t, size)
{
	return slmbx_enter_settle(args, size);
}

SYSCALL_DEFINE3(slmbx_stat, u32, id, struct slmbx_stat __user *, buf, size_t, size)
{
	return slmbx_do_stat(id, buf, size);
}

SYSCALL_DEFINE2(slmbx_list, const struct slmbx_list __user *, args, size_t, size)
{
	return slmbx_do_list(args, size);
}

SYSCALL_DEFINE2(slmbx_setattr, const struct slmbx_setattr __user *, args, size_t, size)
{
	return slmbx_do_setattr(args, size);
}

SYSCALL_DEFINE1(slmbx_purge, u32, id)
{
	return slmbx_do_purge(id);
}
