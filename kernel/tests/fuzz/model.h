/* SPDX-License-Identifier: MIT */
/*
 * What the calls should answer, in as few and as plain lines as can be: an array of
 * mailboxes, a list of messages in each. Memory never lacks here; the fuzzer knows
 * when it made it lack.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define MODEL_IDS	256	/* of mailboxes, by number */
#define MODEL_UIDS	4

/* The id of the @n-th mailbox: both that can't be, a dense row, and a few far apart. */
uint32_t model_id(unsigned int n);
uid_t model_uid(unsigned int n);

struct model_message {
	struct model_message *next;
	uint32_t len;
	uint32_t seed;		/* says what its bytes are */
	unsigned int sender;	/* number of a uid */
};

struct model_mailbox {
	bool there;
	bool protected;
	unsigned int owner;
	struct model_message *messages;
	uint64_t count;
	uint64_t bytes;
};

struct model {
	bool initialised;
	struct model_mailbox mailboxes[MODEL_IDS];
	/* What each uid holds, and may. */
	int64_t bytes_of[MODEL_UIDS];
	int64_t mailboxes_of[MODEL_UIDS];
	int64_t max_bytes;
	int64_t max_mailboxes;
	/* Besides 0; MODEL_UIDS for none. */
	unsigned int second_admin;
};

/*
 * Each says what the call of uid number @uid on mailbox number @n answers, and does
 * what it does if @act. @reach: bytes of the caller's buffer that can be touched.
 */
long model_init(struct model *m, bool act, unsigned int uid, uint32_t ptrs, uint32_t prob);
long model_shutdown(struct model *m, bool act, unsigned int uid);
long model_create(struct model *m, bool act, unsigned int uid, unsigned int n, bool protected);
long model_destroy(struct model *m, bool act, unsigned int uid, unsigned int n);
long model_count(struct model *m, unsigned int uid, unsigned int n);
long model_send(struct model *m, bool act, unsigned int uid, unsigned int n, uint32_t len,
		uint32_t seed, uint32_t reach);
/* @seed: what the bytes received are. */
long model_recv(struct model *m, bool act, unsigned int uid, unsigned int n, uint32_t len,
		uint32_t reach, uint32_t *seed);
long model_length(struct model *m, unsigned int uid, unsigned int n);
long model_stat(struct model *m, unsigned int uid, unsigned int n, uint32_t size);

#endif /* MODEL_H */
