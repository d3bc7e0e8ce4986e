// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"

#define KMEMLEAK "/sys/kernel/debug/kmemleak"
/* kmemleak tells nothing of what is younger than five seconds. */
#define YOUNG_SECONDS 6

void find_leaks(void)
{
	char *leaks;

	if (!getenv("vm_leaks"))
		return;
	sleep(YOUNG_SECONDS);
	/* An object counts as lost when two scans in a row found nothing that points to it. */
	if (write_file(KMEMLEAK, "scan") || write_file(KMEMLEAK, "scan"))
		give_up("looking for leaks");
	leaks = read_file_at(AT_FDCWD, KMEMLEAK, NULL);
	if (!leaks)
		give_up("reading " KMEMLEAK);
	for (char *line = strtok(leaks, "\n"); line; line = strtok(NULL, "\n"))
		note("kmemleak: %s", line);
	free(leaks);
}
