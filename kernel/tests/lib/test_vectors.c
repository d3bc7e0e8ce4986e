// SPDX-License-Identifier: MIT
/*
 * Calls of many pieces: every size, and memory that isn't there, in each of them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "support.h"

#define ID 8

static size_t page;

static void setup(void)
{
	page = (size_t)sysconf(_SC_PAGESIZE);
	engine_setup();
	ck_assert_int_eq(slmbx_create(ID, 0), 0);
}

static long sendv(const struct slmbx_sendv_msg *messages, uint32_t count)
{
	struct slmbx_sendv args = { .messages = (uintptr_t)messages, .count = count, .id = ID };

	return slmbx_sendv(&args, sizeof(args));
}

static struct slmbx_recvv receive_args(struct slmbx_recvv_msg *messages, uint32_t count, void *buf,
				       size_t size)
{
	return (struct slmbx_recvv){
		.messages = (uintptr_t)messages,
		.buf = (uintptr_t)buf,
		.size = size,
		.count = count,
		.id = ID,
	};
}

static long recvv(struct slmbx_recvv_msg *messages, uint32_t count, void *buf, size_t size,
		  uint32_t flags)
{
	struct slmbx_recvv args = receive_args(messages, count, buf, size);

	args.flags = flags;
	args.lease = flags & SLMBX_RECVV_LEASE ? 3600000000000ULL : 0;
	return slmbx_recvv(&args, sizeof(args));
}

/* Writable pages between others that can't be touched; the address of the last one's end. */
static unsigned char *pages_end(size_t count)
{
	unsigned char *pages = mmap(NULL, (count + 1) * page, PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(pages, MAP_FAILED);
	ck_assert_int_eq(mprotect(pages + count * page, page, PROT_NONE), 0);
	return pages + count * page;
}

/* Lengths of a batch, by the number of the test. */
static uint32_t length(unsigned int batch, unsigned int i)
{
	static const uint32_t lengths[] = { 0, 1, 8, 100, 4096, 5000, 32767, 32768, 65536, 200000 };

	switch (batch) {
	case 0:
		return i % 10;
	case 1:
		return 0;
	case 2:
		return 64;
	default:
		return lengths[i % (batch * 2)];
	}
}

#define BATCHES 6

/* All of them at once, and so back: first fewer than there are, then as many as fit. */
START_TEST(round_trips)
{
	uint32_t count = _i < 3 ? SLMBX_BATCH_MAX : 100, got;
	struct slmbx_sendv_msg *out = calloc(count, sizeof(*out));
	struct slmbx_recvv_msg *in = calloc(count, sizeof(*in));
	size_t size = 0, half = 0, at = 0;
	unsigned char *bytes, *buf;

	for (uint32_t i = 0; i < count; i++)
		size += length((unsigned int)_i, i);
	bytes = malloc(size + 1);
	buf = malloc(size + 1);
	for (uint32_t i = 0; i < count; i++) {
		out[i].data = (uintptr_t)(bytes + at);
		out[i].len = length((unsigned int)_i, i);
		fill(bytes + at, out[i].len, i);
		at += out[i].len;
		if (i < count / 2)
			half = at;
	}
	ck_assert_int_eq(sendv(out, count), count);
	ck_assert_int_eq(slmbx_count(ID), count);

	memset(buf, 0x55, size + 1);
	ck_assert_int_eq(recvv(in, count, buf, size, SLMBX_RECVV_PEEK), count);
	ck_assert_mem_eq(buf, bytes, size);
	ck_assert_int_eq(buf[size], 0x55);
	memset(buf, 0x55, size + 1);
	ck_assert_int_eq(recvv(in, count / 2, buf, half, 0), count / 2);
	ck_assert_mem_eq(buf, bytes, half);
	ck_assert(is_all(buf + half, size + 1 - half, 0x55));
	got = count / 2;
	ck_assert_int_eq(recvv(in + got, count, buf, size + 1, 0), count - got);
	ck_assert_mem_eq(buf, bytes + half, size - half);
	for (uint32_t i = 0, from = 0; i < count; i++) {
		from = i == got ? 0 : from;
		ck_assert_uint_eq(in[i].seq, i + 1);
		ck_assert_uint_eq(in[i].offset, from);
		ck_assert_uint_eq(in[i].len, out[i].len);
		from += in[i].len;
	}
	ck_assert_int_eq(recvv(in, count, buf, size, 0), 0);
	free(out);
	free(in);
	free(bytes);
	free(buf);
}
END_TEST

/* As long as a message may have to wait for its turn in pieces of the socket's. */
START_TEST(large_messages)
{
	static const uint32_t lens[] = { 1 << 20, 3, 20 << 20, 70000, 0, 5 << 20 };
	unsigned char *bytes = malloc(32 << 20), *buf = malloc(32 << 20);
	struct slmbx_sendv_msg out[6] = { 0 };
	struct slmbx_recvv_msg in[6];
	struct slmbx_recvv args = receive_args(in, 6, buf, 100);
	size_t size = 0;

	for (int i = 0; i < 6; i++) {
		out[i].data = (uintptr_t)(bytes + size);
		out[i].len = lens[i];
		size += lens[i];
	}
	fill(bytes, size, 9);
	for (int round = 0; round < 2; round++) {
		ck_assert_int_eq(sendv(out, 6), 6);
		ck_assert_int_eq(slmbx_recvv(&args, sizeof(args)), -EMSGSIZE);
		ck_assert_uint_eq(args.needed, 1 << 20);
		memset(buf, 0, size);
		ck_assert_int_eq(recvv(in, 6, buf, size, round ? SLMBX_RECVV_LEASE : 0), 6);
		ck_assert(is_filled(buf, size, 9));
		ck_assert_int_eq(slmbx_count(ID), 0);
	}
	free(bytes);
	free(buf);
}
END_TEST

/* A buffer that is too small, by a byte. */
START_TEST(fits_or_not)
{
	struct slmbx_sendv_msg out[2] = { { .data = (uintptr_t) "0123456789", .len = 10 },
					  { .data = (uintptr_t) "abcdefghij", .len = 10 } };
	struct slmbx_recvv_msg in[2] = { 0 };
	unsigned char buf[21];
	struct slmbx_recvv args = receive_args(in, 2, buf, 9);

	ck_assert_int_eq(sendv(out, 2), 2);
	memset(buf, 0x55, sizeof(buf));
	ck_assert_int_eq(slmbx_recvv(&args, sizeof(args)), -EMSGSIZE);
	ck_assert_uint_eq(args.needed, 10);
	ck_assert(is_all(buf, sizeof(buf), 0x55));
	for (size_t size = 10; size <= 20; size++) {
		memset(buf, 0x55, sizeof(buf));
		ck_assert_int_eq(recvv(in, 2, buf, size, SLMBX_RECVV_PEEK), size < 20 ? 1 : 2);
		ck_assert_mem_eq(buf, "0123456789abcdefghij", size < 20 ? 10 : 20);
		ck_assert(is_all(buf + (size < 20 ? 10 : 20), size < 20 ? 11 : 1, 0x55));
	}
	ck_assert_int_eq(slmbx_count(ID), 2);
	ck_assert_int_eq(recvv(in, 2, NULL, 0, 0), -EMSGSIZE);
}
END_TEST

/* Of each piece of a sendv, one byte less than there must be. */
START_TEST(sendv_faults)
{
	static const uint32_t lens[] = { 1, 100, 4096, 65536, 70000, 1 << 20 };
	uint32_t len = lens[_i];
	unsigned char *end = pages_end((len + page - 1) / page + 1);
	struct slmbx_sendv_msg good = { .data = (uintptr_t)(end - len), .len = len };
	struct slmbx_sendv_msg messages[2] = { good, good }, *at_end;
	struct slmbx_sendv args = { .messages = (uintptr_t)messages, .count = 2, .id = ID };

	for (int bad = 0; bad < 2; bad++) {
		messages[bad].data++;
		ck_assert_int_eq(sendv(messages, 2), -EFAULT);
		messages[bad].data = 0;
		ck_assert_int_eq(sendv(messages, 2), -EFAULT);
		messages[bad].data = UINTPTR_MAX;
		ck_assert_int_eq(sendv(messages, 2), -EFAULT);
		args.id = ID + 1;
		ck_assert_int_eq(slmbx_sendv(&args, sizeof(args)), -ENOENT);
		args.id = ID;
		messages[bad] = good;
	}
	ck_assert_int_eq(slmbx_count(ID), 0);
	ck_assert_int_eq(sendv(messages, 2), 2);

	at_end = memcpy(pages_end(1) - sizeof(messages), messages, sizeof(messages));
	ck_assert_int_eq(sendv(at_end, 2), 2);
	/* Before it matters whether there is a mailbox. */
	args.id = ID + 1;
	args.messages = (uintptr_t)at_end + 1;
	ck_assert_int_eq(slmbx_sendv(&args, sizeof(args)), -EFAULT);
	args.messages = (uintptr_t)(at_end - 1);
	args.count = 4;
	ck_assert_int_eq(slmbx_sendv(&args, sizeof(args)), -EFAULT);
	ck_assert_int_eq(slmbx_count(ID), 4);
}
END_TEST

START_TEST(recvv_faults)
{
	static const uint32_t lens[] = { 1, 100, 4096, 65536, 70000, 1 << 20 };
	uint32_t len = lens[_i];
	unsigned char *bytes = malloc(len), *buf = malloc(2 * len), *end;
	struct slmbx_sendv_msg out[2] = { { .data = (uintptr_t)bytes, .len = len },
					  { .data = (uintptr_t)bytes, .len = len } };
	static const uint32_t flags[] = { 0, SLMBX_RECVV_PEEK, SLMBX_RECVV_LEASE };
	struct slmbx_recvv_msg in[2], *in_end = (void *)pages_end(1);
	struct slmbx_stat st;

	fill(bytes, len, 4);
	end = pages_end((2 * len + page - 1) / page);
	ck_assert_int_eq(sendv(out, 2), 2);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(recvv(in, 2, NULL, 2 * len, flags[i]), -EFAULT);
		ck_assert_int_eq(recvv(in, 2, (void *)UINTPTR_MAX, 2 * len, flags[i]), -EFAULT);
		ck_assert_int_eq(recvv(in, 2, end - 2 * len + 1, 2 * len, flags[i]), -EFAULT);
		ck_assert_int_eq(recvv(in, 2, end - len + 1, 2 * len, flags[i]), -EFAULT);
		ck_assert_int_eq(recvv(NULL, 2, buf, 2 * len, flags[i]), -EFAULT);
		ck_assert_int_eq(recvv(in_end - 1, 2, buf, 2 * len, flags[i]), -EFAULT);
		ck_assert_int_eq(recvv((void *)((char *)in_end - 1), 1, buf, 2 * len, flags[i]),
				 -EFAULT);
	}
	ck_assert_int_eq(slmbx_stat(ID, &st, sizeof(st)), 0);
	ck_assert_uint_eq(st.count, 2);
	ck_assert_uint_eq(st.leased, 0);
	/* No more is written than what comes. */
	ck_assert_int_eq(recvv(in_end - 1, 2, end - len, len, 0), 1);
	ck_assert_uint_eq(in_end[-1].deliveries, 0);
	ck_assert(is_filled(end - len, len, 4));
	ck_assert_int_eq(recvv(in_end - 1, 2, end - len, UINT64_MAX, 0), 1);
	free(bytes);
	free(buf);
}
END_TEST

START_TEST(settle_and_faults)
{
	struct slmbx_settle_item *end = (void *)pages_end(1), *items = end - 2;
	struct slmbx_settle args = { .items = (uintptr_t)items, .count = 2, .id = ID };
	struct slmbx_sendv_msg out[2] = { { .data = (uintptr_t) "a", .len = 1 },
					  { .data = (uintptr_t) "b", .len = 1 } };
	struct slmbx_recvv_msg in[2];
	struct slmbx_stat st;
	unsigned char buf[2];

	ck_assert_int_eq(sendv(out, 2), 2);
	ck_assert_int_eq(recvv(in, 2, buf, 2, SLMBX_RECVV_LEASE), 2);
	for (int i = 0; i < 2; i++)
		items[i] = (struct slmbx_settle_item){ .seq = in[i].seq,
						       .token = in[i].token,
						       .action = SLMBX_SETTLE_ACK };
	args.items++;
	ck_assert_int_eq(slmbx_settle(&args, sizeof(args)), -EFAULT);
	args.items = 0;
	ck_assert_int_eq(slmbx_settle(&args, sizeof(args)), -EFAULT);
	args.items = (uintptr_t)items;
	ck_assert_int_eq(mprotect((char *)end - page, page, PROT_READ), 0);
	ck_assert_int_eq(slmbx_settle(&args, sizeof(args)), -EFAULT);
	ck_assert_int_eq(mprotect((char *)end - page, page, PROT_READ | PROT_WRITE), 0);
	ck_assert_int_eq(slmbx_stat(ID, &st, sizeof(st)), 0);
	ck_assert_uint_eq(st.leased, 2);

	items[1].token++;
	ck_assert_int_eq(slmbx_settle(&args, sizeof(args)), 1);
	ck_assert_int_eq(items[0].result, 0);
	ck_assert_int_eq(items[1].result, -ESTALE);
	ck_assert_uint_eq(items[1].token, in[1].token + 1);
	items[1].token--;
	ck_assert_int_eq(slmbx_settle(&args, sizeof(args)), 1);
	ck_assert_int_eq(items[0].result, -ESTALE);
	ck_assert_int_eq(items[1].result, 0);
}
END_TEST

START_TEST(settle_many)
{
	static struct slmbx_sendv_msg out[SLMBX_BATCH_MAX];
	static struct slmbx_recvv_msg in[SLMBX_BATCH_MAX];
	static struct slmbx_settle_item items[SLMBX_BATCH_MAX];
	struct slmbx_settle args = { .items = (uintptr_t)items,
				     .count = SLMBX_BATCH_MAX,
				     .id = ID };

	ck_assert_int_eq(sendv(out, SLMBX_BATCH_MAX), SLMBX_BATCH_MAX);
	ck_assert_int_eq(recvv(in, SLMBX_BATCH_MAX, NULL, 0, SLMBX_RECVV_LEASE), SLMBX_BATCH_MAX);
	for (unsigned int i = 0; i < SLMBX_BATCH_MAX; i++)
		items[i] = (struct slmbx_settle_item){
			.seq = in[i].seq,
			.token = in[i].token,
			.action = i % 2 ? SLMBX_SETTLE_ACK : SLMBX_SETTLE_RELEASE,
			.result = 1,
		};
	ck_assert_int_eq(slmbx_settle(&args, sizeof(args)), SLMBX_BATCH_MAX);
	for (unsigned int i = 0; i < SLMBX_BATCH_MAX; i++)
		ck_assert_int_eq(items[i].result, 0);
	ck_assert_int_eq(slmbx_count(ID), SLMBX_BATCH_MAX / 2);
	ck_assert_int_eq(slmbx_purge(ID), SLMBX_BATCH_MAX / 2);
	ck_assert_int_eq(slmbx_purge(ID), 0);
}
END_TEST

START_TEST(lists)
{
	uint32_t *ids = (uint32_t *)pages_end(3);
	struct slmbx_list args = { .count = 2000 };

	for (uint32_t i = 0; i < 2000; i++)
		ck_assert_int_eq(slmbx_create(100 + i, 0), 0);
	ids -= 2000;
	args.ids = (uintptr_t)ids;
	args.after = ID;
	ck_assert_int_eq(slmbx_list(&args, sizeof(args)), 2000);
	for (uint32_t i = 0; i < 2000; i++)
		ck_assert_uint_eq(ids[i], 100 + i);
	args.count = SLMBX_LIST_MAX;
	ck_assert_int_eq(slmbx_list(&args, sizeof(args)), 2000);
	/* One more than there is memory for. */
	args.after = 0;
	ck_assert_int_eq(slmbx_list(&args, sizeof(args)), -EFAULT);
	args.ids = 0;
	ck_assert_int_eq(slmbx_list(&args, sizeof(args)), -EFAULT);
	args.ids = (uintptr_t)ids;
	args.after = 2098;
	ids[1] = UINT32_MAX;
	ck_assert_int_eq(slmbx_list(&args, sizeof(args)), 1);
	ck_assert_uint_eq(ids[0], 2099);
	ck_assert_uint_eq(ids[1], UINT32_MAX);
	args.after = 2099;
	args.ids = 0;
	ck_assert_int_eq(slmbx_list(&args, sizeof(args)), 0);
}
END_TEST

/* Sizes of the struct, and where it lies. */

static long call_struct(int call, void *args, size_t size)
{
	switch (call) {
	case 0:
		return slmbx_sendv(args, size);
	case 1:
		return slmbx_recvv(args, size);
	case 2:
		return slmbx_settle(args, size);
	case 3:
		return slmbx_list(args, size);
	default:
		return slmbx_setattr(args, size);
	}
}

START_TEST(struct_sizes)
{
	static const size_t first[] = { SLMBX_SENDV_SIZE_V0, SLMBX_RECVV_SIZE_V0,
					SLMBX_SETTLE_SIZE_V0, SLMBX_LIST_SIZE_V0,
					SLMBX_SETATTR_SIZE_V0 };
	/* With nothing but zeros sendv, recvv, settle and list have no count; setattr no mailbox. */
	long whole = _i == 4 ? -ENOENT : -EINVAL;
	unsigned char *end = pages_end(2), *args = end - 2 * page;

	for (size_t size = 0; size <= page; size++)
		ck_assert_int_eq(call_struct(_i, args, size), size < first[_i] ? -EINVAL : whole);
	ck_assert_int_eq(call_struct(_i, args, page + 1), -E2BIG);
	ck_assert_int_eq(call_struct(_i, NULL, (size_t)UINT32_MAX + 1), -E2BIG);
	ck_assert_int_eq(call_struct(_i, NULL, SIZE_MAX), -E2BIG);
	ck_assert_int_eq(call_struct(_i, NULL, 0), -EINVAL);
	ck_assert_int_eq(call_struct(_i, NULL, first[_i]), -EFAULT);
	for (size_t rest = 1; rest < 200; rest++) {
		ck_assert_int_eq(call_struct(_i, end - rest, first[_i]),
				 rest < first[_i] ? -EFAULT : whole);
		ck_assert_int_eq(call_struct(_i, end - rest, 150), rest < 150 ? -EFAULT : whole);
	}
	for (size_t at = first[_i]; at < page; at += at < 100 ? 1 : 97) {
		args[at] = 1;
		ck_assert_int_eq(call_struct(_i, args, at + 1), -E2BIG);
		ck_assert_int_eq(call_struct(_i, args, page), -E2BIG);
		ck_assert_int_eq(call_struct(_i, args, at), whole);
		args[at] = 0;
	}
}
END_TEST

/* A struct of a page, of which we know the beginning, does what a small one does. */
START_TEST(longer_structs)
{
	union {
		unsigned char bytes[4096];
		struct slmbx_sendv sendv;
		struct slmbx_recvv recvv;
		struct slmbx_list list;
	} args = { .sendv.count = 1 };
	struct slmbx_sendv_msg out = { .data = (uintptr_t) "abc", .len = 3 };
	struct slmbx_recvv_msg in;
	unsigned char buf[3];
	uint32_t id = 0;

	args.sendv.id = ID;
	args.sendv.messages = (uintptr_t)&out;
	ck_assert_int_eq(slmbx_sendv(&args.sendv, 4096), 1);
	args.recvv = receive_args(&in, 1, buf, 3);
	ck_assert_int_eq(slmbx_recvv(&args.recvv, 4096), 1);
	ck_assert_mem_eq(buf, "abc", 3);
	memset(args.bytes, 0, sizeof(args.recvv));
	args.list.ids = (uintptr_t)&id;
	args.list.count = 1;
	ck_assert_int_eq(slmbx_list(&args.list, 4096), 1);
	ck_assert_uint_eq(id, ID);
}
END_TEST

START_TEST(attributes)
{
	struct slmbx_setattr args = { .id = ID,
				      .mask = SLMBX_ATTR_MAX_MESSAGES,
				      .max_messages = 1 };
	struct slmbx_sendv_msg out[2] = { 0 };

	ck_assert_int_eq(slmbx_setattr(&args, sizeof(args)), 0);
	ck_assert_int_eq(sendv(out, 2), -EDQUOT);
	ck_assert_int_eq(sendv(out, 1), 1);
	ck_assert_int_eq(slmbx_purge(ID), 1);
	ck_assert_int_eq(slmbx_purge(ID + 1), -ENOENT);
	if (!is_root())
		return;
	args.mask = SLMBX_ATTR_OWNER;
	args.max_messages = 0;
	args.owner = UID_OTHER;
	slmbx_act_as(UID_NOBODY);
	ck_assert_int_eq(slmbx_setattr(&args, sizeof(args)), -EPERM);
	slmbx_act_as(SLMBX_SELF);
	ck_assert_int_eq(slmbx_setattr(&args, sizeof(args)), 0);
}
END_TEST

Suite *vectors_suite(void)
{
	Suite *s = suite_create("vectors");
	TCase *tc = tcase_create("vectors");

	tcase_set_timeout(tc, TEST_TIMEOUT);
	tcase_add_checked_fixture(tc, setup, engine_teardown);
	tcase_add_loop_test(tc, round_trips, 0, BATCHES);
	tcase_add_test(tc, large_messages);
	tcase_add_test(tc, fits_or_not);
	tcase_add_loop_test(tc, sendv_faults, 0, 6);
	tcase_add_loop_test(tc, recvv_faults, 0, 6);
	tcase_add_test(tc, settle_and_faults);
	tcase_add_test(tc, settle_many);
	tcase_add_test(tc, lists);
	tcase_add_loop_test(tc, struct_sizes, 0, 5);
	tcase_add_test(tc, longer_structs);
	tcase_add_test(tc, attributes);
	suite_add_tcase(s, tc);
	return s;
}
