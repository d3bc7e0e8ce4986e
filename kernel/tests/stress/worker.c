// SPDX-License-Identifier: MIT
/*
 * A process of the crew: threads that each make random calls until the epoch is over.
 */
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "calls.h"
#include "plan.h"
#include "random.h"
#include "worker.h"

/* How often each call is made, to each other. More is taken than sent, so nothing piles up. */
static const unsigned short weights[PHASES][OP_KINDS] = {
	[STEADY] = {
		[OP_SEND] = 420, [OP_RECV] = 445, [OP_COUNT] = 45, [OP_LENGTH] = 40,
		[OP_STAT] = 40, [OP_CREATE] = 4, [OP_DESTROY] = 4, [OP_INIT] = 1,
		[OP_SHUTDOWN] = 1,
	},
	[CHURN] = {
		[OP_SEND] = 410, [OP_RECV] = 420, [OP_COUNT] = 40, [OP_LENGTH] = 35,
		[OP_STAT] = 35, [OP_CREATE] = 25, [OP_DESTROY] = 33, [OP_INIT] = 1,
		[OP_SHUTDOWN] = 1,
	},
	[UPHEAVAL] = {
		[OP_SEND] = 410, [OP_RECV] = 400, [OP_COUNT] = 40, [OP_LENGTH] = 35,
		[OP_STAT] = 35, [OP_CREATE] = 55, [OP_DESTROY] = 18, [OP_INIT] = 4,
		[OP_SHUTDOWN] = 3,
	},
};

static enum op_kind pick_kind(struct caller *caller)
{
	const unsigned short *weight = weights[caller->arena->plan.phase];
	unsigned int sum = 0, rest, kind;

	for (kind = 0; kind < OP_KINDS; kind++)
		sum += weight[kind];
	rest = random_below(&caller->random, sum);
	for (kind = 0; rest >= weight[kind]; kind++)
		rest -= weight[kind];
	return kind;
}

static uint8_t pick_user(struct caller *caller)
{
	if (caller->user || !random_once_in(&caller->random, 20))
		return caller->user;
	return (uint8_t)random_below(&caller->random, caller->arena->plan.n_users);
}

static bool is_stranger(const struct box_plan *box, uint8_t user)
{
	return box->protect && box->owner != user;
}

/* Two mailboxes see half of all calls. Those of others are tried now and then. */
static uint32_t pick_box(struct caller *caller, uint8_t user)
{
	const struct plan *plan = &caller->arena->plan;
	uint32_t box;

	do {
		box = random_below(&caller->random,
				   random_below(&caller->random, 2) ? 2 : plan->n_boxes);
	} while (is_stranger(&plan->boxes[box], user) && !random_once_in(&caller->random, 6));
	return box;
}

/* Whether the plan of the epoch stays true if this call succeeds. */
static bool fits_plan(const struct plan *plan, enum op_kind kind, uint32_t box, uint8_t user)
{
	switch (kind) {
	case OP_SHUTDOWN:
		return plan->phase == UPHEAVAL || user != 0;
	case OP_CREATE:
		return plan->boxes[box].owner == user;
	case OP_DESTROY:
		return plan->boxes[box].mortal || is_stranger(&plan->boxes[box], user);
	default:
		return true;
	}
}

/* Brings back what is missing, soon but not at once. */
static void repair(struct caller *caller, uint32_t box, long result)
{
	if (result == -ENODEV && caller->user == 0 && random_once_in(&caller->random, 8))
		caller_do(caller, OP_INIT, NO_BOX, 0);
	else if (result == -ENOENT && caller->arena->plan.boxes[box].owner == caller->user &&
		 random_once_in(&caller->random, 8))
		caller_do(caller, OP_CREATE, box, caller->user);
	else
		sched_yield();
}

static void one_call(struct caller *caller)
{
	enum op_kind kind = pick_kind(caller);
	uint8_t user = pick_user(caller);
	bool whole = kind == OP_INIT || kind == OP_SHUTDOWN;
	uint32_t box = whole ? NO_BOX : pick_box(caller, user);
	long result;

	if (!fits_plan(&caller->arena->plan, kind, box, user))
		return;
	result = caller_do(caller, kind, box, user);
	if (result == -ENODEV || (result == -ENOENT && box != NO_BOX)) {
		if (!log_is_full(caller->arena, caller->log))
			repair(caller, box, result);
	}
}

static void *make_calls(void *arg)
{
	struct caller *caller = arg;

	while (!atomic_load_explicit(&caller->arena->stop, memory_order_relaxed) &&
	       !log_is_full(caller->arena, caller->log))
		one_call(caller);
	return NULL;
}

uint8_t worker_user(const struct worker *worker)
{
	return (uint8_t)(worker->number % worker->arena->plan.n_users);
}

static void become(const struct worker *worker)
{
	uid_t uid = worker->arena->plan.users[worker_user(worker)];

	if (uid != geteuid() && setresuid(uid, uid, uid))
		err(3, "setresuid");
	/* Not before: a new uid undoes it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != worker->arena->supervisor)
		_exit(3);
}

void worker_run(const struct worker *worker)
{
	int stalls = worker->stall ? stall_open() : -1;
	struct caller callers[MAX_THREADS] = {};
	pthread_t threads[MAX_THREADS];
	struct lane lanes[MAX_THREADS] = {};
	unsigned int n = worker->threads;

	/* The supervisor must get through a crowd that leaves no time to any other. */
	nice(5);
	become(worker);
	if (worker->stall && (stalls < 0 || !stall_start(stalls, worker->arena, lanes, n)))
		err(3, "userfaultfd");
	for (unsigned int i = 0; i < n; i++) {
		caller_init(&callers[i], worker->arena, worker->number * n + i,
			    worker_user(worker));
		callers[i].lane = worker->stall ? &lanes[i] : NULL;
		if (!memory_map(&callers[i].memory))
			err(3, "mmap");
	}
	for (unsigned int i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, make_calls, &callers[i]))
			errx(3, "pthread_create failed");
	for (unsigned int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	_exit(0);
}
