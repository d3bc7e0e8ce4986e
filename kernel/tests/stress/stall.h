/* SPDX-License-Identifier: MIT */
/*
 * Stalls the kernel's copies from and to a thread's memory with userfaultfd(2): a page
 * comes after a while, or never, or its process is killed meanwhile.
 */
#ifndef STRESS_STALL_H
#define STRESS_STALL_H

#include "arena.h"

/* Bytes in a lane. */
#define LANE_SIZE 16384U

/* Memory of one thread that is absent until the kernel asks for it. */
struct lane {
	unsigned char *at;
	unsigned char *content; /* what will be found there */
	unsigned int delay_us;
	enum fate fate;
	bool sending;
	_Atomic unsigned int pages_left; /* until the one that is stalled */
};

/* 0, or the reason for which this kernel can't do it. */
int stall_probe(void);

/* Before the process gives up its rights. -1 with errno set on failure. */
int stall_open(void);
/* Starts the thread that serves @n lanes. */
bool stall_start(int fd, struct arena *arena, struct lane *lanes, unsigned int n);

/* For the next call: which page is stalled, for how long, what happens then. */
void lane_prepare(struct lane *lane, bool sending, enum fate fate, uint64_t *random);
/* After the call: its memory is absent again. */
void lane_reset(struct lane *lane);

#endif /* STRESS_STALL_H */
