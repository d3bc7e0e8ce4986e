// SPDX-License-Identifier: MIT
/*
 * Memory cgroups and the kernel engines. What a process makes, messages and
 * mailboxes, is charged to its cgroup for as long as it is there, wherever its
 * maker and its receiver are; at the cgroup's limit calls answer ENOMEM and nobody
 * is killed. Root's, on a kernel without other mailboxes.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/slmbx.h>

#include "../guest/entry.h"
#include "../guest/messages.h"
#include "../guest/tap.h"
#include "cgroup.h"

#define SENDERS_GROUP	"senders"
#define OTHERS_GROUP	"others"

enum { ID = 1, FIRST_NEW_ID = 100 };

#define KIB	1024ULL
#define MIB	(1024 * KIB)

/* What CPUs have charged ahead for whom they ran. */
#define SLACK	(1 * MIB)

/**
 * struct job - what a process in a cgroup is to do, and did
 * @size: of each message
 * @times: how often at most
 * @done: how often it was done
 * @result: of the last call
 */
struct job {
	unsigned int size;
	unsigned int times;
	unsigned int done;
	long result;
};

/* Of every message. Shared, so that it is charged to no process of a test. */
static unsigned char *bytes;
#define MAX_SIZE	(5 * MIB)

static void send_many(void *arg)
{
	struct job *job = arg;

	for (job->done = 0; job->done < job->times; job->done++) {
		job->result = send_bytes(ID, bytes, job->size);
		if (job->result)
			return;
	}
}

#define BATCH	64

/* Batches of BATCH messages. Each needs memory for its arguments too. */
static void send_batches(void *arg)
{
	struct job *job = arg;
	struct slmbx_sendv_msg messages[BATCH];
	struct slmbx_sendv args = { .messages = (uintptr_t)messages, .count = BATCH, .id = ID };
	const struct call call = { .nr = SLMBX_CALL_SENDV, .mem = &args, .size = sizeof(args) };

	for (unsigned int i = 0; i < BATCH; i++)
		messages[i] =
			(struct slmbx_sendv_msg){ .data = (uintptr_t)bytes, .len = job->size };
	for (job->done = 0; job->done < job->times; job->done++) {
		job->result = enter(&call);
		if (job->result != BATCH)
			return;
	}
}

static void create_many(void *arg)
{
	struct job *job = arg;

	for (job->done = 0; job->done < job->times; job->done++) {
		job->result = create(FIRST_NEW_ID + job->done, 0);
		if (job->result)
			return;
	}
}

static void receive_many(void *arg)
{
	struct job *job = arg;

	for (job->done = 0; job->done < job->times; job->done++) {
		job->result = receive_bytes(ID, NULL, 0);
		if (job->result)
			return;
	}
}

static void destroy_it(void *arg)
{
	struct job *job = arg;

	job->result = destroy(ID);
}

static void destroy_new_ones(void *arg)
{
	struct job *job = arg;

	for (job->done = 0; job->done < job->times; job->done++) {
		job->result = destroy(FIRST_NEW_ID + job->done);
		if (job->result)
			return;
	}
}

static void shut_it_down(void *arg)
{
	struct job *job = arg;

	job->result = shut_down();
}

static struct job *new_job(unsigned int size, unsigned int times)
{
	struct job *job = shared_memory(sizeof(*job));

	*job = (struct job){ .size = size, .times = times };
	return job;
}

/* Does all of it. */
static void do_job(const char *group, void (*work)(void *arg), struct job *job)
{
	cgroup_run(group, work, job);
	expect_result(job->result, 0);
	expect(!job->done || job->done == job->times, "%u of %u", job->done, job->times);
}

static unsigned long long used(const char *group)
{
	return cgroup_number(group, "memory.current", NULL);
}

/* What the kernel holds for it, of one kind. */
static unsigned long long held(const char *group, const char *kind)
{
	return cgroup_number(group, "memory.stat", kind);
}

static void expect_nobody_killed(const char *group)
{
	unsigned long long killed = cgroup_number(group, "memory.events", "oom_kill");

	expect(killed == 0, "%llu processes in %s were killed", killed, group);
}

/* An empty mailbox that belongs to neither cgroup. */
static void start(unsigned long long max)
{
	cgroup_make(SENDERS_GROUP, max);
	cgroup_make(OTHERS_GROUP, 0);
	expect_result(init_system(), 0);
	expect_result(create(ID, 0), 0);
}

/* Of @charged bytes, no more stay than the kernel has half-used pages. */
static void expect_returned(unsigned long long charged)
{
	unsigned long long now, kernel;

	/* Mailboxes go a grace period later. */
	for (int tries = 0; tries < 100; tries++) {
		now = used(SENDERS_GROUP);
		kernel = held(SENDERS_GROUP, "kernel");
		if (now <= SLACK && kernel <= charged / 4)
			return;
		usleep(100 * 1000);
	}
	expect(false, "%llu bytes stay charged, %llu of them the kernel's", now, kernel);
}

static void finish(void)
{
	expect_nobody_killed(SENDERS_GROUP);
	expect_nobody_killed(OTHERS_GROUP);
	cgroup_remove(SENDERS_GROUP);
	cgroup_remove(OTHERS_GROUP);
}

/**
 * struct load - messages, and where they show
 * @name: of the test
 * @size: of each
 * @times: how many
 * @kind: in memory.stat, beside "kernel"; NULL for neither slab nor vmalloc
 */
struct load {
	const char *name;
	unsigned int size;
	unsigned int times;
	const char *kind;
};

static const struct load loads[] = {
	{ .name = "messages of 0 bytes", .size = 0, .times = 50000, .kind = "slab" },
	{ .name = "messages of 1000 bytes", .size = 1000, .times = 16384, .kind = "slab" },
	{ .name = "messages of 64 KiB", .size = 64 * KIB, .times = 256 },
	{ .name = "messages of 1 MiB", .size = 1 * MIB, .times = 16 },
	{ .name = "messages of 5 MiB", .size = 5 * MIB, .times = 4, .kind = "vmalloc" },
};

/* The way messages go again, by a process of another cgroup; @times for each. */
struct way {
	const char *name;
	void (*work)(void *arg);
	bool each;
};

static const struct way ways[] = {
	{ .name = "received", .work = receive_many, .each = true },
	{ .name = "destroyed", .work = destroy_it },
	{ .name = "shut down", .work = shut_it_down },
};

struct charge {
	const struct load *load;
	const struct way *way;
};

/* A message has a header too. */
static unsigned long long least_charge(const struct load *load)
{
	return load->times * (load->size + 16ULL);
}

static void expect_charged(const struct load *load)
{
	unsigned long long least = least_charge(load), now = used(SENDERS_GROUP);

	expect(now >= least, "%llu bytes are charged for %llu", now, least);
	expect(held(SENDERS_GROUP, "kernel") >= least, "the kernel holds %llu bytes for %llu",
	       held(SENDERS_GROUP, "kernel"), least);
	/* The header of a large message is elsewhere. */
	if (load->kind && load->size > MIB)
		least = 1ULL * load->times * load->size;
	if (load->kind)
		expect(held(SENDERS_GROUP, load->kind) >= least, "%s is %llu for %llu", load->kind,
		       held(SENDERS_GROUP, load->kind), least);
	expect(held(OTHERS_GROUP, "kernel") <= least / 4, "others are charged %llu bytes",
	       held(OTHERS_GROUP, "kernel"));
	tap_note("%u bytes x %u: %llu bytes charged, %llu a message", load->size, load->times, now,
		 now / load->times);
}

static void test_charge(const void *arg)
{
	const struct charge *charge = arg;
	struct job *job = new_job(charge->load->size, charge->load->times);

	start(0);
	do_job(SENDERS_GROUP, send_many, job);
	expect_charged(charge->load);
	*job = (struct job){ .times = charge->way->each ? charge->load->times : 0 };
	do_job(OTHERS_GROUP, charge->way->work, job);
	expect_returned(least_charge(charge->load));
	finish();
}

static void test_charge_mailboxes(const void *arg)
{
	struct job *job = new_job(0, 20000);
	/* A mailbox is no smaller. */
	unsigned long long least = job->times * 128ULL, now;

	start(0);
	do_job(SENDERS_GROUP, create_many, job);
	now = held(SENDERS_GROUP, "slab");
	expect(now >= least, "%llu bytes are charged for %u mailboxes", now, job->times);
	tap_note("%u mailboxes: %llu bytes charged, %llu each", job->times, now, now / job->times);
	do_job(OTHERS_GROUP, destroy_new_ones, job);
	expect_returned(least);
	finish();
}

#define LIMIT	(32 * MIB)

/* In a cgroup at its limit the call is refused; with room again, it is not. */
static void test_limit(const void *arg)
{
	const struct load *load = arg;
	unsigned int more = 1 + MIB / (load->size + 64), sent;
	struct job *job = new_job(load->size, 10 * LIMIT / (load->size + 64));

	start(LIMIT);
	cgroup_run(SENDERS_GROUP, send_many, job);
	sent = job->done;
	expect_result(job->result, -ENOMEM);
	expect_nobody_killed(SENDERS_GROUP);
	expect((sent + 1) * (load->size + 1024ULL) >= LIMIT / 4, "only %u messages fit", sent);
	expect_result(count(ID), (long)sent);
	tap_note("%u bytes: %u messages in %llu MiB, then ENOMEM", load->size, sent, LIMIT / MIB);

	/* Refused again and again, and nothing is lost or queued for it. */
	*job = (struct job){ .size = load->size, .times = 1 };
	cgroup_run(OTHERS_GROUP, send_many, job);
	expect_result(job->result, 0);
	expect_result(count(ID), (long)sent + 1);

	*job = (struct job){ .times = sent / 2 + 1 };
	do_job(OTHERS_GROUP, receive_many, job);
	*job = (struct job){ .size = load->size, .times = more };
	do_job(SENDERS_GROUP, send_many, job);
	expect_result(count(ID), (long)(sent + 1 - (sent / 2 + 1) + more));

	*job = (struct job){ 0 };
	do_job(OTHERS_GROUP, shut_it_down, job);
	expect_returned(LIMIT / 2);
	finish();
}

/* All of a batch or none, and nobody is killed for what its arguments take. */
static void test_limit_of_batches(const void *arg)
{
	struct job *job = new_job(1000, LIMIT / 1000);

	start(LIMIT);
	cgroup_run(SENDERS_GROUP, send_batches, job);
	expect_result(job->result, -ENOMEM);
	expect_nobody_killed(SENDERS_GROUP);
	expect_result(count(ID), (long)job->done * BATCH);
	tap_note("%u batches of %u in %llu MiB, then ENOMEM", job->done, BATCH, LIMIT / MIB);
	*job = (struct job){ 0 };
	do_job(OTHERS_GROUP, shut_it_down, job);
	expect_returned(LIMIT / 2);
	finish();
}

/* Less, so that there are not too many. */
#define LIMIT_OF_MAILBOXES	(12 * MIB)

static void test_limit_of_mailboxes(const void *arg)
{
	struct job *job = new_job(0, LIMIT_OF_MAILBOXES / 64);
	unsigned int made;

	start(LIMIT_OF_MAILBOXES);
	cgroup_run(SENDERS_GROUP, create_many, job);
	made = job->done;
	expect_result(job->result, -ENOMEM);
	expect_nobody_killed(SENDERS_GROUP);
	expect_result(count(FIRST_NEW_ID + made), -ENOENT);
	expect_result(count(FIRST_NEW_ID + made - 1), 0);
	tap_note("%u mailboxes in %llu MiB, then ENOMEM", made, LIMIT_OF_MAILBOXES / MIB);
	*job = (struct job){ 0 };
	do_job(OTHERS_GROUP, shut_it_down, job);
	expect_returned(LIMIT_OF_MAILBOXES / 2);
	finish();
}

/* Messages stay when the cgroup of their sender goes. */
static void test_cgroup_goes_first(const void *arg)
{
	struct job *job = new_job(1000, 5000);

	start(0);
	do_job(SENDERS_GROUP, send_many, job);
	cgroup_remove(SENDERS_GROUP);
	expect_result(count(ID), job->times);
	cgroup_make(SENDERS_GROUP, 0);
	*job = (struct job){ .times = 5000 };
	do_job(OTHERS_GROUP, receive_many, job);
	expect_result(count(ID), 0);
	finish();
}

/* What a test that failed left. */
static void clean_up(void)
{
	long result = shut_down();

	if (result != 0 && result != -ENODEV)
		tap_bail_out("shutdown is %s", result_name(result));
	cgroup_discard(SENDERS_GROUP);
	cgroup_discard(OTHERS_GROUP);
}

static void run(enum engine engine, const char *name, const char *detail,
		void (*test)(const void *arg), const void *arg)
{
	char full[120];

	snprintf(full, sizeof(full), "%s: %s%s", engine_names[engine], name, detail);
	tap_run(full, test, arg, 120);
	clean_up();
}

#define LOADS	(sizeof(loads) / sizeof(loads[0]))
#define WAYS	(sizeof(ways) / sizeof(ways[0]))

static void run_all(enum engine engine)
{
	char detail[64];

	for (unsigned int i = 0; i < LOADS * WAYS; i++) {
		struct charge charge = { .load = &loads[i / WAYS], .way = &ways[i % WAYS] };

		snprintf(detail, sizeof(detail), ", then %s by another", charge.way->name);
		run(engine, charge.load->name, detail, test_charge, &charge);
	}
	run(engine, "mailboxes", "", test_charge_mailboxes, NULL);
	/* Those of 0 bytes would be too many. */
	for (unsigned int i = 1; i < LOADS; i++)
		run(engine, loads[i].name, " up to the limit", test_limit, &loads[i]);
	run(engine, "batches", " up to the limit", test_limit_of_batches, NULL);
	run(engine, "mailboxes", " up to the limit", test_limit_of_mailboxes, NULL);
	run(engine, "messages of a cgroup", " that is gone", test_cgroup_goes_first, NULL);
}

int main(void)
{
	const char *lacking;
	bool present[ENGINES];

	for (enum engine engine = 0; engine < ENGINES; engine++) {
		present[engine] = entry_use(engine);
		if (present[engine] && count(1) != -ENODEV)
			tap_bail_out("the system is in use: shut it down first");
	}
	/* A module has no system calls. */
	if (!present[DEVICE])
		tap_bail_out("this kernel has no /dev/slmbx");
	bytes = shared_memory(MAX_SIZE);
	lacking = cgroups_begin();
	if (lacking)
		tap_bail_out("this kernel lacks %s", lacking);
	for (enum engine engine = 0; engine < ENGINES; engine++)
		if (present[engine] && entry_use(engine))
			run_all(engine);
	cgroups_end();
	return tap_end() ? EXIT_SUCCESS : EXIT_FAILURE;
}
