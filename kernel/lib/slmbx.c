// SPDX-License-Identifier: MIT
/*
 * The public calls. Each hands its arguments to the engine; none looks at the
 * caller's memory.
 */
#include <errno.h>
#include "slmbx.h"
#include "engine.h"

static __thread uid_t acting_as = SLMBX_SELF;

static long engine_call(struct slmbx_call call)
{
	int saved_errno = errno;
	const struct slmbx_engine_ops *engine;
	int err;
	long ret;

	call.as = acting_as;
	engine = slmbx_engine_chosen(&err);
	ret = engine ? engine->call(&call) : err;

	errno = saved_errno;
	return ret;
}

long slmbx_init(unsigned int ptrs, unsigned int prob)
{
	return engine_call((struct slmbx_call){ .nr = SLMBX_CALL_INIT, .id = ptrs, .arg = prob });
}

long slmbx_shutdown(void)
{
	return engine_call((struct slmbx_call){ .nr = SLMBX_CALL_SHUTDOWN });
}

long slmbx_create(unsigned int id, int protect)
{
	return engine_call((struct slmbx_call){
		.nr = SLMBX_CALL_CREATE, .id = id, .arg = (unsigned int)protect });
}

long slmbx_destroy(unsigned int id)
{
	return engine_call((struct slmbx_call){ .nr = SLMBX_CALL_DESTROY, .id = id });
}

long slmbx_count(unsigned int id)
{
	return engine_call((struct slmbx_call){ .nr = SLMBX_CALL_COUNT, .id = id });
}

static struct slmbx_call send_call(unsigned int id, const unsigned char *msg, unsigned int len)
{
	return (struct slmbx_call){
		.nr = SLMBX_CALL_SEND, .id = id, .mem = (uintptr_t)msg, .size = len
	};
}

long slmbx_send(unsigned int id, const unsigned char *msg, unsigned int len)
{
	return engine_call(send_call(id, msg, len));
}

long slmbx_recv(unsigned int id, unsigned char *msg, unsigned int len)
{
	return engine_call((struct slmbx_call){
		.nr = SLMBX_CALL_RECV, .id = id, .mem = (uintptr_t)msg, .size = len });
}

long slmbx_length(unsigned int id)
{
	return engine_call((struct slmbx_call){ .nr = SLMBX_CALL_LENGTH, .id = id });
}

long slmbx_stat(unsigned int id, struct slmbx_stat *st, size_t size)
{
	return engine_call((struct slmbx_call){
		.nr = SLMBX_CALL_STAT, .id = id, .mem = (uintptr_t)st, .size = size });
}

/* As many together as the engine takes; what it doesn't, by itself. */
static void send_each(const struct slmbx_engine_ops *engine, struct slmbx_outgoing *out, size_t n)
{
	struct slmbx_call call;
	size_t done;

	for (; n; out += done, n -= done) {
		done = engine->send_batch ? engine->send_batch(acting_as, out, n) : 0;
		if (done)
			continue;
		call = send_call(out->id, out->msg, out->len);
		call.as = acting_as;
		out->result = engine->call(&call);
		done = 1;
	}
}

static void fail_each(int err, struct slmbx_outgoing *out, size_t n)
{
	while (n--)
		out++->result = err;
}

void slmbx_send_many(struct slmbx_outgoing *out, size_t n)
{
	int saved_errno = errno;
	const struct slmbx_engine_ops *engine;
	int err;

	engine = slmbx_engine_chosen(&err);
	if (engine)
		send_each(engine, out, n);
	else
		fail_each(err, out, n);

	errno = saved_errno;
}

uid_t slmbx_act_as(uid_t uid)
{
	uid_t before = acting_as;

	acting_as = uid;
	return before;
}

const char *slmbx_engine(void)
{
	int saved_errno = errno;
	const struct slmbx_engine_ops *engine;
	const char *name;
	int err;

	engine = slmbx_engine_chosen(&err);
	name = engine && engine->present() ? engine->name : NULL;

	errno = saved_errno;
	return name;
}
