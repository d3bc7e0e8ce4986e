// SPDX-License-Identifier: MIT
#include <stdio.h>

#include "harness.h"

struct options options;
bool suite_failed;

bool engine_is_daemon(void)
{
	return strcmp(options.engine, "daemon") == 0;
}

void need_root(void)
{
	if (geteuid() != 0)
		skip("needs root, to act as several users");
}

const char *result_name(long result)
{
	static __thread char names[4][24];
	static __thread unsigned int turn;
	char *name = names[turn++ % 4];
	const char *error = NULL;

	if (result < 0 && result > -4096)
		error = strerrorname_np((int)-result);
	if (error)
		snprintf(name, sizeof(names[0]), "-%s", error);
	else
		snprintf(name, sizeof(names[0]), "%ld", result);
	return name;
}

uint64_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dULL;
}

uint64_t random_seed(unsigned int salt)
{
	uint64_t state = (options.seed + 1) * 0x9e3779b97f4a7c15ULL + salt;

	return state ? state : 1;
}

static void start_uninitialised(void)
{
	long result = slmbx_shutdown();

	if (result == -EPERM)
		skip("needs root, to initialise this engine");
	ck_assert_msg(result == 0 || result == -ENODEV, "shutdown before the test is %s",
		      result_name(result));
}

static void end_uninitialised(void)
{
	long result = slmbx_shutdown();

	ck_assert_msg(result == 0 || result == -ENODEV, "shutdown after the test is %s",
		      result_name(result));
	expect(-ENODEV, slmbx_count(1));
}

TCase *harness_case(Suite *suite, const char *name, double timeout)
{
	TCase *tc = tcase_create(name);

	tcase_set_timeout(tc, timeout);
	tcase_add_checked_fixture(tc, start_uninitialised, end_uninitialised);
	suite_add_tcase(suite, tc);
	return tc;
}

/* libcheck keeps pointers to the tests: they live as long as the process. */
static TTest *row_test(const TTest *like, const char *name)
{
	static struct kept {
		struct kept *next;
		TTest test;
	} *all;
	struct kept *kept = calloc(1, sizeof(*kept));

	if (!kept)
		abort();
	kept->test = *like;
	kept->test.name = strdup(name);
	kept->next = all;
	all = kept;
	return &kept->test;
}

void harness_add_rows(TCase *tc, const TTest *test, unsigned int n, row_name_fn name)
{
	char text[160];

	for (unsigned int row = 0; row < n; row++) {
		name((int)row, text, sizeof(text));
		tcase_add_loop_test(tc, row_test(test, text), (int)row, (int)row + 1);
	}
}

int harness_list_failures(SRunner *runner)
{
	TestResult **failures = srunner_failures(runner);
	int skips = 0;

	for (int i = 0; i < srunner_ntests_failed(runner); i++) {
		TestResult *failure = failures[i];

		if (strncmp(tr_msg(failure), SKIP_MARK, strlen(SKIP_MARK)) == 0)
			skips++;
		else
			printf("# %s:%d: %s: %s\n", tr_lfile(failure), tr_lno(failure),
			       tr_tcname(failure), tr_msg(failure));
	}
	free(failures);
	return skips;
}
