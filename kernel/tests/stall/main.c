// SPDX-License-Identifier: MIT
/*
 * Usage: stall syscall|device
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stall.h"

void fill_message(unsigned char *bytes, unsigned int len)
{
	for (unsigned int i = 0; i < len; i++)
		bytes[i] = (unsigned char)(i * 7 + len);
}

bool is_message(const unsigned char *bytes, unsigned int len)
{
	for (unsigned int i = 0; i < len; i++)
		if (bytes[i] != (unsigned char)(i * 7 + len))
			return false;
	return true;
}

static void send_message(unsigned int len)
{
	unsigned char bytes[FIRST_LEN];

	fill_message(bytes, len);
	expect(0, slmbx_send(BOX, bytes, len));
}

static void shut_down(void)
{
	long ret = slmbx_shutdown();

	ck_assert_msg(ret == 0 || ret == -ENODEV, "slmbx_shutdown is %ld", ret);
}

void stall_setup(void)
{
	shut_down();
	expect(0, slmbx_init(16, 4));
	expect(0, slmbx_create(BOX, 0));
	expect(0, slmbx_create(OTHER_BOX, 0));
	send_message(FIRST_LEN);
	send_message(SECOND_LEN);
}

void stall_teardown(void)
{
	shut_down();
}

static void expect_message(unsigned int len)
{
	unsigned char bytes[FIRST_LEN + 1];

	expect(len, slmbx_length(BOX));
	expect(len, slmbx_recv(BOX, bytes, sizeof(bytes)));
	ck_assert(is_message(bytes, len));
}

void expect_both_messages(void)
{
	expect(2, slmbx_count(BOX));
	expect_message(FIRST_LEN);
	expect_message(SECOND_LEN);
	expect(0, slmbx_count(BOX));
}

int main(int argc, char **argv)
{
	SRunner *runner;
	int failed;

	if (argc != 2 || (strcmp(argv[1], "syscall") && strcmp(argv[1], "device"))) {
		fputs("Usage: stall syscall|device\n", stderr);
		return 2;
	}
	setenv("SLMBX_ENGINE", argv[1], 1);
	if (geteuid() || slmbx_count(SLMBX_ID_NONE) != -ENODEV) {
		fprintf(stderr, "stall: needs uid 0 and an engine \"%s\" that nobody uses\n",
			argv[1]);
		return 2;
	}
	runner = srunner_create(receiver_suite());
	srunner_add_suite(runner, sender_suite());
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
