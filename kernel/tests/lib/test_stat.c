// SPDX-License-Identifier: MIT
/*
 * slmbx_stat(): its fields, and the sizes a caller may say.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "support.h"

#define ID 7

START_TEST(fields)
{
	unsigned char message[300];
	struct slmbx_stat st;

	ck_assert_int_eq(slmbx_create(ID, _i), 0);
	memset(&st, 0xaa, sizeof(st));
	ck_assert_int_eq(slmbx_stat(ID, &st, sizeof(st)), 0);
	ck_assert_uint_eq(st.count, 0);
	ck_assert_uint_eq(st.bytes, 0);
	ck_assert_uint_eq(st.owner, geteuid());
	ck_assert_uint_eq(st.flags, _i ? SLMBX_STAT_PROTECTED : 0);
	ck_assert_uint_eq(st.head_length, 0);
	ck_assert_uint_eq(st.pad, 0);

	fill(message, sizeof(message), 1);
	ck_assert_int_eq(slmbx_send(ID, message, 300), 0);
	ck_assert_int_eq(slmbx_send(ID, message, 5), 0);
	ck_assert_int_eq(slmbx_stat(ID, &st, sizeof(st)), 0);
	ck_assert_uint_eq(st.count, 2);
	ck_assert_uint_eq(st.bytes, 305);
	ck_assert_uint_eq(st.flags, (_i ? SLMBX_STAT_PROTECTED : 0) | SLMBX_STAT_HEAD);
	ck_assert_uint_eq(st.head_length, 300);
}
END_TEST

START_TEST(sizes)
{
	struct {
		struct slmbx_stat st;
		unsigned char tail[5000];
	} larger = { 0 };

	ck_assert_int_eq(slmbx_create(ID, 0), 0);
	for (size_t size = 0; size < SLMBX_STAT_SIZE_V0; size++)
		ck_assert_int_eq(slmbx_stat(ID, &larger.st, size), -EINVAL);

	for (size_t size = SLMBX_STAT_SIZE_V0; size <= 4096; size++) {
		memset(&larger.st, 0, sizeof(larger.st));
		ck_assert_int_eq(slmbx_stat(ID, &larger.st, size), 0);
		ck_assert_uint_eq(larger.st.owner, geteuid());
	}
	ck_assert_int_eq(slmbx_stat(ID, &larger.st, 4097), -E2BIG);
	ck_assert_int_eq(slmbx_stat(ID, &larger.st, SIZE_MAX), -E2BIG);
	ck_assert_int_eq(slmbx_stat(ID, &larger.st, (size_t)UINT32_MAX + 1), -E2BIG);

	/* One byte a newer library may know. */
	memset(&larger.st, 0xaa, sizeof(larger.st));
	for (size_t at = 0; at < 64; at++) {
		larger.tail[at] = 1;
		ck_assert_int_eq(slmbx_stat(ID, &larger.st, sizeof(larger.st) + at + 1), -E2BIG);
		ck_assert_uint_eq(larger.st.owner, 0xaaaaaaaa);
		ck_assert_int_eq(slmbx_stat(ID, &larger.st, sizeof(larger.st) + at), 0);
		larger.tail[at] = 0;
		memset(&larger.st, 0xaa, sizeof(larger.st));
	}
}
END_TEST

START_TEST(order_of_errors)
{
	struct slmbx_stat *bad = (struct slmbx_stat *)8;
	uid_t other = UID_OTHER;

	ck_assert_int_eq(slmbx_stat(ID, bad, 1), -ENOENT);
	ck_assert_int_eq(slmbx_stat(SLMBX_ID_NONE, bad, 32), -ENOENT);
	ck_assert_int_eq(slmbx_stat(SLMBX_ID_INVALID, bad, 32), -ENOENT);
	ck_assert_int_eq(slmbx_create(ID, 1), 0);
	slmbx_act_as(other);
	ck_assert_int_eq(slmbx_stat(ID, bad, 1), -EPERM);
	slmbx_act_as(SLMBX_SELF);
	ck_assert_int_eq(slmbx_stat(ID, bad, 1), -EINVAL);
	ck_assert_int_eq(slmbx_stat(ID, bad, 10000), -E2BIG);
	ck_assert_int_eq(slmbx_stat(ID, bad, 32), -EFAULT);
	ck_assert_int_eq(slmbx_stat(ID, bad, 64), -EFAULT);
	ck_assert_int_eq(slmbx_shutdown(), 0);
	ck_assert_int_eq(slmbx_stat(ID, bad, 1), -ENODEV);
}
END_TEST

START_TEST(bad_pointers)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *pages =
		mmap(NULL, 3 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *end = pages + 2 * page;

	ck_assert_ptr_ne(pages, MAP_FAILED);
	ck_assert_int_eq(mprotect(end, page, PROT_NONE), 0);
	ck_assert_int_eq(slmbx_create(ID, 0), 0);

	ck_assert_int_eq(slmbx_stat(ID, NULL, 32), -EFAULT);
	ck_assert_int_eq(slmbx_stat(ID, (void *)UINTPTR_MAX, 32), -EFAULT);
	ck_assert_int_eq(slmbx_stat(ID, (void *)(UINTPTR_MAX - 40), 64), -EFAULT);
	ck_assert_int_eq(slmbx_stat(ID, (void *)0xffff800000000000, 32), -EFAULT);
	for (size_t rest = 1; rest < 100; rest++) {
		struct slmbx_stat *st = (void *)(end - rest);

		ck_assert_int_eq(slmbx_stat(ID, st, 32), rest < 32 ? -EFAULT : 0);
		memset(st, 0, rest);
		ck_assert_int_eq(slmbx_stat(ID, st, 64), rest < 64 ? -EFAULT : 0);
	}
	/* Across two good pages. */
	ck_assert_int_eq(slmbx_stat(ID, (void *)(pages + page - 16), 32), 0);
	ck_assert_int_eq(mprotect(pages, page, PROT_READ), 0);
	ck_assert_int_eq(slmbx_stat(ID, (void *)(pages + page - 16), 32), -EFAULT);
	ck_assert_int_eq(slmbx_stat(ID, (void *)pages, 32), -EFAULT);
	munmap(pages, 3 * page);
}
END_TEST

Suite *stat_suite(void)
{
	Suite *s = suite_create("stat");
	TCase *tc = engine_case("stat");

	tcase_add_loop_test(tc, fields, 0, 2);
	tcase_add_test(tc, sizes);
	tcase_add_test(tc, order_of_errors);
	tcase_add_test(tc, bad_pointers);
	suite_add_tcase(s, tc);
	return s;
}
