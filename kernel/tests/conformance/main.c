// SPDX-License-Identifier: MIT
#include <getopt.h>
#include <libgen.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "daemon.h"
#include "harness.h"
#include "tap.h"

enum { PASSED = 0, FAILURES = 1, CANNOT_RUN = 2, ONLY_SKIPS = 77 };

static const char usage[] =
	"Usage: conformance --engine daemon|syscall|device [options]\n"
	"Runs the conformance suite of the mailbox ABI against an engine; TAP on stdout.\n"
	"\n"
	"  --engine NAME      daemon: starts a slmbxd of its own and ends it after;\n"
	"                     syscall, device: takes what is there, and shuts it down\n"
	"  --daemon PATH      the slmbxd to start (default: beside this program)\n"
	"  --wipe             run even if the engine is in use: all mailboxes are lost\n"
	"  --suite NAME       only table, messages, pointers, access, limits, lifecycle,\n"
	"                     concurrency, quota, stat, errors, structs, deliveries,\n"
	"                     batches, leases, times, dead_letters, attributes or waiting\n"
	"  --case NAME        only this test case, for instance table/rows\n"
	"  --seed N           of everything random (default: 1)\n"
	"  --help             this text\n"
	"\n"
	"Exits with 0 if all passed and none was skipped, 1 if any failed, 2 if the suite\n"
	"could not run, 77 if some were skipped and all others passed.\n";

static struct {
	const char *suite, *tcase;
	bool wipe;
} selection;

static int read_options(int argc, char *const argv[])
{
	static const struct option names[] = {
		{ "engine", required_argument, NULL, 'e' },
		{ "daemon", required_argument, NULL, 'd' },
		{ "wipe", no_argument, NULL, 'w' },
		{ "suite", required_argument, NULL, 's' },
		{ "case", required_argument, NULL, 'c' },
		{ "seed", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int name;

	options.seed = 1;
	while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (name) {
		case 'e':
			options.engine = optarg;
			break;
		case 'd':
			options.daemon = optarg;
			break;
		case 'w':
			selection.wipe = true;
			break;
		case 's':
			selection.suite = optarg;
			break;
		case 'c':
			selection.tcase = optarg;
			break;
		case 'r':
			options.seed = strtoul(optarg, NULL, 0);
			break;
		case 'h':
			fputs(usage, stdout);
			exit(PASSED);
		default:
			return -1;
		}
	}
	return optind == argc && options.engine ? 0 : -1;
}

static bool known_engine(void)
{
	return engine_is_daemon() || strcmp(options.engine, "syscall") == 0 ||
	       strcmp(options.engine, "device") == 0;
}

static bool can_write(const char *dir)
{
	return dir && access(dir, W_OK | X_OK) == 0;
}

/* libcheck needs a place for temporary files, which a small guest may not have. */
static bool find_temporary_dir(void)
{
	const char *const dirs[] = { getenv("TEMP"), getenv("TMPDIR"), "/tmp", "/dev/shm", "/run" };

	for (unsigned int i = 0; i < ARRAY_SIZE(dirs); i++) {
		if (can_write(dirs[i]))
			return setenv("TEMP", dirs[i], 1) == 0;
	}
	/* A namespace of its own: nobody else sees the mount. */
	return unshare(CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("conformance", "/tmp", "tmpfs", 0, "mode=1777") == 0 &&
	       setenv("TEMP", "/tmp", 1) == 0;
}

/* What the engine says to a first call; in a child, for libslmbx to be fresh in each test. */
static long ask_engine(void)
{
	long result = -EIO;
	int fds[2];
	pid_t pid;

	if (pipe(fds) != 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		const char *name = slmbx_engine();

		result = slmbx_count(SLMBX_ID_NONE);
		if (result == -ENODEV && (!name || strcmp(name, options.engine) != 0))
			result = -ENOSYS;
		_exit(write(fds[1], &result, sizeof(result)) != sizeof(result));
	}
	close(fds[1]);
	if (pid < 0 || read(fds[0], &result, sizeof(result)) != sizeof(result))
		result = -EIO;
	close(fds[0]);
	waitpid(pid, NULL, 0);
	return result;
}

/* The suite begins on an engine that answers and that nobody else uses. */
static bool engine_ready(void)
{
	long result = ask_engine();

	switch (result) {
	case -ENODEV:
		return true;
	case -ENOSYS:
	case -ECONNREFUSED:
	case -EACCES:
	case -EUSERS:
	case -EIO:
		fprintf(stderr, "conformance: no engine \"%s\" here: the first call is %s\n",
			options.engine, result_name(result));
		return false;
	default:
		/* Initialised, or wrong from the first call on, which the tests will tell. */
		if (selection.wipe || engine_is_daemon())
			return true;
		fprintf(stderr, "conformance: the engine is in use, and the suite would delete "
				"every mailbox; say --wipe to let it\n");
		return false;
	}
}

static SRunner *make_runner(void)
{
	SRunner *runner = srunner_create(table_suite());

	srunner_add_suite(runner, messages_suite());
	srunner_add_suite(runner, pointers_suite());
	srunner_add_suite(runner, access_suite());
	srunner_add_suite(runner, limits_suite());
	srunner_add_suite(runner, lifecycle_suite());
	srunner_add_suite(runner, concurrency_suite());
	srunner_add_suite(runner, quota_suite());
	srunner_add_suite(runner, stat_suite());
	srunner_add_suite(runner, errors_suite());
	srunner_add_suite(runner, structs_suite());
	srunner_add_suite(runner, deliveries_suite());
	srunner_add_suite(runner, batches_suite());
	srunner_add_suite(runner, leases_suite());
	srunner_add_suite(runner, times_suite());
	srunner_add_suite(runner, dead_letters_suite());
	srunner_add_suite(runner, attributes_suite());
	srunner_add_suite(runner, waiting_suite());
	srunner_set_fork_status(runner, CK_FORK);
	srunner_set_tap(runner, "-");
	return runner;
}

static int run_tests(void)
{
	SRunner *runner = make_runner();
	int run, failed, skipped;

	if (tap_begin() != 0) {
		perror("conformance: stdout");
		return CANNOT_RUN;
	}
	srunner_run(runner, selection.suite, selection.tcase, CK_SILENT);
	if (tap_end() != 0) {
		perror("conformance: stdout");
		suite_failed = true;
	}
	run = srunner_ntests_run(runner);
	skipped = harness_list_failures(runner);
	failed = srunner_ntests_failed(runner) - skipped;
	srunner_free(runner);
	printf("# engine %s, seed %lu: %d passed, %d failed, %d skipped\n", options.engine,
	       options.seed, run - failed - skipped, failed, skipped);
	if (run == 0) {
		fprintf(stderr, "conformance: no such suite or case\n");
		return CANNOT_RUN;
	}
	return failed ? FAILURES : skipped ? ONLY_SKIPS : PASSED;
}

static int run_on_daemon(const char *self)
{
	static const char *const no_extra[] = { NULL };
	struct daemon daemon = { .pid = 0 };
	char beside[4096];
	int result;

	if (!options.daemon) {
		char *copy = strdup(self);

		snprintf(beside, sizeof(beside), "%s/slmbxd", dirname(copy));
		free(copy);
		options.daemon = beside;
	}
	if (!daemon_start(&daemon, options.daemon, no_extra))
		return CANNOT_RUN;
	result = engine_ready() ? run_tests() : CANNOT_RUN;
	suite_failed |= !daemon_stop(&daemon);
	return result;
}

int main(int argc, char *argv[])
{
	int result;

	if (read_options(argc, argv) != 0 || !known_engine() ||
	    (options.daemon && !engine_is_daemon())) {
		fputs(usage, stderr);
		return CANNOT_RUN;
	}
	if (!find_temporary_dir()) {
		fprintf(stderr, "conformance: no directory for temporary files; set TEMP to one\n");
		return CANNOT_RUN;
	}
	/* Both are slow: what the sanitizers check, and a guest, which a kernel engine is mostly in. */
#ifdef __SANITIZE_ADDRESS__
	setenv("CK_TIMEOUT_MULTIPLIER", "5", 0);
#endif
	if (!engine_is_daemon())
		setenv("CK_TIMEOUT_MULTIPLIER", "20", 0);
	setenv("SLMBX_ENGINE", options.engine, 1);
	if (engine_is_daemon())
		result = run_on_daemon(argv[0]);
	else
		result = engine_ready() ? run_tests() : CANNOT_RUN;
	return suite_failed && result != CANNOT_RUN ? FAILURES : result;
}
