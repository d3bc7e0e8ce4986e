// SPDX-License-Identifier: MIT
/*
 * What every request begins with, and what a refused one answers.
 */
#include <errno.h>
#include "../slmbx.h"
#include "daemon.h"

struct slmbxd_request slmbx_request(unsigned int nr, unsigned int id, uid_t as)
{
	struct slmbxd_request request = {
		.magic = SLMBXD_MAGIC,
		.call = (uint16_t)nr,
		.id = id,
	};

	if (as != SLMBX_SELF) {
		request.flags |= SLMBXD_AS_UID;
		request.uid = as;
	}
	return request;
}

/* The result of a call whose request was refused with @why. */
int slmbx_refusal(long why)
{
	switch (why) {
	case -EACCES:
	case -EUSERS:
		return (int)why;
	case -ETIMEDOUT:
		/* We were stopped in the middle of a frame. Nothing has been done. */
		return SLMBX_LOST;
	default:
		return -EPROTO;
	}
}
