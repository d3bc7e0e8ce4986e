/* SPDX-License-Identifier: MIT */
/* Threads that call the core, each as a task of its own. */
#ifndef THREADS_H
#define THREADS_H

#include <pthread.h>
#include <stdint.h>

#include <linux/sched.h>

/**
 * struct worker - a thread of a test
 * @run: what it does, between shim_thread_begin() and shim_thread_end()
 * @task: whom it calls the core as; uid 0 and this process's memory unless set
 * @number: its place among the workers started together
 * @random: state of its own generator
 * @thread: joined by workers_end()
 */
struct worker {
	void (*run)(struct worker *worker);
	struct task_struct task;
	unsigned int number;
	uint64_t random;
	pthread_t thread;
};

/* Starts @n workers whose @run is set. */
void workers_start(struct worker *workers, unsigned int n, uint64_t seed);
void workers_end(struct worker *workers, unsigned int n);

#endif /* THREADS_H */
