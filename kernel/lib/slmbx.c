// SPDX-License-Identifier: MIT
/*
 * The public calls. Each hands its arguments to the engine; none looks at the
 * caller's memory.
 */
#include <errno.h>
#include "slmbx.h"
#include "engine.h"
#include "kernel/syscall.h"

/*
 * glibc keeps room for a few such variables of libraries that are loaded late: no
 * function has to be called to find this one. Other loaders may refuse the library.
 */
#ifdef __GLIBC__
#define STATIC_TLS __attribute__((tls_model("initial-exec")))
#else
#define STATIC_TLS
#endif

static __thread uid_t acting_as STATIC_TLS = SLMBX_SELF;

/*
 * By the engine's own function, which may change errno; so may the choice of the engine.
 * Takes no struct, which a call that enters the kernel at once would build for nothing.
 */
static __attribute__((noinline)) long ask_engine(unsigned int nr, unsigned int id, unsigned int arg,
						 uintptr_t mem, size_t size)
{
	const struct slmbx_call call = {
		.nr = nr, .id = id, .arg = arg, .as = acting_as, .mem = mem, .size = size
	};
	int saved_errno = errno;
	const struct slmbx_engine_ops *engine;
	int err;
	long ret;

	engine = slmbx_engine_chosen(&err);
	ret = engine ? engine->call(&call) : err;

	errno = saved_errno;
	return ret;
}

/*
 * What the syscall engine does for a thread that acts for nobody is done here: the way
 * to the engine has more instructions than all else the call needs outside the kernel.
 */
static inline long make_call(const struct slmbx_call call)
{
	if (atomic_load_explicit(&slmbx_engine_current, memory_order_relaxed) ==
		    &slmbx_engine_syscall &&
	    acting_as == SLMBX_SELF)
		return slmbx_syscall_enter(&call);
	return ask_engine(call.nr, call.id, call.arg, call.mem, call.size);
}

long slmbx_init(unsigned int ptrs, unsigned int prob)
{
	return make_call((struct slmbx_call){ .nr = SLMBX_CALL_INIT, .id = ptrs, .arg = prob });
}

long slmbx_shutdown(void)
{
	return make_call((struct slmbx_call){ .nr = SLMBX_CALL_SHUTDOWN });
}

long slmbx_create(unsigned int id, int protect)
{
	return make_call((struct slmbx_call){
		.nr = SLMBX_CALL_CREATE, .id = id, .arg = (unsigned int)protect });
}

long slmbx_destroy(unsigned int id)
{
	return make_call((struct slmbx_call){ .nr = SLMBX_CALL_DESTROY, .id = id });
}

long slmbx_count(unsigned int id)
{
	return make_call((struct slmbx_call){ .nr = SLMBX_CALL_COUNT, .id = id });
}

static inline long send_one(unsigned int id, const unsigned char *msg, unsigned int len)
{
	return make_call((struct slmbx_call){
		.nr = SLMBX_CALL_SEND, .id = id, .mem = (uintptr_t)msg, .size = len });
}

long slmbx_send(unsigned int id, const unsigned char *msg, unsigned int len)
{
	return send_one(id, msg, len);
}

long slmbx_recv(unsigned int id, unsigned char *msg, unsigned int len)
{
	return make_call((struct slmbx_call){
		.nr = SLMBX_CALL_RECV, .id = id, .mem = (uintptr_t)msg, .size = len });
}

long slmbx_length(unsigned int id)
{
	return make_call((struct slmbx_call){ .nr = SLMBX_CALL_LENGTH, .id = id });
}

long slmbx_stat(unsigned int id, struct slmbx_stat *st, size_t size)
{
	return make_call((struct slmbx_call){
		.nr = SLMBX_CALL_STAT, .id = id, .mem = (uintptr_t)st, .size = size });
}

/* A call whose arguments are a struct. */
static inline long struct_call(unsigned int nr, const void *args, size_t size)
{
	return make_call((struct slmbx_call){ .nr = nr, .mem = (uintptr_t)args, .size = size });
}

long slmbx_sendv(const struct slmbx_sendv *args, size_t size)
{
	return struct_call(SLMBX_CALL_SENDV, args, size);
}

long slmbx_recvv(struct slmbx_recvv *args, size_t size)
{
	return struct_call(SLMBX_CALL_RECVV, args, size);
}

long slmbx_settle(const struct slmbx_settle *args, size_t size)
{
	return struct_call(SLMBX_CALL_SETTLE, args, size);
}

long slmbx_list(const struct slmbx_list *args, size_t size)
{
	return struct_call(SLMBX_CALL_LIST, args, size);
}

long slmbx_setattr(const struct slmbx_setattr *args, size_t size)
{
	return struct_call(SLMBX_CALL_SETATTR, args, size);
}

long slmbx_purge(unsigned int id)
{
	return make_call((struct slmbx_call){ .nr = SLMBX_CALL_PURGE, .id = id });
}

/* As many together as the engine takes; what it doesn't, by itself. */
void slmbx_send_many(struct slmbx_outgoing *out, size_t n)
{
	int saved_errno = errno;
	const struct slmbx_engine_ops *engine;
	size_t done;
	int err;

	engine = slmbx_engine_chosen(&err);
	for (; n; out += done, n -= done) {
		done = engine && engine->send_batch ? engine->send_batch(acting_as, out, n) : 0;
		if (done)
			continue;
		out->result = send_one(out->id, out->msg, out->len);
		done = 1;
	}
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
