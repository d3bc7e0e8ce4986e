// SPDX-License-Identifier: MIT
/* Each call, where it has the most to do, with what must be so before and after. */
#include <errno.h>

#include <linux/slmbx.h>

#include "../guest/messages.h"
#include "../guest/tap.h"
#include "walk.h"

enum { FIRST_ID = 1, MIDDLE_ID = 5, ID = 20, LAST_ID = 30 };

/* Of the message that waits before the one of the call, and behind it. */
enum { WAITING = 10, BEHIND = 7 };

static void nothing(const struct walk *walk)
{
}

static void no_mailbox(const struct walk *walk)
{
	expect_result(init_system(), 0);
}

static void mailbox(const struct walk *walk)
{
	no_mailbox(walk);
	expect_result(create(FIRST_ID, 0), 0);
	expect_result(create(ID, 0), 0);
}

static void mailbox_with_message(const struct walk *walk)
{
	mailbox(walk);
	expect_result(send_filled(ID, WAITING, 1), 0);
}

/* What the call is to receive, and one more. */
static void mailbox_with_messages(const struct walk *walk)
{
	mailbox(walk);
	expect_result(send_filled(ID, walk->call.size, 1), 0);
	expect_result(send_filled(ID, BEHIND, 3), 0);
}

/* A node of the list takes 16 ids. */
static void full_node(const struct walk *walk)
{
	no_mailbox(walk);
	expect_result(create(FIRST_ID, 0), 0);
	for (unsigned int id = 10; id < 25; id++)
		expect_result(create(id, 0), 0);
}

static void initialised(const struct walk *walk, const void *mem)
{
	expect_result(count(ID), -ENOENT);
}

static void shut(const struct walk *walk, const void *mem)
{
	expect_result(count(ID), -ENODEV);
}

static void created(const struct walk *walk, const void *mem)
{
	struct slmbx_stat st;

	expect_result(enter(&(struct call){ .nr = SLMBX_CALL_STAT,
					    .id = walk->call.id,
					    .mem = &st,
					    .size = sizeof(st) }),
		      0);
	expect(st.owner == walk->caller && st.count == 0, "owner %u, %llu messages", st.owner,
	       (unsigned long long)st.count);
}

static void destroyed(const struct walk *walk, const void *mem)
{
	expect_result(count(ID), -ENOENT);
	expect_result(count(FIRST_ID), 0);
}

static void sent(const struct walk *walk, const void *mem)
{
	expect_result(count(ID), 2);
	expect_result(receive_filled(ID, WAITING, 1), WAITING);
	expect_result(receive_filled(ID, walk->call.size, 2), (long)walk->call.size);
	expect_result(count(ID), 0);
}

static void received(const struct walk *walk, const void *mem)
{
	expect(is_filled(mem, walk->call.size, 1), "the bytes are others");
	expect_result(count(ID), 1);
	expect_result(receive_filled(ID, BEHIND, 3), BEHIND);
}

static void looked(const struct walk *walk, const void *mem)
{
	expect_result(count(ID), 1);
	expect_result(receive_filled(ID, WAITING, 1), WAITING);
}

static void stated(const struct walk *walk, const void *mem)
{
	const struct slmbx_stat *st = mem;

	expect(st->count == 1 && st->bytes == WAITING && st->head_length == WAITING &&
		       st->owner == 0 && st->flags == SLMBX_STAT_HEAD,
	       "stat says otherwise");
	looked(walk, mem);
}

#define SEND(size_, least_) \
	.call = { .nr = SLMBX_CALL_SEND, .id = ID, .size = (size_) }, \
	.build = mailbox_with_message, .verify = sent, .errors = NO_MEMORY | BAD_ADDRESS, \
	.least = (least_), .copies = 1

#define RECV(size_, least_) \
	.call = { .nr = SLMBX_CALL_RECV, .id = ID, .size = (size_) }, .success = (size_), \
	.build = mailbox_with_messages, .verify = received, .errors = BAD_ADDRESS, \
	.least = (least_), .copies = 1

#define CREATE(id_, build_, least_) \
	.call = { .nr = SLMBX_CALL_CREATE, .id = (id_) }, .build = (build_), .verify = created, \
	.errors = NO_MEMORY, .least = (least_), .copies = 1

/* An id alone comes by get_user(), which never fails for want of luck. */
const struct walk walks[] = {
	{ .name = "init",
	  .call = { .nr = SLMBX_CALL_INIT, .id = 8, .arg = 2 },
	  .build = nothing,
	  .verify = initialised,
	  .errors = NO_MEMORY,
	  .least = 1,
	  .copies = 1 },
	{ .name = "shutdown",
	  .call = { .nr = SLMBX_CALL_SHUTDOWN },
	  .build = mailbox_with_message,
	  .verify = shut },

	/* The mailbox; the list's node, its copy, its two halves; the uid's account. */
	{ .name = "create: behind another", CREATE(LAST_ID, mailbox, 1) },
	{ .name = "create: the first", CREATE(ID, no_mailbox, 2) },
	{ .name = "create: between two", CREATE(MIDDLE_ID, mailbox, 2) },
	{ .name = "create: in a full node", CREATE(MIDDLE_ID, full_node, 3) },
	{ .name = "create: the first, of a newcomer",
	  CREATE(ID, no_mailbox, 3),
	  .caller = NEWCOMER },
	{ .name = "destroy",
	  .call = { .nr = SLMBX_CALL_DESTROY, .id = ID },
	  .build = mailbox_with_message,
	  .verify = destroyed },

	{ .name = "send: 0 bytes", SEND(0, 1) },
	{ .name = "send: 64 bytes", SEND(64, 2) },
	/* From a page on, only lasting lack of pages fails the allocation: else it is had in pieces. */
	{ .name = "send: 4096 bytes", SEND(4096, 2) },
	{ .name = "send: 65536 bytes", SEND(65536, 2) },
	{ .name = "send: 1 MiB", SEND(1 << 20, 2) },
	{ .name = "send: 5 MiB", SEND(5 << 20, 2) },
	{ .name = "send: 0 bytes of a newcomer", SEND(0, 2), .caller = NEWCOMER },
	{ .name = "send: 64 bytes of a newcomer", SEND(64, 3), .caller = NEWCOMER },

	{ .name = "recv: 0 bytes", RECV(0, 0) },
	{ .name = "recv: 64 bytes", RECV(64, 1) },
	{ .name = "recv: 4096 bytes", RECV(4096, 1) },
	{ .name = "recv: 65536 bytes", RECV(65536, 1) },
	{ .name = "recv: 1 MiB", RECV(1 << 20, 1) },
	{ .name = "recv: 5 MiB", RECV(5 << 20, 1) },

	{ .name = "count",
	  .call = { .nr = SLMBX_CALL_COUNT, .id = ID },
	  .success = 1,
	  .build = mailbox_with_message,
	  .verify = looked },
	{ .name = "length",
	  .call = { .nr = SLMBX_CALL_LENGTH, .id = ID },
	  .success = WAITING,
	  .build = mailbox_with_message,
	  .verify = looked },
	{ .name = "stat",
	  .call = { .nr = SLMBX_CALL_STAT, .id = ID, .size = sizeof(struct slmbx_stat) },
	  .build = mailbox_with_message,
	  .verify = stated,
	  .errors = BAD_ADDRESS,
	  .least = 1,
	  .copies = 1 },
};

const unsigned int walks_number = sizeof(walks) / sizeof(walks[0]);
