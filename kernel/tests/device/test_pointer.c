// SPDX-License-Identifier: MIT
/* Bad addresses of the structs themselves; those of messages have their rows in the conformance suite. */
#include <sys/mman.h>

#include "memory.h"
#include "support.h"

static const struct {
	unsigned int request;
	unsigned int size;
} calls[] = {
	{ SLMBX_IOC_INIT, sizeof(struct slmbx_ioc_init) },
	{ SLMBX_IOC_CREATE, sizeof(struct slmbx_ioc_create) },
	{ SLMBX_IOC_DESTROY, sizeof(__u32) },
	{ SLMBX_IOC_COUNT, sizeof(__u32) },
	{ SLMBX_IOC_SEND, sizeof(struct slmbx_ioc_message) },
	{ SLMBX_IOC_RECV, sizeof(struct slmbx_ioc_message) },
	{ SLMBX_IOC_LENGTH, sizeof(__u32) },
	{ SLMBX_IOC_STAT, sizeof(struct slmbx_ioc_stat) },
	{ SLMBX_IOC_SENDV, sizeof(struct slmbx_ioc_args) },
	{ SLMBX_IOC_RECVV, sizeof(struct slmbx_ioc_args) },
	{ SLMBX_IOC_SETTLE, sizeof(struct slmbx_ioc_args) },
	{ SLMBX_IOC_LIST, sizeof(struct slmbx_ioc_args) },
	{ SLMBX_IOC_SETATTR, sizeof(struct slmbx_ioc_args) },
	{ SLMBX_IOC_PURGE, sizeof(__u32) },
};

static void expect_fault(unsigned int call, const void *arg)
{
	long ret = device_ioctl(device, calls[call].request, arg);

	ck_assert_msg(ret == -EFAULT, "ioctl %#x at %p is %s, should be -EFAULT",
		      calls[call].request, arg, result_name(ret));
}

static void expect_faults(void)
{
	for (unsigned int call = 0; call < ARRAY_SIZE(calls); call++)
		for (enum bad kind = 0; kind < BAD_SOURCES; kind++)
			expect_fault(call, bad_pointer(kind));
}

START_TEST(bad_structs)
{
	/* What a call is about is looked at first, whatever the state. */
	expect_faults();
	scene_make();
	expect_faults();
	scene_check();
}
END_TEST

/* The last bytes of the struct lie where nothing is. */
START_TEST(straddling_structs)
{
	unsigned char *edge = cliff_new(64, BAD_UNMAPPED);

	memset(edge - 64, 0, 64);
	scene_make();
	for (unsigned int call = 0; call < ARRAY_SIZE(calls); call++)
		for (unsigned int there = 0; there < calls[call].size; there++)
			expect_fault(call, edge - there);
	scene_check();
}
END_TEST

/* Of what size it is said to be is 64 bits, too. */
START_TEST(high_sizes)
{
	static const char zeros[128];
	const size_t high[] = { 1UL << 32, 1UL << 63, -1UL };

	scene_make();
	for (unsigned int i = 0; i < ARRAY_SIZE(high); i++) {
		expect(-E2BIG, dev_sendv((void *)zeros, high[i]));
		expect(-E2BIG, dev_recvv((void *)zeros, high[i]));
		expect(-E2BIG, dev_settle((void *)zeros, high[i]));
		expect(-E2BIG, dev_list((void *)zeros, high[i]));
		expect(-E2BIG, dev_setattr((void *)zeros, high[i]));
	}
	scene_check();
}
END_TEST

/* A struct is only read. */
START_TEST(read_only_structs)
{
	struct slmbx_ioc_message *arg =
		mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char bytes[5];

	ck_assert_ptr_ne(arg, MAP_FAILED);
	*arg = (struct slmbx_ioc_message){ .msg = (uintptr_t)bytes, .id = SCENE_ID, .len = 5 };
	ck_assert_int_eq(mprotect(arg, page_size(), PROT_READ), 0);
	scene_make();
	expect(5, device_ioctl(device, SLMBX_IOC_RECV, arg));
	ck_assert_mem_eq(bytes, "first", 5);
}
END_TEST

/* Of the structs of calls, and of what they name. */
static void expect_faults_at(uintptr_t addr)
{
	const struct slmbx_sendv_msg outgoing = { .data = addr, .len = 1 };
	const struct slmbx_sendv sendv[] = {
		{ .messages = addr, .count = 1, .id = SCENE_ID },
		{ .messages = (uintptr_t)&outgoing, .count = 1, .id = SCENE_ID },
	};
	struct slmbx_recvv_msg incoming;
	char bytes[5];
	struct slmbx_recvv recvv[] = {
		{ .messages = addr, .buf = (uintptr_t)bytes },
		{ .messages = (uintptr_t)&incoming, .buf = addr },
	};
	const struct slmbx_settle settle = { .items = addr, .count = 1, .id = SCENE_ID };
	const struct slmbx_list list = { .ids = addr, .count = 1 };

	expect(-EFAULT, dev_sendv((void *)addr, sizeof(struct slmbx_sendv)));
	expect(-EFAULT, dev_recvv((void *)addr, sizeof(struct slmbx_recvv)));
	expect(-EFAULT, dev_settle((void *)addr, sizeof(struct slmbx_settle)));
	expect(-EFAULT, dev_list((void *)addr, sizeof(struct slmbx_list)));
	expect(-EFAULT, dev_setattr((void *)addr, sizeof(struct slmbx_setattr)));
	for (unsigned int i = 0; i < ARRAY_SIZE(sendv); i++)
		expect(-EFAULT, dev_sendv(&sendv[i], sizeof(sendv[i])));
	for (unsigned int i = 0; i < ARRAY_SIZE(recvv); i++) {
		recvv[i].size = sizeof(bytes);
		recvv[i].count = 1;
		recvv[i].id = SCENE_ID;
		expect(-EFAULT, dev_recvv(&recvv[i], sizeof(recvv[i])));
	}
	expect(-EFAULT, dev_settle(&settle, sizeof(settle)));
	expect(-EFAULT, dev_list(&list, sizeof(list)));
}

/* Addresses are 64 bits, and none of them is cut off. */
START_TEST(high_addresses)
{
	static char good[128];
	const unsigned long high[] = { 1UL << 32, 1UL << 47, 1UL << 56, 1UL << 63 };

	scene_make();
	for (unsigned int i = 0; i < ARRAY_SIZE(high); i++) {
		const uintptr_t addr = (uintptr_t)good | high[i];

		if (addr == (uintptr_t)good)
			continue;
		expect(-EFAULT, dev_send(SCENE_ID, (void *)addr, sizeof(good)));
		expect(-EFAULT, dev_recv(SCENE_ID, (void *)addr, sizeof(good)));
		expect(-EFAULT, dev_stat(SCENE_ID, (void *)addr));
		expect_faults_at(addr);
	}
	scene_check();
}
END_TEST

Suite *pointer_suite(void)
{
	Suite *suite = suite_create("pointer");
	TCase *tc = device_case(suite, "pointer", 60);

	tcase_add_test(tc, bad_structs);
	tcase_add_test(tc, straddling_structs);
	tcase_add_test(tc, read_only_structs);
	tcase_add_test(tc, high_addresses);
	tcase_add_test(tc, high_sizes);
	return suite;
}
