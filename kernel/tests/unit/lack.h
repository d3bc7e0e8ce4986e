/* SPDX-License-Identifier: MIT */
#ifndef UNIT_LACK_H
#define UNIT_LACK_H

/*
 * Makes @call with each of its allocations failing in turn, which must answer -ENOMEM and
 * change nothing, then with none, which must answer @wanted. Returns how many it makes.
 */
unsigned long lack_memory(long (*call)(void), long wanted, const char *name);

#endif /* UNIT_LACK_H */
