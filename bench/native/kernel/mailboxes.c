// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>

#include <slmbx.h>

#include "measures.h"
#include "mechanisms.h"
#include "sample.h"

#define ROUNDS	9
#define PAIRS	512
#define BYTES	64

/* An odd multiplier permutes the 32-bit numbers: distinct ids, spread over all of them. */
static unsigned int id_of(unsigned int i)
{
	return (i + 1) * 2654435761U;
}

static void measure(unsigned int mailboxes, const unsigned char *message, unsigned char *buffer)
{
	static uint64_t random = 88172645463325252ULL;
	unsigned int asked[PAIRS], i;
	struct queue queue = { .size = BYTES };
	struct sample sample;

	for (i = 0; i < PAIRS; i++)
		asked[i] = id_of(next_random(&random) % mailboxes);
	sample_begin(&sample);
	for (i = 0; i < PAIRS; i++) {
		queue.in = queue.out = asked[i];
		if (SLMBX->send(&queue, message, BYTES) || SLMBX->recv(&queue, buffer) != BYTES)
			exit(1);
	}
	sample_end(&sample);
	sample_print(&sample, "mailboxes", mailboxes, SLMBX->name, PAIRS);
}

void measure_mailboxes(unsigned int most)
{
	unsigned char *message = message_buffer(), *buffer = message_buffer();
	unsigned int made = 0, mailboxes, round;
	long err;

	start_slmbx();
	for (mailboxes = 1; mailboxes <= most; mailboxes *= 1000) {
		for (; made < mailboxes; made++) {
			err = slmbx_create(id_of(made), 0);
			if (err) {
				errno = -err;
				fail("slmbx_create");
			}
		}
		for (round = 0; round < ROUNDS; round++)
			measure(mailboxes, message, buffer);
	}
	slmbx_shutdown();
	free(message - HEADROOM);
	free(buffer - HEADROOM);
}
