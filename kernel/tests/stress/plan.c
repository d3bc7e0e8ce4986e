// SPDX-License-Identifier: MIT
#include "plan.h"
#include "random.h"

#define OPEN_BOXES 4 /* of each kind, besides one protected box a user */

const char *const phase_names[PHASES] = {
	[STEADY] = "steady",
	[CHURN] = "churn",
	[UPHEAVAL] = "upheaval",
};

static bool is_taken(const struct plan *plan, uint32_t id)
{
	for (uint32_t i = 0; i < plan->n_boxes; i++)
		if (plan->boxes[i].id == id)
			return true;
	return id == 0 || id == UINT32_MAX;
}

/* Near each other and far, at both ends too. */
static uint32_t random_id(const struct plan *plan, uint64_t *random)
{
	uint32_t id;

	do {
		id = random_below(random, 2) ? random_below(random, 100) :
					       (uint32_t)random_next(random);
		if (random_once_in(random, 8))
			id = UINT32_MAX - random_below(random, 100);
	} while (is_taken(plan, id));
	return id;
}

static void add_box(struct plan *plan, bool mortal, bool protect, uint8_t owner, uint64_t *random)
{
	struct box_plan *box = &plan->boxes[plan->n_boxes];

	*box = (struct box_plan){
		.id = random_id(plan, random),
		.owner = owner,
		.protect = protect,
		.mortal = mortal,
		.exact = plan->n_boxes % 2 == 0,
	};
	plan->n_boxes++;
}

static void add_boxes(struct plan *plan, bool mortal, uint64_t *random)
{
	for (uint8_t i = 0; i < OPEN_BOXES; i++)
		add_box(plan, mortal, false, i % plan->n_users, random);
	for (uint8_t i = 0; i < plan->n_users; i++)
		add_box(plan, mortal, true, i, random);
}

void plan_epoch(struct plan *plan, enum phase phase, uint64_t seed)
{
	plan->key = mix(seed);
	plan->phase = phase;
	plan->n_boxes = 0;
	if (phase != UPHEAVAL)
		add_boxes(plan, false, &seed);
	if (phase != STEADY)
		add_boxes(plan, true, &seed);
}
