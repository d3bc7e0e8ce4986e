// SPDX-License-Identifier: MIT
#include "bindings.h"
#include <slmbx.h>
#include <stdlib.h>

/* No JavaScript runs between this and the call, so the memory stays where it is. */
static bool get_outgoing(napi_env env, napi_value ids, napi_value messages, uint32_t at,
			 struct slmbx_outgoing *out)
{
	napi_value id, message;
	struct bytes bytes;

	if (napi_get_element(env, ids, at, &id) != napi_ok ||
	    napi_get_element(env, messages, at, &message) != napi_ok) {
		throw_napi_error(env);
		return false;
	}
	if (!get_u32(env, id, &out->id) || !get_message(env, message, &bytes))
		return false;
	out->msg = bytes.start;
	out->len = (uint32_t)bytes.length;
	return true;
}

/* An Int32Array of the results: 0 or a negative errno each. */
static napi_value to_results(napi_env env, const struct slmbx_outgoing *out, uint32_t count)
{
	napi_value memory, result;
	int32_t *results;
	void *data;

	if (napi_create_arraybuffer(env, count * sizeof(*results), &data, &memory) != napi_ok ||
	    napi_create_typedarray(env, napi_int32_array, count, memory, 0, &result) != napi_ok)
		return throw_napi_error(env);
	results = data;
	for (uint32_t i = 0; i < count; i++)
		results[i] = (int32_t)out[i].result;
	return result;
}

napi_value call_send_many(napi_env env, napi_callback_info info)
{
	struct slmbx_outgoing *out;
	napi_value argv[3], result = NULL;
	uint32_t count, uid, i;
	uid_t before;

	if (!get_arguments(env, info, 3, argv) || !get_u32(env, argv[2], &uid))
		return NULL;
	if (napi_get_array_length(env, argv[0], &count) != napi_ok)
		return throw_napi_error(env);
	/* One more: calloc() of nothing may be NULL. */
	out = calloc((size_t)count + 1, sizeof(*out));
	if (!out) {
		napi_throw_error(env, "ENOMEM", "Out of memory");
		return NULL;
	}
	for (i = 0; i < count; i++)
		if (!get_outgoing(env, argv[0], argv[1], i, &out[i]))
			goto out_free;
	before = begin_acting_as(uid);
	slmbx_send_many(out, count);
	end_acting_as(uid, before);
	result = to_results(env, out, count);
out_free:
	free(out);
	return result;
}
