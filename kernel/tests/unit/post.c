// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "inside_quota.h"
#include "post.h"
#include "shim.h"

#define LENGTHS		40

__thread struct slmbx_recvv_msg received[SLMBX_BATCH_MAX];
__thread u32 received_numbers[SLMBX_BATCH_MAX];

static __thread unsigned char room[SLMBX_BATCH_MAX * (sizeof(u32) + LENGTHS)];

void post_setup(void)
{
	people_begin();
	shim_clock_stop(START);
	done(slmbx_do_init(8, 2));
}

void post_teardown(void)
{
	fault_at(NULL, 0);
	shim_fail_allocations(0, 0);
	become(ROOT);
	slmbx_do_shutdown();
	ck_assert_uint_eq(quota_accounts(), 0);
	people_end();
}

void pass(u64 nanoseconds)
{
	shim_clock_advance(nanoseconds);
}

u32 post_length(u32 number)
{
	return sizeof(number) + number % LENGTHS;
}

static void write_message(unsigned char *to, u32 number)
{
	memcpy(to, &number, sizeof(number));
	fill(to + sizeof(number), post_length(number) - sizeof(number), number);
}

static u32 read_message(const unsigned char *from, u32 len)
{
	u32 number;

	expect(len >= sizeof(number), "a message of %u bytes", len);
	memcpy(&number, from, sizeof(number));
	expect(len == post_length(number) &&
		       is_filled(from + sizeof(number), len - sizeof(number), number),
	       "message %u changed", number);
	return number;
}

long post(u32 id, u32 number, u64 delay, u64 ttl)
{
	unsigned char bytes[sizeof(u32) + LENGTHS];
	struct slmbx_sendv_msg desc = {
		.data = (uintptr_t)bytes,
		.len = post_length(number),
		.delay = delay,
		.ttl = ttl,
	};
	struct slmbx_sendv args = { .messages = (uintptr_t)&desc, .count = 1, .id = id };

	write_message(bytes, number);
	return slmbx_do_sendv(&args, sizeof(args));
}

long post_plainly(u32 id, u32 number)
{
	unsigned char bytes[sizeof(u32) + LENGTHS];

	write_message(bytes, number);
	return slmbx_do_send(id, bytes, post_length(number));
}

void post_many(u32 id, u32 first, u32 last)
{
	u32 count = last - first + 1;
	struct slmbx_sendv_msg *descs = calloc(count, sizeof(*descs));
	unsigned char(*bytes)[sizeof(u32) + LENGTHS] = calloc(count, sizeof(*bytes));
	struct slmbx_sendv args = { .messages = (uintptr_t)descs, .count = count, .id = id };

	for (u32 i = 0; i < count; i++) {
		write_message(bytes[i], first + i);
		descs[i] = (struct slmbx_sendv_msg){ .data = (uintptr_t)bytes[i],
						     .len = post_length(first + i) };
	}
	expect_result(slmbx_do_sendv(&args, sizeof(args)), count);
	free(bytes);
	free(descs);
}

long take(u32 id, u32 count, u32 flags, u64 lease, u64 deadline)
{
	struct slmbx_recvv args = {
		.messages = (uintptr_t)received,
		.buf = (uintptr_t)room,
		.size = sizeof(room),
		.deadline = deadline,
		.lease = lease,
		.count = count,
		.id = id,
		.flags = flags,
	};
	long got = slmbx_do_recvv(&args, sizeof(args));
	u64 offset = 0;

	for (long i = 0; i < got; i++) {
		expect(received[i].offset == offset, "message %ld lies somewhere else", i);
		received_numbers[i] = read_message(room + offset, received[i].len);
		offset += received[i].len;
		expect(!received[i].pad, "padding of message %ld", i);
	}
	return got;
}

long take_plainly(u32 id)
{
	long got = slmbx_do_recv(id, room, sizeof(room));

	return got < 0 ? got : (long)read_message(room, got);
}

struct slmbx_settle_item lease_one(u32 id, u32 number, u64 lease)
{
	expect_result(take(id, 1, SLMBX_RECVV_LEASE, lease, 0), 1);
	expect(received_numbers[0] == number, "message %u, not %u", received_numbers[0], number);
	return (struct slmbx_settle_item){ .seq = received[0].seq, .token = received[0].token };
}

long settle(u32 id, struct slmbx_settle_item item, u32 action, u64 time)
{
	struct slmbx_settle args = { .items = (uintptr_t)&item, .count = 1, .id = id };
	struct slmbx_settle_item before;
	long ret;

	item.action = action;
	item.time = time;
	item.result = 12345;
	before = item;
	ret = slmbx_do_settle(&args, sizeof(args));
	if (ret < 0)
		return ret;
	expect(ret == !item.result, "%ld leases are settled by %s", ret, result_name(item.result));
	before.result = item.result;
	expect(!memcmp(&before, &item, sizeof(item)), "more than the result is written");
	return item.result;
}

void expect_ready(u32 id, const char *numbers)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	long got = take(id, SLMBX_BATCH_MAX, SLMBX_RECVV_PEEK, 0, 0);

	for (long i = 0; i < got; i++)
		fprintf(to, "%s%u", i ? " " : "", received_numbers[i]);
	if (got < 0)
		fprintf(to, "%s", result_name(got));
	fclose(to);
	expect(!strcmp(text, numbers), "in %u are \"%s\", not \"%s\"", id, text, numbers);
	free(text);
}

struct slmbx_stat post_stat(u32 id)
{
	struct slmbx_stat stat;

	done(slmbx_do_stat(id, &stat, sizeof(stat)));
	return stat;
}

void expect_held(u32 id, u64 ready, u64 leased, u64 delayed)
{
	struct slmbx_stat stat = post_stat(id);

	expect(stat.count == ready && stat.leased == leased && stat.delayed == delayed,
	       "%llu ready, %llu leased, %llu delayed, not %llu, %llu, %llu",
	       (unsigned long long)stat.count, (unsigned long long)stat.leased,
	       (unsigned long long)stat.delayed, (unsigned long long)ready,
	       (unsigned long long)leased, (unsigned long long)delayed);
}

long set(u32 id, struct slmbx_setattr attr)
{
	attr.id = id;
	return slmbx_do_setattr(&attr, sizeof(attr));
}
