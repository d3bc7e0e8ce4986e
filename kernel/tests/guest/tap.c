// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"

static unsigned int tests, failed;

static void comment(const char *format, va_list args)
{
	fputs("# ", stdout);
	vprintf(format, args);
	putchar('\n');
	fflush(stdout);
}

void tap_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	comment(format, args);
	va_end(args);
}

void tap_fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	printf("# %s:%d:\n", file, line);
	va_start(args, format);
	comment(format, args);
	va_end(args);
	_exit(1);
}

void tap_bail_out(const char *format, ...)
{
	va_list args;

	fputs("Bail out! ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	exit(1);
}

/* How the child's end reads, NULL for a pass. */
static const char *verdict(int status)
{
	static char text[64];

	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		return "took too long";
	if (WIFSIGNALED(status)) {
		snprintf(text, sizeof(text), "ended by signal %d", WTERMSIG(status));
		return text;
	}
	return WEXITSTATUS(status) ? "failed" : NULL;
}

void tap_run(const char *name, void (*test)(const void *arg), const void *arg, unsigned int seconds)
{
	const char *wrong = "could not be started";
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		alarm(seconds);
		test(arg);
		fflush(stdout);
		_exit(0);
	}
	if (pid > 0 && waitpid(pid, &status, 0) == pid)
		wrong = verdict(status);
	failed += wrong != NULL;
	if (wrong)
		printf("# %s\n", wrong);
	printf("%sok %u - %s\n", wrong ? "not " : "", ++tests, name);
	fflush(stdout);
}

bool tap_end(void)
{
	printf("1..%u\n", tests);
	return tests && !failed;
}

const char *result_name(long result)
{
	static char texts[4][24];
	static unsigned int next;
	char *text = texts[next++ % 4];
	const char *name = result < 0 ? strerrorname_np((int)-result) : NULL;

	if (name)
		snprintf(text, sizeof(texts[0]), "-%s", name);
	else
		snprintf(text, sizeof(texts[0]), "%ld", result);
	return text;
}
