// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "support.h"

static const struct {
	const char *name;
	unsigned int request;
} known[] = {
	{ "init", SLMBX_IOC_INIT },	{ "shutdown", SLMBX_IOC_SHUTDOWN },
	{ "create", SLMBX_IOC_CREATE }, { "destroy", SLMBX_IOC_DESTROY },
	{ "count", SLMBX_IOC_COUNT },	{ "send", SLMBX_IOC_SEND },
	{ "recv", SLMBX_IOC_RECV },	{ "length", SLMBX_IOC_LENGTH },
	{ "stat", SLMBX_IOC_STAT },	{ "sendv", SLMBX_IOC_SENDV },
	{ "recvv", SLMBX_IOC_RECVV },	{ "settle", SLMBX_IOC_SETTLE },
	{ "list", SLMBX_IOC_LIST },	{ "setattr", SLMBX_IOC_SETATTR },
	{ "purge", SLMBX_IOC_PURGE },
};

static bool is_known(unsigned int request)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i].request == request)
			return true;
	return false;
}

/* The numbers are the ABI: a program built long ago uses them. */
START_TEST(numbers)
{
	ck_assert_uint_eq(SLMBX_IOC_INIT, 0x4008e901);
	ck_assert_uint_eq(SLMBX_IOC_SHUTDOWN, 0x0000e902);
	ck_assert_uint_eq(SLMBX_IOC_CREATE, 0x4008e903);
	ck_assert_uint_eq(SLMBX_IOC_DESTROY, 0x4004e904);
	ck_assert_uint_eq(SLMBX_IOC_COUNT, 0x4004e905);
	ck_assert_uint_eq(SLMBX_IOC_SEND, 0x4010e906);
	ck_assert_uint_eq(SLMBX_IOC_RECV, 0x4010e907);
	ck_assert_uint_eq(SLMBX_IOC_LENGTH, 0x4004e908);
	ck_assert_uint_eq(SLMBX_IOC_STAT, 0x4010e90c);
	ck_assert_uint_eq(SLMBX_IOC_SENDV, 0x4010e909);
	ck_assert_uint_eq(SLMBX_IOC_RECVV, 0x4010e90a);
	ck_assert_uint_eq(SLMBX_IOC_SETTLE, 0x4010e90b);
	ck_assert_uint_eq(SLMBX_IOC_LIST, 0x4010e90d);
	ck_assert_uint_eq(SLMBX_IOC_SETATTR, 0x4010e90f);
	ck_assert_uint_eq(SLMBX_IOC_PURGE, 0x4004e910);
}
END_TEST

/* So are the sizes: none has room that a compiler put there. */
START_TEST(sizes)
{
	ck_assert_uint_eq(SLMBX_STAT_SIZE_V0, 32);
	ck_assert_uint_eq(sizeof(struct slmbx_stat), 104);
	ck_assert_uint_eq(SLMBX_SENDV_SIZE_V0, 24);
	ck_assert_uint_eq(sizeof(struct slmbx_sendv), SLMBX_SENDV_SIZE_V0);
	ck_assert_uint_eq(sizeof(struct slmbx_sendv_msg), 32);
	ck_assert_uint_eq(SLMBX_RECVV_SIZE_V0, 64);
	ck_assert_uint_eq(sizeof(struct slmbx_recvv), SLMBX_RECVV_SIZE_V0);
	ck_assert_uint_eq(sizeof(struct slmbx_recvv_msg), 64);
	ck_assert_uint_eq(SLMBX_SETTLE_SIZE_V0, 24);
	ck_assert_uint_eq(sizeof(struct slmbx_settle), SLMBX_SETTLE_SIZE_V0);
	ck_assert_uint_eq(sizeof(struct slmbx_settle_item), 32);
	ck_assert_uint_eq(SLMBX_LIST_SIZE_V0, 24);
	ck_assert_uint_eq(sizeof(struct slmbx_list), SLMBX_LIST_SIZE_V0);
	ck_assert_uint_eq(SLMBX_SETATTR_SIZE_V0, 40);
	ck_assert_uint_eq(sizeof(struct slmbx_setattr), SLMBX_SETATTR_SIZE_V0);
}
END_TEST

START_TEST(every_call)
{
	unsigned char bytes[8];
	struct slmbx_stat st;

	memset(bytes, 0xa5, sizeof(bytes));
	expect(-ENODEV, dev_shutdown());
	expect(0, dev_init());
	expect(-EEXIST, dev_init());
	expect(0, dev_create(3, 0));
	expect(-EEXIST, dev_create(3, 0));
	expect(-ESRCH, dev_length(3));
	expect(0, dev_send(3, "a\0c", 3));
	expect(1, dev_count(3));
	expect(3, dev_length(3));
	expect(0, dev_stat(3, &st));
	ck_assert_uint_eq(st.count, 1);
	ck_assert_uint_eq(st.bytes, 3);
	expect(3, dev_recv(3, bytes, sizeof(bytes)));
	ck_assert_mem_eq(bytes, "a\0c\xa5\xa5\xa5\xa5\xa5", sizeof(bytes));
	expect(-ESRCH, dev_recv(3, bytes, sizeof(bytes)));
	expect(0, dev_destroy(3));
	expect(-ENOENT, dev_count(3));
	expect(0, dev_shutdown());
	expect(-ENODEV, dev_count(3));
}
END_TEST

START_TEST(delivery_calls)
{
	const struct slmbx_sendv_msg outgoing[] = {
		{ .data = (uintptr_t) "one", .len = 3 },
		{ .data = (uintptr_t) "three", .len = 5 },
		{ .len = 0 },
	};
	const struct slmbx_sendv sendv = { .messages = (uintptr_t)outgoing, .count = 3, .id = 3 };
	struct slmbx_recvv_msg incoming[4];
	char bytes[16];
	struct slmbx_recvv recvv = { .messages = (uintptr_t)incoming,
				     .buf = (uintptr_t)bytes,
				     .size = sizeof(bytes),
				     .lease = 1ULL << 60,
				     .count = 2,
				     .id = 3,
				     .flags = SLMBX_RECVV_LEASE };
	struct slmbx_settle_item items[2] = { { .result = 1 }, { .result = 1 } };
	const struct slmbx_settle settle = { .items = (uintptr_t)items, .count = 2, .id = 3 };
	const struct slmbx_setattr setattr = { .id = 3,
					       .mask = SLMBX_ATTR_MAX_BYTES | SLMBX_ATTR_PROTECTED,
					       .max_bytes = 5,
					       .protect = 1 };
	__u32 ids[4] = { 0 };
	const struct slmbx_list list = { .ids = (uintptr_t)ids, .count = ARRAY_SIZE(ids) };
	struct slmbx_stat st;

	expect(-ENODEV, dev_sendv(&sendv, sizeof(sendv)));
	expect(-ENODEV, dev_list(&list, sizeof(list)));
	expect(0, dev_init());
	expect(-ENOENT, dev_sendv(&sendv, sizeof(sendv)));
	expect(-ENOENT, dev_recvv(&recvv, sizeof(recvv)));
	expect(-ENOENT, dev_settle(&settle, sizeof(settle)));
	expect(-ENOENT, dev_setattr(&setattr, sizeof(setattr)));
	expect(-ENOENT, dev_purge(3));
	expect(0, dev_create(3, 0));
	expect(3, dev_sendv(&sendv, sizeof(sendv)));
	expect(2, dev_recvv(&recvv, sizeof(recvv)));
	ck_assert_mem_eq(bytes, "onethree", 8);
	ck_assert_uint_eq(incoming[1].offset, 3);
	ck_assert_uint_eq(incoming[1].len, 5);
	items[0] = (struct slmbx_settle_item){ .seq = incoming[0].seq,
					       .token = incoming[0].token,
					       .action = SLMBX_SETTLE_ACK,
					       .result = 1 };
	items[1] = (struct slmbx_settle_item){ .seq = incoming[1].seq,
					       .token = incoming[1].token + 1,
					       .action = SLMBX_SETTLE_ACK,
					       .result = 1 };
	expect(1, dev_settle(&settle, sizeof(settle)));
	ck_assert_int_eq(items[0].result, 0);
	ck_assert_int_eq(items[1].result, -ESTALE);
	expect(0, dev_setattr(&setattr, sizeof(setattr)));
	expect(-EDQUOT, dev_sendv(&sendv, sizeof(sendv)));
	expect(1, dev_list(&list, sizeof(list)));
	ck_assert_uint_eq(ids[0], 3);
	expect(1, dev_purge(3));
	expect(0, dev_purge(3));
	expect(0, dev_stat(3, &st));
	ck_assert_uint_eq(st.count, 0);
	ck_assert_uint_eq(st.leased, 1);
	ck_assert_uint_eq(st.sent, 3);
	ck_assert_uint_eq(st.max_bytes, 5);
	ck_assert_uint_eq(st.flags, SLMBX_STAT_PROTECTED);
	/* A moment long ago. */
	recvv.deadline = 1;
	expect(0, dev_recvv(&recvv, sizeof(recvv)));
}
END_TEST

/* It takes none, so whatever is passed is no pointer that is looked at. */
START_TEST(shutdown_argument)
{
	expect(0, dev_init());
	expect(0, device_ioctl(device, SLMBX_IOC_SHUTDOWN, (void *)-1L));
	expect(-ENODEV, device_ioctl(device, SLMBX_IOC_SHUTDOWN, (void *)1L));
}
END_TEST

static void expect_unknown(unsigned int request, const void *arg)
{
	long ret;

	if (is_known(request))
		return;
	ret = device_ioctl(device, request, arg);
	ck_assert_msg(ret == -ENOTTY, "ioctl %#x is %s, should be -ENOTTY", request,
		      result_name(ret));
}

/* Every number, direction, and size of a struct that may be, with a struct that would do. */
START_TEST(unknown_numbers)
{
	/* As the struct of any call: id 1 or 7, and no message. */
	const unsigned int arg[64] = { SCENE_ID, 1, SCENE_ID, 0 };

	scene_make();
	for (unsigned int nr = 0; nr < 256; nr++)
		for (unsigned int size = 0; size <= 40; size += 4)
			for (unsigned int dir = 0; dir < 4; dir++)
				expect_unknown(_IOC(dir, SLMBX_IOC_MAGIC, nr, size), arg);
	scene_check();
}
END_TEST

START_TEST(wrong_sizes)
{
	unsigned int *arg = calloc(1, 1 << _IOC_SIZEBITS);

	arg[0] = SCENE_ID;
	arg[2] = SCENE_ID;
	scene_make();
	for (unsigned int i = 0; i < ARRAY_SIZE(known); i++) {
		unsigned int base = known[i].request & ~IOCSIZE_MASK;

		for (unsigned int size = 0; size < 256; size++)
			expect_unknown(base | size << IOCSIZE_SHIFT, arg);
		for (unsigned int bit = 8; bit < _IOC_SIZEBITS; bit++)
			expect_unknown(known[i].request | 1U << bit << IOCSIZE_SHIFT, arg);
	}
	scene_check();
	free(arg);
}
END_TEST

START_TEST(other_magic)
{
	const unsigned int arg[64] = { SCENE_ID, 1, SCENE_ID, 0 };

	scene_make();
	for (unsigned int magic = 0; magic < 256; magic++) {
		/* 0 and 'T' have numbers for every file: FIGETBSZ, FIOCLEX and the like. */
		if (magic == SLMBX_IOC_MAGIC || magic == 0 || magic == 'T')
			continue;
		for (unsigned int i = 0; i < ARRAY_SIZE(known); i++) {
			unsigned int request = known[i].request;

			request &= ~(_IOC_TYPEMASK << _IOC_TYPESHIFT);
			expect_unknown(request | magic << _IOC_TYPESHIFT, arg);
		}
	}
	scene_check();
}
END_TEST

/* It is neither a stream nor memory. */
START_TEST(other_operations)
{
	char byte = 0;

	expect(-1, read(device, &byte, 1));
	ck_assert_int_eq(errno, EINVAL);
	expect(-1, write(device, &byte, 1));
	ck_assert_int_eq(errno, EINVAL);
	expect(-1, lseek(device, 0, SEEK_SET));
	ck_assert_int_eq(errno, ESPIPE);
	expect(-1, pread(device, &byte, 1, 0));
	ck_assert_int_eq(errno, ESPIPE);
	ck_assert_ptr_eq(mmap(NULL, 4096, PROT_READ, MAP_SHARED, device, 0), MAP_FAILED);
	ck_assert_int_eq(errno, ENODEV);
	ck_assert_int_eq(byte, 0);
}
END_TEST

Suite *ioctl_suite(void)
{
	Suite *suite = suite_create("ioctl");
	TCase *tc = device_case(suite, "ioctl", 120);

	tcase_add_test(tc, numbers);
	tcase_add_test(tc, sizes);
	tcase_add_test(tc, every_call);
	tcase_add_test(tc, delivery_calls);
	tcase_add_test(tc, shutdown_argument);
	tcase_add_test(tc, unknown_numbers);
	tcase_add_test(tc, wrong_sizes);
	tcase_add_test(tc, other_magic);
	tcase_add_test(tc, other_operations);
	return suite;
}
