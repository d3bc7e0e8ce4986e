// SPDX-License-Identifier: MIT
#include "story.h"

int main(void)
{
	SRunner *runner = srunner_create(answers_suite());
	int failed;

	srunner_add_suite(runner, existence_suite());
	srunner_add_suite(runner, queue_suite());
	srunner_add_suite(runner, random_suite());
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
