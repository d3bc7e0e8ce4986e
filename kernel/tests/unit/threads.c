// SPDX-License-Identifier: MIT
#include <string.h>

#include "shim.h"
#include "threads.h"
#include "unit.h"

static void *worker_main(void *arg)
{
	struct worker *worker = arg;

	shim_thread_begin(&worker->task);
	worker->run(worker);
	shim_thread_end();
	return NULL;
}

void workers_start(struct worker *workers, unsigned int n, uint64_t seed)
{
	for (unsigned int i = 0; i < n; i++) {
		struct worker *worker = &workers[i];
		int err;

		worker->number = i;
		worker->random = (seed + 1) * 0x9e3779b97f4a7c15ULL + i;
		if (!worker->task.memory)
			worker->task.memory = &shim_own_memory;
		err = pthread_create(&worker->thread, NULL, worker_main, worker);
		ck_assert_msg(err == 0, "a thread can't start: %s", strerror(err));
	}
}

void workers_end(struct worker *workers, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		ck_assert_int_eq(pthread_join(workers[i].thread, NULL), 0);
}
