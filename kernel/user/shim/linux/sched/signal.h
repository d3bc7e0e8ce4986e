/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_SCHED_SIGNAL_H
#define SHIM_LINUX_SCHED_SIGNAL_H

#include <linux/compiler.h>
#include <linux/sched.h>

static inline int signal_pending(struct task_struct *task)
{
	return READ_ONCE(task->interrupted);
}

#endif /* SHIM_LINUX_SCHED_SIGNAL_H */
