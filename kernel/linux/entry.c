// SPDX-License-Identifier: GPL-2.0
#include <linux/minmax.h>
#include <linux/slmbx.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "entry.h"
#include "mailbox/calls.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

long slmbx_enter_create(u32 id, int protected)
{
	long ret = slmbx_do_create(id, protected);

	trace_slmbx_create(id, protected, ret);
	return ret;
}

long slmbx_enter_destroy(u32 id)
{
	long ret = slmbx_do_destroy(id);

	trace_slmbx_destroy(id, ret);
	return ret;
}

long slmbx_enter_send(u32 id, const u8 __user *buf, u32 len)
{
	long ret = slmbx_do_send(id, buf, len);

	trace_slmbx_send(id, len, ret);
	return ret;
}

long slmbx_enter_recv(u32 id, u8 __user *buf, u32 len)
{
	long ret = slmbx_do_recv(id, buf, len);

	trace_slmbx_recv(id, len, ret);
	return ret;
}

/*
 * The first @known bytes of a caller's struct, for an event to tell of; zeros if they
 * can't be read. The call reads them itself, and what it reads counts.
 */
static void glance(void *args, size_t known, const void __user *from, size_t size)
{
	memset(args, 0, known);
	if (copy_from_user(args, from, min(known, size)))
		memset(args, 0, known);
}

long slmbx_enter_sendv(const struct slmbx_sendv __user *args, size_t size)
{
	struct slmbx_sendv seen;
	long ret;

	if (!trace_slmbx_sendv_enabled())
		return slmbx_do_sendv(args, size);
	glance(&seen, sizeof(seen), args, size);
	ret = slmbx_do_sendv(args, size);
	trace_slmbx_sendv(seen.id, seen.count, ret);
	return ret;
}

long slmbx_enter_recvv(struct slmbx_recvv __user *args, size_t size)
{
	struct slmbx_recvv seen;
	long ret;

	if (!trace_slmbx_recvv_enabled())
		return slmbx_do_recvv(args, size);
	glance(&seen, sizeof(seen), args, size);
	ret = slmbx_do_recvv(args, size);
	trace_slmbx_recvv(seen.id, seen.flags, seen.count, ret);
	return ret;
}

long slmbx_enter_settle(const struct slmbx_settle __user *args, size_t size)
{
	struct slmbx_settle seen;
	long ret;

	if (!trace_slmbx_settle_enabled())
		return slmbx_do_settle(args, size);
	glance(&seen, sizeof(seen), args, size);
	ret = slmbx_do_settle(args, size);
	trace_slmbx_settle(seen.id, seen.count, ret);
	return ret;
}
