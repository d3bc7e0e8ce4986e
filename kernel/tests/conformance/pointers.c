// SPDX-License-Identifier: MIT
/*
 * Mistake 7: bad pointers. A send that faults queues nothing; a recv that faults
 * leaves the message at the head.
 */
#include <stdio.h>
#include <sys/mman.h>

#include "harness.h"
#include "mail.h"
#include "memory.h"

#define BOX 42
#define LONG_MESSAGE 512	/* straddled at each of its bytes */
#define LARGE (200 * 1024 + 5)	/* straddled at some */

static const unsigned int lens[] = { 1, 8, 4096, 65536, 65537, 1 << 20 };

/* What can lie behind the edge of good memory. */
static const enum bad cliffs[] = { BAD_UNMAPPED, BAD_NO_ACCESS, BAD_BEYOND_EOF, BAD_READ_ONLY };
#define SEND_CLIFFS (ARRAY_SIZE(cliffs) - 1)

/* Two messages wait, the first of @len bytes. */
static void open_box(unsigned int len)
{
	expect(0, slmbx_init(8, 2));
	expect(0, slmbx_create(BOX, 0));
	send_pattern(BOX, len, 1);
	send_pattern(BOX, 5, 2);
}

static void expect_as_opened(unsigned int len)
{
	expect(2, slmbx_count(BOX));
	expect(len, slmbx_length(BOX));
}

static void expect_opened_content(unsigned int len)
{
	expect_as_opened(len);
	recv_pattern(BOX, len, len, 1);
	recv_pattern(BOX, 5, 5, 2);
	expect_empty(BOX);
}

START_TEST(test_send_from_bad_pointer)
{
	open_box(10);
	for (unsigned int i = 0; i < ARRAY_SIZE(lens); i++) {
		expect(-EFAULT, slmbx_send(BOX, bad_pointer(_i), lens[i]));
		expect_as_opened(10);
	}
	/* A good send afterwards is none the worse. */
	send_pattern(BOX, 70000, 3);
	recv_pattern(BOX, 10, 10, 1);
	recv_pattern(BOX, 5, 5, 2);
	recv_pattern(BOX, 70000, 70000, 3);
	expect_empty(BOX);
}
END_TEST

static void send_bad_name(int row, char *name, size_t size)
{
	snprintf(name, size, "send from %s", bad_name(row));
}

START_TEST(test_recv_to_bad_pointer)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(lens); i++) {
		open_box(lens[i]);
		expect(-EFAULT, slmbx_recv(BOX, bad_pointer(_i), lens[i]));
		expect(-EFAULT, slmbx_recv(BOX, bad_pointer(_i), 1));
		expect(-EFAULT, slmbx_recv(BOX, bad_pointer(_i), UINT_MAX));
		expect_opened_content(lens[i]);
		expect(0, slmbx_shutdown());
	}
}
END_TEST

static void recv_bad_name(int row, char *name, size_t size)
{
	snprintf(name, size, "recv to %s", bad_name(row));
}

static void straddle_send(unsigned char *edge, unsigned int good, unsigned int len)
{
	pattern_fill(edge - good, good, 9);
	ck_assert_msg(slmbx_send(BOX, edge - good, len) == -EFAULT,
		      "send of %u bytes with %u good ones isn't -EFAULT", len, good);
	expect_as_opened(10);
}

START_TEST(test_send_straddles_at_every_offset)
{
	unsigned char *edge = cliff_new(LONG_MESSAGE, cliffs[_i]);

	open_box(10);
	for (unsigned int good = 0; good < LONG_MESSAGE; good++)
		straddle_send(edge, good, LONG_MESSAGE);
	pattern_fill(edge - LONG_MESSAGE, LONG_MESSAGE, 9);
	expect(0, slmbx_send(BOX, edge - LONG_MESSAGE, LONG_MESSAGE));
	recv_pattern(BOX, 10, 10, 1);
	recv_pattern(BOX, 5, 5, 2);
	recv_pattern(BOX, LONG_MESSAGE, LONG_MESSAGE, 9);
	expect_empty(BOX);
}
END_TEST

static void straddle_recv(unsigned char *edge, unsigned int good, unsigned int room,
			  unsigned int len)
{
	ck_assert_msg(slmbx_recv(BOX, edge - good, room) == -EFAULT,
		      "recv of %u bytes with %u good ones isn't -EFAULT", len, good);
	expect_as_opened(len);
}

START_TEST(test_recv_straddles_at_every_offset)
{
	unsigned char *edge = cliff_new(LONG_MESSAGE, cliffs[_i]);

	open_box(LONG_MESSAGE);
	for (unsigned int good = 0; good < LONG_MESSAGE; good++) {
		straddle_recv(edge, good, LONG_MESSAGE, LONG_MESSAGE);
		straddle_recv(edge, good, UINT_MAX, LONG_MESSAGE);
	}
	/* It fits exactly, however much more the caller claims. */
	expect(LONG_MESSAGE, slmbx_recv(BOX, edge - LONG_MESSAGE, UINT_MAX));
	ck_assert_msg(pattern_matches(edge - LONG_MESSAGE, LONG_MESSAGE, 1), "wrong bytes");
	recv_pattern(BOX, 5, 5, 2);
	expect_empty(BOX);
}
END_TEST

/* Good bytes of a large message: around its ends, its pages and 64 KiB. */
static unsigned int large_step(unsigned int i)
{
	static const unsigned int steps[] = {
		0, 1, 4095, 4096, 4097, 65535, 65536, 65537, 131072,
		LARGE - 65536, LARGE - 4096, LARGE - 5, LARGE - 1,
	};

	return i < ARRAY_SIZE(steps) ? steps[i] : LARGE;
}

START_TEST(test_large_send_straddles)
{
	unsigned char *edge = cliff_new(LARGE, cliffs[_i]);

	open_box(10);
	for (unsigned int i = 0; large_step(i) < LARGE; i++)
		straddle_send(edge, large_step(i), LARGE);
	expect_opened_content(10);
}
END_TEST

START_TEST(test_large_recv_straddles)
{
	unsigned char *edge = cliff_new(LARGE, cliffs[_i]);

	open_box(LARGE);
	for (unsigned int i = 0; large_step(i) < LARGE; i++) {
		straddle_recv(edge, large_step(i), LARGE, LARGE);
		straddle_recv(edge, large_step(i), UINT_MAX, LARGE);
	}
	expect(LARGE, slmbx_recv(BOX, edge - LARGE, UINT_MAX));
	ck_assert_msg(pattern_matches(edge - LARGE, LARGE, 1), "wrong bytes");
	recv_pattern(BOX, 5, 5, 2);
	expect_empty(BOX);
}
END_TEST

static void cliff_name(int row, char *name, size_t size, const char *what)
{
	snprintf(name, size, "%s into %s", what, bad_name(cliffs[row]));
}

static void send_every_name(int row, char *name, size_t size)
{
	cliff_name(row, name, size, "send straddles at every offset");
}

static void recv_every_name(int row, char *name, size_t size)
{
	cliff_name(row, name, size, "recv straddles at every offset");
}

static void send_large_name(int row, char *name, size_t size)
{
	cliff_name(row, name, size, "large send straddles");
}

static void recv_large_name(int row, char *name, size_t size)
{
	cliff_name(row, name, size, "large recv straddles");
}

/* Anew, with nothing behind it: user-mode Linux reads what is there, PROT_NONE or not. */
static void protect(unsigned char *pages, size_t len, int prot)
{
	void *map = mmap(pages, len, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	ck_assert_msg(map == pages, "mmap: %s", strerror(errno));
}

/* Only a page in the middle is bad: first and last byte tell nothing. */
START_TEST(test_bad_page_in_the_middle)
{
	size_t page = page_size();
	unsigned int len = (unsigned int)page * 40;
	struct buffer buffer = buffer_new(len);

	open_box(len);
	for (unsigned int bad = 1; bad < 39; bad += 9) {
		unsigned char *hole = buffer.bytes + bad * page;

		protect(hole, page, PROT_NONE);
		expect(-EFAULT, slmbx_send(BOX, buffer.bytes, len));
		expect_as_opened(len);
		expect(-EFAULT, slmbx_recv(BOX, buffer.bytes, len));
		expect_as_opened(len);
		protect(hole, page, PROT_READ);
		expect(-EFAULT, slmbx_recv(BOX, buffer.bytes, len));
		expect_as_opened(len);
		protect(hole, page, PROT_READ | PROT_WRITE);
	}
	expect_opened_content(len);
}
END_TEST

/* A recv that is told of less room than the message needs touches no more than that. */
START_TEST(test_truncating_recv_up_to_the_edge)
{
	unsigned char *edge = cliff_new(LARGE, BAD_UNMAPPED);

	open_box(LARGE);
	expect(100, slmbx_recv(BOX, edge - 100, 100));
	ck_assert_msg(pattern_matches(edge - 100, 100, 1), "wrong bytes");
	recv_pattern(BOX, 5, 5, 2);
	expect_empty(BOX);
}
END_TEST

START_TEST(test_send_from_read_only_memory)
{
	open_box(10);
	expect(0, slmbx_send(BOX, bad_pointer(BAD_READ_ONLY), 100000));
	expect(3, slmbx_count(BOX));
}
END_TEST

/* A 4 GiB - 1 length from a short buffer. The quota comes first, if it is less than that. */
START_TEST(test_longest_length)
{
	struct buffer buffer = buffer_new(4096);

	open_box(10);
	for (unsigned int i = 0; i < 3; i++) {
		long result = slmbx_send(BOX, buffer.bytes, UINT_MAX - i);

		ck_assert_msg(result == -EFAULT || result == -ENOMEM || result == -EDQUOT,
			      "is %s, should be -EFAULT, -ENOMEM or -EDQUOT", result_name(result));
		expect_as_opened(10);
	}
	expect_opened_content(10);
	buffer_free(&buffer);
}
END_TEST

/* The buffer of a message of no bytes, or of no room, is never touched. */
START_TEST(test_no_bytes_no_fault)
{
	expect(0, slmbx_init(8, 2));
	expect(0, slmbx_create(BOX, 0));
	for (enum bad kind = 0; kind <= BAD_NO_ACCESS; kind++) {
		expect(0, slmbx_send(BOX, bad_pointer(kind), 0));
		expect(0, slmbx_recv(BOX, bad_pointer(kind), UINT_MAX));
		send_pattern(BOX, 100, 1);
		expect(0, slmbx_recv(BOX, bad_pointer(kind), 0));
		expect_empty(BOX);
	}
}
END_TEST

Suite *pointers_suite(void)
{
	Suite *suite = suite_create("pointers");
	TCase *tc = harness_case(suite, "pointers/bad", 10);

	harness_add_rows(tc, test_send_from_bad_pointer, BAD_SOURCES, send_bad_name);
	harness_add_rows(tc, test_recv_to_bad_pointer, BAD_DESTINATIONS, recv_bad_name);
	tcase_add_test(tc, test_bad_page_in_the_middle);
	tcase_add_test(tc, test_no_bytes_no_fault);
	tcase_add_test(tc, test_longest_length);
	tc = harness_case(suite, "pointers/straddling", 10);
	harness_add_rows(tc, test_send_straddles_at_every_offset, SEND_CLIFFS, send_every_name);
	harness_add_rows(tc, test_recv_straddles_at_every_offset, ARRAY_SIZE(cliffs),
			 recv_every_name);
	harness_add_rows(tc, test_large_send_straddles, SEND_CLIFFS, send_large_name);
	harness_add_rows(tc, test_large_recv_straddles, ARRAY_SIZE(cliffs), recv_large_name);
	tcase_add_test(tc, test_truncating_recv_up_to_the_edge);
	tcase_add_test(tc, test_send_from_read_only_memory);
	return suite;
}
