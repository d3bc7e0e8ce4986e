// SPDX-License-Identifier: MIT
/* State of one environment. It goes with the environment, or with the last Buffer that borrows from it. */
#include "bindings.h"
#include <stdlib.h>

static void environment_end(napi_env env, void *data, void *hint)
{
	struct environment *state = data;

	region_unmap(&state->scratch);
	environment_put(state);
}

struct environment *environment_create(napi_env env)
{
	struct environment *state = calloc(1, sizeof(*state));

	if (!state)
		return NULL;
	state->users = 1;
	if (napi_set_instance_data(env, state, environment_end, NULL) == napi_ok)
		return state;
	free(state);
	return NULL;
}

struct environment *environment_of(napi_env env)
{
	void *state = NULL;

	if (napi_get_instance_data(env, &state) != napi_ok)
		throw_napi_error(env);
	return state;
}

void environment_put(struct environment *state)
{
	if (--state->users == 0)
		free(state);
}
