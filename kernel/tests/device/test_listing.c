// SPDX-License-Identifier: MIT
/* /proc/slmbx: every mailbox, in order, however it is read and whatever happens meanwhile. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "support.h"
#include "users.h"

#define LISTING "/proc/slmbx"
#define COLUMNS "id owner protected messages bytes\n"

struct line {
	unsigned int id, owner, protected;
	unsigned long long messages, bytes;
};

struct shape {
	unsigned long mailboxes, nodes, bytes;
	unsigned int height;
};

/* Takes the head of the listing apart; returns what follows it. */
static const char *read_head(const char *text, struct shape *shape)
{
	int used = 0;

	ck_assert_msg(sscanf(text, "# mailboxes %lu nodes %lu height %u bytes %lu\n%n",
			     &shape->mailboxes, &shape->nodes, &shape->height, &shape->bytes,
			     &used) == 4 &&
			      used,
		      "begins with: %.80s", text);
	ck_assert_msg(strncmp(text + used, COLUMNS, strlen(COLUMNS)) == 0, "then: %.80s",
		      text + used);
	return text + used + strlen(COLUMNS);
}

/* Takes a line apart and moves on; false at the end. Not by sscanf(), which measures all the rest. */
static bool read_line(const char **text, struct line *line)
{
	unsigned long long numbers[5];
	char *end = (char *)*text;
	char again[80];

	if (!**text)
		return false;
	for (unsigned int i = 0; i < ARRAY_SIZE(numbers); i++)
		numbers[i] = strtoull(end, &end, 10);
	*line = (struct line){ (unsigned int)numbers[0], (unsigned int)numbers[1],
			       (unsigned int)numbers[2], numbers[3], numbers[4] };
	/* Nothing but these, as they are written. */
	snprintf(again, sizeof(again), "%u %u %u %llu %llu\n", line->id, line->owner,
		 line->protected, line->messages, line->bytes);
	ck_assert_msg(strncmp(*text, again, strlen(again)) == 0, "a line is: %.80s", *text);
	*text += strlen(again);
	return true;
}

static void fail_to_open(void *arg)
{
	(void)arg;
	ck_assert_int_lt(open(LISTING, O_RDONLY | O_CLOEXEC), 0);
	ck_assert_int_eq(errno, EACCES);
}

START_TEST(for_root_alone)
{
	struct stat st;

	ck_assert_int_eq(stat(LISTING, &st), 0);
	ck_assert(S_ISREG(st.st_mode));
	ck_assert_uint_eq(st.st_mode & 07777, 0400);
	ck_assert_uint_eq(st.st_uid, 0);
	as_user(NOBODY, fail_to_open, NULL);
}
END_TEST

START_TEST(uninitialised)
{
	char *text = file_text(LISTING);

	ck_assert_str_eq(text, "# not initialised\n" COLUMNS);
	free(text);
}
END_TEST

START_TEST(empty)
{
	char *text;

	expect(0, dev_init());
	text = file_text(LISTING);
	ck_assert_str_eq(text, "# mailboxes 0 nodes 0 height 0 bytes 0\n" COLUMNS);
	free(text);
}
END_TEST

static void create_protected(void *arg)
{
	(void)arg;
	expect(0, dev_create(0xfffffffe, -1));
	expect(0, dev_send(0xfffffffe, "12345", 5));
	expect(0, dev_send(3, "123", 3));
	expect(0, dev_send(3, "", 0));
}

START_TEST(lines)
{
	struct shape shape;
	const char *rest;
	char *text;

	expect(0, dev_init());
	expect(0, dev_create(3, 0));
	expect(0, dev_create(1, 0));
	as_user(NOBODY, create_protected, NULL);
	text = file_text(LISTING);
	rest = read_head(text, &shape);
	ck_assert_uint_eq(shape.mailboxes, 3);
	ck_assert_uint_eq(shape.nodes, 1);
	ck_assert_uint_ge(shape.height, 1);
	ck_assert_uint_gt(shape.bytes, 0);
	ck_assert_str_eq(rest, "1 0 0 0 0\n"
			       "3 0 0 2 3\n"
			       "4294967294 65534 1 1 5\n");
	free(text);
}
END_TEST

/* What was set of a mailbox since it was made shows. */
START_TEST(attributes)
{
	const struct slmbx_setattr setattr = { .id = 3,
					       .mask = SLMBX_ATTR_OWNER | SLMBX_ATTR_PROTECTED,
					       .owner = OTHER,
					       .protect = 1 };
	struct shape shape;
	char *text;

	expect(0, dev_init());
	expect(0, dev_create(3, 0));
	expect(0, dev_setattr(&setattr, sizeof(setattr)));
	text = file_text(LISTING);
	ck_assert_str_eq(read_head(text, &shape), "3 65533 1 0 0\n");
	free(text);
}
END_TEST

/* Owners are named as the user namespace of who opens it names them. */
static void list_in_namespace(void *arg)
{
	struct shape shape;
	char *text;

	(void)arg;
	enter_user_namespace(7);
	text = file_text(LISTING);
	ck_assert_str_eq(read_head(text, &shape), "3 7 0 0 0\n4 65534 0 0 0\n");
	free(text);
}

static void create_4(void *arg)
{
	(void)arg;
	expect(0, dev_create(4, 0));
}

START_TEST(owners_in_namespace)
{
	expect(0, dev_init());
	expect(0, dev_create(3, 0));
	as_user(OTHER, create_4, NULL);
	expect(5, file_write_text("/proc/sys/kernel/overflowuid", "65534"));
	as_user(SAME_USER, list_in_namespace, NULL);
}
END_TEST

#define MANY 100000U
#define STEP 17U

static void make_many(void)
{
	unsigned int at = 0;

	expect(0, dev_init());
	/* In no order: MANY and the stride have no common divisor. */
	for (unsigned int i = 0; i < MANY; i++) {
		at = (at + 61803) % MANY;
		expect(0, dev_create(STEP * (at + 1), 0));
	}
}

/* Reads it all in pieces of @size at most. */
static char *read_in_pieces(size_t size)
{
	int fd = open(LISTING, O_RDONLY | O_CLOEXEC);
	size_t len = 0, room = 1 << 16;
	char *text = malloc(room);
	ssize_t got;

	ck_assert_int_ge(fd, 0);
	for (;;) {
		if (room - len <= size)
			text = realloc(text, room *= 2);
		got = read(fd, text + len, size);
		ck_assert_msg(got >= 0, "read: %s", strerror(errno));
		if (!got)
			break;
		len += (size_t)got;
	}
	close(fd);
	text[len] = '\0';
	return text;
}

static void check_many(const char *text)
{
	struct shape shape;
	struct line line;
	unsigned int seen = 0;

	text = read_head(text, &shape);
	ck_assert_uint_eq(shape.mailboxes, MANY);
	ck_assert_uint_ge(shape.nodes, MANY / 16);
	while (read_line(&text, &line)) {
		ck_assert_uint_eq(line.id, STEP * ++seen);
		ck_assert_uint_eq(line.owner + line.protected + line.messages + line.bytes, 0);
	}
	ck_assert_uint_eq(seen, MANY);
}

START_TEST(many)
{
	const size_t sizes[] = { 1000, 1 << 20 };
	char *text;

	make_many();
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		text = read_in_pieces(sizes[i]);
		check_many(text);
		free(text);
	}
}
END_TEST

/* Byte by byte, and from any place. */
START_TEST(small_pieces)
{
	char *whole, *text;
	char piece[7];
	int fd;

	expect(0, dev_init());
	for (unsigned int id = 1; id <= 500; id++)
		expect(0, dev_create(id * id, id % 2));
	whole = read_in_pieces(1 << 20);
	text = read_in_pieces(1);
	ck_assert_str_eq(text, whole);
	free(text);
	fd = open(LISTING, O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	for (size_t at = strlen(whole) - sizeof(piece); at > 400; at -= 397) {
		expect(sizeof(piece), pread(fd, piece, sizeof(piece), (off_t)at));
		ck_assert_mem_eq(piece, whole + at, sizeof(piece));
	}
	expect(0, pread(fd, piece, sizeof(piece), (off_t)strlen(whole)));
	expect(0, pread(fd, piece, sizeof(piece), (off_t)strlen(whole) + 100000));
	close(fd);
	free(whole);
}
END_TEST

/* Destroys and makes those whose number isn't a multiple of 10, until it is ended. */
static void churn(void *arg)
{
	uint64_t state = 88172645463325252ULL;

	(void)arg;
	for (;;) {
		unsigned int id = (unsigned int)(random_next(&state) % 20000) + 1;

		if (id % 10 && dev_destroy(id) == -ENOENT)
			dev_create(id, 0);
	}
}

/* What stays all the while is listed once; what comes and goes, at most once. */
START_TEST(beside_changes)
{
	struct crowd crowd = { .size = 0 };
	unsigned int last, stayed;
	struct shape shape;
	struct line line;
	pid_t pids[2];

	expect(0, dev_init());
	for (unsigned int id = 10; id <= 20000; id += 10)
		expect(0, dev_create(id, 0));
	for (unsigned int i = 0; i < ARRAY_SIZE(pids); i++)
		pids[i] = crowd_add(&crowd, SAME_USER, churn, NULL);
	for (unsigned int round = 0; round < 20; round++) {
		char *text = read_in_pieces(round % 2 ? 333 : 1 << 20);
		const char *rest = read_head(text, &shape);

		last = stayed = 0;
		while (read_line(&rest, &line)) {
			ck_assert_uint_gt(line.id, last);
			last = line.id;
			stayed += line.id % 10 == 0;
		}
		ck_assert_uint_eq(stayed, 2000);
		free(text);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(pids); i++)
		crowd_kill(&crowd, pids[i]);
}
END_TEST

/* An open listing holds nothing: the system goes while it is read, and another comes. */
START_TEST(beside_shutdown)
{
	char text[4096];
	ssize_t got;
	int fd;

	expect(0, dev_init());
	for (unsigned int id = 1; id <= 10000; id++)
		expect(0, dev_create(id, 0));
	fd = open(LISTING, O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_gt(read(fd, text, 100), 0);
	expect(0, dev_shutdown());
	/* What the kernel had written already, then the end. */
	while ((got = read(fd, text, sizeof(text))) > 0)
		;
	ck_assert_int_eq(got, 0);
	expect(0, dev_init());
	expect(0, dev_create(4000000000U, 0));
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	got = read(fd, text, sizeof(text) - 1);
	ck_assert_int_gt(got, 0);
	text[got] = '\0';
	ck_assert_msg(strstr(text, "\n4000000000 0 0 0 0\n"), "reads: %s", text);
	close(fd);
}
END_TEST

Suite *listing_suite(void)
{
	Suite *suite = suite_create("listing");
	TCase *tc = device_case(suite, "listing", 180);

	tcase_add_test(tc, for_root_alone);
	tcase_add_test(tc, uninitialised);
	tcase_add_test(tc, empty);
	tcase_add_test(tc, lines);
	tcase_add_test(tc, attributes);
	tcase_add_test(tc, owners_in_namespace);
	tcase_add_test(tc, many);
	tcase_add_test(tc, small_pieces);
	tcase_add_test(tc, beside_changes);
	tcase_add_test(tc, beside_shutdown);
	return suite;
}
