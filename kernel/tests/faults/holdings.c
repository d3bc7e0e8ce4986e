// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/fsuid.h>

#include "../guest/files.h"
#include "../guest/messages.h"
#include "../guest/tap.h"
#include "holdings.h"
#include "walk.h"

#define SYSCTL		"/proc/sys/kernel/slmbx/"
#define MAX_BYTES	SYSCTL "max_bytes_per_uid"
#define MAX_MAILBOXES	SYSCTL "max_mailboxes_per_uid"

/* Belongs to uid 0, for anyone to send to. */
#define PROBE_ID	77
#define NEW_ID		78

void become(uid_t uid)
{
	setfsuid(uid);
	expect((uid_t)setfsuid(-1) == uid, "not uid %u", uid);
}

static bool has_room(bool (*probe)(void), const char *limit, unsigned long long value, uid_t uid)
{
	char text[32];
	bool room;

	snprintf(text, sizeof(text), "%llu", value);
	expect(file_write(limit, text), "%s: %m", limit);
	become(uid);
	room = probe();
	become(0);
	return room;
}

static bool probe(long result)
{
	expect(result == 0 || result == -EDQUOT, "under a low limit a call answers %s",
	       result_name(result));
	return result == 0;
}

static bool probe_send(void)
{
	if (!probe(send_bytes(PROBE_ID, NULL, 0)))
		return false;
	expect_result(receive_bytes(PROBE_ID, NULL, 0), 0);
	return true;
}

static bool probe_create(void)
{
	if (!probe(create(NEW_ID, 0)))
		return false;
	expect_result(destroy(NEW_ID), 0);
	return true;
}

/*
 * What there must be room for, on a new system with one mailbox of uid 0's: a message
 * for the bytes, a mailbox for the mailboxes. It tells what the uid holds besides.
 */
static struct {
	uid_t uid;
	bool (*probe)(void);
	const char *limit;
	unsigned long long needed;
} rooms[] = {
	{ .uid = 0, .probe = probe_send, .limit = MAX_BYTES },
	{ .uid = 0, .probe = probe_create, .limit = MAX_MAILBOXES },
	{ .uid = NEWCOMER, .probe = probe_send, .limit = MAX_BYTES },
	{ .uid = NEWCOMER, .probe = probe_create, .limit = MAX_MAILBOXES },
};

#define ROOMS	(sizeof(rooms) / sizeof(rooms[0]))

/* More than a message or a mailbox takes. */
#define PLENTY	65536

static void measure(unsigned int i)
{
	unsigned long long low = 0, high = PLENTY, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (has_room(rooms[i].probe, rooms[i].limit, middle, rooms[i].uid))
			high = middle;
		else
			low = middle + 1;
	}
	rooms[i].needed = low;
}

static void verify(unsigned int i)
{
	unsigned long long needed = rooms[i].needed;

	expect(needed > 0 && needed < PLENTY, "uid %u needs %llu of %s", rooms[i].uid, needed,
	       rooms[i].limit);
	expect(has_room(rooms[i].probe, rooms[i].limit, needed, rooms[i].uid),
	       "uid %u holds more than before: %llu of %s do no more", rooms[i].uid, needed,
	       rooms[i].limit);
	expect(!has_room(rooms[i].probe, rooms[i].limit, needed - 1, rooms[i].uid),
	       "uid %u holds less than before: %llu of %s do", rooms[i].uid, needed - 1,
	       rooms[i].limit);
}

static void for_each_room(void (*look)(unsigned int i))
{
	char before[32];

	expect_result(init_system(), 0);
	expect_result(create(PROBE_ID, 0), 0);
	for (unsigned int i = 0; i < ROOMS; i++) {
		expect(file_read(rooms[i].limit, before, sizeof(before)), "%s: %m", rooms[i].limit);
		look(i);
		expect(file_write(rooms[i].limit, before), "%s: %m", rooms[i].limit);
	}
	expect_result(shut_down(), 0);
}

void holdings_measure(void)
{
	for_each_room(measure);
}

void holdings_expect_same(void)
{
	for_each_room(verify);
}
