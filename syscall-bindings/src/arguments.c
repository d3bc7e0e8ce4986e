// SPDX-License-Identifier: MIT
/* Arguments from JavaScript values, by position. A missing one is undefined, which no getter takes. */
#include "bindings.h"

bool get_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *argv)
{
	if (napi_get_cb_info(env, info, &count, argv, NULL, NULL) == napi_ok)
		return true;
	throw_napi_error(env);
	return false;
}

bool get_u32(napi_env env, napi_value value, uint32_t *result)
{
	if (napi_get_value_uint32(env, value, result) == napi_ok)
		return true;
	throw_napi_error(env);
	return false;
}

bool get_bool(napi_env env, napi_value value, bool *result)
{
	if (napi_get_value_bool(env, value, result) == napi_ok)
		return true;
	throw_napi_error(env);
	return false;
}

/*
 * The memory stays where it is and as long as it is until JavaScript runs again,
 * so it may be used for the rest of this call and no longer.
 */
bool get_bytes(napi_env env, napi_value value, struct bytes *result)
{
	napi_typedarray_type type;
	void *start = NULL;

	if (napi_get_typedarray_info(env, value, &type, &result->length, &start, NULL, NULL) ==
		    napi_ok &&
	    type == napi_uint8_array) {
		result->start = start;
		return true;
	}
	napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "A Uint8Array was expected");
	return false;
}
