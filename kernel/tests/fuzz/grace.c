// SPDX-License-Identifier: MIT
/*
 * RCU of a program with one thread, in place of liburcu's: a grace period ends when
 * it is asked for, so that the same input does the same each time and what was freed
 * too early is found at once.
 */
#include <linux/rcupdate.h>

static struct rcu_head *waiting;

static struct rcu_head *next_of(const struct rcu_head *head)
{
	return (struct rcu_head *)head->next.next;
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	head->func = func;
	head->next.next = (struct cds_wfcq_node *)waiting;
	waiting = head;
}

/* Callbacks may wait for the next one. */
void rcu_barrier(void)
{
	struct rcu_head *head, *next;

	while (waiting) {
		head = waiting;
		waiting = NULL;
		for (; head; head = next) {
			next = next_of(head);
			head->func(head);
		}
	}
}

void synchronize_rcu(void)
{
	rcu_barrier();
}
