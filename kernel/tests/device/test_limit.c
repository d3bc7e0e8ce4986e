// SPDX-License-Identifier: MIT
/* The limits of a uid: sysctls, and parameters that say the same. */
#include <fcntl.h>
#include <stdio.h>

#include "support.h"
#include "users.h"

#define SYSCTLS "/proc/sys/kernel/slmbx/"
#define PARAMETERS "/sys/module/slmbx/parameters/"

static const char *const names[] = { "max_bytes_per_uid", "max_mailboxes_per_uid" };
enum { BYTES, MAILBOXES };

static char *before[ARRAY_SIZE(names)];

static const char *path_of(const char *dir, int limit)
{
	static char path[80];

	snprintf(path, sizeof(path), "%s%s", dir, names[limit]);
	return path;
}

static void expect_limit(int limit, const char *text)
{
	char *got = file_text(path_of(SYSCTLS, limit));

	ck_assert_str_eq(got, text);
	free(got);
	got = file_text(path_of(PARAMETERS, limit));
	ck_assert_str_eq(got, text);
	free(got);
}

static void set(int limit, const char *text)
{
	expect((long)strlen(text), file_write_text(path_of(SYSCTLS, limit), text));
}

static void remember(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		before[i] = file_text(path_of(SYSCTLS, (int)i));
}

static void restore(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		set((int)i, before[i]);
}

START_TEST(defaults)
{
	char *text = file_text("/proc/meminfo");
	double memory = strtod(text + strcspn(text, "0123456789"), NULL) * 1024;
	double bytes = strtod(before[BYTES], NULL);

	ck_assert_msg(bytes > memory * 0.4 && bytes < memory * 0.6, "%.0f of %.0f bytes", bytes,
		      memory);
	/* Enough for a million, which a uid with the memory may have. */
	ck_assert_str_eq(before[MAILBOXES], "16777216\n");
	free(text);
}
END_TEST

START_TEST(read_what_was_written)
{
	static const struct {
		const char *written, *read;
	} rows[] = {
		{ "0", "0\n" },
		{ "1\n", "1\n" },
		{ "  4096 \n", "4096\n" },
		{ "007", "7\n" },
		{ "9223372036854775807", "9223372036854775807\n" },
	};

	for (int limit = BYTES; limit <= MAILBOXES; limit++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
			set(limit, rows[i].written);
			expect_limit(limit, rows[i].read);
		}
		expect_limit(!limit, limit == BYTES ? before[MAILBOXES] : "9223372036854775807\n");
	}
}
END_TEST

START_TEST(refused)
{
	static const struct {
		const char *text;
		size_t len;
		int err;
	} rows[] = {
		{ "-1", 2, EINVAL },
		{ "-9223372036854775808", 20, EINVAL },
		{ "9223372036854775808", 19, ERANGE },
		{ "18446744073709551616", 20, ERANGE },
		{ "99999999999999999999999999999999999999999", 41, ERANGE },
		{ "12x", 3, EINVAL },
		{ "x", 1, EINVAL },
		{ "0x10", 4, EINVAL },
		{ "1 2", 3, EINVAL },
		{ "1\n2", 3, EINVAL },
		{ "1.5", 3, EINVAL },
		{ "1e3", 3, EINVAL },
		{ "1\0002", 3, EINVAL },
		{ " ", 1, EINVAL },
		{ "\n", 1, EINVAL },
		{ "-", 1, EINVAL },
		{ "5                                                                 x", 67,
		  EINVAL },
		{ "5                                                                  ", 67,
		  EINVAL },
	};

	for (int limit = BYTES; limit <= MAILBOXES; limit++) {
		set(limit, "4321");
		for (unsigned int i = 0; i < ARRAY_SIZE(rows); i++) {
			long ret = file_write(path_of(SYSCTLS, limit), rows[i].text, rows[i].len);

			ck_assert_msg(ret == -rows[i].err, "writing \"%s\" is %s, should be %s",
				      rows[i].text, result_name(ret), result_name(-rows[i].err));
			expect_limit(limit, "4321\n");
		}
	}
}
END_TEST

/* A number in two writes would be two numbers. */
START_TEST(second_write)
{
	int fd;

	fd = open(path_of(SYSCTLS, BYTES), O_WRONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	expect(2, write(fd, "12", 2));
	expect(-1, write(fd, "34", 2));
	ck_assert_int_eq(errno, EINVAL);
	expect(-1, pwrite(fd, "34", 2, 1));
	ck_assert_int_eq(errno, EINVAL);
	expect(2, pwrite(fd, "56", 2, 0));
	close(fd);
	expect_limit(BYTES, "56\n");
}
END_TEST

START_TEST(short_reads)
{
	char text[16] = "";
	size_t len = 0;
	ssize_t got;
	int fd;

	set(BYTES, "123456789");
	fd = open(path_of(SYSCTLS, BYTES), O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	while ((got = read(fd, text + len, 4)) > 0) {
		len += (size_t)got;
		ck_assert_uint_le(len, 10);
	}
	ck_assert_int_eq(got, 0);
	ck_assert_str_eq(text, "123456789\n");
	close(fd);
}
END_TEST

static void fail_to_write(void *arg)
{
	const bool *in_namespace = arg;

	if (*in_namespace) {
		enter_user_namespace(0);
	}
	for (int limit = BYTES; limit <= MAILBOXES; limit++) {
		expect(-EACCES, file_write_text(path_of(SYSCTLS, limit), "1"));
		expect_limit(limit, before[limit]);
	}
}

START_TEST(only_root_writes)
{
	bool in_namespace = false;

	as_user(OTHER, fail_to_write, &in_namespace);
	in_namespace = true;
	as_user(OTHER, fail_to_write, &in_namespace);
}
END_TEST

/* Parameters are for the start; later there are sysctls. */
START_TEST(parameters_read_only)
{
	for (int limit = BYTES; limit <= MAILBOXES; limit++) {
		long ret = file_write_text(path_of(PARAMETERS, limit), "1");

		/* Root opens it all the same, where root may do anything. */
		ck_assert_msg(ret == -EACCES || ret == -EIO, "is %s", result_name(ret));
		expect_limit(limit, before[limit]);
	}
}
END_TEST

static void fill_mailboxes(void *arg)
{
	(void)arg;
	expect(0, dev_create(41, 0));
	expect(0, dev_create(42, 0));
	expect(-EDQUOT, dev_create(43, 0));
	expect(-ENOENT, dev_count(43));
	expect(0, dev_destroy(41));
	expect(0, dev_create(43, 0));
}

START_TEST(mailboxes_limited)
{
	expect(0, dev_init());
	set(MAILBOXES, "2");
	as_user(NOBODY, fill_mailboxes, NULL);
	/* Each uid by itself. */
	expect(0, dev_create(1, 0));
	/* More than the limit takes nothing away. */
	set(MAILBOXES, "0");
	expect(0, dev_count(42));
	expect(-EDQUOT, dev_create(2, 0));
	set(MAILBOXES, "2");
	expect(0, dev_create(2, 0));
}
END_TEST

START_TEST(bytes_limited)
{
	static const char bytes[100000];

	expect(0, dev_init());
	expect(0, dev_create(1, 0));
	set(BYTES, "100000");
	expect(-EDQUOT, dev_send(1, bytes, sizeof(bytes)));
	expect(0, dev_count(1));
	expect(0, dev_send(1, bytes, sizeof(bytes) / 2));
	expect(-EDQUOT, dev_send(1, bytes, sizeof(bytes) / 2));
	set(BYTES, "1000000");
	expect(0, dev_send(1, bytes, sizeof(bytes) / 2));
	expect(2, dev_count(1));
}
END_TEST

Suite *limit_suite(void)
{
	Suite *suite = suite_create("limit");
	TCase *tc = device_case(suite, "limit", 180);

	tcase_add_unchecked_fixture(tc, remember, restore);
	tcase_add_checked_fixture(tc, restore, NULL);
	tcase_add_test(tc, defaults);
	tcase_add_test(tc, read_what_was_written);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, second_write);
	tcase_add_test(tc, short_reads);
	tcase_add_test(tc, only_root_writes);
	tcase_add_test(tc, parameters_read_only);
	tcase_add_test(tc, mailboxes_limited);
	tcase_add_test(tc, bytes_limited);
	return suite;
}
