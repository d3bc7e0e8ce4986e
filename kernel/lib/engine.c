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

static struct {
	const struct slmbx_engine_ops *engine;
	int err;
} choice;

static pthread_once_t choice_once = PTHREAD_ONCE_INIT;

static void choose_auto(void)
{
	const struct slmbx_engine_ops *const *e = engines;

	while (e[1] && !(*e)->present())
		e++;
	choice.engine = *e;
}

static void choose_named(const char *name)
{
	for (const struct slmbx_engine_ops *const *e = engines; *e; e++) {
		if (strcmp(name, (*e)->name))
			continue;
		if ((*e)->lasting && !(*e)->present())
			choice.err = -ENOSYS;
		else
			choice.engine = *e;
		return;
	}
	choice.err = -EINVAL;
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
	pthread_once(&choice_once, choose);
	*err = choice.err;
	return choice.engine;
}
