// SPDX-License-Identifier: MIT
/* Many senders and receivers at once: nothing lost, nothing twice, every sender's order kept. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "harness/driver.h"
#include "harness/payload.h"

#define SENDERS 8
#define RECEIVERS 6
#define EACH 1500 /* messages of a sender */
#define ALL (SENDERS * EACH)
#define LONGEST 3000

/* A message: who sent it as which, and bytes that both give. */
struct letter {
	uint32_t sender;
	uint32_t sequence;
	unsigned char bytes[LONGEST];
};

#define LETTER_HEAD offsetof(struct letter, bytes)

/* What each receiver took, in its order. */
struct ledger {
	atomic_uint received;
	unsigned int taken[RECEIVERS];
	struct {
		uint32_t sender;
		uint32_t sequence;
	} log[RECEIVERS][ALL];
};

static uint32_t letter_seed(uint32_t sender, uint32_t sequence)
{
	return sender << 16 ^ sequence;
}

static size_t letter_length(uint32_t sender, uint32_t sequence)
{
	return letter_seed(sender, sequence) * 2654435761u % LONGEST;
}

static void send_all(uint32_t sender)
{
	struct letter letter = { .sender = sender };

	for (letter.sequence = 0; letter.sequence < EACH; letter.sequence++) {
		size_t length = letter_length(sender, letter.sequence);

		payload_fill(letter.bytes, length, letter_seed(sender, letter.sequence));
		expect(slmbx_send(1, (unsigned char *)&letter,
				  (unsigned int)(LETTER_HEAD + length)),
		       0);
	}
}

static void receive_until_all_are_in(struct ledger *ledger, unsigned int receiver)
{
	struct letter letter;

	while (atomic_load(&ledger->received) < ALL) {
		long result = slmbx_recv(1, (unsigned char *)&letter, sizeof(letter));
		unsigned int n = ledger->taken[receiver];
		size_t length;

		if (result == -ESRCH) {
			sched_yield();
			continue;
		}
		ck_assert_msg(result >= (long)LETTER_HEAD, "recv answered %ld", result);
		length = (size_t)result - LETTER_HEAD;
		ck_assert(letter.sender < SENDERS && letter.sequence < EACH);
		ck_assert_uint_eq(length, letter_length(letter.sender, letter.sequence));
		ck_assert(payload_intact(letter.bytes, length,
					 letter_seed(letter.sender, letter.sequence)));
		ledger->log[receiver][n].sender = letter.sender;
		ledger->log[receiver][n].sequence = letter.sequence;
		ledger->taken[receiver]++;
		atomic_fetch_add(&ledger->received, 1);
	}
}

/* Every message once, and no receiver got a sender's messages out of order. */
static void check_ledger(const struct ledger *ledger)
{
	static unsigned char seen[SENDERS][EACH];

	for (unsigned int r = 0; r < RECEIVERS; r++) {
		long last[SENDERS];

		memset(last, -1, sizeof(last));
		for (unsigned int i = 0; i < ledger->taken[r]; i++) {
			uint32_t sender = ledger->log[r][i].sender;
			uint32_t sequence = ledger->log[r][i].sequence;

			ck_assert_msg((long)sequence > last[sender],
				      "receiver %u got %u of sender %u after %ld", r, sequence,
				      sender, last[sender]);
			last[sender] = sequence;
			ck_assert_msg(!seen[sender][sequence]++,
				      "message %u of sender %u came twice", sequence, sender);
		}
	}
	for (unsigned int s = 0; s < SENDERS; s++)
		for (unsigned int i = 0; i < EACH; i++)
			ck_assert_msg(seen[s][i], "message %u of sender %u is lost", i, s);
}

static void member_process(unsigned int index, void *shared)
{
	/* Three users, when we may be several. */
	if (geteuid() == 0 && index % 3)
		become(index % 3 == 1 ? NOBODY : NEIGHBOUR);
	if (index < SENDERS)
		send_all(index);
	else
		receive_until_all_are_in(shared, index - SENDERS);
}

START_TEST(processes_lose_and_double_nothing)
{
	struct ledger *ledger = shared_memory(sizeof(*ledger));

	expect(slmbx_create(1, 0), 0);
	together(SENDERS + RECEIVERS, member_process, ledger);
	check_ledger(ledger);
	expect(slmbx_count(1), 0);
}
END_TEST

struct worker {
	pthread_t thread;
	unsigned int index;
	struct ledger *ledger;
};

static void *worker_thread(void *data)
{
	struct worker *worker = data;

	if (worker->index < SENDERS)
		send_all(worker->index);
	else
		receive_until_all_are_in(worker->ledger, worker->index - SENDERS);
	return NULL;
}

START_TEST(threads_lose_and_double_nothing)
{
	struct ledger *ledger = shared_memory(sizeof(*ledger));
	struct worker workers[SENDERS + RECEIVERS];

	expect(slmbx_create(1, 0), 0);
	for (unsigned int i = 0; i < SENDERS + RECEIVERS; i++) {
		workers[i] = (struct worker){ .index = i, .ledger = ledger };
		ck_assert(!pthread_create(&workers[i].thread, NULL, worker_thread, &workers[i]));
	}
	for (unsigned int i = 0; i < SENDERS + RECEIVERS; i++)
		pthread_join(workers[i].thread, NULL);
	check_ledger(ledger);
	expect(slmbx_count(1), 0);
}
END_TEST

/* One receiver alone sees one order of all senders: count and every sender's sequence agree. */
START_TEST(what_waited_comes_in_order)
{
	unsigned int next[SENDERS] = { 0 };
	struct letter letter;

	expect(slmbx_create(1, 0), 0);
	together(SENDERS, member_process, NULL);
	expect(slmbx_count(1), ALL);
	for (unsigned int i = 0; i < ALL; i++) {
		ck_assert(slmbx_recv(1, (unsigned char *)&letter, sizeof(letter)) >=
			  (long)LETTER_HEAD);
		ck_assert_uint_lt(letter.sender, SENDERS);
		ck_assert_uint_eq(letter.sequence, next[letter.sender]++);
	}
	expect(slmbx_count(1), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("many");
	TCase *crowd = driver_case_ready(suite, "crowd", 240);

	tcase_add_test(crowd, processes_lose_and_double_nothing);
	tcase_add_test(crowd, threads_lose_and_double_nothing);
	tcase_add_test(crowd, what_waited_comes_in_order);
	return driver_run(suite);
}
