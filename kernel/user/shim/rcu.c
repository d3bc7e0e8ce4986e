// SPDX-License-Identifier: GPL-2.0
#include <semaphore.h>
#include <stdlib.h>

#include <linux/container_of.h>
#include <linux/rcupdate.h>

void synchronize_rcu(void)
{
	shim_tsan_release();
	urcu_memb_synchronize_rcu();
	shim_tsan_acquire();
}

#ifdef __SANITIZE_THREAD__

char shim_grace_period;

/* A callback behind one that tells the sanitizer of the grace period. */
struct told_callback {
	struct rcu_head rcu;
	struct rcu_head *head;
	void (*func)(struct rcu_head *head);
};

static void run_told(struct rcu_head *rcu)
{
	struct told_callback *told = container_of(rcu, struct told_callback, rcu);

	shim_tsan_acquire();
	told->func(told->head);
	free(told);
	shim_tsan_release();
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	struct told_callback *told = malloc(sizeof(*told));

	if (!told)
		abort();
	told->head = head;
	told->func = func;
	shim_tsan_release();
	urcu_memb_call_rcu(&told->rcu, run_told);
}

struct barrier {
	struct rcu_head rcu;
	sem_t done;
};

static void pass_barrier(struct rcu_head *rcu)
{
	sem_post(&container_of(rcu, struct barrier, rcu)->done);
}

/* liburcu's own keeps a count that the sanitizer takes for a race. One thread runs all in order. */
void rcu_barrier(void)
{
	struct barrier barrier;

	sem_init(&barrier.done, 0, 0);
	call_rcu(&barrier.rcu, pass_barrier);
	while (sem_wait(&barrier.done))
		;
	sem_destroy(&barrier.done);
}

#else

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	urcu_memb_call_rcu(head, func);
}

void rcu_barrier(void)
{
	urcu_memb_barrier();
}

#endif
