// SPDX-License-Identifier: MIT
/* The probes' command lines: help, version, and every wrong word refused before anything is called. */
#include <string.h>

#include "harness/driver.h"
#include "harness/probe.h"

static const char *const probes[] = {
	"slmbx_init",  "slmbx_shutdown", "slmbx_create", "slmbx_destroy",
	"slmbx_count", "slmbx_send",	 "slmbx_recv",	 "slmbx_length",
	"slmbx_stat",  "slmbx_purge",	 "slmbx_list",
};
#define PROBES ((int)(sizeof(probes) / sizeof(probes[0])))

START_TEST(help_is_given)
{
	struct outcome outcome = probe_run(&(struct setting){ 0 }, PROBE(probes[_i], "--help"));
	char start[64];

	snprintf(start, sizeof(start), "Usage: %s", probes[_i]);
	ck_assert_int_eq(outcome.status, 0);
	ck_assert_str_eq(outcome.err, "");
	ck_assert(!strncmp(outcome.out, start, strlen(start)));
	ck_assert_ptr_nonnull(strstr(outcome.out, "--version"));
	ck_assert_ptr_nonnull(strstr(outcome.out, "Exit status"));
	probe_forget(&outcome);
}
END_TEST

START_TEST(version_is_given)
{
	char version[64];

	snprintf(version, sizeof(version), "%s %s\n", probes[_i], SLMBX_VERSION);
	expect_probe(0, version, NULL, probes[_i], "--version");
}
END_TEST

/* Help that can't be shown isn't a success. */
START_TEST(help_notices_a_full_disk)
{
	const struct setting full = { .output = "/dev/full" }, closed = { .output = "" };

	expect_probe_in(&full, 1, "", "ENOSPC", probes[_i], "--help");
	expect_probe_in(&full, 1, "", "ENOSPC", probes[_i], "--version");
	expect_probe_in(&closed, 1, "", "EBADF", probes[_i], "--help");
}
END_TEST

START_TEST(unknown_options_are_named)
{
	expect_probe(2, "", "'--bogus'", probes[_i], "--bogus", "1", "2");
	expect_probe(2, "", "'--bogus=3'", probes[_i], "1", "--bogus=3");
	expect_probe(2, "", "'-z'", probes[_i], "-z");
	expect_probe(2, "", "--help", probes[_i], "--help=me");
}
END_TEST

static const char *const bad_numbers[] = {
	"-1",
	"-0",
	"+1",
	"1.5",
	"1.",
	"x",
	"",
	" ",
	"1 ",
	" 1",
	"1x",
	"0x10",
	"1e3",
	"1,5",
	"4294967296",
	"4294967297",
	"42949672960",
	"18446744073709551616",
	"18446744073709551617",
	"99999999999999999999999999999999999999",
	"\xd9\xa3",
	"1\n",
	"\033[2J",
	"NaN",
	"-",
};
#define BAD_NUMBERS ((int)(sizeof(bad_numbers) / sizeof(bad_numbers[0])))

/* The wrong word is in the sentence, quoted; what would disturb a terminal in it shows as '?'. */
START_TEST(no_number_but_a_whole_one)
{
	const char *word = bad_numbers[_i];
	char quoted[64];

	snprintf(quoted, sizeof(quoted), "'%s'", word);
	for (char *c = quoted; *c; c++)
		if (*c > 0 && *c < ' ')
			*c = '?';
	for (int i = 2; i < PROBES; i++) {
		if (!strcmp(probes[i], "slmbx_send"))
			expect_probe(2, "", quoted, probes[i], word, "--string", "s");
		else
			expect_probe(2, "", quoted, probes[i], word);
	}
	expect_probe(2, "", quoted, "slmbx_init", word, "4");
	expect_probe(2, "", quoted, "slmbx_init", "16", word);
	expect_probe(2, "", quoted, "slmbx_recv", "1", "--max", word);
	expect(slmbx_count(1), 1);
}
END_TEST

static const char *const misuses[][6] = {
	{ "missing", "slmbx_init" },
	{ "missing", "slmbx_init", "16" },
	{ "'2'", "slmbx_init", "16", "4", "2" },
	{ "'1'", "slmbx_shutdown", "1" },
	{ "missing", "slmbx_create" },
	{ "'2'", "slmbx_create", "1", "2" },
	{ "'--protected=yes'", "slmbx_create", "1", "--protected=yes" },
	{ "missing", "slmbx_destroy" },
	{ "'2'", "slmbx_destroy", "1", "2" },
	{ "missing", "slmbx_count" },
	{ "missing", "slmbx_count", "--" },
	{ "'2'", "slmbx_count", "1", "2" },
	{ "missing", "slmbx_length" },
	{ "'2'", "slmbx_length", "1", "2" },
	{ "missing", "slmbx_stat" },
	{ "'2'", "slmbx_stat", "1", "2" },
	{ "missing", "slmbx_purge" },
	{ "'2'", "slmbx_purge", "1", "2" },
	{ "'2'", "slmbx_list", "1", "2" },
	{ "missing", "slmbx_recv" },
	{ "'2'", "slmbx_recv", "1", "2" },
	{ "'--max'", "slmbx_recv", "1", "--max" },
	{ "'--out'", "slmbx_recv", "1", "--out" },
	{ "missing", "slmbx_send" },
	{ "none", "slmbx_send", "1" },
	{ "'hello'", "slmbx_send", "1", "hello" },
	{ "several", "slmbx_send", "1", "-", "--string", "s" },
	{ "several", "slmbx_send", "1", "--string", "s", "--file=/dev/null" },
	{ "several", "slmbx_send", "1", "--string=a", "--string=b" },
	{ "'--string'", "slmbx_send", "1", "--string" },
	{ "'--file'", "slmbx_send", "1", "--file" },
	{ "'-'", "slmbx_send", "1", "-", "-" },
};
#define MISUSES ((int)(sizeof(misuses) / sizeof(misuses[0])))

static void misuse_name(int row, char *text, size_t size)
{
	snprintf(text, size, "wrong:");
	for (int i = 1; i < 6 && misuses[row][i]; i++) {
		size_t used = strlen(text);

		snprintf(text + used, size - used, " %s", misuses[row][i]);
	}
}

START_TEST(wrong_usage_calls_nothing)
{
	struct view before = view_of(1);
	const char *argv[6] = { NULL };

	memcpy(argv, &misuses[_i][1], 5 * sizeof(*argv));
	probe_expect(__FILE__, __LINE__, &(struct setting){ 0 }, 2, "", misuses[_i][0], argv);
	expect_same(1, &before);
}
END_TEST

static void set_mailbox(void)
{
	expect(slmbx_create(1, 0), 0);
	expect(slmbx_send(1, (const unsigned char *)"kept", 4), 0);
}

int main(void)
{
	Suite *suite = suite_create("probe usage");
	TCase *usage = driver_case_ready(suite, "usage", 60);

	tcase_add_checked_fixture(usage, set_mailbox, NULL);
	tcase_add_loop_test(usage, help_is_given, 0, PROBES);
	tcase_add_loop_test(usage, version_is_given, 0, PROBES);
	tcase_add_loop_test(usage, help_notices_a_full_disk, 0, PROBES);
	tcase_add_loop_test(usage, unknown_options_are_named, 0, PROBES);
	tcase_add_loop_test(usage, no_number_but_a_whole_one, 0, BAD_NUMBERS);
	driver_rows(usage, wrong_usage_calls_nothing, MISUSES, misuse_name);
	return driver_run(suite);
}
