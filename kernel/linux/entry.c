// SPDX-License-Identifier: GPL-2.0
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
