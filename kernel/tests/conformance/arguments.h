/* SPDX-License-Identifier: MIT */
/*
 * The calls that take a struct, each with arguments that succeed on the standard system,
 * for tests to spoil.
 */
#ifndef CONFORMANCE_ARGUMENTS_H
#define CONFORMANCE_ARGUMENTS_H

#include <stddef.h>

#include <slmbx.h>

enum call { SENDV, RECVV, SETTLE, LIST, SETATTR, CALLS };

/**
 * struct call_struct - what is known of a call
 * @name: its name
 * @first: size of the first published struct
 * @known: size of today's
 */
struct call_struct {
	const char *name;
	size_t first;
	size_t known;
};

extern const struct call_struct calls[CALLS];

union arguments {
	struct slmbx_sendv sendv;
	struct slmbx_recvv recvv;
	struct slmbx_settle settle;
	struct slmbx_list list;
	struct slmbx_setattr setattr;
	unsigned char bytes[sizeof(struct slmbx_recvv)];
};

/* What the arguments lead to. */
struct memory {
	unsigned char data[16];
	struct slmbx_sendv_msg descriptors[2];
	struct slmbx_settle_item items[2];
	/* What calls write: */
	struct slmbx_recvv_msg received[2];
	unsigned char buf[64];
	unsigned int ids[3];
};

extern struct memory memory;

/* Arguments that lead to @memory, which is as new. */
union arguments good_arguments(enum call call);

long make_call(enum call call, void *args, size_t size);

#endif /* CONFORMANCE_ARGUMENTS_H */
