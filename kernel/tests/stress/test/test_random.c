// SPDX-License-Identifier: MIT
/*
 * Histories by the thousand, made with a model: each call takes effect at one moment, and
 * begins and ends some time around it. The checker must find no fault with any. Then one
 * call is doctored so that no order of the moments explains it, and it must.
 */
#include "../random.h"
#include "story.h"

#define STORIES 400
#define CALLS 700
#define QUEUE 1024
/* Between one moment and the next; calls stretch over some of these. */
#define STEP 1000000U

static struct story story;

/* What there is at the moment. */
static struct {
	uint64_t random;
	uint64_t moment;
	uint32_t sent;
	bool gentle; /* nothing that leaves room for doubt: no ends, kills, nor takes without a name */
	struct model {
		bool exists;
		uint32_t queue[QUEUE];
		unsigned int head, tail;
	} boxes[BOXES];
} world;

static uint32_t below(uint32_t n)
{
	return random_below(&world.random, n);
}

static uint64_t stretch(void)
{
	return 1 + below(below(4) ? STEP / 2 : 12 * STEP);
}

static struct op *now(enum op_kind kind, uint32_t box, int32_t result)
{
	uint64_t before = stretch();

	world.moment += STEP;
	return call(&story, kind, box, world.moment - before, world.moment + stretch(), result);
}

static unsigned int depth(const struct model *model)
{
	return model->tail - model->head;
}

/* It did what it did, or nothing; in any case nobody heard of it. */
static void maybe_kill(struct op *op)
{
	if (!world.gentle && below(40) == 0)
		killed(op, op->end);
}

static void model_send(uint32_t box)
{
	struct model *model = &world.boxes[box];
	uint32_t seq = world.sent++;
	struct op *op = now(OP_SEND, box, model->exists ? 0 : -ENOENT);

	op->actor = op->from = 1 + below(4);
	op->seq = seq;
	op->len = op->room = LENGTH(seq);
	if (model->exists)
		model->queue[model->tail++ % QUEUE] = (uint32_t)(op - story.ops);
	maybe_kill(op);
}

static struct op *model_recv(uint32_t box)
{
	struct model *model = &world.boxes[box];
	const struct op *send;
	struct op *op;

	if (!model->exists || !depth(model))
		return now(OP_RECV, box, model->exists ? -ESRCH : -ENOENT);
	send = &story.ops[model->queue[model->head++ % QUEUE]];
	op = now(OP_RECV, box, (int32_t)send->len);
	op->from = send->from;
	op->seq = send->seq;
	op->seen = SEEN_WHOLE;
	return op;
}

static void model_doubtful_recv(uint32_t box)
{
	struct op *op = model_recv(box);

	if (world.gentle)
		return;
	if (op->result >= 0 && below(10) == 0) {
		op->len = op->room = 7;
		op->result = 7;
		op->seen = SEEN_NOTHING;
	}
	maybe_kill(op);
}

static void model_count(uint32_t box)
{
	const struct model *model = &world.boxes[box];

	now(OP_COUNT, box, model->exists ? (int32_t)depth(model) : -ENOENT);
}

static void model_length(uint32_t box)
{
	const struct model *model = &world.boxes[box];

	if (model->exists && depth(model))
		now(OP_LENGTH, box, (int32_t)story.ops[model->queue[model->head % QUEUE]].len);
	else
		now(OP_LENGTH, box, model->exists ? -ESRCH : -ENOENT);
}

static void model_create(uint32_t box)
{
	struct model *model = &world.boxes[box];

	maybe_kill(now(OP_CREATE, box, model->exists ? -EEXIST : 0));
	model->exists = true;
}

static void model_destroy(uint32_t box)
{
	struct model *model = &world.boxes[box];

	maybe_kill(now(OP_DESTROY, box, model->exists ? 0 : -ENOENT));
	model->exists = false;
	model->head = model->tail;
}

static void model_upheaval(void)
{
	maybe_kill(now(OP_SHUTDOWN, NO_BOX, 0));
	for (uint32_t i = 0; i < BOXES; i++) {
		world.boxes[i].exists = false;
		world.boxes[i].head = world.boxes[i].tail;
	}
	now(OP_COUNT, OPEN, -ENODEV);
	now(OP_INIT, NO_BOX, 0);
}

static void model_any(void)
{
	uint32_t box = below(2) ? OPEN : OTHER, what = below(100);

	if (what < 42)
		model_send(box);
	else if (what < 86)
		model_doubtful_recv(box);
	else if (what < 91)
		model_count(box);
	else if (what < 95)
		model_length(box);
	else if (what < 98)
		model_create(box);
	else if (!world.gentle && what < 99)
		model_destroy(box);
	else if (!world.gentle && below(4) == 0)
		model_upheaval();
}

static void make_story(uint64_t seed, bool gentle)
{
	story_begin(&story);
	memset(&world, 0, sizeof(world));
	world.random = seed;
	world.gentle = gentle;
	world.moment = 20 * STEP;
	for (uint32_t i = 0; i < BOXES; i++)
		world.boxes[i].exists = true;
	for (int i = 0; i < CALLS; i++)
		model_any();
	/* What comes last overlaps nothing. */
	for (uint32_t i = 0; i < BOXES; i++)
		while (i != PRIVATE) {
			world.moment += 20 * STEP;
			if (model_recv(i)->result < 0)
				break;
		}
	story.plan.boxes[PRIVATE].protect = 0;
}

START_TEST(test_sound)
{
	unsigned long checked = 0;

	for (uint64_t seed = 0; seed < STORIES; seed++) {
		make_story(seed, seed % 2);
		expect_well(&story);
		checked += last_findings.checked[ORDER];
	}
	ck_assert_uint_gt(checked, 10000);
}
END_TEST

/* One that received a message with a name. */
static struct op *any_receive(void)
{
	struct op *op;

	do {
		op = &story.ops[below((uint32_t)story.n)];
	} while (op->seen != SEEN_WHOLE);
	return op;
}

static const struct op *send_of(const struct op *recv)
{
	for (size_t i = 0; i < story.n; i++)
		if (story.ops[i].kind == OP_SEND && story.ops[i].seq == recv->seq)
			return &story.ops[i];
	ck_abort_msg("a message nobody sent");
	return NULL;
}

static void lose(void)
{
	*any_receive() = (struct op){ .kind = OP_COUNT };
}

static void twice(void)
{
	struct op *again = &story.ops[story.n++];

	*again = *any_receive();
	again->begin += STEP;
	again->end += STEP;
}

static void alien(void)
{
	any_receive()->seq = UINT32_MAX;
}

static void swap(void)
{
	struct op *a, *b, keep;

	do {
		a = any_receive();
		b = any_receive();
	} while (a->box != b->box || a->end >= b->begin || send_of(a)->end >= send_of(b)->begin);
	keep = *a;
	a->seq = b->seq;
	a->from = b->from;
	a->result = b->result;
	b->seq = keep.seq;
	b->from = keep.from;
	b->result = keep.result;
}

static void empty(void)
{
	const struct op *recv, *send;

	do {
		recv = any_receive();
		send = send_of(recv);
	} while (recv->begin < send->end + 3);
	call(&story, OP_RECV, recv->box, send->end + 1, recv->begin - 1, -ESRCH);
}

static const struct {
	void (*doctor)(void);
	enum property property;
} doctored[] = {
	{ lose, LOSS }, { twice, ONCE }, { alien, ORIGIN }, { swap, ORDER }, { empty, LOSS },
};

START_TEST(test_doctored)
{
	for (uint64_t seed = 0; seed < STORIES / 4; seed++) {
		make_story(seed, true);
		doctored[_i].doctor();
		check_story(&story);
		ck_assert_msg(last_findings.violated[doctored[_i].property],
			      "story %d: the violation goes unseen", (int)seed);
	}
}
END_TEST

Suite *random_suite(void)
{
	Suite *suite = suite_create("random");
	TCase *tc = tcase_create("random");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_sound);
	tcase_add_loop_test(tc, test_doctored, 0, ARRAY_SIZE(doctored));
	suite_add_tcase(suite, tc);
	return suite;
}
