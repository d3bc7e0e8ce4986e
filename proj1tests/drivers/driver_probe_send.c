// SPDX-License-Identifier: MIT
/* slmbx_send: any bytes, any size, from anywhere; and what can't be read or isn't whole isn't sent. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "harness/driver.h"
#include "harness/payload.h"
#include "harness/probe.h"
#include "harness/workfile.h"

#define ok(out, ...) expect_probe(0, out, NULL, __VA_ARGS__)
#define fails(err, ...) expect_probe(1, "", err, __VA_ARGS__)

static void set_mailbox(void)
{
	workfile_remove();
	expect(slmbx_create(42, 0), 0);
}

static const size_t sizes[] = { 0, 1, 2, 4095, 4096, 4097, 65536, 65537, 1 << 20, 64 << 20 };
#define SIZES ((int)(sizeof(sizes) / sizeof(sizes[0])))

START_TEST(standard_input_comes_out_again)
{
	size_t size = sizes[_i];
	unsigned char *bytes = malloc(size + 1);
	struct setting setting = { .input = bytes, .input_length = size };
	struct outcome outcome;

	payload_fill(bytes, size, 1);
	expect_probe_in(&setting, 0, "", NULL, "slmbx_send", "42", "-");
	expect(slmbx_length(42), (long)size);
	outcome = probe_run(&(struct setting){ 0 }, PROBE("slmbx_recv", "42"));
	ck_assert_int_eq(outcome.status, 0);
	ck_assert_uint_eq(outcome.out_length, size);
	ck_assert(payload_intact((unsigned char *)outcome.out, size, 1));
	expect(slmbx_count(42), 0);
	probe_forget(&outcome);
	free(bytes);
}
END_TEST

START_TEST(a_file_comes_out_again)
{
	size_t size = sizes[_i];
	unsigned char *bytes = malloc(size + 1);

	payload_fill(bytes, size, 2);
	workfile_write(bytes, size);
	ok("", "slmbx_send", "42", "--file", workfile());
	unlink(workfile());
	ok("", "slmbx_recv", "42", "--out", workfile());
	workfile_expect(bytes, size);
	free(bytes);
}
END_TEST

START_TEST(a_pipe_is_read_to_its_end)
{
	int ends[2], status;
	pid_t child;

	ck_assert(!pipe(ends) && !fcntl(ends[1], F_SETFD, FD_CLOEXEC));
	child = probe_start(ends[0], PROBE("slmbx_send", "42", "-"));
	close(ends[0]);
	for (int i = 0; i < 5; i++) {
		ck_assert(write(ends[1], "part ", 5) == 5);
		usleep(5000);
		expect(slmbx_count(42), 0);
	}
	close(ends[1]);
	ck_assert(waitpid(child, &status, 0) == child && !status);
	ok("part part part part part ", "slmbx_recv", "42");
}
END_TEST

/* A file of /proc has size 0 and contents all the same. */
START_TEST(files_without_a_size_are_read)
{
	ok("", "slmbx_send", "42", "--file", "/proc/self/comm");
	ok("slmbx_send\n", "slmbx_recv", "42");
	ok("", "slmbx_send", "42", "--file", "/dev/null");
	ok("0\n", "slmbx_length", "42");
}
END_TEST

START_TEST(what_cannot_be_read_is_not_sent)
{
	const struct setting nobody = { .uid = NOBODY };

	fails("slmbx_send: ENOENT: No such file or directory: can't read /nonexistent; nothing was sent",
	      "slmbx_send", "42", "--file", "/nonexistent");
	fails("slmbx_send: EISDIR", "slmbx_send", "42", "--file", workfile_directory());
	fails("slmbx_send: ENOENT", "slmbx_send", "42", "--file", "");
	workfile_write("secret", 6);
	ck_assert(!chmod(workfile(), 0600) && !chmod(workfile_directory(), 0755));
	if (geteuid() == 0)
		expect_probe_in(&nobody, 1, "", "slmbx_send: EACCES", "slmbx_send", "42", "--file",
				workfile());
	expect(slmbx_count(42), 0);
}
END_TEST

/* One byte more than a message can have; a sparse workfile(), so nothing of that size is written or read. */
START_TEST(a_file_too_long_is_refused)
{
	workfile_write("", 0);
	ck_assert(!truncate(workfile(), 4294967296));
	fails("slmbx_send: EFBIG", "slmbx_send", "42", "--file", workfile());
	expect(slmbx_count(42), 0);
}
END_TEST

START_TEST(a_killed_send_sends_nothing)
{
	int ends[2];
	pid_t child;

	ck_assert(!pipe(ends) && !fcntl(ends[1], F_SETFD, FD_CLOEXEC));
	child = probe_start(ends[0], PROBE("slmbx_send", "42", "-"));
	ck_assert(write(ends[1], "half", 4) == 4);
	usleep(20000);
	kill(child, SIGKILL);
	ck_assert(waitpid(child, NULL, 0) == child);
	expect(slmbx_count(42), 0);
	ok("", "slmbx_send", "42", "--string", "next");
	ok("next", "slmbx_recv", "42");
}
END_TEST

/* Killed at any moment while it hands a large file over: the message is there whole or not at all. */
START_TEST(a_killed_send_of_a_file_is_whole_or_nothing)
{
	size_t size = 32 << 20;
	unsigned char *bytes = malloc(size);
	unsigned int arrived = 0;

	payload_fill(bytes, size, 3);
	workfile_write(bytes, size);
	for (unsigned int i = 0; i < 12; i++) {
		pid_t child = probe_start(0, PROBE("slmbx_send", "42", "--file", workfile()));

		usleep(i * 2000);
		kill(child, SIGKILL);
		ck_assert(waitpid(child, NULL, 0) == child);
		while (slmbx_count(42) > 0) {
			memset(bytes, 0, size);
			expect(slmbx_recv(42, bytes, (unsigned int)size), (long)size);
			ck_assert(payload_intact(bytes, size, 3));
			arrived++;
		}
	}
	ck_assert_uint_le(arrived, 12);
	free(bytes);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("probe send");
	TCase *bytes = driver_case_ready(suite, "bytes", 120);

	tcase_add_checked_fixture(bytes, set_mailbox, NULL);
	tcase_add_loop_test(bytes, standard_input_comes_out_again, 0, SIZES);
	tcase_add_loop_test(bytes, a_file_comes_out_again, 0, SIZES);
	tcase_add_test(bytes, a_pipe_is_read_to_its_end);
	tcase_add_test(bytes, files_without_a_size_are_read);
	tcase_add_test(bytes, what_cannot_be_read_is_not_sent);
	tcase_add_test(bytes, a_file_too_long_is_refused);
	tcase_add_test(bytes, a_killed_send_sends_nothing);
	tcase_add_test(bytes, a_killed_send_of_a_file_is_whole_or_nothing);
	return workfile_run(suite);
}
