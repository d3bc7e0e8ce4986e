// SPDX-License-Identifier: MIT
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measures.h"
#include "mechanisms.h"
#include "sample.h"

#define ROUNDS		5
#define SIDES		4	/* senders, and receivers */
#define QUEUES_MAX	8
#define BYTES		64
#define DEPTH		1024

/* Shared by the processes. */
struct meeting {
	pthread_barrier_t start, end;
	unsigned long received, sum;
};

struct run {
	const struct mechanism *m;
	struct queue queues[QUEUES_MAX];
	unsigned int queue_count, messages;
	struct meeting *meeting;
};

/* Each message to the next queue; a full one is waited for. */
static void send_all(const struct run *run, unsigned int side)
{
	unsigned char *message = message_buffer();
	unsigned int i;
	long ret;

	for (i = 0; i < run->messages; i++) {
		memcpy(message, &i, sizeof(i));
		for (;;) {
			ret = run->m->send(&run->queues[(side + i) % run->queue_count], message,
					   BYTES);
			if (!ret)
				break;
			if (!would_wait(ret))
				exit(1);
			sched_yield();
		}
	}
}

/* From the same queue while it has something, then from the next. */
static void recv_all(const struct run *run, unsigned int side)
{
	unsigned long all = (unsigned long)SIDES * run->messages, sum = 0;
	unsigned int at = side, empty = 0, i;
	unsigned char *buffer = message_buffer();
	long ret;

	while (__atomic_load_n(&run->meeting->received, __ATOMIC_RELAXED) < all) {
		ret = run->m->recv(&run->queues[at % run->queue_count], buffer);
		if (ret == BYTES) {
			memcpy(&i, buffer, sizeof(i));
			sum += i;
			empty = 0;
			__atomic_add_fetch(&run->meeting->received, 1, __ATOMIC_RELAXED);
			continue;
		}
		if (!would_wait(ret))
			exit(1);
		at++;
		if (++empty % run->queue_count == 0)
			sched_yield();
	}
	__atomic_add_fetch(&run->meeting->sum, sum, __ATOMIC_RELAXED);
}

static void start_process(const struct run *run, unsigned int number)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (pid)
		return;
	pthread_barrier_wait(&run->meeting->start);
	if (number < SIDES)
		send_all(run, number);
	else
		recv_all(run, number - SIDES);
	pthread_barrier_wait(&run->meeting->end);
	_exit(0);
}

static struct meeting *new_meeting(void)
{
	struct meeting *meeting = mmap(NULL, sizeof(*meeting), PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_barrierattr_t attr;

	if (meeting == MAP_FAILED)
		fail("mmap");
	pthread_barrierattr_init(&attr);
	pthread_barrierattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(&meeting->start, &attr, 2 * SIDES + 1);
	pthread_barrier_init(&meeting->end, &attr, 2 * SIDES + 1);
	return meeting;
}

/* None lost, none twice: the numbers sent add up to those received. */
static void check(const struct run *run)
{
	unsigned long n = run->messages;

	if (run->meeting->received == SIDES * n && run->meeting->sum == SIDES * (n * (n - 1) / 2))
		return;
	errno = EPROTO;
	fail(run->m->name);
}

static bool open_queues(struct run *run)
{
	unsigned int i;

	for (i = 0; i < run->queue_count; i++) {
		run->queues[i].size = BYTES;
		if (run->m->open(&run->queues[i], BYTES, DEPTH))
			continue;
		while (i--)
			run->m->close(&run->queues[i]);
		return false;
	}
	return true;
}

static void measure(const struct mechanism *m, unsigned int queues, unsigned int messages)
{
	struct run run = { .m = m, .queue_count = queues, .messages = messages };
	struct sample sample;
	unsigned int i;

	if (!open_queues(&run))
		return;
	run.meeting = new_meeting();
	for (i = 0; i < 2 * SIDES; i++)
		start_process(&run, i);
	pthread_barrier_wait(&run.meeting->start);
	sample_begin(&sample);
	pthread_barrier_wait(&run.meeting->end);
	sample_end(&sample);
	while (wait(NULL) > 0)
		;
	check(&run);
	munmap(run.meeting, sizeof(*run.meeting));
	for (i = 0; i < queues; i++)
		m->close(&run.queues[i]);
	sample_print(&sample, "contention", queues, m->name, (unsigned long)SIDES * messages);
}

void measure_contention(unsigned int messages)
{
	unsigned int round;
	size_t m;

	start_slmbx();
	for (round = 0; round < ROUNDS; round++) {
		for (m = 0; m < mechanism_count; m++) {
			measure(&mechanisms[m], 1, messages);
			measure(&mechanisms[m], QUEUES_MAX, messages);
		}
	}
}
