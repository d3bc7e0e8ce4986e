// SPDX-License-Identifier: MIT
/*
 * The calls that are meant to fail, one row each: the situation, the call, the one errno it must
 * answer. Where two things are wrong at once, the row proves the order of the checks. After each,
 * everything must be as before.
 */
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "harness/driver.h"
#include "harness/payload.h"

#define KEPT 1 /* the mailbox the situations are about */
#define MISSING 2 /* no mailbox */
#define POISON 0x5a

enum situation {
	UNSET, /* before init */
	EMPTY, /* KEPT is there, without a message */
	WAITING, /* KEPT holds a message */
	PROTECTED, /* KEPT holds a message and is protected, ours */
};

enum who { US, OTHER };

enum call { INIT, SHUTDOWN, CREATE, DESTROY, COUNT, SEND, RECV, LENGTH };

enum memory { FINE, NO_MEMORY, UNMAPPED, READ_ONLY, KERNEL, STRADDLING };

static const struct row {
	enum situation situation;
	enum who who;
	enum call call;
	unsigned int first; /* id, or ptrs */
	unsigned int second; /* prob, protected, or len */
	enum memory memory;
	long want;
} rows[] = {
	{ UNSET, OTHER, INIT, 16, 4, FINE, -EPERM },
	{ UNSET, OTHER, INIT, 0, 3, FINE, -EPERM },
	{ WAITING, OTHER, INIT, 16, 4, FINE, -EPERM },
	{ UNSET, US, INIT, 0, 4, FINE, -EINVAL },
	{ UNSET, US, INIT, 16, 3, FINE, -EINVAL },
	{ WAITING, US, INIT, 0, 4, FINE, -EINVAL },
	{ WAITING, US, INIT, 16, 4, FINE, -EEXIST },

	{ UNSET, OTHER, SHUTDOWN, 0, 0, FINE, -EPERM },
	{ WAITING, OTHER, SHUTDOWN, 0, 0, FINE, -EPERM },
	{ UNSET, US, SHUTDOWN, 0, 0, FINE, -ENODEV },

	{ UNSET, US, CREATE, MISSING, 0, FINE, -ENODEV },
	{ UNSET, US, CREATE, 0, 0, FINE, -ENODEV },
	{ WAITING, US, CREATE, 0, 0, FINE, -EINVAL },
	{ WAITING, US, CREATE, UINT_MAX, 1, FINE, -EINVAL },
	{ WAITING, US, CREATE, KEPT, 0, FINE, -EEXIST },
	{ PROTECTED, OTHER, CREATE, KEPT, 1, FINE, -EEXIST },

	{ UNSET, US, DESTROY, KEPT, 0, FINE, -ENODEV },
	{ WAITING, US, DESTROY, MISSING, 0, FINE, -ENOENT },
	{ WAITING, US, DESTROY, 0, 0, FINE, -ENOENT },
	{ WAITING, US, DESTROY, UINT_MAX, 0, FINE, -ENOENT },
	{ PROTECTED, OTHER, DESTROY, KEPT, 0, FINE, -EPERM },

	{ UNSET, US, COUNT, KEPT, 0, FINE, -ENODEV },
	{ WAITING, US, COUNT, MISSING, 0, FINE, -ENOENT },
	{ WAITING, US, COUNT, 0, 0, FINE, -ENOENT },
	{ WAITING, US, COUNT, UINT_MAX, 0, FINE, -ENOENT },
	{ PROTECTED, OTHER, COUNT, KEPT, 0, FINE, -EPERM },

	{ UNSET, US, LENGTH, KEPT, 0, FINE, -ENODEV },
	{ WAITING, US, LENGTH, MISSING, 0, FINE, -ENOENT },
	{ WAITING, US, LENGTH, 0, 0, FINE, -ENOENT },
	{ WAITING, US, LENGTH, UINT_MAX, 0, FINE, -ENOENT },
	{ EMPTY, US, LENGTH, KEPT, 0, FINE, -ESRCH },
	{ PROTECTED, OTHER, LENGTH, KEPT, 0, FINE, -EPERM },

	{ UNSET, US, SEND, KEPT, 6, NO_MEMORY, -ENODEV },
	{ WAITING, US, SEND, MISSING, 6, NO_MEMORY, -ENOENT },
	{ WAITING, US, SEND, 0, 6, FINE, -ENOENT },
	{ WAITING, US, SEND, UINT_MAX, 6, FINE, -ENOENT },
	{ PROTECTED, OTHER, SEND, KEPT, 6, FINE, -EPERM },
	{ PROTECTED, OTHER, SEND, KEPT, 6, UNMAPPED, -EPERM },
	{ EMPTY, US, SEND, KEPT, 1, NO_MEMORY, -EFAULT },
	{ WAITING, US, SEND, KEPT, 6, NO_MEMORY, -EFAULT },
	{ WAITING, US, SEND, KEPT, 6, UNMAPPED, -EFAULT },
	{ WAITING, US, SEND, KEPT, 6, KERNEL, -EFAULT },
	{ WAITING, US, SEND, KEPT, 6, STRADDLING, -EFAULT },
	{ WAITING, US, SEND, KEPT, 1 << 20, STRADDLING, -EFAULT },

	{ UNSET, US, RECV, KEPT, 6, NO_MEMORY, -ENODEV },
	{ WAITING, US, RECV, MISSING, 6, NO_MEMORY, -ENOENT },
	{ WAITING, US, RECV, 0, 6, FINE, -ENOENT },
	{ WAITING, US, RECV, UINT_MAX, 6, FINE, -ENOENT },
	{ PROTECTED, OTHER, RECV, KEPT, 6, FINE, -EPERM },
	{ PROTECTED, OTHER, RECV, KEPT, 6, UNMAPPED, -EPERM },
	{ EMPTY, US, RECV, KEPT, 6, FINE, -ESRCH },
	{ EMPTY, US, RECV, KEPT, 6, UNMAPPED, -ESRCH },
	{ WAITING, US, RECV, KEPT, 1, NO_MEMORY, -EFAULT },
	{ WAITING, US, RECV, KEPT, 6, NO_MEMORY, -EFAULT },
	{ WAITING, US, RECV, KEPT, 6, UNMAPPED, -EFAULT },
	{ WAITING, US, RECV, KEPT, 6, READ_ONLY, -EFAULT },
	{ WAITING, US, RECV, KEPT, 6, KERNEL, -EFAULT },
	{ WAITING, US, RECV, KEPT, 6, STRADDLING, -EFAULT },
	{ WAITING, US, RECV, KEPT, UINT_MAX, STRADDLING, -EFAULT },
};
#define ROWS ((int)(sizeof(rows) / sizeof(rows[0])))

static const char *const situation_names[] = { "unset", "empty", "waiting", "protected" };
static const char *const call_names[] = {
	"init", "shutdown", "create", "destroy", "count", "send", "recv", "length",
};
static const char *const memory_names[] = {
	"fine", "NULL", "unmapped", "read-only", "kernel", "straddling",
};

static const unsigned char message[] = { 'k', 0, 'p', 't', '!', 0 };
static unsigned char buffer[64];

/* The page before the one that is unmapped is filled with POISON. */
static unsigned char *memory_of(enum memory memory)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char *pages;

	if (memory == FINE)
		return buffer;
	if (memory == NO_MEMORY)
		return NULL;
	if (memory == KERNEL)
		return (unsigned char *)0xffff888000000000u;
	pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert(pages != MAP_FAILED);
	memset(pages, POISON, page);
	ck_assert(!munmap(pages + page, page));
	if (memory == READ_ONLY) {
		ck_assert(!mprotect(pages, page, PROT_READ));
		return pages;
	}
	return memory == UNMAPPED ? pages + page : pages + page - 3;
}

static void row_name(int i, char *text, size_t size)
{
	const struct row *row = &rows[i];
	char want[RESULT_NAME];

	snprintf(text, size, "%s: %s(%u, %u) by %s, memory %s, is %s",
		 situation_names[row->situation], call_names[row->call], row->first, row->second,
		 row->who == US ? "us" : "another user", memory_names[row->memory],
		 result_name(row->want, want));
}

static long make_call(const struct row *row)
{
	unsigned char *bytes = memory_of(row->memory);

	switch (row->call) {
	case INIT:
		return slmbx_init(row->first, row->second);
	case SHUTDOWN:
		return slmbx_shutdown();
	case CREATE:
		return slmbx_create(row->first, (int)row->second);
	case DESTROY:
		return slmbx_destroy(row->first);
	case COUNT:
		return slmbx_count(row->first);
	case SEND:
		return slmbx_send(row->first, bytes, row->second);
	case RECV:
		return slmbx_recv(row->first, bytes, row->second);
	case LENGTH:
		return slmbx_length(row->first);
	}
	return 0;
}

static void arrange(enum situation situation)
{
	if (situation == UNSET) {
		expect(slmbx_shutdown(), 0);
		return;
	}
	expect(slmbx_create(KEPT, situation == PROTECTED), 0);
	if (situation != EMPTY)
		expect(slmbx_send(KEPT, message, sizeof(message)), 0);
}

static void expect_message_kept(void)
{
	unsigned char bytes[16];

	expect(slmbx_recv(KEPT, bytes, sizeof(bytes)), sizeof(message));
	ck_assert_mem_eq(bytes, message, sizeof(message));
	expect(slmbx_count(KEPT), 0);
}

START_TEST(fails_and_changes_nothing)
{
	const struct row *row = &rows[_i];
	struct view kept, missing;
	long result;

	skip_unless(row->who == US || geteuid() == 0, "needs root, to be several users");
	arrange(row->situation);
	kept = view_of(KEPT);
	missing = view_of(MISSING);
	memset(buffer, POISON, sizeof(buffer));
	result = row->who == US ? make_call(row) : as_user(NOBODY, make_call(row));
	expect(result, row->want);
	expect_same(KEPT, &kept);
	expect_same(MISSING, &missing);
	ck_assert(payload_all(buffer, sizeof(buffer), POISON));
	if (row->situation == WAITING || row->situation == PROTECTED)
		expect_message_kept();
	if (row->situation == UNSET)
		expect(slmbx_init(16, 4), 0);
}
END_TEST

/* A length that no memory backs must not make the engine reserve or read 4 GiB. */
START_TEST(absurd_length_is_refused)
{
	struct view before;
	long result;

	arrange(WAITING);
	before = view_of(KEPT);
	result = slmbx_send(KEPT, memory_of(STRADDLING), UINT_MAX);
	ck_assert_msg(result == -EFAULT || result == -ENOMEM || result == -EDQUOT, "answered %ld",
		      result);
	expect_same(KEPT, &before);
	/* The same length is a promise, not a fault, where the message is short. */
	expect(slmbx_recv(KEPT, buffer, UINT_MAX), sizeof(message));
}
END_TEST

START_TEST(stat_checks_its_size)
{
	struct {
		struct slmbx_stat known;
		unsigned char later[32];
	} st = { 0 };

	arrange(WAITING);
	expect(slmbx_stat(KEPT, &st.known, 0), -EINVAL);
	expect(slmbx_stat(KEPT, &st.known, SLMBX_STAT_SIZE_V0 - 1), -EINVAL);
	ck_assert_uint_eq(st.known.count, 0);
	expect(slmbx_stat(KEPT, &st.known, SLMBX_STAT_SIZE_V0), 0);
	ck_assert_uint_eq(st.known.count, 1);
	expect(slmbx_stat(KEPT, NULL, SLMBX_STAT_SIZE_V0), -EFAULT);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("errors");
	TCase *table = driver_case_ready(suite, "table", 60);

	driver_rows(table, fails_and_changes_nothing, ROWS, row_name);
	tcase_add_test(table, absurd_length_is_refused);
	tcase_add_test(table, stat_checks_its_size);
	return driver_run(suite);
}
