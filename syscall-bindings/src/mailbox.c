// SPDX-License-Identifier: MIT
/* Mailboxes as such: which there are, what they hold and what they may hold. */
#include "bindings.h"
#include <slmbx.h>

static bool set(napi_env env, napi_value object, const char *name, napi_status made,
		napi_value value)
{
	return made == napi_ok && napi_set_named_property(env, object, name, value) == napi_ok;
}

static bool set_u64(napi_env env, napi_value object, const char *name, uint64_t number)
{
	napi_value value = NULL;
	napi_status made = napi_create_bigint_uint64(env, number, &value);

	return set(env, object, name, made, value);
}

static bool set_u32(napi_env env, napi_value object, const char *name, uint32_t number)
{
	napi_value value = NULL;
	napi_status made = napi_create_uint32(env, number, &value);

	return set(env, object, name, made, value);
}

static bool set_bool(napi_env env, napi_value object, const char *name, bool is_true)
{
	napi_value value = NULL;
	napi_status made = napi_get_boolean(env, is_true, &value);

	return set(env, object, name, made, value);
}

static bool set_undefined(napi_env env, napi_value object, const char *name)
{
	napi_value value = NULL;
	napi_status made = napi_get_undefined(env, &value);

	return set(env, object, name, made, value);
}

static bool set_head(napi_env env, napi_value object, const struct slmbx_stat *st)
{
	if (st->flags & SLMBX_STAT_HEAD)
		return set_u32(env, object, "headLength", st->head_length) &&
		       set_u64(env, object, "oldestAge", st->oldest);
	return set_undefined(env, object, "headLength") && set_undefined(env, object, "oldestAge");
}

static napi_value to_stat(napi_env env, const struct slmbx_stat *st)
{
	napi_value object;

	if (napi_create_object(env, &object) == napi_ok &&
	    set_u64(env, object, "count", st->count) && set_u64(env, object, "bytes", st->bytes) &&
	    set_u32(env, object, "owner", st->owner) &&
	    set_bool(env, object, "isProtected", st->flags & SLMBX_STAT_PROTECTED) &&
	    set_head(env, object, st) && set_u64(env, object, "leased", st->leased) &&
	    set_u64(env, object, "delayed", st->delayed) &&
	    set_u64(env, object, "sent", st->sent) &&
	    set_u64(env, object, "expired", st->expired) &&
	    set_u64(env, object, "dead", st->dead) &&
	    set_u64(env, object, "maxMessages", st->max_messages) &&
	    set_u64(env, object, "maxBytes", st->max_bytes) &&
	    set_u32(env, object, "maxDeliveries", st->max_deliveries) &&
	    set_u32(env, object, "deadLetterId", st->dead_letter))
		return object;
	return throw_napi_error(env);
}

napi_value call_stat(napi_env env, napi_callback_info info)
{
	struct slmbx_stat st;
	napi_value argv[2];
	uint32_t id, uid;
	uid_t before;
	long ret;

	if (!get_arguments(env, info, 2, argv) || !get_u32(env, argv[0], &id) ||
	    !get_u32(env, argv[1], &uid))
		return NULL;
	before = begin_acting_as(uid);
	ret = slmbx_stat(id, &st, sizeof(st));
	end_acting_as(uid, before);
	return ret < 0 ? to_number(env, ret) : to_stat(env, &st);
}

/* The ids go to argv[2]. */
napi_value call_list(napi_env env, napi_callback_info info)
{
	struct slmbx_list args = { 0 };
	struct structs ids;
	napi_value argv[4];
	uint32_t uid;
	uid_t before;
	long ret;

	if (!get_arguments(env, info, 4, argv) || !get_u32(env, argv[0], &args.after) ||
	    !get_u32(env, argv[1], &args.count) || !get_u32(env, argv[3], &uid) ||
	    !get_structs(env, argv[2], sizeof(uint32_t), &ids))
		return NULL;
	if (args.count > ids.count)
		return throw_wrong_length(env);
	args.ids = (uintptr_t)ids.start;
	before = begin_acting_as(uid);
	ret = slmbx_list(&args, sizeof(args));
	end_acting_as(uid, before);
	return to_number(env, ret);
}

napi_value call_setattr(napi_env env, napi_callback_info info)
{
	struct slmbx_setattr args = { 0 };
	napi_value argv[9];
	bool is_protected;
	uint32_t uid;
	uid_t before;
	long ret;

	if (!get_arguments(env, info, 9, argv) || !get_u32(env, argv[0], &args.id) ||
	    !get_u32(env, argv[1], &args.mask) || !get_u64(env, argv[2], &args.max_messages) ||
	    !get_u64(env, argv[3], &args.max_bytes) ||
	    !get_u32(env, argv[4], &args.max_deliveries) ||
	    !get_u32(env, argv[5], &args.dead_letter) || !get_u32(env, argv[6], &args.owner) ||
	    !get_bool(env, argv[7], &is_protected) || !get_u32(env, argv[8], &uid))
		return NULL;
	args.protect = is_protected;
	before = begin_acting_as(uid);
	ret = slmbx_setattr(&args, sizeof(args));
	end_acting_as(uid, before);
	return to_number(env, ret);
}
