// SPDX-License-Identifier: MIT
/*
 * A received message becomes a Buffer in one of two ways.
 *
 *  - Copied: the Buffer's memory is the engine's own.
 *  - Lent: the Buffer is the mapping the message arrived in. V8 counts its bytes as
 *    external memory by itself.
 *
 * Node runs the finaliser that unmaps lent memory from the event loop, so a loop of
 * calls that never returns to it could lend without end. Past LENT_MAX messages are
 * copied, into memory that the garbage collector frees by itself.
 */
#include "bindings.h"
#include <stdlib.h>

#define LENT_MAX ((size_t)128 << 20)

struct loan {
	struct environment *state;
	struct region region;
};

static void loan_end(napi_env env, void *data, void *hint)
{
	struct loan *loan = hint;

	loan->state->lent -= loan->region.size;
	region_unmap(&loan->region);
	environment_put(loan->state);
	free(loan);
}

/* Takes the region over, or fails and leaves it alone. */
static bool lend(napi_env env, struct environment *state, struct region *region, size_t length,
		 napi_value *result)
{
	struct loan *loan = malloc(sizeof(*loan));

	if (!loan)
		return false;
	*loan = (struct loan){ .state = state, .region = *region };
	if (napi_create_external_buffer(env, length, region->start, loan_end, loan, result) !=
	    napi_ok) {
		free(loan);
		return false;
	}
	state->users++;
	state->lent += region->size;
	*region = (struct region){ 0 };
	return true;
}

static bool copy(napi_env env, const struct region *region, size_t length, napi_value *result)
{
	return napi_create_buffer_copy(env, length, region->start, NULL, result) == napi_ok;
}

napi_value buffer_by_copy(napi_env env, const struct region *region, size_t length)
{
	napi_value result;

	return copy(env, region, length, &result) ? result : throw_napi_error(env);
}

/* The message is out of its mailbox by now: where one way fails, the other is tried. */
napi_value buffer_by_loan(napi_env env, struct environment *state, struct region *region,
			  size_t length)
{
	napi_value result;

	if (state->lent < LENT_MAX && lend(env, state, region, length, &result))
		return result;
	if (copy(env, region, length, &result) || lend(env, state, region, length, &result))
		return result;
	return throw_napi_error(env);
}
