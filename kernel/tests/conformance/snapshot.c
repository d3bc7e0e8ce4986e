// SPDX-License-Identifier: MIT
#include "delivery.h"
#include "harness.h"
#include "mail.h"
#include "memory.h"
#include "snapshot.h"
#include "users.h"

/* One user's look at a snapshot, handed to a child of that user. */
struct view {
	struct snapshot *snapshot;
	uid_t uid;
};

struct box *snapshot_find(struct snapshot *snapshot, unsigned int id)
{
	for (unsigned int i = 0; i < snapshot->boxes; i++) {
		if (snapshot->box[i].id == id)
			return &snapshot->box[i];
	}
	return NULL;
}

void snapshot_add(struct snapshot *snapshot, struct box box)
{
	ck_assert_uint_lt(snapshot->boxes, ARRAY_SIZE(snapshot->box));
	snapshot->box[snapshot->boxes++] = box;
}

void snapshot_remove(struct snapshot *snapshot, unsigned int id)
{
	struct box *box = snapshot_find(snapshot, id);

	*box = snapshot->box[--snapshot->boxes];
}

void box_push(struct box *box, struct message message)
{
	ck_assert_uint_lt(box->count, ARRAY_SIZE(box->messages));
	box->messages[box->count++] = message;
}

static struct message box_remove(struct box *box, unsigned int at)
{
	struct message removed = box->messages[at];

	box->count--;
	memmove(box->messages + at, box->messages + at + 1, (box->count - at) * sizeof(removed));
	box->gone += removed.state == READY;
	return removed;
}

struct message *box_head(struct box *box)
{
	for (unsigned int i = 0; i < box->count; i++) {
		if (box->messages[i].state == READY)
			return &box->messages[i];
	}
	return NULL;
}

struct message box_pop(struct box *box)
{
	const struct message *head = box_head(box);

	ck_assert_ptr_nonnull(head);
	return box_remove(box, (unsigned int)(head - box->messages));
}

unsigned int box_purge(struct box *box)
{
	unsigned int dropped = 0;

	for (unsigned int i = box->count; i--;) {
		if (box->messages[i].state == LEASED)
			continue;
		box_remove(box, i);
		dropped++;
	}
	return dropped;
}

unsigned int box_count(const struct box *box, enum message_state state)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < box->count; i++)
		count += box->messages[i].state == state;
	return count;
}

static const uid_t users[] = { NOBODY, OTHER };

static void for_each_user(struct snapshot *snapshot, user_fn fn)
{
	struct view view = { .snapshot = snapshot, .uid = SAME_USER };

	fn(&view);
	if (geteuid() != 0)
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(users); i++) {
		view.uid = users[i];
		as_user(view.uid, fn, &view);
	}
}

/* Whether a mailbox or a lease is of @uid. */
static bool has_any(const struct snapshot *snapshot, uid_t uid)
{
	for (unsigned int i = 0; i < snapshot->boxes; i++) {
		const struct box *box = &snapshot->box[i];

		if (box->owner == uid)
			return true;
		for (unsigned int m = 0; m < box->count; m++) {
			if (box->messages[m].state == LEASED && box->messages[m].holder == uid)
				return true;
		}
	}
	return false;
}

/* Each who has anything: a process costs much. */
static void for_each_owner(struct snapshot *snapshot, user_fn fn)
{
	struct view view = { .snapshot = snapshot, .uid = SAME_USER };

	fn(&view);
	for (unsigned int i = 0; i < ARRAY_SIZE(users); i++) {
		view.uid = users[i];
		if (has_any(snapshot, view.uid))
			as_user(view.uid, fn, &view);
	}
}

static void build_message(const struct box *box, struct message *message)
{
	struct slmbx_recvv_msg lease;

	if (message->state == DELAYED) {
		send_timed(box->id, message->len, message->seed, AGES, 0);
		return;
	}
	send_pattern(box->id, message->len, message->seed);
	if (message->state == READY)
		return;
	/* Nothing ready stands before it. */
	lease = lease_pattern(box->id, AGES, message->len, message->seed);
	message->seq = lease.seq;
	message->token = lease.token;
	message->holder = box->owner;
}

static void set_attributes(const struct box *box)
{
	if (box->max_messages)
		expect(0, try_setattr((struct slmbx_setattr){ .id = box->id,
							      .mask = SLMBX_ATTR_MAX_MESSAGES,
							      .max_messages = box->max_messages }));
	if (box->dead_letter)
		expect(0, try_setattr((struct slmbx_setattr){ .id = box->id,
							      .mask = SLMBX_ATTR_DEAD_LETTER,
							      .dead_letter = box->dead_letter }));
}

static void build_own(void *arg)
{
	const struct view *view = arg;

	for (unsigned int i = 0; i < view->snapshot->boxes; i++) {
		struct box *box = &view->snapshot->box[i];

		if (box->owner != view->uid)
			continue;
		expect(0, slmbx_create(box->id, box->protect));
		for (unsigned int m = 0; m < box->count; m++)
			build_message(box, &box->messages[m]);
		set_attributes(box);
	}
}

void snapshot_build(struct snapshot *snapshot)
{
	if (!snapshot->initialised)
		return;
	expect(0, slmbx_init(8, 4));
	for_each_owner(snapshot, build_own);
}

static uint64_t sum_of_lengths(const struct box *box)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < box->count; i++)
		sum += box->messages[i].state == READY ? box->messages[i].len : 0;
	return sum;
}

static void check_stat(struct box *box)
{
	const struct message *head = box_head(box);
	struct slmbx_stat st = stat_of(box->id);

	ck_assert_uint_eq(st.count, box_count(box, READY));
	ck_assert_uint_eq(st.leased, box_count(box, LEASED));
	ck_assert_uint_eq(st.delayed, box_count(box, DELAYED));
	ck_assert_uint_eq(st.bytes, sum_of_lengths(box));
	ck_assert_uint_eq(st.sent, box->gone + st.count + st.leased);
	ck_assert_uint_eq(st.flags,
			  (box->protect ? SLMBX_STAT_PROTECTED : 0) | (head ? SLMBX_STAT_HEAD : 0));
	ck_assert_uint_eq(st.head_length, head ? head->len : 0);
	ck_assert_uint_eq(st.max_messages, box->max_messages);
	ck_assert_uint_eq(st.dead_letter, box->dead_letter);
	ck_assert_uint_eq(st.expired | st.dead | st.max_bytes | st.max_deliveries, 0);
}

/* All that is ready, in its order and byte for byte. */
static void check_messages(const struct box *box)
{
	struct slmbx_recvv_msg messages[ARRAY_SIZE(box->messages) + 1];
	uint64_t size = sum_of_lengths(box), offset = 0, seq = 0;
	unsigned char *bytes = malloc(size + 1);
	struct slmbx_recvv args = { .messages = address(messages),
				    .buf = address(bytes),
				    .size = size,
				    .count = ARRAY_SIZE(messages),
				    .id = box->id,
				    .flags = SLMBX_RECVV_PEEK };
	const struct slmbx_recvv_msg *got = messages;

	expect(box_count(box, READY), slmbx_recvv(&args, sizeof(args)));
	for (unsigned int i = 0; i < box->count; i++) {
		const struct message *want = &box->messages[i];

		if (want->state != READY)
			continue;
		ck_assert_uint_eq(got->offset, offset);
		ck_assert_uint_eq(got->len, want->len);
		ck_assert_uint_gt(got->seq, seq);
		ck_assert_msg(pattern_matches(bytes + offset, want->len, want->seed),
			      "other bytes in mailbox %u", box->id);
		offset += got->len;
		seq = got++->seq;
	}
	free(bytes);
}

static void check_refused(unsigned int id, long want)
{
	struct slmbx_recvv args = { .count = 1, .id = id, .flags = SLMBX_RECVV_PEEK };

	expect(want, slmbx_count(id));
	expect(want, slmbx_length(id));
	expect(want, slmbx_stat(id, NULL, sizeof(struct slmbx_stat)));
	expect(want, slmbx_recvv(&args, sizeof(args)));
}

static bool may_use(const struct box *box, uid_t uid)
{
	return !box->protect || box->owner == uid;
}

static void check_box(struct box *box, uid_t uid)
{
	const struct message *head = box_head(box);

	if (!may_use(box, uid)) {
		check_refused(box->id, -EPERM);
		return;
	}
	expect(box_count(box, READY), slmbx_count(box->id));
	expect(head ? (long)head->len : -ESRCH, slmbx_length(box->id));
	check_stat(box);
	/* They are the same for all; one who may look is enough. */
	if (box->protect || uid == SAME_USER)
		check_messages(box);
}

static bool has_box(const struct snapshot *snapshot, unsigned int id)
{
	for (unsigned int i = 0; i < snapshot->boxes; i++) {
		if (snapshot->box[i].id == id)
			return true;
	}
	return false;
}

static void check_absent(const struct snapshot *snapshot, unsigned int id)
{
	long absent = snapshot->initialised ? -ENOENT : -ENODEV;

	if (!has_box(snapshot, id))
		check_refused(id, absent);
}

/* The ids it must list are those of the boxes, each of which comes once. */
static void check_list(const struct snapshot *snapshot, uid_t uid)
{
	unsigned int ids[ARRAY_SIZE(snapshot->box) + 1], may = 0;
	struct slmbx_list args = { .ids = address(ids), .count = ARRAY_SIZE(ids) };
	long listed = slmbx_list(&args, sizeof(args));

	for (unsigned int i = 0; i < snapshot->boxes; i++)
		may += may_use(&snapshot->box[i], uid);
	expect(snapshot->initialised ? (long)may : -ENODEV, listed);
	for (long i = 0; i < listed; i++) {
		ck_assert_msg(has_box(snapshot, ids[i]), "lists %u", ids[i]);
		ck_assert_msg(i == 0 || ids[i - 1] < ids[i], "lists %u before %u", ids[i - 1],
			      ids[i]);
	}
}

static void check_view(void *arg)
{
	const struct view *view = arg;

	check_absent(view->snapshot, SLMBX_ID_NONE);
	check_absent(view->snapshot, SLMBX_ID_INVALID);
	for (unsigned int i = 0; i < ARRAY_SIZE(view->snapshot->absent); i++)
		check_absent(view->snapshot, view->snapshot->absent[i]);
	for (unsigned int i = 0; i < view->snapshot->boxes; i++)
		check_box(&view->snapshot->box[i], view->uid);
	check_list(view->snapshot, view->uid);
}

void snapshot_check(struct snapshot *snapshot)
{
	for_each_user(snapshot, check_view);
}

/* That a lease can be released shows that it is alive, and the holder's. */
static void release_own(void *arg)
{
	const struct view *view = arg;

	for (unsigned int i = 0; i < view->snapshot->boxes; i++) {
		const struct box *box = &view->snapshot->box[i];

		for (unsigned int m = 0; m < box->count; m++) {
			const struct message *message = &box->messages[m];
			struct slmbx_recvv_msg lease = { .seq = message->seq,
							 .token = message->token };

			if (message->state != LEASED || message->holder != view->uid)
				continue;
			expect(0, settle_one(box->id, &lease, SLMBX_SETTLE_RELEASE, 0));
		}
	}
}

static void drain_own(void *arg)
{
	const struct view *view = arg;

	for (unsigned int i = 0; i < view->snapshot->boxes; i++) {
		const struct box *box = &view->snapshot->box[i];

		if (box->owner != view->uid)
			continue;
		for (unsigned int m = 0; m < box->count; m++) {
			const struct message *message = &box->messages[m];

			if (message->state != DELAYED)
				recv_pattern(box->id, message->len + 7, message->len,
					     message->seed);
		}
		expect(-ESRCH, slmbx_recv(box->id, NULL, 0));
		expect_held(box->id, 0, 0, box_count(box, DELAYED));
		expect(box_count(box, DELAYED), slmbx_purge(box->id));
	}
}

void snapshot_drain(struct snapshot *snapshot)
{
	snapshot_check(snapshot);
	for_each_owner(snapshot, release_own);
	for_each_owner(snapshot, drain_own);
}
