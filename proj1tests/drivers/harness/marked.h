/* SPDX-License-Identifier: MIT */
/* Messages whose bytes tell if they are torn or mixed up, and calls with several right answers. */
#ifndef HARNESS_MARKED_H
#define HARNESS_MARKED_H

#include <stdint.h>

#include "driver.h"

/* Sends a message that @seed gives, 4 to 503 bytes. Returns what slmbx_send() did. */
long marked_send(unsigned int id, uint32_t seed);

/* Receives one, which must be whole, and tells its seed. Returns what slmbx_recv() did. */
long marked_receive(unsigned int id, uint32_t *seed);

/* Is it no error, or one of @allowed, which ends with 0? */
bool among(long result, const long *allowed);

/* The call must succeed or answer one of these. */
#define expect_among(call, ...) \
	do { \
		long result_ = (call); \
		char name_[RESULT_NAME]; \
		ck_assert_msg(among(result_, (const long[]){ __VA_ARGS__, 0 }), \
			      "line %d: %s answered %s", __LINE__, #call, \
			      result_name(result_, name_)); \
	} while (0)

#endif /* HARNESS_MARKED_H */
