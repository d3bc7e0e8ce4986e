// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "support.h"

int main(int argc, char **argv)
{
	SRunner *runner;
	int failed;

	/* What a test wants of a copy of this program. */
	if (argc == 2 && !strcmp(argv[1], "--count"))
		_exit((int)-slmbx_count(1));

	if (base_make()) {
		perror("no directory for the tests");
		return EXIT_FAILURE;
	}
	runner = srunner_create(engine_suite());

	srunner_add_suite(runner, stat_suite());
	srunner_add_suite(runner, memory_suite());
	srunner_add_suite(runner, many_suite());
	srunner_add_suite(runner, fork_suite());
	srunner_add_suite(runner, thread_suite());
	srunner_add_suite(runner, identity_suite());
	srunner_add_suite(runner, signal_suite());
	srunner_add_suite(runner, restart_suite());
	srunner_add_suite(runner, peer_suite());

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	base_remove();
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
