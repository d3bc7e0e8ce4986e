// SPDX-License-Identifier: MIT
/*
 * memory N: bytes of memory an empty mailbox and a 64-byte message cost the
 * daemon's engine, as the growth of its resident set over N of each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/rcupdate.h>

#include "calls.h"
#include "shim.h"

#define MESSAGE_BYTES	64

static double resident(void)
{
	unsigned long size, pages;
	FILE *f = fopen("/proc/self/statm", "r");

	if (!f || fscanf(f, "%lu %lu", &size, &pages) != 2)
		abort();
	fclose(f);
	return (double)pages * sysconf(_SC_PAGESIZE);
}

static void must(long ret)
{
	if (ret >= 0)
		return;
	fprintf(stderr, "memory: a call failed with %ld\n", ret);
	exit(1);
}

int main(int argc, char **argv)
{
	struct task_struct task = { .fsuid = GLOBAL_ROOT_UID, .memory = &shim_own_memory };
	unsigned char payload[MESSAGE_BYTES] = {};
	unsigned int n = argc > 1 ? strtoul(argv[1], NULL, 10) : 0, i;
	double before;

	if (!n) {
		fprintf(stderr, "usage: memory N\n");
		return 2;
	}
	shim_thread_begin(&task);
	must(slmbx_do_init(32, 4));
	before = resident();
	for (i = 0; i < n; i++)
		must(slmbx_do_create((i + 1) * 2654435761U, 0));
	rcu_barrier();
	printf("mailbox\t%.1f\n", (resident() - before) / n);
	before = resident();
	for (i = 0; i < n; i++)
		must(slmbx_do_send((i % 1000 + 1) * 2654435761U, payload, sizeof(payload)));
	printf("message\t%.1f\n", (resident() - before) / n);
	must(slmbx_do_shutdown());
	rcu_barrier();
	shim_thread_end();
	return 0;
}
