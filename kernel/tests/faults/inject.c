// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <unistd.h>

#include "../guest/files.h"
#include "../guest/tap.h"
#include "inject.h"

#define DEBUGFS "/sys/kernel/debug"

/*
 * What is set while faults are injected, and what it was. First that only tasks which
 * ask for it are failed for long; what then fails all of their pages comes last. Slabs
 * aren't failed for long: vmalloc() warns of that.
 */

/* clang-format off */
static struct {
	const char *path;
	const char *value;
	char before[32];
} settings[] = {
	{ .path = DEBUGFS "/fail_usercopy/verbose", .value = "0" },
	{ .path = DEBUGFS "/fail_page_alloc/ignore-gfp-highmem", .value = "N" },
	{ .path = DEBUGFS "/fail_page_alloc/min-order", .value = "0" },
	{ .path = DEBUGFS "/failslab/verbose", .value = "0" },
	{ .path = DEBUGFS "/failslab/ignore-gfp-wait", .value = "N" },
	{ .path = DEBUGFS "/fail_page_alloc/verbose", .value = "0" },
	{ .path = DEBUGFS "/fail_page_alloc/ignore-gfp-wait", .value = "N" },
	{ .path = DEBUGFS "/fail_page_alloc/task-filter", .value = "Y" },
	{ .path = DEBUGFS "/fail_page_alloc/times", .value = "0xffffffff" },
	{ .path = DEBUGFS "/fail_page_alloc/probability", .value = "100" },
};

/* clang-format on */

#define SETTINGS (sizeof(settings) / sizeof(settings[0]))

static int nth_fd = -1, lasting_fd = -1;

const char *inject_begin(void)
{
	if (access("/proc/self/fail-nth", W_OK) != 0)
		return "/proc/self/fail-nth (CONFIG_FAULT_INJECTION)";
	if (access(DEBUGFS "/failslab", F_OK) != 0)
		mount("debugfs", DEBUGFS, "debugfs", 0, NULL);
	for (size_t i = 0; i < SETTINGS; i++) {
		if (!file_read(settings[i].path, settings[i].before, sizeof(settings[i].before)) ||
		    !file_write(settings[i].path, settings[i].value))
			return settings[i].path;
	}
	return NULL;
}

void inject_end(void)
{
	for (size_t i = SETTINGS; i-- > 0;)
		file_write(settings[i].path, settings[i].before);
}

void inject_open(void)
{
	/* A page that has to come first would be what fails. */
	expect(mlockall(MCL_CURRENT | MCL_FUTURE) == 0, "mlockall: %m");
	nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	expect(nth_fd >= 0, "fail-nth: %m");
	lasting_fd = open("/proc/thread-self/make-it-fail", O_RDWR | O_CLOEXEC);
	expect(lasting_fd >= 0, "make-it-fail: %m");
}

void inject_arm(unsigned int nth, bool lasting)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	/* Looked at only once the nth has come. */
	expect(pwrite(lasting_fd, lasting ? "1" : "0", 1, 0) == 1, "make-it-fail: %m");
	expect(pwrite(nth_fd, text, len, 0) == len, "fail-nth: %m");
}

bool inject_disarm(void)
{
	char text[16] = "";
	ssize_t got = pread(nth_fd, text, sizeof(text) - 1, 0);

	/* The read's own copy may be the one that fails: then none did before. */
	expect(got >= 0 || errno == EFAULT, "fail-nth: %m");
	/* So may the write's. */
	while (pwrite(nth_fd, "0", 1, 0) != 1)
		expect(errno == EFAULT, "fail-nth: %m");
	expect(pwrite(lasting_fd, "0", 1, 0) == 1, "make-it-fail: %m");
	return got > 0 && strtoul(text, NULL, 10) == 0;
}
