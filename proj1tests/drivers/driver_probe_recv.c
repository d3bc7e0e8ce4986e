// SPDX-License-Identifier: MIT
/* slmbx_recv: what it writes and where, what it truncates, and nothing lost that could be kept. */
#include <signal.h>
#include <string.h>

#include "harness/driver.h"
#include "harness/payload.h"
#include "harness/probe.h"
#include "harness/workfile.h"

#define ok(out, ...) expect_probe(0, out, NULL, __VA_ARGS__)
#define fails(err, ...) expect_probe(1, "", err, __VA_ARGS__)
#define send_text(text) ok("", "slmbx_send", "42", "--string", text)

static void set_mailbox(void)
{
	workfile_remove();
	expect(slmbx_create(42, 0), 0);
}

START_TEST(hex_is_two_digits_a_byte)
{
	static const char bytes[] = "\0\001\377hello, this line is longer than 32";
	struct setting setting = { .input = bytes, .input_length = sizeof(bytes) };

	expect_probe_in(&setting, 0, "", NULL, "slmbx_send", "42", "-");
	ok("0001ff68656c6c6f2c2074686973206c696e65206973206c6f6e676572207468\n616e20333200\n",
	   "slmbx_recv", "42", "--hex");
	send_text("");
	ok("", "slmbx_recv", "42", "--hex");
	send_text("abc");
	expect_probe(0, "6162\n", "kept the first 2 bytes", "slmbx_recv", "42", "--hex", "--max",
		     "2");
}
END_TEST

/* It says so exactly when bytes are gone. */
START_TEST(max_truncates_and_says_so)
{
	send_text("truncated");
	expect_probe(0, "trunc",
		     "kept the first 5 bytes (--max 5); the rest of the message is gone",
		     "slmbx_recv", "42", "--max", "5");
	expect(slmbx_count(42), 0);
	send_text("exact");
	ok("exact", "slmbx_recv", "42", "--max", "5");
	send_text("less");
	ok("less", "slmbx_recv", "42", "--max", "5");
	send_text("all");
	ok("all", "slmbx_recv", "42", "--max", "4294967295");
	send_text("all");
	ok("all", "slmbx_recv", "42", "--max", "4294967294");
	send_text("none");
	expect_probe(0, "", "kept the first 0 bytes", "slmbx_recv", "42", "--max", "0");
	send_text("");
	ok("", "slmbx_recv", "42", "--max", "0");
	expect(slmbx_count(42), 0);
}
END_TEST

/* Where the message could never be kept, it isn't taken. */
START_TEST(a_bad_place_takes_nothing)
{
	const struct setting nobody = { .uid = NOBODY }, closed = { .output = "" };

	send_text("kept");
	fails("slmbx_recv: ENOENT: No such file or directory: can't write to /nonexistent/file; no message was taken",
	      "slmbx_recv", "42", "--out", "/nonexistent/file");
	fails("slmbx_recv: EISDIR", "slmbx_recv", "42", "--out", workfile_directory());
	fails("slmbx_recv: ENOENT", "slmbx_recv", "42", "--out", "");
	expect_probe_in(&closed, 1, "", "slmbx_recv: EBADF", "slmbx_recv", "42");
	if (geteuid() == 0)
		expect_probe_in(&nobody, 1, "", "slmbx_recv: EACCES", "slmbx_recv", "42", "--out",
				workfile());
	workfile_expect_none();
	ok("kept", "slmbx_recv", "42");
}
END_TEST

START_TEST(a_pipe_nobody_reads_takes_nothing)
{
	char path[32];
	struct setting broken = { .output = path };
	int ends[2];

	send_text("kept");
	ck_assert(!pipe(ends));
	/* /proc gives the child the write end after the reader has gone. */
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[1]);
	close(ends[0]);
	signal(SIGPIPE, SIG_IGN);
	probe_expect(__FILE__, __LINE__, &broken, 1, "", "slmbx_recv: EPIPE",
		     PROBE("slmbx_recv", "42"));
	close(ends[1]);
	ok("kept", "slmbx_recv", "42");
}
END_TEST

/* A disk that turns out to be full can't be helped; that the message is gone must be said. */
START_TEST(a_full_disk_is_told)
{
	const struct setting full = { .output = "/dev/full" };
	static const char told[] =
		"can't write to /dev/full; the message of 4 bytes was taken out of mailbox 42";

	send_text("gone");
	fails(told, "slmbx_recv", "42", "--out", "/dev/full");
	expect(slmbx_count(42), 0);
	send_text("gone");
	expect_probe_in(&full, 1, "", "slmbx_recv: ENOSPC", "slmbx_recv", "42");
	expect(slmbx_count(42), 0);
}
END_TEST

START_TEST(a_failed_receive_leaves_the_file)
{
	fails("ESRCH", "slmbx_recv", "42", "--out", workfile());
	workfile_expect_none();
	workfile_write("old contents", 12);
	fails("ESRCH", "slmbx_recv", "42", "--out", workfile());
	workfile_expect("old contents", 12);
	send_text("new");
	ok("", "slmbx_recv", "42", "--out", workfile());
	workfile_expect("new", 3);
}
END_TEST

#define MIXED 120
#define TAKERS 6

/* Small and large in turn: a receiver that trusted slmbx_length() would cut a large one short. */
static size_t mixed_size(uint32_t i)
{
	return i % 2 ? 10 + i : 40000 + 1000 * (size_t)i;
}

static void take_until_empty(unsigned int index, void *shared)
{
	unsigned char *seen = shared;

	for (;;) {
		struct outcome outcome =
			probe_run(&(struct setting){ 0 }, PROBE("slmbx_recv", "42"));
		uint32_t i;

		if (outcome.status == 1 && strstr(outcome.err, "ESRCH")) {
			probe_forget(&outcome);
			return;
		}
		ck_assert_msg(outcome.status == 0, "slmbx_recv: %d, %s", outcome.status,
			      outcome.err);
		ck_assert_uint_ge(outcome.out_length, sizeof(i));
		memcpy(&i, outcome.out, sizeof(i));
		ck_assert_uint_lt(i, MIXED);
		ck_assert_uint_eq(outcome.out_length, mixed_size(i));
		ck_assert(payload_intact((unsigned char *)outcome.out + 4, mixed_size(i) - 4, i));
		seen[i]++;
		probe_forget(&outcome);
	}
}

START_TEST(receivers_at_once_truncate_nothing)
{
	unsigned char *seen = shared_memory(MIXED), *bytes = malloc(mixed_size(MIXED));

	for (uint32_t i = 0; i < MIXED; i++) {
		memcpy(bytes, &i, sizeof(i));
		payload_fill(bytes + 4, mixed_size(i) - 4, i);
		expect(slmbx_send(42, bytes, (unsigned int)mixed_size(i)), 0);
	}
	together(TAKERS, take_until_empty, seen);
	ck_assert(payload_all(seen, MIXED, 1));
	free(bytes);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("probe recv");
	TCase *bytes = driver_case_ready(suite, "bytes", 120);

	tcase_add_checked_fixture(bytes, set_mailbox, NULL);
	tcase_add_test(bytes, hex_is_two_digits_a_byte);
	tcase_add_test(bytes, max_truncates_and_says_so);
	tcase_add_test(bytes, a_bad_place_takes_nothing);
	tcase_add_test(bytes, a_pipe_nobody_reads_takes_nothing);
	tcase_add_test(bytes, a_full_disk_is_told);
	tcase_add_test(bytes, a_failed_receive_leaves_the_file);
	tcase_add_test(bytes, receivers_at_once_truncate_nothing);
	return workfile_run(suite);
}
