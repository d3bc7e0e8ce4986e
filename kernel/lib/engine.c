// SPDX-License-Identifier: MIT
/*
 * The choice of the engine: once a process, so that its threads never talk to
 * two sets of mailboxes.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "engine.h"

/* In the order auto tries them. The last is what auto settles for: a daemon may start later. */
static const struct slmbx_engine_ops *const engines[] = {
	&slmbx_engine_syscall,
	&slmbx_engine_device,
	&slmbx_engine_daemon,
	NULL,
};

_Atomic(const struct slmbx_engine_ops *) slmbx_engine_current;

/* Why there is none. */
static int choice_err;

static pthread_once_t choice_once = PTHREAD_ONCE_INIT;

static void choose_auto(void)
{
	const struct slmbx_engine_ops *const *e = engines;

	while (e[1] && !(*e)->present())
		e++;
	atomic_store(&slmbx_engine_current, *e);
}

static void choose_named(const char *name)
{
	for (const struct slmbx_engine_ops *const *e = engines; *e; e++) {
		if (strcmp(name, (*e)->name))
			continue;
		if ((*e)->lasting && !(*e)->present())
			choice_err = -ENOSYS;
		else
			atomic_store(&slmbx_engine_current, *e);
		return;
	}
	choice_err = -EINVAL;
}

static void choose(void)
{
	/* A set-user-ID program must not follow its caller's environment. */
	const char *name = secure_getenv("SLMBX_ENGINE");

	if (!name || !*name || !strcmp(name, "auto"))
		choose_auto();
	else
		choose_named(name);
}

const struct slmbx_engine_ops *slmbx_engine_chosen(int *err)
{
	const struct slmbx_engine_ops *engine = atomic_load(&slmbx_engine_current);

	*err = 0;
	if (engine)
		return engine;
	pthread_once(&choice_once, choose);
	*err = choice_err;
	return atomic_load(&slmbx_engine_current);
}
