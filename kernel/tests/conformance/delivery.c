// SPDX-License-Identifier: MIT
#include <time.h>

#include "delivery.h"
#include "harness.h"
#include "memory.h"

uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000 * MS + (uint64_t)time.tv_nsec;
}

void sleep_until(uint64_t moment)
{
	await(now() >= moment);
}

long try_send_timed(unsigned int id, unsigned int len, unsigned int seed, uint64_t delay,
		    uint64_t ttl)
{
	struct buffer buffer = buffer_new(len);
	struct slmbx_sendv_msg message = {
		.data = address(buffer.bytes), .len = len, .delay = delay, .ttl = ttl
	};
	struct slmbx_sendv args = { .messages = address(&message), .count = 1, .id = id };
	long result;

	pattern_fill(buffer.bytes, len, seed);
	result = slmbx_sendv(&args, sizeof(args));
	ck_assert_msg(pattern_matches(buffer.bytes, len, seed),
		      "sendv of %u bytes changed its source", len);
	buffer_free(&buffer);
	return result;
}

void send_timed(unsigned int id, unsigned int len, unsigned int seed, uint64_t delay, uint64_t ttl)
{
	expect(1, try_send_timed(id, len, seed, delay, ttl));
}

static void check_message(const struct slmbx_recvv_msg *message, unsigned int flags,
			  unsigned int len)
{
	ck_assert_uint_eq(message->offset, 0);
	ck_assert_uint_eq(message->len, len);
	ck_assert_uint_ne(message->seq, 0);
	ck_assert_uint_eq(message->pad, 0);
	ck_assert_msg(message->flags == 0 || message->flags == SLMBX_RECVV_DEAD,
		      "unknown flags 0x%x", message->flags);
	if (!(flags & SLMBX_RECVV_LEASE))
		ck_assert_uint_eq(message->token, 0);
	else
		ck_assert_uint_ge(message->deliveries, 1);
	if (message->flags & SLMBX_RECVV_DEAD)
		return;
	ck_assert_uint_eq(message->from, 0);
	ck_assert_uint_eq(message->from_deliveries, 0);
	ck_assert_uint_eq(message->moved, 0);
}

struct slmbx_recvv_msg recv_one(unsigned int id, unsigned int flags, uint64_t lease,
				uint64_t deadline, unsigned int len, unsigned int seed)
{
	struct buffer buffer = buffer_new(len + 9),
		      messages = buffer_new(2 * sizeof(struct slmbx_recvv_msg));
	const struct slmbx_recvv before = { .messages = address(messages.bytes),
					    .buf = address(buffer.bytes),
					    .size = len + 9,
					    .needed = 77,
					    .deadline = deadline,
					    .lease = lease,
					    .count = 1,
					    .id = id,
					    .flags = flags };
	struct slmbx_recvv args = before;
	struct slmbx_recvv_msg message;

	expect(1, slmbx_recvv(&args, sizeof(args)));
	ck_assert_msg(memcmp(&args, &before, sizeof(args)) == 0, "recvv changed its arguments");
	memcpy(&message, messages.bytes, sizeof(message));
	check_message(&message, flags, len);
	ck_assert_msg(pattern_matches(buffer.bytes, len, seed),
		      "recvv of %u bytes: not the bytes sent", len);
	ck_assert_msg(buffer_poisoned_beyond(&buffer, len) &&
			      buffer_poisoned_beyond(&messages, sizeof(message)),
		      "recvv of %u bytes wrote outside what it received", len);
	buffer_free(&buffer);
	buffer_free(&messages);
	return message;
}

struct slmbx_recvv_msg await_pattern(unsigned int id, unsigned int len, unsigned int seed)
{
	return recv_one(id, 0, 0, SLMBX_FOREVER, len, seed);
}

struct slmbx_recvv_msg peek_pattern(unsigned int id, unsigned int len, unsigned int seed)
{
	return recv_one(id, SLMBX_RECVV_PEEK, 0, 0, len, seed);
}

struct slmbx_recvv_msg lease_pattern(unsigned int id, uint64_t lease, unsigned int len,
				     unsigned int seed)
{
	return recv_one(id, SLMBX_RECVV_LEASE, lease, 0, len, seed);
}

void expect_none(unsigned int id)
{
	static const unsigned int flags[] = { 0, SLMBX_RECVV_PEEK, SLMBX_RECVV_LEASE };
	struct buffer buffer = buffer_new(2 * sizeof(struct slmbx_recvv_msg));

	for (unsigned int i = 0; i < ARRAY_SIZE(flags); i++) {
		struct slmbx_recvv args = { .messages = address(buffer.bytes),
					    .buf = address(buffer.bytes),
					    .size = buffer.len,
					    .lease = flags[i] & SLMBX_RECVV_LEASE ? AGES : 0,
					    .count = 2,
					    .id = id,
					    .flags = flags[i] };

		expect(0, slmbx_recvv(&args, sizeof(args)));
	}
	ck_assert_msg(buffer_poisoned_beyond(&buffer, 0), "recvv of nothing wrote to its memory");
	buffer_free(&buffer);
}

long settle_one(unsigned int id, const struct slmbx_recvv_msg *lease, unsigned int action,
		uint64_t time)
{
	const struct slmbx_settle_item before = { .seq = lease->seq,
						  .token = lease->token,
						  .time = time,
						  .action = action,
						  .result = -77 };
	struct slmbx_settle_item item = before;
	struct slmbx_settle args = { .items = address(&item), .count = 1, .id = id };
	long result = slmbx_settle(&args, sizeof(args));
	int settled = item.result;

	item.result = before.result;
	ck_assert_msg(memcmp(&item, &before, sizeof(item)) == 0,
		      "settle changed more than the result of its item");
	if (result < 0) {
		ck_assert_int_eq(settled, before.result);
		return result;
	}
	ck_assert_msg(result == (settled == 0), "settle is %ld, and the item's result %s", result,
		      result_name(settled));
	return settled;
}

struct slmbx_stat stat_of(unsigned int id)
{
	struct slmbx_stat st;

	memset(&st, 0xff, sizeof(st));
	expect(0, slmbx_stat(id, &st, sizeof(st)));
	ck_assert_uint_eq(st.pad, 0);
	return st;
}

void expect_held(unsigned int id, unsigned int ready, unsigned int leased, unsigned int delayed)
{
	struct slmbx_stat st = stat_of(id);

	ck_assert_msg(st.count == ready && st.leased == leased && st.delayed == delayed,
		      "%u ready, %u leased and %u delayed, should be %u, %u and %u",
		      (unsigned int)st.count, (unsigned int)st.leased, (unsigned int)st.delayed,
		      ready, leased, delayed);
	expect(ready, slmbx_count(id));
}

long try_setattr(struct slmbx_setattr attributes)
{
	return slmbx_setattr(&attributes, sizeof(attributes));
}

void set_dead_letter(unsigned int id, unsigned int dead_letter, unsigned int max_deliveries)
{
	expect(0, try_setattr((struct slmbx_setattr){ .id = id,
						      .mask = SLMBX_ATTR_DEAD_LETTER |
							      SLMBX_ATTR_MAX_DELIVERIES,
						      .dead_letter = dead_letter,
						      .max_deliveries = max_deliveries }));
}
