// SPDX-License-Identifier: MIT
#include <string.h>

#include "driver.h"

static void leave_unset(void)
{
	long result = slmbx_shutdown();

	/* A test that failed before may have left it set up. */
	ck_assert_msg(result == 0 || result == -ENODEV, "slmbx_shutdown answered %ld", result);
}

static void set_up(void)
{
	leave_unset();
	expect(slmbx_init(16, 4), 0);
}

TCase *driver_case(Suite *suite, const char *name, int seconds)
{
	TCase *tcase = tcase_create(name);

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, seconds);
	tcase_add_checked_fixture(tcase, leave_unset, leave_unset);
	return tcase;
}

TCase *driver_case_ready(Suite *suite, const char *name, int seconds)
{
	TCase *tcase = tcase_create(name);

	suite_add_tcase(suite, tcase);
	tcase_set_timeout(tcase, seconds);
	tcase_add_checked_fixture(tcase, set_up, leave_unset);
	return tcase;
}

/* A test under another name. They last as long as the program. */
struct named_test {
	TTest test;
	char name[160];
	struct named_test *next;
};

void driver_rows(TCase *tcase, const TTest *test, int n,
		 void (*name)(int row, char *text, size_t size))
{
	static struct named_test *all;

	for (int row = 0; row < n; row++) {
		struct named_test *named = malloc(sizeof(*named));

		if (!named)
			abort();
		named->test = *test;
		name(row, named->name, sizeof(named->name));
		named->test.name = named->name;
		named->next = all;
		all = named;
		tcase_add_loop_test(tcase, &named->test, row, row + 1);
	}
}

int driver_run(Suite *suite)
{
	return driver_run_limited(suite, NULL);
}

int driver_run_limited(Suite *suite, const struct limits *limits)
{
	SRunner *runner;
	int failed;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!engine_begin(limits))
		return EXIT_FAILURE;
	setenv("CK_TAP_LOG_FILE_NAME", "-", 0);
	runner = srunner_create(suite);
	srunner_set_fork_status(runner, CK_FORK);
	srunner_run_all(runner, CK_SILENT);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	slmbx_shutdown();
	return engine_end() && !failed ? EXIT_SUCCESS : EXIT_FAILURE;
}

const char *result_name(long result, char *name)
{
	const char *errno_name = result < 0 ? strerrorname_np((int)-result) : NULL;

	if (errno_name)
		snprintf(name, RESULT_NAME, "-%s", errno_name);
	else
		snprintf(name, RESULT_NAME, "%ld", result);
	return name;
}

struct view view_of(unsigned int id)
{
	struct view view = { .count = slmbx_count(id), .length = slmbx_length(id) };

	view.stat = slmbx_stat(id, &view.details, sizeof(view.details));
	/* Time alone changes it. */
	view.details.oldest = 0;
	return view;
}

bool view_equal(const struct view *a, const struct view *b)
{
	return a->count == b->count && a->length == b->length && a->stat == b->stat &&
	       !memcmp(&a->details, &b->details, sizeof(a->details));
}
