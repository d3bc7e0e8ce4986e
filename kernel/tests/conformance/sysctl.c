// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <stdio.h>

#include "harness.h"
#include "sysctl.h"

static struct sysctl {
	const char *path;
	char before[64];	/* its value; empty if it was never read */
} quotas[] = {
	{ .path = "/proc/sys/kernel/slmbx/max_bytes_per_uid" },
	{ .path = "/proc/sys/kernel/slmbx/max_mailboxes_per_uid" },
};

static bool read_value(const char *path, char *value, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, value, size - 1);

	if (fd >= 0)
		close(fd);
	value[n > 0 ? n : 0] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return n > 0;
}

static bool write_value(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, value, strlen(value));

	if (fd >= 0)
		close(fd);
	return n == (ssize_t)strlen(value);
}

static bool set(const struct sysctl *sysctl, const char *value)
{
	char now[sizeof(sysctl->before)];

	if (write_value(sysctl->path, value) && read_value(sysctl->path, now, sizeof(now)) &&
	    strcmp(now, value) == 0)
		return true;
	fprintf(stderr, "conformance: %s can't be set to %s: %s\n", sysctl->path, value,
		strerror(errno));
	return false;
}

bool sysctl_set_quotas(const char *bytes, const char *mailboxes)
{
	const char *const values[] = { bytes, mailboxes };

	for (unsigned int i = 0; i < ARRAY_SIZE(quotas); i++) {
		if (!read_value(quotas[i].path, quotas[i].before, sizeof(quotas[i].before)) ||
		    !set(&quotas[i], values[i])) {
			sysctl_reset_quotas();
			return false;
		}
	}
	return true;
}

bool sysctl_reset_quotas(void)
{
	bool all = true;

	for (unsigned int i = 0; i < ARRAY_SIZE(quotas); i++) {
		if (quotas[i].before[0])
			all &= set(&quotas[i], quotas[i].before);
	}
	return all;
}
