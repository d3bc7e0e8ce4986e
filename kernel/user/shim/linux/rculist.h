/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_RCULIST_H
#define SHIM_LINUX_RCULIST_H

#include <linux/list.h>
#include <linux/rcupdate.h>

#define hlist_first_rcu(head)	(*((struct hlist_node __rcu **)(&(head)->first)))

static inline void hlist_add_head_rcu(struct hlist_node *node, struct hlist_head *head)
{
	struct hlist_node *first = head->first;

	node->next = first;
	node->pprev = &head->first;
	rcu_assign_pointer(hlist_first_rcu(head), node);
	if (first)
		first->pprev = &node->next;
}

/* Readers may still stand on @node, so its next stays. */
static inline void hlist_del_rcu(struct hlist_node *node)
{
	WRITE_ONCE(*node->pprev, node->next);
	if (node->next)
		node->next->pprev = node->pprev;
	node->pprev = NULL;
}

#define shim_hlist_entry(ptr, type, member) ({			\
	struct hlist_node *entry_ = (ptr);			\
	entry_ ? container_of(entry_, type, member) : NULL; })

/* Under the lock that serialises changes. */
#define hlist_for_each_entry(pos, head, member)						\
	for (pos = shim_hlist_entry((head)->first, typeof(*pos), member);		\
	     pos;									\
	     pos = shim_hlist_entry((pos)->member.next, typeof(*pos), member))

#define hlist_for_each_entry_rcu(pos, head, member)					\
	for (pos = shim_hlist_entry(rcu_dereference((head)->first), typeof(*pos), member);	\
	     pos;									\
	     pos = shim_hlist_entry(rcu_dereference((pos)->member.next), typeof(*pos), member))

#endif /* SHIM_LINUX_RCULIST_H */
