// SPDX-License-Identifier: GPL-2.0
#include <errno.h>

#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/slmbx.h>

#include "calls.h"
#include "client_memory.h"
#include "dispatch.h"
#include "heap.h"

/* The caller's struct of this type. */
#define ARGS(type) ((struct type __force __user *)(unsigned long)SLMBXD_ARGS)

/* Gives what the mailboxes held back to the system, not only to the heap. */
static long shut_down(void)
{
	long ret = slmbx_do_shutdown();

	if (!ret) {
		rcu_barrier();
		heap_release();
	}
	return ret;
}

long dispatch(const struct slmbxd_request *req)
{
	switch (req->call) {
	case SLMBX_CALL_INIT:
		return slmbx_do_init(req->id, req->arg);
	case SLMBX_CALL_SHUTDOWN:
		return shut_down();
	case SLMBX_CALL_CREATE:
		return slmbx_do_create(req->id, req->arg);
	case SLMBX_CALL_DESTROY:
		return slmbx_do_destroy(req->id);
	case SLMBX_CALL_COUNT:
		return slmbx_do_count(req->id);
	case SLMBX_CALL_SEND:
		return slmbx_do_send(req->id, CLIENT_BUFFER, req->arg);
	case SLMBX_CALL_RECV:
		return slmbx_do_recv(req->id, CLIENT_BUFFER, req->arg);
	case SLMBX_CALL_LENGTH:
		return slmbx_do_length(req->id);
	case SLMBX_CALL_SENDV:
		return slmbx_do_sendv(ARGS(slmbx_sendv), req->arg);
	case SLMBX_CALL_RECVV:
		return slmbx_do_recvv(ARGS(slmbx_recvv), req->arg);
	case SLMBX_CALL_SETTLE:
		return slmbx_do_settle(ARGS(slmbx_settle), req->arg);
	case SLMBX_CALL_LIST:
		return slmbx_do_list(ARGS(slmbx_list), req->arg);
	case SLMBX_CALL_SETATTR:
		return slmbx_do_setattr(ARGS(slmbx_setattr), req->arg);
	case SLMBX_CALL_PURGE:
		return slmbx_do_purge(req->id);
	case SLMBX_CALL_STAT:
		/* The client zeroes what its struct has beyond this one. */
		return slmbx_do_stat(req->id, (struct slmbx_stat __user *)CLIENT_BUFFER,
				     min_t(size_t, req->arg, sizeof(struct slmbx_stat)));
	default:
		return -ENOSYS;
	}
}
