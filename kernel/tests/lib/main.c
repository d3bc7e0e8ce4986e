// SPDX-License-Identifier: MIT
/*
 * Usage: test-lib [daemon|syscall|device]
 *
 * The engine the tests are about; the daemon's by default. The kernel engines are tested
 * as uid 0 and on a kernel that has them, whose mailboxes are lost. SLMBX_MODULE is the
 * slmbx.ko that was loaded, to unload it and load it again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "support.h"

/* What a user of slmbx.h sees, which no engine changes. */
static void add_common(SRunner *runner)
{
	srunner_add_suite(runner, memory_suite());
	srunner_add_suite(runner, many_suite());
	srunner_add_suite(runner, fork_suite());
	srunner_add_suite(runner, thread_suite());
	srunner_add_suite(runner, identity_suite());
	srunner_add_suite(runner, signal_suite());
	srunner_add_suite(runner, vectors_suite());
	srunner_add_suite(runner, waiting_suite());
}

static void add_daemon(SRunner *runner)
{
	srunner_add_suite(runner, engine_suite());
	srunner_add_suite(runner, choice_suite());
	srunner_add_suite(runner, restart_suite());
	srunner_add_suite(runner, peer_suite());
	srunner_add_suite(runner, arguments_suite());
	srunner_add_suite(runner, syscall_suite());
}

static void add_kernel(SRunner *runner)
{
	srunner_add_suite(runner, kernel_suite());
	srunner_add_suite(runner, acting_suite());
	if (on_device())
		srunner_add_suite(runner, device_suite());
}

/* In a child: each test makes the process's first call. */
static bool engine_is_free(void)
{
	pid_t child = fork();
	int status;

	if (!child) {
		setenv("SLMBX_ENGINE", test_engine, 1);
		_exit(slmbx_count(SLMBX_ID_NONE) == -ENODEV && is_root() ? 0 : 1);
	}
	return child > 0 && waitpid(child, &status, 0) == child && !status;
}

static int run(void)
{
	SRunner *runner = srunner_create(stat_suite());
	int failed;

	add_common(runner);
	if (on_daemon())
		add_daemon(runner);
	else
		add_kernel(runner);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	int result;

	/* What a test wants of a copy of this program. */
	if (argc == 2 && !strcmp(argv[1], "--count"))
		_exit((int)-slmbx_count(1));
	if (argc == 2 && !strcmp(argv[1], "--engine")) {
		const char *name = slmbx_engine();

		return fputs(name ? name : "none", stdout) < 0;
	}

	if (argc == 2)
		test_engine = argv[1];
	/* A guest is slow. */
	if (!on_daemon())
		setenv("CK_TIMEOUT_MULTIPLIER", "10", 0);
	if (!on_daemon() && !engine_is_free()) {
		fprintf(stderr, "test-lib: needs uid 0 and an engine \"%s\" that nobody uses\n",
			test_engine);
		return EXIT_FAILURE;
	}
	if (base_make()) {
		perror("no directory for the tests");
		return EXIT_FAILURE;
	}
	result = run();
	base_remove();
	return result;
}
