// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

/* Both change whenever struct op or struct plan does. */
static const char magic[8] = "slmbxst1";

struct record {
	char magic[sizeof(magic)];
	uint64_t n;
	struct plan plan;
};

static bool complain(const char *path, const char *what)
{
	fprintf(stderr, "stress: %s: %s\n", path, what);
	return false;
}

bool record_save(const char *path, const struct history *history)
{
	struct record record = { .n = history->n, .plan = *history->plan };
	FILE *file = fopen(path, "we");
	bool saved;

	if (!file)
		return complain(path, strerror(errno));
	memcpy(record.magic, magic, sizeof(magic));
	saved = fwrite(&record, sizeof(record), 1, file) == 1 &&
		fwrite(history->ops, sizeof(*history->ops), history->n, file) == history->n;
	saved &= fclose(file) == 0;
	return saved || complain(path, strerror(errno));
}

/* A record is trusted to hold what was saved, but not to be one, nor to be whole. */
static bool read_record(FILE *file, struct record *record)
{
	return fread(record, sizeof(*record), 1, file) == 1 &&
	       !memcmp(record->magic, magic, sizeof(magic)) && record->plan.n_boxes <= MAX_BOXES &&
	       record->plan.n_users <= MAX_USERS && record->n < SIZE_MAX / sizeof(struct op);
}

static bool are_sound(const struct op *ops, size_t n, const struct plan *plan)
{
	for (size_t i = 0; i < n; i++)
		if (ops[i].kind >= OP_KINDS || ops[i].user >= plan->n_users ||
		    (ops[i].box != NO_BOX && ops[i].box >= plan->n_boxes))
			return false;
	return true;
}

bool record_load(const char *path, struct history *history)
{
	struct record *record = malloc(sizeof(*record));
	FILE *file = fopen(path, "re");
	struct op *ops;

	if (!record || !file)
		return complain(path, strerror(errno));
	if (!read_record(file, record))
		return complain(path, "not the record of a history");
	ops = malloc(record->n * sizeof(*ops));
	if (!ops || fread(ops, sizeof(*ops), record->n, file) != record->n ||
	    !are_sound(ops, record->n, &record->plan))
		return complain(path, "cut short or damaged");
	fclose(file);
	*history = (struct history){ .plan = &record->plan, .ops = ops, .n = record->n };
	return true;
}
