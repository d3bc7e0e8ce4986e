/* SPDX-License-Identifier: MIT */
#ifndef SLMBX_BENCH_MEASURES_H
#define SLMBX_BENCH_MEASURES_H

/* Each is a word of the command line, with a number. */

/* A send and a receive, for each size and each mechanism in turn, @rounds times. */
void measure_pairs(unsigned int rounds);
/* The same in a memory cgroup, where the process stays. */
void measure_charged_pairs(unsigned int rounds);
/* A send and a receive on mailboxes drawn at random, of 1, 1000, ... up to @most of them. */
void measure_mailboxes(unsigned int most);
/* Four processes send @messages each, four receive, on one queue and on eight. */
void measure_contention(unsigned int messages);
/* Kernel memory of an empty queue and of a waiting message, over @count of them. */
void measure_memory(unsigned int count);

/* Lifts the limits of the kernel that would leave a mechanism out, where they are too low. */
void lift_limits(void);

/*
 * Goes into a memory cgroup, as every process of a usual system is in one: what the
 * kernel allocates on its behalf is charged to it from then on.
 */
void enter_cgroup(void);

#endif /* SLMBX_BENCH_MEASURES_H */
