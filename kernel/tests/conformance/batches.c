// SPDX-License-Identifier: MIT
/*
 * sendv and recvv: many messages in one call, all or none, in their order; what fits of
 * them; and the memory that they are copied from and to.
 */
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

#include "delivery.h"
#include "harness.h"
#include "mail.h"
#include "memory.h"
#include "users.h"

#define BOX 42
#define MANY SLMBX_BATCH_MAX

static void open_box(void)
{
	expect(0, slmbx_init(8, 2));
	expect(0, slmbx_create(BOX, 0));
}

/* Of message @i of a batch; some have no bytes. */
static unsigned int len_of(unsigned int i)
{
	return i * 7 % 61;
}

static long send_many(const struct slmbx_sendv_msg *messages, unsigned int count)
{
	struct slmbx_sendv args = { .messages = address(messages), .count = count, .id = BOX };

	return slmbx_sendv(&args, sizeof(args));
}

/* Messages @first to @first + @count - 1, their bytes one after the other at @bytes. */
static void describe(struct slmbx_sendv_msg *messages, unsigned char *bytes, unsigned int first,
		     unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		unsigned int len = len_of(first + i);

		pattern_fill(bytes, len, first + i);
		messages[i] = (struct slmbx_sendv_msg){ .data = address(bytes), .len = len };
		bytes += len;
	}
}

static void send_numbered(unsigned int first, unsigned int count)
{
	static unsigned char bytes[MANY * 61];
	static struct slmbx_sendv_msg messages[MANY];

	describe(messages, bytes, first, count);
	expect(count, send_many(messages, count));
}

/* A recvv with @count and room for @size bytes gets messages @first to @first + @want - 1. */
static void recv_numbered(unsigned int flags, unsigned int count, size_t size, unsigned int first,
			  unsigned int want)
{
	struct buffer buffer = buffer_new(size);
	struct buffer received = buffer_new(count * sizeof(struct slmbx_recvv_msg));
	const struct slmbx_recvv_msg *messages = (const void *)received.bytes;
	struct slmbx_recvv args = { .messages = address(received.bytes),
				    .buf = address(buffer.bytes),
				    .size = size,
				    .lease = flags & SLMBX_RECVV_LEASE ? AGES : 0,
				    .count = count,
				    .id = BOX,
				    .flags = flags };
	size_t offset = 0;

	expect(want, slmbx_recvv(&args, sizeof(args)));
	for (unsigned int i = 0; i < want; i++) {
		unsigned int len = len_of(first + i);

		if (messages[i].offset != offset || messages[i].len != len ||
		    !pattern_matches(buffer.bytes + offset, len, first + i))
			ck_abort_msg("message %u of the batch isn't message %u", i, first + i);
		if (i && messages[i].seq != messages[0].seq + i)
			ck_abort_msg("message %u of the batch has another number", i);
		offset += len;
	}
	ck_assert_msg(buffer_poisoned_beyond(&buffer, offset) &&
			      buffer_poisoned_beyond(&received, want * sizeof(*messages)),
		      "wrote outside what was received");
	buffer_free(&buffer);
	buffer_free(&received);
}

static size_t sum_of_lens(unsigned int first, unsigned int count)
{
	size_t sum = 0;

	while (count--)
		sum += len_of(first + count);
	return sum;
}

static const unsigned int counts[] = { 1, 2, 255, 256, 257, MANY - 1, MANY };

START_TEST(test_counts)
{
	open_box();
	for (unsigned int i = 0; i < ARRAY_SIZE(counts); i++) {
		send_numbered(i, counts[i]);
		expect(counts[i], slmbx_count(BOX));
		recv_numbered(0, counts[i], sum_of_lens(i, counts[i]), i, counts[i]);
		expect_empty(BOX);
	}
}
END_TEST

/* More than one call's worth, taken with more and with less than there is. */
START_TEST(test_several_batches)
{
	open_box();
	send_numbered(0, MANY);
	send_numbered(MANY, 76);
	recv_numbered(0, MANY, MANY * 61, 0, MANY);
	recv_numbered(0, 10, 1000, MANY, 10);
	recv_numbered(0, MANY, MANY * 61, MANY + 10, 66);
	expect_empty(BOX);
}
END_TEST

/* One queue: with single sends and receives between. */
START_TEST(test_batches_and_the_eight)
{
	open_box();
	send_pattern(BOX, len_of(5), 5);
	send_numbered(6, 3);
	send_pattern(BOX, len_of(9), 9);
	expect(5, slmbx_count(BOX));
	recv_pattern(BOX, 100, len_of(5), 5);
	expect(len_of(6), slmbx_length(BOX));
	recv_numbered(0, 2, 1000, 6, 2);
	recv_pattern(BOX, 100, len_of(8), 8);
	recv_numbered(0, 2, 1000, 9, 1);
	expect_empty(BOX);
}
END_TEST

START_TEST(test_large_messages)
{
	static const unsigned int lens[] = { 100000, 0, 4096, 1 << 20, 1, 70000 };
	struct slmbx_sendv_msg messages[ARRAY_SIZE(lens)];
	unsigned char *bytes = malloc(1 << 20);

	open_box();
	for (unsigned int i = 0; i < ARRAY_SIZE(lens); i++)
		messages[i] = (struct slmbx_sendv_msg){ .data = address(bytes), .len = lens[i] };
	pattern_fill(bytes, 1 << 20, 3);
	expect(ARRAY_SIZE(lens), send_many(messages, ARRAY_SIZE(lens)));
	for (unsigned int i = 0; i < ARRAY_SIZE(lens); i++)
		recv_one(BOX, 0, 0, 0, lens[i], 3);
	expect_empty(BOX);
	free(bytes);
}
END_TEST

/* All or none: the last has bytes that can't be read. Neither does it cost a number. */
START_TEST(test_all_or_none)
{
	static unsigned char bytes[MANY * 61];
	static struct slmbx_sendv_msg messages[MANY];

	open_box();
	send_pattern(BOX, 10, 1);
	describe(messages, bytes, 0, MANY);
	messages[MANY - 1].len = 5;
	for (enum bad kind = 0; kind < BAD_SOURCES; kind++) {
		messages[MANY - 1].data = address(bad_pointer(kind));
		messages[0].delay = kind % 2 ? AGES : 0;
		messages[1].ttl = kind % 3 ? AGES : 0;
		expect(-EFAULT, send_many(messages, MANY));
		expect_held(BOX, 1, 0, 0);
	}
	recv_pattern(BOX, 10, 10, 1);
	send_pattern(BOX, 10, 2);
	ck_assert_uint_eq(peek_pattern(BOX, 10, 2).seq, 2);
}
END_TEST

/* A 4 GiB - 1 length in a batch, twice: their sum fits no 32 bits. */
START_TEST(test_longest_lengths)
{
	unsigned char bytes[64];
	struct slmbx_sendv_msg messages[] = { { .data = address(bytes), .len = UINT_MAX },
					      { .data = address(bytes), .len = UINT_MAX } };
	long result;

	open_box();
	result = send_many(messages, 2);
	ck_assert_msg(result == -EFAULT || result == -ENOMEM || result == -EDQUOT,
		      "is %s, should be -EFAULT, -ENOMEM or -EDQUOT", result_name(result));
	expect_held(BOX, 0, 0, 0);
}
END_TEST

START_TEST(test_no_bytes_no_fault)
{
	struct slmbx_sendv_msg message = { .data = address(bad_pointer(BAD_NO_ACCESS)) };
	struct slmbx_recvv_msg received;
	struct slmbx_recvv args = { .messages = address(&received), .count = 1, .id = BOX };

	open_box();
	expect(1, send_many(&message, 1));
	args.buf = message.data;
	expect(1, slmbx_recvv(&args, sizeof(args)));
	ck_assert_uint_eq(received.len, 0);
	/* Nothing to copy, so no byte that could fault. */
	args.messages = args.buf;
	expect(0, slmbx_recvv(&args, sizeof(args)));
	expect_none(BOX);
}
END_TEST

/* As many from the head as fit whole; what comes behind one that doesn't stays. */
START_TEST(test_what_fits)
{
	open_box();
	/* Of 7, 14, 21 and 28 bytes. */
	send_numbered(1, 4);
	recv_numbered(SLMBX_RECVV_PEEK, 4, 70, 1, 4);
	recv_numbered(SLMBX_RECVV_PEEK, 4, 69, 1, 3);
	recv_numbered(SLMBX_RECVV_PEEK, 4, 42, 1, 3);
	recv_numbered(SLMBX_RECVV_PEEK, 4, 41, 1, 2);
	recv_numbered(SLMBX_RECVV_PEEK, 4, 7, 1, 1);
	recv_numbered(0, 4, 20, 1, 1);
	recv_numbered(SLMBX_RECVV_LEASE, 4, 36, 2, 2);
	recv_numbered(0, 4, 100, 4, 1);
	expect_held(BOX, 0, 2, 0);
}
END_TEST

/* One of no bytes needs no room, behind others either. */
START_TEST(test_no_bytes_fit)
{
	open_box();
	send_pattern(BOX, 0, 0);
	send_pattern(BOX, len_of(1), 1);
	send_pattern(BOX, 0, 0);
	recv_numbered(0, 3, 0, 0, 1);
	recv_numbered(0, 1, len_of(1), 1, 1);
	recv_numbered(0, 3, 0, 0, 1);
	expect_empty(BOX);
}
END_TEST

static const unsigned int all_flags[] = { 0, SLMBX_RECVV_PEEK, SLMBX_RECVV_LEASE };

static void recv_too_small(unsigned int flags, unsigned int len, size_t size)
{
	struct buffer buffer = buffer_new(size),
		      received = buffer_new(2 * sizeof(struct slmbx_recvv_msg));
	struct slmbx_recvv args = { .messages = address(received.bytes),
				    .buf = address(buffer.bytes),
				    .size = size,
				    .lease = flags & SLMBX_RECVV_LEASE ? AGES : 0,
				    .count = 2,
				    .id = BOX,
				    .flags = flags,
				    /* A message that is there is no reason to wait. */
				    .deadline = SLMBX_FOREVER };

	expect(-EMSGSIZE, slmbx_recvv(&args, sizeof(args)));
	ck_assert_uint_eq(args.needed, len);
	args.needed = 0;
	ck_assert_msg(buffer_poisoned_beyond(&buffer, 0) && buffer_poisoned_beyond(&received, 0),
		      "a recvv that failed wrote to its memory");
	buffer_free(&buffer);
	buffer_free(&received);
}

START_TEST(test_too_small)
{
	static const unsigned int lens[] = { 1, 100, 4096, 100000 };

	open_box();
	for (unsigned int i = 0; i < ARRAY_SIZE(lens); i++) {
		send_pattern(BOX, lens[i], i);
		/* It would fit, but isn't first. */
		send_pattern(BOX, 0, 0);
		for (unsigned int f = 0; f < ARRAY_SIZE(all_flags); f++) {
			recv_too_small(all_flags[f], lens[i], 0);
			recv_too_small(all_flags[f], lens[i], lens[i] - 1);
		}
		expect_held(BOX, 2, 0, 0);
		ck_assert_uint_eq(peek_pattern(BOX, lens[i], i).deliveries, 0);
		recv_pattern(BOX, lens[i], lens[i], i);
		recv_pattern(BOX, 0, 0, 0);
	}
}
END_TEST

/* However much more room the caller claims, what is received fits exactly. */
START_TEST(test_claimed_size)
{
	struct buffer buffer = buffer_new(len_of(1) + len_of(2));
	struct slmbx_recvv_msg received[2];
	struct slmbx_recvv args = { .messages = address(received),
				    .buf = address(buffer.bytes),
				    .size = UINT64_MAX,
				    .count = 2,
				    .id = BOX };

	open_box();
	send_numbered(1, 3);
	expect(2, slmbx_recvv(&args, sizeof(args)));
	ck_assert_msg(pattern_matches(buffer.bytes, len_of(1), 1) &&
			      pattern_matches(buffer.bytes + len_of(1), len_of(2), 2),
		      "not the bytes sent");
	expect(1, slmbx_count(BOX));
	buffer_free(&buffer);
}
END_TEST

START_TEST(test_peek_leaves_everything)
{
	open_box();
	send_numbered(1, 3);
	for (unsigned int i = 0; i < 3; i++) {
		recv_numbered(SLMBX_RECVV_PEEK, 3, 100, 1, 3);
		ck_assert_uint_eq(peek_pattern(BOX, len_of(1), 1).deliveries, 0);
	}
	expect_held(BOX, 3, 0, 0);
	recv_numbered(0, 3, 100, 1, 3);
}
END_TEST

/* What can lie behind the edge of good memory. */
static const enum bad cliffs[] = { BAD_UNMAPPED, BAD_NO_ACCESS, BAD_BEYOND_EOF, BAD_READ_ONLY };
#define SEND_CLIFFS (ARRAY_SIZE(cliffs) - 1)

START_TEST(test_sendv_straddles)
{
	static unsigned char bytes[3 * 61];
	struct slmbx_sendv_msg messages[3];
	unsigned char *edge = cliff_new(sizeof(messages), cliffs[_i]);

	open_box();
	send_pattern(BOX, 10, 1);
	describe(messages, bytes, 5, 3);
	for (unsigned int good = 0; good < sizeof(messages); good++) {
		memcpy(edge - good, messages, good);
		expect(-EFAULT, send_many((void *)(edge - good), 3));
	}
	pattern_fill(edge - len_of(6), len_of(6), 6);
	for (unsigned int good = 0; good < len_of(6); good++) {
		messages[1].data = address(edge - good);
		expect(-EFAULT, send_many(messages, 3));
	}
	expect_held(BOX, 1, 0, 0);
	messages[1].data = address(edge - len_of(6));
	expect(3, send_many(messages, 3));
	recv_pattern(BOX, 10, 10, 1);
	recv_numbered(0, 3, 200, 5, 3);
	expect_empty(BOX);
}
END_TEST

static void sendv_straddles_name(int row, char *name, size_t size)
{
	snprintf(name, size, "sendv straddles into %s at every offset", bad_name(cliffs[row]));
}

static void expect_fault(struct slmbx_recvv args)
{
	for (unsigned int f = 0; f < ARRAY_SIZE(all_flags); f++) {
		args.flags = all_flags[f];
		args.lease = args.flags & SLMBX_RECVV_LEASE ? AGES : 0;
		expect(-EFAULT, slmbx_recvv(&args, sizeof(args)));
	}
}

/* Neither a message nor a lease is taken, and no delivery counted. */
START_TEST(test_recvv_straddles)
{
	unsigned char buf[100];
	struct slmbx_recvv_msg received[2];
	unsigned char *edge = cliff_new(sizeof(received), cliffs[_i]);
	struct slmbx_recvv args = { .buf = address(buf), .size = 100, .count = 2, .id = BOX };

	open_box();
	send_numbered(1, 2);
	for (unsigned int good = 0; good < sizeof(received); good++) {
		args.messages = address(edge - good);
		expect_fault(args);
	}
	args.messages = address(received);
	for (unsigned int good = 0; good < len_of(1) + len_of(2); good++) {
		args.buf = address(edge - good);
		expect_fault(args);
	}
	expect_held(BOX, 2, 0, 0);
	ck_assert_uint_eq(peek_pattern(BOX, len_of(1), 1).deliveries, 0);
	args.buf = address(edge - len_of(1) - len_of(2));
	expect(2, slmbx_recvv(&args, sizeof(args)));
	expect_empty(BOX);
}
END_TEST

static void recvv_straddles_name(int row, char *name, size_t size)
{
	snprintf(name, size, "recvv straddles into %s at every offset", bad_name(cliffs[row]));
}

#define SENDERS 3
#define BATCHES 60
#define BATCH 9

static void send_batches(void *arg)
{
	_Atomic unsigned int *turn = arg;
	unsigned int words[BATCH], sender = atomic_fetch_add(turn, 1);
	struct slmbx_sendv_msg messages[BATCH];

	for (unsigned int batch = 0; batch < BATCHES; batch++) {
		for (unsigned int i = 0; i < BATCH; i++) {
			words[i] = (sender * BATCHES + batch) * BATCH + i;
			messages[i] = (struct slmbx_sendv_msg){ .data = address(&words[i]),
								.len = sizeof(words[i]) };
		}
		expect(BATCH, send_many(messages, BATCH));
	}
}

/* Between the messages of a batch there are no others, however many send at once. */
START_TEST(test_nothing_in_between)
{
	_Atomic unsigned int *turn = shared_alloc(sizeof(*turn));
	unsigned int next[SENDERS] = { 0 }, words[BATCH];
	struct slmbx_recvv_msg received[BATCH];
	struct slmbx_recvv args = { .messages = address(received),
				    .buf = address(words),
				    .size = sizeof(words),
				    .deadline = SLMBX_FOREVER,
				    .count = BATCH,
				    .id = BOX };
	struct crowd crowd = { .size = 0 };

	open_box();
	for (unsigned int i = 0; i < SENDERS; i++)
		crowd_add(&crowd, SAME_USER, send_batches, turn);
	for (unsigned int batch = 0; batch < SENDERS * BATCHES; batch++) {
		unsigned int sender;

		/* What is there is whole batches. */
		expect(BATCH, slmbx_recvv(&args, sizeof(args)));
		sender = words[0] / BATCH / BATCHES;
		ck_assert_uint_lt(sender, SENDERS);
		ck_assert_uint_eq(words[0], (sender * BATCHES + next[sender]++) * BATCH);
		for (unsigned int i = 1; i < BATCH; i++)
			ck_assert_uint_eq(words[i], words[0] + i);
	}
	crowd_wait(&crowd);
	expect_empty(BOX);
}
END_TEST

Suite *batches_suite(void)
{
	Suite *suite = suite_create("batches");
	TCase *tc = harness_case(suite, "batches/messages", 10);

	tcase_add_test(tc, test_counts);
	tcase_add_test(tc, test_several_batches);
	tcase_add_test(tc, test_batches_and_the_eight);
	tcase_add_test(tc, test_large_messages);
	tcase_add_test(tc, test_all_or_none);
	tcase_add_test(tc, test_longest_lengths);
	tcase_add_test(tc, test_no_bytes_no_fault);
	tcase_add_test(tc, test_nothing_in_between);
	tc = harness_case(suite, "batches/room", 10);
	tcase_add_test(tc, test_what_fits);
	tcase_add_test(tc, test_no_bytes_fit);
	tcase_add_test(tc, test_too_small);
	tcase_add_test(tc, test_claimed_size);
	tcase_add_test(tc, test_peek_leaves_everything);
	tc = harness_case(suite, "batches/straddling", 10);
	harness_add_rows(tc, test_sendv_straddles, SEND_CLIFFS, sendv_straddles_name);
	harness_add_rows(tc, test_recvv_straddles, ARRAY_SIZE(cliffs), recvv_straddles_name);
	return suite;
}
