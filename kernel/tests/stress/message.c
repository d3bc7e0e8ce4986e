// SPDX-License-Identifier: MIT
#include <string.h>

#include "message.h"
#include "random.h"

/* @sum is of the others, and of what is not said: the epoch's key. */
struct header {
	uint64_t sum;
	uint32_t from, seq, len, box;
};

_Static_assert(sizeof(struct header) == MESSAGE_HEADER, "the header is packed");

static uint64_t header_sum(const struct header *header, uint64_t key)
{
	uint64_t sum = mix(key ^ header->from);

	sum = mix(sum ^ header->seq);
	sum = mix(sum ^ header->len);
	return mix(sum ^ header->box);
}

static uint64_t body_word(uint64_t sum, size_t at)
{
	return mix(sum + at);
}

void message_fill(unsigned char *bytes, const struct plan *plan, const struct op *op)
{
	struct header header = { .from = op->from, .seq = op->seq, .len = op->len, .box = op->box };

	if (!op->len)
		return;
	header.sum = header_sum(&header, plan->key);
	memcpy(bytes, &header, sizeof(header));
	for (size_t at = sizeof(header); at < op->len; at += sizeof(uint64_t)) {
		uint64_t word = body_word(header.sum, at);
		size_t left = op->len - at;

		memcpy(bytes + at, &word, left < sizeof(word) ? left : sizeof(word));
	}
}

static bool body_matches(const unsigned char *bytes, size_t len, uint64_t sum)
{
	for (size_t at = sizeof(struct header); at < len; at += sizeof(uint64_t)) {
		uint64_t word = body_word(sum, at);
		size_t left = len - at;

		if (memcmp(bytes + at, &word, left < sizeof(word) ? left : sizeof(word)))
			return false;
	}
	return true;
}

static bool is_genuine(const unsigned char *bytes, const struct plan *plan, const struct op *op,
		       struct header *header)
{
	uint32_t whole;

	memcpy(header, bytes, sizeof(*header));
	whole = header->len < op->len ? header->len : op->len;
	return header->sum == header_sum(header, plan->key) && header->box == op->box &&
	       whole == (uint32_t)op->result && body_matches(bytes, whole, header->sum);
}

void message_recognise(const unsigned char *bytes, const struct plan *plan, struct op *op)
{
	struct header header;

	if (op->result < (int32_t)MESSAGE_HEADER) {
		/* Either cut off by the receiver, or empty: no message is as short as this. */
		op->seen =
			op->result && (uint32_t)op->result < op->len ? SEEN_BROKEN : SEEN_NOTHING;
		return;
	}
	op->seen = is_genuine(bytes, plan, op, &header) ? SEEN_WHOLE : SEEN_BROKEN;
	op->from = header.from;
	op->seq = header.seq;
}
