// SPDX-License-Identifier: MIT
/* Runs once for each environment that loads the add-on. */
#include "bindings.h"

#define CALL(name, function) { (name), NULL, (function), NULL, NULL, NULL, napi_enumerable, NULL }

static const napi_property_descriptor calls[] = {
	CALL("init", call_init),
	CALL("shutdown", call_shutdown),
	CALL("create", call_create),
	CALL("destroy", call_destroy),
	CALL("count", call_count),
	CALL("send", call_send),
	CALL("sendMany", call_send_many),
	CALL("recv", call_recv),
	CALL("recvInto", call_recv_into),
	CALL("length", call_length),
	CALL("sendv", call_sendv),
	CALL("recvv", call_recvv),
	CALL("settle", call_settle),
	CALL("stat", call_stat),
	CALL("list", call_list),
	CALL("setattr", call_setattr),
	CALL("purge", call_purge),
	CALL("engine", call_engine),
};

/* Which version of Node-API it wants; the macro below defines this without a declaration. */
int32_t NODE_API_MODULE_GET_API_VERSION(void);

NAPI_MODULE_INIT()
{
	if (!environment_create(env) ||
	    napi_define_properties(env, exports, sizeof(calls) / sizeof(calls[0]), calls) !=
		    napi_ok ||
	    !export_errnos(env, exports))
		return throw_napi_error(env);
	return exports;
}
