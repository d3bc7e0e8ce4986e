// SPDX-License-Identifier: MIT
/*
 * Kernel memory, as the growth of what is allocated: pages that are no longer free
 * (/proc/meminfo), and the slabs among them (/proc/slabinfo), with the names of those
 * that took the most.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "measures.h"
#include "mechanisms.h"

#define CACHES_MAX	512
#define BYTES		64
/* A queue that is a file takes a descriptor, or two. */
#define QUEUES_MAX	10000
#define SETTLE_SECONDS	60
#define SETTLED_BYTES	(64 << 10)

struct cache {
	char name[64];
	double bytes;
};

struct state {
	struct cache caches[CACHES_MAX];
	size_t cache_count;
	double slabs, in_use;
};

static double meminfo(const char *name)
{
	FILE *f = fopen("/proc/meminfo", "r");
	char line[128];
	double kib = -1;

	if (!f)
		fail("/proc/meminfo");
	while (kib < 0 && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ':')
			kib = atof(line + strlen(name) + 1);
	fclose(f);
	return kib * 1024;
}

static void read_slabinfo(struct state *state)
{
	FILE *f = fopen("/proc/slabinfo", "r");
	unsigned long pages, slabs;
	struct cache *cache;
	char line[512];

	if (!f)
		fail("/proc/slabinfo (root reads it, of a kernel with CONFIG_SLUB_DEBUG)");
	while (state->cache_count < CACHES_MAX && fgets(line, sizeof(line), f)) {
		cache = &state->caches[state->cache_count];
		if (sscanf(line,
			   "%63s %*u %*u %*u %*u %lu : tunables %*u %*u %*u : slabdata %*u %lu",
			   cache->name, &pages, &slabs) != 3)
			continue;
		cache->bytes = (double)slabs * pages * sysconf(_SC_PAGESIZE);
		state->slabs += cache->bytes;
		state->cache_count++;
	}
	fclose(f);
}

/* Free pages that a CPU keeps for itself, which MemFree leaves out. */
static double kept_by_cpus(void)
{
	FILE *f = fopen("/proc/zoneinfo", "r");
	unsigned long count, pages = 0;
	char line[256];

	if (!f)
		fail("/proc/zoneinfo");
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, " count: %lu", &count) == 1)
			pages += count;
	fclose(f);
	return (double)pages * sysconf(_SC_PAGESIZE);
}

static double pages_in_use(void)
{
	return meminfo("MemTotal") - meminfo("MemFree") - meminfo("Cached") - kept_by_cpus();
}

/* Until nothing is freed any more, by RCU and by workers. */
static void settle(void)
{
	double before, now = pages_in_use() + meminfo("Slab");
	int seconds;

	for (seconds = 0; seconds < SETTLE_SECONDS; seconds++) {
		sleep(1);
		before = now;
		now = pages_in_use() + meminfo("Slab");
		if (now > before - SETTLED_BYTES && now < before + SETTLED_BYTES)
			return;
	}
}

static struct state *look(void)
{
	struct state *state = calloc(1, sizeof(*state));

	if (!state)
		fail("calloc");
	settle();
	read_slabinfo(state);
	state->in_use = pages_in_use();
	return state;
}

/* Caches that grew by more than a fiftieth of what all did: "name bytes, ..." */
static void print_growth(const struct state *before, const struct state *after, double n)
{
	double grown, all = after->slabs - before->slabs;
	const char *separator = "";
	size_t i;

	for (i = 0; i < after->cache_count; i++) {
		if (i >= before->cache_count ||
		    strcmp(after->caches[i].name, before->caches[i].name))
			continue;
		grown = after->caches[i].bytes - before->caches[i].bytes;
		if (grown < all / 50 || grown <= 0)
			continue;
		printf("%s%s %.0f", separator, after->caches[i].name, grown / n);
		separator = ", ";
	}
	printf("\n");
}

static void print(const char *what, const struct mechanism *m, struct state *before, unsigned int n)
{
	struct state *after = look();

	printf("memory\t%s\t%s\t%u\t%.1f\t%.1f\t", what, m->name, n,
	       (after->slabs - before->slabs) / n, (after->in_use - before->in_use) / n);
	print_growth(before, after, n);
	free(before);
	free(after);
}

static void measure_queues(const struct mechanism *m, unsigned int n)
{
	struct queue *queues = calloc(n, sizeof(*queues));
	struct state *before;
	unsigned int i, made;

	if (!queues)
		fail("calloc");
	/* Touched, so that it isn't counted; so is what the first of a kind brings along. */
	memset(queues, 0xff, n * sizeof(*queues));
	if (!m->open(&queues[0], BYTES, 1)) {
		free(queues);
		return;
	}
	before = look();
	for (made = 1; made < n; made++)
		if (!m->open(&queues[made], BYTES, 1))
			fail(m->name);
	print("queue", m, before, n - 1);
	for (i = 0; i < made; i++)
		m->close(&queues[i]);
	free(queues);
}

static void measure_messages(const struct mechanism *m, unsigned int n)
{
	unsigned char *message = message_buffer();
	struct queue queue = { .size = BYTES };
	struct state *before;
	unsigned int sent;
	long ret = 0;

	if (!m->open(&queue, BYTES, n)) {
		free(message - HEADROOM);
		return;
	}
	before = look();
	for (sent = 0; sent < n && !ret; sent += !ret)
		ret = m->send(&queue, message, BYTES);
	if (ret && !would_wait(ret)) {
		errno = -ret;
		fail(m->name);
	}
	print("message", m, before, sent);
	m->close(&queue);
	free(message - HEADROOM);
}

static bool is_slmbx(const struct mechanism *m)
{
	return m == SLMBX;
}

void measure_memory(unsigned int count)
{
	unsigned int queues = count < QUEUES_MAX ? count : QUEUES_MAX;
	size_t m;

	start_slmbx();
	for (m = 0; m < mechanism_count; m++) {
		/* The library's mailboxes are no others. */
		if (!strcmp(mechanisms[m].name, "libslmbx"))
			continue;
		measure_queues(&mechanisms[m], is_slmbx(&mechanisms[m]) ? count : queues);
		measure_messages(&mechanisms[m], is_slmbx(&mechanisms[m]) ? count : 4 * queues);
	}
}
