// SPDX-License-Identifier: MIT
/* Each call, where it has the most to do, with what must be so before and after. */
#include <errno.h>
#include <stdint.h>

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

/* No moment of a walk is as late. */
#define AGES	(3600 * 1000000000ULL)

enum { MESSAGES = 3, LENGTH = 64 };

static unsigned char bytes[MESSAGES * LENGTH];
static struct slmbx_sendv_msg to_send[MESSAGES];
static struct slmbx_recvv_msg received_msgs[MESSAGES];
static struct slmbx_settle_item item;
static unsigned int ids[4];

static long enter_struct(unsigned int nr, void *args, size_t size)
{
	return enter(&(struct call){ .nr = nr, .mem = args, .size = size });
}

static struct slmbx_stat state(void)
{
	struct slmbx_stat st;

	expect_result(enter(&(struct call){
			      .nr = SLMBX_CALL_STAT, .id = ID, .mem = &st, .size = sizeof(st) }),
		      0);
	return st;
}

/* One at once, one later, one for a time. */
static void sendv_arguments(void *mem)
{
	for (unsigned int i = 0; i < MESSAGES; i++)
		to_send[i] = (struct slmbx_sendv_msg){ .data = (uintptr_t)bytes + i * LENGTH,
						       .len = LENGTH };
	to_send[1].delay = AGES;
	to_send[2].ttl = AGES;
	*(struct slmbx_sendv *)mem =
		(struct slmbx_sendv){ .messages = (uintptr_t)to_send, .count = MESSAGES, .id = ID };
}

static void sent_all(const struct walk *walk, const void *mem)
{
	struct slmbx_stat st = state();

	expect(st.count == 3 && st.delayed == 1 && st.bytes == WAITING + 2 * LENGTH,
	       "%llu ready, %llu delayed", (unsigned long long)st.count,
	       (unsigned long long)st.delayed);
}

static void three_messages(const struct walk *walk)
{
	mailbox(walk);
	for (unsigned int i = 0; i < MESSAGES; i++)
		expect_result(send_filled(ID, LENGTH, i), 0);
}

static void recvv_arguments(void *mem)
{
	*(struct slmbx_recvv *)mem = (struct slmbx_recvv){ .messages = (uintptr_t)received_msgs,
							   .buf = (uintptr_t)bytes,
							   .size = 2 * LENGTH,
							   .count = MESSAGES,
							   .id = ID };
}

static void lease_arguments(void *mem)
{
	struct slmbx_recvv *args = mem;

	recvv_arguments(mem);
	args->flags = SLMBX_RECVV_LEASE;
	args->lease = AGES;
}

static void expect_two(void)
{
	expect(is_filled(bytes, LENGTH, 0) && is_filled(bytes + LENGTH, LENGTH, 1),
	       "the bytes are others");
}

static void received_two(const struct walk *walk, const void *mem)
{
	expect_two();
	expect(state().count == 1 && state().leased == 0, "they are there");
}

static void leased_two(const struct walk *walk, const void *mem)
{
	expect_two();
	expect(state().count == 1 && state().leased == 2, "they aren't leased");
}

static void one_lease(const struct walk *walk)
{
	struct slmbx_recvv args;

	three_messages(walk);
	lease_arguments(&args);
	args.count = 1;
	expect_result(enter_struct(SLMBX_CALL_RECVV, &args, sizeof(args)), 1);
}

static void settle_arguments(void *mem)
{
	item = (struct slmbx_settle_item){ .seq = received_msgs[0].seq,
					   .token = received_msgs[0].token,
					   .action = SLMBX_SETTLE_ACK };
	*(struct slmbx_settle *)mem =
		(struct slmbx_settle){ .items = (uintptr_t)&item, .count = 1, .id = ID };
}

static void settled(const struct walk *walk, const void *mem)
{
	expect(state().count == 2 && state().leased == 0, "the message is there");
}

static void list_arguments(void *mem)
{
	*(struct slmbx_list *)mem = (struct slmbx_list){ .ids = (uintptr_t)ids, .count = 4 };
}

static void listed(const struct walk *walk, const void *mem)
{
	expect(ids[0] == FIRST_ID && ids[1] == ID, "%u and %u", ids[0], ids[1]);
}

static void setattr_arguments(void *mem)
{
	*(struct slmbx_setattr *)mem = (struct slmbx_setattr){ .id = ID,
							       .mask = SLMBX_ATTR_MAX_MESSAGES,
							       .max_messages = 5 };
}

static void set(const struct walk *walk, const void *mem)
{
	expect(state().max_messages == 5, "it isn't set");
}

#define STRUCT_CALL(nr_, type_, arguments_) \
	.call = { .nr = (nr_), .size = sizeof(type_) }, .arguments = (arguments_), .copies = 1

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
	/* Memory: descriptors, messages, a delay, a time to live, what holds them. */
	{ .name = "sendv",
	  STRUCT_CALL(SLMBX_CALL_SENDV, struct slmbx_sendv, sendv_arguments),
	  .success = MESSAGES,
	  .build = mailbox_with_message,
	  .verify = sent_all,
	  .errors = NO_MEMORY | BAD_ADDRESS,
	  .least = 10 },
	{ .name = "recvv",
	  STRUCT_CALL(SLMBX_CALL_RECVV, struct slmbx_recvv, recvv_arguments),
	  .success = 2,
	  .build = three_messages,
	  .verify = received_two,
	  .errors = NO_MEMORY | BAD_ADDRESS,
	  .least = 5 },
	{ .name = "recvv: leases",
	  STRUCT_CALL(SLMBX_CALL_RECVV, struct slmbx_recvv, lease_arguments),
	  .success = 2,
	  .build = three_messages,
	  .verify = leased_two,
	  .errors = NO_MEMORY | BAD_ADDRESS,
	  .least = 7 },
	/* The last of its copies may fail: all is done by then. */
	{ .name = "settle",
	  STRUCT_CALL(SLMBX_CALL_SETTLE, struct slmbx_settle, settle_arguments),
	  .success = 1,
	  .build = one_lease,
	  .verify = settled,
	  .errors = NO_MEMORY | BAD_ADDRESS,
	  .least = 4 },
	{ .name = "list",
	  STRUCT_CALL(SLMBX_CALL_LIST, struct slmbx_list, list_arguments),
	  .success = 2,
	  .build = mailbox,
	  .verify = listed,
	  .errors = NO_MEMORY | BAD_ADDRESS,
	  .least = 3 },
	{ .name = "setattr",
	  STRUCT_CALL(SLMBX_CALL_SETATTR, struct slmbx_setattr, setattr_arguments),
	  .build = mailbox,
	  .verify = set,
	  .errors = NO_MEMORY | BAD_ADDRESS,
	  .least = 2 },

	{ .name = "stat",
	  .call = { .nr = SLMBX_CALL_STAT, .id = ID, .size = sizeof(struct slmbx_stat) },
	  .build = mailbox_with_message,
	  .verify = stated,
	  .errors = BAD_ADDRESS,
	  .least = 1,
	  .copies = 1 },
};

const unsigned int walks_number = sizeof(walks) / sizeof(walks[0]);
