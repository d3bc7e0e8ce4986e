/* SPDX-License-Identifier: MIT */
/*
 * The add-on marshals and nothing else: JavaScript (lib/, index.js) has checked
 * every argument, and turns a negative result into an exception. A function here
 * takes its arguments by position and returns what libslmbx returned, so that a
 * call costs no property look-up.
 *
 * State is per environment (the main thread, each worker). An environment runs on
 * one thread at a time, so nothing here takes a lock.
 */
#ifndef SLMBX_BINDINGS_H
#define SLMBX_BINDINGS_H

#define NAPI_VERSION 9
#include <linux/types.h>
#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A run of bytes in a typed array. */
struct bytes {
	unsigned char *start;
	size_t length;
};

/* Structs of 64-bit words in a BigUint64Array. */
struct structs {
	void *start;
	size_t count;
};

/* Writable memory with an inaccessible page behind it; @start is NULL without any. */
struct region {
	unsigned char *start;
	size_t size;
};

/**
 * struct environment - what one environment keeps
 * @users: the environment itself, and each mapping lent to a Buffer
 * @lent: bytes of mappings lent to Buffers and not yet back
 * @scratch: where recv lands; mapped on first use
 */
struct environment {
	size_t users;
	size_t lent;
	struct region scratch;
};

/* arguments.c: false with a pending exception if an argument is missing or of another type. */
bool get_arguments(napi_env env, napi_callback_info info, size_t count, napi_value *argv);
bool get_u32(napi_env env, napi_value value, uint32_t *result);
bool get_bool(napi_env env, napi_value value, bool *result);
bool get_u64(napi_env env, napi_value value, __u64 *result);
bool get_bytes(napi_env env, napi_value value, struct bytes *result);
bool get_message(napi_env env, napi_value value, struct bytes *result);
bool get_structs(napi_env env, napi_value value, size_t size, struct structs *result);

/* errors.c: NULL, and an exception unless one is pending. */
napi_value throw_napi_error(napi_env env);
napi_value throw_wrong_length(napi_env env);
bool export_errnos(napi_env env, napi_value exports);

/* environment.c */
struct environment *environment_create(napi_env env);
struct environment *environment_of(napi_env env);
void environment_put(struct environment *state);

/* region.c */
bool region_map(struct region *region, size_t size);
void region_unmap(struct region *region);

/* buffers.c: a Buffer of the first @length bytes. A loan may take the region over, and empties it then. */
napi_value buffer_by_copy(napi_env env, const struct region *region, size_t length);
napi_value buffer_by_loan(napi_env env, struct environment *state, struct region *region,
			  size_t length);

/* identity.c: the calls between the two are made as @uid; SLMBX_SELF changes nothing. */
uid_t begin_acting_as(uid_t uid);
void end_acting_as(uid_t uid, uid_t before);

/* calls.c, send_many.c, receive.c, batch.c, mailbox.c */
napi_value to_number(napi_env env, int64_t value);
napi_value call_init(napi_env env, napi_callback_info info);
napi_value call_shutdown(napi_env env, napi_callback_info info);
napi_value call_create(napi_env env, napi_callback_info info);
napi_value call_destroy(napi_env env, napi_callback_info info);
napi_value call_count(napi_env env, napi_callback_info info);
napi_value call_send(napi_env env, napi_callback_info info);
napi_value call_send_many(napi_env env, napi_callback_info info);
napi_value call_recv(napi_env env, napi_callback_info info);
napi_value call_recv_into(napi_env env, napi_callback_info info);
napi_value call_length(napi_env env, napi_callback_info info);
napi_value call_sendv(napi_env env, napi_callback_info info);
napi_value call_recvv(napi_env env, napi_callback_info info);
napi_value call_settle(napi_env env, napi_callback_info info);
napi_value call_stat(napi_env env, napi_callback_info info);
napi_value call_list(napi_env env, napi_callback_info info);
napi_value call_setattr(napi_env env, napi_callback_info info);
napi_value call_purge(napi_env env, napi_callback_info info);
napi_value call_engine(napi_env env, napi_callback_info info);

#endif /* SLMBX_BINDINGS_H */
