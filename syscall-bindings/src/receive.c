// SPDX-License-Identifier: MIT
/* recv and recvInto. */
#include "bindings.h"
#include <errno.h>
#include <slmbx.h>

/*
 * Memory for messages of any length: up to this a copy out of memory in use costs
 * less than the page faults of new memory.
 */
#define SCRATCH_SIZE ((size_t)1 << 20)

/* Heads in a row that outgrew the mapping made for the one before; then it is a fault. */
#define MAP_TRIES 100

/*
 * A message too long for the scratch memory, into a mapping of its own. Others
 * receive too, so the head may be another one by the time the mapping is there.
 */
static long recv_long(struct region *region, uint32_t id, uint32_t max)
{
	long ret = -EFAULT;
	int tries;

	for (tries = 0; ret == -EFAULT && tries < MAP_TRIES; tries++) {
		long need = slmbx_length(id);

		if (need < 0)
			return need;
		if (need > (long)max)
			need = max;
		if ((size_t)need >= region->size && !region_map(region, (size_t)need + 1))
			return -ENOMEM;
		ret = slmbx_recv(id, region->start, max);
	}
	return ret;
}

/*
 * The engine is always told of @max bytes, so it can't truncate to what happens to be
 * mapped: a message that needs more than that ends in EFAULT, at the head still.
 * @own: the mapping if the message got one.
 */
static long recv_any(struct environment *state, struct region *own, uint32_t id, uint32_t max)
{
	struct region *scratch = &state->scratch;
	long ret;

	if (!scratch->start && !region_map(scratch, SCRATCH_SIZE))
		return -ENOMEM;
	ret = slmbx_recv(id, scratch->start, max);
	if (ret == -EFAULT && max > scratch->size)
		ret = recv_long(own, id, max);
	return ret;
}

napi_value call_recv(napi_env env, napi_callback_info info)
{
	struct environment *state = environment_of(env);
	struct region own = { 0 };
	napi_value argv[3], result;
	uint32_t id, max, uid;
	uid_t before;
	long ret;

	if (!state || !get_arguments(env, info, 3, argv) || !get_u32(env, argv[0], &id) ||
	    !get_u32(env, argv[1], &max) || !get_u32(env, argv[2], &uid))
		return NULL;
	before = begin_acting_as(uid);
	ret = recv_any(state, &own, id, max);
	end_acting_as(uid, before);

	if (ret < 0)
		result = to_number(env, ret);
	else if (!own.start)
		result = buffer_by_copy(env, &state->scratch, (size_t)ret);
	else if ((size_t)ret <= SCRATCH_SIZE)
		result = buffer_by_copy(env, &own, (size_t)ret);
	else
		result = buffer_by_loan(env, state, &own, (size_t)ret);
	region_unmap(&own);
	return result;
}

/* No message is longer than UINT32_MAX, so a longer target has room for any. */
napi_value call_recv_into(napi_env env, napi_callback_info info)
{
	napi_value argv[3];
	struct bytes target;
	uint32_t id, uid;
	uid_t before;
	long ret;

	if (!get_arguments(env, info, 3, argv) || !get_u32(env, argv[0], &id) ||
	    !get_bytes(env, argv[1], &target) || !get_u32(env, argv[2], &uid))
		return NULL;
	if (target.length > UINT32_MAX)
		target.length = UINT32_MAX;
	before = begin_acting_as(uid);
	ret = slmbx_recv(id, target.start, (uint32_t)target.length);
	end_acting_as(uid, before);
	return to_number(env, ret);
}
