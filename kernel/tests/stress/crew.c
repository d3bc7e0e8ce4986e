// SPDX-License-Identifier: MIT
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crew.h"
#include "random.h"

#define STEP_US 10000 /* how often it looks */
#define KILL_STEPS 25 /* a kill every so many looks, about, */
#define KILL_CALLS 400 /* and not before so many calls were made since the last */
/* An epoch of fewer calls shows little: on a slow machine it takes up to so much longer. */
#define CALLS_WANTED 10000
#define STRETCH 6

static void on_signal(int signal)
{
	/* It interrupts what may be interrupted; that is all it is for. */
}

double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool start(struct crew *crew, unsigned int number)
{
	const struct worker worker = {
		.arena = crew->arena,
		.number = number,
		.threads = crew->threads,
		.stall = crew->stall,
	};
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0)
		worker_run(&worker);
	if (pid < 0) {
		fprintf(stderr, "stress: fork: %s\n", strerror(errno));
		crew->failed++;
		return false;
	}
	crew->pids[number] = pid;
	return true;
}

static void say_unfinished(const struct crew *crew, unsigned int number)
{
	char text[256];

	for (unsigned int i = 0; i < crew->threads; i++) {
		const struct op *op = log_unfinished(crew->arena, number * crew->threads + i);

		/* Else one before it was killed in the call. */
		if (!op || op->end != NEVER)
			continue;
		op_describe(op, &crew->arena->plan, text, sizeof(text));
		fprintf(stderr, "stress: process %d is in %s\n", (int)crew->pids[number], text);
	}
}

/* The process is gone, and with it what it called in the kernel. */
static void has_ended(struct crew *crew, unsigned int number, int status)
{
	uint64_t end = crew->late ? NEVER : arena_tick(crew->arena);

	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
		crew->killed++;
	} else if (status) {
		fprintf(stderr, "stress: process %d ended with status 0x%x\n",
			(int)crew->pids[number], status);
		say_unfinished(crew, number);
		crew->failed++;
	}
	for (unsigned int i = 0; i < crew->threads; i++)
		log_cut(crew->arena, number * crew->threads + i, end);
	crew->pids[number] = 0;
}

/* True if it is there no more. */
static bool look_after(struct crew *crew, unsigned int number)
{
	int status;

	if (crew->pids[number] && waitpid(crew->pids[number], &status, WNOHANG) > 0)
		has_ended(crew, number, status);
	return !crew->pids[number];
}

static bool is_full(const struct crew *crew, unsigned int number)
{
	for (unsigned int i = 0; i < crew->threads; i++)
		if (!log_is_full(crew->arena, number * crew->threads + i))
			return false;
	return true;
}

/* Replaces those that are gone. False once there is nothing left to write to. */
static bool keep_up(struct crew *crew)
{
	bool more = false;

	for (unsigned int i = 0; i < crew->processes && !crew->failed; i++) {
		if (is_full(crew, i))
			continue;
		more = true;
		if (look_after(crew, i))
			start(crew, i);
	}
	return more && !crew->failed;
}

static uint64_t calls_made(const struct crew *crew)
{
	return atomic_load(&crew->arena->clock) / 2;
}

static void disturb(struct crew *crew)
{
	unsigned int number = random_below(&crew->random, crew->processes);
	bool lethal = random_once_in(&crew->random, KILL_STEPS) &&
		      calls_made(crew) >= crew->last_kill + KILL_CALLS;

	if (!crew->pids[number])
		return;
	if (lethal)
		crew->last_kill = calls_made(crew);
	kill(crew->pids[number], lethal ? SIGKILL : SIGUSR1);
}

static bool all_gone(struct crew *crew)
{
	bool gone = true;

	for (unsigned int i = 0; i < crew->processes; i++)
		gone &= look_after(crew, i);
	return gone;
}

static void finish(struct crew *crew)
{
	double deadline = now() + crew->patience;

	atomic_store(&crew->arena->stop, true);
	while (!all_gone(crew)) {
		if (now() < deadline) {
			usleep(STEP_US);
			continue;
		}
		for (unsigned int i = 0; i < crew->processes; i++) {
			if (!crew->pids[i])
				continue;
			fprintf(stderr, "stress: process %d does not end\n", (int)crew->pids[i]);
			say_unfinished(crew, i);
			kill(crew->pids[i], SIGKILL);
			crew->failed++;
		}
		/* One that can't be killed is the kernel's to report. */
		deadline += crew->patience;
	}
}

static bool is_enough(const struct crew *crew, double passed, double seconds)
{
	return passed >= STRETCH * seconds ||
	       (passed >= seconds && calls_made(crew) >= CALLS_WANTED);
}

/* Where looking takes long it must not take the time from those it looks at. */
static void rest(struct crew *crew, double looked)
{
	usleep(STEP_US / 2 + random_below(&crew->random, STEP_US) + (useconds_t)(looked * 10e6));
}

bool crew_work(struct crew *crew, double seconds)
{
	const struct sigaction action = { .sa_handler = on_signal };
	double begin;

	/* Inherited, so that no process is without it for a moment. */
	sigaction(SIGUSR1, &action, NULL);
	crew->last_kill = 0;
	keep_up(crew);
	begin = now();
	while (!is_enough(crew, now() - begin, seconds) && !*crew->interrupted) {
		double look = now();

		if (!keep_up(crew))
			break;
		disturb(crew);
		rest(crew, now() - look);
	}
	finish(crew);
	return !crew->failed;
}
