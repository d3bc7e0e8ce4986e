// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <slmbx.h>

#include "../conformance/daemon.h"
#include "epoch.h"
#include "options.h"
#include "random.h"
#include "record.h"
#include "totals.h"

enum { ALL_WELL = 0, VIOLATIONS = 1, CANNOT_RUN = 2 };

/* Of one epoch, so many violations are told. */
#define TOLD 20

static struct options options;
static struct daemon slmbxd;
static int idle_files;
static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	interrupted = 1;
}

static void tell_violation(void *arg, enum property property, const char *what,
			   const struct op *const calls[3])
{
	const struct plan *plan = arg;
	static unsigned int told;
	char text[256];

	if (told++ >= TOLD)
		return;
	printf("# %s: %s\n", property_names[property], what);
	for (int i = 0; i < 3; i++) {
		if (!calls[i])
			continue;
		op_describe(calls[i], plan, text, sizeof(text));
		printf("#   %s\n", text);
	}
}

static unsigned long violations(const struct findings *findings)
{
	unsigned long sum = 0;

	for (int i = 0; i < PROPERTIES; i++)
		sum += findings->violated[i];
	return sum;
}

static int check_record(void)
{
	struct findings findings = { .report = tell_violation };
	struct history history;

	if (!record_load(options.check, &history))
		return CANNOT_RUN;
	findings.arg = (void *)history.plan;
	check_history(&history, &findings);
	printf("# %zu calls, %lu violations\n", history.n, violations(&findings));
	return violations(&findings) ? VIOLATIONS : ALL_WELL;
}

static bool engine_is_daemon(void)
{
	return strcmp(options.engine, "daemon") == 0;
}

static int count_files(void)
{
	char path[64];
	DIR *dir;
	int n = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)slmbxd.pid);
	dir = opendir(path);
	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

/* The daemon answers what it was asked though the asker be dead; then it hangs up. */
static bool settle_daemon(void)
{
	double deadline = now() + options.patience;

	while (count_files() > idle_files) {
		if (now() > deadline) {
			fprintf(stderr, "stress: slmbxd keeps connections of dead processes\n");
			return false;
		}
		usleep(1000);
	}
	return true;
}

/* The engine answers, and nobody else uses it. */
static bool engine_ready(void)
{
	const char *name = slmbx_engine();
	long result = slmbx_count(SLMBX_ID_NONE);

	if (!name || strcmp(name, options.engine) != 0) {
		fprintf(stderr, "stress: no engine \"%s\" here: the first call is %s\n",
			options.engine, strerrorname_np((int)-result));
		return false;
	}
	if (result == -ENODEV)
		return true;
	if (options.wipe)
		return slmbx_shutdown() == 0;
	fprintf(stderr, "stress: the engine is in use, and every mailbox would be deleted; say "
			"--wipe to let it\n");
	return false;
}

static void choose_users(struct plan *plan)
{
	static const uint32_t others[] = { 65534, 65533 };

	plan->users[0] = geteuid();
	plan->n_users = 1;
	if (geteuid() != 0)
		return;
	memcpy(plan->users + 1, others, sizeof(others));
	plan->n_users += ARRAY_SIZE(others);
}

static void keep_record(const struct history *history, uint64_t seed)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/stress-%" PRIx64 ".record", options.keep, seed);
	if (record_save(path, history))
		printf("# the record of this epoch is %s\n", path);
}

/* False once there is no point in another. */
static bool one_epoch(struct supervisor *supervisor, struct totals *totals, unsigned int number)
{
	struct crew *crew = supervisor->crew;
	uint64_t seed = mix(options.seed + number);
	struct epoch epoch = { .findings = totals->findings };
	double begin = now();

	epoch.findings.arg = &crew->arena->plan;
	if (!epoch_run(supervisor, number % PHASES, seed, options.epoch_ms / 1000.0, &epoch))
		totals->failed = true;
	totals->findings = epoch.findings;
	if (epoch.history.ops)
		totals_add(totals, &epoch.history);
	if (violations(&epoch.findings)) {
		printf("# in epoch %u, %s\n", number, phase_names[number % PHASES]);
		keep_record(&epoch.history, seed);
	}
	free((void *)epoch.history.ops);
	totals->seconds += now() - begin;
	return !totals->failed && !violations(&epoch.findings) && !interrupted;
}

static void run_epochs(struct supervisor *supervisor, struct totals *totals)
{
	double end = now() + options.seconds;
	unsigned int number = 0;

	while (one_epoch(supervisor, totals, number++))
		if (now() >= end && number >= PHASES)
			break;
	if (interrupted) {
		fprintf(stderr, "stress: interrupted\n");
		totals->failed = true;
	}
}

static bool stop_engine(bool clean)
{
	if (clean && slmbx_count(SLMBX_ID_NONE) != -ENODEV) {
		fprintf(stderr, "stress: there is still a system\n");
		clean = false;
	}
	if (engine_is_daemon())
		clean &= daemon_stop(&slmbxd);
	return clean;
}

static int run(struct crew *crew, int stall_error)
{
	struct supervisor supervisor = { .crew = crew };
	struct totals totals = { .findings.report = tell_violation };
	bool clean;

	if (engine_is_daemon())
		supervisor.settle = settle_daemon;
	if (!memory_map(&supervisor.caller.memory)) {
		fprintf(stderr, "stress: mmap: %s\n", strerror(errno));
		return CANNOT_RUN;
	}
	choose_users(&crew->arena->plan);
	crew->arena->supervisor = getpid();
	idle_files = count_files();
	totals_begin();
	printf("# engine %s, seed %" PRIu64 ": %u processes of %u threads, %u users, %u s\n",
	       options.engine, options.seed, crew->processes, crew->threads,
	       crew->arena->plan.n_users, options.seconds);
	run_epochs(&supervisor, &totals);
	clean = stop_engine(!totals.failed);
	return totals_tell(&totals, crew, stall_error, clean) ? ALL_WELL : VIOLATIONS;
}

static int run_crew(void)
{
	int stall_error = engine_is_daemon() ? ENOTSUP : stall_probe();
	struct crew crew = {
		.processes = options.processes,
		.threads = options.threads,
		.stall = !stall_error,
		.late = engine_is_daemon(),
		.patience = options.patience,
		.random = mix(~options.seed),
		.interrupted = &interrupted,
	};

	crew.arena = arena_new(options.processes * options.threads + 1, options.calls);
	if (!crew.arena) {
		fprintf(stderr, "stress: mmap: %s\n", strerror(errno));
		return CANNOT_RUN;
	}
	return run(&crew, stall_error);
}

int main(int argc, char *argv[])
{
	const struct sigaction action = { .sa_handler = on_interrupt };
	static const char *const no_extra[] = { NULL };
	int result;

	if (!options_read(&options, argc, argv))
		return CANNOT_RUN;
	if (options.check)
		return check_record();
	setvbuf(stdout, NULL, _IOLBF, 0);
	setenv("SLMBX_ENGINE", options.engine, 1);
	if (engine_is_daemon() && !daemon_start(&slmbxd, options.daemon, no_extra))
		return CANNOT_RUN;
	/* From here on an end by a signal is an orderly one. */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (engine_ready())
		return run_crew();
	result = CANNOT_RUN;
	if (engine_is_daemon())
		daemon_stop(&slmbxd);
	return result;
}
