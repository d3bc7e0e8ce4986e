/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_LINUX_CRED_H
#define SHIM_LINUX_CRED_H

#include <linux/sched.h>

static inline kuid_t current_fsuid(void)
{
	return current->fsuid;
}

static inline struct user_namespace *current_user_ns(void)
{
	return NULL;
}

#endif /* SHIM_LINUX_CRED_H */
