// SPDX-License-Identifier: MIT
#include <errno.h>
#include "kernel.h"

bool slmbx_is_answer(long result)
{
	return result == -ENODEV || result == -ENOENT;
}
