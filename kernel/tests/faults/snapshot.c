// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/slmbx.h>

#include "../guest/entry.h"
#include "../guest/files.h"
#include "../guest/tap.h"
#include "snapshot.h"

#define LISTING	"/proc/slmbx"

/* Every id a walk uses is below. */
#define IDS	40

static void print_mailbox(FILE *out, unsigned int id)
{
	struct slmbx_stat st = {};
	long result = enter(
		&(struct call){ .nr = SLMBX_CALL_STAT, .id = id, .mem = &st, .size = sizeof(st) });

	fprintf(out, "%u %s %llu %llu %u %u %u %u %llu %llu %llu\n", id, result_name(result),
		(unsigned long long)st.count, (unsigned long long)st.bytes, st.owner, st.flags,
		st.head_length, st.dead_letter, (unsigned long long)st.leased,
		(unsigned long long)st.delayed, (unsigned long long)st.max_messages);
}

char *snapshot_take(void)
{
	char *listing = file_text(LISTING), *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	expect(out, "no memory");
	for (unsigned int id = 0; id < IDS; id++)
		print_mailbox(out, id);
	fputs(listing, out);
	free(listing);
	fclose(out);
	return text;
}

void snapshot_expect(const char *before)
{
	char *after = snapshot_take();

	expect(strcmp(before, after) == 0, "the failed call changed\n%s\nto\n%s", before, after);
	free(after);
}
