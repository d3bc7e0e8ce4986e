// SPDX-License-Identifier: MIT
/* The structs that calls take: their sizes, and the memory they lie in. */
#include <stdio.h>
#include <sys/mman.h>

#include "arguments.h"
#include "delivery.h"
#include "harness.h"
#include "memory.h"
#include "snapshot.h"
#include "standard.h"
#include "users.h"

static void call_name(int row, char *name, size_t size, const char *what)
{
	snprintf(name, size, "%s %s", what, calls[row].name);
}

/* As good_arguments(), of a call that can be repeated; what it returns is in @want. */
static union arguments repeatable_arguments(enum call call, long *want)
{
	static const long wants[] = {
		[SENDV] = 2, [RECVV] = 2, [SETTLE] = 0, [LIST] = 3, [SETATTR] = 0
	};
	union arguments args = good_arguments(call);

	*want = wants[call];
	if (call == RECVV)
		args.recvv.flags = SLMBX_RECVV_PEEK;
	if (call == SETATTR)
		args.setattr = (struct slmbx_setattr){ .id = ROOT_EMPTY };
	return args;
}

/* What it does must be seen, and is undone. */
static void check_effect(enum call call)
{
	switch (call) {
	case SENDV:
		expect(2, slmbx_purge(ROOT_EMPTY));
		break;
	case RECVV:
		ck_assert_uint_eq(memory.received[0].len, HEAD);
		ck_assert_uint_eq(memory.received[1].len, 0);
		ck_assert_msg(pattern_matches(memory.buf, HEAD, HEAD_SEED), "not the bytes sent");
		break;
	case SETTLE:
		for (unsigned int i = 0; i < ARRAY_SIZE(memory.items); i++)
			ck_assert_int_eq(memory.items[i].result, -ESTALE);
		break;
	case LIST:
		for (unsigned int i = 0; i < ARRAY_SIZE(memory.ids); i++)
			ck_assert_uint_eq(memory.ids[i], ROOT_FULL + i);
		break;
	default:
		break;
	}
}

/* What succeeded has given the mailbox numbers, or taken some. */
static void start(void)
{
	struct snapshot *system = shared_alloc(sizeof(*system));

	standard_system(system);
	snapshot_build(system);
}

static void try_size(enum call call, size_t size, size_t odd, long want)
{
	long good;
	union arguments args = repeatable_arguments(call, &good);
	size_t known = calls[call].known;
	struct buffer buffer = buffer_new(size), before = buffer_new(size);

	memset(before.bytes, 0, size);
	memcpy(before.bytes, &args, size < known ? size : known);
	if (odd)
		before.bytes[odd] = 1;
	memcpy(buffer.bytes, before.bytes, size);
	expect(want < 0 ? want : good, make_call(call, buffer.bytes, size));
	ck_assert_msg(memcmp(buffer.bytes, before.bytes, size) == 0, "the arguments have changed");
	if (want >= 0)
		check_effect(call);
	buffer_free(&buffer);
	buffer_free(&before);
}

START_TEST(test_sizes)
{
	enum call call = (enum call)_i;
	size_t known = calls[call].known, page = page_size();
	union arguments args = good_arguments(call);

	start();
	try_size(call, 0, 0, -EINVAL);
	try_size(call, 1, 0, -EINVAL);
	try_size(call, calls[call].first - 1, 0, -EINVAL);
	expect(-EINVAL, make_call(call, NULL, calls[call].first - 1));
	try_size(call, calls[call].first, 0, 0);
	try_size(call, known, 0, 0);
	for (size_t more = 1; more <= 9; more++) {
		try_size(call, known + more, 0, 0);
		for (size_t odd = 0; odd < more; odd++)
			try_size(call, known + more, known + odd, -E2BIG);
	}
	try_size(call, page, 0, 0);
	try_size(call, page, known, -E2BIG);
	try_size(call, page, page - 1, -E2BIG);
	try_size(call, page + 1, 0, -E2BIG);
	expect(-E2BIG, make_call(call, NULL, page + 1));
	expect(-E2BIG, make_call(call, &args, SIZE_MAX / 2));
	expect(-E2BIG, make_call(call, &args, SIZE_MAX));
	expect(-E2BIG, make_call(call, NULL, SIZE_MAX));
}
END_TEST

static void sizes_name(int row, char *name, size_t size)
{
	call_name(row, name, size, "sizes of the struct of");
}

static const enum bad cliffs[] = { BAD_UNMAPPED, BAD_NO_ACCESS, BAD_BEYOND_EOF };

/* The struct, or a larger one's zeros, end in bad memory. */
static void try_straddling(enum call call, enum bad kind)
{
	long want;
	union arguments args = repeatable_arguments(call, &want);
	size_t known = calls[call].known;
	unsigned char *edge = cliff_new(2 * known, kind);

	memset(edge - 2 * known, 0, 2 * known);
	for (size_t good = 0; good < 2 * known; good++) {
		memcpy(edge - good, &args, good < known ? good : known);
		if (good < known)
			expect(-EFAULT, make_call(call, edge - good, known));
		expect(-EFAULT, make_call(call, edge - good, 2 * known));
		memset(edge - good, 0, good);
	}
	memcpy(edge - known, &args, known);
	expect(want, make_call(call, edge - known, known));
	check_effect(call);
}

START_TEST(test_straddles)
{
	struct snapshot *system = shared_alloc(sizeof(*system));
	enum call call = (enum call)((unsigned int)_i / ARRAY_SIZE(cliffs));

	standard_system(system);
	snapshot_build(system);
	try_straddling(call, cliffs[(unsigned int)_i % ARRAY_SIZE(cliffs)]);
	if (call == SENDV)
		snapshot_find(system, ROOT_EMPTY)->gone = 2;
	snapshot_check(system);
}
END_TEST

static void straddles_name(int row, char *name, size_t size)
{
	snprintf(name, size, "struct of %s straddles into %s at every offset",
		 calls[(unsigned int)row / ARRAY_SIZE(cliffs)].name,
		 bad_name(cliffs[(unsigned int)row % ARRAY_SIZE(cliffs)]));
}

/* A call writes to its struct only what it has to say. */
START_TEST(test_read_only_struct)
{
	enum call call = (enum call)_i;
	size_t page = page_size();
	long want;
	union arguments args = repeatable_arguments(call, &want);
	struct buffer buffer = buffer_new(page);

	start();
	memcpy(buffer.bytes, &args, calls[call].known);
	ck_assert_int_eq(mprotect(buffer.bytes, page, PROT_READ), 0);
	expect(want, make_call(call, buffer.bytes, calls[call].known));
	check_effect(call);
}
END_TEST

static void read_only_name(int row, char *name, size_t size)
{
	call_name(row, name, size, "read-only struct of");
}

START_TEST(test_read_only_needed)
{
	struct snapshot *system = shared_alloc(sizeof(*system));
	size_t page = page_size();
	union arguments args = good_arguments(RECVV);
	struct buffer buffer = buffer_new(page);

	standard_system(system);
	snapshot_build(system);
	args.recvv.size = HEAD - 1;
	memcpy(buffer.bytes, &args, sizeof(args));
	ck_assert_int_eq(mprotect(buffer.bytes, page, PROT_READ), 0);
	expect(-EFAULT, slmbx_recvv((struct slmbx_recvv *)buffer.bytes, sizeof(args.recvv)));
	snapshot_drain(system);
}
END_TEST

Suite *structs_suite(void)
{
	Suite *suite = suite_create("structs");
	TCase *tc = harness_case(suite, "structs", 10);

	harness_add_rows(tc, test_sizes, ARRAY_SIZE(calls), sizes_name);
	harness_add_rows(tc, test_straddles, ARRAY_SIZE(calls) * ARRAY_SIZE(cliffs),
			 straddles_name);
	harness_add_rows(tc, test_read_only_struct, ARRAY_SIZE(calls), read_only_name);
	tcase_add_test(tc, test_read_only_needed);
	return suite;
}
