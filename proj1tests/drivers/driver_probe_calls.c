// SPDX-License-Identifier: MIT
/* The probes as commands: a tour that works, every errno by name, two users, no engine. */
#include <limits.h>
#include <string.h>

#include "harness/driver.h"
#include "harness/probe.h"

static const struct setting nobody = { .uid = NOBODY }, neighbour = { .uid = NEIGHBOUR };

#define ok(out, ...) expect_probe(0, out, NULL, __VA_ARGS__)
#define fails(err, ...) expect_probe(1, "", err, __VA_ARGS__)

START_TEST(a_tour)
{
	ok("", "slmbx_init", "16", "4");
	ok("", "slmbx_create", "42");
	ok("0\n", "slmbx_count", "42");
	ok("", "slmbx_send", "42", "--string", "hello");
	ok("", "slmbx_send", "--string=second one", "42");
	ok("2\n", "slmbx_count", "--", "42");
	ok("5\n", "slmbx_length", "42");
	ok("hello", "slmbx_recv", "42");
	ok("1\n", "slmbx_count", "42");
	ok("second one", "slmbx_recv", "42");
	ok("", "slmbx_send", "42", "--string=");
	ok("0\n", "slmbx_length", "42");
	ok("", "slmbx_recv", "42");
	ok("0\n", "slmbx_count", "42");
	ok("", "slmbx_destroy", "42");
	fails("ENOENT", "slmbx_count", "42");
	ok("", "slmbx_shutdown");
	fails("ENODEV", "slmbx_count", "42");
}
END_TEST

START_TEST(stat_shows_what_there_is)
{
	char text[200];

	ok("", "slmbx_init", "16", "4");
	ok("", "slmbx_create", "42");
	snprintf(text, sizeof(text), "count 0\nbytes 0\nhead_length -\nowner %u\nprotected no\n",
		 geteuid());
	ok(text, "slmbx_stat", "42");
	ok("", "slmbx_send", "42", "--string", "hello");
	ok("", "slmbx_send", "42", "--string", "you");
	snprintf(text, sizeof(text), "count 2\nbytes 8\nhead_length 5\nowner %u\nprotected no\n",
		 geteuid());
	ok(text, "slmbx_stat", "42");
}
END_TEST

START_TEST(purge_says_how_many)
{
	ok("", "slmbx_init", "16", "4");
	ok("", "slmbx_create", "42");
	ok("0\n", "slmbx_purge", "42");
	ok("", "slmbx_send", "42", "--string", "hello");
	ok("", "slmbx_send", "42", "--string", "you");
	ok("2\n", "slmbx_purge", "42");
	ok("0\n", "slmbx_count", "42");
	fails("slmbx_recv: ESRCH", "slmbx_recv", "42");
}
END_TEST

START_TEST(list_shows_what_you_may_use)
{
	char text[5 * 3000] = "", *end = text;

	ok("", "slmbx_init", "16", "4");
	ok("", "slmbx_list");
	ok("", "slmbx_create", "42");
	ok("", "slmbx_create", "7", "--protected");
	ok("", "slmbx_create", "4294967294");
	ok("7\n42\n4294967294\n", "slmbx_list");
	ok("42\n4294967294\n", "slmbx_list", "7");
	ok("4294967294\n", "slmbx_list", "42");
	ok("", "slmbx_list", "4294967294");
	ok("", "slmbx_list", "4294967295");
	/* More than the command asks for at once. */
	for (unsigned int id = 100; id < 3000; id++) {
		expect(slmbx_create(id, 0), 0);
		if (id > 110)
			end += sprintf(end, "%u\n", id);
	}
	ok("", "slmbx_destroy", "4294967294");
	ok(text, "slmbx_list", "110");
}
END_TEST

/* A word that is a number goes to the call, which knows best: 0 and 4294967295 are its errors. */
START_TEST(every_number_reaches_the_call)
{
	static const char *const by_id[] = {
		"slmbx_destroy", "slmbx_count", "slmbx_recv",
		"slmbx_length",	 "slmbx_stat",	"slmbx_purge",
	};
	static const char *const never[] = { "0", "00", "4294967295", "4294967294" };

	fails("EINVAL", "slmbx_init", "0", "2");
	fails("EINVAL", "slmbx_init", "4294967295", "4294967295");
	fails("EINVAL", "slmbx_init", "4", "0");
	ok("", "slmbx_init", "4294967295", "16");
	for (size_t i = 0; i < 3; i++) {
		fails("slmbx_create: EINVAL: ", "slmbx_create", never[i]);
		fails("slmbx_create: EINVAL: ", "slmbx_create", never[i], "--protected");
	}
	for (size_t i = 0; i < 4; i++) {
		for (size_t j = 0; j < 6; j++)
			fails("ENOENT", by_id[j], never[i]);
		fails("ENOENT", "slmbx_send", never[i], "--string", "s");
	}
	ok("", "slmbx_create", "4294967294");
	ok("0\n", "slmbx_count", "4294967294");
	ok("0\n", "slmbx_count", "04294967294");
}
END_TEST

START_TEST(before_init_says_how_to_init)
{
	static const char advice[] =
		": ENODEV: the mailbox system isn't set up; root does that with slmbx_init";

	fails(advice, "slmbx_shutdown");
	fails(advice, "slmbx_create", "42");
	fails(advice, "slmbx_create", "0");
	fails(advice, "slmbx_destroy", "42");
	fails(advice, "slmbx_count", "42");
	fails(advice, "slmbx_send", "42", "--string", "s");
	fails(advice, "slmbx_recv", "42");
	fails(advice, "slmbx_length", "42");
	fails(advice, "slmbx_stat", "42");
	fails(advice, "slmbx_purge", "42");
	fails(advice, "slmbx_list");
}
END_TEST

START_TEST(every_errno_says_what_to_do)
{
	ok("", "slmbx_init", "16", "4");
	fails("slmbx_init: EEXIST: the mailbox system is set up already; slmbx_shutdown",
	      "slmbx_init", "16", "4");
	fails("slmbx_init: EINVAL: PTRS must be at least 1 and PROB one of 2, 4, 8 and 16",
	      "slmbx_init", "16", "5");
	fails("slmbx_create: EINVAL: a mailbox can't have id 0; choose", "slmbx_create", "0");
	fails("slmbx_send: ENOENT: no mailbox 42; make it with slmbx_create 42", "slmbx_send", "42",
	      "--string", "s");
	ok("", "slmbx_create", "42");
	fails("slmbx_create: EEXIST: mailbox 42 exists already;", "slmbx_create", "42");
	fails("slmbx_recv: ESRCH: mailbox 42 is empty; put a message in with slmbx_send 42",
	      "slmbx_recv", "42");
	fails("slmbx_length: ESRCH: mailbox 42 is empty;", "slmbx_length", "42");
	ok("0\n", "slmbx_count", "42");
}
END_TEST

START_TEST(users_are_kept_apart)
{
	static const char refused[] = "EPERM: mailbox 42 is protected and belongs to another user";
	static const char details[] =
		"count 1\nbytes 6\nhead_length 6\nowner 65534\nprotected yes\n";

	skip_unless_root();
	ok("", "slmbx_init", "16", "4");
	expect_probe_in(&nobody, 0, "", NULL, "slmbx_create", "42", "--protected");
	expect_probe_in(&nobody, 0, "", NULL, "slmbx_send", "42", "--string", "secret");
	fails(refused, "slmbx_send", "42", "--string", "s");
	expect_probe_in(&neighbour, 1, "", refused, "slmbx_count", "42");
	expect_probe_in(&neighbour, 1, "", refused, "slmbx_length", "42");
	expect_probe_in(&neighbour, 1, "", refused, "slmbx_recv", "42");
	expect_probe_in(&neighbour, 1, "", refused, "slmbx_stat", "42");
	expect_probe_in(&neighbour, 1, "", refused, "slmbx_purge", "42");
	expect_probe_in(&neighbour, 1, "", refused, "slmbx_destroy", "42");
	expect_probe_in(&neighbour, 0, "", NULL, "slmbx_list");
	ok("", "slmbx_list");
	expect_probe_in(&nobody, 0, "42\n", NULL, "slmbx_list");
	expect_probe_in(&neighbour, 1, "", "EEXIST", "slmbx_create", "42");
	expect_probe_in(&nobody, 0, details, NULL, "slmbx_stat", "42");
	expect_probe_in(&nobody, 0, "secret", NULL, "slmbx_recv", "42");
	expect_probe_in(&nobody, 0, "", NULL, "slmbx_destroy", "42");
}
END_TEST

START_TEST(unprotected_is_for_all)
{
	skip_unless_root();
	ok("", "slmbx_init", "16", "4");
	expect_probe_in(&nobody, 0, "", NULL, "slmbx_create", "42");
	expect_probe_in(&neighbour, 0, "", NULL, "slmbx_send", "42", "--string", "open");
	ok("open", "slmbx_recv", "42");
	expect_probe_in(&neighbour, 0, "", NULL, "slmbx_destroy", "42");
}
END_TEST

START_TEST(only_root_sets_up_and_shuts_down)
{
	skip_unless_root();
	expect_probe_in(&nobody, 1, "", "slmbx_init: EPERM: only root may", "slmbx_init", "16",
			"4");
	ok("", "slmbx_init", "16", "4");
	ok("", "slmbx_create", "42");
	expect_probe_in(&nobody, 1, "", "slmbx_shutdown: EPERM: only root may", "slmbx_shutdown");
	ok("0\n", "slmbx_count", "42");
}
END_TEST

START_TEST(no_engine_is_one_sentence)
{
	setenv("SLMBX_ENGINE", "daemon", 1);
	setenv("SLMBX_SOCKET", "/nonexistent/slmbxd.sock", 1);
	fails("slmbx_count: ECONNREFUSED: no mailbox engine answers; start slmbxd", "slmbx_count",
	      "1");
	setenv("SLMBX_SOCKET", "/dev/null", 1);
	fails("slmbx_count: ECONNREFUSED: no mailbox engine answers; start slmbxd", "slmbx_count",
	      "1");
	setenv("SLMBX_ENGINE", "steam", 1);
	fails("slmbx_count: EINVAL: SLMBX_ENGINE is 'steam'; it must be", "slmbx_count", "1");
	fails("slmbx_init: EINVAL: SLMBX_ENGINE is 'steam'; it must be", "slmbx_init", "16", "4");
	/* What needs no engine works without one. */
	ok("slmbx_count " SLMBX_VERSION "\n", "slmbx_count", "--version");
}
END_TEST

START_TEST(results_that_cannot_be_written_fail)
{
	const struct setting full = { .output = "/dev/full" }, closed = { .output = "" };

	ok("", "slmbx_init", "16", "4");
	ok("", "slmbx_create", "42");
	ok("", "slmbx_send", "42", "--string", "s");
	expect_probe_in(&full, 1, "", "slmbx_count: ENOSPC", "slmbx_count", "42");
	expect_probe_in(&full, 1, "", "slmbx_length: ENOSPC", "slmbx_length", "42");
	expect_probe_in(&full, 1, "", "slmbx_stat: ENOSPC", "slmbx_stat", "42");
	expect_probe_in(&full, 1, "", "slmbx_list: ENOSPC", "slmbx_list");
	expect_probe_in(&closed, 1, "", "slmbx_count: EBADF", "slmbx_count", "42");
	/* Who prints nothing needs nothing to print to. */
	expect_probe_in(&closed, 0, "", NULL, "slmbx_send", "42", "--string", "s");
	ok("2\n", "slmbx_count", "42");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("probe calls");
	TCase *calls = driver_case(suite, "calls", 60);

	tcase_add_test(calls, a_tour);
	tcase_add_test(calls, stat_shows_what_there_is);
	tcase_add_test(calls, purge_says_how_many);
	tcase_add_test(calls, list_shows_what_you_may_use);
	tcase_add_test(calls, every_number_reaches_the_call);
	tcase_add_test(calls, before_init_says_how_to_init);
	tcase_add_test(calls, every_errno_says_what_to_do);
	tcase_add_test(calls, users_are_kept_apart);
	tcase_add_test(calls, unprotected_is_for_all);
	tcase_add_test(calls, only_root_sets_up_and_shuts_down);
	tcase_add_test(calls, no_engine_is_one_sentence);
	tcase_add_test(calls, results_that_cannot_be_written_fail);
	return driver_run(suite);
}
