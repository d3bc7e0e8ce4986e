// SPDX-License-Identifier: MIT
/* The tracepoints, in an instance of tracefs of our own. */
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "support.h"
#include "users.h"

#define TRACEFS "/sys/kernel/tracing"
#define INSTANCE TRACEFS "/instances/slmbx-test"

static void trace_begin(void)
{
	if (access(TRACEFS "/instances", F_OK) != 0)
		mount("tracefs", TRACEFS, "tracefs", 0, NULL);
	if (access(TRACEFS "/events/slmbx", F_OK) != 0)
		skip("this kernel has no tracepoints");
	rmdir(INSTANCE);
	ck_assert_msg(mkdir(INSTANCE, 0700) == 0, "%s: %s", INSTANCE, strerror(errno));
	expect(1, file_write_text(INSTANCE "/events/slmbx/enable", "1"));
}

/* What each event said, a line each, without who and when; to be freed. */
static char *trace_end(void)
{
	char *text, *said, *line, *rest;

	expect(1, file_write_text(INSTANCE "/events/slmbx/enable", "0"));
	text = file_text(INSTANCE "/trace");
	said = calloc(1, strlen(text) + 1);
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *event = *line == '#' ? NULL : strstr(line, ": slmbx_");

		if (event)
			strcat(strcat(said, event + 2), "\n");
	}
	free(text);
	ck_assert_int_eq(rmdir(INSTANCE), 0);
	return said;
}

static void call_as_nobody(void *arg)
{
	char bytes[4];

	(void)arg;
	expect(-EPERM, dev_send(SCENE_ID, "x", 1));
	expect(0, dev_create(0xfffffffe, 0));
	expect(0, dev_send(0xfffffffe, "hello", 5));
	expect(4, dev_recv(0xfffffffe, bytes, 4));
	expect(-ESRCH, dev_recv(0xfffffffe, bytes, 4));
	expect(0, dev_destroy(0xfffffffe));
}

START_TEST(events)
{
	char *said;

	trace_begin();
	expect(-ENODEV, dev_create(SCENE_ID, 5));
	expect(0, dev_init());
	expect(0, dev_create(SCENE_ID, 5));
	as_user(NOBODY, call_as_nobody, NULL);
	expect(-EFAULT, dev_send(SCENE_ID, NULL, 77));
	/* Calls that change nothing say nothing. */
	expect(0, dev_count(SCENE_ID));
	expect(-ESRCH, dev_length(SCENE_ID));
	expect(-ENOENT, dev_destroy(1));
	said = trace_end();
	ck_assert_str_eq(said, "slmbx_create: id=7 uid=0 protected=1 ret=-19\n"
			       "slmbx_create: id=7 uid=0 protected=1 ret=0\n"
			       "slmbx_send: id=7 uid=65534 len=1 ret=-1\n"
			       "slmbx_create: id=4294967294 uid=65534 protected=0 ret=0\n"
			       "slmbx_send: id=4294967294 uid=65534 len=5 ret=0\n"
			       "slmbx_recv: id=4294967294 uid=65534 len=4 ret=4\n"
			       "slmbx_recv: id=4294967294 uid=65534 len=4 ret=-3\n"
			       "slmbx_destroy: id=4294967294 uid=65534 ret=0\n"
			       "slmbx_send: id=7 uid=0 len=77 ret=-14\n"
			       "slmbx_destroy: id=1 uid=0 ret=-2\n");
	free(said);
}
END_TEST

static void make_batches(void)
{
	const struct slmbx_sendv_msg outgoing[2] = { 0 };
	const struct slmbx_sendv sendv = { .messages = (uintptr_t)outgoing,
					   .count = 2,
					   .id = SCENE_ID };
	struct slmbx_recvv_msg incoming[3];
	struct slmbx_recvv recvv = { .messages = (uintptr_t)incoming,
				     .lease = 1ULL << 60,
				     .count = 3,
				     .id = SCENE_ID,
				     .flags = SLMBX_RECVV_LEASE };
	struct slmbx_settle_item item = { .action = SLMBX_SETTLE_ACK };
	const struct slmbx_settle settle = { .items = (uintptr_t)&item,
					     .count = 1,
					     .id = SCENE_ID };
	const struct slmbx_setattr setattr = { .id = SCENE_ID };

	expect(2, dev_sendv(&sendv, sizeof(sendv)));
	expect(2, dev_recvv(&recvv, sizeof(recvv)));
	expect(0, dev_recvv(&recvv, sizeof(recvv)));
	item.seq = incoming[0].seq;
	item.token = incoming[0].token;
	expect(1, dev_settle(&settle, sizeof(settle)));
	expect(0, dev_settle(&settle, sizeof(settle)));
	/* Of what can't be read nothing is said. */
	expect(-EFAULT, dev_sendv(NULL, sizeof(sendv)));
	expect(-EINVAL, dev_recvv(&recvv, 1));
	expect(0, dev_setattr(&setattr, sizeof(setattr)));
	expect(0, dev_purge(SCENE_ID));
}

START_TEST(events_of_batches)
{
	char *said;

	expect(0, dev_init());
	expect(0, dev_create(SCENE_ID, 0));
	trace_begin();
	make_batches();
	said = trace_end();
	ck_assert_str_eq(said, "slmbx_sendv: id=7 uid=0 count=2 ret=2\n"
			       "slmbx_recvv: id=7 uid=0 flags=0x2 count=3 ret=2\n"
			       "slmbx_recvv: id=7 uid=0 flags=0x2 count=3 ret=0\n"
			       "slmbx_settle: id=7 uid=0 count=1 ret=1\n"
			       "slmbx_settle: id=7 uid=0 count=1 ret=0\n"
			       "slmbx_sendv: id=0 uid=0 count=0 ret=-14\n"
			       "slmbx_recvv: id=0 uid=0 flags=0x0 count=0 ret=-22\n");
	free(said);
}
END_TEST

Suite *trace_suite(void)
{
	Suite *suite = suite_create("trace");
	TCase *tc = device_case(suite, "trace", 60);

	tcase_add_test(tc, events);
	tcase_add_test(tc, events_of_batches);
	return suite;
}
