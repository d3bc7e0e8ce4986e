// SPDX-License-Identifier: MIT
#include "harness.h"
#include "standard.h"

#define FULL                                                            \
	.count = 3, .messages = { { .len = HEAD, .seed = HEAD_SEED },   \
				  { .len = 0, .seed = 2 },              \
				  { .len = 5000, .seed = 3 } }
#define MIXED                                                                    \
	.count = 4, .messages = { { .len = 13, .seed = 7, .state = LEASED },     \
				  { .len = HEAD, .seed = HEAD_SEED },            \
				  { .len = 5000, .seed = 3 },                    \
				  { .len = 9, .seed = 8, .state = DELAYED } }
#define NONE_READY                                                               \
	.count = 2, .messages = { { .len = 13, .seed = 7, .state = LEASED },     \
				  { .len = 9, .seed = 8, .state = DELAYED } }
#define AT_ITS_LIMIT                                                             \
	.max_messages = 3,                                                       \
	.count = 3, .messages = { { .len = 13, .seed = 7, .state = LEASED },     \
				  { .len = HEAD, .seed = HEAD_SEED },            \
				  { .len = 9, .seed = 8, .state = DELAYED } }

static const struct box boxes[] = {
	{ .id = ROOT_FULL, .owner = ME, FULL },
	{ .id = ROOT_EMPTY, .owner = ME },
	{ .id = ROOT_PROTECTED, .owner = ME, .protect = true, FULL },
	{ .id = ROOT_PROTECTED_EMPTY, .owner = ME, .protect = true },
	{ .id = ROOT_MIXED, .owner = ME, MIXED },
	{ .id = ROOT_LEASED, .owner = ME, NONE_READY },
	{ .id = ROOT_LIMITED, .owner = ME, AT_ITS_LIMIT },
	{ .id = NOBODY_FULL, .owner = NOBODY, FULL },
	{ .id = NOBODY_EMPTY, .owner = NOBODY },
	{ .id = NOBODY_PROTECTED, .owner = NOBODY, .protect = true, FULL },
	{ .id = NOBODY_PROTECTED_EMPTY, .owner = NOBODY, .protect = true },
	{ .id = NOBODY_ZERO, .owner = NOBODY, .count = 1, .messages = { { .len = 0, .seed = 4 } } },
	{ .id = NOBODY_LIMITED, .owner = NOBODY, .protect = true, AT_ITS_LIMIT },
};

void standard_system(struct snapshot *system)
{
	*system = (struct snapshot){ .initialised = true, .absent = { ABSENT, LAST } };
	for (unsigned int i = 0; i < ARRAY_SIZE(boxes); i++) {
		if (boxes[i].owner == ME || geteuid() == 0)
			snapshot_add(system, boxes[i]);
	}
}

bool standard_needs_root(uid_t caller, unsigned int id)
{
	return caller != ME || (id >= NOBODY_FULL && id <= NOBODY_LIMITED);
}

const char *id_name(unsigned int id)
{
	switch (id) {
	case ZERO:
		return "0";
	case TOP:
		return "4294967295";
	case ABSENT:
		return "absent";
	case LAST:
		return "4294967294";
	case ROOT_FULL:
		return "root's";
	case ROOT_EMPTY:
		return "root's empty";
	case ROOT_PROTECTED:
		return "root's protected";
	case ROOT_PROTECTED_EMPTY:
		return "root's protected empty";
	case ROOT_MIXED:
		return "root's with leased and delayed";
	case ROOT_LEASED:
		return "root's with none ready";
	case ROOT_LIMITED:
		return "root's at its limit";
	case NOBODY_FULL:
		return "nobody's";
	case NOBODY_EMPTY:
		return "nobody's empty";
	case NOBODY_PROTECTED:
		return "nobody's protected";
	case NOBODY_PROTECTED_EMPTY:
		return "nobody's protected empty";
	case NOBODY_ZERO:
		return "nobody's with a message of no bytes";
	default:
		return "nobody's protected at its limit";
	}
}

const char *caller_name(uid_t uid)
{
	return uid == ME ? "root" : uid == NOBODY ? "nobody" : "other";
}
