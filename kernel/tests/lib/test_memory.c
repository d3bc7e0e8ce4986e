// SPDX-License-Identifier: MIT
/*
 * The caller's memory: any length, any address, and not a byte too many.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "support.h"

#define ID 7
#define KERNEL_ADDRESS ((unsigned char *)0xffff888000000000)

static size_t page;

/* @count writable pages, then one that may not be touched. */
static unsigned char *map_pages(size_t count)
{
	unsigned char *pages = mmap(NULL, (count + 1) * page, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(pages, MAP_FAILED);
	ck_assert_int_eq(mprotect(pages + count * page, page, PROT_NONE), 0);
	return pages;
}

static void setup(void)
{
	page = (size_t)sysconf(_SC_PAGESIZE);
	engine_setup();
	ck_assert_int_eq(slmbx_create(ID, 0), 0);
}

/* The calls before ended as they should have: the mailbox is empty and works. */
static void expect_empty(void)
{
	unsigned char out[] = "ping", in[sizeof(out)] = "";

	ck_assert_int_eq(slmbx_count(ID), 0);
	ck_assert_int_eq(slmbx_send(ID, out, sizeof(out)), 0);
	ck_assert_int_eq(slmbx_recv(ID, in, sizeof(in)), sizeof(in));
	ck_assert_str_eq((char *)in, (char *)out);
}

START_TEST(message_sizes)
{
	static const size_t sizes[] = {
		0, 1, 8, 9, 255, 256, 257, 4095, 4096, 4097, 8192, 12289, 65535, 65536, 65537,
		131072, 1 << 20, (1 << 20) + 1, 64 << 20,
	};
	size_t size = sizes[_i], room = size + 2 * page;
	unsigned char *out = malloc(size + 1), *in = malloc(room);

	ck_assert_ptr_nonnull(out);
	ck_assert_ptr_nonnull(in);
	fill(out, size, 1);

	/* Into a larger buffer, which stays as it was beyond the message. */
	memset(in, 0x55, room);
	ck_assert_int_eq(slmbx_send(ID, out, (unsigned int)size), 0);
	ck_assert_int_eq(slmbx_length(ID), (long)size);
	ck_assert_int_eq(slmbx_recv(ID, in, (unsigned int)room), (long)size);
	ck_assert(is_filled(in, size, 1));
	ck_assert(is_all(in + size, room - size, 0x55));

	/* Truncated. */
	for (size_t len = 0; len < size; len = len * 5 + 1) {
		memset(in, 0x55, size);
		ck_assert_int_eq(slmbx_send(ID, out, (unsigned int)size), 0);
		ck_assert_int_eq(slmbx_recv(ID, in, (unsigned int)len), (long)len);
		ck_assert(is_filled(in, len, 1));
		ck_assert(is_all(in + len, size - len, 0x55));
		ck_assert_int_eq(slmbx_count(ID), 0);
	}
	expect_empty();
	free(out);
	free(in);
}
END_TEST

START_TEST(nothing_from_nowhere)
{
	ck_assert_int_eq(slmbx_send(ID, NULL, 0), 0);
	ck_assert_int_eq(slmbx_send(ID, KERNEL_ADDRESS, 0), 0);
	ck_assert_int_eq(slmbx_send(ID, (unsigned char *)"abc", 3), 0);
	ck_assert_int_eq(slmbx_send(ID, NULL, 0), 0);
	ck_assert_int_eq(slmbx_length(ID), 0);
	ck_assert_int_eq(slmbx_recv(ID, NULL, 0), 0);
	/* No byte of an empty message goes anywhere. */
	ck_assert_int_eq(slmbx_recv(ID, NULL, 10), 0);
	ck_assert_int_eq(slmbx_recv(ID, NULL, 0), 0);
	ck_assert_int_eq(slmbx_recv(ID, NULL, UINT_MAX), 0);
	expect_empty();
}
END_TEST

/* @from can't give @len bytes: nothing is queued, and earlier errors come first. */
static void expect_send_fault(const unsigned char *from, unsigned int len)
{
	long ret = slmbx_send(ID, from, len);

	/* Gigabytes may be refused before they are read. */
	if (len >= INT_MAX && (ret == -ENOMEM || ret == -EDQUOT))
		ret = -EFAULT;
	ck_assert_int_eq(ret, -EFAULT);
	ck_assert_int_eq(slmbx_count(ID), 0);
	ck_assert_int_eq(slmbx_send(ID + 1, from, len), -ENOENT);
}

START_TEST(send_bad_pointers)
{
	static const unsigned int lens[] = { 1,	    8,	   4096,    65535,    65536,
					     65537, 1 << 20, 64 << 20, INT_MAX, UINT_MAX };
	unsigned int len = lens[_i];
	unsigned char *pages = map_pages(1);

	expect_send_fault(NULL, len);
	expect_send_fault((unsigned char *)1, len);
	expect_send_fault(KERNEL_ADDRESS, len);
	expect_send_fault((unsigned char *)UINTPTR_MAX, len);
	expect_send_fault(pages + page, len);
	if (len > 1)
		expect_send_fault(pages + page - 1, len);
	if (len > page)
		expect_send_fault(pages, len);
	expect_empty();

	ck_assert_int_eq(slmbx_shutdown(), 0);
	ck_assert_int_eq(slmbx_send(ID, NULL, len), -ENODEV);
	munmap(pages, 2 * page);
}
END_TEST

START_TEST(send_protected_bad_pointer)
{
	uid_t other = UID_OTHER;

	if (!is_root())
		skip_test("needs uid 0");
	ck_assert_int_eq(slmbx_create(8, 1), 0);
	slmbx_act_as(other);
	ck_assert_int_eq(slmbx_send(8, NULL, 1), -EPERM);
	ck_assert_int_eq(slmbx_send(8, NULL, 1 << 20), -EPERM);
	ck_assert_int_eq(slmbx_recv(8, NULL, 1), -EPERM);
}
END_TEST

/* The message ends where the readable memory ends, or one byte later. */
START_TEST(send_straddles)
{
	unsigned char *pages = map_pages(2), *end = pages + 2 * page, *in = malloc(2 * page);

	fill(pages, 2 * page, 3);
	for (size_t rest = 1; rest <= page + 64; rest++) {
		ck_assert_int_eq(slmbx_send(ID, end - rest, (unsigned int)rest + 1), -EFAULT);
		ck_assert_int_eq(slmbx_send(ID, end - rest, (unsigned int)rest), 0);
		ck_assert_int_eq(slmbx_recv(ID, in, 2 * (unsigned int)page), (long)rest);
		ck_assert_int_eq(memcmp(in, end - rest, rest), 0);
	}
	expect_empty();
	free(in);
	munmap(pages, 3 * page);
}
END_TEST

/*
 * The fault comes after a part of the message is under way: within the frame of a
 * small one, and within the stream of a large one.
 */
START_TEST(send_fault_midway)
{
	static const size_t good[] = { 15, 16, 255, 1000 };
	size_t count = good[_i];
	unsigned char *pages = map_pages(count);

	for (unsigned int i = 1; i <= 20; i++) {
		expect_send_fault(pages, (unsigned int)(count * page + i));
		expect_send_fault(pages + i, (unsigned int)(count * page));
		expect_send_fault(pages, UINT_MAX);
	}
	expect_empty();
	munmap(pages, (count + 1) * page);
}
END_TEST

/* @to has no room for the message of @len bytes: it stays, and then goes elsewhere. */
static void expect_recv_fault(unsigned char *to, unsigned int room, size_t len)
{
	unsigned char *out = malloc(len), *in = malloc(len);

	fill(out, len, 4);
	ck_assert_int_eq(slmbx_recv(ID, to, room), -ESRCH);
	ck_assert_int_eq(slmbx_recv(ID + 1, to, room), -ENOENT);
	ck_assert_int_eq(slmbx_send(ID, out, (unsigned int)len), 0);
	ck_assert_int_eq(slmbx_send(ID, out, 1), 0);
	ck_assert_int_eq(slmbx_recv(ID, to, room), -EFAULT);
	ck_assert_int_eq(slmbx_count(ID), 2);
	ck_assert_int_eq(slmbx_recv(ID, in, (unsigned int)len), (long)len);
	ck_assert(is_filled(in, len, 4));
	ck_assert_int_eq(slmbx_recv(ID, in, 1), 1);
	ck_assert_int_eq(slmbx_count(ID), 0);
	free(out);
	free(in);
}

START_TEST(recv_bad_pointers)
{
	static const size_t lens[] = { 1, 8, 256, 257, 4096, 4097, 65536, 65537, 1 << 20 };
	size_t len = lens[_i];
	unsigned char *pages = map_pages(1);
	/* Text of the program: readable, not writable. */
	unsigned char *text = (unsigned char *)(uintptr_t)map_pages;

	for (int i = 0; i < 2; i++) {
		unsigned int room = i ? UINT_MAX : (unsigned int)len;

		expect_recv_fault(NULL, room, len);
		expect_recv_fault((unsigned char *)1, room, len);
		expect_recv_fault(KERNEL_ADDRESS, room, len);
		expect_recv_fault((unsigned char *)UINTPTR_MAX, room, len);
		expect_recv_fault(text, room, len);
		expect_recv_fault(pages + page, room, len);
		if (len > 1)
			expect_recv_fault(pages + page - 1, room, len);
		if (len > page)
			expect_recv_fault(pages, room, len);
	}
	expect_empty();
	ck_assert_int_eq(slmbx_shutdown(), 0);
	ck_assert_int_eq(slmbx_recv(ID, NULL, 1), -ENODEV);
	munmap(pages, 2 * page);
}
END_TEST

/* The message ends where the writable memory ends, or one byte later. */
static void straddle(unsigned char *end, size_t rest, unsigned int seed)
{
	static unsigned char out[16384];
	unsigned char *to = end - rest;

	memset(to, 0x55, rest);
	fill(out, rest + 1, seed);
	ck_assert_int_eq(slmbx_send(ID, out, (unsigned int)rest + 1), 0);
	ck_assert_int_eq(slmbx_recv(ID, to, (unsigned int)rest + 1), -EFAULT);
	ck_assert_int_eq(slmbx_recv(ID, to, UINT_MAX), -EFAULT);
	/* A kernel finds out as it copies. */
	ck_assert(!on_daemon() || is_all(to, rest, 0x55));
	ck_assert_int_eq(slmbx_recv(ID, to, (unsigned int)rest), (long)rest);
	ck_assert(is_filled(to, rest, seed));

	ck_assert_int_eq(slmbx_send(ID, out, (unsigned int)rest), 0);
	memset(to, 0x55, rest);
	ck_assert_int_eq(slmbx_recv(ID, to, UINT_MAX), (long)rest);
	ck_assert(is_filled(to, rest, seed));
}

START_TEST(recv_straddles)
{
	unsigned char *pages = map_pages(2), *end = pages + 2 * page;

	/* Short messages first and last: the size of the message before is what recv expects. */
	for (size_t rest = 1; rest <= page + 64; rest++)
		straddle(end, rest, (unsigned int)rest);
	for (size_t rest = page + 64; rest; rest -= rest > 600 ? 500 : 1)
		straddle(end, rest, (unsigned int)rest);
	expect_empty();
	munmap(pages, 3 * page);
}
END_TEST

START_TEST(recv_into_hole)
{
	size_t count = 40, size = count * page;
	unsigned char *pages = map_pages(count);

	for (size_t hole = 0; hole < count; hole += 3) {
		memset(pages, 0x55, size);
		ck_assert_int_eq(mprotect(pages + hole * page, page, PROT_READ), 0);
		expect_recv_fault(pages, (unsigned int)size, size);
		expect_recv_fault(pages, UINT_MAX, hole * page + 1);
		ck_assert(!on_daemon() || is_all(pages, size, 0x55));
		ck_assert_int_eq(mprotect(pages + hole * page, page, PROT_READ | PROT_WRITE), 0);
	}
	expect_empty();
	munmap(pages, (count + 1) * page);
}
END_TEST

/* Neither a look at the room in advance nor a failed call changes a byte around the result. */
START_TEST(neighbours)
{
	unsigned char *pages = map_pages(3), *copy = malloc(3 * page), message[300];

	fill(message, sizeof(message), 5);
	for (size_t at = page - 300; at < page + 4; at++) {
		fill(pages, 3 * page, 6);
		memcpy(copy, pages, 3 * page);
		ck_assert_int_eq(slmbx_recv(ID, pages + at, (unsigned int)page), -ESRCH);
		ck_assert_int_eq(memcmp(pages, copy, 3 * page), 0);
		ck_assert_int_eq(slmbx_send(ID, message, 300), 0);
		ck_assert_int_eq(slmbx_recv(ID, pages + at, 299), 299);
		memcpy(copy + at, message, 299);
		ck_assert_int_eq(memcmp(pages, copy, 3 * page), 0);
	}
	free(copy);
	munmap(pages, 4 * page);
}
END_TEST

Suite *memory_suite(void)
{
	Suite *s = suite_create("memory");
	TCase *tc = tcase_create("memory");

	tcase_set_timeout(tc, TEST_TIMEOUT);
	tcase_add_checked_fixture(tc, setup, engine_teardown);
	tcase_add_loop_test(tc, message_sizes, 0, 19);
	tcase_add_test(tc, nothing_from_nowhere);
	tcase_add_loop_test(tc, send_bad_pointers, 0, 10);
	tcase_add_test(tc, send_protected_bad_pointer);
	tcase_add_test(tc, send_straddles);
	tcase_add_loop_test(tc, send_fault_midway, 0, 4);
	tcase_add_loop_test(tc, recv_bad_pointers, 0, 9);
	tcase_add_test(tc, recv_straddles);
	tcase_add_test(tc, recv_into_hole);
	tcase_add_test(tc, neighbours);
	suite_add_tcase(s, tc);
	return s;
}
