// SPDX-License-Identifier: MIT
/* options.uid: whom this thread acts for, put back after each call whatever it returned. */
#include "bindings.h"
#include <slmbx.h>

uid_t begin_acting_as(uid_t uid)
{
	return uid == SLMBX_SELF ? SLMBX_SELF : slmbx_act_as(uid);
}

void end_acting_as(uid_t uid, uid_t before)
{
	if (uid != SLMBX_SELF)
		slmbx_act_as(before);
}
