// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <stdlib.h>

#include "story.h"

struct findings last_findings;

void story_begin(struct story *story)
{
	memset(story, 0, sizeof(*story));
	story->plan = (struct plan){ .n_boxes = BOXES,
				     .n_users = 3,
				     .users = { 0, 65534, 65533 },
				     .boxes = { [OPEN] = { .id = 7 },
						[PRIVATE] = { .id = 8, .owner = 1, .protect = 1 },
						[OTHER] = { .id = 9 } } };
	call(story, OP_INIT, NO_BOX, 1, 2, 0);
	for (uint32_t i = 0; i < BOXES; i++)
		call(story, OP_CREATE, i, 3, 4, 0)->user = story->plan.boxes[i].owner;
}

struct op *call(struct story *story, enum op_kind kind, uint32_t box, uint64_t begin, uint64_t end,
		int32_t result)
{
	struct op *op = &story->ops[story->n++];

	ck_assert_uint_le(story->n, ARRAY_SIZE(story->ops));
	*op = (struct op){ .begin = begin,
			   .end = end,
			   .result = result,
			   .box = box,
			   .kind = kind,
			   .flags = OP_DONE };
	if (kind == OP_RECV)
		op->len = op->room = ROOM;
	return op;
}

struct op *sends(struct story *story, uint32_t box, uint32_t from, uint32_t seq, uint64_t begin,
		 uint64_t end)
{
	struct op *op = call(story, OP_SEND, box, begin, end, 0);

	op->actor = op->from = from;
	op->seq = seq;
	op->len = op->room = LENGTH(seq);
	return op;
}

struct op *receives(struct story *story, uint32_t box, uint32_t from, uint32_t seq, uint64_t begin,
		    uint64_t end)
{
	struct op *op = call(story, OP_RECV, box, begin, end, LENGTH(seq));

	op->from = from;
	op->seq = seq;
	op->seen = SEEN_WHOLE;
	return op;
}

void killed(struct op *op, uint64_t end)
{
	op->flags &= ~OP_DONE;
	op->end = end;
	op->result = 0;
	op->seen = SEEN_NOTHING;
}

static void tell(void *arg, enum property property, const char *what,
		 const struct op *const calls[3])
{
	const struct story *story = arg;
	char text[256];

	if (!getenv("STRESS_VERBOSE"))
		return;
	printf("# %s: %s\n", property_names[property], what);
	for (int i = 0; i < 3 && calls[i]; i++) {
		op_describe(calls[i], &story->plan, text, sizeof(text));
		printf("#   %s\n", text);
	}
}

void check_story(const struct story *story)
{
	const struct history history = { .plan = &story->plan, .ops = story->ops, .n = story->n };

	last_findings = (struct findings){ .report = tell, .arg = (void *)story };
	check_history(&history, &last_findings);
}

void expect_well(const struct story *story)
{
	check_story(story);
	for (int i = 0; i < PROPERTIES; i++)
		ck_assert_msg(!last_findings.violated[i], "%s: %lu violations of a sound history",
			      property_names[i], last_findings.violated[i]);
}

void expect_violation(const struct story *story, enum property property)
{
	check_story(story);
	ck_assert_msg(last_findings.violated[property], "%s: the violation goes unseen",
		      property_names[property]);
	for (int i = 0; i < PROPERTIES; i++)
		ck_assert_msg(i == (int)property || !last_findings.violated[i],
			      "%s: taken for a violation of %s", property_names[property],
			      property_names[i]);
}
