// SPDX-License-Identifier: MIT
/* A program as a user of the installed library writes it. */
#include <errno.h>
#include <slmbx.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	long ret;

	/* Nobody can listen below a file. */
	setenv("SLMBX_SOCKET", "/dev/null/slmbxd.sock", 1);
	ret = slmbx_count(1);
	if (ret != -ECONNREFUSED) {
		fprintf(stderr, "slmbx_count: %ld, not -ECONNREFUSED\n", ret);
		return 1;
	}
	return slmbx_engine() ? 1 : 0;
}
