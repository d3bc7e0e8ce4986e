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

bool get_u64(napi_env env, napi_value value, __u64 *result)
{
	bool lossless = false;
	uint64_t number;

	if (napi_get_value_bigint_uint64(env, value, &number, &lossless) != napi_ok) {
		throw_napi_error(env);
		return false;
	}
	*result = number;
	if (!lossless)
		napi_throw_range_error(env, "ERR_OUT_OF_RANGE", "A bigint of 64 bits was expected");
	return lossless;
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

bool get_message(napi_env env, napi_value value, struct bytes *result)
{
	if (!get_bytes(env, value, result))
		return false;
	if (result->length <= UINT32_MAX)
		return true;
	napi_throw_range_error(env, "ERR_OUT_OF_RANGE",
			       "The value of \"message.byteLength\" is out of range. "
			       "It must be <= 4294967295.");
	return false;
}

/* As many structs of @size bytes as there are whole ones; the memory as of get_bytes(). */
bool get_structs(napi_env env, napi_value value, size_t size, struct structs *result)
{
	napi_typedarray_type type;
	size_t length;

	if (napi_get_typedarray_info(env, value, &type, &length, &result->start, NULL, NULL) ==
		    napi_ok &&
	    type == napi_biguint64_array) {
		result->count = length * sizeof(uint64_t) / size;
		return true;
	}
	napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", "A BigUint64Array was expected");
	return false;
}
