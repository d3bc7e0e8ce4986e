// SPDX-License-Identifier: MIT
/*
 * Errors of the calls that take a struct: every pair whose conditions can hold at once, in
 * the order that DELIVERY.md has.
 */
#include <stddef.h>
#include <stdio.h>

#include "arguments.h"
#include "delivery.h"
#include "harness.h"
#include "memory.h"
#include "snapshot.h"
#include "standard.h"
#include "users.h"

/* What a condition spoils. */
enum spoils {
	SIZE,		/* of the struct, to @value */
	HUGE_SIZE,	/* of the struct, to more than a page */
	ARGS,		/* the struct's address */
	TAIL,		/* a larger struct's end isn't 0 */
	FIELD,		/* 32 bits at @offset, to @value */
	ADDRESS,	/* 64 bits at @offset, to each bad address */
	DESCRIPTOR,	/* flags of the second message */
	DATA,		/* address of the second message's bytes */
	SYSTEM,		/* isn't initialised */
	BOX,		/* the mailbox is @value */
	CALLER,		/* is another user */
};

struct condition {
	const char *name;
	long error;
	enum spoils spoils;
	size_t offset;
	unsigned int value;
};

#define SET(type, field, value) FIELD, offsetof(struct slmbx_##type, field), value
#define LEAD(type, field) ADDRESS, offsetof(struct slmbx_##type, field), 0
#define ID(type, value) BOX, offsetof(struct slmbx_##type, id), value

#define STRUCT_CONDITIONS(first)                                     \
	{ "struct of 0 bytes", -EINVAL, SIZE, 0, 0 },                \
	{ "struct too small", -EINVAL, SIZE, 0, (first) - 1 },       \
	{ "struct above a page", -E2BIG, HUGE_SIZE, 0, 0 },          \
	{ "bad struct", -EFAULT, ARGS, 0, 0 },                       \
	{ "struct's tail not 0", -E2BIG, TAIL, 0, 0 }
#define BOX_CONDITIONS(type)                                         \
	{ "system off", -ENODEV, SYSTEM, 0, 0 },                     \
	{ "mailbox absent", -ENOENT, ID(type, ABSENT) },             \
	{ "mailbox 0", -ENOENT, ID(type, ZERO) },                    \
	{ "mailbox 4294967295", -ENOENT, ID(type, TOP) }
/* It is at its limit and has messages too, so that what is checked later holds as well. */
#define PROTECTED(type) { "another's protected mailbox", -EPERM, ID(type, NOBODY_LIMITED) }
#define COUNTS(type, max)                                            \
	{ "count 0", -EINVAL, SET(type, count, 0) },                 \
	{ "count too large", -EINVAL, SET(type, count, (max) + 1) }, \
	{ "largest count", -EINVAL, SET(type, count, UINT_MAX) }
#define UNUSED(type)                                                 \
	{ "flag 0", -EINVAL, SET(type, flags, 1) },                  \
	{ "flag 31", -EINVAL, SET(type, flags, 1U << 31) },          \
	{ "padding", -EINVAL, SET(type, pad, 1) }

/* Each call's in the order they are checked, but for those of one EINVAL among themselves. */
static const struct condition sendv_conditions[] = {
	STRUCT_CONDITIONS(SLMBX_SENDV_SIZE_V0),
	UNUSED(sendv),
	COUNTS(sendv, SLMBX_BATCH_MAX),
	{ "bad descriptors", -EFAULT, LEAD(sendv, messages) },
	{ "a descriptor's flags", -EINVAL, DESCRIPTOR, 0, 0 },
	BOX_CONDITIONS(sendv),
	PROTECTED(sendv),
	{ "mailbox at its limit", -EDQUOT, ID(sendv, ROOT_LIMITED) },
	{ "bad bytes", -EFAULT, DATA, 0, 0 },
};

static const struct condition recvv_conditions[] = {
	STRUCT_CONDITIONS(SLMBX_RECVV_SIZE_V0),
	{ "flag 2", -EINVAL, SET(recvv, flags, 4) },
	{ "flag 31", -EINVAL, SET(recvv, flags, 1U << 31) },
	{ "peek and lease", -EINVAL, SET(recvv, flags, SLMBX_RECVV_PEEK | SLMBX_RECVV_LEASE) },
	{ "a time and no lease", -EINVAL, SET(recvv, lease, 1) },
	{ "padding", -EINVAL, SET(recvv, pad, 1) },
	COUNTS(recvv, SLMBX_BATCH_MAX),
	BOX_CONDITIONS(recvv),
	PROTECTED(recvv),
	{ "no room", -EMSGSIZE, SET(recvv, size, HEAD - 1) },
	{ "bad buffer", -EFAULT, LEAD(recvv, buf) },
	{ "bad messages", -EFAULT, LEAD(recvv, messages) },
};

static const struct condition settle_conditions[] = {
	STRUCT_CONDITIONS(SLMBX_SETTLE_SIZE_V0),
	UNUSED(settle),
	COUNTS(settle, SLMBX_BATCH_MAX),
	{ "bad items", -EFAULT, LEAD(settle, items) },
	BOX_CONDITIONS(settle),
	PROTECTED(settle),
};

static const struct condition list_conditions[] = {
	STRUCT_CONDITIONS(SLMBX_LIST_SIZE_V0),
	UNUSED(list),
	COUNTS(list, SLMBX_LIST_MAX),
	{ "system off", -ENODEV, SYSTEM, 0, 0 },
	{ "bad ids", -EFAULT, LEAD(list, ids) },
};

/* What the mask doesn't have must be 0. */
static const struct condition setattr_conditions[] = {
	STRUCT_CONDITIONS(SLMBX_SETATTR_SIZE_V0),
	{ "mask 6", -EINVAL, SET(setattr, mask, SLMBX_ATTR_ALL + 1) },
	{ "mask 31", -EINVAL, SET(setattr, mask, 1U << 31) },
	{ "max_messages not in the mask", -EINVAL, SET(setattr, mask, SLMBX_ATTR_DEAD_LETTER) },
	{ "dead_letter not in the mask", -EINVAL, SET(setattr, mask, SLMBX_ATTR_MAX_MESSAGES) },
	{ "max_bytes not in the mask", -EINVAL, SET(setattr, max_bytes, 1) },
	{ "max_deliveries not in the mask", -EINVAL, SET(setattr, max_deliveries, 1) },
	{ "owner not in the mask", -EINVAL, SET(setattr, owner, 1) },
	{ "protect not in the mask", -EINVAL, SET(setattr, protect, 1) },
	{ "dead_letter 4294967295", -EINVAL, SET(setattr, dead_letter, SLMBX_ID_INVALID) },
	BOX_CONDITIONS(setattr),
	{ "another's mailbox", -EPERM, CALLER, 0, 0 },
	{ "dead letters to itself", -ELOOP, SET(setattr, dead_letter, ROOT_EMPTY) },
};

static const struct {
	const struct condition *conditions;
	unsigned int count;
} errors[] = {
	[SENDV] = { sendv_conditions, ARRAY_SIZE(sendv_conditions) },
	[RECVV] = { recvv_conditions, ARRAY_SIZE(recvv_conditions) },
	[SETTLE] = { settle_conditions, ARRAY_SIZE(settle_conditions) },
	[LIST] = { list_conditions, ARRAY_SIZE(list_conditions) },
	[SETATTR] = { setattr_conditions, ARRAY_SIZE(setattr_conditions) },
};

/* One call, spoiled by @first and by @second, of which the first is what it must answer. */
struct attempt {
	enum call call;
	const struct condition *first, *second;
	unsigned int kind;	/* of a bad address */
	union arguments args;
	size_t size;
	bool elsewhere;
	void *at;		/* where the struct is, if it has no memory of its own */
	bool tail;
	uid_t caller;
};

/* Addresses in structs have 64 bits, whatever the program's. */
#define BAD_ADDRESSES (BAD_SOURCES + 2)

static uint64_t bad_address(unsigned int kind)
{
	if (kind == BAD_SOURCES)
		return UINT64_MAX - 15;
	/* What is left of it in a narrower pointer is good. */
	if (kind > BAD_SOURCES)
		return (uint64_t)1 << 62 | address(&memory);
	return address(bad_pointer(kind));
}

static void spoil(struct attempt *attempt, const struct condition *condition)
{
	uint64_t bad = bad_address(attempt->kind % BAD_ADDRESSES);

	switch (condition->spoils) {
	case SIZE:
		attempt->size = condition->value;
		break;
	case HUGE_SIZE:
		attempt->size = page_size() + 1;
		break;
	case ARGS:
		attempt->elsewhere = true;
		attempt->at = bad_pointer(attempt->kind % BAD_SOURCES);
		break;
	case TAIL:
		attempt->tail = true;
		if (attempt->size == calls[attempt->call].first)
			attempt->size = calls[attempt->call].known + 8;
		break;
	case FIELD:
	case BOX:
		memcpy(attempt->args.bytes + condition->offset, &condition->value,
		       sizeof(condition->value));
		break;
	case ADDRESS:
		memcpy(attempt->args.bytes + condition->offset, &bad, sizeof(bad));
		break;
	case DESCRIPTOR:
		memory.descriptors[1].flags = 1U << attempt->kind % 32;
		break;
	case DATA:
		memory.descriptors[1].data = bad;
		break;
	case SYSTEM:
		break;
	case CALLER:
		attempt->caller = NOBODY;
		break;
	}
}

static void check_untouched(const struct attempt *attempt, const struct memory *before, long want)
{
	struct memory after = memory;

	/* Of what a call fills it may have filled some when it comes to what it can't. */
	if (want == -EFAULT) {
		memcpy(after.received, before->received, sizeof(after.received));
		memcpy(after.buf, before->buf, sizeof(after.buf));
		memcpy(after.ids, before->ids, sizeof(after.ids));
	}
	ck_assert_msg(memcmp(&after, before, sizeof(after)) == 0,
		      "%s, %s: wrote to what it was given", attempt->first->name,
		      attempt->second->name);
}

static void check_arguments(const struct attempt *attempt, const struct buffer *buffer, long want)
{
	struct slmbx_recvv args;
	size_t known = calls[attempt->call].known;
	bool same;

	if (want == -EMSGSIZE) {
		memcpy(&args, buffer->bytes, sizeof(args));
		ck_assert_uint_eq(args.needed, HEAD);
		args.needed = attempt->args.recvv.needed;
		memcpy(buffer->bytes, &args, sizeof(args));
	}
	same = memcmp(buffer->bytes, &attempt->args, buffer->len < known ? buffer->len : known) ==
	       0;
	ck_assert_msg(same && buffer_poisoned_beyond(buffer, buffer->len),
		      "%s, %s: changed its arguments", attempt->first->name, attempt->second->name);
}

static void run_attempt(void *arg)
{
	const struct attempt *attempt = arg;
	long want = attempt->first->error, result;
	struct buffer buffer = buffer_new(attempt->size);
	const struct memory before = memory;
	size_t known = calls[attempt->call].known;

	memset(buffer.bytes, 0, buffer.len);
	memcpy(buffer.bytes, &attempt->args, buffer.len < known ? buffer.len : known);
	if (attempt->tail && buffer.len > known)
		buffer.bytes[buffer.len - 1] = 1;
	errno = E2BIG;
	result = make_call(attempt->call, attempt->elsewhere ? attempt->at : buffer.bytes,
			   attempt->size);
	ck_assert_msg(result == want, "%s, %s: is %s, should be %s", attempt->first->name,
		      attempt->second->name, result_name(result), result_name(want));
	ck_assert_msg(errno == E2BIG, "the call changed errno");
	check_arguments(attempt, &buffer, want);
	check_untouched(attempt, &before, want);
	buffer_free(&buffer);
}

static void try_pair(enum call call, const struct condition *first, const struct condition *second,
		     unsigned int kind)
{
	struct attempt attempt = { .call = call,
				   .first = first,
				   .second = second,
				   .kind = kind,
				   .args = good_arguments(call),
				   .size = calls[call].first,
				   .caller = ME };

	/* The first last: where both are of one field it is the first's. */
	spoil(&attempt, second);
	spoil(&attempt, first);
	if (attempt.caller == ME)
		run_attempt(&attempt);
	else
		as_user(attempt.caller, run_attempt, &attempt);
}

static bool has_kinds(const struct condition *condition)
{
	return condition->spoils == ARGS || condition->spoils == ADDRESS ||
	       condition->spoils == DATA || condition->spoils == DESCRIPTOR;
}

static bool needs_root(const struct condition *condition)
{
	return condition->spoils == CALLER ||
	       (condition->spoils == BOX && condition->value == NOBODY_LIMITED);
}

static bool exclusive(const struct condition *a, const struct condition *b)
{
	bool field = a->spoils == FIELD || a->spoils == BOX || a->spoils == ADDRESS;

	return a->spoils == b->spoils && (!field || a->offset == b->offset);
}

/* @first alone, and before each condition that is checked after it. */
static void try_all(enum call call, unsigned int first, bool initialised)
{
	const struct condition *conditions = errors[call].conditions;

	for (unsigned int kind = 0; initialised == (conditions[first].spoils != SYSTEM) &&
				    kind < (has_kinds(&conditions[first]) ? 32 : 1);
	     kind++)
		try_pair(call, &conditions[first], &conditions[first], kind);
	for (unsigned int i = first + 1; i < errors[call].count; i++) {
		bool off = conditions[first].spoils == SYSTEM || conditions[i].spoils == SYSTEM;

		if (off == initialised || exclusive(&conditions[first], &conditions[i]) ||
		    (needs_root(&conditions[i]) && geteuid() != 0))
			continue;
		try_pair(call, &conditions[first], &conditions[i], i + first);
	}
}

struct error_row {
	enum call call;
	unsigned int first;
};

static struct error_row error_row(int i)
{
	struct error_row row = { .call = SENDV, .first = (unsigned int)i };

	for (; row.first >= errors[row.call].count; row.call++)
		row.first -= errors[row.call].count;
	return row;
}

static unsigned int error_rows(void)
{
	unsigned int rows = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(errors); i++)
		rows += errors[i].count;
	return rows;
}

START_TEST(test_error_is_first)
{
	struct error_row row = error_row(_i);
	struct snapshot off = { .initialised = false };
	struct snapshot *system = shared_alloc(sizeof(*system));

	if (needs_root(&errors[row.call].conditions[row.first]))
		need_root();
	try_all(row.call, row.first, false);
	snapshot_check(&off);
	standard_system(system);
	snapshot_build(system);
	try_all(row.call, row.first, true);
	snapshot_drain(system);
}
END_TEST

static void error_row_name(int i, char *name, size_t size)
{
	struct error_row row = error_row(i);
	const struct condition *condition = &errors[row.call].conditions[row.first];

	snprintf(name, size, "%s, %s, is %s before what follows", calls[row.call].name,
		 condition->name, result_name(condition->error));
}

/* Fields whose faults take more than one of them. */
START_TEST(test_more_fields)
{
	struct snapshot *system = shared_alloc(sizeof(*system));
	union arguments args = good_arguments(RECVV);

	standard_system(system);
	snapshot_build(system);
	args.recvv.flags = SLMBX_RECVV_PEEK | SLMBX_RECVV_LEASE;
	args.recvv.lease = AGES;
	expect(-EINVAL, slmbx_recvv(&args.recvv, sizeof(args.recvv)));
	args.recvv.flags = SLMBX_RECVV_PEEK;
	expect(-EINVAL, slmbx_recvv(&args.recvv, sizeof(args.recvv)));
	args.recvv.flags = SLMBX_RECVV_LEASE;
	args.recvv.lease = 0;
	expect(-EINVAL, slmbx_recvv(&args.recvv, sizeof(args.recvv)));
	args.recvv.id = ABSENT;
	expect(-EINVAL, slmbx_recvv(&args.recvv, sizeof(args.recvv)));
	args.recvv.lease = (uint64_t)1 << 32;
	args.recvv.count = 0;
	expect(-EINVAL, slmbx_recvv(&args.recvv, sizeof(args.recvv)));
	expect(-EINVAL,
	       try_setattr((struct slmbx_setattr){ .id = ROOT_EMPTY,
						   .mask = SLMBX_ATTR_MAX_DELIVERIES,
						   .max_deliveries = SLMBX_MAX_DELIVERIES + 1 }));
	expect(-EINVAL, try_setattr((struct slmbx_setattr){
				.id = ROOT_EMPTY, .mask = SLMBX_ATTR_OWNER, .owner = (uid_t)-1 }));
	expect(-EINVAL, try_setattr((struct slmbx_setattr){ .id = ABSENT,
							    .max_messages = (uint64_t)1 << 63 }));
	snapshot_drain(system);
}
END_TEST

/* Descriptors are read whole before any is looked at. */
START_TEST(test_bad_descriptor_after_an_invalid_one)
{
	struct snapshot *system = shared_alloc(sizeof(*system));
	unsigned char *edge = cliff_new(sizeof(struct slmbx_sendv_msg), BAD_NO_ACCESS);
	struct slmbx_sendv_msg invalid = { .flags = 1 };
	struct slmbx_sendv args = { .messages = address(edge - sizeof(invalid)),
				    .count = 2,
				    .id = ABSENT };

	standard_system(system);
	snapshot_build(system);
	memcpy(edge - sizeof(invalid), &invalid, sizeof(invalid));
	expect(-EFAULT, slmbx_sendv(&args, sizeof(args)));
	args.count = 1;
	expect(-EINVAL, slmbx_sendv(&args, sizeof(args)));
	snapshot_drain(system);
}
END_TEST

Suite *errors_suite(void)
{
	Suite *suite = suite_create("errors");
	TCase *tc = harness_case(suite, "errors", 10);

	harness_add_rows(tc, test_error_is_first, error_rows(), error_row_name);
	tcase_add_test(tc, test_more_fields);
	tcase_add_test(tc, test_bad_descriptor_after_an_invalid_one);
	return suite;
}
