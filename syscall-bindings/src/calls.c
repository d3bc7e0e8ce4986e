// SPDX-License-Identifier: MIT
/* Calls of one message or none: all but those that receive. */
#include "bindings.h"
#include <slmbx.h>

napi_value to_number(napi_env env, int64_t value)
{
	napi_value result;

	if (napi_create_int64(env, value, &result) == napi_ok)
		return result;
	return throw_napi_error(env);
}

napi_value call_init(napi_env env, napi_callback_info info)
{
	napi_value argv[3];
	uint32_t ptrs, prob, uid;
	uid_t before;
	long ret;

	if (!get_arguments(env, info, 3, argv) || !get_u32(env, argv[0], &ptrs) ||
	    !get_u32(env, argv[1], &prob) || !get_u32(env, argv[2], &uid))
		return NULL;
	before = begin_acting_as(uid);
	ret = slmbx_init(ptrs, prob);
	end_acting_as(uid, before);
	return to_number(env, ret);
}

napi_value call_shutdown(napi_env env, napi_callback_info info)
{
	napi_value argv[1];
	uid_t before;
	uint32_t uid;
	long ret;

	if (!get_arguments(env, info, 1, argv) || !get_u32(env, argv[0], &uid))
		return NULL;
	before = begin_acting_as(uid);
	ret = slmbx_shutdown();
	end_acting_as(uid, before);
	return to_number(env, ret);
}

napi_value call_create(napi_env env, napi_callback_info info)
{
	napi_value argv[3];
	bool is_protected;
	uint32_t id, uid;
	uid_t before;
	long ret;

	if (!get_arguments(env, info, 3, argv) || !get_u32(env, argv[0], &id) ||
	    !get_bool(env, argv[1], &is_protected) || !get_u32(env, argv[2], &uid))
		return NULL;
	before = begin_acting_as(uid);
	ret = slmbx_create(id, is_protected);
	end_acting_as(uid, before);
	return to_number(env, ret);
}

/* The calls that take an id and no more. */
static napi_value call_by_id(napi_env env, napi_callback_info info, long (*call)(unsigned int id))
{
	napi_value argv[2];
	uint32_t id, uid;
	uid_t before;
	long ret;

	if (!get_arguments(env, info, 2, argv) || !get_u32(env, argv[0], &id) ||
	    !get_u32(env, argv[1], &uid))
		return NULL;
	before = begin_acting_as(uid);
	ret = call(id);
	end_acting_as(uid, before);
	return to_number(env, ret);
}

napi_value call_destroy(napi_env env, napi_callback_info info)
{
	return call_by_id(env, info, slmbx_destroy);
}

napi_value call_count(napi_env env, napi_callback_info info)
{
	return call_by_id(env, info, slmbx_count);
}

napi_value call_length(napi_env env, napi_callback_info info)
{
	return call_by_id(env, info, slmbx_length);
}

napi_value call_purge(napi_env env, napi_callback_info info)
{
	return call_by_id(env, info, slmbx_purge);
}

napi_value call_send(napi_env env, napi_callback_info info)
{
	napi_value argv[3];
	struct bytes message;
	uint32_t id, uid;
	uid_t before;
	long ret;

	if (!get_arguments(env, info, 3, argv) || !get_u32(env, argv[0], &id) ||
	    !get_message(env, argv[1], &message) || !get_u32(env, argv[2], &uid))
		return NULL;
	before = begin_acting_as(uid);
	ret = slmbx_send(id, message.start, (uint32_t)message.length);
	end_acting_as(uid, before);
	return to_number(env, ret);
}

napi_value call_engine(napi_env env, napi_callback_info info)
{
	const char *name = slmbx_engine();
	napi_status made;
	napi_value result;

	made = name ? napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &result) :
		      napi_get_undefined(env, &result);
	return made == napi_ok ? result : throw_napi_error(env);
}
