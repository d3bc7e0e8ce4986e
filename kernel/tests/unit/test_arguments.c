// SPDX-License-Identifier: MIT
/*
 * Structs that callers hand over: sizes, tails, faults and wrong fields of each call, in
 * the order of kernel/DELIVERY.md, and that a call that fails has done nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/limits.h>

#include "calls.h"
#include "inside_quota.h"
#include "post.h"
#include "shim.h"

#define PAGE	4096

/* What a call's arguments lie in, with what they point to. */
static union {
	struct slmbx_sendv sendv;
	struct slmbx_recvv recvv;
	struct slmbx_settle settle;
	struct slmbx_list list;
	struct slmbx_setattr setattr;
	unsigned char bytes[PAGE + 8];
} args;

static struct slmbx_sendv_msg descs[2];
static struct slmbx_recvv_msg got[2];
static struct slmbx_settle_item items[2];
static unsigned char data[64];
static u32 ids[4];

struct call {
	const char *name;
	long (*make)(void *args, size_t size);
	size_t size;
	void (*fill)(void);
	bool needs_mailbox;
};

static long do_sendv(void *from, size_t size)
{
	return slmbx_do_sendv(from, size);
}

static long do_recvv(void *from, size_t size)
{
	return slmbx_do_recvv(from, size);
}

static long do_settle(void *from, size_t size)
{
	return slmbx_do_settle(from, size);
}

static long do_list(void *from, size_t size)
{
	return slmbx_do_list(from, size);
}

static long do_setattr(void *from, size_t size)
{
	return slmbx_do_setattr(from, size);
}

/* Each fills in what its call would succeed with. */
static void fill_sendv(void)
{
	for (unsigned int i = 0; i < 2; i++)
		descs[i] = (struct slmbx_sendv_msg){ .data = (uintptr_t)data, .len = 9 };
	args.sendv = (struct slmbx_sendv){ .messages = (uintptr_t)descs, .count = 2, .id = 5 };
}

static void fill_recvv(void)
{
	args.recvv = (struct slmbx_recvv){
		.messages = (uintptr_t)got,
		.buf = (uintptr_t)data,
		.size = sizeof(data),
		.count = 2,
		.id = 5,
	};
}

static void fill_settle(void)
{
	for (unsigned int i = 0; i < 2; i++)
		items[i] = (struct slmbx_settle_item){ .action = SLMBX_SETTLE_ACK };
	args.settle = (struct slmbx_settle){ .items = (uintptr_t)items, .count = 2, .id = 5 };
}

static void fill_list(void)
{
	args.list = (struct slmbx_list){ .ids = (uintptr_t)ids, .count = 4 };
}

static void fill_setattr(void)
{
	args.setattr = (struct slmbx_setattr){ .id = 5, .mask = 1, .max_messages = 100 };
}

static const struct call calls[] = {
	{ "sendv", do_sendv, sizeof(args.sendv), fill_sendv, true },
	{ "recvv", do_recvv, sizeof(args.recvv), fill_recvv, true },
	{ "settle", do_settle, sizeof(args.settle), fill_settle, true },
	{ "list", do_list, sizeof(args.list), fill_list, false },
	{ "setattr", do_setattr, sizeof(args.setattr), fill_setattr, true },
};

#define CALLS		ARRAY_LENGTH(calls)

static void setup(void)
{
	post_setup();
	done(slmbx_do_create(5, 0));
	done(set_attr(5, .mask = 0));
	post_many(5, 1, 2);
	memset(&args, 0, sizeof(args));
}

/* Makes it with @size bytes of arguments; it must fail. */
static void expect_refused(const struct call *call, size_t size, long why)
{
	char *before = snapshot_take();
	long result = call->make(&args, size);

	expect(result == why, "%s of %zu bytes is %s, not %s", call->name, size,
	       result_name(result), result_name(why));
	snapshot_expect(before, call->name);
}

START_TEST(a_struct_is_of_a_size)
{
	const struct call *call = &calls[_i];

	call->fill();
	for (size_t size = 0; size < call->size; size++)
		expect_refused(call, size, -EINVAL);
	expect_refused(call, PAGE + 1, -E2BIG);
	expect_refused(call, SIZE_MAX, -E2BIG);
	for (size_t at = call->size; at < call->size + 20; at++) {
		args.bytes[at] = 1;
		expect_refused(call, at + 1, -E2BIG);
		args.bytes[at] = 0;
	}
	args.bytes[PAGE - 1] = 1;
	expect_refused(call, PAGE, -E2BIG);
	/* Nobody looks so far. */
	ck_assert_int_ge(call->make(&args, PAGE - 1), 0);
	args.bytes[PAGE - 1] = 0;
	call->fill();
	ck_assert_int_ge(call->make(&args, PAGE), 0);
}
END_TEST

START_TEST(a_struct_is_there)
{
	const struct call *call = &calls[_i];

	call->fill();
	for (size_t at = 0; at < call->size; at++) {
		fault_at(args.bytes + at, 1);
		expect_refused(call, call->size, -EFAULT);
		expect_refused(call, 1, -EINVAL);
	}
	fault_at(args.bytes + PAGE - 1, 1);
	expect_refused(call, PAGE, -EFAULT);
	ck_assert_int_ge(call->make(&args, PAGE - 1), 0);
}
END_TEST

/* What is wrong with the fields is said first, then ENODEV, ENOENT, EPERM. */
START_TEST(errors_are_in_their_order)
{
	const struct call *call = &calls[_i];
	u32 *id = _i == 4 ? &args.setattr.id : &args.sendv.id;

	if (_i == 1)
		id = &args.recvv.id;
	call->fill();
	if (call->needs_mailbox) {
		done(slmbx_do_create(6, 1));
		*id = 6;
		become(BOB);
		expect_refused(call, call->size, -EPERM);
		*id = 7;
		expect_refused(call, call->size, -ENOENT);
		*id = 0;
		expect_refused(call, call->size, -ENOENT);
	}
	become(ROOT);
	done(slmbx_do_shutdown());
	expect_refused(call, call->size, -ENODEV);
	expect_refused(call, 1, -EINVAL);
	args.bytes[call->size] = 1;
	expect_refused(call, call->size + 1, -E2BIG);
	args.bytes[call->size] = 0;
	fault_at(&args, 1);
	expect_refused(call, call->size, -EFAULT);
}
END_TEST

/* Of the call number @at, with all else as it should be, and before whether there is a mailbox. */
#define wrong(at, field, value)							\
	do {									\
		calls[at].fill();						\
		field = (value);						\
		expect_refused(&calls[at], calls[at].size, -EINVAL);		\
	} while (0)

START_TEST(wrong_fields_are_refused)
{
	for (int round = 0; round < 2; round++) {
		wrong(0, args.sendv.count, 0);
		wrong(0, args.sendv.count, SLMBX_BATCH_MAX + 1);
		wrong(0, args.sendv.flags, 1);
		wrong(0, args.sendv.pad, 1);
		wrong(0, descs[1].flags, 1);
		wrong(1, args.recvv.count, 0);
		wrong(1, args.recvv.count, SLMBX_BATCH_MAX + 1);
		wrong(1, args.recvv.pad, 1);
		wrong(1, args.recvv.flags, 4);
		wrong(1, args.recvv.flags, SLMBX_RECVV_LEASE);
		wrong(1, args.recvv.lease, 1);
		calls[1].fill();
		args.recvv.lease = 1;
		args.recvv.flags = SLMBX_RECVV_LEASE | SLMBX_RECVV_PEEK;
		expect_refused(&calls[1], calls[1].size, -EINVAL);
		args.recvv.flags = SLMBX_RECVV_PEEK;
		expect_refused(&calls[1], calls[1].size, -EINVAL);
		wrong(2, args.settle.count, 0);
		wrong(2, args.settle.count, SLMBX_BATCH_MAX + 1);
		wrong(2, args.settle.flags, 1);
		wrong(2, args.settle.pad, 1);
		/* And without a system. */
		if (!round)
			done(slmbx_do_shutdown());
	}
}
END_TEST

START_TEST(faults_of_sendv)
{
	fill_sendv();
	for (size_t at = 0; at < sizeof(descs); at += 7) {
		fault_at((unsigned char *)descs + at, 1);
		expect_refused(&calls[0], sizeof(args.sendv), -EFAULT);
	}
	descs[1].data = (uintptr_t)(data + 20);
	descs[1].delay = 10;
	descs[0].ttl = 10;
	for (size_t at = 0; at < 29; at++) {
		fault_at(data + at, 1);
		if (at < 9 || at >= 20)
			expect_refused(&calls[0], sizeof(args.sendv), -EFAULT);
	}
	/* The descriptors before the mailbox, what they point to after it. */
	args.sendv.id = 7;
	expect_refused(&calls[0], sizeof(args.sendv), -ENOENT);
	fault_at(descs, 1);
	expect_refused(&calls[0], sizeof(args.sendv), -EFAULT);
}
END_TEST

START_TEST(faults_of_recvv)
{
	u32 len = post_length(1) + post_length(2);

	for (int lease = 0; lease < 2; lease++) {
		fill_recvv();
		args.recvv.flags = lease ? SLMBX_RECVV_LEASE : 0;
		args.recvv.lease = lease;
		for (size_t at = 0; at < len; at++) {
			fault_at(data + at, 1);
			expect_refused(&calls[1], sizeof(args.recvv), -EFAULT);
		}
		for (size_t at = 0; at < sizeof(got); at += 7) {
			fault_at((unsigned char *)got + at, 1);
			expect_refused(&calls[1], sizeof(args.recvv), -EFAULT);
		}
	}
	/* Nothing is written beyond what there is. */
	fault_at(data + len, 1);
	fill_recvv();
	expect_result(do_recvv(&args, sizeof(args.recvv)), 2);
	fault_at(got, 1);
	expect_result(do_recvv(&args, sizeof(args.recvv)), 0);
}
END_TEST

START_TEST(a_message_that_has_no_room_stays)
{
	struct slmbx_recvv before;
	u32 len = post_length(1);

	for (u32 room = 0; room < len; room++) {
		fill_recvv();
		args.recvv.size = room;
		before = args.recvv;
		expect_refused(&calls[1], sizeof(args.recvv), -EMSGSIZE);
		before.needed = len;
		ck_assert_mem_eq(&before, &args.recvv, sizeof(before));
	}
	fault_at(&args.recvv.needed, 1);
	ck_assert_int_eq(calls[1].make(&args, sizeof(args.recvv)), -EFAULT);
	fault_at(NULL, 0);
	/* The first alone, if the second doesn't fit any more. */
	for (u32 room = len; room < len + post_length(2); room++) {
		args.recvv.size = room;
		args.recvv.flags = SLMBX_RECVV_PEEK;
		expect_result(do_recvv(&args, sizeof(args.recvv)), 1);
	}
	args.recvv.size++;
	expect_result(do_recvv(&args, sizeof(args.recvv)), 2);
}
END_TEST

START_TEST(faults_of_settle)
{
	struct slmbx_settle_item lease = lease_one(5, 1, 10);

	fill_settle();
	lease.action = SLMBX_SETTLE_ACK;
	items[0] = lease;
	for (size_t at = 0; at < sizeof(items); at += 3) {
		fault_at((unsigned char *)items + at, 1);
		expect_refused(&calls[2], sizeof(args.settle), -EFAULT);
		args.settle.id = 7;
		expect_refused(&calls[2], sizeof(args.settle), -EFAULT);
		args.settle.id = 5;
	}
	fault_at(NULL, 0);
	expect_result(do_settle(&args, sizeof(args.settle)), 1);
	expect_result(items[0].result, 0);
	expect_result(items[1].result, -ESTALE);
}
END_TEST

START_TEST(faults_of_list)
{
	for (u32 id = 10; id < 600; id++)
		done(slmbx_do_create(id, 0));
	fill_list();
	for (size_t at = 0; at < sizeof(ids); at++) {
		fault_at((unsigned char *)ids + at, 1);
		expect_refused(&calls[3], sizeof(args.list), -EFAULT);
	}
}
END_TEST

/* Of what a call lacks it says the first. */
START_TEST(what_lacks_is_said_in_its_order)
{
	fill_sendv();
	descs[1].data = 0;
	done(set_attr(5, .mask = SLMBX_ATTR_MAX_MESSAGES, .max_messages = 3));
	expect_refused(&calls[0], sizeof(args.sendv), -EDQUOT);
	done(set_attr(5, .mask = SLMBX_ATTR_MAX_MESSAGES));
	slmbx_limits.bytes = 0;
	expect_refused(&calls[0], sizeof(args.sendv), -EDQUOT);
	fill_recvv();
	args.recvv.flags = SLMBX_RECVV_LEASE;
	args.recvv.lease = 1;
	args.recvv.buf = 0;
	expect_refused(&calls[1], sizeof(args.recvv), -EDQUOT);
	args.recvv.size = 1;
	args.recvv.deadline = SLMBX_FOREVER;
	expect_refused(&calls[1], sizeof(args.recvv), -EMSGSIZE);
	slmbx_limits.bytes = S64_MAX;
	args.recvv.size = sizeof(data);
	expect_refused(&calls[1], sizeof(args.recvv), -EFAULT);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("arguments");
	TCase *structs = unit_case(suite, "structs"), *faults = unit_case(suite, "faults");

	tcase_add_checked_fixture(structs, setup, post_teardown);
	tcase_add_checked_fixture(faults, setup, post_teardown);
	tcase_add_loop_test(structs, a_struct_is_of_a_size, 0, CALLS);
	tcase_add_loop_test(structs, a_struct_is_there, 0, CALLS);
	tcase_add_loop_test(structs, errors_are_in_their_order, 0, CALLS);
	tcase_add_test(structs, wrong_fields_are_refused);
	tcase_add_test(faults, faults_of_sendv);
	tcase_add_test(faults, faults_of_recvv);
	tcase_add_test(faults, a_message_that_has_no_room_stays);
	tcase_add_test(faults, faults_of_settle);
	tcase_add_test(faults, faults_of_list);
	tcase_add_test(faults, what_lacks_is_said_in_its_order);
	return unit_run(suite);
}
