// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "unit.h"

int unit_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

TCase *unit_case(Suite *suite, const char *name)
{
	TCase *tcase = tcase_create(name);

	tcase_set_timeout(tcase, UNIT_TIMEOUT);
	suite_add_tcase(suite, tcase);
	return tcase;
}

const char *result_name(long result)
{
	static __thread char names[4][24];
	static __thread unsigned int turn;
	char *name = names[turn++ % 4];
	const char *error = NULL;

	if (result < 0 && result > -4096)
		error = strerrorname_np((int)-result);
	if (error)
		snprintf(name, sizeof(names[0]), "-%s", error);
	else
		snprintf(name, sizeof(names[0]), "%ld", result);
	return name;
}

uint64_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dULL;
}

uint32_t random_below(uint64_t *state, uint32_t below)
{
	return ((random_next(state) >> 32) * below) >> 32;
}

static unsigned char byte_at(size_t at, uint32_t seed)
{
	return ((at + 1) * 2654435761U + seed * 40503U) >> 24;
}

void fill(unsigned char *to, size_t len, uint32_t seed)
{
	for (size_t i = 0; i < len; i++)
		to[i] = byte_at(i, seed);
}

bool is_filled(const unsigned char *bytes, size_t len, uint32_t seed)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] != byte_at(i, seed))
			return false;
	return true;
}

void sleep_ms(unsigned int ms)
{
	struct timespec left = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ULL + now.tv_nsec / 1000000;
}

void make_order(uint32_t *order, uint32_t n, enum order kind, uint64_t *state)
{
	for (uint32_t i = 0; i < n; i++)
		order[i] = kind == DESCENDING ? n - 1 - i : i;
	for (uint32_t i = n; kind == SHUFFLED && i > 1; i--) {
		uint32_t other = random_below(state, i), moved = order[i - 1];

		order[i - 1] = order[other];
		order[other] = moved;
	}
}
