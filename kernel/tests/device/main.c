// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>

#include "support.h"
#include "tap.h"

enum { PASSED = 0, FAILURES = 1, CANNOT_RUN = 2 };

static const char usage[] =
	"Usage: device [--module PATH] [--suite NAME]\n"
	"Tests /dev/slmbx and what the kernel shows of it, as root; TAP on stdout.\n"
	"\n"
	"  --module PATH  the slmbx.ko that is loaded, to unload and load it again\n"
	"                 (default: $SLMBX_MODULE)\n"
	"  --suite NAME   only ioctl, pointer, file, user, limit, listing, compat, trace, wait or module\n"
	"\n"
	"Exits with 0 if no test failed, 1 if any did, 2 if they could not run. Deletes every\n"
	"mailbox, so it refuses a device in use.\n";

static SRunner *make_runner(void)
{
	SRunner *runner = srunner_create(ioctl_suite());

	srunner_add_suite(runner, pointer_suite());
	srunner_add_suite(runner, file_suite());
	srunner_add_suite(runner, user_suite());
	srunner_add_suite(runner, limit_suite());
	srunner_add_suite(runner, listing_suite());
	srunner_add_suite(runner, compat_suite());
	srunner_add_suite(runner, trace_suite());
	srunner_add_suite(runner, wait_suite());
	srunner_add_suite(runner, module_suite());
	srunner_set_fork_status(runner, CK_FORK);
	srunner_set_tap(runner, "-");
	return runner;
}

static int run_tests(const char *suite)
{
	SRunner *runner = make_runner();
	int run, failed, skipped;

	if (tap_begin() != 0) {
		perror("device: stdout");
		return CANNOT_RUN;
	}
	srunner_run(runner, suite, NULL, CK_SILENT);
	suite_failed = tap_end() != 0;
	run = srunner_ntests_run(runner);
	skipped = harness_list_failures(runner);
	failed = srunner_ntests_failed(runner) - skipped;
	srunner_free(runner);
	printf("# %d passed, %d failed, %d skipped\n", run - failed - skipped, failed, skipped);
	if (run == skipped) {
		fprintf(stderr, "device: no test ran\n");
		return CANNOT_RUN;
	}
	return failed || suite_failed ? FAILURES : PASSED;
}

/* The tests begin on a device that answers and that nobody else uses. */
static bool device_ready(void)
{
	long ret;

	if (geteuid() != 0) {
		fprintf(stderr, "device: run it as root: it acts as several users\n");
		return false;
	}
	device = open(DEVICE, O_RDWR | O_CLOEXEC);
	if (device < 0) {
		fprintf(stderr, "device: %s: %s\n", DEVICE, strerror(errno));
		return false;
	}
	ret = dev_count(1);
	close(device);
	if (ret != -ENODEV)
		fprintf(stderr, "device: %s is in use or isn't ours: a first call is %s\n", DEVICE,
			result_name(ret));
	return ret == -ENODEV;
}

int main(int argc, char *argv[])
{
	static const struct option names[] = {
		{ "module", required_argument, NULL, 'm' },
		{ "suite", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ "child", required_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	const char *suite = NULL;
	int name;

	module_path = getenv("SLMBX_MODULE");
	while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (name) {
		case 'm':
			module_path = optarg;
			break;
		case 's':
			suite = optarg;
			break;
		case 'c':
			return file_child(atoi(optarg));
		case 'h':
			fputs(usage, stdout);
			return PASSED;
		default:
			fputs(usage, stderr);
			return CANNOT_RUN;
		}
	}
	return device_ready() ? run_tests(suite) : CANNOT_RUN;
}
