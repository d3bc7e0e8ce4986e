// SPDX-License-Identifier: MIT
/* What goes in comes out: order, sizes, bytes, truncation. */
#include <stdio.h>

#include "harness.h"
#include "mail.h"
#include "memory.h"
#include "users.h"

#define BOX 42

/* Mistake 9's sizes, and those around 64 KiB. PAGE is 4096 here whatever the machine's is. */
static const unsigned int sizes[] = {
	0, 1, 8, 9, 4095, 4096, 4097, 65535, 65536, 65537, 1 << 20, 64 << 20,
};

static void size_name(int row, char *name, size_t size, const char *what)
{
	snprintf(name, size, "%s of %u bytes", what, sizes[row]);
}

static void open_box(void)
{
	expect(0, slmbx_init(8, 2));
	expect(0, slmbx_create(BOX, 0));
}

/* Exactly enough room, then more than enough: mistake 8 would copy the user's length. */
START_TEST(test_whole)
{
	unsigned int len = sizes[_i];

	open_box();
	send_pattern(BOX, len, 1);
	expect(1, slmbx_count(BOX));
	expect(len, slmbx_length(BOX));
	recv_pattern(BOX, len, len, 1);
	expect_empty(BOX);
	send_pattern(BOX, len, 2);
	recv_pattern(BOX, len + 12345, len, 2);
	expect_empty(BOX);
}
END_TEST

static void whole_name(int row, char *name, size_t size)
{
	size_name(row, name, size, "message");
}

static void truncate_to(unsigned int len, unsigned int room)
{
	send_pattern(BOX, len, 1);
	send_pattern(BOX, 5, 2);
	recv_pattern(BOX, room, len, 1);
	/* The rest is gone: what comes next is the next message. */
	expect(1, slmbx_count(BOX));
	expect(5, slmbx_length(BOX));
	recv_pattern(BOX, 5, 5, 2);
	expect_empty(BOX);
}

START_TEST(test_truncated)
{
	unsigned int len = sizes[_i];

	open_box();
	truncate_to(len, 0);
	if (len > 1)
		truncate_to(len, 1);
	if (len > 2)
		truncate_to(len, len / 2);
	if (len)
		truncate_to(len, len - 1);
}
END_TEST

static void truncated_name(int row, char *name, size_t size)
{
	size_name(row, name, size, "truncated message");
}

static void send_bytes(const void *bytes, unsigned int len)
{
	expect(0, slmbx_send(BOX, bytes, len));
}

static void recv_bytes(const void *bytes, unsigned int len)
{
	struct buffer buffer = buffer_new(len + 3);

	expect(len, slmbx_length(BOX));
	expect(len, slmbx_recv(BOX, buffer.bytes, len + 3));
	ck_assert_msg(memcmp(buffer.bytes, bytes, len) == 0, "not the %u bytes sent", len);
	ck_assert_msg(buffer_poisoned_beyond(&buffer, len), "wrote beyond the %u bytes", len);
	buffer_free(&buffer);
}

/* Mistake 9: strlen() where there is a length. */
START_TEST(test_embedded_nuls)
{
	static const unsigned char zeros[5000];
	unsigned char every[256];

	for (unsigned int i = 0; i < sizeof(every); i++)
		every[i] = (unsigned char)i;
	open_box();
	send_bytes("\0", 1);
	send_bytes("\0tail", 5);
	send_bytes("head\0", 5);
	send_bytes("a\0b\0\0c", 6);
	send_bytes(every, sizeof(every));
	send_bytes(zeros, sizeof(zeros));
	recv_bytes("\0", 1);
	recv_bytes("\0tail", 5);
	recv_bytes("head\0", 5);
	recv_bytes("a\0b\0\0c", 6);
	recv_bytes(every, sizeof(every));
	recv_bytes(zeros, sizeof(zeros));
	expect_empty(BOX);
}
END_TEST

/* A source without a NUL in it or after it: up to the guard page. */
START_TEST(test_no_terminator)
{
	struct buffer buffer = buffer_new(64);

	memset(buffer.bytes, 'x', 64);
	open_box();
	send_bytes(buffer.bytes, 64);
	recv_bytes(buffer.bytes, 64);
	buffer_free(&buffer);
}
END_TEST

START_TEST(test_empty_messages_count)
{
	open_box();
	expect(0, slmbx_send(BOX, NULL, 0));
	send_pattern(BOX, 3, 1);
	expect(0, slmbx_send(BOX, NULL, 0));
	expect(3, slmbx_count(BOX));
	expect(0, slmbx_length(BOX));
	expect(0, slmbx_recv(BOX, NULL, 0));
	expect(2, slmbx_count(BOX));
	expect(3, slmbx_length(BOX));
	expect(0, slmbx_recv(BOX, NULL, 0));	/* room for nothing: gone all the same */
	expect(1, slmbx_count(BOX));
	expect(0, slmbx_length(BOX));
	recv_pattern(BOX, 9, 0, 0);
	expect_empty(BOX);
}
END_TEST

static unsigned int fifo_len(unsigned int i)
{
	return i * 37 % 301;
}

/* Mistake 13: length is the head's; every length here differs from the tail's. */
START_TEST(test_fifo)
{
	enum { MANY = 3000 };
	unsigned char bytes[512];

	open_box();
	for (unsigned int i = 0; i < MANY; i++) {
		pattern_fill(bytes, fifo_len(i), i);
		expect(0, slmbx_send(BOX, bytes, fifo_len(i)));
	}
	for (unsigned int i = 0; i < MANY; i++) {
		expect(MANY - i, slmbx_count(BOX));
		expect(fifo_len(i), slmbx_length(BOX));
		expect(fifo_len(i), slmbx_recv(BOX, bytes, sizeof(bytes)));
		ck_assert_msg(pattern_matches(bytes, fifo_len(i), i), "message %u out of turn", i);
	}
	expect_empty(BOX);
}
END_TEST

/* The queue runs empty and fills again, over and over: head and tail stay right. */
START_TEST(test_fifo_in_waves)
{
	unsigned int sent = 0, received = 0;
	uint64_t random = random_seed(1);

	open_box();
	for (unsigned int wave = 0; wave < 60; wave++) {
		unsigned int more = random_next(&random) % 12;
		unsigned int less = random_next(&random) % 12;

		for (unsigned int i = 0; i < more; i++, sent++)
			send_pattern(BOX, fifo_len(sent), sent);
		for (unsigned int i = 0; i < less && received < sent; i++, received++)
			recv_pattern(BOX, 400, fifo_len(received), received);
		expect(sent - received, slmbx_count(BOX));
	}
	for (; received < sent; received++)
		recv_pattern(BOX, 400, fifo_len(received), received);
	expect_empty(BOX);
}
END_TEST

START_TEST(test_mailboxes_do_not_mix)
{
	enum { BOXES = 20, EACH = 20 };

	expect(0, slmbx_init(8, 2));
	for (unsigned int id = 1; id <= BOXES; id++)
		expect(0, slmbx_create(id * 1000003, 0));
	for (unsigned int i = 0; i < EACH; i++) {
		for (unsigned int id = 1; id <= BOXES; id++)
			send_pattern(id * 1000003, id + i, id * EACH + i);
	}
	for (unsigned int id = BOXES; id >= 1; id--) {
		expect(EACH, slmbx_count(id * 1000003));
		for (unsigned int i = 0; i < EACH; i++)
			recv_pattern(id * 1000003, 100, id + i, id * EACH + i);
		expect_empty(id * 1000003);
	}
}
END_TEST

/* The message is a copy: what the sender does to its buffer later is its own affair. */
START_TEST(test_sender_reuses_its_buffer)
{
	unsigned char bytes[8] = "before";

	open_box();
	expect(0, slmbx_send(BOX, bytes, 8));
	memcpy(bytes, "after!!", 8);
	expect(0, slmbx_send(BOX, bytes, 8));
	recv_bytes("before\0", 8);
	recv_bytes("after!!", 8);
}
END_TEST

static void send_one(void *arg)
{
	send_pattern(BOX, 70000, *(unsigned int *)arg);
}

START_TEST(test_between_processes)
{
	unsigned int first = 1, second = 2;

	open_box();
	as_user(SAME_USER, send_one, &first);
	as_user(SAME_USER, send_one, &second);
	recv_pattern(BOX, 70000, 70000, 1);
	recv_pattern(BOX, 70000, 70000, 2);
	expect_empty(BOX);
}
END_TEST

Suite *messages_suite(void)
{
	Suite *suite = suite_create("messages");
	TCase *tc = harness_case(suite, "messages/sizes", 30);

	harness_add_rows(tc, test_whole, ARRAY_SIZE(sizes), whole_name);
	harness_add_rows(tc, test_truncated, ARRAY_SIZE(sizes), truncated_name);
	tc = harness_case(suite, "messages/bytes", 10);
	tcase_add_test(tc, test_embedded_nuls);
	tcase_add_test(tc, test_no_terminator);
	tcase_add_test(tc, test_empty_messages_count);
	tcase_add_test(tc, test_sender_reuses_its_buffer);
	tc = harness_case(suite, "messages/order", 10);
	tcase_add_test(tc, test_fifo);
	tcase_add_test(tc, test_fifo_in_waves);
	tcase_add_test(tc, test_mailboxes_do_not_mix);
	tcase_add_test(tc, test_between_processes);
	return suite;
}
