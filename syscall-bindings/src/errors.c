// SPDX-License-Identifier: MIT
/* What goes wrong: in Node-API itself, and the numbers of the errnos a call may answer. */
#include "bindings.h"
#include <errno.h>

napi_value throw_napi_error(napi_env env)
{
	const napi_extended_error_info *last = NULL;
	const char *message = "Node-API failed";
	bool pending = false;

	if (napi_get_last_error_info(env, &last) == napi_ok && last->error_message)
		message = last->error_message;
	if (napi_is_exception_pending(env, &pending) == napi_ok && !pending)
		napi_throw_error(env, NULL, message);
	return NULL;
}

napi_value throw_wrong_length(napi_env env)
{
	napi_throw_range_error(env, "ERR_OUT_OF_RANGE", "An array is too short or too long");
	return NULL;
}

/* Numbers differ between architectures; os.constants.errno lacks some of these. */
static const struct {
	const char *name;
	int number;
} errnos[] = {
	{ "E2BIG", E2BIG },
	{ "EACCES", EACCES },
	{ "ECONNREFUSED", ECONNREFUSED },
	{ "EDQUOT", EDQUOT },
	{ "EEXIST", EEXIST },
	{ "EFAULT", EFAULT },
	{ "EINVAL", EINVAL },
	{ "ELOOP", ELOOP },
	{ "EMSGSIZE", EMSGSIZE },
	{ "ENODEV", ENODEV },
	{ "ENOENT", ENOENT },
	{ "ENOMEM", ENOMEM },
	{ "ENOSYS", ENOSYS },
	{ "EPERM", EPERM },
	{ "EPROTO", EPROTO },
	{ "ESRCH", ESRCH },
	{ "ESTALE", ESTALE },
	{ "ETIMEDOUT", ETIMEDOUT },
	{ "EUSERS", EUSERS },
};

bool export_errnos(napi_env env, napi_value exports)
{
	napi_value table, number;
	size_t i;

	if (napi_create_object(env, &table) != napi_ok)
		return false;
	for (i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++) {
		if (napi_create_int32(env, errnos[i].number, &number) != napi_ok ||
		    napi_set_named_property(env, table, errnos[i].name, number) != napi_ok)
			return false;
	}
	return napi_set_named_property(env, exports, "errnos", table) == napi_ok;
}
