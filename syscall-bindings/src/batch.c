// SPDX-License-Identifier: MIT
/*
 * Many messages in one call. JavaScript lays out the arrays of structs and reads them, so
 * that a message costs no object here. What a receive needs is there before the call, and
 * nothing is left to do after it: no message can get lost on its way.
 */
#include "bindings.h"
#include <errno.h>
#include <slmbx.h>
#include <stdlib.h>

/* What JavaScript says of a message beside its bytes. */
struct times {
	uint64_t delay;
	uint64_t ttl;
};

/* No JavaScript runs between this and the call, so the memory stays where it is. */
static bool get_descs(napi_env env, napi_value messages, const struct times *times, uint32_t count,
		      struct slmbx_sendv_msg *descs)
{
	struct bytes bytes;
	napi_value message;

	for (uint32_t i = 0; i < count; i++) {
		if (napi_get_element(env, messages, i, &message) != napi_ok) {
			throw_napi_error(env);
			return false;
		}
		if (!get_message(env, message, &bytes))
			return false;
		descs[i] = (struct slmbx_sendv_msg){
			.data = (uintptr_t)bytes.start,
			.len = (uint32_t)bytes.length,
			.delay = times[i].delay,
			.ttl = times[i].ttl,
		};
	}
	return true;
}

napi_value call_sendv(napi_env env, napi_callback_info info)
{
	napi_value argv[4], result = NULL;
	struct slmbx_sendv_msg *descs;
	struct slmbx_sendv args = { 0 };
	struct structs times;
	uint32_t uid;
	uid_t before;
	long ret;

	if (!get_arguments(env, info, 4, argv) || !get_u32(env, argv[0], &args.id) ||
	    !get_structs(env, argv[2], sizeof(struct times), &times) ||
	    !get_u32(env, argv[3], &uid))
		return NULL;
	if (napi_get_array_length(env, argv[1], &args.count) != napi_ok)
		return throw_napi_error(env);
	if (args.count > SLMBX_BATCH_MAX || args.count > times.count)
		return throw_wrong_length(env);
	/* One more: calloc() of nothing may be NULL. */
	descs = calloc((size_t)args.count + 1, sizeof(*descs));
	if (!descs)
		return to_number(env, -ENOMEM);
	if (!get_descs(env, argv[1], times.start, args.count, descs))
		goto out_free;
	args.messages = (uintptr_t)descs;
	before = begin_acting_as(uid);
	ret = slmbx_sendv(&args, sizeof(args));
	end_acting_as(uid, before);
	result = to_number(env, ret);
out_free:
	free(descs);
	return result;
}

/* The messages go to argv[1], what is said of them to argv[2]; with EMSGSIZE how long the first is. */
napi_value call_recvv(napi_env env, napi_callback_info info)
{
	struct slmbx_recvv args = { 0 };
	struct structs received;
	struct bytes target;
	napi_value argv[7];
	uint32_t uid;
	uid_t before;
	bool is_peek;
	long ret;

	if (!get_arguments(env, info, 7, argv) || !get_u32(env, argv[0], &args.id) ||
	    !get_u32(env, argv[3], &args.count) || !get_bool(env, argv[4], &is_peek) ||
	    !get_u64(env, argv[5], &args.lease) || !get_u32(env, argv[6], &uid) ||
	    !get_bytes(env, argv[1], &target) ||
	    !get_structs(env, argv[2], sizeof(struct slmbx_recvv_msg), &received))
		return NULL;
	if (!received.count || args.count > received.count)
		return throw_wrong_length(env);
	args.messages = (uintptr_t)received.start;
	args.buf = (uintptr_t)target.start;
	args.size = target.length;
	args.flags = (is_peek ? SLMBX_RECVV_PEEK : 0) | (args.lease ? SLMBX_RECVV_LEASE : 0);
	before = begin_acting_as(uid);
	ret = slmbx_recvv(&args, sizeof(args));
	end_acting_as(uid, before);
	if (ret == -EMSGSIZE)
		*(__u64 *)received.start = args.needed;
	return to_number(env, ret);
}

napi_value call_settle(napi_env env, napi_callback_info info)
{
	struct slmbx_settle args = { 0 };
	struct structs items;
	napi_value argv[3];
	uint32_t uid;
	uid_t before;
	long ret;

	if (!get_arguments(env, info, 3, argv) || !get_u32(env, argv[0], &args.id) ||
	    !get_u32(env, argv[2], &uid) ||
	    !get_structs(env, argv[1], sizeof(struct slmbx_settle_item), &items))
		return NULL;
	if (items.count > SLMBX_BATCH_MAX)
		return throw_wrong_length(env);
	args.items = (uintptr_t)items.start;
	args.count = (uint32_t)items.count;
	before = begin_acting_as(uid);
	ret = slmbx_settle(&args, sizeof(args));
	end_acting_as(uid, before);
	return to_number(env, ret);
}
