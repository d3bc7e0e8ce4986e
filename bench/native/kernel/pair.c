// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "measures.h"
#include "mechanisms.h"
#include "sample.h"

static const size_t sizes[] = { 0, 64, 1024, 8192, 65536 };

/* Fewer of large ones, so that all sizes take about as long. */
static unsigned int pairs_of(size_t size)
{
	return size > 1024 ? 64 : 512;
}

static void run(const struct mechanism *m, const struct queue *queue, const unsigned char *message,
		unsigned char *buffer, unsigned int pairs)
{
	unsigned int i;
	long ret;

	for (i = 0; i < pairs; i++) {
		ret = m->send(queue, message, queue->size);
		if (!ret)
			ret = m->recv(queue, buffer);
		if (ret != (long)queue->size) {
			errno = ret < 0 ? -ret : EPROTO;
			fail(m->name);
		}
	}
}

static void measure(const char *what, const struct mechanism *m, size_t size,
		    const unsigned char *message, unsigned char *buffer)
{
	struct queue queue = { .size = size };
	struct sample sample;

	if (!m->open(&queue, size, 1))
		return;
	/* The first ones fault pages in and fill caches. */
	run(m, &queue, message, buffer, 16);
	sample_begin(&sample);
	run(m, &queue, message, buffer, pairs_of(size));
	sample_end(&sample);
	if (memcmp(message, buffer, size)) {
		errno = EPROTO;
		fail(m->name);
	}
	memset(buffer, 0, size);
	m->close(&queue);
	sample_print(&sample, what, size, m->name, pairs_of(size));
}

static void measure_all(const char *what, unsigned int rounds)
{
	unsigned char *message = message_buffer(), *buffer = message_buffer();
	size_t s, m, i;

	for (i = 0; i < SIZE_MAX_BYTES; i++)
		message[i] = i * 31 + 1;
	start_slmbx();
	while (rounds--)
		for (s = 0; s < sizeof(sizes) / sizeof(*sizes); s++)
			for (m = 0; m < mechanism_count; m++)
				measure(what, &mechanisms[m], sizes[s], message, buffer);
	free(message - HEADROOM);
	free(buffer - HEADROOM);
}

void measure_pairs(unsigned int rounds)
{
	measure_all("pair", rounds);
}

void measure_charged_pairs(unsigned int rounds)
{
	enter_cgroup();
	measure_all("charged", rounds);
}
