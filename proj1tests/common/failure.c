// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <slmbx.h>

#include "failure.h"

#define ANY NULL

/*
 * @call: the call it is said of, or ANY; the first row that fits counts
 * @text: '#' stands for the mailbox id
 */
static const struct advice {
	const char *call;
	int error;
	const char *text;
} advices[] = {
	{ ANY, ENODEV, "the mailbox system isn't set up; root does that with slmbx_init 16 4" },
	{ "slmbx_init", EPERM, "only root may set the mailbox system up; run slmbx_init as root" },
	{ "slmbx_shutdown", EPERM,
	  "only root may shut the mailbox system down; run slmbx_shutdown as root" },
	{ ANY, EPERM,
	  "mailbox # is protected and belongs to another user; only its owner may use it" },
	{ "slmbx_init", EINVAL, "PTRS must be at least 1 and PROB one of 2, 4, 8 and 16" },
	{ "slmbx_create", EINVAL, "a mailbox can't have id #; choose one from 1 to 4294967294" },
	{ "slmbx_init", EEXIST,
	  "the mailbox system is set up already; slmbx_shutdown first deletes all it holds" },
	{ "slmbx_create", EEXIST,
	  "mailbox # exists already; use it, or delete it first with slmbx_destroy #" },
	{ ANY, ENOENT, "no mailbox #; make it with slmbx_create #" },
	{ ANY, ESRCH, "mailbox # is empty; put a message in with slmbx_send # --string hello" },
	{ "slmbx_create", EDQUOT,
	  "your user has as many mailboxes as it may; destroy one, or ask for a higher limit" },
	{ ANY, EDQUOT,
	  "your user's messages use all the memory they may; receive some, or ask for a higher limit" },
	{ "slmbx_send", ENOMEM,
	  "there isn't memory for it; nothing was sent, free some or send less at once" },
	{ ANY, ENOMEM, "there isn't enough memory; nothing changed, free some and try again" },
	{ "slmbx_send", EFAULT, "the file became shorter while it was sent; nothing was sent" },
	{ "slmbx_recv", EFAULT,
	  "other receivers were faster every time; mailbox # kept the rest, try again" },
	{ ANY, ENOSYS,
	  "this machine lacks the engine that SLMBX_ENGINE names; try SLMBX_ENGINE=auto" },
	{ ANY, ECONNREFUSED,
	  "no mailbox engine answers; start slmbxd, or set SLMBX_SOCKET to the socket it listens on" },
	{ ANY, EACCES,
	  "you may not use the engine; ask the administrator to allow it (slmbxd --mode 0666, chmod 0666 /dev/slmbx)" },
	{ ANY, EUSERS,
	  "slmbxd has as many connections as it may; try again when some have closed" },
};

const char *failure_name(int error)
{
	static char number[32];
	const char *name = strerrorname_np(error);

	if (name)
		return name;
	snprintf(number, sizeof(number), "errno %d", error);
	return number;
}

static const char *find_advice(const char *call, int error)
{
	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
		if (advices[i].error == error &&
		    (!advices[i].call || !strcmp(advices[i].call, call)))
			return advices[i].text;
	return NULL;
}

static void print_advice(const char *text, unsigned int id)
{
	for (; *text; text++) {
		if (*text == '#')
			fprintf(stderr, "%u", id);
		else
			putc(*text, stderr);
	}
}

int failure_call(const char *call, unsigned int id, long result)
{
	int error = (int)-result;
	const char *engine = getenv("SLMBX_ENGINE");
	const char *text = find_advice(call, error);

	fprintf(stderr, "%s: %s: ", call, failure_name(error));
	/* An unknown SLMBX_ENGINE is EINVAL too, from any call. */
	if (error == EINVAL && engine && !slmbx_engine())
		fprintf(stderr, "SLMBX_ENGINE is '%s'; it must be auto, syscall, device or daemon",
			engine);
	else if (text)
		print_advice(text, id);
	else
		fprintf(stderr, "%s", strerror(error));
	putc('\n', stderr);
	return EXIT_FAILURE;
}

int failure_io(const char *program, int error, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: %s: %s: ", program, failure_name(error), strerror(error));
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	putc('\n', stderr);
	return EXIT_FAILURE;
}
