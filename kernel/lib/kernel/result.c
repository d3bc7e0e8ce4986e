// SPDX-License-Identifier: MIT
#include <errno.h>
#include "kernel.h"

long slmbx_result(long ret)
{
	return ret == -1 ? -errno : ret;
}

bool slmbx_is_answer(long result)
{
	return result == -ENODEV || result == -ENOENT;
}
