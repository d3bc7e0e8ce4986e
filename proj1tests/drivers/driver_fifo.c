// SPDX-License-Identifier: MIT
/* One mailbox is a queue of bytes: order, lengths, contents, truncation. */
#include <string.h>

#include "harness/driver.h"
#include "harness/payload.h"

#define POISON 0xa5
#define MARGIN 64 /* bytes on either side of a buffer that must stay as they were */

static void send_text(unsigned int id, const char *text)
{
	expect(slmbx_send(id, (const unsigned char *)text, (unsigned int)strlen(text)), 0);
}

static void expect_text(unsigned int id, const char *text)
{
	unsigned char bytes[64];
	size_t length = strlen(text);

	expect(slmbx_length(id), (long)length);
	expect(slmbx_recv(id, bytes, sizeof(bytes)), (long)length);
	ck_assert_mem_eq(bytes, text, length);
}

START_TEST(first_in_first_out)
{
	for (unsigned int i = 0; i < 2000; i++)
		expect(slmbx_send(1, (unsigned char *)&i, sizeof(i)), 0);
	expect(slmbx_count(1), 2000);
	for (unsigned int i = 0; i < 2000; i++) {
		unsigned int got;

		expect(slmbx_recv(1, (unsigned char *)&got, sizeof(got)), sizeof(got));
		ck_assert_uint_eq(got, i);
	}
	expect(slmbx_count(1), 0);
}
END_TEST

START_TEST(order_holds_between_sends_and_receives)
{
	unsigned int sent = 0, received = 0, got;

	for (unsigned int round = 1; round <= 40; round++) {
		for (unsigned int i = 0; i < round; i++, sent++)
			expect(slmbx_send(1, (unsigned char *)&sent, sizeof(sent)), 0);
		for (unsigned int i = 0; i < (round + 1) / 2; i++, received++) {
			expect(slmbx_recv(1, (unsigned char *)&got, sizeof(got)), sizeof(got));
			ck_assert_uint_eq(got, received);
		}
		expect(slmbx_count(1), (long)(sent - received));
	}
}
END_TEST

START_TEST(mailboxes_are_apart)
{
	expect(slmbx_create(2, 0), 0);
	expect(slmbx_create(3, 0), 0);
	send_text(1, "one");
	send_text(2, "two");
	send_text(1, "eins");
	expect(slmbx_count(1), 2);
	expect(slmbx_count(2), 1);
	expect(slmbx_count(3), 0);
	expect_text(2, "two");
	expect(slmbx_recv(2, NULL, 0), -ESRCH);
	expect_text(1, "one");
	expect_text(1, "eins");
}
END_TEST

START_TEST(length_is_the_next_message)
{
	send_text(1, "first");
	send_text(1, "and the second one");
	expect(slmbx_length(1), 5);
	expect(slmbx_length(1), 5);
	expect(slmbx_count(1), 2);
	expect_text(1, "first");
	expect(slmbx_length(1), 18);
}
END_TEST

START_TEST(empty_has_no_message_but_a_count)
{
	unsigned char byte = POISON;

	expect(slmbx_count(1), 0);
	expect(slmbx_length(1), -ESRCH);
	expect(slmbx_recv(1, &byte, 1), -ESRCH);
	expect(slmbx_recv(1, NULL, 0), -ESRCH);
	ck_assert_uint_eq(byte, POISON);
}
END_TEST

/* A message of no bytes is a message. */
START_TEST(nothing_is_a_message_too)
{
	unsigned char byte = POISON;

	expect(slmbx_send(1, NULL, 0), 0);
	expect(slmbx_send(1, &byte, 0), 0);
	send_text(1, "x");
	expect(slmbx_count(1), 3);
	expect(slmbx_length(1), 0);
	expect(slmbx_recv(1, NULL, 0), 0);
	expect(slmbx_recv(1, &byte, 1), 0);
	ck_assert_uint_eq(byte, POISON);
	expect_text(1, "x");
}
END_TEST

START_TEST(truncation_takes_the_whole_message)
{
	unsigned char bytes[8];

	send_text(1, "truncated");
	send_text(1, "next");
	memset(bytes, POISON, sizeof(bytes));
	expect(slmbx_recv(1, bytes, 5), 5);
	ck_assert_mem_eq(bytes, "trunc", 5);
	ck_assert(payload_all(bytes + 5, 3, POISON));
	expect_text(1, "next");
}
END_TEST

START_TEST(no_room_takes_the_message_too)
{
	send_text(1, "unseen");
	send_text(1, "next");
	expect(slmbx_recv(1, NULL, 0), 0);
	expect(slmbx_count(1), 1);
	expect_text(1, "next");
}
END_TEST

static const size_t sizes[] = {
	0,	  1,	7,    8,     9,	    63,	   64,	    65,
	4095,	  4096, 4097, 65535, 65536, 65537, 1 << 20, (1 << 20) + 1,
	64 << 20,
};
#define SIZES ((int)(sizeof(sizes) / sizeof(sizes[0])))

static unsigned char *poisoned(size_t length)
{
	unsigned char *bytes = malloc(length + 2 * MARGIN);

	ck_assert_ptr_nonnull(bytes);
	memset(bytes, POISON, length + 2 * MARGIN);
	return bytes;
}

/* Every size comes back byte for byte, and not one byte beyond it is written. */
START_TEST(every_size_comes_back)
{
	size_t size = sizes[_i];
	unsigned char *sent = poisoned(size), *got = poisoned(size);

	payload_fill(sent, size, (uint32_t)_i);
	expect(slmbx_send(1, sent, (unsigned int)size), 0);
	expect(slmbx_length(1), (long)size);
	/* The buffer is said to be larger than the message: the message's length rules. */
	expect(slmbx_recv(1, got + MARGIN, (unsigned int)size + MARGIN), (long)size);
	ck_assert(payload_intact(got + MARGIN, size, (uint32_t)_i));
	ck_assert(payload_all(got, MARGIN, POISON));
	ck_assert(payload_all(got + MARGIN + size, MARGIN, POISON));
	free(sent);
	free(got);
}
END_TEST

/* No byte is special: every value, zeros in front, within and behind. */
START_TEST(any_byte_may_be_in_it)
{
	unsigned char sent[512] = { 0 }, got[512];

	for (unsigned int i = 0; i < 256; i++)
		sent[128 + i] = (unsigned char)i;
	expect(slmbx_send(1, sent, sizeof(sent)), 0);
	memset(got, POISON, sizeof(got));
	expect(slmbx_recv(1, got, sizeof(got)), sizeof(got));
	ck_assert_mem_eq(got, sent, sizeof(got));
}
END_TEST

/* The engine keeps a copy: what the sender does with its buffer afterwards is its own business. */
START_TEST(the_message_is_a_copy)
{
	unsigned char bytes[] = "before";

	expect(slmbx_send(1, bytes, 6), 0);
	memcpy(bytes, "after!", 6);
	expect_text(1, "before");
}
END_TEST

START_TEST(stat_adds_up)
{
	struct slmbx_stat st;

	expect(slmbx_stat(1, &st, sizeof(st)), 0);
	ck_assert(st.count == 0 && st.bytes == 0 && st.head_length == 0);
	ck_assert_uint_eq(st.flags, 0);
	ck_assert_uint_eq(st.owner, geteuid());
	send_text(1, "12345");
	send_text(1, "1234567");
	expect(slmbx_stat(1, &st, sizeof(st)), 0);
	ck_assert(st.count == 2 && st.bytes == 12 && st.head_length == 5);
	ck_assert_uint_eq(st.flags, SLMBX_STAT_HEAD);
	expect_text(1, "12345");
	expect(slmbx_stat(1, &st, sizeof(st)), 0);
	ck_assert(st.count == 1 && st.bytes == 7 && st.head_length == 7);
}
END_TEST

static void set_mailbox(void)
{
	expect(slmbx_create(1, 0), 0);
}

int main(void)
{
	Suite *suite = suite_create("fifo");
	TCase *queue = driver_case_ready(suite, "queue", 60);

	tcase_add_checked_fixture(queue, set_mailbox, NULL);
	tcase_add_test(queue, first_in_first_out);
	tcase_add_test(queue, order_holds_between_sends_and_receives);
	tcase_add_test(queue, mailboxes_are_apart);
	tcase_add_test(queue, length_is_the_next_message);
	tcase_add_test(queue, empty_has_no_message_but_a_count);
	tcase_add_test(queue, nothing_is_a_message_too);
	tcase_add_test(queue, truncation_takes_the_whole_message);
	tcase_add_test(queue, no_room_takes_the_message_too);
	tcase_add_loop_test(queue, every_size_comes_back, 0, SIZES);
	tcase_add_test(queue, any_byte_may_be_in_it);
	tcase_add_test(queue, the_message_is_a_copy);
	tcase_add_test(queue, stat_adds_up);
	return driver_run(suite);
}
