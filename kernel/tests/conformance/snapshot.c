// SPDX-License-Identifier: MIT
#include "harness.h"
#include "mail.h"
#include "snapshot.h"
#include "users.h"

/* One user's look at a snapshot, handed to a child of that user. */
struct view {
	const struct snapshot *snapshot;
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

struct message box_pop(struct box *box)
{
	struct message head = box->messages[0];

	box->count--;
	memmove(box->messages, box->messages + 1, box->count * sizeof(head));
	return head;
}

static void for_each_user(const struct snapshot *snapshot, user_fn fn)
{
	static const uid_t users[] = { NOBODY, OTHER };
	struct view view = { .snapshot = snapshot, .uid = SAME_USER };

	fn(&view);
	if (geteuid() != 0)
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(users); i++) {
		view.uid = users[i];
		as_user(view.uid, fn, &view);
	}
}

static void build_own(void *arg)
{
	const struct view *view = arg;

	for (unsigned int i = 0; i < view->snapshot->boxes; i++) {
		const struct box *box = &view->snapshot->box[i];

		if (box->owner != view->uid)
			continue;
		expect(0, slmbx_create(box->id, box->protect));
		for (unsigned int m = 0; m < box->count; m++)
			send_pattern(box->id, box->messages[m].len, box->messages[m].seed);
	}
}

void snapshot_build(const struct snapshot *snapshot)
{
	if (!snapshot->initialised)
		return;
	expect(0, slmbx_init(8, 4));
	for_each_user(snapshot, build_own);
}

static void check_box(const struct box *box, uid_t uid)
{
	if (box->protect && box->owner != uid) {
		expect(-EPERM, slmbx_count(box->id));
		expect(-EPERM, slmbx_length(box->id));
		return;
	}
	expect(box->count, slmbx_count(box->id));
	expect(box->count ? (long)box->messages[0].len : -ESRCH, slmbx_length(box->id));
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

	if (has_box(snapshot, id))
		return;
	expect(absent, slmbx_count(id));
	expect(absent, slmbx_length(id));
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
}

void snapshot_check(const struct snapshot *snapshot)
{
	for_each_user(snapshot, check_view);
}

static void drain_own(void *arg)
{
	const struct view *view = arg;

	for (unsigned int i = 0; i < view->snapshot->boxes; i++) {
		const struct box *box = &view->snapshot->box[i];

		if (box->owner != view->uid)
			continue;
		for (unsigned int m = 0; m < box->count; m++)
			recv_pattern(box->id, box->messages[m].len + 7, box->messages[m].len,
				     box->messages[m].seed);
		expect_empty(box->id);
	}
}

void snapshot_drain(const struct snapshot *snapshot)
{
	snapshot_check(snapshot);
	for_each_user(snapshot, drain_own);
}
