// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "limits.h"

static const char mailboxes[] = "/proc/sys/kernel/slmbx/max_mailboxes_per_uid";
static const char bytes[] = "/proc/sys/kernel/slmbx/max_bytes_per_uid";

static char mailboxes_before[64], bytes_before[64];

static bool keep(const char *path, char *value, size_t size)
{
	FILE *file = fopen(path, "r");
	bool read = file && fgets(value, (int)size, file);

	if (!read)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	if (file)
		fclose(file);
	return read;
}

static bool set(const char *path, const char *value)
{
	FILE *file = fopen(path, "w");
	bool written = file && fputs(value, file) >= 0;

	/* What was written goes out here, in one piece. */
	if (file && fclose(file))
		written = false;
	if (!written)
		fprintf(stderr, "%s: can't write %s: %s\n", path, value, strerror(errno));
	return written;
}

bool limits_restore(void)
{
	return (!*mailboxes_before || set(mailboxes, mailboxes_before)) &&
	       (!*bytes_before || set(bytes, bytes_before));
}

bool limits_set(const struct limits *limits)
{
	if (keep(mailboxes, mailboxes_before, sizeof(mailboxes_before)) &&
	    keep(bytes, bytes_before, sizeof(bytes_before)) && set(mailboxes, limits->mailboxes) &&
	    set(bytes, limits->bytes))
		return true;
	limits_restore();
	return false;
}
