// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include <linux/slmbx.h>

#include "frame.h"

bool frame_has_memory(unsigned int call)
{
	switch (call) {
	case SLMBX_CALL_SENDV:
	case SLMBX_CALL_RECVV:
	case SLMBX_CALL_SETTLE:
	case SLMBX_CALL_LIST:
	case SLMBX_CALL_SETATTR:
		return true;
	default:
		return false;
	}
}

struct slmbxd_memory frame_memory(const unsigned char *body)
{
	struct slmbxd_memory memory;

	memcpy(&memory, body, sizeof(memory));
	return memory;
}

/* What the body has before the messages, if it has them. */
static size_t before_data(const struct slmbxd_memory *memory)
{
	return sizeof(*memory) + memory->args + memory->array;
}

bool frame_is_streamed(const struct slmbxd_request *req, const struct slmbxd_memory *memory)
{
	return memory->data && req->body_len == before_data(memory);
}

/* A send carries all of its message, or nothing yet. */
static bool body_is_valid(const struct slmbxd_request *req)
{
	if (frame_has_memory(req->call))
		return req->body_len >= sizeof(struct slmbxd_memory) &&
		       req->body_len <= SLMBXD_INLINE_MAX;
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

static bool id_is_valid(const struct slmbxd_request *req)
{
	return !req->id || !frame_has_memory(req->call);
}

static bool cancel_is_valid(const struct slmbxd_request *req)
{
	return req->call != SLMBXD_CANCEL || (!req->flags && !req->id && !req->arg);
}

static bool request_is_valid(const struct slmbxd_request *req)
{
	return req->magic == SLMBXD_MAGIC && !(req->flags & ~SLMBXD_FLAGS) && !req->pad &&
	       body_is_valid(req) && uid_is_valid(req) && room_is_valid(req) &&
	       fault_is_valid(req) && id_is_valid(req) && cancel_is_valid(req);
}

/* What a call has no use for, it has none of. */
static bool fields_are_valid(unsigned int call, const struct slmbxd_memory *memory)
{
	bool is_sendv = call == SLMBX_CALL_SENDV, is_settle = call == SLMBX_CALL_SETTLE;
	bool is_recvv = call == SLMBX_CALL_RECVV, is_list = call == SLMBX_CALL_LIST;

	return (!memory->array || is_sendv || is_settle) && (!memory->data || is_sendv) &&
	       (!memory->array_room || is_recvv || is_settle) &&
	       (!memory->data_room || is_recvv || is_list);
}

static bool memory_is_valid(const struct slmbxd_request *req, const struct slmbxd_memory *memory)
{
	if (memory->args > SLMBXD_ARGS_MAX || memory->args > req->arg ||
	    memory->array > SLMBXD_ARRAY_MAX || memory->array_room > SLMBXD_ARRAY_MAX ||
	    memory->pad || !fields_are_valid(req->call, memory))
		return false;
	return req->body_len == before_data(memory) ||
	       (memory->data <= SLMBXD_INLINE_MAX &&
		req->body_len == before_data(memory) + memory->data);
}

int frame_parse(const unsigned char *bytes, size_t len, struct slmbxd_request *req, size_t *size)
{
	struct slmbxd_memory memory;

	*size = sizeof(*req);
	if (len < sizeof(*req))
		return -EAGAIN;
	memcpy(req, bytes, sizeof(*req));
	if (!request_is_valid(req))
		return -EPROTO;
	*size += req->body_len;
	if (frame_has_memory(req->call) && len >= sizeof(*req) + sizeof(memory)) {
		memory = frame_memory(bytes + sizeof(*req));
		if (!memory_is_valid(req, &memory))
			return -EPROTO;
	}
	return len < *size ? -EAGAIN : 0;
}
