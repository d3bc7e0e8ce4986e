/* SPDX-License-Identifier: MIT */
/*
 * What the system must look like: a plain model of it, which can be built on
 * the engine, changed as a successful call changes it, and compared with the
 * engine as each user sees it.
 */
#ifndef CONFORMANCE_SNAPSHOT_H
#define CONFORMANCE_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum message_state { READY, DELAYED, LEASED };

struct message {
	unsigned int len;
	unsigned int seed;
	enum message_state state;
	uid_t holder;		/* of a lease; SAME_USER is whom the suite runs as */
	uint64_t seq, token;	/* of a lease: snapshot_build() says */
};

/*
 * @messages stand as they would be received if all were ready. A leased one stands before
 * the ready ones, a delayed one behind them.
 */
struct box {
	unsigned int id;
	uid_t owner;		/* SAME_USER is whom the suite runs as */
	bool protect;
	uint64_t max_messages;
	unsigned int dead_letter;
	uint64_t gone;		/* messages that were ready, and are in it no more */
	unsigned int count;	/* of @messages */
	struct message messages[6];
};

struct snapshot {
	bool initialised;
	unsigned int boxes;
	struct box box[20];
	unsigned int absent[4];	/* ids to look for that must be absent, unless in @box */
};

struct box *snapshot_find(struct snapshot *snapshot, unsigned int id);	/* or NULL */
void snapshot_add(struct snapshot *snapshot, struct box box);
void snapshot_remove(struct snapshot *snapshot, unsigned int id);
void box_push(struct box *box, struct message message);
struct message box_pop(struct box *box);	/* the first that is ready */
/* Drops what isn't leased; returns how many. */
unsigned int box_purge(struct box *box);
unsigned int box_count(const struct box *box, enum message_state state);
/* The first that is ready, or NULL. */
struct message *box_head(struct box *box);

/*
 * Makes an uninitialised engine look like it. If anything is leased, by @snapshot's
 * builders too, it must be in shared memory.
 */
void snapshot_build(struct snapshot *snapshot);

/*
 * Compares without a change, as each user: initialised or not, ids, protection, list,
 * stat, and of all ready messages order and bytes.
 */
void snapshot_check(struct snapshot *snapshot);

/*
 * As snapshot_check(), then makes what is leased ready by its lease, receives every message
 * and compares all bytes, and purges what is delayed.
 */
void snapshot_drain(struct snapshot *snapshot);

#endif /* CONFORMANCE_SNAPSHOT_H */
