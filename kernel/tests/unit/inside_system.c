// SPDX-License-Identifier: MIT
/* The system itself, and a look into it. */
#include "system.c"

#include "inside_system.h"

const struct slmbx_skiplist *system_mailboxes(void)
{
	struct slmbx_system *system = rcu_dereference_protected(the_system, 1);

	return system ? &system->mailboxes : NULL;
}
