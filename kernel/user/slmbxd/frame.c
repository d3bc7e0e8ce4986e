// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <linux/slmbx.h>

#include "frame.h"

/* A send carries all of its message, or nothing yet. */
static bool body_is_valid(const struct slmbxd_request *req)
{
	if (!req->body_len)
		return true;
	return req->call == SLMBX_CALL_SEND && req->body_len == req->arg &&
	       req->body_len <= SLMBXD_INLINE_MAX && !(req->flags & SLMBXD_FAULT);
}

static bool uid_is_valid(const struct slmbxd_request *req)
{
	return req->flags & SLMBXD_AS_UID ? req->uid != (__u32)-1 : !req->uid;
}

static bool room_is_valid(const struct slmbxd_request *req)
{
	return !req->room || (req->call == SLMBX_CALL_RECV && req->room <= req->arg);
}

static bool fault_is_valid(const struct slmbxd_request *req)
{
	return !(req->flags & SLMBXD_FAULT) || req->call == SLMBX_CALL_SEND;
}

int frame_parse(const unsigned char *bytes, size_t len, struct slmbxd_request *req, size_t *size)
{
	*size = sizeof(*req);
	if (len < sizeof(*req))
		return -EAGAIN;
	memcpy(req, bytes, sizeof(*req));
	if (req->magic != SLMBXD_MAGIC || req->flags & ~SLMBXD_FLAGS || req->pad ||
	    !body_is_valid(req) || !uid_is_valid(req) || !room_is_valid(req) ||
	    !fault_is_valid(req))
		return -EPROTO;
	*size += req->body_len;
	return len < *size ? -EAGAIN : 0;
}
