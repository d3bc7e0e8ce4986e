/* SPDX-License-Identifier: MIT */
/*
 * What the system must look like: a plain model of it, which can be built on
 * the engine, changed as a successful call changes it, and compared with the
 * engine as each user sees it.
 */
#ifndef CONFORMANCE_SNAPSHOT_H
#define CONFORMANCE_SNAPSHOT_H

#include <stdbool.h>
#include <sys/types.h>

struct message {
	unsigned int len;
	unsigned int seed;
};

struct box {
	unsigned int id;
	uid_t owner;		/* SAME_USER is whom the suite runs as */
	bool protect;
	unsigned int count;
	struct message messages[4];
};

struct snapshot {
	bool initialised;
	unsigned int boxes;
	struct box box[16];
	unsigned int absent[4];	/* ids to look for that must be absent, unless in @box */
};

struct box *snapshot_find(struct snapshot *snapshot, unsigned int id);	/* or NULL */
void snapshot_add(struct snapshot *snapshot, struct box box);
void snapshot_remove(struct snapshot *snapshot, unsigned int id);
void box_push(struct box *box, struct message message);
struct message box_pop(struct box *box);

/* Makes an uninitialised engine look like it. */
void snapshot_build(const struct snapshot *snapshot);

/* Compares without a change: initialised or not, ids, counts, lengths, protection. */
void snapshot_check(const struct snapshot *snapshot);

/* As snapshot_check(), then receives every message and compares all bytes. */
void snapshot_drain(const struct snapshot *snapshot);

#endif /* CONFORMANCE_SNAPSHOT_H */
